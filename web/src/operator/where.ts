import { computed, signal } from '@preact/signals';

const hash = signal(location.hash);
window.addEventListener('hashchange', () => (hash.value = location.hash));

/** `#/page/id`; whether there is such a page is screens.tsx's affair. */
export const where = computed<{ page: string; id: string }>(() => {
  const [, page = '', id = ''] = hash.value.replace(/^#/, '').split('/');
  try {
    return { page, id: decodeURIComponent(id) };
  } catch {
    return { page, id: '\0' }; // nothing is called so
  }
});

/** What an alert's kind means, and what to do first: of docs/operations.md, which comes with the page. */
export const runbookLink = (kind: string): string => `#/runbook/${encodeURIComponent(kind)}`;
