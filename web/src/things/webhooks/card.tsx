/** Where crossings are told to other programs, and whether that works. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { ageText, shortTimeText } from '../../app/ages';
import { grouped } from '../../ui/numbers';
import { useKind, useLive, useTime } from '../../app/context';
import { Fact, Facts } from '../../ui/facts';
import { Card } from '../../ui/section';
import { readWebhook, healthOf } from './read';
import type { Webhook } from './read';

const words = () =>
  ({
    ok: [t`Delivered`, 'ok'],
    behind: [t`Behind`, 'warn'],
    lost: [t`Some given up`, 'warn'],
  }) as const;

export function WebhooksCard() {
  const { ready } = useLive();
  const { now } = useTime();
  const webhooks = useKind('webhook').map(readWebhook);
  return (
    <Card name={t`Webhooks`}>
      <p class="said">
        <Trans>
          Crossings are sent to these addresses as signed requests. They are named in the server’s
          settings, section <code>[webhook.…]</code>.
        </Trans>
      </p>
      {ready.value && webhooks.length === 0 && <p class="muted">{t`There is none.`}</p>}
      <ul class="webhooks">
        {webhooks.map((webhook) => (
          <Hook key={webhook.id} webhook={webhook} now={now.value} />
        ))}
      </ul>
    </Card>
  );
}

function Hook({ webhook, now }: { webhook: Webhook; now: number }) {
  const health = healthOf(webhook);
  const [word, tone] = words()[health];
  const wait = webhook.next === undefined ? 0 : webhook.next - now;
  const next = ageText(Math.ceil(wait));
  const last = webhook.last === undefined ? '' : shortTimeText(webhook.last, now);
  return (
    <li data-webhook={webhook.id} data-health={health}>
      <header>
        <b>{webhook.id}</b>
        <code class="ellipsis">{webhook.url}</code>
        <span class="pill" data-tone={tone}>
          <i />
          {word}
        </span>
      </header>
      <Facts>
        <Fact name={t`Sent`}>
          {grouped(webhook.sent)}
          {webhook.last !== undefined && <span class="muted">, {t`last ${last}`}</span>}
        </Fact>
        <Fact name={t`Waiting`}>
          {grouped(webhook.queued)}
          {webhook.queued > 0 && wait > 0 && <span class="muted">, {t`next try in ${next}`}</span>}
        </Fact>
        <Fact name={t`Given up`} tone={webhook.dead > 0 ? 'warn' : undefined}>
          {grouped(webhook.dead)}
        </Fact>
        {webhook.why !== undefined && <Fact name={t`Last failure`}>{webhook.why}</Fact>}
      </Facts>
    </li>
  );
}
