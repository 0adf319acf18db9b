/** Choosing who or what a rule looks at, by face and name; and the other one of two. */
import { t } from '@lingui/core/macro';
import { Layers } from 'lucide';
import { useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { useKind } from '../../app/context';
import { Icon } from '../../ui/icon';
import { Chips } from '../../ui/tools';
import { plain } from '../names';
import { SmallAvatar } from '../regions/pieces';
import type { ChoiceProps } from './choice';
import { ClientRows } from './clientrows';
import { FORMS, kindIn } from './conditions';
import type { SubjectKind } from './conditions';
import { allWords, kindWords } from './conditionwords';
import { toggled, withAbout, withCondition } from './draft';
import { chosenIn, subjectsOf } from './subjects';
import type { Subject } from './subjects';
import { useKnown } from './usenames';

const KINDS: readonly SubjectKind[] = ['friend', 'probot', 'broker', 'client'];
/** From so many on there is a search. */
const SEARCHED = 9;
/** Rows that are shown at once; the search finds the others. */
const MOST = 60;

export function WhoChoice({ draft, change }: ChoiceProps) {
  const known = useKnown();
  const clients = useKind('client').length > 0;
  const { about, condition } = draft;
  const [first = 'friend'] = FORMS[condition.type].about;
  const [kind, setKind] = useState<SubjectKind>(
    (kindIn(about[0] ?? first) || first) as SubjectKind,
  );
  const kinds = KINDS.filter(
    (each) =>
      each === kind ||
      (each === 'client' ? clients : [...known.keys()].some((key) => kindIn(key) === each)),
  );
  const pick = (word: string, on: boolean) => {
    change(withAbout(draft, toggled(about, word, on)));
  };
  const words = kindWords();
  return (
    <>
      {kinds.length > 1 && (
        <Chips
          label={t`What sort of thing`}
          of={kinds.map((each) => [each, words[each]] as const)}
          value={kind}
          set={setKind}
        />
      )}
      {kind === 'client' ? (
        <ClientRows about={about} pick={pick} />
      ) : (
        <SubjectRows kind={kind} about={about} label={words[kind]}>
          {(subject, inner) => (
            <TickRow key={subject.word} subject={subject} about={about} pick={pick} inner={inner} />
          )}
        </SubjectRows>
      )}
    </>
  );
}

/** The rows of a kind, with a search where there are many; all of the kind first. */
function SubjectRows({
  kind,
  about,
  label,
  whole = true,
  children,
}: {
  kind: SubjectKind;
  about: readonly string[];
  label: string;
  whole?: boolean;
  children(subject: Subject, inner: boolean): ComponentChildren;
}) {
  const known = useKnown();
  const [query, setQuery] = useState('');
  const all = subjectsOf(kind, known, about);
  const wanted = plain(query.trim());
  const found = all.filter(({ name, inner }) =>
    [name, ...inner.map((each) => each.name)].some((each) => plain(each).includes(wanted)),
  );
  return (
    <>
      {all.length > SEARCHED && (
        <label class="search small">
          <span class="hidden">{t`Find in “${label}”`}</span>
          <input
            type="search"
            placeholder={t`Find`}
            value={query}
            onInput={(typed) => {
              setQuery(typed.currentTarget.value);
            }}
          />
        </label>
      )}
      <div class="rule-rows" role="group" aria-label={label}>
        {whole &&
          wanted === '' &&
          children({ word: kind, name: allWords()[kind], inner: [] }, false)}
        {found.slice(0, MOST).map((subject) => children(subject, true))}
        {found.length === 0 && <p class="note">{t`Nobody is called so.`}</p>}
        {found.length > MOST && <p class="note">{t`There are more: type a part of the name.`}</p>}
      </div>
    </>
  );
}

function TickRow({
  subject,
  about,
  pick,
  inner,
}: {
  subject: Subject;
  about: readonly string[];
  pick(word: string, on: boolean): void;
  inner: boolean;
}) {
  const is = chosenIn(about, subject);
  const { name } = subject;
  return (
    <>
      <label class="rule-row" data-word={subject.word}>
        <input
          type="checkbox"
          checked={is === 'yes'}
          data-wider={is === 'wider' || undefined}
          onChange={(changed) => {
            pick(subject.word, changed.currentTarget.checked);
          }}
        />
        <SubjectFace of={subject} />
        <span>
          {name}
          {subject.missing === true && <small>{t`Is not there any more`}</small>}
          {is === 'wider' && <small>{t`Looked at already, with the others`}</small>}
        </span>
      </label>
      {inner && subject.inner.length > 0 && (
        <div class="rule-rows-inner" role="group" aria-label={t`Only one device of ${name}`}>
          {subject.inner.map((each) => (
            <TickRow key={each.word} subject={each} about={about} pick={pick} inner={false} />
          ))}
        </div>
      )}
    </>
  );
}

export function SubjectFace({ of: { key, word } }: { of: Pick<Subject, 'key' | 'word'> }) {
  if (key !== undefined && kindIn(key) !== 'broker') return <SmallAvatar of={key} />;
  if (word.includes('/') && kindIn(word) !== 'broker') return <SmallAvatar of={word} />;
  return (
    <span class="rule-sign" aria-hidden="true">
      <Icon of={Layers} size={16} />
    </span>
  );
}

/** The other one of two that come near each other: one device. */
export function OtherChoice({ draft, change }: ChoiceProps) {
  const known = useKnown();
  const { other } = draft.condition;
  const missing = other !== undefined && !known.has(other) ? [other] : [];
  const row = (subject: Subject) =>
    subject.inner.length > 0 ? (
      <div key={subject.word} class="rule-group" role="group" aria-label={subject.name}>
        <span class="note">{subject.name}</span>
        {subject.inner.map(row)}
      </div>
    ) : (
      <label key={subject.word} class="rule-row" data-word={subject.key ?? subject.word}>
        <input
          type="radio"
          name="other"
          checked={other === (subject.key ?? subject.word)}
          onChange={() => {
            change(withCondition(draft, { other: subject.key ?? subject.word }));
          }}
        />
        <SubjectFace of={subject} />
        <span>
          {subject.name}
          {subject.missing === true && <small>{t`Is not there any more`}</small>}
        </span>
      </label>
    );
  return (
    <SubjectRows kind="friend" about={missing} label={t`People`} whole={false}>
      {row}
    </SubjectRows>
  );
}
