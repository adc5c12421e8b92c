// The small things that every screen is made of.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Trouble } from '@headroom/client';
import { txLink } from '../data/chains';
import { short } from '../data/same';
import { config } from '../state/config';
import { type Action, ACTIONS, type Facts, say } from '../words';

type ButtonProps = JSX.IntrinsicElements['button'] & { kind?: 'main' | 'plain' | 'quiet' | 'link' };
export const Button = ({ kind = 'plain', class: more, ...rest }: ButtonProps) => <button type="button" class={`button ${kind} ${more ?? ''}`} {...rest} />;

export type Tone = 'good' | 'bad' | 'unknown' | 'info';
const MARKS: Record<Tone, string> = { good: '✓', bad: '!', unknown: '?', info: 'i' };
const SAYS: Record<Tone, string> = { good: 'Done: ', bad: 'Attention: ', unknown: 'Not known yet: ', info: '' };

/** What happened, in words, with a mark beside the colour. Unknown has its own look. */
export function Notice({ tone, children, actions }: { tone: Tone; children: ComponentChildren; actions?: ComponentChildren }) {
  return (
    <div class={`notice ${tone}`}>
      <span class="mark" aria-hidden="true">{MARKS[tone]}</span>
      <div class="text"><p><span class="only-heard">{SAYS[tone]}</span>{children}</p>{actions && <div class="row">{actions}</div>}</div>
    </div>
  );
}

async function copy(text: string) {
  await navigator.clipboard?.writeText(text).catch(() => {});
}

/** A trouble in the words of the table; `on` says what its buttons do, those without are left out. */
export function TroubleNotice({ why, facts, on = {}, tone = 'bad' }: { why: Trouble; facts: Facts; on?: Partial<Record<Action, () => void>>; tone?: Tone }) {
  const { words, action } = say(why, facts);
  const act = action === 'copy' ? () => void copy(JSON.stringify(why)) : on[action];
  return <Notice tone={tone} actions={act && action !== 'none' ? <Button onClick={act}>{ACTIONS[action]}</Button> : undefined}>{words}</Notice>;
}

/** A hash: short to read, whole to copy, with a link where there is an explorer. */
export function Hash({ text, chain, label }: { text: string; chain?: number; label: string }) {
  const [copied, set] = useState(false);
  const link = chain === undefined ? null : txLink(config.value, chain, text);
  return (
    <span class="hash">
      {link ? <a href={link} target="_blank" rel="noopener noreferrer"><code title={text}>{short(text)}</code></a> : <code title={text}>{short(text)}</code>}
      <Button kind="link" aria-label={`Copy ${label}`} onClick={() => void copy(text).then(() => set(true))}>{copied ? 'Copied' : 'Copy'}</Button>
    </span>
  );
}

/** A window over the page: the browser's own, so that focus and Escape are right. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const d = ref.current!;
    const before = document.activeElement;
    d.showModal();
    return () => {
      d.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog ref={ref} aria-labelledby={id} onCancel={(e) => (e.preventDefault(), onClose())} onClick={(e) => e.target === ref.current && onClose()}>
      <div class="sheet">
        <header><h2 id={id}>{title}</h2><Button kind="quiet" aria-label="Close" onClick={onClose}>✕</Button></header>
        {children}
      </div>
    </dialog>
  );
}

interface AmountProps { label: string; value: string; onInput: (text: string) => void; unit?: string; describedBy?: string; invalid?: boolean; autofocus?: boolean; chips?: ComponentChildren }
export function AmountField({ label, value, onInput, unit = '$', describedBy, invalid, autofocus, chips }: AmountProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="amount-line">
        <div class={`amount ${invalid ? 'invalid' : ''}`}>
          {unit === '$' && <span aria-hidden="true">$</span>}
          <input id={id} inputMode="decimal" autocomplete="off" spellcheck={false} placeholder="0.00" value={value} autoFocus={autofocus ?? false}
            aria-invalid={invalid ?? false} aria-describedby={describedBy} onInput={(e) => onInput(e.currentTarget.value)} maxLength={20} />
          {unit !== '$' && <span aria-hidden="true">{unit}</span>}
        </div>
        {chips}
      </div>
    </div>
  );
}

/** Names and values, one line each. */
export const Pairs = ({ rows }: { rows: [string, ComponentChildren][] }) => (
  <dl class="facts">{rows.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
);

export interface Step { name: ComponentChildren; at?: number | string | null; state: 'done' | 'now' | 'later' | 'failed' }
/** How far something has come, with times. */
export const Steps = ({ steps, clock }: { steps: Step[]; clock: (t: number | string) => string }) => (
  <ol class="steps">
    {steps.map((s, i) => (
      <li key={i} class={s.state} aria-current={s.state === 'now' ? 'step' : undefined}>
        <span class="mark" aria-hidden="true">{s.state === 'done' ? '✓' : s.state === 'failed' ? '!' : s.state === 'now' ? '•' : ''}</span>
        <span class="what">{s.name}</span>
        {s.at ? <time>{clock(s.at)}</time> : <span class="only-heard">{s.state === 'now' ? '(now)' : s.state === 'later' ? '(later)' : ''}</span>}
      </li>
    ))}
  </ol>
);

/** What is read out when it changes. */
export const Spoken = ({ children }: { children: ComponentChildren }) => <div role="status" aria-live="polite">{children}</div>;

export const Wait = ({ children }: { children: ComponentChildren }) => <p class="wait">{children}</p>;
