/** The keys of the page, from the same table that the keyboard uses. */
import { t } from '@lingui/core/macro';
import { X } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { alertKeys, barKeys, BINDINGS, drawKeys, padKeys, rosterKeys } from '../app/keys';
import type { Binding } from '../app/keys';
import { useLayout } from '../app/context';
import { meaningOf, TERMS } from '../things/glossary';
import { DocLink } from '../ui/doclink';
import { Icon } from '../ui/icon';

type Group = Binding['group'];

const GROUPS: readonly Group[] = ['Map', 'Time', 'Go to', 'Robots', 'Page'];

function titleOf(group: Group): string {
  switch (group) {
    case 'Map':
      return t`Map`;
    case 'Time':
      return t`Time`;
    case 'Go to':
      return t`Go to`;
    case 'Robots':
      return t`Robots`;
    case 'Page':
      return t`Page`;
  }
}

export function Help() {
  const { help } = useLayout();
  const dialog = useRef<HTMLDialogElement>(null);
  const open = help.value;
  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    if (open && !element.open) element.showModal();
    else if (!open && element.open) element.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-labelledby="help-title"
      // Before it closes, not only after: a key pressed right behind Escape is meant for the page.
      onCancel={() => {
        help.value = false;
      }}
      onClose={() => {
        help.value = false;
      }}
      onClick={(click) => {
        if (click.target === dialog.current) help.value = false;
      }}
    >
      <div class="help-box">
        <header>
          <h2 id="help-title">{t`Help`}</h2>
          <button
            type="button"
            class="icon-button"
            aria-label={t`Close`}
            onClick={() => {
              help.value = false;
            }}
          >
            <Icon of={X} />
          </button>
        </header>
        <KeyGroups />
        <p class="note">{t`Space stops wherever you are on the robots’ pages, also on a button (press those with Enter). On the map, drag or use the arrow keys to move, and the wheel or + and − to zoom.`}</p>
        <Glossary />
        <p class="note">
          <DocLink to="all">{t`Read the documents`}</DocLink>
        </p>
      </div>
    </dialog>
  );
}

function KeyGroups() {
  return (
    <div class="help-groups">
      {GROUPS.map((group) => (
        <section key={group}>
          <h3>{titleOf(group)}</h3>
          <dl>
            {BINDINGS.filter((binding) => binding.group === group).map((binding) => (
              <Keys key={binding.action} keys={binding.keys} does={binding.does()} />
            ))}
            {further(group).map(([keys, does]) => (
              <Keys key={keys.join()} keys={keys} does={does} />
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}

/** What the words mean by which the page says how sure it is. */
function Glossary() {
  return (
    <section class="help-words">
      <h3>{t`Words`}</h3>
      <dl>
        {TERMS.map((term) => {
          const { word, means } = meaningOf(term);
          return (
            <div key={term}>
              <dt>{word}</dt>
              <dd>{means}</dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

function Keys({ keys, does }: { keys: readonly string[]; does: string }) {
  const named = names();
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{named[key] ?? (key.length === 1 ? key.toUpperCase() : key)}</kbd>
        ))}
      </dt>
      <dd>{does}</dd>
    </div>
  );
}

/** Keys that a part of the page handles itself, by the group they are told in. */
function further(group: Group) {
  if (group === 'Map') return [...rosterKeys(), ...drawKeys()];
  if (group === 'Time') return barKeys();
  if (group === 'Page') return alertKeys();
  return group === 'Robots' ? padKeys() : [];
}

/** What is printed on a key, where that is no letter. */
const names = (): Readonly<Record<string, string>> => ({
  Escape: t`Esc`,
  Enter: t`Enter`,
  ' ': t`Space`,
  Delete: t`Del`,
  Ctrl: t`Ctrl`,
});
