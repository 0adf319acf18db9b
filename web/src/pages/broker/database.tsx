/** The database that servers share: whether it answers, how fast, and what follows it. */
import { plural, t } from '@lingui/core/macro';
import { Fact } from '../../ui/facts';
import { grouped } from '../../ui/numbers';
import type { ServerState } from '../../things/server/read';

type Database = NonNullable<ServerState['database']>;

/** A standby that is further behind than this, in seconds, is worth a word. */
const BEHIND = 5;

export function databaseText(database: Database): string {
  const { answer, standbys, lag } = database;
  if (answer === undefined) return t`It does not answer. People who are in stay in.`;
  const time = grouped(Math.max(1, Math.round(answer)));
  if (standbys === 0) return t`It answers in ${time} ms.`;
  if (lag !== undefined && lag > BEHIND) {
    const seconds = Math.round(lag);
    return t`It answers in ${time} ms. Its copy is ${seconds} s behind.`;
  }
  return t`It answers in ${time} ms. ${plural(standbys, {
    one: '# copy follows it.',
    other: '# copies follow it.',
  })}`;
}

export function DatabaseFact({ database }: { database: Database }) {
  const { answer, lag = 0 } = database;
  return (
    <Fact name={t`Database`} tone={answer === undefined || lag > BEHIND ? 'bad' : undefined}>
      {databaseText(database)}
    </Fact>
  );
}
