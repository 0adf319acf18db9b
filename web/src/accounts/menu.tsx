/** Who I am, in the navigation; and what there is to do about it. */
import { LogIn, LogOut, ShieldCheck, UserRound } from 'lucide';
import type { IconNode } from 'lucide';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { writePlace } from '../app/address';
import type { Section } from '../app/address';
import { useWho, useTime, useNavigation } from '../app/context';
import { AddPhoneButton } from '../things/friends/add/button';
import { Icon } from '../ui/icon';
import { LanguageChoice } from '../ui/languagechoice';
import { Card } from '../ui/section';
import { isAdmin, ownsAccount } from '../app/visitor';
import type { Visitor } from '../app/visitor';
import { ActButton } from '../ui/actbutton';
import { whenText } from './wording';

export function nameOf(visitor: Visitor): string {
  if (visitor.way === 'guest') return 'Guest';
  return visitor.way === 'link' ? 'Visitor' : (visitor.display ?? visitor.name);
}

export function roleOf(visitor: Visitor): string {
  if (visitor.way === 'link') return 'by a shared link';
  return visitor.way === 'guest' ? `${visitor.role}, not signed in` : visitor.role;
}

/** The first letter of who it is, in a circle. */
export function Who({ visitor }: { visitor: Visitor }) {
  return (
    <span class="who-circle" data-way={visitor.way} aria-hidden="true">
      {visitor.way === 'account' ? (
        nameOf(visitor).slice(0, 2).toUpperCase()
      ) : (
        <Icon of={UserRound} size={18} />
      )}
    </span>
  );
}

export function AccountMenu() {
  const { visitor, session } = useWho();
  const [open, setOpen] = useState(false);
  const around = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return;
    const away = (at: Event) => {
      if (at.target instanceof Node && !around.current?.contains(at.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', away);
    document.addEventListener('focusin', away);
    return () => {
      document.removeEventListener('pointerdown', away);
      document.removeEventListener('focusin', away);
    };
  }, [open]);
  if (!session) return null;
  return (
    <div
      ref={around}
      class="account-menu wide-only"
      onKeyDown={(key) => {
        if (key.key !== 'Escape' || !open) return;
        key.preventDefault();
        setOpen(false);
        button.current?.focus();
      }}
    >
      <button
        ref={button}
        type="button"
        class="tab"
        aria-expanded={open}
        aria-controls={id}
        title={`${nameOf(visitor)}, ${roleOf(visitor)}`}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <Who visitor={visitor} />
        <span class="ellipsis">
          <span class="hidden">Account: </span>
          {nameOf(visitor)}
        </span>
      </button>
      {open && (
        <div id={id} class="menu panel" role="group" aria-label="Account">
          <Me visitor={visitor} />
          {ownsAccount(visitor) && (
            <To section="account" icon={UserRound} words="My account" left={setOpen} />
          )}
          {isAdmin(visitor) && (
            <To section="admin" icon={ShieldCheck} words="Accounts and audit" left={setOpen} />
          )}
          <AddPhoneButton
            kind="menu-item"
            before={() => {
              setOpen(false);
            }}
          />
          <LanguageChoice />
          <LeaveButtons />
        </div>
      )}
    </div>
  );
}

/** The same on phones, where it is a card of the settings. */
export function AccountCard() {
  const { visitor, session } = useWho();
  if (!session) return null;
  return (
    <Card name="Account" class="account-card">
      <Me visitor={visitor} />
      {ownsAccount(visitor) && <To section="account" icon={UserRound} words="My account" />}
      {isAdmin(visitor) && <To section="admin" icon={ShieldCheck} words="Accounts and audit" />}
      <AddPhoneButton kind="menu-item" />
      <LeaveButtons />
    </Card>
  );
}

function Me({ visitor }: { visitor: Visitor }) {
  const { now } = useTime();
  return (
    <p class="me">
      <Who visitor={visitor} />
      <span>
        <b class="ellipsis">{nameOf(visitor)}</b>
        <span class="muted">
          {roleOf(visitor)}
          {visitor.expires !== undefined && visitor.way === 'link'
            ? `, until ${whenText(visitor.expires, now.value)}`
            : ''}
        </span>
      </span>
    </p>
  );
}

function To({
  section,
  icon,
  words,
  left,
}: {
  section: Section;
  icon: IconNode;
  words: string;
  left?: (open: boolean) => void;
}) {
  const { go } = useNavigation();
  return (
    <a
      class="menu-item"
      href={writePlace({ section })}
      onClick={(click) => {
        if (click.metaKey || click.ctrlKey || click.shiftKey) return;
        click.preventDefault();
        left?.(false);
        go(section);
      }}
    >
      <Icon of={icon} size={17} />
      {words}
    </a>
  );
}

/** In for guests, out for everybody else. */
export function LeaveButtons() {
  const { visitor, session } = useWho();
  if (!session) return null;
  if (visitor.way === 'guest') {
    return (
      <button
        type="button"
        class="menu-item"
        onClick={() => {
          session.leaveToSignIn();
        }}
      >
        <Icon of={LogIn} size={17} />
        Sign in
      </button>
    );
  }
  const leave = async () => {
    await session.signOut();
    forgetPlace();
  };
  return <LeaveItem words={visitor.way === 'link' ? 'Leave' : 'Sign out'} act={leave} />;
}

/** What was looked at is nobody else's business: on leaving it goes from the address, too. */
export function forgetPlace(): void {
  history.replaceState(null, '', location.pathname + location.search);
}

function LeaveItem({ words, act }: { words: string; act(): Promise<void> }) {
  return (
    <div class="menu-leave">
      <Icon of={LogOut} size={17} />
      <ActButton words={words} act={act} />
    </div>
  );
}
