// Compiled, never run: what the package's types promise to whoever is strict.
import { carryOut, type Client, createClient, ethersSigner, events, HeadroomError, type Kept, pay, type Signer, signBet, signSell, type Store, verifyWebhook } from '@headroom/client';
import { fileStore } from '@headroom/client/node';
import type { privateKeyToAccount } from 'viem/accounts';

declare const viem: ReturnType<typeof privateKeyToAccount>;
declare const ethers: Parameters<typeof ethersSigner>[0];
const signer: Signer = viem;
const other: Signer = ethersSigner(ethers);
const store: Store = { put: async (_: Kept) => {}, get: () => null, delete: () => {}, list: async () => [] };
const client: Client = createClient({ url: 'https://bets.example', store });
export const kept: Store = fileStore('folder');

export async function example(): Promise<string> {
  const deposit = await pay(client, signer, { amount: '25.37', key: 'order-17', source: 'plasma' });
  const credited: string = deposit.credited;
  const bet = await carryOut(client, await signBet(client, signer, { token: '1', amount: 25_370_000n, maxPrice: '0.60' }));
  const shares: string = bet.shares;
  const sale = await carryOut(client, await signSell(client, other, { token: '1', shares, minPrice: '0.40' }));
  const sold: string = sale.sold;
  const { balance } = await client.ask(client.api.GET('/me'));
  for await (const e of events(client, { topics: ['me'] })) if (e.id !== null) break;
  const event = await verifyWebhook<{ bet_id: string }>('whsec_', new Headers(), '');
  return credited + sold + balance + event.data.bet_id;
}

export function words(e: unknown): string {
  if (!(e instanceof HeadroomError)) throw e;
  switch (e.code) {
    case 'exceeds_max_bet': return e.message;
    case 'in_doubt': return 'later';
    default: return e.code;
  }
}

// @ts-expect-error a number is no amount
void pay(client, signer, { amount: 25.37 });
// @ts-expect-error there is no such route
void client.api.GET('/nothing');
// @ts-expect-error a bet has no `sold`
void (async () => (await carryOut(client, await signBet(client, signer, { token: '1', amount: 1n, maxPrice: 1n }))).sold);
