/**
 * How far back something must go before it is over and may be told again (hysteresis): which
 * conditions know it, what the server takes where a rule names none, and how far it can be pulled. Pure.
 */
import type { Threshold } from './conditions';
import type { Condition } from './model';

export interface Margin {
  readonly is: Threshold['is'];
  readonly stops: readonly number[];
  /** What counts where the rule names none, in the unit of the limit. */
  readonly usual: number;
  /** The least that makes no sense any more: it could never be over. */
  readonly below?: number;
}

const WAYS = [10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000, 2000];
const PERCENTS = [0, 1, 2, 3, 5, 7, 10, 15, 20, 30];
const SPEEDS = [1, 2, 3, 5, 7, 10, 15, 20, 30];
const DELAYS = [5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500];
const ANGLES = [1, 2, 5, 10, 15, 20, 25, 30, 35, 40];

/** What this condition needs to be over; undefined: it knows no such thing. */
export function marginOf(condition: Condition): Margin | undefined {
  const { type, metres = 0, above = 0, below, changed } = condition;
  switch (type) {
    case 'near':
      return { is: 'way', stops: WAYS, usual: Math.max(30, metres * 0.1) };
    case 'battery':
      // What only must not be empty by some hour is over when it is charged.
      return below === undefined ? undefined : { is: 'percent', stops: PERCENTS, usual: 5 };
    case 'speed':
      return limited(above, { is: 'speed', stops: SPEEDS, usual: Math.max(3, above * 0.1) });
    case 'latency':
      return limited(above, { is: 'milliseconds', stops: DELAYS, usual: Math.max(1, above * 0.1) });
    case 'fallen':
      return { is: 'degrees', stops: ANGLES, usual: 10 };
    case 'number':
      return changed || (condition.above === undefined && below === undefined)
        ? undefined
        : { is: 'plain', stops: [], usual: 0 };
    default:
      return undefined;
  }
}

function limited(above: number, margin: Margin): Margin {
  return { ...margin, below: above, stops: margin.stops.filter((stop) => stop < above) };
}
