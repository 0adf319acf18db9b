/** A word of the glossary, with its meaning beside it. */
import type { ComponentChildren } from 'preact';
import { Explained } from '../ui/explanation';
import { meaningOf } from './glossary';
import type { Term } from './glossary';

export function ExplainedTerm({ of, children }: { of: Term; children?: ComponentChildren }) {
  const { word, means } = meaningOf(of);
  return <Explained means={means}>{children ?? word}</Explained>;
}

/** What a word of freshness stands for, where it is one that needs to be explained. */
export function termOf(tone: 'ok' | 'warn' | 'off', presence: string): Term {
  if (presence === 'offline' || tone === 'off') return 'offline';
  return tone === 'ok' ? 'live' : 'stale';
}
