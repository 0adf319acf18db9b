/** Topics with their last payloads: what a search of the broker's tree finds, asked for again and again. */
import { useEffect, useState } from 'preact/hooks';
import { useServer } from '../../app/context';
import { Refused } from '../../net/requests';
import type { Granted } from '../../net/requests';

export type FoundTopic = Granted<'findtopics'>['found'][number];

/** Milliseconds of rest before a search, and between two looks at the same. */
const REST = 250;
const AGAIN = 3000;

interface FoundTopics {
  readonly found: readonly FoundTopic[];
  /** Why nothing can be found, in the server's words. */
  readonly why: string;
}

/** One search at a time is answered: another one on the page takes its place. */
export function useTopics(broker: string | undefined, text: string): FoundTopics {
  const { requests } = useServer();
  const [state, setState] = useState<FoundTopics>({ found: [], why: '' });
  useEffect(() => {
    let over = false;
    let timer = setTimeout(ask, REST);
    function ask(): void {
      const at = broker === undefined ? {} : { broker };
      // The server knows no topics but those that somebody looks at: until this page has gone on.
      requests
        .ask('topics', { ...at, all: true, watch: true })
        .then(() => requests.ask('findtopics', { ...at, text }))
        .then(
          ({ found }) => {
            if (!over) setState({ found, why: '' });
          },
          (error: unknown) => {
            if (!(error instanceof Refused)) throw error;
            if (!over && error.code !== 'superseded') setState({ found: [], why: error.message });
          },
        )
        .finally(() => {
          if (!over) timer = setTimeout(ask, AGAIN);
        });
    }
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [requests, broker, text]);
  useEffect(
    () => () => {
      requests.ask('topics', { watch: false }).catch(() => undefined);
    },
    [requests],
  );
  return state;
}

/** The broker that the words of a rule name, if they name one. */
export function brokerIn(about: readonly string[]): string | undefined {
  return about.find((word) => word.startsWith('broker/'))?.slice('broker/'.length);
}
