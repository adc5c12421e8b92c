// What each maker owns at the venue: pUSD and shares, and what resting orders hold back.
import { ONE } from './amounts.mjs';

const OPENING_PUSD = 1_000_000n * ONE;

export class Ledger {
  #accounts = new Map();

  account(address) {
    const key = address.toLowerCase();
    let account = this.#accounts.get(key);
    if (!account)
      this.#accounts.set(
        key,
        (account = { pusd: OPENING_PUSD, held: new Map(), shares: new Map() }),
      );
    return account;
  }

  setPusd(address, amount) {
    this.account(address).pusd = amount;
  }

  /** Everything at once, as the chain has it; `shares` are [token id, amount]. */
  set(address, pusd, shares) {
    const account = this.account(address);
    account.pusd = pusd;
    for (const [token, amount] of shares) account.shares.set(token, amount);
  }

  /** `asset` is 'pusd' or a token id. */
  balance(address, asset) {
    const account = this.account(address);
    return asset === 'pusd' ? account.pusd : (account.shares.get(asset) ?? 0n);
  }

  available(address, asset) {
    return this.balance(address, asset) - (this.account(address).held.get(asset) ?? 0n);
  }

  add(address, asset, delta) {
    const account = this.account(address);
    if (asset === 'pusd') account.pusd += delta;
    else account.shares.set(asset, (account.shares.get(asset) ?? 0n) + delta);
  }

  /** Holds back more of `asset` (negative: less). */
  hold(address, asset, delta) {
    const { held } = this.account(address);
    held.set(asset, (held.get(asset) ?? 0n) + delta);
  }
}
