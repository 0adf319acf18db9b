/** Somebody else changed the region that is edited: what to do with one's own changes. */
import { TriangleAlert } from 'lucide';
import { useRegions } from './context';
import { useCalled } from '../../app/people';
import { Icon } from '../../ui/icon';
import type { Region } from './read';

export function Conflict({
  why,
  current,
  insist,
}: {
  /** The server's words, when it was asked. */
  why: string | undefined;
  current: Region | undefined;
  insist(): void;
}) {
  const { regions } = useRegions();
  const by = useCalled(current?.by);
  return (
    <div class="notice conflict" role="alert" data-tone="warn">
      <Icon of={TriangleAlert} size={18} />
      <div>
        <b>Changed meanwhile</b>
        {why ??
          `${by === '' ? 'Somebody' : by} saved version ${String(current?.version ?? '')} while you were editing.`}
        <div class="form-end">
          <button
            type="button"
            class="button small"
            onClick={() => {
              regions.yield();
            }}
          >
            {current ? 'Take theirs' : 'Close'}
          </button>
          {current && (
            <button type="button" class="button small" onClick={insist}>
              Save mine over it
            </button>
          )}
        </div>
      </div>
    </div>
  );
}
