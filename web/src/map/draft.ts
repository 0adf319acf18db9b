/**
 * Drawing and editing a region, without a map and without a form: pure functions from a draft and
 * what somebody did to the next draft. The map (map/sketch.ts) and the fields of the editor both say
 * what was done in these words, so each is a full alternative to the other.
 */
import { plural, t } from '@lingui/core/macro';
import { bearing, distance, nearTo, tangleOf, wrapped } from './shapes';
import type { Shape, Spot } from './shapes';
import type { DrawnRegion } from '../generated';
import type { Key } from '../net/protocol';

export const MOST_CORNERS = 200;
export const LONGEST_NAME = 64;
/** So many steps can be undone. */
const MOST_UNDO = 100;
/** About a metre, as fine as a hand draws; two hundred corners then fit into one message. */
const DIGITS = 5;
/** Corners may take so many characters in a message, which the server bounds. */
const MOST_TEXT = 3800;

export interface Draft {
  readonly is: 'circle' | 'polygon';
  readonly centre: Spot | null;
  /** Metres. */
  readonly radius: number;
  /** Degrees clockwise from north, where the handle for the radius is. */
  readonly rim: number;
  readonly points: readonly Spot[];
  /** Touching the map adds corners. */
  readonly open: boolean;
  /** The corner that was touched last. */
  readonly chosen: number | null;
}

/** What of a draft can be taken hold of on the map. */
export type Handle =
  | { readonly is: 'centre' }
  | { readonly is: 'rim' }
  | { readonly is: 'corner'; readonly n: number }
  /** Between the corners n and n + 1, where a new one can be pulled out. */
  | { readonly is: 'middle'; readonly n: number };

export type Edit =
  /** The map was touched; `radius` is what looks right at this zoom, metres. */
  | { readonly do: 'tap'; readonly at: Spot; readonly radius: number }
  /** A circle is drawn from its middle, in one pull. */
  | { readonly do: 'begin'; readonly at: Spot }
  | { readonly do: 'grab'; readonly handle: Handle; readonly at: Spot }
  | { readonly do: 'pull'; readonly handle: Handle; readonly to: Spot }
  /** What was pulled goes back to where it was. */
  | { readonly do: 'revert' }
  | { readonly do: 'choose'; readonly corner: number | null }
  | { readonly do: 'remove'; readonly corner: number }
  | { readonly do: 'finish' }
  | { readonly do: 'reopen' }
  | { readonly do: 'undo' }
  /** By the fields. */
  | { readonly do: 'circle'; readonly centre: Spot; readonly radius: number }
  | { readonly do: 'corner'; readonly n: number; readonly to: Spot }
  | { readonly do: 'insert'; readonly after: number; readonly at: Spot };

export interface Drawing {
  readonly now: Draft;
  /** What undoing goes back to, the newest last. */
  readonly before: readonly Draft[];
}

export const EMPTY: Record<Draft['is'], Draft> = {
  circle: {
    is: 'circle',
    centre: null,
    radius: 0,
    rim: 90,
    points: [],
    open: true,
    chosen: null,
  },
  polygon: {
    is: 'polygon',
    centre: null,
    radius: 0,
    rim: 90,
    points: [],
    open: true,
    chosen: null,
  },
};

export function draftOf(shape: Shape): Draft {
  return shape.is === 'circle'
    ? {
        ...EMPTY.circle,
        centre: { lat: shape.lat, lon: shape.lon },
        radius: shape.radius,
        open: false,
      }
    : { ...EMPTY.polygon, points: shape.points, open: false };
}

/** What a draft comes to, or null while it is no shape yet. */
export function shapeOf(draft: Draft): Shape | null {
  if (draft.is === 'circle') {
    return draft.centre && draft.radius > 0
      ? { is: 'circle', ...draft.centre, radius: draft.radius }
      : null;
  }
  return draft.points.length >= 3 ? { is: 'polygon', points: draft.points } : null;
}

export function begun(draft: Draft): Drawing {
  return { now: draft, before: [] };
}

/** What comes of an edit. The same drawing when nothing does. */
export function applied(drawing: Drawing, edit: Edit): Drawing {
  const { now, before } = drawing;
  switch (edit.do) {
    case 'undo':
    case 'revert': {
      const last = before.at(-1);
      return last ? { now: last, before: before.slice(0, -1) } : drawing;
    }
    // Going on with a pull is one step together with its beginning.
    case 'pull':
      return { now: pulled(now, edit.handle, edit.to), before };
    case 'choose':
      return now.chosen === edit.corner
        ? drawing
        : { now: { ...now, chosen: edit.corner }, before };
    default: {
      const next = step(now, edit);
      if (next === now) return drawing;
      return { now: next, before: [...before, now].slice(-MOST_UNDO) };
    }
  }
}

function step(now: Draft, edit: Edit): Draft {
  switch (edit.do) {
    case 'tap':
      if (!now.open) return now;
      if (now.is === 'circle') {
        return { ...now, centre: tidy(edit.at), radius: roundLength(edit.radius), open: false };
      }
      if (now.points.length >= MOST_CORNERS) return now;
      return { ...now, points: [...now.points, tidy(edit.at)], chosen: now.points.length };
    case 'begin':
      return { ...now, centre: tidy(edit.at), radius: 0, open: false };
    case 'grab':
      return grabbed(now, edit.handle, edit.at);
    case 'remove':
      // A polygon that is finished keeps its three.
      if (now.is !== 'polygon' || now.points[edit.corner] === undefined) return now;
      if (!now.open && now.points.length <= 3) return now;
      return {
        ...now,
        points: now.points.filter((_, n) => n !== edit.corner),
        chosen: null,
      };
    case 'finish':
      return now.open && now.points.length >= 3 ? { ...now, open: false, chosen: null } : now;
    case 'reopen':
      return now.is === 'polygon' && !now.open ? { ...now, open: true, chosen: null } : now;
    case 'circle':
      if (now.is !== 'circle') return now;
      return { ...now, centre: tidy(edit.centre), radius: edit.radius, open: false };
    case 'corner':
      return pulled(now, { is: 'corner', n: edit.n }, edit.to);
    case 'insert':
      return inserted(now, edit.after, edit.at);
    default:
      return now;
  }
}

