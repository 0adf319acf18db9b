/**
 * The frame inspector: what went over this page's connection, and a way to send a frame by hand.
 */
import { t } from '@lingui/core/macro';
import { useState } from 'preact/hooks';
import { useServer } from '../../app/context';
import type { LoggedFrame } from '../../app/framelog';
import { useCalmly } from '../../ui/hooks';
import { Card } from '../../ui/section';
import { Chip, Chips, ClearButton, PauseButton, SearchBox } from '../../ui/tools';
import { FrameList, ROWS } from './framelist';
import { Inspected } from './inspector';
import { SendCard } from './sendcard';

/** The list is drawn anew at most this often, in milliseconds. */
const REDRAW = 200;

type Direction = 'all' | LoggedFrame['direction'];

const directions = (): readonly (readonly [Direction, string])[] => [
  ['all', t`All`],
  ['in', t`Received`],
  ['out', t`Sent`],
];

export function Frames() {
  const { frameLog } = useServer();
  const [paused, setPaused] = useState<readonly LoggedFrame[] | null>(null);
  const [filter, setFilter] = useState('');
  const [direction, setDirection] = useState<Direction>('all');
  const [beats, setBeats] = useState(false);
  const [chosen, setChosen] = useState<LoggedFrame | null>(null);
  useCalmly(frameLog, REDRAW, paused === null);

  const frames = paused ?? frameLog.frames;
  const shown = pick(frames, filter, direction, beats);
  return (
    <>
      <Card
        name={t`Frames`}
        class="frames"
        aside={
          <div class="tools">
            <SearchBox
              label={t`Show only frames that contain`}
              hint={t`Filter`}
              value={filter}
              set={setFilter}
            />
            <Chips label={t`Direction`} of={directions()} value={direction} set={setDirection}>
              <Chip
                on={beats}
                press={() => {
                  setBeats(!beats);
                }}
              >{t`Beats`}</Chip>
            </Chips>
            <PauseButton
              paused={paused !== null}
              press={() => {
                setPaused(paused === null ? [...frameLog.frames] : null);
              }}
            />
            <ClearButton
              press={() => {
                frameLog.clear();
                setChosen(null);
                if (paused !== null) setPaused([]);
              }}
            />
          </div>
        }
      >
        <div class="frames-in">
          <FrameList frames={shown} chosen={chosen} choose={setChosen} />
          <Inspected frame={chosen ?? shown[0] ?? null} following={chosen === null} />
        </div>
      </Card>
      <SendCard />
    </>
  );
}

/** The newest frames that are wanted, newest first. */
export function pick(
  frames: readonly LoggedFrame[],
  filter: string,
  direction: Direction,
  beats: boolean,
): LoggedFrame[] {
  const wanted = filter.toLowerCase();
  const shown: LoggedFrame[] = [];
  for (let index = frames.length - 1; index >= 0 && shown.length < ROWS; index--) {
    const frame = frames[index];
    if (!frame) continue;
    if (direction !== 'all' && frame.direction !== direction) continue;
    if (!beats && frame.label === 'beat') continue;
    if (wanted && !frame.text.toLowerCase().includes(wanted)) continue;
    shown.push(frame);
  }
  return shown;
}
