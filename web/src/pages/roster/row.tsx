/** One row of the roster. */
import { memo } from 'preact/compat';
import { ageText } from '../../app/ages';
import type { Key } from '../../app/world';
import { kindOf } from '../../things';
import { freshnessOf } from '../../things/entry';
import type { Entry } from '../../things/entry';
import { APART } from '../../things/freshness';
import { Avatar } from '../../ui/avatar';
import { Battery } from '../../ui/battery';
import { inOneLine, speed } from '../../ui/numbers';
import type { Units } from '../../ui/numbers';

export function at(top: number) {
  return { transform: `translateY(${String(top)}px)` };
}

/** What a row says of time. */
interface Told {
  /** The age of the position; of what has none, of the last contact. */
  readonly age: string;
  /** The age of the last contact, where that is another matter. */
  readonly heard: string;
  readonly moving: boolean;
  /** Whether it is of now. */
  readonly current: boolean;
}

export function told(entry: Entry, now: number): Told {
  const { heard, fixed = heard } = entry;
  const { moving, current } = freshnessOf(entry, now);
  return {
    age: fixed === undefined ? '' : ageText(now - fixed),
    heard:
      heard !== undefined && fixed !== undefined && heard - fixed >= APART && !current
        ? ageText(now - heard)
        : '',
    moving,
    // What has no position is of now whenever it is heard.
    current: current || !kindOf(entry.key)?.marker,
  };
}

interface RowProps {
  readonly entry: Entry;
  readonly top: number;
  readonly nth: number;
  readonly of: number;
  readonly qualified: boolean;
  readonly selected: boolean;
  /** Whether the Tab key stops here. */
  readonly stop: boolean;
  readonly told: Told;
  readonly face: string | undefined;
  readonly where: string;
  readonly units: Units;
  choose(key: Key): void;
}

export const Row = memo(
  function Row(props: RowProps) {
    const { entry, selected, told } = props;
    const robot = kindOf(entry.key)?.isMachine === true;
    const doing = [
      ...(entry.speed === undefined
        ? []
        : [`${told.current ? '' : 'was '}${inOneLine(speed(entry.speed, props.units))}`]),
      ...(entry.note === '' ? [] : [entry.note]),
      ...(told.heard === '' ? [] : [`heard ${told.heard} ago`]),
    ].join(' · ');
    return (
      <li class="item" style={at(props.top)} aria-posinset={props.nth} aria-setsize={props.of}>
        <button
          type="button"
          class="row"
          data-thing={entry.key}
          data-presence={entry.presence}
          data-moving={told.moving}
          data-current={told.current}
          aria-current={selected ? 'true' : undefined}
          tabIndex={props.stop ? 0 : -1}
          onClick={() => {
            props.choose(entry.key);
          }}
        >
          <Avatar
            colour={entry.colour}
            initials={entry.initials}
            presence={entry.presence}
            robot={robot}
            face={props.face}
          />
          <span class="who">
            <span class="name">
              {entry.name}
              {props.qualified && entry.qualifier && <small> {entry.qualifier}</small>}
            </span>
            <span class="where">
              {props.where !== '' && <span class="ellipsis">{props.where}</span>}
              {doing !== '' && <span>{doing}</span>}
            </span>
          </span>
          <span class="right">
            <span class="age">
              {entry.presence !== 'live' && <span class="hidden">{entry.presence}, </span>}
              {told.age}
              {told.age !== '' && <span class="hidden"> ago</span>}
            </span>
            {entry.battery !== undefined && (
              <Battery percent={entry.battery} charging={entry.charging} />
            )}
          </span>
        </button>
      </li>
    );
  },
  (a, b) =>
    a.entry === b.entry &&
    a.top === b.top &&
    a.nth === b.nth &&
    a.of === b.of &&
    a.qualified === b.qualified &&
    a.selected === b.selected &&
    a.stop === b.stop &&
    a.told.age === b.told.age &&
    a.told.heard === b.told.heard &&
    a.told.moving === b.told.moving &&
    a.told.current === b.told.current &&
    a.face === b.face &&
    a.where === b.where &&
    a.units === b.units,
);
