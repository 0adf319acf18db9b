/** What the server's store has of a robot's last hours, for the charts: they begin with it. */
import { useEffect, useState } from 'preact/hooks';
import type { Api } from '../../../net/api';
import type { TrackEntry } from '../../../generated';
import type { Read } from '../../../net/shape';
import { useTime, useServer } from '../../../app/context';
import type { SparkPoint } from '../../../ui/spark';

/** So far back, in seconds. */
export const HOURS = 6 * 3600;
/** Entries at most: the store keeps a robot's state each ten seconds, a broker's each minute. */
const MOST = 2400;

export interface Stored {
  readonly battery: readonly SparkPoint[];
  readonly latency: readonly SparkPoint[];
  /** Of its broker. */
  readonly trip: readonly SparkPoint[];
}

export const NOTHING_STORED: Stored = { battery: [], latency: [], trip: [] };

/** One figure of the entries that a store told. */
export function pointsIn(
  data: readonly Read<TrackEntry>[],
  name: 'batt' | 'rtt' | 'trip',
): SparkPoint[] {
  return data
    .flatMap(({ tst: at, [name]: value }) =>
      at === undefined || value === undefined ? [] : [{ at, value }],
    )
    .sort((a, b) => a.at - b.at);
}

/** What was stored before the first live point, and the live ones. */
export function before(
  stored: readonly SparkPoint[],
  live: readonly SparkPoint[],
): readonly SparkPoint[] {
  const first = live[0];
  if (stored.length === 0) return live;
  return first ? [...stored.filter((point) => point.at < first.at), ...live] : stored;
}

export async function askStored(
  api: Pick<Api, 'get'>,
  robot: string,
  broker: string,
  now: number,
): Promise<Stored> {
  const from = Math.floor(now - HOURS);
  const told = async (kind: string, id: string, fields: string) =>
    (await api.get('history/{kind}/{id}', { kind, id }, { fields, from, last: MOST })).data;
  const [robots, brokers] = await Promise.all([
    told('probot', robot, 'tst,batt,rtt'),
    // Who may not see the broker sees the robot all the same.
    told('broker', broker, 'tst,trip').catch(() => []),
  ]);
  return {
    battery: pointsIn(robots, 'batt'),
    latency: pointsIn(robots, 'rtt'),
    trip: pointsIn(brokers, 'trip'),
  };
}

/** Asked for once for each robot that is looked at; without a store the charts begin now. */
export function useStoredHours(robot: string, broker: string): Stored {
  const { clock } = useTime();
  const { api, connection } = useServer();
  const [found, setFound] = useState<{ readonly of: string; readonly stored: Stored } | null>(null);
  const live = connection.value.state === 'live';
  const of = `${robot} ${broker}`;
  const known = found?.of === of;
  useEffect(() => {
    if (!live || known) return;
    let wants = true;
    askStored(api, robot, broker, clock.seconds()).then(
      (stored) => {
        if (wants) setFound({ of, stored });
      },
      () => undefined,
    );
    return () => {
      wants = false;
    };
  }, [api, of, live, known]);
  return known ? found.stored : NOTHING_STORED;
}
