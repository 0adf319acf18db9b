/** Who did what, when and from where: the newest first, and older ones on demand. */
import { plural, t } from '@lingui/core/macro';
import { useCalled } from '../app/people';
import { Search } from 'lucide';
import { useState } from 'preact/hooks';
import { timeText } from '../app/ages';
import { useTime, useServer } from '../app/context';
import { Icon } from '../ui/icon';
import { Card } from '../ui/section';
import { Trouble } from './once';
import { ActButton } from '../ui/actbutton';
import { useLoaded } from './loader';
import { fromInput } from './wording';
import type { AuditRecord } from './wording';
import type { Dispatch, StateUpdater } from 'preact/hooks';
import type { ReadonlySignal } from '@preact/signals';

const PAGE = 100;

interface Found {
  readonly records: readonly AuditRecord[];
  /** Where the next page begins; absent on the last. */
  readonly next?: number;
}

interface Wanted {
  readonly text: string;
  readonly who: string;
  readonly since: string;
  readonly until: string;
}

const EVERYTHING: Wanted = { text: '', who: '', since: '', until: '' };

export function AuditPage() {
  const { now } = useTime();
  const { api } = useServer();
  const [wanted, setWanted] = useState(EVERYTHING);
  const ask = async (before?: number): Promise<Found> => {
    const until = fromInput(wanted.until);
    const { records, next } = await api.get('audit', {
      text: wanted.text,
      who: wanted.who,
      since: fromInput(wanted.since),
      // The whole of the last day.
      until: until === undefined ? undefined : until + 86_400,
      before,
      limit: PAGE,
    });
    return { records, ...(next === undefined ? {} : { next }) };
  };
  const about = JSON.stringify(wanted);
  const { value, failure, again } = useLoaded(() => ask(), about);
  const [older, setOlder] = useState<{ about: string; found: Found } | null>(null);
  const more = older?.about === about ? older.found : undefined;
  const records = [...(value?.records ?? []), ...(more?.records ?? [])];
  const next = more ? more.next : value?.next;
  return (
    <Card
      name={t`Audit log`}
      aside={
        <ActButton
          words={t`Look again`}
          act={async () => {
            setOlder(null);
            await again();
          }}
        />
      }
    >
      <Filters setWanted={setWanted} />
      <Trouble failure={failure} />
      <p class="hidden" role="status">
        {value === undefined ? '' : plural(records.length, { one: '# found', other: '# found' })}
      </p>
      {value !== undefined && records.length === 0 && <p class="note">{t`Nothing of the sort.`}</p>}
      {records.length > 0 && <Entries records={records} now={now} />}
      {next !== undefined && (
        <ActButton
          words={t`Show older ones`}
          act={async () => {
            const page = await ask(next);
            setOlder({
              about,
              found: { ...page, records: [...(more?.records ?? []), ...page.records] },
            });
          }}
        />
      )}
    </Card>
  );
}

function Entries({ records, now }: { records: AuditRecord[]; now: ReadonlySignal<number> }) {
  return (
    <div class="table" tabIndex={0} role="region" aria-label={t`Audit log entries`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t`When`}</th>
            <th scope="col">{t`Who`}</th>
            <th scope="col">{t`What`}</th>
            <th scope="col">{t({ message: 'To', context: 'what it was done to' })}</th>
            <th scope="col">{t({ message: 'From', context: 'an address' })}</th>
            <th scope="col">{t`Result`}</th>
          </tr>
        </thead>
        <tbody>
          {records.map((record) => (
            <tr key={record.n} data-result={record.result === 'ok' ? 'ok' : 'refused'}>
              <td class="number">
                <time
                  dateTime={new Date(record.at * 1000).toISOString()}
                  title={new Date(record.at * 1000).toISOString()}
                >
                  {timeText(record.at, now.value)}
                </time>
              </td>
              <td>
                <Author account={record.who} />
              </td>
              <td>
                {record.what}
                {record.more !== '' && <small>{record.more}</small>}
              </td>
              <td>{record.thing}</td>
              <td class="number">{record.address}</td>
              <td>
                <span class="result">{record.result}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What somebody is called, and the account beside it: by that one searches. */
function Author({ account }: { account: string }) {
  const called = useCalled(account);
  return (
    <>
      <b>{called}</b>
      {called !== account && <small>{account}</small>}
    </>
  );
}

/** What is searched for. */
function Filters({ setWanted }: { setWanted: Dispatch<StateUpdater<Wanted>> }) {
  return (
    <form
      class="form filters"
      role="search"
      aria-label={t`Audit log`}
      onSubmit={(submitted) => {
        submitted.preventDefault();
        const data = new FormData(submitted.currentTarget);
        const value = (name: string) => {
          const found = data.get(name);
          return typeof found === 'string' ? found.trim() : '';
        };
        setWanted({
          text: value('text'),
          who: value('who'),
          since: value('since') && `${value('since')}T00:00`,
          until: value('until') && `${value('until')}T00:00`,
        });
      }}
    >
      <label class="field">
        <span>{t`Text`}</span>
        <input
          type="search"
          name="text"
          maxLength={200}
          placeholder={t`sign in, 10.0.0.7, jane…`}
        />
      </label>
      <label class="field">
        <span>{t`Who`}</span>
        <input name="who" maxLength={64} autocomplete="off" autocapitalize="none" />
      </label>
      <label class="field">
        <span>{t({ message: 'From', context: 'a time' })}</span>
        <input type="date" name="since" />
      </label>
      <label class="field">
        <span>{t({ message: 'To', context: 'a time' })}</span>
        <input type="date" name="until" />
      </label>
      <button type="submit" class="button primary">
        <Icon of={Search} size={16} />
        {t`Search`}
      </button>
    </form>
  );
}
