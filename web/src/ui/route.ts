import { computed, signal } from '@preact/signals';

const hash = signal(location.hash);
window.addEventListener('hashchange', () => (hash.value = location.hash));

export interface Route { page: '' | 'm' | 'money' | 'history' | 'd' | 'b' | 's' | 'w' | 'unknown'; id: string }
const PAGES = ['', 'm', 'money', 'history', 'd', 'b', 's', 'w'];
const IDS: Partial<Record<string, RegExp>> = { m: /^0x[0-9a-fA-F]{64}$/ };
const UUID = /^[0-9a-fA-F-]{36}$/;

export const route = computed<Route>(() => {
  const [, page = '', id = ''] = hash.value.replace(/^#/, '').split('/');
  const known = PAGES.includes(page) && (['', 'money', 'history'].includes(page) || (IDS[page] ?? UUID).test(id));
  return known ? { page: page as Route['page'], id } : { page: 'unknown', id: '' };
});

export const go = (to: string): void => void (location.hash = to);
