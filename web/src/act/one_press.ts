// One-press betting: the wallet signs once what this browser's own key may bet; the key cannot be taken out of the browser
// (docs/decisions/0043). The limits are held by the service's books, not by this page.
import { betIntent, betOrder, type BetTerms, digest, domainOf, type KeptOrder, newKey, random32, signatureIn, toHex, typedData, wholeSeconds } from '@headroom/client';
import { api, ask } from '../data/api';
import type { AppConfig, Delegation } from '../data/contract';
import { decimal, type Micro } from '../data/money';
import { type Account, signerOf } from '../wallet/wallets';
import { delegations, GOOD_FOR_MS, held } from '../state/delegations';

const P256 = { name: 'ECDSA', namedCurve: 'P-256' };

function store<T>(mode: IDBTransactionMode, f: (s: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((done, failed) => {
    const open = indexedDB.open('headroom', 1);
    open.onupgradeneeded = () => open.result.createObjectStore('keys');
    open.onerror = () => failed(open.error);
    open.onsuccess = () => {
      const asked = f(open.result.transaction('keys', mode).objectStore('keys'));
      asked.onerror = () => failed(asked.error);
      asked.onsuccess = () => {
        done(asked.result);
        open.result.close();
      };
    };
  });
}

async function make(): Promise<string> {
  const pair = (await crypto.subtle.generateKey(P256, false, ['sign', 'verify'])) as CryptoKeyPair;
  const name = toHex(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)));
  await store('readwrite', (s) => s.put(pair.privateKey, name));
  return name;
}

export async function loadDelegations(user: string): Promise<void> {
  const { delegations: all } = await ask(api.GET('/delegations', { params: { query: { user_address: user } } }));
  const keys = await store('readonly', (s) => s.getAllKeys()).catch(() => []);
  held.value = new Set(keys.map(String));
  delegations.value = all;
}

export async function allow(config: AppConfig, a: Account, perBet: Micro, total: Micro, hours: number, given?: AbortSignal): Promise<void> {
  const public_key = await make();
  const expires_at = wholeSeconds(Date.now() + hours * 3_600_000);
  const salt = random32();
  const terms = { user: a.address, publicKey: public_key, perBet, total, expires: BigInt(Date.parse(expires_at) / 1_000), salt };
  const signature = signatureIn(await signerOf(a, given).signTypedData(typedData('BetDelegation', domainOf(config, a.chain), terms)));
  await ask(api.POST('/delegations', { body: { user_address: a.address, public_key, per_bet: decimal(perBet), total: decimal(total), expires_at, salt, signature } }));
  await loadDelegations(a.address);
}

export async function revoke(d: Delegation): Promise<void> {
  await ask(api.DELETE('/delegations/{id}', { params: { path: { id: d.delegation_id } }, body: {} as never }));
  await store('readwrite', (s) => s.delete(d.public_key)).catch(() => {});
  await loadDelegations(d.user_address);
}

export async function signByBrowser(config: AppConfig, d: Delegation, t: BetTerms): Promise<KeptOrder> {
  const key = newKey();
  const deadline = wholeSeconds(Date.now() + GOOD_FOR_MS);
  const secret = (await store('readonly', (s) => s.get(d.public_key))) as CryptoKey;
  const intent = betIntent(config, d.user_address, undefined, key, deadline, t);
  const signed = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, secret, digest(intent) as BufferSource);
  return betOrder(d.user_address, key, deadline, t, { delegation_id: d.delegation_id, signature: toHex(new Uint8Array(signed)) });
}
