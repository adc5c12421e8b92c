// Small things of the operator's screens.
import type { ComponentChildren } from 'preact';
import { ago, dayTime, now, span } from '../data/time';
import { Button, Notice, Wait } from '../ui/parts';
import { type Act, open } from './acts';
import type { Read } from './reads';
import { may } from './session';
import { DEEDS, notRead } from './words';

/** Opens the window of an act; nothing where the key may not act. */
export function ActButton({ act, kind = 'plain' }: { act: Act; kind?: 'main' | 'plain' }) {
  if (!may('operate')) return null;
  return <Button kind={kind} onClick={() => (open.value = act)}>{act.name ?? DEEDS[act.action].name} …</Button>;
}

/** What was read, or why not; what was read before stays, with its age. */
export function Shown<T>({ read, what, children }: { read: Read<T>; what: string; children: (value: T) => ComponentChildren }) {
  return (
    <>
      {read.why && (
        <Notice tone="unknown" actions={<Button onClick={read.again}>Look again</Button>}>
          {notRead(read.why)}{read.value && ` What stands here is ${span(now.value - read.at)} old.`}
        </Notice>
      )}
      {read.value ? children(read.value) : !read.why && <Wait>Reading {what} …</Wait>}
    </>
  );
}

export const When = ({ at }: { at: string | null }) => (at ? <time dateTime={at} title={dayTime(at)}>{ago(at, now.value)}</time> : <>—</>);
/** Hours up to two days: "31 h" says more than "1 d". */
export const seconds = (s: number | null, none = '—'): string => (s === null ? none : s >= 86_400 && s < 172_800 ? `${Math.round(s / 3_600)} h` : span(s * 1_000));

/** A table that is wider than a phone is scrolled by itself, also by keyboard. A head like "#Amount" is of a column of numbers. */
export function Table({ label, heads, children }: { label: string; heads: string[]; children: ComponentChildren }) {
  return (
    <div class="wide-table" role="region" aria-label={label} tabIndex={0}>
      <table>
        <caption class="only-heard">{label}</caption>
        <thead><tr>{heads.map((h) => <th key={h} scope="col" class={h.startsWith('#') ? 'number' : undefined}>{h.replace(/^#/, '')}</th>)}</tr></thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
