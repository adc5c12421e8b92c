// Which wallet trades for whom: an owner's key signs for its proxies (type 1), Safes (2) and deposit
// wallets (3). A plain key (0) needs no entry; one that has it is an old customer.
import { Refusal } from '../http.mjs';

export const TYPE = { EOA: 0, PROXY: 1, SAFE: 2, DEPOSIT_WALLET: 3 };
const isAddress = (x) => typeof x === 'string' && /^0x[0-9a-fA-F]{40}$/.test(x);

export class Wallets {
  #byWallet = new Map(); // address -> {owner, wallet, type}, all lower case

  /** Replaces what was known of `wallet`. */
  add({ owner, wallet, type } = {}) {
    if (!isAddress(owner) || !isAddress(wallet))
      throw new Refusal(400, 'owner and wallet must be 0x and 40 hex digits');
    if (!Object.values(TYPE).includes(type))
      throw new Refusal(400, `type must be one of ${Object.values(TYPE)}`);
    const entry = { owner: owner.toLowerCase(), wallet: wallet.toLowerCase(), type };
    if ((type === TYPE.EOA) !== (entry.owner === entry.wallet))
      throw new Refusal(400, 'a wallet of type 0 is its own owner, and no other is');
    this.#byWallet.delete(entry.wallet); // the newest comes last
    this.#byWallet.set(entry.wallet, entry);
    return entry;
  }

  list() {
    return { wallets: [...this.#byWallet.values()] };
  }

  /** Does `wallet`, of this signature type, belong to `owner`? */
  belongs(wallet, owner, type) {
    const entry = this.#byWallet.get(wallet.toLowerCase());
    return entry?.owner === owner && entry.type === type;
  }

  /** The newest wallet of this type that `owner` has; an owner is its own wallet of type 0. */
  walletOf(owner, type) {
    if (type === TYPE.EOA) return owner;
    return [...this.#byWallet.values()].reverse().find((e) => e.owner === owner && e.type === type)
      ?.wallet;
  }
}
