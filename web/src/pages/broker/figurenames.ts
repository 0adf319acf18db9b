/** The figures of a broker that the overview asks for. */
import { PICTURES } from './pictures';
import { KPIS } from './kpis';

export const NAMES = [
  ...new Set([
    ...KPIS.map((kpi) => kpi.of),
    ...PICTURES.flatMap((picture) => picture.curves.map((curve) => curve.of)),
  ]),
];
