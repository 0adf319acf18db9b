/** Everything known of one topic. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Ear, FolderTree, Send } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { ageText } from '../../app/ages';
import { useNavigation } from '../../app/context';
import type { Section } from '../../app/address';
import { useConsole } from '../../console/context';
import { tidyJson } from '../../console/payload';
import type { TopicNode } from '../../console/topics';
import { CopyButton } from '../../ui/copy';
import { Fact, Facts } from '../../ui/facts';
import { NARROW, useMedia } from '../../ui/hooks';
import { Icon } from '../../ui/icon';
import { bytes, fixed, grouped } from '../../ui/numbers';
import { Card } from '../../ui/section';
import { wishes } from '../console/wishes';
import type { ConsoleClient } from '../../console/client';

/** Everything known about one topic. */
export function Leaf({
  node,
  topic,
  broker,
  now,
  showInTree,
}: {
  node: TopicNode;
  topic: string;
  broker: string;
  now: number;
  /** Go to a level of the tree, where this was found elsewhere. */
  showInTree?: ((path: readonly string[]) => void) | undefined;
}) {
  const { go } = useNavigation();
  const consoleClient = useConsole();
  const narrow = useMedia(NARROW);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (narrow) box.current?.scrollIntoView({ block: 'nearest' });
  }, [topic, narrow]);
  const text = node.last ?? '';
  const cut = node.size !== undefined && node.size > (node.hex === undefined ? text.length : 32);
  const pretty = node.hex === undefined ? (tidyJson(text) ?? text) : node.hex;
  return (
    <div ref={box} class="leaf">
      <Card
        name={t`Topic`}
        class="topic-open"
        aside={<CopyButton text={topic} label={t`Copy the topic`} />}
      >
        <p class="topic-full">
          <code>{topic}</code>
        </p>
        <LeafFacts node={node} now={now} />
        <h3>
          {node.hex === undefined ? (
            t`Last value`
          ) : (
            <Trans>
              Last value <span class="muted">in hex</span>
            </Trans>
          )}
        </h3>
        {node.size === 0 ? (
          <p class="muted">{t`Empty: a retained message was cleared, or a bare signal.`}</p>
        ) : (
          <pre tabIndex={0} aria-label={t`Last value`}>
            {pretty}
          </pre>
        )}
        {cut && (
          <p class="note">
            <Trans>The beginning of {bytes(node.size ?? 0)}; listen to see all of it.</Trans>
          </p>
        )}
        <LeafActs consoleClient={consoleClient} broker={broker} topic={topic} go={go} />
        {showInTree && (
          <button
            type="button"
            class="button wide"
            onClick={() => {
              showInTree(topic.split('/').slice(0, node.children > 0 ? undefined : -1));
            }}
          >
            <Icon of={FolderTree} size={15} />
            {t`Show in the tree`}
          </button>
        )}
      </Card>
    </div>
  );
}

function LeafFacts({ node, now }: { node: TopicNode; now: number }) {
  return (
    <Facts>
      <Fact name={t`Messages`}>
        {grouped(node.count)}, {t`${fixed(node.rate, 2)}/s`}
      </Fact>
      {node.at !== undefined && (
        <Fact name={t`Last`}>
          <Trans>{ageText(now - node.at)} ago</Trans>
        </Fact>
      )}
      <Fact name={t`Size`}>
        {bytes(node.size ?? 0)}{' '}
        <span class="muted">
          <Trans>({bytes(node.bytes)} in all)</Trans>
        </span>
      </Fact>
      <Fact name={t`Sent as`}>
        {node.retain
          ? t`QoS ${node.qos ?? 0}, from the retained ones`
          : `QoS ${String(node.qos ?? 0)}`}
      </Fact>
      {node.retained > 0 && node.children === 0 && (
        <Fact name={t`Retained`}>{t`The broker keeps it`}</Fact>
      )}
    </Facts>
  );
}

function LeafActs({
  consoleClient,
  broker,
  topic,
  go,
}: {
  consoleClient: ConsoleClient;
  broker: string;
  topic: string;
  go: (section: Section, tab?: string) => void;
}) {
  return (
    <div class="acts">
      <button
        type="button"
        class="button"
        onClick={() => {
          consoleClient.subscribe(broker, topic, 0).catch((error: unknown) => {
            wishes.said.value = error instanceof Error ? error.message : String(error);
          });
          go('console');
        }}
      >
        <Icon of={Ear} size={15} />
        {t`Listen`}
      </button>
      <button
        type="button"
        class="button"
        onClick={() => {
          wishes.topic.value = topic;
          go('console');
        }}
      >
        <Icon of={Send} size={15} />
        {t`Publish here`}
      </button>
    </div>
  );
}
