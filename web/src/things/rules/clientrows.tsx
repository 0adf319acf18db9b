/** Choosing clients of brokers, by their ids: those that come and go most are first. For who may see them. */
import { t, plural } from '@lingui/core/macro';
import { Layers, Plug, Unplug } from 'lucide';
import { useState } from 'preact/hooks';
import { useKind } from '../../app/context';
import { Icon } from '../../ui/icon';
import { SearchBox } from '../../ui/tools';
import { readClient } from '../broker/clients';
import type { Client } from '../broker/clients';
import { plain } from '../names';
import { allWords, kindWords } from './conditionwords';
import { nameIn } from './subjects';

/** Rows that are shown at once; the search finds the others. */
const MOST = 40;
const KIND = 'client';

export function ClientRows({
  about,
  pick,
}: {
  about: readonly string[];
  pick(word: string, on: boolean): void;
}) {
  const [query, setQuery] = useState('');
  const clients = useKind(KIND).map(readClient);
  const several = new Set(clients.map(({ broker }) => broker)).size > 1;
  const words = plain(query.trim())
    .split(/\s+/)
    .filter((word) => word !== '');
  const found = clients
    .filter(({ search }) => words.every((word) => search.includes(word)))
    .sort(
      (a, b) =>
        Number(about.includes(wordOf(b))) - Number(about.includes(wordOf(a))) ||
        (b.reconnects ?? 0) - (a.reconnects ?? 0) ||
        a.order.localeCompare(b.order),
    );
  const there = new Set(clients.map(wordOf));
  const missing = about.filter((word) => word.startsWith(`${KIND}/`) && !there.has(word));
  const all = about.includes(KIND);
  return (
    <>
      <SearchBox label={t`Find a client`} value={query} set={setQuery} />
      <div class="rule-rows" role="group" aria-label={kindWords().client}>
        {words.length === 0 && (
          <Row
            word={KIND}
            name={allWords().client}
            icon={Layers}
            checked={all}
            pick={pick}
            notes={[]}
          />
        )}
        {missing.map((word) => (
          <Row
            key={word}
            word={word}
            name={nameIn(new Map(), word)}
            icon={Unplug}
            checked
            pick={pick}
            notes={[t`Is not there any more`]}
          />
        ))}
        {found.slice(0, MOST).map((client) => (
          <Row
            key={client.key}
            word={wordOf(client)}
            name={client.client}
            icon={client.state === 'connected' ? Plug : Unplug}
            checked={about.includes(wordOf(client))}
            wider={all}
            pick={pick}
            notes={notesOf(client, several, all)}
          />
        ))}
        {found.length === 0 && <p class="note">{t`No client is called so.`}</p>}
        {found.length > MOST && <p class="note">{t`There are more: type a part of the name.`}</p>}
      </div>
    </>
  );
}

function wordOf({ key }: Client): string {
  return `${KIND}/${key}`;
}

function notesOf(client: Client, several: boolean, all: boolean): readonly string[] {
  const { state, user, address, broker, reconnects = 0 } = client;
  if (all) return [t`Looked at already, with the others`];
  return [
    state === 'connected' ? t`Connected` : t`Away`,
    user ?? address ?? '',
    several ? broker : '',
    reconnects > 0 ? plural(reconnects, { one: 'came back once', other: 'came back # times' }) : '',
  ].filter((note) => note !== '');
}

function Row({
  word,
  name,
  icon,
  checked,
  wider = false,
  notes,
  pick,
}: {
  word: string;
  name: string;
  icon: typeof Layers;
  checked: boolean;
  wider?: boolean;
  notes: readonly string[];
  pick(word: string, on: boolean): void;
}) {
  return (
    <label class="rule-row" data-word={word}>
      <input
        type="checkbox"
        checked={checked}
        data-wider={wider || undefined}
        onChange={(changed) => {
          pick(word, changed.currentTarget.checked);
        }}
      />
      <span class="rule-sign" aria-hidden="true">
        <Icon of={icon} size={16} />
      </span>
      <span>
        {name}
        {notes.length > 0 && <small>{notes.join(' · ')}</small>}
      </span>
    </label>
  );
}
