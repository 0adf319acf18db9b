/** All ProBots as they are now. */
import { Bot } from 'lucide';
import { timeText } from '../ages';
import { summariseProBot } from '../kinds/probots/summary';
import { RobotFacts, RobotHeadline, RobotStats, Tilt } from '../kinds/probots/panel';
import { readProBot } from '../kinds/probots/read';
import type { ProBot } from '../kinds/probots/read';
import type { Thing } from '../wire';
import { keyOf } from '../world';
import { Avatar } from './avatar';
import { CopyButton } from './copy';
import { useApp, useKind } from './context';
import { Icon } from './icon';
import { Samples } from './samples';
import { SectionPage } from './section';
import { Spark } from './spark';

const EXAMPLE = `mosquitto_pub -t telemetry -m 'ProBot1,87,1.5,started,23.4,192.168.1.17'`;

export function RobotsPage() {
  const { ready } = useApp();
  const robots = [...useKind('probot')].sort((a, b) =>
    summariseProBot(a).order < summariseProBot(b).order ? -1 : 1,
  );
  const live = robots.filter((robot) => robot['presence'] === 'live').length;
  return (
    <SectionPage
      name="Robots"
      class="robots"
      about={robots.length > 0 ? `${String(live)} of ${String(robots.length)} live` : undefined}
    >
      {robots.length === 0 ? (
        <div class="empty card">
          <Icon of={Bot} size={28} />
          <h2>{ready.value ? 'No robot has spoken yet' : 'Waiting for the first picture…'}</h2>
          <p>
            ProBots are heard on the topic <code>telemetry</code>. Try one from a terminal:
          </p>
          <pre tabIndex={0}>{EXAMPLE}</pre>
          <CopyButton text={EXAMPLE} label="Copy the example" words="Copy the example" />
        </div>
      ) : (
        <div class="robot-cards">
          {robots.map((thing) => (
            <RobotCard key={thing.id} thing={thing} />
          ))}
        </div>
      )}
    </SectionPage>
  );
}

function RobotCard({ thing }: { thing: Thing }) {
  const robot = readProBot(thing);
  const key = keyOf('probot', thing.id);
  return (
    <article
      class="card robot-card"
      aria-label={robot.name}
      data-robot={key}
      data-presence={robot.presence}
    >
      <header>
        <Avatar colour="robot" initials="" presence={robot.presence} robot large />
        <div class="headline">
          <h2>{robot.name}</h2>
          <RobotHeadline thing={thing} />
        </div>
      </header>
      <Tilt angle={robot.angle} />
      <RobotStats robot={robot} />
      <RobotFacts robot={robot} />
      <RoundTrips of={key} robot={robot} />
    </article>
  );
}

/** Outlives this section, so that the lines are there when one comes back. */
const roundTrips = new Samples(240);

function RoundTrips({ of, robot }: { of: string; robot: ProBot }) {
  const { now } = useApp();
  if (robot.roundTrip !== undefined && robot.changed !== undefined) {
    roundTrips.add(of, robot.changed, robot.roundTrip);
  }
  const points = roundTrips.of(of);
  const first = points[0];
  if (!first || points.length < 3) return null;
  const most = Math.round(Math.max(...points.map((point) => point.value)));
  return (
    <div class="round-trip">
      <h3>
        Round trip since {timeText(first.at, now.value)}
        <span class="number">up to {most} ms</span>
      </h3>
      <Spark
        fromZero
        points={points}
        colour="robot"
        height={48}
        label={`Round trip since ${timeText(first.at, now.value)}, up to ${String(most)} ms`}
      />
    </div>
  );
}
