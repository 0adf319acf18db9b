/** Sharing a friend or a robot: whom the dialogue is about, once somebody asks for it. */
import { useWho, useSelection } from '../app/context';
import { mayShare } from '../app/visitor';
import type { Key } from '../app/world';
import { laterDialog } from '../ui/laterdialog';

const Share = laterDialog<{ of: Key; close(): void }>(
  async () => (await import('./sharedialog')).Share,
);

export function ShareDialog() {
  const { visitor } = useWho();
  const { sharing } = useSelection();
  const key = sharing.value;
  if (key === null || !mayShare(visitor, key)) return null;
  return (
    <Share
      key={key}
      of={key}
      close={() => {
        sharing.value = null;
      }}
    />
  );
}
