export const RETIRED: Readonly<Record<string, string>>;
export const RETIRED_AS_NAMES: Readonly<Record<string, string>>;
export function wordsOf(name: string): string[];
export function faults(path: string, text: string): string[];
