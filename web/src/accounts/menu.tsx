/** Who I am, in the navigation; and what there is to do about it. */
import { t } from '@lingui/core/macro';
import { roleName } from '../app/rolename';
import { LogIn, LogOut, ShieldCheck, UserPlus, UserRound } from 'lucide';
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
import { InviteButton, useInvite } from './invite';
import { whenText } from './wording';

export function nameOf(visitor: Visitor): string {
  if (visitor.way === 'guest') return t`Guest`;
  return visitor.way === 'link' ? t`Visitor` : (visitor.display ?? visitor.name);
}

export function roleOf(visitor: Visitor): string {
  const role = roleName(visitor.role);
  if (visitor.way === 'link') return t`by a shared link`;
  return visitor.way === 'guest' ? t`${role}, not signed in` : role;
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
  const invite = useInvite();
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
          <span class="hidden">{t`Account:`} </span>
          {nameOf(visitor)}
        </span>
      </button>
      {open && (
        <div id={id} class="menu panel" role="group" aria-label={t`Account`}>
          <Me visitor={visitor} />
          {ownsAccount(visitor) && (
            <To section="account" icon={UserRound} words={t`My account`} left={setOpen} />
          )}
          {isAdmin(visitor) && (
            <To section="admin" icon={ShieldCheck} words={t`Accounts and audit`} left={setOpen} />
          )}
          {invite.may && (
            <button
              type="button"
              class="menu-item"
              onClick={() => {
                setOpen(false);
                invite.open();
              }}
            >
              <Icon of={UserPlus} size={17} />
              {t`Invite somebody`}
            </button>
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
      {invite.dialog}
    </div>
  );
}

/** The same on phones, where it is a card of the settings. */
export function AccountCard() {
  const { visitor, session } = useWho();
  if (!session) return null;
  return (
    <Card name={t`Account`} class="account-card">
      <Me visitor={visitor} />
      {ownsAccount(visitor) && <To section="account" icon={UserRound} words={t`My account`} />}
      {isAdmin(visitor) && <To section="admin" icon={ShieldCheck} words={t`Accounts and audit`} />}
      <InviteButton class="menu-item" />
      <AddPhoneButton kind="menu-item" />
      <LeaveButtons />
    </Card>
  );
}

function Me({ visitor }: { visitor: Visitor }) {
  const { now } = useTime();
  const until = visitor.expires === undefined ? '' : whenText(visitor.expires, now.value);
  return (
    <p class="me">
      <Who visitor={visitor} />
      <span>
        <b class="ellipsis">{nameOf(visitor)}</b>
        <span class="muted">
          {roleOf(visitor)}
          {until !== '' && visitor.way === 'link' ? t`, until ${until}` : ''}
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
        {t`Sign in`}
      </button>
    );
  }
  const leave = async () => {
    await session.signOut();
    forgetPlace();
  };
  return <LeaveItem words={visitor.way === 'link' ? t`Leave` : t`Sign out`} act={leave} />;
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
