/** What only admins do: the robot's main routine, and shutting it down. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Refused } from '../../../net/requests';
import type { Granted } from '../../../net/requests';
import { ErrorLink } from '../../../ui/doclink';
import { Play, Square } from 'lucide';
import { useState } from 'preact/hooks';
import { useServer } from '../../../app/context';
import { Icon } from '../../../ui/icon';
import { Card } from '../../../ui/section';
import { routineText } from '../read';
import type { ProBot } from '../read';
import { HoldButton } from './hold';
import type { Dispatch, StateUpdater } from 'preact/hooks';
import { fixed } from '../../../ui/numbers';

/** Longer than the server waits for the robot to show an effect, in milliseconds. */
const SHUTDOWN_WITHIN = 30_000;
const ROUTINE_WITHIN = 15_000;

interface Doing {
  readonly state: 'waiting' | 'done' | 'failed';
  readonly text: string;
  readonly code?: string;
}

export function AdminCard({ robot, reachable }: { robot: ProBot; reachable: boolean }) {
  const { requests } = useServer();
  const [doing, setDoing] = useState<Doing | null>(null);
  const [typed, setTyped] = useState('');
  const waiting = doing?.state === 'waiting';
  const thing = `probot/${robot.id}`;
  const { name } = robot;

  const run = async (
    asked: () => Promise<Granted<'routine' | 'shutdown'>>,
    words: string,
    seen: (what: string, seconds: number) => string,
  ) => {
    setDoing({ state: 'waiting', text: words });
    try {
      const { seen: what, seconds } = await asked();
      setDoing({ state: 'done', text: seen(what, seconds) });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const code = error instanceof Refused ? { code: error.code } : {};
      setDoing({ state: 'failed', text: why.charAt(0).toUpperCase() + why.slice(1), ...code });
    }
  };
  const routine = (to: 'start' | 'stop') => {
    void run(
      () => requests.ask('routine', { thing, to }, ROUTINE_WITHIN),
      to === 'start'
        ? t`Main routine: start sent, waiting for the robot to show it …`
        : t`Main routine: stop sent, waiting for the robot to show it …`,
      (what, seconds) => t`Main routine ${what}, seen after ${fixed(seconds, 1)} s.`,
    );
  };
  const shutDown = () => {
    setTyped('');
    void run(
      () => requests.ask('shutdown', { thing }, SHUTDOWN_WITHIN),
      t`Shutdown sent, waiting for the robot to go …`,
      (what, seconds) =>
        what === ''
          ? t`${name} went after ${fixed(seconds, 1)} s.`
          : t`${name} went (${what}) after ${fixed(seconds, 1)} s.`,
    );
  };
  const idle = reachable && !waiting;
  return (
    <Card name={t`Robot`} class="admin" aside={<span class="muted">{t`admin`}</span>}>
      <Routine robot={robot} idle={idle} routine={routine} />
      <p class="muted">
        {t`Shutting down powers ${name} off. It must be switched on again by hand.`}
      </p>
      <HoldButton name={t`Hold to shut down`} disabled={!idle} onDone={shutDown} />
      <TypedShutdown
        typed={typed}
        robot={robot}
        idle={idle}
        shutDown={shutDown}
        setTyped={setTyped}
      />
      <p class="outcome" role="status" data-outcome={doing?.state}>
        {doing?.text}
        <ErrorLink code={doing?.code} />
      </p>
    </Card>
  );
}

function TypedShutdown({
  typed,
  robot,
  idle,
  shutDown,
  setTyped,
}: {
  typed: string;
  robot: ProBot;
  idle: boolean;
  shutDown: () => void;
  setTyped: Dispatch<StateUpdater<string>>;
}) {
  return (
    <details>
      <summary>{t`Without holding`}</summary>
      <form
        class="typed"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() === robot.id && idle) shutDown();
        }}
      >
        <label>
          <Trans>
            Type <code>{robot.id}</code>
          </Trans>
          <input
            value={typed}
            autocomplete="off"
            onInput={(event) => {
              setTyped(event.currentTarget.value);
            }}
          />
        </label>
        <button
          type="submit"
          class="button"
          disabled={!idle || typed.trim() !== robot.id}
        >{t`Shut down`}</button>
      </form>
    </details>
  );
}

function Routine({
  robot,
  idle,
  routine,
}: {
  robot: ProBot;
  idle: boolean;
  routine: (to: 'start' | 'stop') => void;
}) {
  return (
    <div class="routine">
      <span>
        <Trans>
          Main routine <b>{routineText(robot.routine)}</b>
        </Trans>
      </span>
      <button
        type="button"
        class="button"
        disabled={!idle}
        onClick={() => {
          routine('start');
        }}
      >
        <Icon of={Play} size={16} /> {t`Start`}
      </button>
      <button
        type="button"
        class="button"
        disabled={!idle}
        onClick={() => {
          routine('stop');
        }}
      >
        <Icon of={Square} size={16} /> {t`Stop routine`}
      </button>
    </div>
  );
}
