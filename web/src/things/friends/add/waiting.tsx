/** Waiting for a phone: whether it has come, or why not; asked for every two seconds. */
import { t } from '@lingui/core/macro';
import { Check, Smartphone, TriangleAlert } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import { timeText } from '../../../app/ages';
import { useNavigation, useSelection, useServer, useThing, useTime } from '../../../app/context';
import { splitKey } from '../../../app/world';
import type { Key } from '../../../app/world';
import { Denied } from '../../../net/api';
import { Icon } from '../../../ui/icon';
import { useNewPhones } from './context';
import { deviceOf } from './newphones';
import { tell } from './words';
import type { Attempt, PhoneProgress } from './words';

/** Milliseconds between two questions. */
const EVERY = 2000;

const SIGNS = { wait: Smartphone, ok: Check, warn: TriangleAlert };

export function Waiting({ of, url }: { of: Key; url: string }) {
  const { now, clock } = useTime();
  const [from] = useState(() => clock.seconds());
  const attempt = useAttempt(of);
  const [, id] = splitKey(of);
  const progress = tell(attempt, { id, url, now: now.value, from });
  return (
    <section class="waiting" data-tone={progress.tone} data-trouble={attempt?.trouble ?? 'none'}>
      <div role="status">
        <h3>
          <Icon of={SIGNS[progress.tone]} size={18} />
          {progress.title}
        </h3>
        <Text progress={progress} attempt={attempt} now={now.value} />
      </div>
      {progress.hints.length > 0 && (
        <ul>
          {progress.hints.map((hint) => (
            <li key={hint}>{hint}</li>
          ))}
        </ul>
      )}
      {attempt?.here !== undefined && <ShowOnMap of={of} />}
    </section>
  );
}

function Text({
  progress,
  attempt,
  now,
}: {
  progress: PhoneProgress;
  attempt: Attempt | null;
  now: number;
}) {
  if (attempt?.here !== undefined) {
    const here = timeText(attempt.here, now);
    return <p>{t`Its first position came at ${here}.`}</p>;
  }
  if (attempt?.at === undefined || attempt.trouble === 'none') return <p>{progress.text}</p>;
  const at = timeText(attempt.at, now);
  return (
    <p>
      {progress.text} <span class="muted">{t`Last at ${at}.`}</span>
    </p>
  );
}

function ShowOnMap({ of }: { of: Key }) {
  const phones = useNewPhones();
  const { go } = useNavigation();
  const { show } = useSelection();
  const thing = useThing(of);
  return (
    <button
      type="button"
      class="button primary"
      disabled={!thing}
      onClick={() => {
        phones.close();
        go('map');
        show(of);
      }}
    >{t`Show on the map`}</button>
  );
}

/** What came of a phone: asked for now and then, and at once when the friend changes. */
function useAttempt(of: Key): Attempt | null {
  const { api } = useServer();
  const [attempt, setAttempt] = useState<Attempt | null>(null);
  const thing = useThing(of);
  const turn = useRef(0);
  useEffect(() => {
    const ask = async () => {
      const mine = ++turn.current;
      try {
        const found = await api.get('phones/{user}/{device}', deviceOf(of));
        if (mine === turn.current) setAttempt(found);
      } catch (error) {
        // Asked again in a moment; what was known stays.
        if (!(error instanceof Denied)) throw error;
      }
    };
    void ask();
    const timer = setInterval(() => void ask(), EVERY);
    return () => {
      turn.current++;
      clearInterval(timer);
    };
  }, [api, of, thing]);
  return attempt;
}
