#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/log_limit.hpp"
#include "chain/evm/wallet_outbox.hpp"
#include "domain/backoff.hpp"

/// What a transaction may cost, and how it reaches the nodes. The highest price we pay bounds how
/// often a fee is raised; below it nothing waits for a human.
namespace headroom::chain {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_retry{5'000};
constexpr milliseconds price_again{3'000};  // after a market above our limits

}  // namespace

// -- prices --------------------------------------------------------------------------------------

std::vector<rpc_request> fee_calls() {
  return {eth::fee_history(), eth::max_priority_fee(), eth::block("latest")};
}

/// Nothing when the chain does not say.
std::optional<gas_market> wallet_outbox::market_of(std::span<const rpc_result> r) const {
  auto base = eth::answer(r[0], eth::read_next_base_fee);
  if (!base)
    if (const auto block = eth::answer(r[2], eth::read_block); block && *block)
      base = (*block)->base_fee;
  if (!base) return std::nullopt;
  const auto tip = eth::answer(r[1], eth::read_number);
  const auto floor = std::max(st_.settings.min_tip_wei, st_.tip_floor);
  return gas_market{eth::suggest_fees(*base, tip.value_or(0), floor, st_.settings.base_fee_percent),
                    *base};
}

/// `wanted`, or as much of it as our limits allow while that still buys a place in the next block.
/// Above them nothing is signed, so the account stands still until the chain is cheaper or a human
/// raises the limit: they must hear of it.
std::optional<gas_fees> wallet_outbox::within_limits(gas_fees wanted, const gas_market& market,
                                                     std::uint64_t gas_limit) {
  const auto gas = std::max<std::uint64_t>(gas_limit, 1);
  const auto per_tx = st_.tx_fee_cap == 0 ? st_.settings.max_tx_fee_wei
                                          : std::min(st_.settings.max_tx_fee_wei, st_.tx_fee_cap);
  const auto most = std::min(st_.settings.max_fee_wei, per_tx / gas);  // rounded down: a limit
  if (wanted.max_fee > most) {
    if (uint128{market.base_fee} + market.fees.max_priority_fee > most) {
      const bool by_gas = most == st_.settings.max_fee_wei;
      raise(wallet_alert::price,
            by_gas ? "the gas price is above max_fee_wei = " + std::to_string(most)
                   : "a transaction of " + std::to_string(gas) + " gas costs more than " +
                         std::to_string(per_tx) + " wei");
      return std::nullopt;
    }
    wanted.max_fee = most;
    wanted.max_priority_fee = std::min(wanted.max_priority_fee, most);
  }
  clear(wallet_alert::price);
  return wanted;
}

uint128 cost_at_most(const unsigned_transaction& body) {
  return uint128{body.gas_limit} * body.fees.max_fee + body.value.to_u128().value_or(0);
}

/// What the balance must still pay for: all that is signed, or about to be, and not mined yet.
uint128 wallet_outbox::promised() const {
  uint128 out = 0;
  for (auto i = st_.open.lower_bound(st_.mined_count); i != st_.open.end(); ++i)
    out += cost_at_most(i->second.attempts.back().body);
  for (const auto& [id, x] : st_.requested)
    if (x.at >= requested_operation::phase::ready) out += cost_at_most(x.body);
  return out;
}

// -- broadcasting --------------------------------------------------------------------------------

milliseconds wallet_outbox::pause_after(std::uint32_t tries) const {
  return backoff(st_.settings.poll_interval, tries, longest_retry);
}

/// The newest attempt's exact bytes, as often as needed. Repeats go round the nodes: one that took
/// it and told nobody must not be the only one that has it.
void wallet_outbox::broadcast(open_operation& op) {
  op.next_broadcast = now() + pause_after(op.broadcasts);
  const auto& tx = op.attempts.back();
  auto call = eth::send_raw_transaction(tx.raw);
  if (op.broadcasts > 0 && st_.nodes > 1) call.node = op.broadcasts % st_.nodes;
  ++op.broadcasts;
  self_->request(st_.rpc, caf::infinite, std::move(call))
      .then([self = self_, nonce = op.nonce(), hash = tx.hash](
                const rpc_result& r) { wallet_outbox{self}.heard_of_broadcast(nonce, hash, r); },
            [](const caf::error&) {});  // sent again when due
}

void wallet_outbox::heard_of_broadcast(std::uint64_t nonce, const hash256& hash,
                                       const rpc_result& r) {
  auto* op = find(nonce);
  if (op == nullptr || op->attempts.back().hash != hash) return;
  switch (eth::judge_send(r)) {
    case eth::send_verdict::accepted:
    case eth::send_verdict::already_known:
      // A node may forget it: now and then it is sent again.
      op->next_broadcast = now() + st_.settings.bump_after / 2;
      clear(wallet_alert::refused);
      clear(wallet_alert::no_gas);  // the node has seen the coins
      return;
    case eth::send_verdict::fee_too_low:
      if (const auto tip = eth::tip_needed(r.error); tip && *tip <= st_.settings.max_fee_wei)
        st_.tip_floor = std::max(st_.tip_floor, *tip);
      op->wants_bump = true;
      return;
    case eth::send_verdict::underpriced: op->wants_bump = true; return;
    case eth::send_verdict::above_cap:
      if (const auto cap = eth::fee_cap(r.error)) st_.tx_fee_cap = *cap;
      op->wants_bump = op->too_dear = true;
      return;
    case eth::send_verdict::insufficient_funds:
      return raise(wallet_alert::no_gas, std::string{no_gas_money});
    case eth::send_verdict::rejected_bug:
      return raise(wallet_alert::refused,
                   "a node refuses nonce " + std::to_string(nonce) + ": " + r.error.message);
    case eth::send_verdict::nonce_used:  // the next look reads the receipts
    case eth::send_verdict::not_sent:    // sent again when due
    case eth::send_verdict::maybe_sent: return;
  }
}

// -- raising a fee -------------------------------------------------------------------------------

/// The same call under the same nonce with another fee: a new attempt, stored before it is sent.
void wallet_outbox::bump(open_operation& op) {
  if (op.bumping || op.outcome || now() < op.next_bump) return;
  op.bumping = true;
  if (op.bump) return store_bump(op);  // signed before, perhaps stored: the same bytes again
  ask_all(self_, st_.rpc, fee_calls(), [self = self_, nonce = op.nonce()](auto& r) {
    wallet_outbox box{self};
    auto* found = box.find(nonce);
    if (found == nullptr) return;
    const auto market = box.market_of(r);
    if (market) return box.sign_bump(*found, *market);
    found->bumping = false;
    found->next_bump = box.now() + price_again;
  });
}

void wallet_outbox::sign_bump(open_operation& op, const gas_market& market) {
  auto body = op.attempts.back().body;
  const auto old = body.fees;
  const auto wanted =
      op.too_dear ? market.fees : bumped(old, market.fees, st_.settings.bump_percent);
  const auto fees = within_limits(wanted, market, body.gas_limit);
  const bool useful = fees && (op.too_dear ? fees->max_fee < old.max_fee : replaces(*fees, old));
  if (!useful) {
    op.bumping = false;
    op.next_bump = now() + price_again;
    if (fees)
      raise(wallet_alert::stuck, "nonce " + std::to_string(op.nonce()) +
                                     " waits at the highest price we pay, " +
                                     std::to_string(old.max_fee) + " wei per gas");
    return;
  }
  body.fees = *fees;
  st_.signer.sign(self_, {std::move(body)}, [self = self_, nonce = op.nonce()](auto& results) {
    wallet_outbox{self}.signed_bump(nonce, results);
  });
}

void wallet_outbox::store_bump(open_operation& op) {
  const auto journal = w_.dir.handles.get<actors::journal_actor>();
  if (!journal) {
    op.bumping = false;
    return;
  }
  const auto attempt = static_cast<std::uint32_t>(op.attempts.size());
  record_operations entry{{row_of(op.id, op.purpose, attempt, *op.bump)}};
  self_->request(journal, w_.settings.patience.append, actors::append{std::move(entry)})
      .then(
          [self = self_, nonce = op.nonce()](const committed&) {
            wallet_outbox box{self};
            auto* found = box.find(nonce);
            if (found == nullptr) return;
            auto& st = self->state;
            found->attempts.push_back(std::move(*found->bump));
            found->bump.reset();
            found->bumping = found->wants_bump = found->too_dear = false;
            found->heeded_at_block = found->waiting_since_block = st.head_number;
            found->broadcasts = 0;
            found->waiting_since = box.now();
            ++st.bumps;
            const auto& tx = found->attempts.back();
            if (st.w->dir.gauges.lines().due("wallet.bumped " + found->id.text(), box.now()))
              spdlog::warn(
                  "wallet.bumped chain={} operation={} nonce={} attempt={} tx={} max_fee={}",
                  st.settings.chain_id, found->id.text(), nonce, found->attempts.size(),
                  tx.hash.hex(), tx.body.fees.max_fee);
            box.broadcast(*found);
          },
          [self = self_, nonce = op.nonce()](const caf::error& e) {
            wallet_outbox{self}.heard_of_bump(nonce, e);
          });
}

void wallet_outbox::heard_of_bump(std::uint64_t nonce, const caf::error& e) {
  auto* op = find(nonce);
  if (op == nullptr) return;
  if (!actors::is_final(e)) {
    op->bumping = false;  // unknown: the same bytes are stored again
    return;
  }
  // These bytes never left us. The operation was finished meanwhile, or its next attempt is
  // somebody else's: the next one of ours comes behind that.
  op->bump.reset();
  op->wants_bump = op->too_dear = false;
  op->waiting_since = now();
  read_attempts(nonce, [](open_operation& found) { found.bumping = false; });
}

}  // namespace headroom::chain
