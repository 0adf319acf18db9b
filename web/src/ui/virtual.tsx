/**
 * A long list of rows of one height, of which only those in view exist. When new rows come in at the
 * top while one reads further down, what is read stays where it is.
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Rows drawn above and below those in view. */
const SPARE = 6;

export interface VirtualProps<T> {
  readonly items: readonly T[];
  readonly rowHeight: number;
  readonly class?: string;
  readonly role: 'list' | 'rowgroup';
  readonly label: string;
  keyOf(item: T): string | number;
  children(item: T): ComponentChildren;
}

export function VirtualRows<T>(props: VirtualProps<T>) {
  const { items, rowHeight, role } = props;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const first = items[0];
  const topKey = useRef<string | number | null>(null);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const before = topKey.current;
    topKey.current = first === undefined ? null : props.keyOf(first);
    if (before === null || element.scrollTop === 0) return;
    const moved = items.findIndex((item) => props.keyOf(item) === before);
    if (moved > 0) element.scrollTop += moved * rowHeight;
  }, [items]);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => {
      setView({ top: element.scrollTop, height: element.clientHeight });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);

  const from = Math.max(0, Math.floor(view.top / rowHeight) - SPARE);
  const to = Math.min(items.length, Math.ceil((view.top + view.height) / rowHeight) + SPARE);
  return (
    <div
      ref={box}
      class={`virtual ${props.class ?? ''}`}
      role={role}
      aria-label={role === 'list' ? props.label : undefined}
      tabIndex={0}
      style={{ '--whole': `${String(items.length * rowHeight)}px` }}
      onScroll={(scrolling) => {
        const { scrollTop, clientHeight } = scrolling.currentTarget;
        setView({ top: scrollTop, height: clientHeight });
      }}
    >
      <div
        class="extent"
        aria-hidden="true"
        style={{ height: `${String(items.length * rowHeight)}px` }}
      />
      {items.slice(from, to).map((item, index) => (
        <div
          key={props.keyOf(item)}
          class="virtual-row"
          role={role === 'list' ? 'listitem' : 'row'}
          {...(role === 'list'
            ? { 'aria-posinset': from + index + 1, 'aria-setsize': items.length }
            : { 'aria-rowindex': from + index + 2 })}
          style={{
            height: `${String(rowHeight)}px`,
            transform: `translateY(${String((from + index) * rowHeight)}px)`,
          }}
        >
          {props.children(item)}
        </div>
      ))}
    </div>
  );
}
