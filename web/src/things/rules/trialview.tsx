/** What a rule would have told, beside its sentence: a word of advice, a strip of days, a list of when. */
import { plural, t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { MapPin } from 'lucide';
import { writePlace } from '../../app/address';
import { useTime } from '../../app/context';
import { ErrorLink } from '../../ui/doclink';
import { Icon } from '../../ui/icon';
import { dateText, shortClockText, shortDayText } from '../../ui/times';
import { happenedText } from '../alerts/wording';
import { adviceOf, quietText } from './advice';
import { kindIn } from './conditions';
import type { Trial, Wishes, Would } from './model';
import type { Names } from './phrases';
import { Strip } from './stripview';
import { stripOf } from './strip';
import type { StripDay } from './strip';
import { TopicNow } from './topicnow';
import type { TrialState } from './trials';
import './trial.css';

/** Rows that are shown at first, and more each time. */
const PAGE = 12;

export function TrialView({
  state,
  names,
  again,
}: {
  state: TrialState;
  names: Names;
  again(): void;
}) {
  const { is, trial, of, failure } = state;
  const stale = is === 'waiting' && trial !== undefined;
  return (
    <section
      class="card rule-trial"
      aria-label={t`What it would have told`}
      aria-busy={is === 'waiting'}
      data-trial={is}
      data-count={trial?.count}
      data-stale={stale || undefined}
    >
      <header>
        <h2>{t`Tried on the past`}</h2>
        {is === 'waiting' && <span class="muted" role="status">{t`Looking…`}</span>}
      </header>
      {is === 'missing' && (
        <p class="said muted">{t`Once the sentence is complete, this shows what the rule would have told in the last 30 days.`}</p>
      )}
      {is === 'failed' && (
        <p class="rule-wrong" role="alert">
          {failure?.why}
          <ErrorLink code={failure?.code} />{' '}
          <button type="button" class="button" onClick={again}>{t`Try again`}</button>
        </p>
      )}
      {is === 'waiting' && !trial && <Waiting />}
      {trial && of && is !== 'missing' && <Found trial={trial} of={of} names={names} />}
    </section>
  );
}

function Waiting() {
  return (
    <div class="rule-strip" data-empty="true" aria-hidden="true">
      {Array.from({ length: 30 }, (_, n) => (
        <i key={n} />
      ))}
    </div>
  );
}

function Found({ trial, of, names }: { trial: Trial; of: Wishes; names: Names }) {
  const [day, setDay] = useState<number | null>(null);
  const advice = adviceOf(trial, of);
  const quiet = quietText(trial);
  const strip = stripOf(trial);
  const chosen = strip.find(({ start }) => start === day);
  return (
    <>
      <p class="rule-advice" data-advice={advice.is} role="status">
        <b>{advice.text}</b>
        {advice.tip !== undefined && <span>{advice.tip}</span>}
        {quiet !== '' && <span class="muted">{quiet}</span>}
      </p>
      {of.condition.type === 'number' && <TopicNow of={of} />}
      {advice.is !== 'nothing' && advice.is !== 'wrong' && (
        <Strip
          days={strip}
          chosen={chosen?.start ?? null}
          choose={(start) => {
            setDay(start === day ? null : start);
          }}
        />
      )}
      {trial.count > 0 && <When trial={trial} of={of} names={names} chosen={chosen} />}
    </>
  );
}

/** When it would have told, newest first; of one day, if one was chosen. */
function When({
  trial,
  of,
  names,
  chosen,
}: {
  trial: Trial;
  of: Wishes;
  names: Names;
  chosen: StripDay | undefined;
}) {
  const [most, setMost] = useState(PAGE);
  const listed = [...(chosen?.would ?? trial.would)].sort((a, b) => b.at - a.at);
  const more = listed.length - most;
  const unlisted = trial.count - trial.would.length;
  return (
    <>
      <h3 class="rule-when-title">{chosen ? shortDayText(chosen.start) : t`Newest first`}</h3>
      <ol class="rule-when">
        {listed.slice(0, most).map((each) => (
          <WouldRow key={`${String(each.at)} ${each.thing}`} would={each} of={of} names={names} />
        ))}
      </ol>
      {more > 0 && (
        <button
          type="button"
          class="button quiet"
          onClick={() => {
            setMost(most + PAGE * 4);
          }}
        >
          {plural(more, { one: 'Show one more', other: 'Show # more' })}
        </button>
      )}
      {more <= 0 && unlisted > 0 && !chosen && (
        <p class="note">
          {plural(unlisted, { one: 'One more is not listed.', other: '# more are not listed.' })}
        </p>
      )}
    </>
  );
}

function WouldRow({ would, of, names }: { would: Would; of: Wishes; names: Names }) {
  const { now } = useTime();
  const { thing, at } = would;
  const { condition } = of;
  const who = names.thing(thing);
  const said = happenedText({ condition, value: would.value, place: would.place }, who);
  const onMap = kindIn(thing) === 'friend' || would.lat !== undefined;
  const clock = shortClockText(at);
  const day = dateText(at, now.value);
  return (
    <li data-would={String(at)}>
      <time dateTime={new Date(at * 1000).toISOString()}>
        {day} <b>{clock}</b>
      </time>
      <span>
        {said}
        {would.late !== undefined && <small>{t`It could only be known later.`}</small>}
      </span>
      {onMap && (
        <a
          class="icon-button"
          href={writePlace({ section: 'map', at, selected: thing })}
          title={t`Show this moment on the map`}
          aria-label={t`Show on the map: ${said}, ${day} ${clock}`}
        >
          <Icon of={MapPin} size={16} />
        </a>
      )}
    </li>
  );
}
