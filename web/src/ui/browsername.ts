/** What a browser and its system are called, by what it says of itself. */
import { t } from '@lingui/core/macro';

const BROWSERS: Readonly<Record<string, RegExp>> = {
  Edge: /Edg\//,
  Opera: /OPR\//,
  Firefox: /Firefox\/|FxiOS/,
  Chrome: /Chrome\/|Chromium|CriOS/,
  Safari: /Safari\//,
};
const SYSTEMS: Readonly<Record<string, RegExp>> = {
  iOS: /iPhone|iPad/,
  Android: /Android/,
  Windows: /Windows/,
  macOS: /Mac OS X/,
  ChromeOS: /CrOS/,
  Linux: /Linux/,
};

function namedIn(agent: string, known: Readonly<Record<string, RegExp>>): string | undefined {
  return Object.entries(known).find(([, mark]) => mark.test(agent))?.[0];
}

/** A browser by the name it gives itself: "Firefox on Linux". */
export function browserName(agent: string): string {
  const browser = namedIn(agent, BROWSERS);
  const system = namedIn(agent, SYSTEMS);
  if (browser === undefined) return agent.slice(0, 40) || t`Unknown browser`;
  return system === undefined ? browser : t`${browser} on ${system}`;
}
