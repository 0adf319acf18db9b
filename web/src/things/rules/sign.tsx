/** What a rule is about, as a small picture. */
import {
  BatteryLow,
  Bot,
  Gauge,
  Hash,
  LogIn,
  LogOut,
  MapPinOff,
  Radio,
  Siren,
  Timer,
  Unplug,
  Users,
  VolumeX,
  Waypoints,
} from 'lucide';
import type { IconNode } from 'lucide';
import { Icon } from '../../ui/icon';
import type { ConditionType, Wishes } from './model';

export const SIGNS: Readonly<Record<ConditionType, IconNode>> = {
  arrives: LogIn,
  leaves: LogOut,
  absent: MapPinOff,
  stays: Timer,
  near: Users,
  battery: BatteryLow,
  silent: VolumeX,
  speed: Gauge,
  fallen: Bot,
  alarm: Siren,
  latency: Radio,
  disconnected: Unplug,
  flapping: Waypoints,
  number: Hash,
};

export function RuleSign({ of }: { of: Pick<Wishes, 'condition'> }) {
  return (
    <span class="rule-sign" aria-hidden="true">
      <Icon of={SIGNS[of.condition.type]} size={18} />
    </span>
  );
}
