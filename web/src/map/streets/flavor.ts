/** Our colours under the names that the style library has for them. */
import type { Flavor } from '@protomaps/basemaps';
import { TONES } from '../tones';
import type { Theme } from '../types';
import { STREET_TONES } from './tones';

/** Names of fonts that stand for our stacks of fonts until `fonts.ts` puts those in their place. */
export const FONTS = { regular: 'regular', bold: 'bold', italic: 'italic' } as const;

export function flavorOf(theme: Theme): Flavor {
  const world = TONES[theme];
  const tone = STREET_TONES[theme];
  return {
    background: world.land,
    earth: world.land,
    water: world.sea,
    boundaries: world.border,
    ...grounds(theme),
    ...roads(theme),
    ...tunnels(theme),
    ...bridges(theme),
    buildings: tone.building,
    railway: tone.railway,
    roads_label_minor: tone.street,
    roads_label_minor_halo: tone.streetHalo,
    roads_label_major: tone.largeStreet,
    roads_label_major_halo: tone.streetHalo,
    ocean_label: tone.waterName,
    subplace_label: tone.quarter,
    subplace_label_halo: world.halo,
    city_label: tone.town,
    city_label_halo: world.halo,
    state_label: tone.quarter,
    state_label_halo: world.halo,
    country_label: tone.quarter,
    address_label: tone.number,
    address_label_halo: tone.streetHalo,
    ...FONTS,
    pois: spots(theme),
  };
}

function grounds(theme: Theme) {
  const tone = STREET_TONES[theme];
  return {
    park_a: tone.park,
    park_b: tone.park,
    wood_a: tone.wood,
    wood_b: tone.wood,
    scrub_a: tone.scrub,
    scrub_b: tone.scrub,
    glacier: tone.ice,
    sand: tone.sand,
    beach: tone.sand,
    zoo: tone.park,
    military: tone.site,
    hospital: tone.site,
    industrial: tone.site,
    school: tone.site,
    aerodrome: tone.site,
    pedestrian: tone.pedestrian,
    pier: tone.pedestrian,
    runway: tone.runway,
    landcover: {
      grassland: tone.scrub,
      barren: tone.farmland,
      urban_area: tone.pedestrian,
      farmland: tone.farmland,
      glacier: tone.ice,
      scrub: tone.scrub,
      forest: tone.wood,
    },
  };
}

function roads(theme: Theme) {
  const tone = STREET_TONES[theme];
  return {
    other: tone.path,
    minor_service: tone.service,
    minor_service_casing: tone.minorCasing,
    minor_a: tone.minor,
    minor_b: tone.minor,
    minor_casing: tone.minorCasing,
    link: tone.major,
    link_casing: tone.majorCasing,
    major: tone.major,
    major_casing_early: tone.majorCasing,
    major_casing_late: tone.majorCasing,
    highway: tone.highway,
    highway_casing_early: tone.highwayCasing,
    highway_casing_late: tone.highwayCasing,
  };
}

function tunnels(theme: Theme) {
  const { tunnel, tunnelCasing } = STREET_TONES[theme];
  return {
    tunnel_other: tunnel,
    tunnel_minor: tunnel,
    tunnel_link: tunnel,
    tunnel_major: tunnel,
    tunnel_highway: tunnel,
    tunnel_other_casing: tunnelCasing,
    tunnel_minor_casing: tunnelCasing,
    tunnel_link_casing: tunnelCasing,
    tunnel_major_casing: tunnelCasing,
    tunnel_highway_casing: tunnelCasing,
  };
}

function bridges(theme: Theme) {
  const tone = STREET_TONES[theme];
  return {
    bridges_other: tone.path,
    bridges_other_casing: tone.minorCasing,
    bridges_minor: tone.minor,
    bridges_minor_casing: tone.minorCasing,
    bridges_link: tone.major,
    bridges_link_casing: tone.majorCasing,
    bridges_major: tone.major,
    bridges_major_casing: tone.majorCasing,
    bridges_highway: tone.highway,
    bridges_highway_casing: tone.highwayCasing,
  };
}

/** Only what is green is told apart: colours are for people. */
function spots(theme: Theme) {
  const { green, spot } = STREET_TONES[theme];
  return {
    green,
    blue: spot,
    lapis: spot,
    pink: spot,
    red: spot,
    slategray: spot,
    tangerine: spot,
    turquoise: spot,
  };
}
