// Every screen of the operator's page, one line each, and the tabs that lead to them.
import type { ComponentChildren } from 'preact';
import { later } from '../ui/later';
import { Alerts } from './alerts';
import { Shown } from './bits';
import { Overview } from './overview';
import type { Read } from './reads';
import type { Alert } from './service';
import { may, type Scope } from './session';

const Conversions = later(() => import('./conversions').then((m) => m.Conversions));
const ConversionPage = later(() => import('./conversions').then((m) => m.ConversionPage));
const Routes = later(() => import('./routes').then((m) => m.Routes));
const Withdrawals = later(() => import('./withdrawals').then((m) => m.Withdrawals));
const Unsettled = later(() => import('./unsettled').then((m) => m.Unsettled));
const Deeds = later(() => import('./deeds').then((m) => m.Deeds));
const Runbook = later(() => import('./runbook_page').then((m) => m.Runbook));
const Inspector = later(() => import('../inspector/screens').then((m) => m.Inspector));

/** What is read once for all screens. */
export interface Common { alerts: Read<Alert[]> }
export interface Screen {
  title: string;
  /** Of the tab that is marked while it is open. */
  tab: string;
  /** Without this scope it is not shown; the service refuses what it would ask. */
  scope?: Scope;
  /** Of its address: `#/page/id`. Without one there is none. */
  id?: RegExp;
  show: (id: string, common: Common) => ComponentChildren;
}

const UUID = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

const ANY = /^[^\0]*$/;

/** Of web/src/inspector. */
const inspected = (page: string, title: string, id?: RegExp): Screen => ({ title, tab: 'actors', scope: 'inspect', ...(id ? { id } : {}), show: (of) => <Inspector page={page} id={of} /> });

export const SCREENS: Record<string, Screen> = {
  '': { title: 'Overview', tab: '', show: (_, { alerts }) => <Overview alerts={alerts} /> },
  conversions: { title: 'Conversions', tab: 'conversions', scope: 'read', show: () => <Conversions /> },
  conversion: {
    title: 'Conversion', tab: 'conversions', id: UUID,
    get scope(): Scope { return may('read') ? 'read' : 'inspect'; }, // its story alone, for a key that may not read
    show: (id) => <>{may('read') && <ConversionPage key={id} id={id} />}{may('inspect') && <Inspector page="conversion" id={id} under={may('read')} />}</>,
  },
  routes: { title: 'Routes', tab: 'routes', scope: 'read', show: () => <Routes /> },
  withdrawals: { title: 'Withdrawals', tab: 'withdrawals', scope: 'read', show: () => <Withdrawals /> },
  markets: { title: 'Markets not paid out', tab: 'markets', scope: 'inspect', show: () => <Unsettled /> },
  alerts: { title: 'Alerts', tab: 'alerts', scope: 'inspect', show: (_, { alerts }) => <><h1>Alerts</h1><Shown read={alerts} what="alerts">{(list) => <Alerts alerts={list} />}</Shown></> },
  acts: { title: 'Who did what', tab: 'acts', show: (_, { alerts }) => <Deeds alerts={alerts} /> },
  actors: inspected('actors', 'Actors', ANY),
  actor: inspected('actor', 'Actor', /^[0-9]{1,20}$/),
  ...Object.fromEntries(['bet', 'sale', 'deposit', 'withdrawal'].map((kind) => [kind, inspected(kind, `Story of a ${kind}`, UUID)])),
  live: inspected('live', 'Live messages', ANY),
  waits: inspected('waits', 'Waits'),
  tree: inspected('tree', 'Tree'),
  lints: inspected('lints', 'Lints'),
  refused: inspected('refused', 'Refused'),
  file: { title: 'Saved story', tab: 'actors', show: () => keyless('file') },
  runbook: { title: 'Runbook', tab: 'alerts', id: /^[^\0]+$/, show: (id) => <Runbook of={id} /> },
};

/** In their order: the screen, and what the tab is called. */
export const TABS: [page: string, name: string][] = [
  ['', 'Overview'], ['conversions', 'Conversions'], ['routes', 'Routes'], ['withdrawals', 'Withdrawals'], ['markets', 'Markets'], ['alerts', 'Alerts'], ['actors', 'Inspector'], ['acts', 'Acts'],
];

/** What needs no key: a file that somebody has. */
export const keyless = (page: string): ComponentChildren => (page === 'file' ? <Inspector page="file" id="" /> : null);

export const screenOf = (page: string, id: string): Screen | null => {
  const found = Object.hasOwn(SCREENS, page) ? SCREENS[page]! : null;
  return found && (found.id ? found.id.test(id) : id === '') ? found : null;
};
export const isFor = (s: Screen): boolean => s.scope === undefined || may(s.scope);
