/** What the parts of the map share: how it is shown, and which marks it is about just now. */
import type { Theme } from './types';

export interface MapState {
  theme: Theme;
  /** Glides are jumps, and flights of the camera are cuts. */
  reduced: boolean;
  /** The style is loaded: sources and layers are there. */
  ready: boolean;
  selected: string | null;
  followed: string | null;
}
