/** Who has the robot, and the ways to get it or to let it go. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Hand, KeyRound, UserRound } from 'lucide';
import { useWho } from '../../../app/context';
import { Person, useCalled } from '../../../app/people';
import { useDriving } from './context';
import { Icon } from '../../../ui/icon';
import type { ProBot } from '../read';
import { driverText } from './read';
import type { Lease } from './read';
import { may } from './roles';
import type { Driver } from './driver';

export function ControlBar({
  robot,
  lease,
  obstacle,
}: {
  robot: ProBot;
  lease: Lease | undefined;
  obstacle: string | null;
}) {
  const { user } = useWho();
  const { driver } = useDriving();
  const holder = useCalled(lease?.holder);
  const control = driver.control.value;
  const { role, name } = user.value;
  const about = control.state !== 'free' && control.robot === robot.id;
  if (about && control.state === 'mine') {
    return (
      <>
        <span class="pill" data-tone="ok" data-control="mine">
          <i />
          {t`You have control`}
        </span>
        <button
          type="button"
          class="button"
          onClick={() => {
            driver.release();
          }}
        >
          <Trans>
            Release <kbd>Esc</kbd>
          </Trans>
        </button>
      </>
    );
  }
  if (about) {
    return (
      <>
        <span class="pill" data-tone="warn" data-control="asking">
          <i />
          {control.state === 'asking' && control.what === 'ask' && lease
            ? t`Asking ${holder} …`
            : t`Taking control …`}
        </span>
        <button
          type="button"
          class="button"
          onClick={() => {
            driver.release();
          }}
        >{t`Cancel`}</button>
      </>
    );
  }
  const operator = may(role, 'drive');
  // The same person in another tab has no need to ask: they are told where the control is.
  const self = lease?.holder === name;
  return (
    <Ways
      lease={lease}
      name={name}
      operator={operator}
      obstacle={obstacle}
      driver={driver}
      robot={robot}
      self={self}
      role={role}
    />
  );
}

/** The ways to get the robot that are open just now. */
function Ways({
  lease,
  name,
  operator,
  obstacle,
  driver,
  robot,
  self,
  role,
}: {
  lease: Lease | undefined;
  name: string;
  operator: boolean;
  obstacle: string | null;
  driver: Driver;
  robot: ProBot;
  self: boolean;
  role: string;
}) {
  const called = useCalled(lease?.holder);
  return (
    <>
      {lease ? (
        <span class="pill" data-tone="use" data-control="other">
          <i />
          {driverText(lease, name, called)}
        </span>
      ) : (
        <span class="pill" data-tone="off" data-control="free">
          <i />
          {operator ? t`Nobody drives it` : t`Watching`}
        </span>
      )}
      {operator && !lease && (
        <button
          type="button"
          class="button primary"
          disabled={obstacle !== null}
          onClick={() => {
            void driver.get(robot.id, 'take');
          }}
        >
          <Icon of={KeyRound} size={16} />
          {t`Take control`}
        </button>
      )}
      {operator && lease && (
        <button
          type="button"
          class="button"
          disabled={obstacle !== null}
          onClick={() => {
            void driver.get(robot.id, lease.loose && self ? 'take' : 'ask');
          }}
        >
          <Icon of={Hand} size={16} />
          {lease.loose && self ? t`Take it back` : t`Ask for it`}
        </button>
      )}
      {lease && may(role, 'takeover') && (
        <button
          type="button"
          class="button"
          disabled={obstacle !== null}
          onClick={() => {
            void driver.get(robot.id, 'takeover');
          }}
        >
          <Icon of={UserRound} size={16} />
          {t`Take over`}
        </button>
      )}
    </>
  );
}

/** Others ask the driver for the robot. */
export function Asks({ robot, lease }: { robot: ProBot; lease: Lease | undefined }) {
  const { driver } = useDriving();
  const control = driver.control.value;
  const mine = control.state === 'mine' && control.terms.fence === lease?.fence;
  const { name } = robot;
  return (
    <div class="asks" role="alert">
      {mine &&
        lease.asks.map((who) => (
          <div key={who} class="ask" data-ask={who}>
            <p>
              <Trans>
                <b>
                  <Person account={who} />
                </b>{' '}
                asks for {name}.
              </Trans>
            </p>
            <button
              type="button"
              class="button primary"
              onClick={() => {
                driver.reply(who, true);
              }}
            >{t`Hand over`}</button>
            <button
              type="button"
              class="button"
              onClick={() => {
                driver.reply(who, false);
              }}
            >{t`Keep it`}</button>
          </div>
        ))}
    </div>
  );
}
