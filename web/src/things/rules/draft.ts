/** A rule from choices: what each choice makes of the rule, what is still missing, what is asked for. Pure. */
import { present } from '../fields';
import { FORMS, kindIn, typesFor } from './conditions';
import type { Condition, ConditionType, Draft, Hours, Slot, Wishes } from './model';

/** A new rule that tells its owner. */
export function newDraft(
  me: string,
  about: readonly string[] = [],
  more: Partial<Draft> = {},
): Draft {
  const [type = 'arrives'] = typesFor(kindIn(about[0] ?? 'friend'));
  return {
    name: '',
    about,
    condition: FORMS[type].begins,
    hours: { holidays: 'also' },
    tell: [{ account: me, after: 0 }],
    urgent: false,
    every: 0,
    enabled: true,
    edited: null,
    ...more,
  };
}

/** Something else is to happen. What both have in common (a region, how long) stays. */
export function withType(draft: Draft, type: ConditionType): Draft {
  const { begins, slots, about } = FORMS[type];
  const { region, other } = draft.condition;
  const kept = {
    ...(slots.includes('place') && region !== undefined ? { region } : {}),
    ...(slots.includes('other') && other !== undefined ? { other } : {}),
  };
  const fits = draft.about.filter((word) => (about as readonly string[]).includes(kindIn(word)));
  const [only] = about;
  // There is seldom more than one broker: it need not be asked for. A number names its own.
  const any = only === 'broker' && type !== 'number';
  const subjects = fits.length === 0 && any ? ['broker'] : fits;
  return { ...draft, about: subjects, condition: { ...begins, ...kept } };
}

/** Somebody or something else is looked at; what cannot happen to them is replaced. */
export function withAbout(draft: Draft, about: readonly string[]): Draft {
  const kind = kindIn(about[0] ?? '');
  const fits = typesFor(kind);
  const { type } = draft.condition;
  const next = { ...draft, about };
  if (about.length === 0 || fits.length === 0 || fits.includes(type)) return next;
  return withType(next, fits[0] ?? type);
}

/** A word is taken in or left out. All must be of one kind; the wider word takes in the narrower. */
export function toggled(about: readonly string[], word: string, on: boolean): readonly string[] {
  if (!on) return about.filter((each) => each !== word);
  const kind = kindIn(word);
  const others = about.filter(
    (each) => kindIn(each) === kind && each !== kind && !each.startsWith(`${word}/`),
  );
  return word === kind ? [word] : [...others.filter((each) => each !== word), word];
}

/** Change what must happen; `undefined` takes a field away. */
export function withCondition(
  draft: Draft,
  part: { readonly [K in keyof Condition]?: Condition[K] | undefined },
): Draft {
  return { ...draft, condition: present({ ...draft.condition, ...part }) as Condition };
}

export function withHours(
  draft: Draft,
  part: { readonly [K in keyof Hours]?: Hours[K] | undefined },
): Draft {
  return { ...draft, hours: present({ ...draft.hours, ...part }) as Hours };
}

/** Somebody is told from `after` s on, or (null) no more. */
export function withTold(draft: Draft, account: string, after: number | null): Draft {
  const others = draft.tell.filter((each) => each.account !== account);
  const tell = after === null ? others : [...others, { account, after }];
  // Sorting is stable: who is told at once keeps their order.
  return { ...draft, tell: tell.sort((a, b) => a.after - b.after) };
}

/** What is missing, by the part it belongs to. */
export function missingIn({ about, condition, tell }: Draft): readonly Slot[] {
  const missing: Slot[] = [];
  const { type, above, below, changed, by } = condition;
  // A number is chosen with the broker that brings it.
  if (about.length === 0 && type !== 'number') missing.push('who');
  for (const need of FORMS[type].needs) {
    if (condition[need] === undefined) missing.push(slotOf(need));
  }
  if (type === 'battery' && below === undefined && by === undefined) missing.push('limit');
  if (type === 'number' && above === undefined && below === undefined && !changed) {
    missing.push('limit');
  }
  if (tell.length === 0) missing.push('whom');
  return missing;
}

/** The part of the sentence that a field of the rule stands in: what the server is against is said there. */
export function slotOf(field: string): Slot {
  return SLOTS[field.replace(/^condition\./, '').replace(/[[.].*$/, '')] ?? 'what';
}

const SLOTS: Readonly<Record<string, Slot | undefined>> = {
  about: 'who',
  region: 'place',
  other: 'other',
  by: 'by',
  seconds: 'long',
  metres: 'far',
  above: 'limit',
  below: 'limit',
  changed: 'limit',
  margin: 'margin',
  times: 'times',
  topic: 'topic',
  field: 'topic',
  hours: 'when',
  days: 'when',
  begin: 'when',
  end: 'when',
  holidays: 'when',
  country: 'when',
  zone: 'when',
  tell: 'whom',
  urgent: 'often',
  every: 'often',
  again: 'often',
};

/** What of it the server is told. */
export function wishesOf({ edited: _, ...wishes }: Draft): Wishes {
  return wishes;
}

/** The same rule once more, to be changed and saved as a new one. */
export function copyOf(draft: Draft): Draft {
  return { ...draft, name: '', edited: null };
}

export function sameWishes(one: Draft, other: Draft): boolean {
  return JSON.stringify(wishesOf(one)) === JSON.stringify(wishesOf(other));
}
