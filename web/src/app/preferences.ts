/** What this person likes, remembered in this browser: theme, motion, units, notices. */
import { batch, effect, signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { customs, hour12Of, isZone, unitsOf } from '../ui/customs';
import type { Units } from '../ui/customs';
import { i18n } from '#words/i18n';
import { isRecord } from '../net/record';

export type ThemeWish = 'auto' | 'dark' | 'light';
export type MotionWish = 'auto' | 'reduced';
export type ClockWish = 'auto' | '12' | '24';

export interface Settings {
  readonly theme: ThemeWish;
  readonly motion: MotionWish;
  readonly units: Units;
  /** Whether a day has two times twelve hours, or 24. */
  readonly hours: ClockWish;
  /** The time zone in which all times are shown; empty: that of this computer. */
  readonly zone: string;
  /** Whether crossings of regions are told when they happen. */
  readonly crossings: boolean;
  /** Whether they are told by the browser too, while the page is not looked at. */
  readonly notify: boolean;
  /** Whether a notice shows an alert as it comes, and whether that is heard and felt. */
  readonly alerts: boolean;
  readonly alertSound: boolean;
  readonly alertVibration: boolean;
  /** Whether fixes that are not believed are shown with a track. */
  readonly doubtful: boolean;
  /** The layer that the map shows, by its name; empty: the map itself. */
  readonly layer: string;
}

/** public/theme.js reads the same key before the first paint. */
const STORED = 'sightline.settings';

const DEFAULTS: Settings = {
  theme: 'auto',
  motion: 'auto',
  units: 'metric',
  hours: 'auto',
  zone: '',
  crossings: true,
  notify: false,
  alerts: true,
  alertSound: false,
  alertVibration: false,
  doubtful: false,
  layer: '',
};

/** Settings from what was stored; what is unknown becomes its default, units those of the locale. */
export function readSettings(stored: string | null, locale = customs.peek().locale): Settings {
  let raw: unknown;
  try {
    raw = JSON.parse(stored ?? '{}');
  } catch {
    raw = {};
  }
  const settings = isRecord(raw) ? raw : {};
  const { theme, motion, units, hours, zone, crossings, notify, doubtful, layer } = settings;
  return {
    theme: theme === 'dark' || theme === 'light' ? theme : DEFAULTS.theme,
    motion: motion === 'reduced' ? motion : DEFAULTS.motion,
    units: units === 'imperial' || units === 'metric' ? units : unitsOf(locale),
    hours: hours === '12' || hours === '24' ? hours : DEFAULTS.hours,
    zone: typeof zone === 'string' && isZone(zone) ? zone : DEFAULTS.zone,
    crossings: crossings !== false,
    notify: notify === true,
    alerts: settings['alerts'] !== false,
    alertSound: settings['alertSound'] === true,
    alertVibration: settings['alertVibration'] === true,
    doubtful: doubtful === true,
    layer: typeof layer === 'string' ? layer : DEFAULTS.layer,
  };
}

export interface Preferences {
  readonly settings: Signal<Settings>;
  /** The theme that is shown, after asking the system where the wish is "auto". */
  readonly theme: Signal<'dark' | 'light'>;
  readonly reducedMotion: Signal<boolean>;
  change(part: Partial<Settings>): void;
}

/** Load the settings, apply them to the document, and store them when they change. */
export function preferences(): Preferences {
  const locale = String(i18n.locales ?? customs.peek().locale);
  const settings = signal(readSettings(load(), locale));
  const theme = signal<'dark' | 'light'>('dark');
  const reducedMotion = signal(false);
  const systemLight = matchMedia('(prefers-color-scheme: light)');
  const systemReduced = matchMedia('(prefers-reduced-motion: reduce)');
  const apply = () => {
    const wish = settings.value;
    theme.value = wish.theme === 'auto' ? (systemLight.matches ? 'light' : 'dark') : wish.theme;
    reducedMotion.value = wish.motion === 'reduced' || systemReduced.matches;
    document.documentElement.dataset['theme'] = theme.value;
    document.documentElement.dataset['motion'] = reducedMotion.value ? 'reduced' : 'full';
    document
      .querySelector('meta[name=theme-color]')
      ?.setAttribute('content', theme.value === 'light' ? '#eef2f6' : '#0c131f');
  };
  effect(apply);
  effect(() => {
    const { units, hours, zone } = settings.value;
    const hour12 = hours === 'auto' ? hour12Of(locale) : hours === '12';
    customs.value = { locale, units, hour12, zone: zone === '' ? undefined : zone };
  });
  // Together, so that nobody asks for colours before they have changed.
  const follow = () => {
    batch(apply);
  };
  systemLight.addEventListener('change', follow);
  systemReduced.addEventListener('change', follow);
  return {
    settings,
    theme,
    reducedMotion,
    change(part) {
      settings.value = { ...settings.value, ...part };
      try {
        // Only what was chosen: all else goes on following the system and the language.
        localStorage.setItem(STORED, JSON.stringify({ ...chosen(), ...part }));
      } catch {
        // Storage is refused here: the wish holds until the page is closed.
      }
    },
  };
}

/** What was chosen in this browser before. */
function chosen(): object {
  try {
    const raw: unknown = JSON.parse(load() ?? '{}');
    return isRecord(raw) ? raw : {};
  } catch {
    return {};
  }
}

function load(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}
