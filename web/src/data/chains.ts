// The chains that money comes from and goes to. What the service says of a chain counts before what stands here.
import type { AppConfig, Chain } from './contract';

const KNOWN: Chain[] = [
  { chain_id: 9745, name: 'Plasma', rpc_urls: ['https://rpc.plasma.to'], native_currency: { name: 'Plasma', symbol: 'XPL', decimals: 18 }, explorer: 'https://plasmascan.to' },
  { chain_id: 137, name: 'Polygon', rpc_urls: ['https://polygon-rpc.com'], native_currency: { name: 'POL', symbol: 'POL', decimals: 18 }, explorer: 'https://polygonscan.com' },
  { chain_id: 8453, name: 'Base', rpc_urls: ['https://mainnet.base.org'], native_currency: { name: 'Ether', symbol: 'ETH', decimals: 18 }, explorer: 'https://basescan.org' },
];

export { chainId } from '@headroom/client';

/** Null for a chain that neither the service nor we know: nobody is asked to add it. */
export function chainOf(config: AppConfig | null, id: number): Chain | null {
  const served = config
    ? [config.deposit.chain, config.withdrawal.chain, ...config.deposit.sources.map((s) => s.chain)].find((c) => c?.chain_id === id)
    : undefined;
  return served ?? KNOWN.find((c) => c.chain_id === id) ?? null;
}

export const chainName = (config: AppConfig | null, id: number): string => chainOf(config, id)?.name ?? `chain ${id}`;

/** Where a transaction can be looked at; null where there is no such place (a local chain). */
export function txLink(config: AppConfig | null, id: number, hash: string): string | null {
  if (!config || config.profile === 'sandbox') return null;
  const base = chainOf(config, id)?.explorer;
  return base && /^https:\/\//.test(base) && /^0x[0-9a-f]{64}$/i.test(hash) ? `${base.replace(/\/$/, '')}/tx/${hash}` : null;
}

/** The chain that a wallet on `chain` signs bets for, or the one to switch to first. */
export function signingChain(config: AppConfig, chain: number): { chain: number; here: boolean } {
  const good = config.bet.domain.chain_ids;
  return good.includes(chain) ? { chain, here: true } : { chain: good[0] ?? 137, here: false };
}
