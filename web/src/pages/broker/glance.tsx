/** The newest lines of the log, at a glance. */
import { t } from '@lingui/core/macro';
import { useNavigation } from '../../app/context';
import { useBrokerLog } from '../../things/broker/context';
import { levelWord, pickLines } from '../../things/broker/log';
import type { Broker } from '../../things/broker/read';
import { clockText } from '../../ui/clocktext';
import { useCalmly } from '../../ui/hooks';
import { Card } from '../../ui/section';
import { Nothing, REDRAW } from './log';

/** Lines on the overview. */
const GLANCE = 8;

/** The newest lines, for the overview. */
export function LogGlance({ broker }: { broker: Broker | undefined }) {
  const { go } = useNavigation();
  const brokerLog = useBrokerLog();
  useCalmly(brokerLog, REDRAW * 2);
  const lines = pickLines(brokerLog.lines, broker?.id ?? '', 'all', '').slice(0, GLANCE);
  return (
    <Card
      name={t`Broker log`}
      class="log"
      aside={
        <button
          type="button"
          class="button small"
          onClick={() => {
            go('broker', 'log');
          }}
        >{t`All of it`}</button>
      }
    >
      {lines.length === 0 ? (
        <Nothing broker={broker} filtered={false} />
      ) : (
        <ol class="log-glance">
          {lines.map((line) => (
            <li key={line.key} class="log-line" data-level={line.level}>
              <time>{clockText(line.at * 1000)}</time>
              <b>{levelWord(line.level)}</b>
              <span class="ellipsis" title={line.text}>
                {line.text}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
