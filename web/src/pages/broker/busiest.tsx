/** The busiest topics. */
import { plural, t } from '@lingui/core/macro';
import { useEffect } from 'preact/hooks';
import { useNavigation, useServer } from '../../app/context';
import { useConsole } from '../../console/context';
import { inOrder } from '../../console/topics';
import type { Broker } from '../../things/broker/read';
import { useCalmly } from '../../ui/hooks';
import { fixed } from '../../ui/numbers';
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
  const topics = consoleClient.page?.topics ?? 0;
  const most = Math.max(0.01, ...rows.map((row) => row.rate));
  return (
    <Card name={t`Busiest topics`} aside={<span class="muted">{t`msg/s`}</span>}>
      {consoleClient.trouble !== null ? (
        <p class="muted">{consoleClient.trouble}</p>
      ) : rows.length === 0 ? (
        <p class="muted">
          {connection.value.state === 'live'
            ? t`No message has been heard yet.`
            : t`Not known now.`}
        </p>
      ) : (
        <>
          <ul class="bars busy">
            {rows.map((row) => (
              <li key={row.name}>
                <code class="ellipsis">
                  {row.name === '' ? t`(empty)` : row.name}
                  {row.children > 0 && (
                    <span class="muted">
                      {`/… ${plural(row.topics ?? 1, { one: '# topic', other: '# topics' })}`}
                    </span>
                  )}
                </code>
                <span>{fixed(row.rate, row.rate < 10 ? 2 : 1)}</span>
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
            {plural(topics, {
              one: 'Look at the only topic',
              other: 'Look through all # topics',
            })}
          </button>
        </>
      )}
    </Card>
  );
}
