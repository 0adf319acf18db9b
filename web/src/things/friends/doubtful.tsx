/** The fixes of the day that are not believed: shown on demand, with reasons; owners overrule. */
import { plural, t } from '@lingui/core/macro';
import { useEffect, useState } from 'preact/hooks';
import { usePreferences, useServer, useTime, useWho } from '../../app/context';
import { shortTimeText } from '../../app/ages';
import { mayShare } from '../../app/visitor';
import type { Key } from '../../app/world';
import { usePast } from '../../past/context';
import type { DoubtfulPoint, Overruled } from '../../past/doubtful';
import { pointAt } from '../../past/track';
import { clockText } from '../../past/wording';
import { ActButton } from '../../ui/actbutton';

/** So many are listed; the map shows all of them. */
const MOST = 50;

/** What is doubtful of this one's day, when anything is, or when somebody may decide about it. */
export function DoubtfulFixes({ of }: { of: Key }) {
  const past = usePast();
  const { visitor } = useWho();
  const track = past.track.value;
  if (track?.key !== of) return null;
  const mine = mayShare(visitor, of);
  if (track.doubtful.length === 0 && !mine) return null;
  return (
    <section class="part doubtful" aria-label={t`Doubtful fixes`}>
      {track.doubtful.length > 0 && <Doubtful of={of} points={track.doubtful} mine={mine} />}
      {mine && <Decided key={of} of={of} />}
    </section>
  );
}

function Doubtful({
  of,
  points,
  mine,
}: {
  of: Key;
  points: readonly DoubtfulPoint[];
  mine: boolean;
}) {
  const preferences = usePreferences();
  const shown = preferences.settings.value.doubtful;
  const overrule = useOverrule(of);
  return (
    <>
      <label class="doubtful-switch">
        <input
          type="checkbox"
          role="switch"
          checked={shown}
          onChange={(event) => {
            preferences.change({ doubtful: event.currentTarget.checked });
          }}
        />
        {t`Show doubtful fixes (${points.length})`}
      </label>
      {shown && (
        <ul class="doubtful-list">
          {points.slice(0, MOST).map((point) => (
            <DoubtfulItem key={point.at} point={point} use={mine ? overrule.use : undefined} />
          ))}
        </ul>
      )}
      {shown && points.length > MOST && <p class="note">{t`and ${points.length - MOST} more.`}</p>}
      {shown && mine && points.length > 1 && (
        <ActButton words={t`Use all ${points.length}`} act={() => overrule.use(points)} />
      )}
    </>
  );
}

function DoubtfulItem({
  point,
  use,
}: {
  point: DoubtfulPoint;
  use: ((points: readonly DoubtfulPoint[]) => Promise<void>) | undefined;
}) {
  const past = usePast();
  const time = clockText(point.at);
  return (
    <li>
      <button
        type="button"
        class="doubtful-go"
        title={t`Look at this time`}
        onClick={() => {
          past.go(point.at);
        }}
      >
        <time class="number">{time}</time>
        <span>{point.why}</span>
      </button>
      {use && (
        <ActButton words={t`Use it`} label={t`Use the fix of ${time}`} act={() => use([point])} />
      )}
    </li>
  );
}

/** Ways to decide about fixes of a day; the track is looked at again afterwards. */
function useOverrule(of: Key) {
  const { api } = useServer();
  const past = usePast();
  const [kind = '', group = '', id = ''] = of.split('/', 3);
  const thing = { kind, group, id };
  const done = () => {
    past.overruled();
  };
  return {
    async use(points: readonly DoubtfulPoint[]) {
      const at = points.map((point) => point.at);
      const which = at.length > MOST ? { from: at[0], to: at.at(-1) } : { tst: at };
      await api.post('believe/{kind}/{group}/{id}', thing, which);
      done();
    },
    async hide(at: number) {
      await api.post('hide/{kind}/{group}/{id}', thing, { tst: [at] });
      done();
    },
    async undo(undo: string) {
      await api.post('unhide', { undo });
      done();
    },
    async list() {
      return (await api.get('overruled/{kind}/{group}/{id}', thing)).acts;
    },
  };
}

/** The fix that is looked at, to hide it; and all that was decided, to undo it. */
function Decided({ of }: { of: Key }) {
  const past = usePast();
  const overrule = useOverrule(of);
  const [open, setOpen] = useState(false);
  const acts = useOverruled(overrule.list, past.decisions.value);
  const at = past.at.value;
  const here = at === null ? undefined : pointAt(past.track.value?.points ?? [], at);
  return (
    <>
      {here && (
        <ActButton
          words={t`Hide the fix of ${clockText(here.at)}`}
          act={() => overrule.hide(here.at)}
        />
      )}
      {acts.length > 0 && (
        <button
          type="button"
          class="doubtful-more"
          aria-expanded={open}
          onClick={() => {
            setOpen(!open);
          }}
        >
          {t`Overruled by hand (${acts.length})`}
        </button>
      )}
      {open && acts.length > 0 && (
        <ul class="doubtful-list">
          {acts.slice(0, MOST).map((act) => (
            <OverruledItem key={act.undo} act={act} undo={overrule.undo} />
          ))}
        </ul>
      )}
    </>
  );
}

/** What was decided, asked again after each decision; nothing while the server cannot say. */
function useOverruled(
  list: () => Promise<readonly Overruled[]>,
  decisions: number,
): readonly Overruled[] {
  const [acts, setActs] = useState<readonly Overruled[]>([]);
  useEffect(() => {
    let over = false;
    list().then(
      (found) => {
        if (!over) setActs(found);
      },
      () => undefined,
    );
    return () => {
      over = true;
    };
  }, [decisions]);
  return acts;
}

function OverruledItem({ act, undo }: { act: Overruled; undo(name: string): Promise<void> }) {
  const { now } = useTime();
  const what = actText(act, now.value);
  return (
    <li>
      <span>{what}</span>
      <ActButton words={t`Undo`} label={t`Undo: ${what}`} act={() => undo(act.undo)} />
    </li>
  );
}

/** "Used 1 fix of 14:02", "Hid 12 fixes, 18 Nov to 19 Nov". */
export function actText({ what, count, from, to }: Overruled, now: number): string {
  const first = shortTimeText(from, now);
  const last = shortTimeText(to, now);
  if (from === to) {
    return what === 'use'
      ? plural(count, { one: `Used # fix of ${first}`, other: `Used # fixes of ${first}` })
      : plural(count, { one: `Hid # fix of ${first}`, other: `Hid # fixes of ${first}` });
  }
  return what === 'use'
    ? plural(count, {
        one: `Used # fix of ${first} to ${last}`,
        other: `Used # fixes of ${first} to ${last}`,
      })
    : plural(count, {
        one: `Hid # fix of ${first} to ${last}`,
        other: `Hid # fixes of ${first} to ${last}`,
      });
}
