/** One row of the roster. */
import { t } from '@lingui/core/macro';
import { memo } from 'preact/compat';
import { ageText } from '../../app/ages';
import type { Key } from '../../app/world';
import { kindOf } from '../../things';
import type { Entry } from '../../things/entry';
import { agesDiffer, MOVES_FROM } from '../../things/freshness';
import type { Freshness } from '../../things/freshness';
import { freshnessText } from '../../things/freshnesstext';
import { Avatar } from '../../ui/avatar';
import { Battery } from '../../ui/battery';
import { inOneLine, speed } from '../../ui/numbers';
import type { Units } from '../../ui/numbers';

export function at(top: number) {
  return { transform: `translateY(${String(top)}px)` };
}

/** What a row says of time. */
interface RowFreshness extends Pick<Freshness, 'presence' | 'moving' | 'current' | 'figures'> {
  /** The age of the position; of what has none, of the last contact. */
  readonly age: string;
  /** The age of the last contact, where that is another matter. */
  readonly heard: string;
  /** What is so, for those who do not see the colours. */
  readonly words: string;
}

export function rowFreshness(fresh: Freshness, now: number): RowFreshness {
  const { presence, moving, current, figures, contactAge, fixAge = contactAge } = fresh;
  return {
    ...{ presence, moving, current, figures },
    age: fixAge === undefined ? '' : ageText(fixAge),
    heard: agesDiffer(fresh) && contactAge !== undefined ? ageText(contactAge) : '',
    words: freshnessText(fresh, now),
  };
}

/** Nothing that is drawn of two differs. */
function sameFreshness(a: RowFreshness, b: RowFreshness): boolean {
  return (
    a.age === b.age &&
    a.heard === b.heard &&
    a.words === b.words &&
    a.presence === b.presence &&
    a.figures === b.figures
  );
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
  readonly freshness: RowFreshness;
  readonly face: string | undefined;
  readonly where: string;
  readonly units: Units;
  choose(key: Key): void;
}

/** The speed of anybody who moves, or moved not long ago. */
function speedOf({ entry, freshness, units }: RowProps): string[] {
  if (entry.speed === undefined || entry.speed < MOVES_FROM) return [];
  const text = inOneLine(speed(entry.speed, units));
  switch (freshness.figures) {
    case 'now':
      return [text];
    case 'then':
      return [t`was ${text}`];
    case 'withheld':
      return [];
  }
}

/** What else it says; of what has no position and is not heard now, only that. */
function noteOf({ entry, freshness }: RowProps): string[] {
  if (entry.position === undefined && !freshness.current) return [freshness.words];
  return entry.note === '' ? [] : [entry.note];
}

export const Row = memo(
  function Row(props: RowProps) {
    const { entry, selected, freshness } = props;
    const robot = kindOf(entry.key)?.isMachine === true;
    const doing = [
      ...(freshness.heard === '' ? [] : [t`heard ${freshness.heard} ago`]),
      ...speedOf(props),
      ...noteOf(props),
    ].join(' · ');
    return (
      <li class="item" style={at(props.top)} aria-posinset={props.nth} aria-setsize={props.of}>
        <button
          type="button"
          class="row"
          data-thing={entry.key}
          data-presence={freshness.presence}
          data-moving={freshness.moving}
          data-current={freshness.current}
          aria-current={selected ? 'true' : undefined}
          tabIndex={props.stop ? 0 : -1}
          onClick={() => {
            props.choose(entry.key);
          }}
        >
          <Avatar
            colour={entry.colour}
            initials={entry.initials}
            presence={freshness.presence}
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
              <span class="hidden">{freshness.words}</span>
              <span aria-hidden="true">{freshness.age}</span>
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
    sameFreshness(a.freshness, b.freshness) &&
    a.face === b.face &&
    a.where === b.where &&
    a.units === b.units,
);
