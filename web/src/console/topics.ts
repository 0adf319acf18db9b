/** The topic tree as the server tells it: one node's children at a time, and only what is in view. */
import { isRecord } from '../net/protocol';

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

export interface TopicNode {
  readonly name: string;
  /** Messages here and below, and their payload bytes. */
  readonly messages: number;
  readonly bytes: number;
  /** How many nodes are directly below. */
  readonly children: number;
  /** Topics here and below. */
  readonly topics: number;
  /** Messages per second, here and below, lately. */
  readonly rate: number;
  /** The newest message here or below, epoch seconds. */
  readonly at?: number;
  /** Messages to exactly this topic; 0: it is only a branch. */
  readonly count: number;
  /** Of the newest one: size in bytes, and its beginning as text or as hex. */
  readonly size?: number;
  readonly qos?: number;
  readonly retain: boolean;
  readonly last?: string;
  readonly hex?: string;
}

export interface TopicPage {
  readonly path: readonly string[];
  readonly node?: TopicNode;
  readonly children: readonly TopicNode[];
  /** How many children there are, before any search. */
  readonly total: number;
  /** Where the next page begins; absent on the last one. */
  readonly after?: string;
  /** Topics in the whole tree, and messages to topics that found no room in it. */
  readonly topics: number;
  readonly cut: number;
  readonly all: boolean;
}

export function readTopicPage(fields: Readonly<Record<string, unknown>>): TopicPage {
  const path = fields['path'];
  const children = fields['children'];
  const after = fields['after'];
  const node = fields['node'];
  return {
    path: Array.isArray(path) ? path.map(String) : [],
    children: Array.isArray(children) ? children.filter(isRecord).map(readNode) : [],
    total: count(fields, 'total') ?? 0,
    topics: count(fields, 'topics') ?? 0,
    cut: count(fields, 'cut') ?? 0,
    all: fields['all'] === true,
    ...(typeof after === 'string' ? { after } : {}),
    ...(isRecord(node) ? { node: readNode(node) } : {}),
  };
}

function readNode(raw: Record<string, unknown>): TopicNode {
  const at = count(raw, 'at');
  const size = count(raw, 'size');
  const qos = count(raw, 'qos');
  return {
    name: typeof raw['name'] === 'string' ? raw['name'] : '',
    messages: count(raw, 'messages') ?? 0,
    bytes: count(raw, 'bytes') ?? 0,
    children: count(raw, 'children') ?? 0,
    topics: count(raw, 'topics') ?? 1,
    rate: count(raw, 'rate') ?? 0,
    count: count(raw, 'count') ?? 0,
    retain: raw['retain'] === true,
    ...(at === undefined ? {} : { at }),
    ...(size === undefined ? {} : { size }),
    ...(qos === undefined ? {} : { qos }),
    ...(typeof raw['last'] === 'string' ? { last: raw['last'] } : {}),
    ...(typeof raw['hex'] === 'string' ? { hex: raw['hex'] } : {}),
  };
}

function count(raw: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = raw[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export type TopicOrder = 'name' | 'rate' | 'messages' | 'age';

const ORDERS: Record<TopicOrder, (a: TopicNode, b: TopicNode) => number> = {
  name: () => 0,
  rate: (a, b) => b.rate - a.rate,
  messages: (a, b) => b.messages - a.messages,
  age: (a, b) => (b.at ?? 0) - (a.at ?? 0),
};

/** The nodes in this order; equal ones by name, 2 before 10. */
export function inOrder(nodes: readonly TopicNode[], order: TopicOrder): TopicNode[] {
  return [...nodes].sort((a, b) => ORDERS[order](a, b) || NAMES.compare(a.name, b.name));
}

const NAMES = new Intl.Collator('en', { numeric: true });
