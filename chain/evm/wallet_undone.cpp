#include <spdlog/spdlog.h>

#include <algorithm>

#include "chain/evm/wallet_outbox.hpp"

/// Booked is not the end while the chain's `finalized` has not passed the block: depth alone was
/// undone before (Polygon 2025-09-10). What a reorganisation takes back is sent again, the same
/// bytes, so that neither its money is missing nor its nonce, without which nothing leaves the
/// account any more.
namespace headroom::chain {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t booked_at_most = 1'024;
constexpr std::size_t judged_at_once = 32;
constexpr milliseconds gap_read_again{5'000};

}  // namespace

booked_operation* wallet_outbox::find_booked(std::uint64_t nonce) {
  const auto i = st_.booked.find(nonce);
  return i == st_.booked.end() ? nullptr : &i->second;
}

operation_report wallet_outbox::told(const operation_id& id, operation_report r) const {
  const auto same = [&](const auto& b) { return b.second.id == id; };
  // A block beyond the tag is so whether or not what an earlier life booked has been read by now.
  const bool beyond_tag = st_.tagged && r.block_number > *st_.tagged;
  r.by_depth = r.state == operation_state::confirmed &&
               (beyond_tag || std::any_of(st_.booked.begin(), st_.booked.end(), same));
  return r;
}

/// It stands in a finalized block now, perhaps another one than was booked, with other events.
void wallet_outbox::correct(const operation_id& id, const eth::receipt& r) {
  const auto i = st_.finished.find(id);
  if (i == st_.finished.end()) return;
  auto& out = i->second;
  out.state = r.succeeded ? operation_state::confirmed : operation_state::reverted;
  out.block_number = r.block_number;
  out.logs.clear();
  for (const auto& log : r.logs) out.logs.push_back(to_event(log));
}

/// A chain whose nodes never name a finalized block has nothing to wait for.
void wallet_outbox::keep_booked(const open_operation& op) {
  const auto& out = *op.outcome;
  if (!is_mined(end_of(out.state).value())) return;
  if (!st_.tagged || out.block_number <= *st_.tagged || st_.booked.size() >= booked_at_most) return;
  const auto mined = std::find_if(op.attempts.begin(), op.attempts.end(),
                                  [&](const auto& a) { return a.hash == out.tx_hash; });
  if (mined == op.attempts.end()) return;
  booked_operation kept;
  kept.id = op.id;
  kept.tx = *mined;
  kept.reverted = out.state == operation_state::reverted;
  kept.block_number = out.block_number;
  st_.booked.insert_or_assign(op.nonce(), std::move(kept));
  st_.next_idle_look = {};
}

// -- what an earlier life booked -----------------------------------------------------------------

void wallet_outbox::read_booked(std::uint64_t from) {
  const auto query = w_.dir.handles.get<actors::query_actor>();
  if (!query || std::exchange(st_.reading_gap, true)) return;
  st_.next_gap_read = now() + gap_read_again;
  actors::wallet_nonces what;
  what.who = {st_.settings.chain_id, st_.account};
  what.from = from;
  self_->request(query, w_.settings.patience.load, what)
      .then(
          [self = self_](const std::vector<chain_operation>& rows) {
            self->state.reading_gap = false;
            wallet_outbox{self}.adopt_booked(rows);
          },
          [self = self_](const caf::error&) { self->state.reading_gap = false; });
}

/// Dropped ones are not among them: their work was done, or may be done, by another operation. What
/// an operator has stored to fill a nonce is taken over; our own on their way have higher ones.
void wallet_outbox::adopt_booked(const std::vector<chain_operation>& rows) {
  std::vector<chain_operation> fills;
  for (const auto& row : rows)
    if (row.status == operation_status::stored && row.nonce < st_.next_nonce &&
        !st_.open.contains(row.nonce))
      fills.push_back(row);
  if (!fills.empty()) adopt(std::move(fills));
  for (const auto& row : rows) {
    if (!is_mined(row.status) || st_.booked.size() >= booked_at_most ||
        st_.booked.contains(row.nonce))
      continue;
    auto tx = decode_transaction(row.raw);
    if (!tx || tx->hash != row.tx_hash) continue;
    booked_operation kept;
    kept.id = row.id;
    kept.tx = std::move(*tx);
    kept.reverted = row.status == operation_status::reverted;
    kept.block_number = row.block_number;
    st_.booked.emplace(row.nonce, std::move(kept));
  }
  st_.next_idle_look = {};
}

// -- has `finalized` passed it? ------------------------------------------------------------------

void wallet_outbox::watch_booked(const chain_head& head) {
  std::size_t asked = 0;
  for (auto& [nonce, b] : st_.booked) {
    if (nonce >= st_.mined_count || asked >= judged_at_once) break;
    if (b.judging || b.block_number > head.tagged.value_or(0)) continue;
    ++asked;
    b.judging = true;
    ask_every_node(self_, st_.rpc, eth::transaction_receipt(b.tx.hash),
                   [self = self_, n = nonce](std::vector<rpc_result>& words) {
                     const auto shown = std::find_if(words.begin(), words.end(), [](auto& r) {
                       const auto receipt = eth::answer(r, eth::read_receipt);
                       return receipt && *receipt;
                     });
                     const auto& word = shown == words.end() ? words.front() : *shown;
                     wallet_outbox{self}.judge_booked(n, word);
                   });
  }
}

void wallet_outbox::judge_booked(std::uint64_t nonce, const rpc_result& word) {
  auto* b = find_booked(nonce);
  if (b == nullptr) return;
  const auto receipt = eth::answer(word, eth::read_receipt);
  if (!receipt || !*receipt) {
    b->judging = false;
    if (!b->missing_since) b->missing_since = now();
    if (now() - *b->missing_since >= st_.settings.doubt_after)
      raise(wallet_alert::undone, "operation " + b->id.text() + " is booked, and its transaction " +
                                      b->tx.hash.hex() + " is not on the chain any more");
    return;
  }
  const finality_rule by_tag{0, final_by::tag};
  ask_finality(self_, st_.rpc, by_tag, block_of(**receipt), word.node,
               [self = self_, nonce, r = **receipt](finality f) {
                 wallet_outbox box{self};
                 auto* found = box.find_booked(nonce);
                 if (found == nullptr) return;
                 found->judging = false;
                 if (f != finality::reached) return;
                 const bool as_booked = r.succeeded != found->reverted;
                 box.correct(found->id, r);
                 if (!as_booked)
                   box.raise(wallet_alert::undone, "operation " + found->id.text() +
                                                       " is booked as " +
                                                       (r.succeeded ? "reverted" : "confirmed") +
                                                       "; a reorganisation has turned that round");
                 const bool was_missing = found->missing_since.has_value();
                 self->state.booked.erase(nonce);
                 if (was_missing && as_booked) box.clear(wallet_alert::undone);
               });
}

// -- a nonce is free again -----------------------------------------------------------------------

/// Between the account's count and the next transaction of ours everything must be on its way.
void wallet_outbox::mend_gap() {
  const auto next = st_.open.lower_bound(st_.mined_count);
  const auto end = next == st_.open.end() ? st_.next_nonce : next->first;
  if (st_.mined_count >= end) {
    if (std::exchange(st_.gap_since, std::nullopt)) {
      clear(wallet_alert::gap);
      read_booked(st_.gap_from);  // who filled it may be in the books
    }
    return;
  }
  if (!st_.gap_since) {
    st_.gap_since = now();
    st_.gap_from = st_.mined_count;
  }
  bool ours = true;
  for (auto nonce = st_.mined_count; nonce < end; ++nonce) {
    auto* b = find_booked(nonce);
    if (b == nullptr) {
      ours = false;
      break;  // what is behind it cannot be mined before it
    }
    send_again(*b);
  }
  if (ours) return;
  if (now() >= st_.next_gap_read) read_booked(st_.mined_count);
  if (now() - *st_.gap_since >= 2 * st_.settings.bump_after)
    raise(wallet_alert::gap, "nonce " + std::to_string(st_.mined_count) +
                                 " is free, and no transaction of ours belongs there: nothing "
                                 "leaves the account until somebody uses it");
}

void wallet_outbox::send_again(booked_operation& op) {
  if (now() < op.next_broadcast) return;
  op.next_broadcast = now() + pause_after(op.broadcasts);
  if (op.broadcasts++ == 0) {
    ++st_.resent;
    spdlog::warn("wallet.undone chain={} operation={} nonce={} tx={} block={}",
                 st_.settings.chain_id, op.id.text(), op.tx.body.nonce, op.tx.hash.hex(),
                 op.block_number);
  }
  self_->request(st_.rpc, caf::infinite, eth::send_raw_transaction(op.tx.raw))
      .then([](const rpc_result&) {}, [](const caf::error&) {});  // the next look tells
}

}  // namespace headroom::chain
