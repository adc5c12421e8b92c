// EIP-1193 as wallets really speak it: numbers in strange places, promises that never settle.
import { toHex, utf8 } from './hex.js';
import type { Signer } from './signer.js';
import { HeadroomError } from './trouble.js';
import { textOf } from './typed_data.js';

export interface Provider {
  request(asked: { method: string; params?: unknown[] }): Promise<unknown>;
  on?(event: string, f: (...x: never[]) => void): void;
  removeListener?(event: string, f: (...x: never[]) => void): void;
}

/** A wallet asks a human, so it may take long; some never answer (typed data of a chain they do not know). */
export const WALLET_PATIENCE_MS = 60_000;

interface WalletError { code?: unknown; message?: unknown; data?: { originalError?: { code?: unknown } } }

function failureOf(e: unknown): HeadroomError {
  const { code, message, data } = (e ?? {}) as WalletError;
  const text = typeof message === 'string' ? message.slice(0, 300) : '';
  const inner = data?.originalError?.code;
  const number = inner === 4902 || inner === 4001 ? inner : code;
  if (number === -32603 && /chain\s?id/i.test(text)) return new HeadroomError({ code: 'wrong_chain', detail: text });
  if (number === 'ACTION_REJECTED') return new HeadroomError({ code: '4001', detail: text });
  return new HeadroomError({ code: typeof number === 'number' ? String(number) : '-32603', detail: text });
}

/** One question to a wallet. Whoever aborts `given` is answered at once; what the wallet says later is not heard. */
export function request(p: Provider, method: string, params: unknown[], given?: AbortSignal, patience = WALLET_PATIENCE_MS): Promise<unknown> {
  return new Promise((done, failed) => {
    const end = (f: () => void) => {
      clearTimeout(timer);
      given?.removeEventListener('abort', stopped);
      f();
    };
    const stopped = () => end(() => failed(new HeadroomError({ code: 'given_up' })));
    const timer = setTimeout(() => end(() => failed(new HeadroomError({ code: 'wallet_silent' }))), patience);
    if (given?.aborted) return stopped();
    given?.addEventListener('abort', stopped, { once: true });
    Promise.resolve()
      .then(() => p.request({ method, params }))
      .then((value) => end(() => done(value)), (e) => end(() => failed(failureOf(e))));
  });
}

export interface ProviderOptions {
  /** The chain that the wallet is on: some sign for no other. */
  chain?: number;
  given?: AbortSignal | undefined;
  /** Called when the wallet has answered: throws when it shows another account by then. */
  check?: () => void;
}

/** A wallet of the browser, by its provider and the account that it showed. */
export function providerSigner(p: Provider, address: string, { chain, given, check }: ProviderOptions = {}): Signer {
  const ask = async (method: string, params: unknown[]) => {
    const answer = await request(p, method, params, given);
    check?.();
    return answer as string;
  };
  return {
    address,
    ...(chain === undefined ? {} : { chain }),
    signTypedData: (t) => ask('eth_signTypedData_v4', [address, textOf(t)]),
    signMessage: ({ message }) => ask('personal_sign', [toHex(utf8(message)), address]),
  };
}
