/** What the broker says about itself under $SYS, in groups; or why it says nothing. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { CircleAlert } from 'lucide';
import { useMemo, useState } from 'preact/hooks';
import { ageText, fineAgeText, spanText } from '../../app/ages';
import { bytes, grouped } from '../../ui/numbers';
import { grouping } from '../../things/broker/groups';
import type { Row } from '../../things/broker/groups';
import type { Broker } from '../../things/broker/read';
import { useTime } from '../../app/context';
import { Icon } from '../../ui/icon';
import { Card } from '../../ui/section';

export function NoFigures({ broker }: { broker: Broker }) {
  return (
    <section class="card explain" aria-label={t`No figures`} role="note">
      <Icon of={CircleAlert} size={20} />
      <div>
        <h2>
          <Trans>{broker.link.address || broker.id} tells no figures about itself</Trans>
        </h2>
        <p>{t`The connection stands, but $SYS/broker/# is silent. Likeliest first:`}</p>
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
      name={t`What the broker says`}
      class="figures"
      aside={
        <>
          {broker.sys_at !== undefined && (
            <span class="muted">
              <Trans>{fineAgeText(clock.seconds() - broker.sys_at)} ago</Trans>
            </span>
          )}
          {!none && (
            <button
              type="button"
              class="chip"
              aria-pressed={raw}
              onClick={() => {
                setRaw(!raw);
              }}
            >{t`Topic names`}</button>
          )}
        </>
      }
    >
      {none ? (
        <p class="muted">{t`Nothing yet. mosquitto tells its figures every sys_interval seconds.`}</p>
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
              <h3>{t`Load, per minute`}</h3>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{t`Mean over`}</th>
                    <th scope="col">{ageText(60)}</th>
                    <th scope="col">{ageText(300)}</th>
                    <th scope="col">{ageText(900)}</th>
                  </tr>
                </thead>
                <tbody>
                  {load.map((row) => (
                    <tr key={row.raw} title={`$SYS/broker/${row.raw}/…`}>
                      <th scope="row">{raw ? <code>{row.raw}</code> : row.name}</th>
                      {row.means.map((mean, index) => (
                        <td key={index}>{mean === undefined ? '–' : meanText(mean, row.raw)}</td>
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
    ? t`${bytes(Math.round(rate))}/s`
    : t`${grouped(Number(rate.toFixed(1)))}/s`;
}

function meanText(mean: number, raw: string): string {
  if (raw.startsWith('load/bytes')) return bytes(Math.round(mean));
  return grouped(mean < 10 ? Number(mean.toFixed(2)) : Math.round(mean));
}
