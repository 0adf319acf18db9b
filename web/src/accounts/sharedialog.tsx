/** The dialogue that makes a link to a friend or a robot, for people without an account. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'preact/hooks';
import { CopyButton } from '../ui/copy';
import { useWho, useTime, useServer, useNavigation } from '../app/context';
import { useRoster } from '../things/context';
import { splitKey } from '../app/world';
import type { Key } from '../app/world';
import { Dialog } from '../ui/dialog';
import { Form } from '../ui/form';
import { Field, Select } from '../ui/field';
import { below, LinkReady } from './linkready';
import type { Reach } from './linkready';
import { LinkList } from './links';
import { endOf, fromInput, grantText, toInput, whenText } from './wording';
import type { ReadonlySignal } from '@preact/signals';
import type { Api } from '../net/api';
import type { Dispatch, StateUpdater } from 'preact/hooks';

const ends = (): readonly (readonly [choice: string, words: string])[] => [
  ['1', t`For an hour`],
  ['4', t`For four hours`],
  ['tonight', t`Until midnight`],
  ['24', t`For a day`],
  ['168', t`For a week`],
  ['', t`Until…`],
];

interface Made {
  readonly url: string;
  /** From where that address can be reached at all. */
  readonly reach: Reach;
  readonly until: number;
}

export function Share({ of, close }: { of: Key; close(): void }) {
  const { now } = useTime();
  const { api } = useServer();
  const { visitor } = useWho();
  const { link } = useNavigation();
  const { entries } = useRoster();
  const [made, setMade] = useState<Made | null>(null);
  const [later, setLater] = useState(false);
  const [end, setEnd] = useState('4');
  const [turn, setTurn] = useState(0);
  const [kind, id] = splitKey(of);
  const name = entries.get(of)?.name ?? id;
  const group = kind === 'friend' ? `friend/${id.split('/', 1)[0] ?? ''}` : undefined;
  const nameOf = (key: string) => entries.get(key)?.name;
  const things: [string, string][] = [[of, grantText(of, nameOf)]];
  // All devices of a person, where that person as a whole may be shared.
  if (group !== undefined && (visitor.rights.admin || visitor.rights.own.includes(group))) {
    things.push([group, grantText(group)]);
  }
  return (
    <Dialog title={t`Share ${name}`} close={close}>
      {made ? (
        <Ready
          made={made}
          now={now.value}
          more={() => {
            setMade(null);
          }}
        />
      ) : (
        <NewLink
          later={later}
          end={end}
          now={now}
          api={api}
          of={of}
          setMade={setMade}
          setTurn={setTurn}
          turn={turn}
          name={name}
          things={things}
          setLater={setLater}
          setEnd={setEnd}
        />
      )}
      <Before name={name} turn={turn} group={group} of={of} link={link} />
    </Dialog>
  );
}

function NewLink({
  later,
  end,
  now,
  api,
  of,
  setMade,
  setTurn,
  turn,
  name,
  things,
  setLater,
  setEnd,
}: {
  later: boolean;
  end: string;
  now: ReadonlySignal<number>;
  api: Api;
  of: string;
  setMade: Dispatch<StateUpdater<Made | null>>;
  setTurn: Dispatch<StateUpdater<number>>;
  turn: number;
  name: string;
  things: [string, string][];
  setLater: Dispatch<StateUpdater<boolean>>;
  setEnd: Dispatch<StateUpdater<string>>;
}) {
  return (
    <Form
      button={t`Make the link`}
      blame={{ malformed: 'until' }}
      submit={async (value) => {
        const starts = later ? fromInput(value('from')) : undefined;
        const ends = endOf(end, starts ?? now.value) ?? fromInput(value('until'));
        const made = await api.post('links', {
          name: value('name'),
          things: [value('thing') || of],
          ends: ends ?? 0,
          ...(starts === undefined ? {} : { starts }),
        });
        setMade({ url: below(made.url), reach: made.reach, until: ends ?? 0 });
        setTurn(turn + 1);
      }}
    >
      <p>
        <Trans>
          Whoever has the link sees where {name} is, live and without an account, until it ends.
          They see nobody else and nothing of before.
        </Trans>
      </p>
      {things.length > 1 && <Select name="thing" label={t`What is shown`} options={things} />}
      <div class="pair">
        <Select
          name="begins"
          label={t({ message: 'From', context: 'a time' })}
          options={[
            ['now', t`Now`],
            ['later', t`Later…`],
          ]}
          change={(choice) => {
            setLater(choice === 'later');
          }}
        />
        <Select name="end" label={t`How long`} value={end} options={ends()} change={setEnd} />
      </div>
      {later && (
        <Field
          name="from"
          label={t`Shown from`}
          type="datetime-local"
          value={toInput(now.value + 3600)}
        />
      )}
      {end === '' && (
        <Field
          name="until"
          label={t`Shown until`}
          type="datetime-local"
          value={toInput(now.value + 8 * 3600)}
        />
      )}
      <Field
        name="name"
        label={t`Name of the link`}
        hint={t`For you, to know it by: who gets it, or why`}
        value={`${name}, ${whenText(now.value, 0).split(',')[0] ?? ''}`.slice(0, 64)}
        maxLength={64}
        autocomplete="off"
      />
    </Form>
  );
}

/** The links there are already. */
function Before({
  name,
  turn,
  group,
  of,
  link,
}: {
  name: string;
  turn: number;
  group: string | undefined;
  of: string;
  link: () => string;
}) {
  return (
    <section class="before">
      <h3>{t`Links to ${name}`}</h3>
      <LinkList
        turn={turn}
        shows={group === undefined ? [of] : [of, group]}
        empty={t`None so far.`}
      />
      <p class="note with-copy">
        {t`For people with an account: a link to what you see now`}
        <CopyButton text={() => link()} label={t`Copy a link to this view`} />
      </p>
    </section>
  );
}

function Ready({ made, now, more }: { made: Made; now: number; more(): void }) {
  const until = whenText(made.until, now);
  return (
    <LinkReady
      url={made.url}
      reach={made.reach}
      end={<button type="button" class="button" onClick={more}>{t`Another link`}</button>}
    >
      <p>
        <Trans>
          The link is shown this once. It works until <b>{until}</b>.
        </Trans>
      </p>
    </LinkReady>
  );
}
