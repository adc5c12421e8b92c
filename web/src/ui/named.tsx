import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { short } from '../data/same';
import { loadMarket, nameOf, seen } from '../state/markets';

/** An outcome and its market, as far as they are known: a bet names its token only. */
export function Named({ token, condition, outcome, question }: { token: string | null; condition?: string | null; outcome?: string | null; question?: string | null }) {
  const tries = useSignal(0);
  const name = token ? nameOf(token) : null;
  const at = condition ?? name?.condition ?? null;
  const known = question ?? name?.question ?? (at ? seen.value.get(at)?.question : null);
  useEffect(() => {
    if (at && !known && tries.value === 0) void loadMarket(at).catch(() => {}).finally(() => tries.value++);
  }, [at, known]);
  const what = outcome ?? name?.outcome ?? 'Outcome';
  const text = known ?? (token ? `token ${short(token)}` : '');
  return <span class="named"><strong>{what}</strong> {at ? <a href={`#/m/${at}`}>{text}</a> : <span>{text}</span>}</span>;
}
