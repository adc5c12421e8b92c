import type { ComponentChildren } from 'preact';
import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import { type Trouble, troubleOf } from '@headroom/client';
import { clockTime } from '../data/time';
import { Button, Dialog, Notice, Pairs, Spoken, Wait } from '../ui/parts';
import { type Act, type Field, isTriable, lacking, open, order, orderOf, toType, tryOut, unknown, type Values } from './acts';
import type { Done, Order } from './service';
import { DEEDS, notRead, refusal } from './words';

const LONGEST_REASON = 500;

function Asked({ field, value, onInput }: { field: Field; value: string; onInput: (text: string) => void }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{field.label}{!field.needed && !field.choices && <span class="small"> (if needed)</span>}</label>
      {field.choices ? (
        <select id={id} value={value} onChange={(e) => onInput(e.currentTarget.value)} aria-required={field.needed ?? false}>
          <option value="">Choose …</option>
          {field.choices.map((c) => <option key={c} value={c}>{c}</option>)}
        </select>
      ) : (
        <input id={id} class="wide" value={value} autocomplete="off" spellcheck={false} maxLength={200} aria-required={field.needed ?? false}
          aria-describedby={field.hint ? `${id}-hint` : undefined} onInput={(e) => onInput(e.currentTarget.value)} />
      )}
      {field.hint && <p class="small" id={`${id}-hint`}>{field.hint}</p>}
    </div>
  );
}

function Ended({ done, onClose }: { done: Done; onClose: () => void }) {
  return (
    <>
      <Notice tone="good">Done at {clockTime(done.at)}, in the books under {done.done_by}.{done.done ? ` ${done.done}` : ''}</Notice>
      <Button kind="main" onClick={onClose}>Close</Button>
    </>
  );
}

const PAUSE_MS = 400;

/** What the service says would follow, asked again when something else is named. Nothing is done by it. */
function Tried({ act, values }: { act: Act; values: Values }) {
  const said = useSignal<Done | null>(null);
  const why = useSignal<Trouble | null>(null);
  const triable = isTriable(act, values);
  const named = JSON.stringify(values);
  useEffect(() => {
    said.value = null;
    why.value = null;
    if (!triable) return;
    let mine = true;
    const timer = setTimeout(() => void tryOut(act, '', values).then(
      (answer) => mine && (said.value = answer),
      (e) => mine && (why.value = troubleOf(e)),
    ), act.fields ? PAUSE_MS : 0);
    return () => {
      mine = false;
      clearTimeout(timer);
    };
  }, [triable, named]);
  if (!triable) return null;
  const { effect, before, after } = said.value ?? {};
  return (
    <section class="tried" aria-label="Dry run" aria-live="polite">
      <p class="small">Dry run: nothing is done yet.</p>
      {why.value ? <Notice tone="bad">{why.value.code === 'no_answer' ? notRead(why.value) : `It would be refused: ${why.value.detail ?? why.value.code} (${why.value.code}).`}</Notice>
        : !said.value ? <Wait>Asking what would follow …</Wait>
          : <Pairs rows={[...(before ? [['Now', <span class="said">{before}</span>] as [string, ComponentChildren]] : []), ...(effect ? [['Would follow', <span class="said">{effect}</span>] as [string, ComponentChildren]] : []), ['Then', <span class="said">{after ?? 'what the chains say'}</span>]]} />}
    </section>
  );
}

/** What it does, why, and the words that confirm it; then what came of it, in the service's words. */
export function ActWindow({ act }: { act: Act }) {
  const reason = useSignal('');
  const typed = useSignal('');
  const values = useSignal<Values>({});
  const sent = useSignal<Order | null>(null);
  const busy = useSignal(false);
  const done = useSignal<Done | null>(null);
  const why = useSignal<Trouble | null>(null);
  const id = useId();
  const deed = DEEDS[act.action];
  const name = act.name ?? deed.name;
  const lacks = lacking(act, reason.value, typed.value, values.value);
  const close = () => void (open.value = null);

  async function go(what: Order) {
    if (busy.peek()) return;
    sent.value = what;
    busy.value = true;
    why.value = null;
    try {
      done.value = await order(what);
    } catch (e) {
      why.value = troubleOf(e);
    } finally {
      busy.value = false;
    }
  }
  const again = why.value && unknown(why.value) && sent.value ? sent.value : null;

  return (
    <Dialog title={name} onClose={close}>
      <p>{deed.does}</p>
      {(act.facts ?? []).length > 0 && <Pairs rows={act.facts!} />}
      {!done.value && (
        <form onSubmit={(e) => (e.preventDefault(), lacks || void go(orderOf(act, reason.value, values.value)))}>
          {(act.fields ?? []).map((f) => (
            <Asked key={f.name} field={f} value={values.value[f.name] ?? ''} onInput={(text) => (values.value = { ...values.peek(), [f.name]: text })} />
          ))}
          <Tried act={act} values={values.value} />
          <div class="field">
            <label for={`${id}-why`}>Reason</label>
            <input id={`${id}-why`} class="wide" value={reason.value} maxLength={LONGEST_REASON} autocomplete="off" aria-required="true" onInput={(e) => (reason.value = e.currentTarget.value)} />
          </div>
          <div class="field">
            <label for={`${id}-typed`}>Type <strong class="typed">{toType(act)}</strong> to confirm</label>
            <input id={`${id}-typed`} class="wide" value={typed.value} autocomplete="off" autocapitalize="off" spellcheck={false} aria-required="true" onInput={(e) => (typed.value = e.currentTarget.value)} />
          </div>
          <button type="submit" class="button main wide" disabled={lacks !== null || busy.value} aria-describedby={`${id}-lacks`}>{name}</button>
          <p class="why" id={`${id}-lacks`}>{lacks ?? ''}</p>
        </form>
      )}
      <Spoken>
        {busy.value && <Wait>Asking the service …</Wait>}
        {why.value && !busy.value && (
          <Notice tone={again ? 'unknown' : 'bad'} actions={again && <Button onClick={() => void go(again)}>Ask again</Button>}>{refusal(why.value)}</Notice>
        )}
        {done.value && <Ended done={done.value} onClose={close} />}
      </Spoken>
    </Dialog>
  );
}
