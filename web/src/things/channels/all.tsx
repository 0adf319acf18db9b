/** For admins: how everybody's ways to be told stand, without names, addresses and what was told. */
import { plural, t } from '@lingui/core/macro';
import { useEffect, useState } from 'preact/hooks';
import { shortTimeText } from '../../app/ages';
import { useServer, useTime } from '../../app/context';
import { failureOf } from '../../ui/failure';
import type { Failure } from '../../ui/failure';
import { ErrorLink } from '../../ui/doclink';
import { Card } from '../../ui/section';
import { accountChannels } from './requests';
import type { AccountChannels } from './requests';
import './channels.css';
import type { AccountChannel } from './model';
import { healthText, typeText } from './words';

export function AllChannels() {
  const { api } = useServer();
  const [found, setFound] = useState<AccountChannels | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    accountChannels(api).then(setFound, (error: unknown) => {
      setFailure(failureOf(error, Date.now()));
    });
  }, [api]);
  const list = [...(found?.channels ?? [])].sort(failingFirst);
  return (
    <Card name={t`Ways to be told`} class="all-channels">
      <p class="said">
        {t`How the ways stand by which people are told while the page is closed. What they are called, where they lead and what was told stays with whose they are.`}
      </p>
      <p class="form-error" role="alert">
        {failure?.why ?? found?.trouble}
        <ErrorLink code={failure?.code} />
      </p>
      {found !== null && list.length === 0 && <p class="note">{t`Nobody has any yet.`}</p>}
      <ul class="list">
        {list.map((each) => (
          <AccountRow key={each.id} channel={each} />
        ))}
      </ul>
    </Card>
  );
}

function AccountRow({ channel }: { channel: AccountChannel }) {
  const { now } = useTime();
  const [words, tone] = healthText({ ...channel, name: '', language: '', zone: '', passes: true });
  const { account, host, last, why, waiting, dead } = channel;
  const when = last !== undefined ? shortTimeText(last, now.value) : '';
  return (
    <li data-account-channel={channel.id}>
      <span class="list-in">
        <b>
          {account}
          <span class="pill" data-tone={tone}>
            <i />
            {words}
          </span>
        </b>
        <span class="muted">
          {[
            typeText(channel),
            host,
            ...(when === '' ? [] : [t`last told ${when}`]),
            ...(waiting > 0 ? [t`${waiting} waiting`] : []),
            ...(dead > 0
              ? [plural(dead, { one: '# did not get through', other: '# did not get through' })]
              : []),
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
        {why !== undefined && why !== '' && <q class="channel-why">{why}</q>}
      </span>
    </li>
  );
}

function failingFirst(a: AccountChannel, b: AccountChannel): number {
  const failing = (each: AccountChannel) => Number(each.why !== undefined && each.why !== '');
  return failing(b) - failing(a) || b.dead - a.dead || (a.account < b.account ? -1 : 1);
}
