/** The busiest topics. */
import { useEffect } from 'preact/hooks';
import { useNavigation, useServer } from '../../app/context';
import { useConsole } from '../../console/context';
import { inOrder } from '../../console/topics';
import type { Broker } from '../../things/broker/read';
import { useCalmly } from '../../ui/hooks';
import { grouped } from '../../ui/numbers';
import { Card } from '../../ui/section';

/** So many rows in the list of the busiest. */
const BUSIEST = 7;

/** The first level of the topic tree by its rate: what people look for first when it is loud. */
export function BusiestCard({ broker }: { broker: Broker | undefined }) {
  const { connection } = useServer();
  const { go } = useNavigation();
  const consoleClient = useConsole();
  useCalmly(consoleClient, 200);
  const id = broker?.id;
  useEffect(() => {
    if (id === undefined) return;
    consoleClient.look({ broker: id, path: [], find: '', all: false });
    return () => {
      consoleClient.look(null);
    };
  }, [consoleClient, id]);
  const rows = inOrder(consoleClient.page?.children ?? [], 'rate').slice(0, BUSIEST);
  const most = Math.max(0.01, ...rows.map((row) => row.rate));
  return (
    <Card name="Busiest topics" aside={<span class="muted">msg/s</span>}>
      {consoleClient.trouble !== null ? (
        <p class="muted">{consoleClient.trouble}</p>
      ) : rows.length === 0 ? (
        <p class="muted">
          {connection.value.state === 'live' ? 'No message has been heard yet.' : 'Not known now.'}
        </p>
      ) : (
        <>
          <ul class="bars busy">
            {rows.map((row) => (
              <li key={row.name}>
                <code class="ellipsis">
                  {row.name === '' ? '(empty)' : row.name}
                  {row.children > 0 && (
                    <span class="muted">
                      /… {row.topics === 1 ? '1 topic' : `${grouped(row.topics ?? 1)} topics`}
                    </span>
                  )}
                </code>
                <span>{row.rate.toFixed(row.rate < 10 ? 2 : 1)}</span>
                <i style={{ width: `${String(Math.max(0.5, (row.rate / most) * 100))}%` }} />
              </li>
            ))}
          </ul>
          <button
            type="button"
            class="button wide"
            onClick={() => {
              go('broker', 'topics');
            }}
          >
            Look through all {grouped(consoleClient.page?.topics ?? 0)} topics
          </button>
        </>
      )}
    </Card>
  );
}
