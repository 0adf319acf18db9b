/** What is wrong with a client, and whose messages it sends. */
import { t } from '@lingui/core/macro';
import { useNavigation, useSelection } from '../../app/context';
import { splitKey } from '../../app/world';
import { flagWords } from '../../things/broker/clients';
import type { Client } from '../../things/broker/clients';
import { useRoster } from '../../things/context';

export function Flags({ client }: { client: Client }) {
  return (
    <>
      {client.ours && <span class="tag ours">Sightline</span>}
      {client.flags.map((flag) => {
        const { word, tone, means } = flagWords(flag);
        return (
          <span key={flag} class={`tag ${tone}`} title={means} data-flag={flag}>
            {word}
          </span>
        );
      })}
    </>
  );
}

export function Feeds({ client }: { client: Client }) {
  const { go } = useNavigation();
  const { select } = useSelection();
  const { entries } = useRoster();
  if (client.feeds === undefined) return null;
  const key = client.feeds;
  return (
    <button
      type="button"
      class="feeds ellipsis"
      title={t`Show ${key}`}
      onClick={() => {
        go('map');
        select(key);
      }}
    >
      {entries.get(key)?.name ?? splitKey(key)[1]}
    </button>
  );
}
