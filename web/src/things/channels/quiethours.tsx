/** Quiet hours: when nothing is told that can wait, for all of one's ways, with a picture of the day. */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useTime } from '../../app/context';
import { ActButton } from '../../ui/actbutton';
import { customs } from '../../ui/customs';
import { Card } from '../../ui/section';
import { shortClockText, spanText } from '../../ui/times';
import { wallOf } from '../../ui/zone';
import type { Channel } from './model';
import { lengthOf, NIGHT, quietOf, shareOf, sharesOf } from './quiet';
import type { Quiet } from './quiet';
import type { ChannelService } from './service';

export function QuietHours({
  channels,
  service,
}: {
  channels: readonly Channel[];
  service: ChannelService;
}) {
  const now = quietOf(channels);
  const [wish, setWish] = useState<Quiet | null | undefined>(undefined);
  const [passing, setPassing] = useState<boolean | undefined>(undefined);
  const quiet = wish === undefined ? now.quiet : wish;
  const passes = passing ?? now.passes;
  const changed = !now.same || wish !== undefined || passing !== undefined;
  const sound = quiet === null || (shareOf(quiet.begin) !== shareOf(quiet.end) && filled(quiet));
  return (
    <Card name={t`Quiet hours`} class="quiet-card">
      <label class="check">
        <input
          type="checkbox"
          checked={quiet !== null}
          onChange={(ticked) => {
            setWish(ticked.currentTarget.checked ? NIGHT : null);
          }}
        />
        <span>{t`Do not disturb me at these hours`}</span>
      </label>
      {quiet !== null && <Hours quiet={quiet} change={setWish} />}
      {quiet !== null && sound && <DayPicture quiet={quiet} />}
      {quiet !== null && (
        <label class="check">
          <input
            type="checkbox"
            checked={passes}
            onChange={(ticked) => {
              setPassing(ticked.currentTarget.checked);
            }}
          />
          <span>{t`What is urgent comes all the same`}</span>
        </label>
      )}
      <p class="note">
        {quiet === null
          ? t`You are told at any hour.`
          : t`What came meanwhile is told in one message when they end. Which rules are urgent, each rule says.`}
      </p>
      {!now.same && <p class="note">{t`Just now this is not the same for all of your ways.`}</p>}
      {changed && (
        <div class="form-end">
          <ActButton
            primary
            words={t`Save the quiet hours`}
            act={async () => {
              if (!sound) return;
              await service.hush(quiet, passes);
              setWish(undefined);
              setPassing(undefined);
            }}
          />
          {!sound && (
            <span class="wrong" role="alert">
              {t`Give two different times: to hear nothing at all, switch the ways off.`}
            </span>
          )}
        </div>
      )}
    </Card>
  );
}

const filled = ({ begin, end }: Quiet) => begin !== '' && end !== '';

function Hours({ quiet, change }: { quiet: Quiet; change(quiet: Quiet): void }) {
  return (
    <div class="quiet-hours">
      <label>
        <span>{t`From`}</span>
        <input
          type="time"
          value={quiet.begin}
          onChange={(typed) => {
            change({ ...quiet, begin: typed.currentTarget.value });
          }}
        />
      </label>
      <label>
        <span>{t`Until`}</span>
        <input
          type="time"
          value={quiet.end}
          onChange={(typed) => {
            change({ ...quiet, end: typed.currentTarget.value });
          }}
        />
      </label>
    </div>
  );
}

/** A day from midnight to midnight: what of it is quiet, and where one is now. */
function DayPicture({ quiet }: { quiet: Quiet }) {
  const { now } = useTime();
  const { hour, minute } = wallOf(now.value);
  const percent = (share: number) => `${String(share * 100)}%`;
  const begin = wallText(quiet.begin);
  const end = wallText(quiet.end);
  const long = spanText(lengthOf(quiet));
  const words = t`Quiet from ${begin} until ${end}, ${long}`;
  return (
    <figure class="quiet-day">
      <div class="quiet-bar" role="img" aria-label={words}>
        {sharesOf(quiet).map(([from, to]) => (
          <i
            key={from}
            style={{ insetInlineStart: percent(from), inlineSize: percent(to - from) }}
          />
        ))}
        <b style={{ insetInlineStart: percent((hour * 60 + minute) / 1440) }} />
      </div>
      <div class="quiet-scale" aria-hidden="true">
        {[0, 6, 12, 18, 24].map((at) => (
          <span key={at}>{wallText(`${String(at % 24)}:00`)}</span>
        ))}
      </div>
      <figcaption class="muted">{words}</figcaption>
    </figure>
  );
}

/** A time of day as this page writes times. */
function wallText(time: string): string {
  return shortClockText(shareOf(time) * 86_400, { ...customs.value, zone: 'UTC' });
}
