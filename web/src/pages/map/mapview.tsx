/**
 * The map and its controls. The map library is loaded on demand; until it is there the page works
 * without it. What changes goes straight from the world to the map, once per drawn frame.
 */
import { t } from '@lingui/core/macro';
import { effect, useSignalEffect } from '@preact/signals';
import { Maximize, Minus, Plus } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import {
  useLayout,
  useLive,
  useMapState,
  useNavigation,
  usePreferences,
  useSelection,
  useTime,
  useWho,
} from '../../app/context';
import { loadMap } from '../../map/load';
import type { Scale, SightlineMap } from '../../map/types';
import { mayKeep } from '../../app/lastview';
import { usePast } from '../../past/context';
import { useRoster } from '../../things/context';
import { useRegions } from '../../things/regions/context';
import { useMaps } from '../../things/maps/context';
import { Icon } from '../../ui/icon';
import { covered } from './coverage';
import { LayerSwitch } from './layerswitch';
import { Legend } from './legend';
import { whenListed } from './painting';
import { wireMap } from './wire';
import type { MapNeeds } from './wire';

export function MapView() {
  const needs = useMapNeeds();
  const { section } = needs.navigation;
  const { arrangement } = needs.roster;
  const map = needs.mapState.map.value;
  const { container, trouble, scale } = useMap(needs);
  // The map is kept while another section is shown, but nobody needs to reach it then.
  const away = section.value !== 'map';
  const [name, setName] = useState(() => t`Live map`);
  useSignalEffect(() => {
    const { counts } = arrangement.value;
    setName(
      counts.all === 0
        ? t`Live map. Everybody on it is also in the roster. It is empty.`
        : t`Live map. Everybody on it is also in the roster.`,
    );
  });
  return (
    <section class="stage" aria-label={name} inert={away}>
      {/* East is at the right, whichever way people write. */}
      <div ref={container} class="map" dir="ltr" />
      {trouble !== null && (
        <p class="map-trouble" role="status">
          {trouble}
        </p>
      )}
      <Controls map={map} />
      <Legend map={map} scale={scale} />
    </section>
  );
}

/** Gather what is shown on the map; one of these lives as long as its visitor. */
function useMapNeeds(): MapNeeds {
  return {
    live: useLive(),
    time: useTime(),
    navigation: useNavigation(),
    selection: useSelection(),
    layout: useLayout(),
    mapState: useMapState(),
    preferences: usePreferences(),
    roster: useRoster(),
    regions: useRegions(),
    past: usePast(),
    offered: useMaps(),
    visitor: useWho().visitor,
  };
}

/** Make the map once it is looked at, and connect it. */
function useMap(needs: MapNeeds) {
  const { live, navigation, mapState, preferences } = needs;
  const container = useRef<HTMLDivElement>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [scale, setScale] = useState<Scale | null>(null);
  useEffect(() => {
    const element = container.current;
    if (!element) return;
    const ends: (() => void)[] = [];
    let over = false;
    const load = () => {
      void loadMap(setTrouble, () => over).then((createMap) => {
        if (createMap === null) return;
        const made = createMap(element, {
          theme: preferences.theme.peek(),
          reducedMotion: preferences.reducedMotion.peek(),
          view: mapState.firstView,
          padding: covered(),
          keepsRanges: mayKeep(needs.visitor),
        });
        ends.push(made.onScale(setScale), made.onTrouble(setTrouble), ...wireMap(needs, made));
        ends.push(() => {
          made.destroy();
        });
        setScale(made.scale());
        mapState.map.value = made;
      });
    };
    // Not before somebody looks at it: anybody who drives a robot needs the page's whole attention.
    // And after the list: reading the map's code takes a phone longer than drawing everybody's row.
    const listed = whenListed(live.ready);
    ends.push(listed.end);
    let loading = false;
    const undo = effect(() => {
      if (loading || !listed.so.value || navigation.section.value !== 'map') return;
      loading = true;
      load();
    });
    ends.push(undo);
    return () => {
      over = true;
      mapState.map.value = null;
      for (const end of ends) end();
    };
  }, [live]);
  return { container, trouble, scale };
}

function Controls({ map }: { map: SightlineMap | null }) {
  const { follow } = useSelection();
  return (
    <div class="controls" role="group" aria-label={t`Map controls`}>
      <div>
        <button
          type="button"
          aria-label={t`Zoom in`}
          title={t`Zoom in`}
          onClick={() => map?.zoomIn()}
        >
          <Icon of={Plus} />
        </button>
        <button
          type="button"
          aria-label={t`Zoom out`}
          title={t`Zoom out`}
          onClick={() => map?.zoomOut()}
        >
          <Icon of={Minus} />
        </button>
      </div>
      <div>
        <button
          type="button"
          aria-label={t`Show everybody`}
          title={t`Show everybody (0)`}
          aria-keyshortcuts="0"
          onClick={() => {
            follow(null);
            map?.fitAll();
          }}
        >
          <Icon of={Maximize} />
        </button>
      </div>
      <LayerSwitch />
    </div>
  );
}
