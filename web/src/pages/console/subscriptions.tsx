/** What this page has subscribed. */
import { plural, t } from '@lingui/core/macro';
import { Plus, X } from 'lucide';
import { useState } from 'preact/hooks';
import { useServer } from '../../app/context';
import type { Qos, Subscription } from '../../console/client';
import { useConsole } from '../../console/context';
import { filterFault } from '../../console/payload';
import type { Broker } from '../../things/broker/read';
import { useCalmly } from '../../ui/hooks';
import { Icon } from '../../ui/icon';
import { Card } from '../../ui/section';
import { colourOf } from './colour';
import { REDRAW } from './redraw';
import { BrokerPick, QosPick } from './picks';
import { wishes } from './wishes';
import type { Dispatch, StateUpdater } from 'preact/hooks';

export function SubscriptionsCard({
  brokers,
  broker,
}: {
  brokers: readonly Broker[];
  broker: Broker | undefined;
}) {
  const { connection } = useServer();
  const consoleClient = useConsole();
  const [filter, setFilter] = useState('');
  const [qos, setQos] = useState<Qos>(0);
  const [picked, setPicked] = useState('');
  const [why, setWhy] = useState<string | null>(null);
  useCalmly(consoleClient, REDRAW);
  const live = connection.value.state === 'live';
  const id = picked || (broker?.id ?? '');
  const fault = filter === '' ? null : filterFault(filter);
  const said = fault ?? why ?? (wishes.said.value || null);
  const add = () => {
    if (filterFault(filter) !== null || !live) return;
    setWhy(null);
    wishes.said.value = '';
    const wanted = filter;
    consoleClient.subscribe(id, wanted, qos).then(
      () => {
        setFilter('');
      },
      (error: unknown) => {
        setWhy(error instanceof Error ? error.message : String(error));
      },
    );
  };
  return (
    <Card
      name={t`Subscriptions`}
      class="subscriptions"
      aside={<BrokerPick brokers={brokers} value={id} pick={setPicked} />}
    >
      <SubscribeForm
        add={add}
        said={said}
        filter={filter}
        setFilter={setFilter}
        setWhy={setWhy}
        qos={qos}
        setQos={setQos}
        live={live}
        fault={fault}
      />
      <p id="subscribe-said" class="wrong" role="status">
        {said}
      </p>
      {consoleClient.subscriptions.length === 0 ? (
        <p class="muted">{t`Nothing yet. What you subscribe is heard by you alone, and kept while this page is open.`}</p>
      ) : (
        <ul class="subs">
          {consoleClient.subscriptions.map((sub) => (
            <SubRow key={sub.key} sub={sub} named={brokers.length > 1} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function SubscribeForm({
  add,
  said,
  filter,
  setFilter,
  setWhy,
  qos,
  setQos,
  live,
  fault,
}: {
  add: () => void;
  said: string | null;
  filter: string;
  setFilter: Dispatch<StateUpdater<string>>;
  setWhy: Dispatch<StateUpdater<string | null>>;
  qos: Qos;
  setQos: Dispatch<StateUpdater<Qos>>;
  live: boolean;
  fault: string | null;
}) {
  return (
    <form
      class="subscribe"
      onSubmit={(submit) => {
        submit.preventDefault();
        add();
      }}
    >
      <input
        class="field mono"
        aria-label={t`Topic filter`}
        aria-invalid={said !== null}
        aria-describedby="subscribe-said"
        placeholder={t`owntracks/+/+ or #`}
        autocomplete="off"
        spellcheck={false}
        value={filter}
        onInput={(input) => {
          setFilter(input.currentTarget.value);
          setWhy(null);
          wishes.said.value = '';
        }}
      />
      <QosPick name="subscribe-qos" qos={qos} pick={setQos} />
      <button
        type="submit"
        class="button primary"
        disabled={!live || filter === '' || fault !== null}
      >
        <Icon of={Plus} size={15} />
        {t`Subscribe`}
      </button>
    </form>
  );
}

function SubRow({ sub, named }: { sub: Subscription; named: boolean }) {
  const consoleClient = useConsole();
  const { filter } = sub;
  const word = { active: t`active`, waiting: t`waiting`, refused: t`refused` }[sub.state];
  return (
    <li
      data-sub={sub.filter}
      data-state={sub.state}
      style={{ '--c': `var(--${colourOf(sub.key)})` }}
    >
      <i />
      <div>
        <code class="ellipsis" title={sub.filter}>
          {sub.filter}
        </code>
        <p class={sub.state === 'refused' ? 'wrong' : 'muted'}>
          {[
            named ? t`${word} at ${sub.broker}` : word,
            `QoS ${String(sub.qos)}`,
            plural(sub.heard, { one: '# heard', other: '# heard' }),
            sub.why,
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        {sub.dropped > 0 && (
          <p class="caution">
            {plural(sub.dropped, {
              one: '# dropped: it came faster than this page took it',
              other: '# dropped: they came faster than this page took them',
            })}
          </p>
        )}
      </div>
      <button
        type="button"
        class="icon-button"
        aria-label={t`End ${filter}`}
        title={t`Unsubscribe`}
        onClick={() => {
          consoleClient.unsubscribe(sub.key);
        }}
      >
        <Icon of={X} size={16} />
      </button>
    </li>
  );
}
