/** Lines of the log that are older than what the page has. */
import { t } from '@lingui/core/macro';
import { useMemo, useState } from 'preact/hooks';
import { timeText } from '../../app/ages';
import { useServer, useTime } from '../../app/context';
import type { LogLine } from '../../things/broker/log';
import { moreOlder, NONE_OLDER } from '../../things/broker/older';
import type { Older } from '../../things/broker/older';

interface OlderLines extends Older {
  readonly asking: boolean;
  readonly trouble: string | null;
  more(wanted: (line: LogLine) => boolean): void;
}

/** The lines of the store, asked for when somebody wants them; another broker begins anew. */
export function useOlder(broker: string, lines: readonly LogLine[]): OlderLines {
  const { clock } = useTime();
  const { api } = useServer();
  const [known, setKnown] = useState<{ readonly of: string; readonly older: Older }>({
    of: broker,
    older: NONE_OLDER,
  });
  const [asking, setAsking] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const older = known.of === broker ? known.older : NONE_OLDER;
  return {
    // Paused, or the log full: lines that it still has, or again, are shown once.
    ...older,
    lines: useMemo(() => {
      const there = new Set(lines.map((line) => line.key));
      return older.lines.filter((line) => !there.has(line.key));
    }, [older, lines]),
    asking,
    trouble,
    more(wanted) {
      if (asking) return;
      setAsking(true);
      setTrouble(null);
      const first = lines.find((line) => line.broker === broker)?.at ?? clock.seconds();
      moreOlder(api, broker, older, first, wanted)
        .then(
          (found) => {
            setKnown({ of: broker, older: found });
          },
          (error: unknown) => {
            setTrouble(error instanceof Error ? error.message : String(error));
          },
        )
        .finally(() => {
          setAsking(false);
        });
    },
  };
}

export function OlderButton({
  older,
  searched,
  press,
}: {
  older: OlderLines;
  searched: boolean;
  press(): void;
}) {
  const { now } = useTime();
  if (older.trouble !== null) return <span class="wrong">{older.trouble}</span>;
  return (
    <>
      {older.to !== undefined && (
        <span data-older={older.end ? 'end' : 'more'}>
          {older.end
            ? t`the store has no older ones`
            : t`looked back to ${timeText(older.to, now.value)}`}
        </span>
      )}
      {!older.end && (
        <button type="button" class="button small" disabled={older.asking} onClick={press}>
          {older.asking ? t`Looking …` : searched ? t`Search older lines` : t`Older lines`}
        </button>
      )}
    </>
  );
}
