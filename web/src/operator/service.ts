// The operator's page's word with the service. It signs nothing, so nothing of it has to be kept.
import { createClient, type Schemas } from '@headroom/client';

export type Alert = Schemas['Alert'];
export type Buffer = Schemas['BufferStatus'];
export type Conversion = Schemas['Conversion'];
export type ConversionStep = Schemas['ConversionStep'];
export type Metrics = Schemas['ConversionMetrics'];
export type Pricing = Schemas['Pricing'];
export type Solvency = Schemas['Solvency'];
export type Route = Schemas['Route'];
export type WaitingMoney = Schemas['WaitingMoney'];
export type Withdrawal = Schemas['Withdrawal'];
export type Overview = Schemas['Overview'];
export type Deed = Schemas['OperatorDeeds']['actions'][number];
export type UnsettledMarket = Schemas['UnsettledMarkets']['markets'][number];
export type Order = Schemas['OperatorActionRequest'];
export type Done = Schemas['OperatorAction'];
export type Session = Schemas['Session'];

/** Hears after each request whether anybody answered. */
export const reached = { hear: (_: boolean): void => {} };

export const client = createClient({ url: location.origin, onReach: (yes) => reached.hear(yes) });
export const { api, ask } = client;
