// What each maker owns at the venue: pUSD and shares, what resting and matched orders hold back of
// them, and who may spend them. An asset is 'pusd' or a token id.
import { ONE } from './amounts.mjs';

const OPENING_PUSD = 1_000_000n * ONE;

const get = (amounts, asset) => amounts.get(asset) ?? 0n;
const grow = (amounts, asset, delta) => amounts.set(asset, get(amounts, asset) + delta);

export class Ledger {
  #accounts = new Map();

  account(address) {
    const key = address.toLowerCase();
    let account = this.#accounts.get(key);
    if (!account) {
      account = {
        pusd: OPENING_PUSD,
        shares: new Map(),
        held: new Map(), // by resting orders
        matched: new Map(), // by trades without a transaction
        stale: new Map(), // by trades long settled, until the next update
        unseen: new Map(), // on the chain, and not seen before the next update
        denied: new Set(), // "kind spender", see allow()
      };
      this.#accounts.set(key, account);
    }
    return account;
  }

  balance(address, asset) {
    const account = this.account(address);
    return asset === 'pusd' ? account.pusd : get(account.shares, asset);
  }

  /** {balance, active, matched}: an order may use what the first has over the other two. */
  sums(address, asset) {
    const { held, matched, stale } = this.account(address);
    return {
      balance: this.balance(address, asset),
      active: get(held, asset),
      matched: get(matched, asset) + get(stale, asset),
    };
  }

  available(address, asset) {
    const { balance, active, matched } = this.sums(address, asset);
    return balance - active - matched;
  }

  add(address, asset, delta) {
    const account = this.account(address);
    if (asset === 'pusd') account.pusd += delta;
    else grow(account.shares, asset, delta);
  }

  /** From now on the balance; `unseen`: only after the next update(). */
  set(address, asset, amount, unseen = false) {
    const account = this.account(address);
    const delta = amount - this.balance(address, asset);
    if (unseen) account.unseen.set(asset, delta);
    else this.add(address, asset, delta);
  }

  /** Holds back more of `asset` (negative: less) for resting orders. */
  hold(address, asset, delta) {
    grow(this.account(address).held, asset, delta);
  }

  /** Holds back for a matched order; `untilUpdate`: update() forgets it. */
  match(address, asset, amount, untilUpdate = false) {
    const { matched, stale } = this.account(address);
    grow(untilUpdate ? stale : matched, asset, amount);
  }

  /** The venue reads the chain again. */
  update(address, asset) {
    const { stale, unseen } = this.account(address);
    stale.delete(asset);
    this.add(address, asset, get(unseen, asset));
    unseen.delete(asset);
  }

  /** Approvals are there until taken away. `kind`: 'pusd' or 'shares' (all tokens at once). */
  allow(address, kind, spender, granted) {
    const { denied } = this.account(address);
    denied[granted ? 'delete' : 'add'](`${kind} ${spender.toLowerCase()}`);
  }

  allows(address, kind, spender) {
    return !this.account(address).denied.has(`${kind} ${spender.toLowerCase()}`);
  }
}
