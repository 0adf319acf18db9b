/** Tells a screen reader, politely and seldom, where the selected one is now. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { inOneLine, speed } from '../ui/numbers';
import { freshnessOf } from '../things/entry';
import { freshnessText } from '../things/freshnesstext';
import { useLive, useTime, useSelection, usePreferences } from '../app/context';
import { useRoster } from '../things/context';

/** At most one announcement in so many milliseconds. */
const EVERY = 10_000;

export function Announcer() {
  const { scheduler } = useLive();
  const { clock } = useTime();
  const { selected } = useSelection();
  const preferences = usePreferences();
  const { entries, linksShown, placeText } = useRoster();
  const [text, setText] = useState('');
  const last = useRef({ key: '', at: -Infinity });
  const key = selected.value;
  useEffect(() => {
    if (key === null) {
      setText('');
      return;
    }
    const say = () => {
      const entry = entries.get(key);
      const now = performance.now();
      if (!entry || (last.current.key === key && now - last.current.at < EVERY)) return;
      last.current = { key, at: now };
      const units = preferences.settings.peek().units;
      const fresh = freshnessOf(entry, linksShown.peek(), clock.seconds());
      setText(
        [
          entry.name,
          freshnessText(fresh, clock.seconds()),
          placeText(entry),
          ...(entry.speed === undefined || !fresh.moving
            ? []
            : [inOneLine(speed(entry.speed, units))]),
          fresh.current ? entry.note : '',
        ]
          .filter(Boolean)
          .join(', '),
      );
    };
    say();
    return scheduler.on((changes) => {
      if (changes.keys.has(key)) say();
    });
  }, [key, entries, linksShown, scheduler, preferences, placeText, clock]);
  return (
    <p class="hidden" aria-live="polite" aria-atomic="true">
      {text}
    </p>
  );
}
