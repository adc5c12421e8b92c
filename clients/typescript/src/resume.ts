import type { Bounds } from './carry.js';
import type { Client } from './client.js';
import type { Receipt } from './contract.js';
import { carryOut, type Outcome } from './orders.js';
import { carryPayment } from './pay.js';
import type { Kept } from './store.js';

/** Whatever was kept, to its end: `for (const kept of await client.store.list()) await carry(client, kept)`. */
export const carry = (client: Client, kept: Kept, how: Bounds = {}): Promise<Receipt | Outcome> =>
  kept.kind === 'deposit' ? carryPayment(client, kept, how) : carryOut(client, kept, how);
