/** How a robot stands, in a pill; and the reasons why nobody can drive it just now. */
import { t } from '@lingui/core/macro';
import { useTime } from '../../../app/context';
import type { Broker } from '../../broker/read';
import type { Freshness } from '../../freshness';
import { asOfText } from '../../freshnesstext';
import { idleText } from '../read';
import type { ProBot, Availability } from '../read';
import type { Guard, Lease } from './read';

const TONES: Readonly<Record<Availability, string>> = {
  'not working': 'off',
  unknown: 'off',
  offline: 'off',
  stopped: 'warn',
  available: 'ok',
  'in use': 'use',
};

export function availabilityText(availability: Availability): string {
  switch (availability) {
    case 'not working':
      return t`Not working`;
    case 'unknown':
      return t`Unknown`;
    case 'offline':
      return t`Offline`;
    case 'stopped':
      return t`Stopped`;
    case 'available':
      return t`Available`;
    case 'in use':
      return t`In use`;
  }
}

interface AvailabilityPillProps {
  readonly availability: Availability;
  readonly fresh: Freshness;
}

export function AvailabilityPill({ availability, fresh }: AvailabilityPillProps) {
  const { clock } = useTime();
  return (
    <span class="pill" data-tone={TONES[availability]} data-availability={availability}>
      <i />
      {availability === 'unknown'
        ? asOfText(fresh.asOf, clock.seconds())
        : availabilityText(availability)}
    </span>
  );
}

export interface Situation {
  readonly robot: ProBot;
  readonly lease?: Lease | undefined;
  readonly guard?: Guard | undefined;
  readonly broker?: Broker | undefined;
  readonly live: boolean;
  /** The WebSocket is blocked: only stops go through. */
  readonly polling?: boolean;
  /** What is shown is not now. */
  readonly past?: boolean;
}

/** Why driving is out of the question before anybody asks; the server has the last word. */
export function obstacle({ robot, guard, broker, live, polling, past }: Situation): string | null {
  const { name } = robot;
  if (past === true) return t`This is the past. Go back to live to drive.`;
  if (!live) return t`There is no connection to the server.`;
  if (polling === true) {
    return t`Driving needs the WebSocket, which is blocked on the way (by a proxy?). Stop works.`;
  }
  if (robot.heard === undefined) {
    return t`${name} is in the settings, but was never heard. Is it switched on?`;
  }
  if (guard?.driving !== undefined) return capital(guard.driving);
  if (broker && broker.link.state !== 'connected') {
    return t`There is no connection to the broker ${broker.id}.`;
  }
  if (robot.presence === 'offline') return t`${name} is offline.`;
  return idleText(robot) ?? null;
}

function capital(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
