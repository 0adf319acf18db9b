/**
 * The bar under the map: a day with what happened on it. Dragging along it shows where everybody was
 * then; one button, or one key, leads back to now.
 */
import { t } from '@lingui/core/macro';
import { useEffect } from 'preact/hooks';
import { useServer, useTime } from '../app/context';
import { usePast } from '../past/context';
import { useRoster } from '../things/context';
import { shownZone, zoneHere } from '../ui/customs';
import { zoneText } from '../ui/times';
import { DayChooser } from './time/daychooser';
import { Player } from './time/player';
import { Scrubber } from './time/scrubber';
import { ZoomButtons } from './time/zoom';

/** The day's way and events are looked at again so often while it is today, milliseconds. */
const AGAIN_MS = 60_000;

export function TimeBar() {
  const { clock } = useTime();
  const { connection } = useServer();
  const { whole } = useRoster();
  const past = usePast();
  const today = past.day.value.end > clock.live();
  useEffect(() => {
    past.refresh();
    if (!today) return;
    const timer = setInterval(() => {
      past.refresh();
    }, AGAIN_MS);
    return () => {
      clearInterval(timer);
    };
  }, [past, today]);
  const away = past.past.value;
  // While nothing comes in the picture of now stands still, and must not call itself live.
  const waits = away || connection.value.state === 'connecting' ? null : whole.value.paused;
  const paused = !away && (waits !== null || connection.value.state !== 'live');
  return (
    <section class="timebar panel" aria-label={t`Time`} data-past={away}>
      <div class="timebar-when">
        <DayChooser today={today} />
        <ZoomButtons />
        <ZoneName at={past.at.value ?? clock.live()} />
      </div>
      <div class="timebar-line">
        <button
          type="button"
          class="live-pill"
          data-live={!away && !paused}
          title={
            !paused
              ? t`Back to now (L)`
              : waits === 'brokers'
                ? t`Waiting for the broker`
                : t`Waiting for the server`
          }
          aria-pressed={!away}
          onClick={() => {
            past.live();
          }}
        >
          <i />
          {paused ? t`Paused` : t`Live`}
        </button>
        <Player />
        <Scrubber />
      </div>
    </section>
  );
}

/** By which clocks the times are: of another zone than this computer's, or of its own. */
function ZoneName({ at }: { readonly at: number }) {
  const { short, long } = zoneText(at);
  const zone = shownZone();
  return (
    <span class="zone-name" title={`${long} (${zone})`} data-chosen={zone !== zoneHere()}>
      {short}
    </span>
  );
}
