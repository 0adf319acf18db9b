/** The server's certificate: until when it is good, and an alarm when somebody has to act. */
import { plural, t } from '@lingui/core/macro';
import { CircleAlert } from 'lucide';
import { timeText } from '../../app/ages';
import type { Certificate } from '../../things/server/read';
import { useTime } from '../../app/context';
import { Fact } from '../../ui/facts';
import { Icon } from '../../ui/icon';

const DAY = 86_400;

export function daysLeft(expires: number, now: number): string {
  const days = Math.floor((expires - now) / DAY);
  if (days < 0) return t`past its end`;
  return plural(days, { one: '# more day', other: '# more days' });
}

export function CertificateFact({ certificate }: { certificate: Certificate }) {
  const { clock } = useTime();
  const { expires, standing, fault } = certificate;
  const good = standing === 'good' && fault === undefined;
  return (
    <Fact name={t`Certificate`} tone={good ? undefined : 'bad'}>
      {expires === undefined
        ? t`none yet`
        : t`${daysLeft(expires, clock.seconds())}, until ${timeText(expires, clock.seconds())}`}
    </Fact>
  );
}

/** Shown when its files cannot be used, or when its end is near. */
export function CertificateAlarm({ certificate }: { certificate: Certificate }) {
  const { clock } = useTime();
  const { expires, standing, fault, names } = certificate;
  if (fault === undefined && standing === 'good') return null;
  const heading =
    fault !== undefined
      ? t`The certificate’s files cannot be used`
      : expires !== undefined && standing !== 'expired'
        ? t`The certificate is good for ${daysLeft(expires, clock.seconds())}`
        : t`The certificate is past its end`;
  return (
    <section class="card explain" aria-label={t`Certificate`} role="note">
      <Icon of={CircleAlert} size={20} />
      <div>
        <h2>{heading}</h2>
        {fault !== undefined && (
          <p>
            {expires === undefined
              ? t`Now ${fault}. Nobody can connect over HTTPS.`
              : t`Now ${fault}. The one before stays in use.`}
          </p>
        )}
        <p>
          {names.length > 0 && `${t`It is for ${names.join(', ')}.`} `}
          {t`Renew it on the server; new files are taken within seconds, and nobody is cut off.`}
        </p>
      </div>
    </section>
  );
}
