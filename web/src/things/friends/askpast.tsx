/** The past of a friend in figures: how far, how long, how fast, where; as files; as warmth on the map. */
import { plural, t } from '@lingui/core/macro';
import { useEffect, useState } from 'preact/hooks';
import { spanText } from '../../app/ages';
import { usePreferences, useServer, useWho } from '../../app/context';
import { mayShare } from '../../app/visitor';
import type { Key } from '../../app/world';
import { SPANS, askHeat, askSummary, spanOf, trackFile } from '../../past/spanfigures';
import type { SpanDays, Summary } from '../../past/spanfigures';
import { usePast } from '../../past/context';
import type { Stretch } from '../../past/stretch';
import { shortClockText } from '../../ui/times';
import { Stat, Stats } from '../../ui/facts';
import { failureOf } from '../../ui/failure';
import { speed, way } from '../../ui/numbers';
import { HidePart } from './hidepart';

const wordsOf = () => ({
  title: t`What happened`,
  days: t`Over how many days`,
  spans: { 1: t`On this day`, 7: t`In 7 days up to it`, 30: t`In 30 days up to it` },
  adding: t`Adding up…`,
  nothing: t`Nothing is known of this time.`,
  distance: t`Distance`,
  moving: t`On the move`,
  fastest: t`Fastest`,
  visits: t`Where they stayed`,
  times: (count: number) => plural(count, { one: 'once', other: '# times' }),
  heat: t`Show on the map where they were longest`,
  files: t`Save this track`,
  lookAt: t`Look at this time`,
});
const FILES = [
  ['gpx', 'GPX'],
  ['geojson', 'GeoJSON'],
  ['csv', 'CSV'],
] as const;
/** The end of a day. */
const MIDNIGHT = '24:00';
/** So many visits of a day are listed. */
const MOST = 12;

export function AskPast({ of }: { readonly of: Key }) {
  const past = usePast();
  const { visitor } = useWho();
  const days = past.span.value;
  const stretch = spanOf(past.day.value, days);
  const { summary, failure } = useSummary(of, stretch);
  return (
    <section
      class="part asked"
      aria-label={wordsOf().title}
      data-asked={summary ? 'told' : 'asking'}
    >
      <h3>
        {wordsOf().title}
        <SpanChooser days={days} />
      </h3>
      <div aria-live="polite">
        {failure !== null && <p class="note">{failure}</p>}
        {failure === null && !summary && <p class="note">{wordsOf().adding}</p>}
        {summary?.fixes === 0 && <p class="note">{wordsOf().nothing}</p>}
        {summary && summary.fixes > 0 && <Figures summary={summary} />}
        {summary && <Visits summary={summary} days={days} end={stretch.end} />}
      </div>
      <HeatSwitch of={of} stretch={stretch} />
      <p class="asked-files" role="group" aria-label={wordsOf().files}>
        <span>{wordsOf().files}</span>
        {FILES.map(([format, name]) => (
          <a key={format} class="button" href={trackFile(of, stretch, format)} download>
            {name}
          </a>
        ))}
      </p>
      {mayShare(visitor, of) && <HidePart of={of} />}
    </section>
  );
}

function SpanChooser({ days }: { readonly days: SpanDays }) {
  const past = usePast();
  return (
    <select
      aria-label={wordsOf().days}
      value={String(days)}
      onChange={(event) => {
        past.span.value = Number(event.currentTarget.value) as SpanDays;
      }}
    >
      {SPANS.map((span) => (
        <option key={span} value={String(span)}>
          {wordsOf().spans[span]}
        </option>
      ))}
    </select>
  );
}

