/**
 * The history of a thing's figures, asked for once and then followed while it is looked at; and, for
 * hours and days, what the server's store has of it.
 */
import { useEffect, useState } from 'preact/hooks';
import { MOST_SAMPLES, NO_SERIES, joined, readSeries } from './series';
import type { Series } from './series';
import type { Key } from '../../app/world';
import { useServer } from '../../app/context';

/** How often newer ones are asked for, in milliseconds. */
const EVERY = 5000;

export function useFigures(thing: Key | null, names: readonly string[]): Series {
  const { requests, connection } = useServer();
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
      requests.ask('figures', { thing, names: wanted.split('\n'), since: last }).then(
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
  }, [requests, live, thing, wanted]);
  return series;
}

/** Stored figures are of a minute or more: there is no use in asking oftener, in milliseconds. */
const STORED_EVERY = 60_000;

/** The last `back` seconds out of the store; null as long as there is nothing, or no store. */
export function useStored(
  thing: Key | null,
  names: readonly string[],
  back: number | null,
): Series | null {
  const { requests, connection } = useServer();
  const [found, setFound] = useState<{ readonly of: string; readonly series: Series } | null>(null);
  const live = connection.value.state === 'live';
  const wanted = names.join('\n');
  const of = `${thing ?? ''} ${String(back)} ${wanted}`;
  useEffect(() => {
    if (!live || thing === null || back === null) return;
    let wants = true;
    const ask = () => {
      requests.ask('figures', { thing, names: wanted.split('\n'), stored: back }).then(
        (answer) => {
          const series = readSeries(answer);
          if (wants && series.at.length > 1) setFound({ of, series });
        },
        () => undefined, // No store, or it does not answer: the figures since the start remain.
      );
    };
    ask();
    const timer = setInterval(ask, STORED_EVERY);
    return () => {
      wants = false;
      clearInterval(timer);
    };
  }, [requests, live, of]);
  return back !== null && found?.of === of ? found.series : null;
}
