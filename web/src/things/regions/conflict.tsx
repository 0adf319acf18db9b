/** Somebody else changed the region that is edited: what to do with one's own changes. */
import { t } from '@lingui/core/macro';
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
        <b>{t`Changed meanwhile`}</b>
        {why ?? savedText(by, current?.version)}
        <div class="form-end">
          <button
            type="button"
            class="button small"
            onClick={() => {
              regions.yield();
            }}
          >
            {current ? t`Take theirs` : t`Close`}
          </button>
          {current && (
            <button
              type="button"
              class="button small"
              onClick={insist}
            >{t`Save mine over it`}</button>
          )}
        </div>
      </div>
    </div>
  );
}

/** By whom it was saved meanwhile; `by` is empty when that is not known. */
function savedText(by: string, version: number | undefined): string {
  const saved = version ?? '';
  return by === ''
    ? t`Somebody saved version ${saved} while you were editing.`
    : t`${by} saved version ${saved} while you were editing.`;
}
