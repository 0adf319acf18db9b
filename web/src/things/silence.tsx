/** Why something is not of now, among the facts of its details. */
import { t } from '@lingui/core/macro';
import { evidenceText, Fact } from '../ui/facts';
import { useRoster } from './context';
import type { Freshness } from './freshness';
import { asOfText } from './freshnesstext';

interface SilenceProps {
  readonly fresh: Freshness;
  /** What the server gives as its reason. */
  readonly evidence: string | undefined;
  /** Server time, epoch seconds. */
  readonly now: number;
}

export function SilenceFact({ fresh, evidence, now }: SilenceProps) {
  const { linksShown } = useRoster();
  if (fresh.status === 'cut') {
    return (
      <Fact name={asOfText(fresh.asOf, now)} tone="warn">
        {linksShown.value.server === null
          ? t`The broker is lost, so nothing can be heard.`
          : t`The server cannot be reached, so nothing can be heard.`}
      </Fact>
    );
  }
  const why = fresh.presence === 'live' ? undefined : evidenceText(fresh.presence, evidence);
  if (why === undefined) return null;
  return (
    <Fact name={fresh.presence === 'offline' ? t`Offline` : t`Stale`} tone="warn">
      {why}
    </Fact>
  );
}
