/** The marks on the map: made of entries, glided when they move, and grey once they are old. */
import { t } from '@lingui/core/macro';
import { ageText } from '../../app/ages';
import type { Live, Time } from '../../app/context';
import { keyOf, splitKey } from '../../app/world';
import type { Key } from '../../app/world';
import type { Mark, SightlineMap } from '../../map/types';
import { KINDS, kindOf } from '../../things';
import type { Roster } from '../../things/context';
import { freshnessOf } from '../../things/entry';
import type { Entry } from '../../things/entry';
import { photoUrl } from '../../past/photos';
import type { Photo } from '../../past/photos';
import type { Freshness } from '../../things/freshness';
import { faceOf } from '../../ui/face';

/** A glide never takes longer, in milliseconds: what is shown should not lag what is known by more. */
const LONGEST_GLIDE = 1500;

/** What the marks of photos begin with; behind it is whose they are. */
const PHOTO = 'photo/';

/** The thing that a mark stands for: of a photo the friend who took it. */
export function thingOf(mark: Key | null): Key | null {
  if (mark?.startsWith(PHOTO) !== true) return mark;
  return mark.slice(PHOTO.length).split('/').slice(0, 3).join('/');
}

interface Needs {
  readonly world: Live['world'];
  readonly clock: Time['clock'];
  readonly roster: Pick<Roster, 'entries' | 'linksShown'>;
}

export class EntryMarks {
  readonly #map: SightlineMap;
  readonly #needs: Needs;
  /** Receipt of the fix before, to know how long a glide should take. */
  readonly #before = new Map<Key, number>();
  readonly #ageTexts = new Map<Key, string>();
  /** When a position that is of now will not be any more, epoch seconds. */
  readonly #decays = new Map<Key, number>();
  #colours = colours();
  /** The photos of places that are shown, of the day that is looked at. */
  #photos: readonly Photo[] = [];

  constructor(map: SightlineMap, needs: Needs) {
    this.#map = map;
    this.#needs = needs;
  }

  /** Read the colours of the theme that is shown now. */
  recolour(): void {
    this.#colours = colours();
  }

  put(key: Key, glide: boolean): void {
    const mark = this.#markOf(key, glide);
    if (mark) {
      this.#map.put(mark);
      return;
    }
    this.#map.remove(key);
    this.#before.delete(key);
    this.#ageTexts.delete(key);
    this.#decays.delete(key);
  }

  /** Put what a changed thing is drawn by: itself, or the one whose face it is. */
  changed(key: Key): void {
    const [kind, id] = splitKey(key);
    if (KINDS.get(kind)?.marker) this.put(key, true);
    else if (kind === 'face') this.put(keyOf('friend', id), true);
  }

  /** Put all marks anew, and return those of things. */
  putAll(): readonly Mark[] {
    const marks: Mark[] = [];
    for (const { name, marker } of KINDS.values()) {
      if (!marker) continue;
      for (const id of this.#needs.world.kind(name).keys()) {
        const mark = this.#markOf(keyOf(name, id), false);
        if (mark) marks.push(mark);
      }
    }
    const people = [...marks];
    marks.push(...this.#photos.map((photo) => this.#placeOf(photo)));
    this.#map.setMarks(marks);
    return people;
  }

  /** Show these photos at their places, and no others. */
  setPhotos(photos: readonly Photo[]): void {
    if (photos.length === 0 && this.#photos.length === 0) return;
    this.#photos = photos;
    this.putAll();
  }

  #placeOf(photo: Photo): Mark {
    return {
      id: `${PHOTO}${photo.thing}/${photo.hash}`,
      lng: photo.lon,
      lat: photo.lat,
      kind: 'friend',
      label: photo.name === '' ? t`Photo` : photo.name,
      initials: '',
      colour: this.#colours.get('c1') ?? '#5aaefb',
      moving: false,
      presence: 'live',
      face: photoUrl(photo),
      glideMs: 0,
    };
  }

  /** Put those whose age reads otherwise by now, or whose position is not of now any more. */
  age(now: number): void {
    for (const [key, shown] of this.#ageTexts) {
      const entry = this.#needs.roster.entries.get(key);
      if (entry && oldText(this.#freshnessOf(entry, now)) !== shown) this.put(key, false);
    }
    for (const [key, until] of this.#decays) if (now > until) this.put(key, false);
  }

  #markOf(key: Key, glide: boolean): Mark | null {
    const { world, clock, roster } = this.#needs;
    const thing = world.get(key);
    const marker = kindOf(key)?.marker;
    const entry = roster.entries.get(key);
    if (!thing || !marker || !entry) return null;
    const at = marker.received(thing);
    const last = this.#before.get(key);
    this.#before.set(key, at);
    const fresh = this.#freshnessOf(entry, clock.seconds());
    const ageText = oldText(fresh);
    const mark = marker.mark(thing, entry, {
      fresh,
      ageText,
      colour: this.#colours.get(entry.colour) ?? '#5aaefb',
      face: faceOf(world.get(keyOf('face', thing.id))),
      glideMs:
        glide && last !== undefined && at > last
          ? Math.min(LONGEST_GLIDE, Math.round((at - last) * 1000))
          : 0,
    });
    if (mark && ageText !== undefined) this.#ageTexts.set(key, ageText);
    else this.#ageTexts.delete(key);
    // What is of now does not stay so.
    if (mark && fresh.until !== undefined) this.#decays.set(key, fresh.until);
    else this.#decays.delete(key);
    return mark;
  }

  #freshnessOf(entry: Entry, now: number): Freshness {
    return freshnessOf(entry, this.#needs.roster.linksShown.peek(), now);
  }
}

/** The age that stands beside the name of what is not of now. */
function oldText({ current, fixAge }: Freshness): string | undefined {
  return current || fixAge === undefined ? undefined : ageText(fixAge);
}

/** The colours of people in the theme that is shown. */
export function colours(): Map<string, string> {
  const style = getComputedStyle(document.documentElement);
  const names = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'robot'];
  return new Map(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}
