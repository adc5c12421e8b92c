import { computed, signal } from '@preact/signals';

const hash = signal(location.hash);
window.addEventListener('hashchange', () => (hash.value = location.hash));

const PAGES = ['', 'conversions', 'conversion', 'routes', 'withdrawals', 'alerts', 'acts', 'runbook'] as const;
export type PageName = (typeof PAGES)[number] | 'unknown';

export const where = computed<{ page: PageName; id: string }>(() => {
  const [, page = '', id = ''] = hash.value.replace(/^#/, '').split('/');
  const known = PAGES.find((p) => p === page);
  if (known === undefined || (known === 'conversion' && !/^[0-9a-fA-F-]{36}$/.test(id))) return { page: 'unknown', id: '' };
  try {
    return { page: known, id: decodeURIComponent(id) };
  } catch {
    return { page: 'unknown', id: '' };
  }
});

/** What an alert's kind means, and what to do first: of docs/operations.md, which comes with the page. */
export const runbookLink = (kind: string): string => `#/runbook/${encodeURIComponent(kind)}`;
