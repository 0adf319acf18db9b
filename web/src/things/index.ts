/** Every kind the page knows. Add a kind: add its folder, and a line here. */
import { alert } from './alerts';
import { broker } from './broker';
import { friend } from './friends';
import { groupsOf, registry } from './kind';
import type { Kind } from './kind';
import { map } from './maps';
import { probot } from './probots';
import { region } from './regions';
import { server } from './server';
import { webhook } from './webhooks';
import { splitKey } from '../app/world';
import type { Key } from '../net/protocol';

export const KINDS = registry(friend, probot, region, broker, server, webhook, map, alert);

/** The groups of the list of everyone. */
export const GROUPS = groupsOf(KINDS);

/** The kind of the thing with this key. */
export function kindOf(key: Key): Kind | undefined {
  return KINDS.get(splitKey(key)[0]);
}
