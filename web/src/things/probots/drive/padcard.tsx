/** The pad that drives, and why it does not. */
import { t } from '@lingui/core/macro';
import { roleName } from '../../../app/rolename';
import { Lock } from 'lucide';
import { useMemo } from 'preact/hooks';
import { useWho } from '../../../app/context';
import { useCalled } from '../../../app/people';
import { mayDrive } from '../../../app/visitor';
import { keyOf } from '../../../app/world';
import { ErrorLink } from '../../../ui/doclink';
import { Icon } from '../../../ui/icon';
import type { ProBot } from '../read';
import { useDriving } from './context';
import { Asks, ControlBar } from './control';
import { GamepadShown, KeysShown } from './inputs';
import { Joystick } from './joystick';
import { HeldKeys } from './keyboard';
import type { Guard, Lease } from './read';
import { Readings } from './readings';
import { may } from './roles';
import { Sliders } from './sliders';
import { StopBound } from './stoptime';

export function PadCard({
  robot,
  lease,
  guard,
  inTheWay,
}: {
  robot: ProBot;
  lease: Lease | undefined;
  guard: Guard | undefined;
  inTheWay: string | null;
}) {
  const { user, visitor } = useWho();
  const { driver } = useDriving();
  const control = driver.control.value;
  const mine = control.state === 'mine' && control.robot === robot.id;
  const notice = driver.notice.value;
  const held = useMemo(() => new HeldKeys(), []);
  const operator = may(user.value.role, 'drive') && mayDrive(visitor, keyOf('probot', robot.id));
  const flight = driver.flight.value;
  const role = roleName(user.value.role);
  const holder = useCalled(lease?.holder);
  const shade = mine
    ? flight.locked !== null && flight.held
      ? { title: t`Let go of stick and keys first`, text: flight.locked }
      : flight.locked !== null
        ? { title: t`The robot is held still`, text: flight.locked }
        : null
    : inTheWay !== null
      ? { title: t`Locked`, text: inTheWay }
      : lease
        ? { title: t`${holder} drives it`, text: lease.sent ?? '' }
        : operator
          ? { title: t`Take control to drive`, text: '' }
          : {
              title: t`You are watching`,
              text: t`As ${role} you may watch and stop, not drive.`,
            };
  return (
    <section class="card pad-card" aria-label={t`Drive ${robot.name}`} data-mine={mine}>
      <header>
        <h2>{t`Drive`}</h2>
        <ControlBar robot={robot} lease={lease} obstacle={inTheWay} />
      </header>
      <Asks robot={robot} lease={lease} />
      <div class="pad-notice" role="alert" data-tone={notice?.tone}>
        {notice && (
          <p>
            {notice.text}
            <ErrorLink code={notice.code} />
          </p>
        )}
      </div>
      <Joystick robot={robot.name} held={held}>
        {shade && (
          <div class="shade" data-locked={inTheWay ?? flight.locked ?? ''}>
            <Icon of={Lock} size={20} />
            <b>{shade.title}</b>
            {shade.text && <span>{shade.text}</span>}
          </div>
        )}
      </Joystick>
      <Sliders />
      <Readings robot={robot} lease={lease} mine={mine} />
      <div class="inputs">
        <KeysShown held={held} mine={mine} />
        <GamepadShown mine={mine} />
      </div>
      <StopBound guard={guard} lease={lease} />
    </section>
  );
}
