import type { AppConfig } from './contract.js';

export interface Domain { name: string; version: string; chainId: number; verifyingContract: `0x${string}` }

/** CAIP-2: "eip155:9745" -> 9745. */
export const chainId = (network: string): number => Number(network.split(':')[1]);

/** What users of this deployment sign under: the chain they are on, or the first that the service takes. */
export function domainOf(config: AppConfig, chain?: number): Domain {
  const { name, version, verifying_contract: verifyingContract, chain_ids: chains } = config.bet.domain;
  const chainId = chain !== undefined && chains.includes(chain) ? chain : (chains[0] ?? 137);
  return { name, version, chainId, verifyingContract: verifyingContract as `0x${string}` };
}
