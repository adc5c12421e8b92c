// The names of what the service answers: of its OpenAPI document, and of docs/page.md for the routes that the document has
// not got yet.
import type { components, paths as Documented } from 'openapi';

type Schemas = components['schemas'];
export type Market = Schemas['Market'];
export type Bet = Schemas['Bet'];
export type Sale = Schemas['Sale'];
export type Deposit = Schemas['Deposit'];
export type DepositReceipt = Schemas['DepositReceipt'];
export type DepositWhole = Schemas['DepositWithConversion'];
export type Position = Schemas['Position'];
export type Withdrawal = Schemas['Withdrawal'];
export type Quote = Schemas['Quote'] & { max_bet: string | null; limiting_factor: Limit | null };
export type Limit = Schemas['LimitingFactor'];
export type Problem = Schemas['Problem'];
export type BufferStatus = Schemas['BufferStatus'];

export interface Chain {
  chain_id: number;
  name: string;
  rpc_urls: string[];
  native_currency: { name: string; symbol: string; decimals: number };
  explorer: string | null;
}
type Config = Schemas['AppConfig'];
export type Source = Config['deposit']['sources'][number] & { chain?: Chain };
export interface AppConfig extends Omit<Config, 'deposit' | 'features' | 'withdrawal'> {
  deposit: Omit<Config['deposit'], 'sources'> & { sources: Source[]; chain?: Chain };
  withdrawal: Config['withdrawal'] & { chain?: Chain };
  features: Config['features'] & { delegations?: boolean };
}

export interface Session { address: string; expires_at: string }
export interface Me {
  address: string;
  balance: string;
  in_bets: string;
  on_its_way: string;
  max_bet: string;
  limiting_factor: Limit;
  buffer: { available: string; is_low: boolean; next_inflow: { amount: string; eta: string } | null };
  open: Bet[];
  pending_deposits: Deposit[];
}
export interface Entry {
  at: string;
  kind: 'deposit' | 'bet' | 'sale' | 'payout' | 'withdrawal';
  id: string;
  status: string;
  amount: string;
  token_id: string | null;
  condition_id: string | null;
  outcome: string | null;
  question: string | null;
  tx_hash: string | null;
}
export interface Delegation {
  delegation_id: string;
  user_address: string;
  public_key: string;
  per_bet: string;
  total: string;
  spent: string;
  expires_at: string;
  revoked_at: string | null;
  created_at: string;
}
export interface NewDelegation {
  user_address: string;
  public_key: string;
  per_bet: string;
  total: string;
  expires_at: string;
  salt: string;
  signature: string;
}

type Json<T> = { content: { 'application/json': T } };
type Says<T> = { responses: { 200: Json<T>; default: { content: { 'application/problem+json': Problem } } } };
type Asked<Q, T> = { parameters: { query?: Q } } & Says<T>;
type Sent<B, T> = { requestBody: Json<B> } & Says<T>;

interface Undocumented {
  '/session/nonce': { get: Says<{ nonce: string; expires_at: string }> };
  '/session': { post: Sent<{ message: string; signature: string }, Session>; delete: Says<never> };
  '/me': { get: Says<Me> };
  '/history': { get: Asked<{ cursor?: string; limit?: number }, { entries: Entry[]; next_cursor: string | null }> };
  '/delegations': {
    get: Asked<{ user_address: string }, { delegations: Delegation[] }>;
    post: Sent<NewDelegation, Delegation>;
  };
  '/delegations/{id}': { delete: { parameters: { path: { id: string } } } & Says<Delegation> };
}
export type Paths = Documented & Omit<Undocumented, keyof Documented>;
