/** What the map tells the page: each thing once, and not more often than a page can use. */
import { Listeners } from './listeners';
import type { MapState } from './state';
import type { Scale, Unsubscribe, View } from './types';
import type { Viewport } from './viewport';

/** From the end of a move to the report of it, milliseconds. */
const VIEW_MS = 200;
/** Between two reports of a view that is held on a followed mark, milliseconds. */
const HELD_VIEW_MS = 2000;

export class MapEvents {
  readonly select = new Listeners<string | null>();
  readonly followEnd = new Listeners<string>();
  readonly scale = new Listeners<Scale>();
  readonly view = new Listeners<View>();
  private readonly ready = new Listeners<void>();
  private readonly idle = new Listeners<void>();
  private readonly trouble = new Listeners<string | null>();
  private readonly troubles = new Set<string>();
  private isIdle = false;
  private viewTimer = 0;
  private lastScale = '';
  private lastView = '';

  constructor(
    private readonly viewport: Viewport,
    private readonly state: MapState,
  ) {}

  get atRest(): boolean {
    return this.isIdle;
  }

  onReady(listener: () => void): Unsubscribe {
    if (this.state.ready) listener();
    return this.ready.add(listener);
  }

  onIdle(listener: () => void): Unsubscribe {
    if (this.isIdle) listener();
    return this.idle.add(listener);
  }

  onTrouble(listener: (why: string | null) => void): Unsubscribe {
    for (const why of this.troubles) listener(why);
    return this.trouble.add(listener);
  }

  tellReady(): void {
    this.ready.tell();
    this.tellScale();
  }

  /** The map moves, or loads, from now on. */
  notIdle(): void {
    this.setIdle(false);
  }

  tellIdle(): void {
    if (this.isIdle) return;
    this.setIdle(true);
    this.idle.tell();
  }

  tellScale(): void {
    const scale = this.viewport.scale();
    const key = `${scale.px} ${scale.text}`;
    if (key === this.lastScale) return;
    this.lastScale = key;
    this.scale.tell(scale);
  }

  /** @param held the view moves along with a followed mark: all the time, and not to be told so often */
  tellViewSoon(held: boolean): void {
    if (held && this.viewTimer) return;
    clearTimeout(this.viewTimer);
    this.viewTimer = window.setTimeout(
      () => {
        this.viewTimer = 0;
        const view = this.viewport.view();
        const key = `${view.zoom} ${view.lat} ${view.lng}`;
        if (key === this.lastView) return;
        this.lastView = key;
        this.view.tell(view);
      },
      held ? HELD_VIEW_MS : VIEW_MS,
    );
  }

  tellTrouble(why: string): void {
    console.warn(`Map: ${why}`);
    if (this.troubles.has(why)) return;
    this.troubles.add(why);
    this.trouble.tell(why);
  }

  /** There is a network again: what is still wrong will be told anew. */
  forgetTroubles(): void {
    if (this.troubles.size === 0) return;
    this.troubles.clear();
    this.trouble.tell(null);
  }

  destroy(): void {
    clearTimeout(this.viewTimer);
  }

  private setIdle(idle: boolean): void {
    if (idle === this.isIdle) return;
    this.isIdle = idle;
    document.documentElement.dataset['map'] = idle ? 'idle' : 'moving';
  }
}
