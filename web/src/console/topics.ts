/** The topic tree as the server tells it: one node's children at a time, and only what is in view. */
import type { TopicNode as TopicNodeState } from '../generated';
import type { Granted } from '../net/requests';
import type { Read } from '../net/shape';

/** Which page of the tree: the levels above it, and where in the names it begins. */
export interface View {
  readonly broker: string;
  readonly path: readonly string[];
  readonly find: string;
  /** Whether everything is subscribed for it, not only what Sightline itself listens to. */
  readonly all: boolean;
  /** The last name of the page before. */
  readonly after?: string;
}

export type TopicNode = Read<TopicNodeState>;

/** A page of the tree; what the server left out of it is 0, none, or no. */
export interface TopicPage extends Pick<Granted<'topics'>, 'node' | 'after'> {
  readonly path: readonly string[];
  readonly children: readonly TopicNode[];
  /** How many children there are, before any search. */
  readonly total: number;
  /** Topics in the whole tree, and messages to topics that found no room in it. */
  readonly topics: number;
  readonly cut: number;
  readonly all: boolean;
}

export function pageOf(told: Granted<'topics'>): TopicPage {
  const { path = [], children = [], total = 0, topics = 0, cut = 0, all = false } = told;
  return { ...told, path, children, total, topics, cut, all };
}

export type TopicOrder = 'name' | 'rate' | 'messages' | 'age';

const ORDERS: Record<TopicOrder, (a: TopicNode, b: TopicNode) => number> = {
  // The broker's own come last.
  name: (a, b) => Number(a.name.startsWith('$')) - Number(b.name.startsWith('$')),
  rate: (a, b) => b.rate - a.rate,
  messages: (a, b) => b.messages - a.messages,
  age: (a, b) => (b.at ?? 0) - (a.at ?? 0),
};

/** The nodes in this order; equal ones by name, 2 before 10. */
export function inOrder(nodes: readonly TopicNode[], order: TopicOrder): TopicNode[] {
  return [...nodes].sort((a, b) => ORDERS[order](a, b) || NAMES.compare(a.name, b.name));
}

const NAMES = new Intl.Collator('en', { numeric: true });
