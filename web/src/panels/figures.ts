/** The history of a thing's figures, asked for once and then followed while it is looked at. */
import { useEffect, useState } from 'preact/hooks';
import { MOST_SAMPLES, NO_SERIES, joined, readSeries } from '../kinds/broker/series';
import type { Series } from '../kinds/broker/series';
import type { Key } from '../world';
import { useApp } from './context';

/** How often newer ones are asked for, in milliseconds. */
const EVERY = 5000;

export function useFigures(thing: Key | null, names: readonly string[]): Series {
  const { helm, connection } = useApp();
  const [series, setSeries] = useState<Series>(NO_SERIES);
  const live = connection.value.state === 'live';
  const wanted = names.join('\n');
  useEffect(() => {
    if (!live || thing === null) return;
    let known = NO_SERIES;
    let wants = true;
    const ask = () => {
      const last = known.at.length > MOST_SAMPLES ? 0 : (known.at.at(-1) ?? 0);
      if (last === 0) known = NO_SERIES;
      helm.ask('figures', { thing, names: wanted.split('\n'), since: last }).then(
        (answer) => {
          if (!wants) return;
          known = joined(known, readSeries(answer));
          setSeries(known);
        },
        () => undefined, // There are none yet; asked again soon.
      );
    };
    ask();
    const timer = setInterval(ask, EVERY);
    return () => {
      wants = false;
      clearInterval(timer);
    };
  }, [helm, live, thing, wanted]);
  return series;
}
