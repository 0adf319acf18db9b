/** The admins' section: accounts, devices, links, the audit log, privacy, maps, webhooks. */
import { t } from '@lingui/core/macro';
import { writePlace } from '../app/address';
import { useNavigation } from '../app/context';
import { AllChannels } from '../things/channels/all';
import { WebhooksCard } from '../things/webhooks/card';
import { Card, SectionPage } from '../ui/section';
import { Status } from '../things/server/status';
import { AuditPage } from './audit';
import { DevicesPage } from './devices';
import { LinkList } from './links';
import { MapAddressesCard } from './mapaddresses';
import { MapsCard } from './maps';
import { PrivacyPage } from './privacy';
import { SetupCheckCard } from './setupcheck';
import { UsersPage } from './users';

const tabs = () =>
  [
    ['', t`Users`],
    ['devices', t`Devices`],
    ['links', t`Links`],
    ['audit', t`Audit log`],
    ['privacy', t`Privacy`],
    ['maps', t`Maps`],
    ['webhooks', t`Webhooks`],
    ['told', t`Being told`],
    ['check', t`Set-up`],
  ] as const;

export function AdminPage() {
  const { tab, go } = useNavigation();
  const current = tabs().find(([name]) => name === tab.value)?.[0] ?? '';
  return (
    <SectionPage status={<Status />} name={t`Admin`} class="admin">
      <nav class="chips tabs" aria-label={t`Admin`}>
        {tabs().map(([name, words]) => (
          <a
            key={name}
            class="chip"
            href={writePlace({ section: 'admin', tab: name })}
            aria-current={current === name ? 'page' : undefined}
            onClick={(click) => {
              if (click.metaKey || click.ctrlKey || click.shiftKey) return;
              click.preventDefault();
              go('admin', name);
            }}
          >
            {words}
          </a>
        ))}
      </nav>
      {current === '' && <UsersPage />}
      {current === 'devices' && <DevicesPage />}
      {current === 'links' && (
        <Card name={t`Shared links`}>
          <LinkList />
        </Card>
      )}
      {current === 'audit' && <AuditPage />}
      {current === 'privacy' && <PrivacyPage />}
      {current === 'maps' && (
        <>
          <MapsCard />
          <MapAddressesCard />
        </>
      )}
      {current === 'told' && <AllChannels />}
      {current === 'webhooks' && <WebhooksCard />}
      {current === 'check' && <SetupCheckCard />}
    </SectionPage>
  );
}
