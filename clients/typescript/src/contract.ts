// The names of what the service answers, of its OpenAPI document (openapi.d.ts is made of http/openapi.json by build.mjs).
import type { components, paths } from './openapi.js';

export type { components, paths };
export type Schemas = components['schemas'];
export type AppConfig = Schemas['AppConfig'];
export type Source = AppConfig['deposit']['sources'][number];
export type Bet = Schemas['Bet'];
export type Sale = Schemas['Sale'];
export type Withdrawal = Schemas['Withdrawal'];
export type Problem = Schemas['Problem'];
/** What is told of a deposit: to the payer, to anybody who has its id, to its user. */
export type Receipt = Schemas['Deposit'] | Schemas['DepositReceipt'] | Schemas['DepositWithConversion'];
