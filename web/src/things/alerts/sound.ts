/** The sound and the vibration of an alert, for those who chose them. Made here: there is no file to fetch. */

/** Two notes, hertz, and how long each is, seconds. */
const NOTES = [
  [660, 0.16],
  [880, 0.3],
] as const;
const LOUD = 0.12;
/** Milliseconds on, off, on. */
const PATTERN = [160, 90, 160];

let context: AudioContext | null = null;

/** Sound two soft notes; a browser that was not touched yet stays silent. */
export function chime(): void {
  const Made = (globalThis as { AudioContext?: typeof AudioContext }).AudioContext;
  if (Made === undefined) return;
  context ??= new Made();
  context.resume().catch(() => undefined);
  let from = context.currentTime;
  for (const [hertz, long] of NOTES) {
    const tone = context.createOscillator();
    const loudness = context.createGain();
    tone.frequency.value = hertz;
    loudness.gain.setValueAtTime(LOUD, from);
    loudness.gain.exponentialRampToValueAtTime(0.001, from + long);
    tone.connect(loudness).connect(context.destination);
    tone.start(from);
    tone.stop(from + long);
    from += long * 0.7;
  }
}

export function canVibrate(): boolean {
  return 'vibrate' in navigator;
}

export function vibrate(): void {
  if (canVibrate()) navigator.vibrate(PATTERN);
}
