// The names of what the service answers, of its OpenAPI document; what of it the page uses is in docs/page.md.
import type { components, paths } from 'openapi';

type Schemas = components['schemas'];
export type Market = Schemas['Market'];
export type Bet = Schemas['Bet'];
export type Sale = Schemas['Sale'];
export type Deposit = Schemas['Deposit'];
export type DepositReceipt = Schemas['DepositReceipt'];
export type DepositWhole = Schemas['DepositWithConversion'];
export type Position = Schemas['Position'];
export type Withdrawal = Schemas['Withdrawal'];
export type Quote = paths['/bets/quote']['post']['responses'][200]['content']['application/json'];
export type Limit = Schemas['LimitingFactor'];
export type Problem = Schemas['Problem'];
export type BufferStatus = Schemas['BufferStatus'];

export type Chain = NonNullable<Schemas['Chain']>;
export type AppConfig = Schemas['AppConfig'];
export type Source = AppConfig['deposit']['sources'][number];
export interface Session { address: string; expires_at: string }
export type Me = Schemas['Me'];
export type Entry = Schemas['HistoryEntry'];
export type Delegation = Schemas['Delegation'];
export type Paths = paths;
