/** A region in detail: who is inside and by whose word, who came and went, and who may change it. */
import { MapPinned, Maximize, Pencil, Users, X } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import { timeText } from '../../app/ages';
import { position } from '../../ui/numbers';
import { ActButton, Sure } from '../../ui/form';
import {
  useChanges,
  useThing,
  useLive,
  useWho,
  useSelection,
  useTime,
  useServer,
  useMapState,
  usePreferences,
} from '../../app/context';
import { useRegions } from './context';
import { usePast } from '../../past/context';
import { Fact, Facts } from '../../ui/facts';
import { Icon } from '../../ui/icon';
import { SheetGrip } from '../../app/sheet';
import { middleOf } from '../../map/shapes';
import { mayAskPhone, mayEditRegion, mayShareRegions } from '../../app/visitor';
import type { Key } from '../../app/world';
import { crossingsOf } from './crossings';
import { CrossingItem } from './crossing';
import { RegionSign, Somebody } from './pieces';
import { readRegion } from './read';
import type { Region } from './read';
import { shapeText, sinceText, verdictText, whoseText } from './wording';

/** So many of its crossings are shown here; the list has them all. */
const CROSSINGS = 12;
/** A region that was just made should be in the picture within so many milliseconds. */
const KNOWN_WITHIN = 2000;

export function RegionDrawer({ of }: { of: Key }) {
  const { ready } = useLive();
  const { visitor } = useWho();
  const { select } = useSelection();
  const { stays } = useRegions();
  const thing = useThing(of);
  const closer = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // On phones the list has gone, and the focus with it.
    if (document.activeElement === document.body) closer.current?.focus({ preventScroll: true });
  }, []);
  useChanges(({ kinds }) => kinds.has('stay'));
  // What was made a moment ago is known a moment later.
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setLate(true);
    }, KNOWN_WITHIN);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  if (!thing && !ready.value) return null;
  const region = thing && readRegion(thing);
  const close = () => {
    select(null);
    requestAnimationFrame(() => {
      const row = `[data-region="${CSS.escape(of)}"] .region-row`;
      document.querySelector<HTMLElement>(row)?.focus();
    });
  };
  const count = region ? stays.countIn(region.id) : 0;
  return (
    <aside class="panel drawer" aria-label={region?.name ?? 'Region'} data-drawer={of}>
      <SheetGrip />
      <header>
        {region && <RegionSign large region={region} />}
        <div class="headline">
          <h2 title={region?.name}>{region?.name ?? (late ? 'Gone' : 'Region')}</h2>
          <p>
            {region ? (
              <>
                <span class="pill" data-tone={count > 0 ? 'ok' : 'off'} data-inside={count}>
                  <i />
                  {count === 0 ? 'Empty' : `${String(count)} inside`}
                </span>
                <span class="ellipsis">{whoseText(region, visitor.name)}</span>
              </>
            ) : (
              <span class="muted">{late ? 'This region is there no more.' : 'One moment…'}</span>
            )}
          </p>
        </div>
        <button ref={closer} type="button" class="icon-button" aria-label="Close" onClick={close}>
          <Icon of={X} />
        </button>
      </header>
      {region && <Details region={region} />}
    </aside>
  );
}

function Details({ region }: { region: Region }) {
  const { world } = useLive();
  const { now } = useTime();
  const { connection } = useServer();
  const { visitor } = useWho();
  const { show } = useSelection();
  const { map } = useMapState();
  const preferences = usePreferences();
  const { stays, regions } = useRegions();
  const past = usePast();
  useChanges(({ kinds }) => kinds.has('crossing'));
  const inside = stays.in(region.id);
  const crossings = crossingsOf(world, { region: region.key });
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
      <div class="actions region-actions">
        <button
          type="button"
          class="button"
          disabled={!region.shape}
          onClick={() => map.value?.showArea(region.key)}
        >
          <Icon of={Maximize} size={16} />
          Show
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
            Edit
          </button>
        )}
      </div>
      <div class="scroll" tabIndex={0} role="group" aria-label="Details">
        {region.sort === 'phone' && <FromPhone region={region} />}
        <section class="part">
          <h3>
            Inside now
            {inside.length > 0 && <span>{inside.length}</span>}
          </h3>
          {inside.length === 0 ? (
            <p class="muted">Nobody that you may see is in it.</p>
          ) : (
            <ul class="inside">
              {inside.map((stay) => (
                <li key={stay.thing} data-disputed={stay.disputed}>
                  <Somebody of={stay.thing}>
                    <small>{sinceText(stay.since, now.value)}</small>
                    <small class={stay.disputed ? 'doubt-text' : ''}>{verdictText(stay)}</small>
                  </Somebody>
                </li>
              ))}
            </ul>
          )}
        </section>
        <section class="part">
          <h3>
            Came and went
            {crossings.length > 0 && <span>{crossings.length}</span>}
          </h3>
          {crossings.length === 0 ? (
            <p class="muted">No crossing is remembered.</p>
          ) : (
            <ol class="crossings">
              {crossings.slice(0, CROSSINGS).map((crossing) => (
                <CrossingItem key={crossing.n} crossing={crossing} without="region" />
              ))}
            </ol>
          )}
        </section>
        <section class="part">
          <h3>About it</h3>
          <Facts>
            <Fact name="Shape">{shapeText(region.shape, units)}</Fact>
            {middle && <Fact name="Middle">{position(middle.lat, middle.lon)}</Fact>}
            <Fact name="Seen by">
              {region.owner === undefined ? (
                <>
                  <Icon of={Users} size={13} /> everybody who may see regions
                </>
              ) : (
                seersText(region, visitor.name)
              )}
            </Fact>
            {region.sort !== 'phone' && region.phone !== undefined && (
              <Fact name="Made of">a waypoint of {region.phone}</Fact>
            )}
            <Fact name="Version">
              {region.version}
              {region.at !== undefined && (
                <span class="muted">
                  , {timeText(region.at, now.value)}
                  {region.by === undefined ? '' : ` by ${region.by}`}
                </span>
              )}
            </Fact>
          </Facts>
        </section>
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

function seersText({ owner, sort, phone }: Region, me: string): string {
  if (sort === 'phone') return `whoever sees ${phone ?? 'the phone'}`;
  return `${owner === me ? 'you' : (owner ?? '')} and admins`;
}

/** A phone's own waypoint can be made everybody's. */
function FromPhone({ region }: { region: Region }) {
  const { visitor } = useWho();
  const { show } = useSelection();
  const { regions } = useRegions();
  return (
    <section class="part">
      <div class="notice" data-tone="info">
        <Icon of={MapPinned} size={18} />
        <div>
          <b>A waypoint of {region.phone ?? 'a phone'}</b>
          It is watched like every region, changes when the phone changes it, and comes back when
          the phone tells of it again.
          {mayShareRegions(visitor) && (
            <ActButton
              primary
              words="Make it a shared region"
              act={async () => {
                const key = await regions.adopt(region);
                show(key);
              }}
            />
          )}
        </div>
      </div>
    </section>
  );
}

function Remove({ region }: { region: Region }) {
  const { select } = useSelection();
  const { regions } = useRegions();
  return (
    <Sure
      words="Delete this region"
      sure="Really delete it"
      act={async () => {
        await regions.remove(region);
        select(null);
      }}
    />
  );
}
