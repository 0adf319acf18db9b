/** How you are told: one's own ways to be told while the page is closed, in the account. */
import { t } from '@lingui/core/macro';
import { BellPlus } from 'lucide';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useNavigation, useServer } from '../../app/context';
import { ErrorLink } from '../../ui/doclink';
import { Icon } from '../../ui/icon';
import { Card } from '../../ui/section';
import { AddWay } from './add';
import { waysOf } from './addresses';
import type { Way } from './addresses';
import './channels.css';
import { channelsApi } from './requests';
import { DeadList } from './deadlist';
import { QuietHours } from './quiethours';
import { ChannelRow } from './row';
import { ChannelService } from './service';
import { ThisDevice } from './thisdevice';
import { wayTitle } from './words';

export function HowYouAreTold() {
  const { api } = useServer();
  const { tab } = useNavigation();
  const service = useMemo(() => new ChannelService(channelsApi(api)), [api]);
  const card = useRef<HTMLDivElement>(null);
  const list = service.list.value;
  useEffect(() => {
    void service.look();
  }, [service]);
  const wanted = tab.value === 'told' && list !== null;
  useEffect(() => {
    if (wanted) card.current?.scrollIntoView({ block: 'start' });
  }, [wanted]);
  const { failure, dead } = service;
  return (
    <div ref={card} class="wide told-by">
      <Card name={t`How you are told`}>
        <p class="said">
          {t`When a rule tells you something, it comes in these ways, also while this page is closed. What others may send you comes in the same ways.`}
        </p>
        <ThisDevice
          changed={() => {
            void service.look();
          }}
        />
        <p class="form-error" role="alert">
          {failure.value?.why}
          <ErrorLink code={failure.value?.code} />
        </p>
        <ul class="list channels" aria-label={t`Ways you are told`}>
          {list?.channels.map((channel) => (
            <ChannelRow key={channel.id} channel={channel} service={service} />
          ))}
        </ul>
        {list !== null && <AddButtons service={service} />}
      </Card>
      {list !== null && list.channels.length > 0 && (
        <QuietHours channels={list.channels} service={service} />
      )}
      {dead.value.length > 0 && list !== null && (
        <DeadList dead={dead.value} channels={list.channels} service={service} />
      )}
    </div>
  );
}

function AddButtons({ service }: { service: ChannelService }) {
  const [adding, setAdding] = useState<Way | 'webhook' | 'mqtt' | null>(null);
  const list = service.list.value;
  if (list === null) return null;
  const full = list.channels.length >= list.most;
  const has = (type: string) => list.channels.some((channel) => channel.type === type);
  const ways = [
    ...waysOf(list.addresses),
    'webhook' as const,
    ...(has('mqtt') ? [] : (['mqtt'] as const)),
  ];
  return (
    <div class="ways" role="group" aria-label={t`Add another way`}>
      <h3>{t`Add another way`}</h3>
      {full ? (
        <p class="note">{t`There is no room for more: remove one first.`}</p>
      ) : (
        <p>
          {ways.map((way) => (
            <button
              key={way}
              type="button"
              class="button"
              data-way={way}
              onClick={() => {
                setAdding(way);
              }}
            >
              <Icon of={BellPlus} size={16} />
              {wayTitle(way)}
            </button>
          ))}
        </p>
      )}
      {adding !== null && (
        <AddWay
          way={adding}
          service={service}
          close={() => {
            setAdding(null);
          }}
        />
      )}
    </div>
  );
}
