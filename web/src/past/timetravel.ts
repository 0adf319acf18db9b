/**
 * Which time is looked at: now, or some moment of the past. While it is the past, the page shows
 * the server's scene of that moment instead of the world; the world itself goes on being kept.
 *
 * No DOM: anybody who makes one passes in what it needs from outside.
 */
import { batch, computed, signal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';
import type { Thing } from '../net/protocol';
import type { Key } from '../app/world';
import type { HeatCell, SpanDays } from './spanfigures';
import { beside, dayOf, sameClock } from './day';
import type { Day } from './day';
import type { DoubtfulPoint } from './doubtful';
import type { PastEvent } from './events';
import type { Photo } from './photos';
import { holding, isWhole, lengthOf } from './stretch';
import type { Stretch } from './stretch';
import { withExact } from './track';
import type { TrackPoint } from './track';

/** How many seconds pass in one, when played. */
export const RATES = [1, 10, 60, 300, 1800] as const;
export type Rate = (typeof RATES)[number];

/** The picture is brought on so often while playing, milliseconds. */
const PLAY_EVERY = 250;
/** How far a step goes when nobody is chosen, seconds. */
const STEP = 60;
/** Of a stretch no longer than this every fix is shown, however many there are in the day; seconds. */
const EXACT_WITHIN = 7200;
/** What is less than so many seconds ago is now. */
const NOW_WITHIN = 1;

export interface Outside {
  /** Server time, epoch seconds. */
  now(): number;
  scene(at: number): Promise<readonly Thing[]>;
  /** The way through a stretch; `thinned` when only what is needed to draw it. */
  track(key: Key, stretch: Stretch): Promise<Way>;
  /** The names of the days of a month with data: of one thing, or of anything. */
  calendar(month: string, key: Key | null): Promise<ReadonlySet<string>>;
  doubtful(key: Key, day: Day): Promise<readonly DoubtfulPoint[]>;
  events(day: Day): Promise<readonly PastEvent[]>;
  photos(day: Day): Promise<readonly Photo[]>;
  /** Show these things instead of the world; null: the world. */
  show(things: readonly Thing[] | null): void;
  /** Tell the server which it is, so that it lets nobody act in the past. */
  tell(past: boolean): void;
  every(milliseconds: number, call: () => void): () => void;
}

export interface Way {
  readonly points: readonly TrackPoint[];
  readonly thinned: boolean;
}

export interface Track extends Way {
  readonly key: Key;
  readonly day: Day;
  /** What is not believed of that day. */
  readonly doubtful: readonly DoubtfulPoint[];
}

export class TimeTravel {
  /** The moment that is looked at, epoch seconds; null: now. */
  readonly at: ReadonlySignal<number | null>;
  readonly past: ReadonlySignal<boolean>;
  readonly day: ReadonlySignal<Day>;
  /** What of the day the bar shows. */
  readonly stretch: ReadonlySignal<Stretch>;
  /** Over how many days, the chosen one last, figures are asked for. */
  readonly span: Signal<SpanDays> = signal(1);
  /** Where the chosen one was longest, while that is asked for. */
  readonly heat: Signal<readonly HeatCell[] | null> = signal(null);
  readonly playing: ReadonlySignal<boolean>;
  readonly rate: Signal<Rate> = signal(60);
  /** How often somebody here decided about fixes by hand. */
  readonly decisions: Signal<number> = signal(0);
  /** The chosen thing's way through the day. */
  readonly track: ReadonlySignal<Track | null>;
  readonly events: ReadonlySignal<readonly PastEvent[]>;
  /** The photos of the day's points of interest, newest first. */
  readonly photos: ReadonlySignal<readonly Photo[]>;
  /** What the server said instead of a scene. */
  readonly trouble: ReadonlySignal<string | null>;
  /** A scene was asked for and is not here yet. */
  readonly waiting: ReadonlySignal<boolean>;

  readonly #out: Outside;
  readonly #at = signal<number | null>(null);
  readonly #day: Signal<Day>;
  /** The piece of the day that was zoomed to; null: all of it. */
  readonly #zoom = signal<Stretch | null>(null);
  readonly #track = signal<Track | null>(null);
  readonly #events = signal<readonly PastEvent[]>([]);
  readonly #photos = signal<readonly Photo[]>([]);
  readonly #trouble = signal<string | null>(null);
  readonly #waiting = signal(false);
  readonly #playing = signal(false);
  #stopPlaying: (() => void) | null = null;
  #chosen: Key | null = null;
  #asked = 0;

  constructor(out: Outside) {
    this.#out = out;
    this.#day = signal(dayOf(out.now()));
    this.at = this.#at;
    this.past = computed(() => this.#at.value !== null);
    this.day = this.#day;
    this.stretch = computed(() => this.#zoom.value ?? this.#day.value);
    this.playing = this.#playing;
    this.track = this.#track;
    this.events = this.#events;
    this.photos = this.#photos;
    this.trouble = this.#trouble;
    this.waiting = this.#waiting;
  }

  /** Look at the moment `at`; at now when it has not passed yet. */
  go(at: number): void {
    if (at > this.#out.now() - NOW_WITHIN) {
      this.live();
      return;
    }
    const left = this.#at.peek() === null;
    batch(() => {
      this.#at.value = at;
      const { start, end } = this.#day.peek();
      if (at < start || at >= end) this.showDay(dayOf(at));
      this.#hold(at);
    });
    if (left) this.#out.tell(true);
    void this.#fetch();
  }

  /** Back to now. */
  live(): void {
    this.pause();
    const was = this.#at.peek() !== null;
    batch(() => {
      this.#at.value = null;
      this.#trouble.value = null;
      const today = dayOf(this.#out.now());
      if (today.name !== this.#day.peek().name) this.showDay(today);
      this.#hold(this.#out.now());
    });
    if (!was) return;
    this.#out.show(null);
    this.#out.tell(false);
  }

  /** A new connection knows nothing of us. */
  connected(): void {
    if (this.#at.peek() !== null) this.#out.tell(true);
  }

  play(): void {
    if (this.#playing.peek()) return;
    if (this.#at.peek() === null) {
      // Nothing is left to play of today: from where the day, or the chosen one's, began.
      const { start } = this.#day.peek();
      this.go(this.#track.peek()?.points[0]?.at ?? start);
    }
    if (this.#at.peek() === null) return;
    this.#playing.value = true;
    this.#stopPlaying = this.#out.every(PLAY_EVERY, () => {
      const at = this.#at.peek();
      // Not faster than the scenes come: nobody would see what was between.
      if (at !== null && !this.#waiting.peek()) {
        this.go(at + (this.rate.peek() * PLAY_EVERY) / 1000);
      }
    });
  }

  pause(): void {
    this.#playing.value = false;
    this.#stopPlaying?.();
    this.#stopPlaying = null;
  }

  /** To the chosen one's next fix (or the one before), or a minute on when nobody is chosen. */
  step(direction: 1 | -1): void {
    this.pause();
    const at = this.#at.peek() ?? this.#out.now();
    const points = this.#track.peek()?.points ?? [];
    const next =
      direction > 0
        ? points.find((point) => point.at > at)
        : points.findLast((point) => point.at < at);
    this.go(next?.at ?? at + direction * STEP);
  }

  /** Put another day on the bar, without leaving the moment that is looked at. */
  showDay(day: Day): void {
    if (day.start > this.#out.now()) return;
    this.#day.value = day;
    this.refresh();
  }

  /** Look at the same time of the day before, or after. */
  dayBeside(direction: 1 | -1): void {
    this.goToDay(beside(this.#day.peek(), direction));
  }

  /** Look at another day, at the time by the clock that is looked at now. */
  goToDay(day: Day): void {
    this.pause();
    this.go(sameClock(day, this.#at.peek() ?? this.#out.now()));
  }

  /** Show this piece of the day on the bar. */
  zoom(stretch: Stretch): void {
    const { start, end } = isWhole(stretch, this.#day.peek()) ? this.#day.peek() : stretch;
    this.#zoom.value = end - start < lengthOf(this.#day.peek()) ? { start, end } : null;
    void this.#loadExact();
  }

  /** The days of a month that have data: of the chosen one, or of anybody. */
  calendar(month: string): Promise<ReadonlySet<string>> {
    return this.#out.calendar(month, this.#chosen);
  }

  /** Whose way through the day is shown. */
  choose(key: Key | null): void {
    if (key === this.#chosen) return;
    this.#chosen = key;
    this.#track.value = null;
    void this.#loadTrack();
  }

  /** Look again: there may be more by now. */
  refresh(): void {
    void this.#loadTrack();
    void this.#loadEvents();
  }

  /** Fixes were hidden, used, or neither any more: the track and the scene are others. */
  overruled(): void {
    this.decisions.value += 1;
    this.refresh();
    if (this.#at.peek() !== null) void this.#fetch();
  }

  end(): void {
    this.pause();
    this.#asked += 1;
  }

  /** What is zoomed to goes along with the moment. */
  #hold(at: number): void {
    const zoom = this.#zoom.peek();
    if (zoom === null || (at >= zoom.start && at < zoom.end)) return;
    this.zoom(holding(zoom, this.#day.peek(), at));
  }

  async #fetch(): Promise<void> {
    if (this.#waiting.peek()) return; // anybody who waits looks again afterwards
    this.#waiting.value = true;
    try {
      for (;;) {
        const at = this.#at.peek();
        if (at === null) return;
        let things: readonly Thing[] | null = null;
        try {
          things = await this.#out.scene(at);
          this.#trouble.value = null;
        } catch (error) {
          this.#trouble.value = error instanceof Error ? error.message : String(error);
          this.pause();
        }
        // In the meantime somebody may have gone back to now, or on to another moment.
        if (this.past.peek() && things !== null) this.#out.show(things);
        if (this.#at.peek() === at) return;
      }
    } finally {
      this.#waiting.value = false;
    }
  }

  async #loadTrack(): Promise<void> {
    const asked = ++this.#asked;
    const key = this.#chosen;
    const day = this.#day.peek();
    if (key === null) return;
    try {
      const [way, doubtful] = await Promise.all([
        this.#out.track(key, day),
        this.#out.doubtful(key, day),
      ]);
      if (asked !== this.#asked) return;
      this.#track.value = { key, day, ...way, doubtful };
      await this.#loadExact();
    } catch {
      // No history of it, or none for us: then there is no way to show.
      if (asked === this.#asked) this.#track.value = null;
    }
  }

  /** Where only what draws the day is known, fetch every fix of a short stretch. */
  async #loadExact(): Promise<void> {
    const track = this.#track.peek();
    const stretch = this.#zoom.peek();
    if (track?.thinned !== true || stretch === null || lengthOf(stretch) > EXACT_WITHIN) return;
    const way = await this.#out.track(track.key, stretch).catch(() => null);
    if (way === null || track !== this.#track.peek() || stretch !== this.#zoom.peek()) return;
    this.#track.value = { ...track, points: withExact(track.points, stretch, way.points) };
  }

  async #loadEvents(): Promise<void> {
    const day = this.#day.peek();
    let events: readonly PastEvent[] = [];
    try {
      events = await this.#out.events(day);
    } catch {
      // Without them the bar has no marks, and works all the same.
    }
    if (day === this.#day.peek()) this.#events.value = events;
    const photos = await this.#out.photos(day).catch(() => []);
    if (day === this.#day.peek()) this.#photos.value = photos;
  }
}
