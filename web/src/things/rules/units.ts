/** Units in which a threshold is typed. Pure. */
import { t } from '@lingui/core/macro';
import type { Units } from '../../ui/customs';
import type { Threshold } from './conditions';

export interface Unit {
  readonly id: string;
  readonly word: string;
  /** So many of the rule's own unit. */
  readonly factor: number;
  readonly signed?: boolean;
}

const M_PER_FOOT = 0.3048;
const KM_PER_MILE = 1.609344;

export function unitsFor(is: Threshold['is'], units: Units): readonly Unit[] {
  const imperial = units === 'imperial';
  switch (is) {
    case 'time':
      return [
        { id: 's', word: t`seconds`, factor: 1 },
        { id: 'min', word: t`minutes`, factor: 60 },
        { id: 'h', word: t`hours`, factor: 3600 },
      ];
    case 'way':
      return imperial
        ? [{ id: 'ft', word: t`feet`, factor: M_PER_FOOT }]
        : [{ id: 'm', word: t`metres`, factor: 1 }];
    case 'speed':
      return imperial
        ? [{ id: 'mph', word: t`miles per hour`, factor: KM_PER_MILE }]
        : [{ id: 'kmh', word: t`km/h`, factor: 1 }];
    case 'percent':
      return [{ id: 'percent', word: '%', factor: 1 }];
    case 'milliseconds':
      return [{ id: 'ms', word: t`milliseconds`, factor: 1 }];
    case 'count':
      return [{ id: 'times', word: t`times`, factor: 1 }];
    case 'degrees':
      return [{ id: 'degrees', word: t`degrees`, factor: 1 }];
    case 'plain':
      return [{ id: 'plain', word: '', factor: 1, signed: true }];
  }
}

/** The greatest unit in which a value is a short number. */
export function shownAs(units: readonly Unit[], value: number): Unit {
  const fits = units.filter(({ factor }) => value >= factor && (value / factor) % 0.5 === 0);
  return (fits.at(-1) ?? units[0]) as Unit;
}
