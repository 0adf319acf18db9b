/** Words with elements in them: what the macro `Trans` is made into. */
import { Fragment, cloneElement, isValidElement } from 'preact';
import type { ComponentChild, VNode } from 'preact';
import { i18n } from './i18n';

type Values = Readonly<Record<string, unknown>>;
type Elements = Readonly<Record<string, VNode>>;

export interface TransProps {
  readonly id: string;
  readonly message?: string;
  readonly values?: Values;
  readonly components?: Elements;
}

export function Trans({ id, message, values = {}, components = {} }: TransProps) {
  const plain: Record<string, unknown> = {};
  const elements: Record<string, VNode> = { ...components };
  for (const [name, value] of Object.entries(values)) {
    // An element given as a value stands at its place as a tag does.
    if (isValidElement(value)) elements[name] = value;
    plain[name] = isValidElement(value) ? `<${name}/>` : value;
  }
  const text = i18n._({ id, values: plain, ...(message !== undefined && { message }) });
  return <>{withElements(text, elements)}</>;
}

/** `See <0>the map</0>.` with the elements where their tags are; a tag without one is left out. */
export function withElements(text: string, elements: Elements): ComponentChild[] {
  const parts: ComponentChild[] = [];
  const tag = /<([\w-]+)>([\s\S]*?)<\/\1>|<([\w-]+)\/>/g;
  let from = 0;
  for (const found of text.matchAll(tag)) {
    const [all, name, inside, lone] = found;
    if (found.index > from) parts.push(text.slice(from, found.index));
    from = found.index + all.length;
    const element = elements[name ?? lone ?? ''];
    const children = inside === undefined ? [] : withElements(inside, elements);
    if (!element) parts.push(...children);
    else parts.push(keyed(element, parts.length, children));
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

function keyed(element: VNode, key: number, children: ComponentChild[]): VNode {
  const made = children.length > 0 ? cloneElement(element, {}, ...children) : element;
  return <Fragment key={key}>{made}</Fragment>;
}
