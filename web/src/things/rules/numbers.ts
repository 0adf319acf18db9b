/** The numbers in what a topic said last: the payload itself, or those in its JSON, by their paths. Pure. */

export interface NumberIn {
  /** The path into the JSON; absent: the payload is the number. */
  readonly field?: string;
  readonly value: number;
}

/** So many are offered, and so deep it is looked. */
const MOST = 40;
const DEEPEST = 5;

export function numbersIn(payload: string): readonly NumberIn[] {
  const text = payload.trim();
  if (text === '') return [];
  const plain = Number(text);
  if (Number.isFinite(plain)) return [{ value: plain }];
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  const found: NumberIn[] = [];
  gather(parsed, [], found);
  return found;
}

function gather(value: unknown, path: readonly string[], found: NumberIn[]): void {
  if (found.length >= MOST) return;
  if (typeof value === 'number' && Number.isFinite(value)) {
    found.push(path.length === 0 ? { value } : { field: path.join('.'), value });
  } else if (typeof value === 'object' && value !== null && path.length < DEEPEST) {
    for (const [name, each] of Object.entries(value)) gather(each, [...path, name], found);
  }
}
