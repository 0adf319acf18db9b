/** "Is it set up right?": what `sightline check` finds, step by step, with what to do about it. */
import { t } from '@lingui/core/macro';
import { useEffect } from 'preact/hooks';
import { useServer, useTime } from '../app/context';
import type { CheckedStep, SetupCheck } from '../generated';
import type { Read } from '../net/shape';
import { ActButton } from '../ui/actbutton';
import { Card } from '../ui/section';
import { useLoaded } from './loader';
import { Trouble } from './once';
import { whenText } from './wording';

/** Milliseconds between two questions how far it is. */
const EVERY = 1000;

type Step = Read<CheckedStep>;
type Level = Step['level'];

export function SetupCheckCard() {
  const { api } = useServer();
  const { value, failure, again } = useLoaded(() => api.get('admin/check'));
  const running = value?.running === true;
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => void again(), EVERY);
    return () => {
      clearInterval(timer);
    };
  }, [running, again]);
  return (
    <Card name={t`Is it set up right?`} class="setup-check">
      <p class="said muted">
        {t`The server looks at its own set-up, step by step: its brokers, who may do what there, certificates, maps, and the address people use. It takes some seconds, sends a few messages to itself, and changes nothing.`}
      </p>
      <Trouble failure={failure} />
      <div role="status" data-check={running ? 'running' : value?.ended == null ? 'none' : 'done'}>
        {running ? <p>{t`Looking…`}</p> : value?.ended != null && <Outcome check={value} />}
      </div>
      <div class="form-end">
        <ActButton
          primary
          words={value?.ended == null ? t`Check now` : t`Check again`}
          act={async () => {
            await api.post('admin/check');
            await again();
          }}
        />
      </div>
    </Card>
  );
}

function Outcome({ check }: { check: Omit<Read<SetupCheck>, 'ok'> }) {
  const { now } = useTime();
  const { findings, trouble, ended } = check;
  const when = whenText(ended ?? 0, now.value);
  return (
    <>
      <p>
        <b>{trouble === '' ? verdictText(findings) : trouble}</b>{' '}
        <span class="muted">{t`Checked at ${when}.`}</span>
      </p>
      <ul class="list">
        {[...findings].sort(gravestFirst).map((step) => (
          <li key={`${step.where} ${step.step} ${step.said}`} data-level={step.level}>
            <span class="pill" data-tone={TONES[step.level]}>
              <i />
              {levelText(step.level)}
            </span>
            <span class="list-in">
              <span>
                <b class="plain">{[step.where, step.step].filter(Boolean).join(' · ')}</b>
                {step.said}
              </span>
              {step.todo !== '' && <span class="muted">→ {step.todo}</span>}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

const TONES: Readonly<Record<Level, string>> = { fail: 'bad', warn: 'warn', ok: 'ok', skip: 'off' };
const ORDER: readonly Level[] = ['fail', 'warn', 'ok', 'skip'];

function gravestFirst(a: Step, b: Step): number {
  return ORDER.indexOf(a.level) - ORDER.indexOf(b.level);
}

function levelText(level: Level): string {
  switch (level) {
    case 'ok':
      return t`Good`;
    case 'warn':
      return t`Take a look`;
    case 'fail':
      return t`Wrong`;
    case 'skip':
      return t`Not checked`;
  }
}

/** The whole in a sentence. */
export function verdictText(findings: readonly Step[]): string {
  if (findings.some(({ level }) => level === 'fail')) {
    return t`Something is wrong. What to do stands below it.`;
  }
  if (findings.some(({ level }) => level === 'warn')) {
    return t`It works, and something could be better.`;
  }
  return t`Everything that was looked at is as it should be.`;
}
