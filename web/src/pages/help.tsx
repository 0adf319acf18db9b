/** The keys of the page, from the same table that the keyboard uses. */
import { X } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { barKeys, BINDINGS, drawKeys, padKeys, rosterKeys } from '../app/keys';
import { useLayout } from '../app/context';
import { DocLink } from '../ui/doclink';
import { Icon } from '../ui/icon';

const GROUPS = ['Map', 'Time', 'Go to', 'Robots', 'Page'] as const;

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
          <h2 id="help-title">Keys</h2>
          <button
            type="button"
            class="icon-button"
            aria-label="Close"
            onClick={() => {
              help.value = false;
            }}
          >
            <Icon of={X} />
          </button>
        </header>
        <div class="help-groups">
          {GROUPS.map((group) => (
            <section key={group}>
              <h3>{group}</h3>
              <dl>
                {BINDINGS.filter((binding) => binding.group === group).map((binding) => (
                  <Keys key={binding.action} keys={binding.keys} does={binding.does()} />
                ))}
                {group === 'Map' &&
                  [...rosterKeys(), ...drawKeys()].map(([keys, does]) => (
                    <Keys key={does} keys={keys} does={does} />
                  ))}
                {group === 'Time' &&
                  barKeys().map(([keys, does]) => <Keys key={does} keys={keys} does={does} />)}
                {group === 'Robots' &&
                  padKeys().map(([keys, does]) => (
                    <Keys key={keys.join()} keys={keys} does={does} />
                  ))}
              </dl>
            </section>
          ))}
        </div>
        <p class="note">
          Space stops wherever you are on the robots’ pages, also on a button (press those with
          Enter). On the map, drag or use the arrow keys to move, and the wheel or + and − to zoom.
        </p>
        <p class="note">
          <DocLink to="all">Read the documents</DocLink>
        </p>
      </div>
    </dialog>
  );
}

function Keys({ keys, does }: { keys: readonly string[]; does: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{NAMES[key] ?? key.toUpperCase()}</kbd>
        ))}
      </dt>
      <dd>{does}</dd>
    </div>
  );
}

const NAMES: Readonly<Record<string, string>> = {
  Escape: 'Esc',
  Enter: 'Enter',
  ' ': 'Space',
  Delete: 'Del',
  Ctrl: 'Ctrl',
};
