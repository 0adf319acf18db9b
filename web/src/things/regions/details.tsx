/** The details of a region: who is in it, who sees it, what happened there. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Person } from '../../app/people';
import { Maximize, Pencil, Users } from 'lucide';
import { timeText } from '../../app/ages';
import {
  useChanges,
  useLive,
  useMapState,
  usePreferences,
  useSelection,
  useServer,
  useTime,
  useWho,
} from '../../app/context';
import { mayAskPhone, mayEditRegion } from '../../app/visitor';
import { middleOf } from '../../map/shapes';
import { usePast } from '../../past/context';
import { Sure } from '../../ui/actbutton';
import { Fact, Facts } from '../../ui/facts';
import { Icon } from '../../ui/icon';
import { position } from '../../ui/numbers';
import { TellWhen } from '../rules/tellwhen';
import { useRegions } from './context';
import { TransitionItem } from './transition';
import { transitionsOf } from './transitions';
import { FromPhone } from './fromphone';
import { Somebody } from './pieces';
import type { Region } from './read';
import { useWhereIs } from './whereis';
import { shapeText, sinceText, verdictText } from './wording';
import type { Signal } from '@preact/signals';
import type { SightlineMap } from '../../map/types';
import type { RegionService } from './service';
import type { Visit } from './visits';
import type { ReadonlySignal } from '@preact/signals';
import type { Transition } from './transitions';
import type { Units } from '../../ui/numbers';
import type { Spot } from '../../map/shapes';
import type { Visitor } from '../../app/visitor';
import type { Key } from '../../net/protocol';

/** So many of its transitions are shown here; the list has them all. */
const TRANSITIONS = 12;

/** A region that was just made should be in the picture within so many milliseconds. */
export const KNOWN_WITHIN = 2000;

export function Details({ region }: { region: Region }) {
  const { world } = useLive();
  const { now } = useTime();
  const { connection } = useServer();
  const { visitor } = useWho();
  const { show } = useSelection();
  const { map } = useMapState();
  const preferences = usePreferences();
  const { visits, regions } = useRegions();
  const past = usePast();
  useChanges(({ kinds }) => kinds.has('crossing'));
  const inside = visits.in(region.id);
  const transitions = transitionsOf(world, { region: region.key });
  const { units } = preferences.settings.value;
  const middle = region.shape && middleOf(region.shape);
  // What a phone has is changed on the phone.
  const own = region.sort === 'phone' && region.phone !== undefined;
  const edits = region.sort !== 'phone' && mayEditRegion(visitor, region.owner);
  const removes = edits || (own && mayAskPhone(visitor, `friend/${region.phone ?? ''}`));
  // Nor is anything changed from the past.
  const offline = connection.value.state !== 'live' || past.past.value;
  return (
    <>
      <RegionActions
        region={region}
        map={map}
        edits={edits}
        offline={offline}
        regions={regions}
        show={show}
      />
      <div class="scroll" tabIndex={0} role="group" aria-label={t`Details`}>
        {region.sort === 'phone' && <FromPhone region={region} />}
        <Inside inside={inside} now={now} />
        <CameAndWent transitions={transitions} />
        <About region={region} units={units} middle={middle} visitor={visitor} now={now} />
        {removes && (
          <section class="part">
            <Remove region={region} />
          </section>
        )}
      </div>
      <footer>
        <code class="ellipsis">{region.key}</code>
      </footer>
    </>
  );
}

function About({
  region,
  units,
  middle,
  visitor,
  now,
}: {
  region: Region;
  units: Units;
  middle: Spot | undefined;
  visitor: Visitor;
  now: ReadonlySignal<number>;
}) {
  const where = useWhereIs()(region.key);
  return (
    <section class="part">
      <h3>{t`About it`}</h3>
      <Facts>
        <Fact name={t`Shape`}>{shapeText(region.shape, units)}</Fact>
        {middle && <Fact name={t`Middle`}>{position(middle.lat, middle.lon)}</Fact>}
        {where !== '' && <Fact name={t`Place`}>{where}</Fact>}
        <Fact name={t`Seen by`}>
          {region.owner === undefined ? (
            <>
              <Icon of={Users} size={13} /> {t`everybody who may see regions`}
            </>
          ) : (
            seersText(region, visitor.name)
          )}
        </Fact>
        {region.sort !== 'phone' && region.phone !== undefined && (
          <Fact name={t`Made of`}>{t`a waypoint of ${region.phone}`}</Fact>
        )}
        <Fact name={t`Version`}>
          {region.version}
          {region.at !== undefined && (
            <span class="muted">
              {', '}
              {region.by === undefined ? (
                timeText(region.at, now.value)
              ) : (
                <Trans>
                  {timeText(region.at, now.value)} by <Person account={region.by} />
                </Trans>
              )}
            </span>
          )}
        </Fact>
      </Facts>
    </section>
  );
}

function CameAndWent({ transitions }: { transitions: Transition[] }) {
  return (
    <section class="part">
      <h3>
        {t`Came and went`}
        {transitions.length > 0 && <span>{transitions.length}</span>}
      </h3>
      {transitions.length === 0 ? (
        <p class="muted">{t`No crossing is remembered.`}</p>
      ) : (
        <ol class="crossings">
          {transitions.slice(0, TRANSITIONS).map((transition) => (
            <TransitionItem key={transition.n} transition={transition} without="region" />
          ))}
        </ol>
      )}
    </section>
  );
}

function Inside({ inside, now }: { inside: readonly Visit[]; now: ReadonlySignal<number> }) {
  return (
    <section class="part">
      <h3>
        {t`Inside now`}
        {inside.length > 0 && <span>{inside.length}</span>}
      </h3>
      {inside.length === 0 ? (
        <p class="muted">{t`Nobody that you may see is in it.`}</p>
      ) : (
        <ul class="inside">
          {inside.map((visit) => (
            <li key={visit.thing} data-disputed={visit.disputed}>
              <Somebody of={visit.thing}>
                <small>{sinceText(visit.since, now.value)}</small>
                <small class={visit.disputed ? 'doubt-text' : ''}>{verdictText(visit)}</small>
              </Somebody>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function RegionActions({
  region,
  map,
  edits,
  offline,
  regions,
  show,
}: {
  region: Region;
  map: Signal<SightlineMap | null>;
  edits: boolean;
  offline: boolean;
  regions: RegionService;
  show: (key: Key) => void;
}) {
  return (
    <div class="actions region-actions">
      <button
        type="button"
        class="button"
        disabled={!region.shape}
        onClick={() => map.value?.showArea(region.key)}
      >
        <Icon of={Maximize} size={16} />
        {t`Show`}
      </button>
      {edits && (
        <button
          type="button"
          class="button"
          disabled={!region.shape || offline}
          onClick={() => {
            regions.edit(region);
            show(region.key);
          }}
        >
          <Icon of={Pencil} size={15} />
          {t`Edit`}
        </button>
      )}
      <TellWhen about={[]} region={region.id} />
    </div>
  );
}

function seersText({ owner, sort, phone }: Region, me: string): string {
  if (sort === 'phone') {
    return phone === undefined ? t`whoever sees the phone` : t`whoever sees ${phone}`;
  }
  return owner === me ? t`you and admins` : t`${owner ?? ''} and admins`;
}

function Remove({ region }: { region: Region }) {
  const { select } = useSelection();
  const { regions } = useRegions();
  return (
    <Sure
      words={t`Delete this region`}
      sure={t`Really delete it`}
      act={async () => {
        await regions.remove(region);
        select(null);
      }}
    />
  );
}
