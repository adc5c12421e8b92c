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

export const SCREENS: Record<string, Screen> = {
  '': { title: 'Overview', tab: '', show: (_, { alerts }) => <Overview alerts={alerts} /> },
  conversions: { title: 'Conversions', tab: 'conversions', scope: 'read', show: () => <Conversions /> },
  conversion: { title: 'Conversion', tab: 'conversions', scope: 'read', id: UUID, show: (id) => <ConversionPage key={id} id={id} /> },
  routes: { title: 'Routes', tab: 'routes', scope: 'read', show: () => <Routes /> },
  withdrawals: { title: 'Withdrawals', tab: 'withdrawals', scope: 'read', show: () => <Withdrawals /> },
  markets: { title: 'Markets not paid out', tab: 'markets', scope: 'inspect', show: () => <Unsettled /> },
  alerts: { title: 'Alerts', tab: 'alerts', scope: 'inspect', show: (_, { alerts }) => <><h1>Alerts</h1><Shown read={alerts} what="alerts">{(list) => <Alerts alerts={list} />}</Shown></> },
  acts: { title: 'Who did what', tab: 'acts', show: (_, { alerts }) => <Deeds alerts={alerts} /> },
  runbook: { title: 'Runbook', tab: 'alerts', id: /^[^\0]+$/, show: (id) => <Runbook of={id} /> },
};

/** In their order: the screen, and what the tab is called. */
export const TABS: [page: string, name: string][] = [
  ['', 'Overview'], ['conversions', 'Conversions'], ['routes', 'Routes'], ['withdrawals', 'Withdrawals'], ['markets', 'Markets'], ['alerts', 'Alerts'], ['acts', 'Acts'],
];

export const screenOf = (page: string, id: string): Screen | null => {
  const found = Object.hasOwn(SCREENS, page) ? SCREENS[page]! : null;
  return found && (found.id ? found.id.test(id) : id === '') ? found : null;
};
export const isFor = (s: Screen): boolean => s.scope === undefined || may(s.scope);
