// A table of which only the rows in sight stand in the page: of a hundred thousand as of ten. All rows have the same height, of the
// style sheet, so that where each stands needs no measuring.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Rows that are there before they are scrolled to. */
const AHEAD = 12;
/** So close to the last row, the next ones are asked for. */
const NEAR_END = 60;

export interface Column { name: string; title?: ComponentChildren; class?: string; sorted?: boolean }

interface Props<T> {
  label: string;
  columns: Column[];
  items: readonly T[];
  /** How many there are in all, when it is known; more than `items` while they are not all read. */
  total?: number | undefined;
  keyOf: (item: T, index: number) => string | number;
  children: (item: T, index: number) => ComponentChildren;
  rowClass?: ((item: T) => string) | undefined;
  /** The reader comes to the end of what was read. */
  onNearEnd?: (() => void) | undefined;
  onTop?: ((isTop: boolean) => void) | undefined;
  /** Grows when the reader is to be back at the first row. */
  reset?: unknown;
}

export function Rows<T>({ label, columns, items, total, keyOf, children, rowClass, onNearEnd, onTop, reset }: Props<T>) {
  const box = useRef<HTMLDivElement>(null);
  const [seen, see] = useState({ from: 0, to: 40, height: 37 });
  const look = () => {
    const b = box.current;
    if (!b) return;
    const height = parseFloat(getComputedStyle(b).getPropertyValue('--row')) || 37;
    const from = Math.max(0, Math.floor(b.scrollTop / height) - AHEAD);
    const to = Math.ceil((b.scrollTop + b.clientHeight) / height) + AHEAD;
    onTop?.(b.scrollTop < height);
    see((now) => (now.from === from && now.to === to && now.height === height ? now : { from, to, height }));
  };
  useEffect(() => {
    look();
    const sizes = new ResizeObserver(look);
    sizes.observe(box.current!);
    return () => sizes.disconnect();
  }, []);
  useEffect(() => {
    box.current!.scrollTop = 0;
  }, [reset]);
  useEffect(() => {
    if (onNearEnd && items.length > 0 && seen.to > items.length - NEAR_END) onNearEnd();
  }, [seen.to, items]); // also when what was asked for meanwhile was answered otherwise

  const to = Math.min(items.length, seen.to);
  const from = Math.min(seen.from, Math.max(0, to - 1));
  const gap = (rows: number) => rows > 0 && <tr class="gap" aria-hidden="true"><td colSpan={columns.length} style={{ height: `${rows * seen.height}px` }} /></tr>;
  return (
    <div class="rows" role="region" aria-label={label} tabIndex={0} ref={box} onScroll={look}>
      <table aria-rowcount={(total ?? items.length) + 1}>
        <caption class="only-heard">{label}</caption>
        <thead><tr aria-rowindex={1}>{columns.map((c) => <th key={c.name} scope="col" class={c.class} aria-sort={c.sorted ? 'descending' : undefined}>{c.title ?? c.name}</th>)}</tr></thead>
        <tbody>
          {gap(from)}
          {items.slice(from, to).map((item, i) => <tr key={keyOf(item, from + i)} class={rowClass?.(item)} aria-rowindex={from + i + 2}>{children(item, from + i)}</tr>)}
          {gap(items.length - to)}
        </tbody>
      </table>
    </div>
  );
}
