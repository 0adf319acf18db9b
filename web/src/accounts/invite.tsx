/** Inviting somebody: for those who may, the button that opens the dialogue. */
import { t } from '@lingui/core/macro';
import { UserPlus } from 'lucide';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useWho } from '../app/context';
import { isAdmin } from '../app/visitor';
import { Icon } from '../ui/icon';
import { laterDialog } from '../ui/laterdialog';

const Invite = laterDialog<{ close(): void }>(async () => (await import('./invitedialog')).Invite);

/** The dialogue for those who may invite, and how to open it. */
export function useInvite(left?: () => void): {
  readonly may: boolean;
  readonly open: () => void;
  readonly dialog: JSX.Element | null;
} {
  const { visitor } = useWho();
  const [asking, setAsking] = useState(false);
  const close = () => {
    setAsking(false);
    left?.();
  };
  return {
    may: isAdmin(visitor),
    open: () => {
      setAsking(true);
    },
    dialog: asking ? <Invite close={close} /> : null,
  };
}

/** The button, wherever somebody is missed. */
export function InviteButton({ class: className, left }: { class: string; left?: () => void }) {
  const { may, open, dialog } = useInvite(left);
  if (!may) return null;
  return (
    <>
      <button type="button" class={className} data-invite onClick={open}>
        <Icon of={UserPlus} size={16} />
        {t`Invite somebody`}
      </button>
      {dialog}
    </>
  );
}
