/** What the broker says about itself under $SYS, in groups; or why it says nothing. */
import { CircleAlert } from 'lucide';
import { useMemo, useState } from 'preact/hooks';
import { fineAgeText, spanText } from '../../app/ages';
import { bytes, grouped } from '../../ui/numbers';
import { grouping } from '../../things/broker/groups';
import type { Row } from '../../things/broker/groups';
import type { Broker } from '../../things/broker/read';
import { useTime } from '../../app/context';
import { Icon } from '../../ui/icon';
import { Card } from '../../ui/section';

export function NoFigures({ broker }: { broker: Broker }) {
  return (
    <section class="card explain" aria-label="No figures" role="note">
      <Icon of={CircleAlert} size={20} />
      <div>
        <h2>{broker.link.address || broker.id} tells no figures about itself</h2>
        <p>The connection stands, but $SYS/broker/# is silent. Likeliest first:</p>
        <ol>
          {broker.sys_why.map((why) => (
            <li key={why}>{why}</li>
          ))}
        </ol>
      </div>
    </section>
  );
}

export function FiguresCard({ broker }: { broker: Broker }) {
  const { clock } = useTime();
  const [raw, setRaw] = useState(false);
  const { groups, load } = useMemo(() => grouping(broker), [broker]);
  const none = groups.length === 0 && load.length === 0;
  return (
    <Card
      name="What the broker says"
      class="figures"
      aside={
        <>
          {broker.sys_at !== undefined && (
            <span class="muted">{fineAgeText(clock.seconds() - broker.sys_at)} ago</span>
          )}
          {!none && (
            <button
              type="button"
              class="chip"
              aria-pressed={raw}
              onClick={() => {
                setRaw(!raw);
              }}
            >
              Topic names
            </button>
          )}
        </>
      }
    >
      {none ? (
        <p class="muted">Nothing yet. mosquitto tells its figures every sys_interval seconds.</p>
      ) : (
        <div class="figure-groups">
          {groups.map(([name, rows]) => (
            <section key={name}>
              <h3>{name}</h3>
              <dl>
                {rows.map((row) => (
                  <div key={row.raw} title={`$SYS/broker/${row.raw}`}>
                    <dt>{raw ? <code>{row.raw}</code> : row.name}</dt>
                    <dd>
                      {valueText(row)}
                      {row.rate !== undefined && <small>{rateText(row)}</small>}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
          {load.length > 0 && (
            <section class="load">
              <h3>Load, per minute</h3>
              <table>
                <thead>
                  <tr>
                    <th scope="col">Mean over</th>
                    <th scope="col">1 min</th>
                    <th scope="col">5 min</th>
                    <th scope="col">15 min</th>
                  </tr>
                </thead>
                <tbody>
                  {load.map((row) => (
                    <tr key={row.raw} title={`$SYS/broker/${row.raw}/…`}>
                      <th scope="row">{raw ? <code>{row.raw}</code> : row.name}</th>
                      {row.means.map((mean, index) => (
                        <td key={index}>{mean === undefined ? '–' : meanText(mean, row.name)}</td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          )}
        </div>
      )}
    </Card>
  );
}

function valueText({ value, unit }: Row): string {
  if (typeof value === 'string') return value;
  return unit === 'bytes' ? bytes(value) : unit === 'seconds' ? spanText(value) : grouped(value);
}

function rateText({ rate = 0, unit }: Row): string {
  return unit === 'bytes'
    ? `${bytes(Math.round(rate))}/s`
    : `${grouped(Number(rate.toFixed(1)))}/s`;
}

function meanText(mean: number, name: string): string {
  if (name.startsWith('Bytes')) return bytes(Math.round(mean));
  return grouped(mean < 10 ? Number(mean.toFixed(2)) : Math.round(mean));
}
