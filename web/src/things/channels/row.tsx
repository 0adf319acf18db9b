/** One way to be told: how it stands, in its own words where it fails, and a test that is real. */
import { t } from '@lingui/core/macro';
import { Braces, MessageCircle, Radio, Smartphone } from 'lucide';
import { useState } from 'preact/hooks';
import { useTime } from '../../app/context';
import { ActButton, Sure } from '../../ui/actbutton';
import { customs, zoneHere } from '../../ui/customs';
import { Icon } from '../../ui/icon';
import type { Channel } from './model';
import type { ChannelService, TestResult } from './service';
import { healthText, typeText, useText } from './words';

const ICONS = { push: Smartphone, address: MessageCircle, webhook: Braces, mqtt: Radio } as const;

export function ChannelRow({ channel, service }: { channel: Channel; service: ChannelService }) {
  const { now } = useTime();
  const [tested, setTested] = useState<TestResult | null>(null);
  const [words, tone] = healthText(channel);
  const { id, name, host, enabled, why } = channel;
  return (
    <li class="channel" data-channel={id} data-type={channel.type}>
      <Icon of={ICONS[channel.type]} size={18} />
      <span class="list-in">
        <b>
          {name}
          <span class="pill" data-tone={tone}>
            <i />
            {words}
          </span>
        </b>
        <span class="muted">
          {[typeText(channel), host, ...useText(channel, now.value)].filter(Boolean).join(' · ')}
        </span>
        {why !== undefined && why !== '' && <q class="channel-why">{why}</q>}
        <TestWords result={tested} />
        <OtherWords channel={channel} service={service} />
      </span>
      <span class="channel-acts">
        {enabled && (
          <ActButton
            words={t`Send a test`}
            label={t`Send a test: ${name}`}
            act={async () => {
              setTested(null);
              setTested(await service.test(id));
            }}
          />
        )}
        <ActButton
          words={enabled ? t`Switch off` : t`Switch on`}
          label={enabled ? t`Switch off: ${name}` : t`Switch on: ${name}`}
          act={() => service.change(id, { enabled: !enabled })}
        />
        <Sure words={t`Remove`} sure={t`Yes, remove`} label={name} act={() => service.remove(id)} />
      </span>
    </li>
  );
}

/** What really came of the test. */
function TestWords({ result }: { result: TestResult | null }) {
  return (
    <span role="status" class="channel-test" data-taken={result?.taken}>
      {result !== null &&
        (result.taken
          ? t`The test was taken: look whether it has arrived.`
          : t`The test was not taken.`)}
      {result !== null && !result.taken && result.why !== undefined && <q>{result.why}</q>}
    </span>
  );
}

/** Messages come in a language and a time zone; where these are not the page's, they can be made so. */
function OtherWords({ channel, service }: { channel: Channel; service: ChannelService }) {
  const mine = ownWords();
  if (channel.type === 'mqtt' || channel.type === 'webhook') return null;
  if (channel.language === mine.language && channel.zone === mine.zone) return null;
  const { zone } = channel;
  const language = languageName(channel.language);
  return (
    <span class="channel-words muted">
      {zone === ''
        ? t`Written in another language than this page (${language}).`
        : t`Written in ${language}, with the time of ${zone}.`}
      <ActButton words={t`As this page`} act={() => service.change(channel.id, mine)} />
    </span>
  );
}

/** What a language is called in the language of this page. */
function languageName(code: string): string {
  try {
    const names = new Intl.DisplayNames([customs.peek().locale], { type: 'language' });
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}

/** The language and the zone of this page, in which messages are to come. */
export function ownWords(): { language: string; zone: string } {
  const { zone } = customs.peek();
  return { language: document.documentElement.lang || 'en', zone: zone ?? zoneHere() };
}
