/** Rules to begin with: the commonest ones, with what can be guessed filled in. Pure. */
import { t } from '@lingui/core/macro';
import { plain } from '../names';
import { FORMS } from './conditions';
import { newDraft } from './draft';
import type { ConditionType, Draft, Hours } from './model';

export interface Template {
  readonly id: 'school' | 'home' | 'battery' | 'silent' | 'fallen' | 'broker';
  readonly title: string;
  readonly text: string;
  readonly draft: Draft;
}

/** What is there to choose from. */
export interface Scene {
  readonly me: string;
  /** Ids of regions, by their names. */
  readonly regions: readonly { readonly id: string; readonly name: string }[];
  /** Friends, as words of grants; the one that is meant when there is no other. */
  readonly friends: readonly string[];
  readonly robots: boolean;
  readonly brokers: boolean;
  /** Whose public holidays are meant, if that can be guessed. */
  readonly country?: string | undefined;
}

/** What people call these places, in the languages that the page has; without accents. */
const SCHOOL = /school|schule|kita|escuela|colegio|ecole/;
const HOME = /^(home|house|zuhause|daheim|haus|casa|maison|thuis)\b/;

const SCHOOL_DAYS: Hours = { days: [0, 1, 2, 3, 4], holidays: 'not' };

export function templatesOf(scene: Scene): readonly Template[] {
  const { robots, brokers } = scene;
  return [
    ...people(scene),
    ...devices(scene),
    ...(robots ? [robot(scene)] : []),
    ...(brokers ? [broker(scene)] : []),
  ];
}

function people({ me, regions, friends, country }: Scene): readonly Template[] {
  const about = friends.length === 1 ? friends : [];
  const placed = (type: ConditionType, pattern: RegExp, more: Partial<Draft>): Draft => {
    const region = regions.find(({ name }) => pattern.test(plain(name)))?.id;
    const condition = { ...FORMS[type].begins, ...(region === undefined ? {} : { region }) };
    return newDraft(me, about, { condition, ...more });
  };
  const hours: Hours = { ...SCHOOL_DAYS, begin: '07:00', end: '09:00' };
  const home = placed('absent', HOME, {});
  return [
    {
      id: 'school',
      title: t`Arrived at school`,
      text: t`On school days, when somebody gets there.`,
      draft: placed('arrives', SCHOOL, {
        hours: country === undefined ? hours : { ...hours, country },
      }),
    },
    {
      id: 'home',
      title: t`Not home in time`,
      text: t`When somebody is not at home by an hour.`,
      draft: { ...home, condition: { ...home.condition, by: '22:00' } },
    },
  ];
}

function devices({ me }: Scene): readonly Template[] {
  return [
    {
      id: 'battery',
      title: t`Battery is low`,
      text: t`When the battery of a phone falls below 20 %.`,
      draft: newDraft(me, ['friend'], { condition: FORMS.battery.begins }),
    },
    {
      id: 'silent',
      title: t`Silent for longer than usual`,
      text: t`When a phone is not heard, by its own habits.`,
      draft: newDraft(me, ['friend'], { condition: FORMS.silent.begins }),
    },
  ];
}

function robot({ me }: Scene): Template {
  return {
    id: 'fallen',
    title: t`A robot has fallen`,
    text: t`At once, also in quiet hours.`,
    draft: newDraft(me, ['probot'], { condition: FORMS.fallen.begins, urgent: true }),
  };
}

function broker({ me }: Scene): Template {
  return {
    id: 'broker',
    title: t`A broker is lost`,
    text: t`When no connection comes back within a minute.`,
    draft: newDraft(me, ['broker'], { condition: FORMS.disconnected.begins }),
  };
}