function Figures({ summary }: { readonly summary: Summary }) {
  const { units } = usePreferences().settings.value;
  const [hours, minutes] = spanText(Math.round(summary.moving_s / 60) * 60).split(/ (?=\d)/);
  const far = way(summary.distance_m, units);
  const fast =
    summary.top_speed_kmh === undefined ? undefined : speed(summary.top_speed_kmh, units);
  return (
    <Stats>
      <Stat name={wordsOf().distance} value={far.value} unit={far.unit} />
      <Stat name={wordsOf().moving} value={hours} unit={minutes ?? ''} />
      <Stat name={wordsOf().fastest} value={fast?.value} unit={fast?.unit ?? ''} />
    </Stats>
  );
}

interface VisitsProps {
  readonly summary: Summary;
  readonly days: SpanDays;
  /** Of the span, epoch seconds. */
  readonly end: number;
}

/** Of one day each visit with its times; of more days how long in all. */
function Visits({ summary, days, end }: VisitsProps) {
  const past = usePast();
  if (summary.regions.length === 0) return null;
  if (days > 1) {
    return (
      <ul class="asked-stays" aria-label={wordsOf().visits}>
        {summary.regions.slice(0, MOST).map(({ region, name, visits, seconds }) => (
          <li key={region}>
            <b class="ellipsis">{name}</b>
            <span class="number">{wordsOf().times(visits)}</span>
            <span class="number">{spanText(seconds)}</span>
          </li>
        ))}
      </ul>
    );
  }
  return (
    <ul class="asked-stays" aria-label={wordsOf().visits}>
      {summary.visits.slice(0, MOST).map((visit) => (
        <li key={`${visit.region} ${String(visit.from)}`}>
          <button
            type="button"
            title={wordsOf().lookAt}
            onClick={() => {
              past.go(visit.from);
            }}
          >
            <b class="ellipsis">{visit.name}</b>
            <span class="number">
              {minuteText(visit.from)}–{visit.to >= end - 1 ? MIDNIGHT : minuteText(visit.to)}
            </span>
            <span class="number">{spanText(visit.to - visit.from)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function minuteText(at: number): string {
  return shortClockText(at);
}

/** While it is on, the map shows where the time of the span was spent. */
function HeatSwitch({ of, stretch }: { readonly of: Key; readonly stretch: Stretch }) {
  const { api } = useServer();
  const past = usePast();
  const [on, setOn] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const { start, end } = stretch;
  const decisions = past.decisions.value;
  useEffect(() => {
    if (!on) return;
    let over = false;
    askHeat(api, of, { start, end }).then(
      (cells) => {
        if (over) return;
        setFailure(null);
        past.heat.value = cells;
      },
      (error: unknown) => {
        if (!over) setFailure(failureOf(error, Date.now()).why);
      },
    );
    return () => {
      over = true;
      past.heat.value = null;
    };
  }, [api, past, on, of, start, end, decisions]);
  return (
    <label class="doubtful-switch">
      <input
        type="checkbox"
        role="switch"
        checked={on}
        onChange={(event) => {
          setOn(event.currentTarget.checked);
        }}
      />
      {wordsOf().heat}
      {failure !== null && <span class="note">{failure}</span>}
    </label>
  );
}

interface SummaryAnswer {
  readonly summary: Summary | null;
  readonly failure: string | null;
}

/** The figures of a span; of the one before nothing is shown. */
function useSummary(of: Key, { start, end }: Stretch): SummaryAnswer {
  const { api } = useServer();
  const past = usePast();
  const [answer, setAnswer] = useState<SummaryAnswer & { readonly about: string }>({
    about: '',
    summary: null,
    failure: null,
  });
  const decisions = past.decisions.value;
  const about = `${of} ${String(start)} ${String(end)} ${String(decisions)}`;
  useEffect(() => {
    let over = false;
    const tell = (summary: Summary | null, failure: string | null) => {
      if (!over) setAnswer({ about, summary, failure });
    };
    askSummary(api, of, { start, end }).then(
      (summary) => {
        tell(summary, null);
      },
      (error: unknown) => {
        tell(null, failureOf(error, Date.now()).why);
      },
    );
    return () => {
      over = true;
    };
  }, [api, about]);
  return answer.about === about ? answer : { summary: null, failure: null };
}
