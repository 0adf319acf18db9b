/** What of alerts stands elsewhere on the page; its code comes once there is an alert to show. */
import type { Key } from '../../app/world';
import { lazily } from '../../ui/lazily';
import { useAlerts } from './count';

const Notices = lazily(async () => (await import('./toasts')).AlertToasts);
const About = lazily<{ of: Key }>(async () => (await import('./ofthing')).AlertsAbout);

/** Notices of alerts that came just now. */
export function AlertNotices() {
  return useAlerts().changed.value > 0 ? <Notices /> : null;
}

/** The alerts about a thing, in its details. */
export function AlertsOf({ of }: { of: Key }) {
  const { changed, present } = useAlerts();
  void changed.value;
  return present.kind('alert').size > 0 ? <About of={of} /> : null;
}