function grabbed(now: Draft, handle: Handle, at: Spot): Draft {
  switch (handle.is) {
    case 'middle':
      return inserted(now, handle.n, at);
    case 'corner':
      return { ...now, chosen: handle.n };
    default:
      // A copy, so that this is a step that can be undone.
      return { ...now };
  }
}

function inserted(now: Draft, after: number, at: Spot): Draft {
  if (now.is !== 'polygon' || now.points.length >= MOST_CORNERS) return now;
  const points = [...now.points];
  points.splice(after + 1, 0, tidy(at));
  return { ...now, points, chosen: after + 1 };
}

function pulled(now: Draft, handle: Handle, to: Spot): Draft {
  switch (handle.is) {
    case 'centre':
      return now.centre ? { ...now, centre: tidy(to) } : now;
    case 'rim':
      if (!now.centre) return now;
      return {
        ...now,
        radius: roundLength(distance(now.centre, to)),
        rim: bearing(now.centre, to),
      };
    case 'corner':
    case 'middle': {
      // The middle that was grabbed is a corner by now: the one behind it.
      const n = handle.is === 'corner' ? handle.n : handle.n + 1;
      if (now.points[n] === undefined) return now;
      return {
        ...now,
        points: now.points.map((each, index) => (index === n ? tidy(to) : each)),
        chosen: n,
      };
    }
  }
}

/** Half way between two corners, the short way round. */
export function between(a: Spot, b: Spot): Spot {
  return { lat: (a.lat + b.lat) / 2, lon: wrapped((a.lon + nearTo(b.lon, a.lon)) / 2) };
}

function tidy({ lat, lon }: Spot): Spot {
  const unit = 10 ** DIGITS;
  return {
    lat: Math.round(Math.max(-90, Math.min(90, lat)) * unit) / unit,
    lon: Math.round(wrapped(lon) * unit) / unit,
  };
}

/** A length that was drawn by hand, to no more digits than a hand has. Metres. */
export function roundLength(metres: number): number {
  const unit = metres < 100 ? 1 : metres < 1000 ? 5 : metres < 10_000 ? 10 : 100;
  return Math.max(1, Math.round(metres / unit) * unit);
}

/** What is in the form beside the shape. */
export interface Particulars {
  readonly name: string;
  /** 1 to 8. */
  readonly colour: number;
  readonly shared: boolean;
}

export interface Flaw {
  readonly about: 'name' | 'shape';
  readonly why: string;
}

/** What keeps a draft from being saved, in words; the first thing to be done first. */
export function flawsOf(draft: Draft, { name }: Particulars): Flaw[] {
  const flaws: Flaw[] = [];
  if (draft.is === 'circle') {
    if (!draft.centre) flaws.push({ about: 'shape', why: t`It has no middle yet.` });
    else if (!(draft.radius > 0)) {
      flaws.push({ about: 'shape', why: t`The radius must be greater than nothing.` });
    }
  } else if (draft.points.length < 3) {
    const missing = 3 - draft.points.length;
    const why =
      draft.points.length === 0
        ? plural(missing, { one: 'It needs # corner.', other: 'It needs # corners.' })
        : plural(missing, { one: 'It needs # more corner.', other: 'It needs # more corners.' });
    flaws.push({ about: 'shape', why });
  } else {
    const text = JSON.stringify(draft.points.map(({ lat, lon }) => [lat, lon]));
    if (text.length > MOST_TEXT) {
      flaws.push({ about: 'shape', why: t`These are too many corners to be sent at once.` });
    }
    const tangle = tangleOf(draft.points);
    if (tangle) {
      const [a = '', b = ''] = tangle.map((n) => sideText(n, draft.points.length));
      flaws.push({ about: 'shape', why: t`Two sides cross: ${a} and ${b}.` });
    }
  }
  if (name.trim() === '') flaws.push({ about: 'name', why: t`It needs a name.` });
  return flaws;
}

function sideText(from: number, count: number): string {
  return `${String(from + 1)}–${String(((from + 1) % count) + 1)}`;
}

/** The fields of the request that saves a draft. */
export function requestOf(
  draft: Draft,
  { name, colour, shared }: Particulars,
  edited: Edited,
): DrawnRegion {
  return {
    ...(edited ? { thing: edited.key, version: edited.version } : {}),
    name: name.trim(),
    ...(draft.is === 'circle'
      ? { shape: draft.is, ...draft.centre, rad: draft.radius }
      : { shape: draft.is, points: draft.points.map(({ lat, lon }) => [lat, lon] as const) }),
    colour,
    shared,
  };
}

/** Whether two drafts are the same region on the earth. */
export function sameShape(a: Draft, b: Draft): boolean {
  return JSON.stringify(shapeOf(a)) === JSON.stringify(shapeOf(b));
}

/** The key under which a region edited now is known, if it is. */
export type Edited = { readonly key: Key; readonly version: number } | null;
