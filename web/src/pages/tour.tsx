/**
 * A short tour of the demonstration: what is where, five steps, once per browser. It lies beside the
 * page and takes nothing away from it: everything can be used meanwhile, and Escape ends it.
 */
import { t } from '@lingui/core/macro';
import { X } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { useLayout, useLive, useNavigation, useThing, useWho } from '../app/context';
import { nowShown, wasShown } from '../app/seenonce';
import { keyOf } from '../app/world';
import { readServer } from '../things/server/read';
import { Icon } from '../ui/icon';

const SHOWN = 'tour';

interface Step {
  readonly title: string;
  readonly text: string;
  /** The part of the page it is about, by a selector; marked while the step is shown. */
  readonly about: string;
}

const steps = (): readonly Step[] => [
  {
    title: t`Everybody is in this list`,
    text: t`These friends and robots are simulated, and move as real ones do. Choose somebody to see where they are and what is known of them.`,
    about: '#roster',
  },
  {
    title: t`And on the map`,
    text: t`Marks glide from one report to the next. A faint mark has not reported for a while. Drag the map, or type a name or a place into the search.`,
    about: '.stage',
  },
  {
    title: t`Go back in time`,
    text: t`This bar is a day. Drag along it to see where everybody was; the demonstration has a week of past. “Live” leads back to now.`,
    about: '.timebar',
  },
  {
    title: t`Robots, and what is behind it all`,
    text: t`Robots can be driven from here. Broker shows the messages that everything comes from.`,
    about: '.navigation',
  },
  {
    title: t`Your own phone`,
    text: t`Nothing here is kept when the demonstration ends. Start the server without it, and “Add a phone” takes two minutes. Help has all keys and words.`,
    about: '.navigation',
  },
];

/** Only in the demonstration, on the map, and not for those who came by a link to somebody. */
export function Tour() {
  const { ready } = useLive();
  const { visitor } = useWho();
  const { section } = useNavigation();
  const { help } = useLayout();
  const server = useThing(keyOf('server', 'sightline'));
  const [done, setDone] = useState(() => wasShown(SHOWN));
  const demo = server !== undefined && readServer(server).demo;
  if (done || !demo || !ready.value || visitor.way === 'link' || section.value !== 'map')
    return null;
  if (help.value) return null;
  return (
    <Steps
      end={() => {
        nowShown(SHOWN);
        setDone(true);
      }}
    />
  );
}

function Steps({ end }: { end(): void }) {
  const all = steps();
  const [at, setAt] = useState(0);
  const step = all[at];
  const about = step?.about;
  useEffect(() => {
    const part = about === undefined ? null : document.querySelector(about);
    part?.classList.add('toured');
    return () => {
      part?.classList.remove('toured');
    };
  }, [about]);
  if (!step) return null;
  const last = at === all.length - 1;
  const [number, count] = [at + 1, all.length];
  return (
    <section
      class="tour panel"
      aria-label={t`A short tour`}
      data-tour={at}
      onKeyDown={(key) => {
        if (key.key !== 'Escape') return;
        key.stopPropagation();
        end();
      }}
    >
      <div aria-live="polite">
        <h2>{step.title}</h2>
        <p>{step.text}</p>
      </div>
      <footer>
        <span class="muted">{t`${number} of ${count}`}</span>
        {at > 0 && (
          <button
            type="button"
            class="button"
            onClick={() => {
              setAt(at - 1);
            }}
          >
            {t`Back`}
          </button>
        )}
        <button
          type="button"
          class="button primary"
          onClick={() => {
            if (last) end();
            else setAt(at + 1);
          }}
        >
          {last ? t`Done` : t`Next`}
        </button>
      </footer>
      <button type="button" class="icon-button" aria-label={t`Skip the tour`} onClick={end}>
        <Icon of={X} />
      </button>
    </section>
  );
}
