/** Who entered and left which region, newest first, of all, of one friend, or of one region. */
import { plural, t } from '@lingui/core/macro';
import { Plural } from '@lingui/react/macro';
import { Bell, BellOff, DoorOpen } from 'lucide';
import { useState } from 'preact/hooks';
import { useChanges, useLive, usePreferences } from '../../app/context';
import { Icon } from '../../ui/icon';
import type { Key } from '../../app/world';
import { orderOf } from '../names';
import { transitionsOf } from './transitions';
import { TransitionItem } from './transition';
import { NotifyChoice } from './notify';
import { useNames } from './pieces';
import type { Transition } from './transitions';
import type { Dispatch, StateUpdater } from 'preact/hooks';
import type { Preferences } from '../../app/preferences';

/** So many are drawn at first, and so many more each time. */
const PAGE = 60;

export function TransitionList() {
  const { world, ready } = useLive();
  const preferences = usePreferences();
  const [thing, setThing] = useState('');
  const [region, setRegion] = useState('');
  const [most, setMost] = useState(PAGE);
  const nameOf = useNames();
  useChanges(({ kinds }) => kinds.has('crossing') || kinds.size === 0);
  const all = transitionsOf(world);
  const things = options(
    all.map((transition) => transition.thing),
    nameOf,
  );
  const names = new Map(all.flatMap(({ region: key, name }) => (key ? [[key, name]] : [])));
  const regions = options(
    all.flatMap((transition) => transition.region ?? []),
    (key) => names.get(key) ?? key,
  );
  const found = all.filter(
    (transition) =>
      (thing === '' || transition.thing === thing) &&
      (region === '' || transition.region === region),
  );
  const told = preferences.settings.value.crossings;
  const missed = world.missed.get('crossing') ?? 0;
  return (
    <>
      <ListHead
        found={found}
        missed={missed}
        thing={thing}
        things={things}
        setThing={setThing}
        region={region}
        regions={regions}
        setRegion={setRegion}
        told={told}
        preferences={preferences}
      />
      <div class="board" tabIndex={0} role="group" aria-label={t`Crossings`}>
        {ready.value && all.length === 0 && (
          <div class="empty">
            <Icon of={DoorOpen} size={28} />
            <h2>{t`Nobody crossed an edge yet`}</h2>
            <p>{t`Whenever somebody enters or leaves a region it is written down here, with who says so: the server, the phone, or both.`}</p>
          </div>
        )}
        {all.length > 0 && found.length === 0 && <p class="nobody">{t`None of these.`}</p>}
        <ol class="crossings" aria-label={t`Crossings, newest first`}>
          {found.slice(0, most).map((transition) => (
            <TransitionItem key={transition.n} transition={transition} />
          ))}
        </ol>
        {found.length > most && (
          <button
            type="button"
            class="button quiet small more"
            onClick={() => {
              setMost(most + PAGE);
            }}
          >{t`Older ones`}</button>
        )}
      </div>
    </>
  );
}

function ListHead({
  found,
  missed,
  thing,
  things,
  setThing,
  region,
  regions,
  setRegion,
  told,
  preferences,
}: {
  found: Transition[];
  missed: number;
  thing: string;
  things: readonly (readonly [string, string])[];
  setThing: Dispatch<StateUpdater<string>>;
  region: string;
  regions: readonly (readonly [string, string])[];
  setRegion: Dispatch<StateUpdater<string>>;
  told: boolean;
  preferences: Preferences;
}) {
  return (
    <header>
      <p class="summary">
        <span>
          <Plural
            value={found.length}
            one={
              <span>
                <strong>#</strong> crossing
              </span>
            }
            other={
              <span>
                <strong>#</strong> crossings
              </span>
            }
          />
        </span>
        {missed > 0 && (
          <span>{plural(missed, { one: '# passed unseen', other: '# passed unseen' })}</span>
        )}
      </p>
      <div class="list-tools">
        <Pick name={t`Who`} all={t`Everyone`} value={thing} options={things} choose={setThing} />
        <Pick
          name={t`Region`}
          all={t`Every region`}
          value={region}
          options={regions}
          choose={setRegion}
        />
        <button
          type="button"
          class="icon-button bell"
          aria-pressed={told}
          aria-label={t`Tell of crossings as they happen`}
          title={told ? t`Crossings are told as they happen` : t`Crossings are not told`}
          onClick={() => {
            preferences.change({ crossings: !told });
          }}
        >
          <Icon of={told ? Bell : BellOff} size={17} />
        </button>
      </div>
      <NotifyChoice />
    </header>
  );
}

function Pick({
  name,
  all,
  value,
  options: choices,
  choose,
}: {
  name: string;
  all: string;
  value: string;
  options: readonly (readonly [Key, string])[];
  choose(value: string): void;
}) {
  return (
    <label class="pick">
      <span class="hidden">{name}</span>
      <select
        value={value}
        onChange={(change) => {
          choose(change.currentTarget.value);
        }}
      >
        <option value="">{all}</option>
        {choices.map(([key, word]) => (
          <option key={key} value={key}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}

function options(
  keys: readonly Key[],
  nameOf: (key: Key) => string,
): readonly (readonly [Key, string])[] {
  return [...new Set(keys)]
    .map((key) => [key, nameOf(key)] as const)
    .sort(([, a], [, b]) => (orderOf(a) < orderOf(b) ? -1 : 1));
}
