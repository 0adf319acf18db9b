/** What came of a friend's messages: used, doubtful, left out, refused, and the last reason. */
import { t } from '@lingui/core/macro';
import { useEffect, useState } from 'preact/hooks';
import { ageText } from '../../app/ages';
import { useServer, useTime } from '../../app/context';
import { splitKey } from '../../app/world';
import type { Key } from '../../app/world';
import type { DeviceFigures } from '../../generated';
import type { Read } from '../../net/shape';
import { Fact, Facts } from '../../ui/facts';
import { grouped } from '../../ui/numbers';

/** The counts are asked for again so often while they are shown, seconds. */
const EVERY = 10;

export function MessagesOf({ of }: { of: Key }) {
  const { now } = useTime();
  const counts = useCounts(of);
  if (counts === null) return null;
  const { why } = counts;
  return (
    <section class="part" data-messages={counts.heard}>
      <h3>
        {t`Messages`}
        <span>{t`since the server’s start`}</span>
      </h3>
      <Facts>
        <Fact name={t`Heard`}>{grouped(counts.heard)}</Fact>
        <Fact name={t`Used`}>{t`${grouped(counts.used)} positions`}</Fact>
        {counts.doubtful > 0 && (
          <Fact name={t`Doubtful`} tone="warn">
            {grouped(counts.doubtful)}
          </Fact>
        )}
        {counts.left_out > 0 && (
          <Fact name={t`Left out`} tone="warn">
            {grouped(counts.left_out)} <span class="muted">{t`parts of messages`}</span>
          </Fact>
        )}
        {counts.refused > 0 && (
          <Fact name={t`Refused`} tone="bad">
            {grouped(counts.refused)}
          </Fact>
        )}
        {why && (
          <Fact name={t`Last reason`}>
            {why}
            {counts.at != null && (
              <span class="muted"> {whenText(now.value - counts.at, counts.via)}</span>
            )}
          </Fact>
        )}
      </Facts>
    </section>
  );
}

/** How long ago, and by which way. */
export function whenText(ago: number, via = ''): string {
  const age = ageText(Math.max(0, ago));
  return via === '' || via === 'main' ? t`${age} ago` : t`${age} ago, by ${via}`;
}

/** The counts of a friend; null while they are not known, or not for us. */
function useCounts(of: Key): Read<DeviceFigures> | null {
  const { api } = useServer();
  const { now } = useTime();
  const [counts, setCounts] = useState<{ of: Key; figures: Read<DeviceFigures> } | null>(null);
  const turn = Math.floor(now.value / EVERY);
  useEffect(() => {
    let over = false;
    const [user = '', device = ''] = splitKey(of)[1].split('/', 2);
    api
      .get('deliveries/{user}/{device}', { user, device })
      .then((answer) => {
        if (!over) setCounts({ of, figures: answer.device });
      })
      .catch(() => undefined); // anybody who is not told sees no such section
    return () => {
      over = true;
    };
  }, [api, of, turn]);
  return counts?.of === of ? counts.figures : null;
}
