/** The figures of a broker that the overview asks for. */
import { pictures } from './pictures';
import { kpis } from './kpis';

export const NAMES = [
  ...new Set([
    ...kpis().map((kpi) => kpi.of),
    ...pictures().flatMap((picture) => picture.curves.map((curve) => curve.of)),
  ]),
];
