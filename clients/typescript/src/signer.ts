import { fail } from './trouble.js';
import type { TypedData } from './typed_data.js';

/** Whoever signs. An account of viem is one as it is; `providerSigner` and `ethersSigner` make one of a wallet. */
export interface Signer {
  readonly address: string;
  /** The chain it is on, where that matters: domains name it if the service takes it. */
  readonly chain?: number;
  signTypedData(t: TypedData): Promise<string>;
  signMessage(m: { message: string }): Promise<string>;
}

interface EthersWallet {
  address: string;
  signTypedData(domain: TypedData['domain'], types: TypedData['types'], value: TypedData['message']): Promise<string>;
  signMessage(text: string): Promise<string>;
}
export const ethersSigner = (w: EthersWallet): Signer => ({
  address: w.address,
  signTypedData: (t) => w.signTypedData(t.domain, t.types, t.message),
  signMessage: ({ message }) => w.signMessage(message),
});

/** r, s and v, or the longer signature of a contract wallet (ERC-1271). */
export function signatureIn(answer: unknown): `0x${string}` {
  return typeof answer === 'string' && /^0x([0-9a-fA-F]{2}){64,}$/.test(answer) ? (answer as `0x${string}`) : fail('wallet_unreadable');
}
