/** Which key does what: one table, for the keyboard and for the help dialog. No DOM here. */
import { t } from '@lingui/core/macro';

export type Action =
  | 'search'
  | 'follow'
  | 'trail'
  | 'fit'
  | 'theme'
  | 'help'
  | 'close'
  | 'stop'
  | 'map'
  | 'regions'
  | 'crossings'
  | 'alerts'
  | 'robots'
  | 'broker'
  | 'console'
  | 'live'
  | 'play'
  | 'back'
  | 'forth';

export interface Binding {
  /** One key, or two pressed one after the other. */
  readonly keys: readonly [string] | readonly [string, string];
  readonly action: Action;
  /** What it does, in words. */
  does(): string;
  readonly group: 'Map' | 'Time' | 'Go to' | 'Page' | 'Robots';
}

/** Keys, and what they do in words. */
export type KeyWords = readonly (readonly [keys: readonly string[], does: string])[];

export const BINDINGS: readonly Binding[] = [
  { keys: ['/'], action: 'search', does: () => t`Search`, group: 'Map' },
  { keys: ['f'], action: 'follow', does: () => t`Follow the selected one`, group: 'Map' },
  { keys: ['t'], action: 'trail', does: () => t`Show or hide the trail`, group: 'Map' },
  { keys: ['0'], action: 'fit', does: () => t`Show everybody`, group: 'Map' },
  { keys: ['l'], action: 'live', does: () => t`Back to now`, group: 'Time' },
  { keys: ['p'], action: 'play', does: () => t`Play the day, or pause`, group: 'Time' },
  { keys: ['['], action: 'back', does: () => t`One fix or minute back`, group: 'Time' },
  { keys: [']'], action: 'forth', does: () => t`One fix or minute on`, group: 'Time' },
  { keys: ['g', 'm'], action: 'map', does: () => t`Map`, group: 'Go to' },
  { keys: ['g', 'w'], action: 'regions', does: () => t`Who is where`, group: 'Go to' },
  { keys: ['g', 'x'], action: 'crossings', does: () => t`Crossings`, group: 'Go to' },
  { keys: ['g', 'n'], action: 'alerts', does: () => t`Alerts`, group: 'Go to' },
  { keys: ['g', 'r'], action: 'robots', does: () => t`Robots`, group: 'Go to' },
  { keys: ['g', 'b'], action: 'broker', does: () => t`Broker`, group: 'Go to' },
  { keys: ['g', 'c'], action: 'console', does: () => t`Console`, group: 'Go to' },
  { keys: ['d'], action: 'theme', does: () => t`Dark or light`, group: 'Page' },
  { keys: ['?'], action: 'help', does: () => t`This help`, group: 'Page' },
  { keys: ['Escape'], action: 'close', does: () => t`Close, or stop following`, group: 'Page' },
  { keys: [' '], action: 'stop', does: () => t`Stop the robot, or all robots`, group: 'Robots' },
];

/** Keys which the drive pad handles itself while it has the focus; told in the help. */
export function padKeys(): KeyWords {
  return [
    [['W', 'A', 'S', 'D'], t`Drive, while the pad has the focus`],
    [['↑', '↓', '←', '→'], t`Drive, while the pad has the focus`],
    [['Escape'], t`Release the robot`],
  ];
}

/** Keys which the roster handles itself while it has the focus; told in the help. */
export function rosterKeys(): KeyWords {
  return [
    [['↑', '↓'], t`Move through the list`],
    [['Enter'], t`Select`],
  ];
}

/** Keys which the list of alerts handles itself while it has the focus; told in the help. */
export function alertKeys(): KeyWords {
  return [[['A'], t`Acknowledge the alert that has the focus`]];
}

/** Keys which the bar of time handles itself while it has the focus; told in the help. */
export function barKeys(): KeyWords {
  return [
    [['←', '→'], t`A minute back or on; less when a shorter time is shown`],
    [['PgDn', 'PgUp'], t`An hour back or on; less when a shorter time is shown`],
    [['+', '−'], t`Show a shorter or a longer time on the bar`],
  ];
}

/** Keys while a region is drawn; told in the help. */
export function drawKeys(): KeyWords {
  return [
    [['Enter'], t`Finish the polygon that is drawn`],
    [['Delete'], t`Take the chosen corner away`],
    [['Ctrl', 'Z'], t`Undo a step of drawing`],
  ];
}

/** The second key of a pair must follow within so many milliseconds. */
export const PAIR_WITHIN = 1500;

/** The first key of a pair, waiting for the second. */
export interface Waiting {
  readonly key: string;
  readonly until: number;
}

/** A key was pressed at `now` (milliseconds): what to do, and what to wait for. */
export function pressed(
  key: string,
  waiting: Waiting | null,
  now: number,
): { action: Action | null; waiting: Waiting | null } {
  const wanted = key.length === 1 ? key.toLowerCase() : key;
  if (waiting && now <= waiting.until) {
    const pair = BINDINGS.find(
      (binding) => binding.keys[0] === waiting.key && binding.keys[1] === wanted,
    );
    return { action: pair?.action ?? null, waiting: null };
  }
  const single = BINDINGS.find(
    (binding) => binding.keys.length === 1 && binding.keys[0] === wanted,
  );
  if (single) return { action: single.action, waiting: null };
  const begins = BINDINGS.some(
    (binding) => binding.keys.length === 2 && binding.keys[0] === wanted,
  );
  return { action: null, waiting: begins ? { key: wanted, until: now + PAIR_WITHIN } : null };
}
