/** Why somebody is out. */
import { CircleCheck, Info, TriangleAlert } from 'lucide';
import type { Notice } from '../app/session';
import { Icon } from '../ui/icon';

export function NoticeBox({ notice }: { notice: Notice }) {
  const icon = notice.tone === 'info' ? CircleCheck : notice.tone === 'warn' ? Info : TriangleAlert;
  return (
    <div class="notice" data-tone={notice.tone} role="status">
      <Icon of={icon} size={18} />
      <p>
        <b>{notice.title}</b>
        <span>{notice.text}</span>
      </p>
    </div>
  );
}
