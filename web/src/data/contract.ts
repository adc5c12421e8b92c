// The names of what the service answers, of its OpenAPI document; what of it the page uses is in docs/page.md.
import type { paths, Schemas } from '@headroom/client';

export type { AppConfig, Bet, Receipt, Sale, Session, Source, Withdrawal } from '@headroom/client';
export type Market = Schemas['Market'];
export type Deposit = Schemas['Deposit'];
export type DepositReceipt = Schemas['DepositReceipt'];
export type DepositWhole = Schemas['DepositWithConversion'];
export type Position = Schemas['Position'];
export type Quote = paths['/bets/quote']['post']['responses'][200]['content']['application/json'];
export type Limit = Schemas['LimitingFactor'];
export type BufferStatus = Schemas['BufferStatus'];

export type Chain = NonNullable<Schemas['Chain']>;
export type Me = Schemas['Me'];
export type Entry = Schemas['HistoryEntry'];
export type Delegation = Schemas['Delegation'];
