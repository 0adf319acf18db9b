/** Small pieces of what is shown of alerts: whom they are about, their sign, what can be done. */
import { t } from '@lingui/core/macro';
import { BellRing, Gauge, Hash, Unplug } from 'lucide';
import { writePlace } from '../../app/address';
import { useServer } from '../../app/context';
import { splitKey } from '../../app/world';
import type { Key, Picture } from '../../app/world';
import { Icon } from '../../ui/icon';
import { useRoster } from '../context';
import { SmallAvatar } from '../regions/pieces';
import type { Alert } from './read';

/** What somebody or something is called in a sentence. */
export function useWho(): (key: Key) => string {
  const { entries } = useRoster();
  return (key) => {
    const [kind, id] = splitKey(key);
    // client/<broker>/<its id>: it is called by its id.
    const name = entries.get(key)?.name ?? (kind === 'client' ? id.slice(id.indexOf('/') + 1) : id);
    return kind === 'broker' ? t`the broker ${name}` : name;
  };
}

/** The picture of whom it is about, or a sign for what has none. */
export function AlertSign({ alert }: { alert: Alert }) {
  const { entries } = useRoster();
  if (entries.has(alert.thing)) return <SmallAvatar of={alert.thing} />;
  const { type } = alert.condition;
  const kind = splitKey(alert.thing)[0];
  const icon =
    type === 'disconnected' || type === 'flapping'
      ? Unplug
      : type === 'number'
        ? Hash
        : kind === 'broker'
          ? Gauge
          : BellRing;
  return (
    <span class="alert-sign" aria-hidden="true">
      <Icon of={icon} size={16} />
    </span>
  );
}

/** What the rule is called by its owner; empty when it has no name, or is gone. */
export function ruleName(picture: Picture, rule: Key): string {
  const name = picture.get(rule)?.['name'];
  return typeof name === 'string' ? name : '';
}

/** Where the map shows that moment, for what can be on it. */
export function momentPlace({ thing, at, lat }: Alert): string | null {
  const onMap = splitKey(thing)[0] === 'friend' || lat !== undefined;
  return onMap ? writePlace({ section: 'map', at, selected: thing }) : null;
}

export type AlertAct = 'acknowledge' | 'resolve' | 'reopen';

/** Do something with an alert; Refused with the server's words when it may not be. */
export function useAct(): (key: Key, act: AlertAct, note?: string) => Promise<void> {
  const { requests } = useServer();
  return async (key, act, note) => {
    await requests.ask('alert', {
      thing: key,
      act: act,
      ...(note === undefined ? {} : { note }),
    });
  };
}
