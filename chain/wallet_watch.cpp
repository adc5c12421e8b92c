#include <spdlog/spdlog.h>

#include <algorithm>

#include "chain/wallet_outbox.hpp"

/// From a stored row to finality. One look at a time: how far the chain is, then the receipts of
/// every attempt whose nonce is used, then a broadcast or a higher fee for the rest.
namespace headroom::chain {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t receipts_at_once = 64;
constexpr std::size_t finished_kept = 512;
constexpr milliseconds longest_retry{5'000};

std::optional<std::optional<eth::receipt>> receipt_of(const rpc_result& r) {
  return r.status == rpc_status::ok ? eth::read_receipt(r.value) : std::nullopt;
}

/// In native coin: gas, and the value that went along unless it came back with a revert.
uint256 cost_of(const open_operation& op, const eth::receipt& r) {
  const auto gas = uint128{r.gas_used} * r.gas_price;
  const auto value = op.attempts.front().body.value.to_u128();  // the same in every attempt
  return uint256::of(r.succeeded ? gas + value.value_or(0) : gas);
}

}  // namespace

actors::event_log to_event(const log_entry& log) { return {log.emitter, log.topics, log.data}; }

operation_report report_of(const open_operation& op) {
  operation_report r;
  r.state = operation_state::pending;
  r.tx_hash = op.attempts.back().hash;
  return r;
}

open_operation* wallet_outbox::find(std::uint64_t nonce) {
  const auto i = st_.open.find(nonce);
  return i == st_.open.end() ? nullptr : &i->second;
}

/// Said once, shown in the status until something else is wrong.
void wallet_outbox::raise(std::string what) {
  if (st_.alert == what) return;
  spdlog::error("wallet.alert chain={} account={} reason=\"{}\"", st_.settings.chain_id,
                st_.account.hex(), what);
  st_.alert = std::move(what);
}

void wallet_outbox::remember(const operation_id& id, operation_report r) {
  if (!st_.finished.emplace(id, std::move(r)).second) return;
  st_.finished_order.push_back(id);
  if (st_.finished_order.size() <= finished_kept) return;
  st_.finished.erase(st_.finished_order.front());
  st_.finished_order.pop_front();
}

void wallet_outbox::poll() {
  if (!st_.ready) return start();
  if (st_.append_again && !st_.append_unanswered) append();
  store_next();
  look();
}

// -- looking -------------------------------------------------------------------------------------

void wallet_outbox::look() {
  if (st_.looking || st_.open.empty()) return;
  st_.looking = true;
  auto calls = head_calls(st_.settings.finality);
  calls.push_back(eth::transaction_count(st_.account, "latest"));
  ask_all(self_, st_.rpc, std::move(calls), [self = self_](std::vector<rpc_result>& r) {
    auto& st = self->state;
    const auto count =
        r.back().status == rpc_status::ok ? eth::read_number(r.back().value) : std::nullopt;
    const auto head = read_head(st.settings.finality, r);
    if (!count || !head) {
      st.looking = false;  // silent chain: the next poll looks again
      return;
    }
    st.mined_count = *count;
    wallet_outbox{self}.looked(*head);
  });
}

void wallet_outbox::looked(const chain_head& head) {
  std::vector<std::pair<std::uint64_t, std::size_t>> asked;  // nonce, number of receipts
  std::vector<rpc_request> calls;
  for (auto& [nonce, op] : st_.open) {
    if (nonce >= st_.mined_count || calls.size() >= receipts_at_once) break;
    if (op.outcome) {
      book(op);
      continue;
    }
    if (op.judging) continue;
    asked.emplace_back(nonce, op.attempts.size());
    for (const auto& a : op.attempts) calls.push_back(eth::transaction_receipt(a.hash));
  }
  advance_line();
  ask_all(self_, st_.rpc, std::move(calls),
          [self = self_, asked, head](std::vector<rpc_result>& r) {
            std::size_t at = 0;
            for (const auto& [nonce, n] : asked) {
              wallet_outbox{self}.judge(nonce, head, std::span{r}.subspan(at, n));
              at += n;
            }
            self->state.looking = false;
          });
}

/// What is not mined yet: broadcast when due, and a higher fee for the one that all others wait
/// for.
void wallet_outbox::advance_line() {
  for (auto i = st_.open.lower_bound(st_.mined_count); i != st_.open.end(); ++i) {
    auto& op = i->second;
    if (i->first == st_.mined_count && !std::exchange(op.next_in_line, true))
      op.waiting_since = now();
    const bool stuck = op.next_in_line && now() - op.waiting_since >= st_.settings.bump_after;
    if (stuck || op.wants_bump) bump(op);
    if (now() >= op.next_broadcast) broadcast(op);
  }
}

void wallet_outbox::judge(std::uint64_t nonce, const chain_head& head,
                          std::span<const rpc_result> receipts) {
  auto* op = find(nonce);
  if (op == nullptr || op->judging) return;
  for (const auto& r : receipts) {
    const auto receipt = receipt_of(r);
    if (!receipt) return;  // unreadable says nothing
    if (!*receipt) continue;
    op->missing = 0;
    if (head.is_final((*receipt)->block_number)) confirm_canonical(nonce, **receipt);
    return;
  }
  missed(*op, head);
}

/// Final by depth; the block of that height must be the receipt's own.
void wallet_outbox::confirm_canonical(std::uint64_t nonce, const eth::receipt& r) {
  find(nonce)->judging = true;
  self_->request(st_.rpc, caf::infinite, eth::block(eth::quantity(r.block_number)))
      .then(
          [self = self_, nonce, r](const rpc_result& x) {
            wallet_outbox box{self};
            auto* op = box.find(nonce);
            if (op == nullptr) return;
            op->judging = false;
            const auto block = x.status == rpc_status::ok ? eth::read_block(x.value) : std::nullopt;
            if (!block || !*block || (*block)->hash != r.block_hash) return;  // look again
            operation_report out;
            out.state = r.succeeded ? operation_state::confirmed : operation_state::reverted;
            out.tx_hash = r.tx_hash;
            out.block_number = r.block_number;
            op->cost_wei = cost_of(*op, r);
            if (r.succeeded)
              for (const auto& log : r.logs) out.logs.push_back(to_event(log));
            box.finish(*op, std::move(out));
          },
          [self = self_, nonce](const caf::error&) {
            if (auto* op = wallet_outbox{self}.find(nonce)) op->judging = false;
          });
}

/// The nonce is used and nothing of ours was mined. A node may lag, so many looks and a final block
/// must agree before the operation counts as dropped.
void wallet_outbox::missed(open_operation& op, const chain_head& head) {
  if (++op.missing < st_.settings.looks_before_dropped) return;
  op.judging = true;
  self_
      ->request(st_.rpc, caf::infinite,
                eth::transaction_count(st_.account, eth::quantity(head.final_number)))
      .then(
          [self = self_, nonce = op.nonce()](const rpc_result& r) {
            wallet_outbox box{self};
            auto* found = box.find(nonce);
            if (found == nullptr) return;
            found->judging = false;
            const auto count =
                r.status == rpc_status::ok ? eth::read_number(r.value) : std::nullopt;
            if (!count || *count <= nonce) return;
            box.raise("nonce " + std::to_string(nonce) + " was used by a foreign transaction");
            operation_report out = report_of(*found);
            out.state = operation_state::dropped;
            box.finish(*found, std::move(out));
          },
          [self = self_, nonce = op.nonce()](const caf::error&) {
            if (auto* found = wallet_outbox{self}.find(nonce)) found->judging = false;
          });
}

// -- the end -------------------------------------------------------------------------------------

void wallet_outbox::finish(open_operation& op, operation_report outcome) {
  op.outcome = std::move(outcome);
  book(op);
}

void wallet_outbox::book(open_operation& op) {
  const auto journal = w_.dir.get<actors::journal_actor>();
  // A new attempt on its way to the books must not arrive after the end: the next look books it.
  if (!journal || op.bumping || std::exchange(op.booking, true)) return;
  const auto& out = *op.outcome;
  finish_operation entry;
  entry.id = op.id;
  entry.at = w_.now();
  entry.block_number = out.block_number;
  entry.fee_wei = op.cost_wei;
  switch (out.state) {
    case operation_state::confirmed: entry.status = operation_status::confirmed; break;
    case operation_state::reverted: entry.status = operation_status::reverted; break;
    case operation_state::unsent:
    case operation_state::pending:
    case operation_state::dropped: entry.status = operation_status::dropped; break;
  }
  if (entry.status != operation_status::dropped) entry.tx_hash = out.tx_hash;
  const auto nonce = op.nonce();
  self_->request(journal, w_.settings.append_timeout, entry)
      .then([self = self_, nonce](const committed&) { wallet_outbox{self}.booked(nonce); },
            [self = self_, nonce](const caf::error& e) {
              wallet_outbox box{self};
              auto* found = box.find(nonce);
              if (found == nullptr) return;
              found->booking = false;  // the next look books it again
              if (consequence_of(actors::code_of(e)) == consequence::rejected)
                box.raise("the books refuse the end of operation " + found->id.text());
            });
}

void wallet_outbox::booked(std::uint64_t nonce) {
  const auto i = st_.open.find(nonce);
  if (i == st_.open.end()) return;
  auto& op = i->second;
  spdlog::info("wallet.finished chain={} operation={} purpose={} nonce={} state={} tx={} block={}",
               st_.settings.chain_id, op.id.text(), op.purpose, nonce,
               op.outcome->state == operation_state::confirmed  ? "confirmed"
               : op.outcome->state == operation_state::reverted ? "reverted"
                                                                : "dropped",
               op.outcome->tx_hash.hex(), op.outcome->block_number);
  st_.nonce_of.erase(op.id);
  remember(op.id, std::move(*op.outcome));
  st_.open.erase(i);
}

// -- broadcasting --------------------------------------------------------------------------------

/// The newest attempt's exact bytes, as often as needed.
void wallet_outbox::broadcast(open_operation& op) {
  const auto wait = st_.settings.poll_interval * (std::int64_t{1} << std::min(op.broadcasts, 6U));
  op.next_broadcast = now() + std::min<milliseconds>(wait, longest_retry);
  ++op.broadcasts;
  const auto& tx = op.attempts.back();
  self_->request(st_.rpc, caf::infinite, eth::send_raw_transaction(tx.raw))
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
      return;
    case eth::send_verdict::underpriced:
    case eth::send_verdict::fee_too_low: op->wants_bump = true; return;
    case eth::send_verdict::insufficient_funds: return raise("not enough native coin for gas");
    case eth::send_verdict::rejected_bug:
      return raise("a node refuses nonce " + std::to_string(nonce) + ": " + r.error.message);
    case eth::send_verdict::nonce_used:  // the next look reads the receipts
    case eth::send_verdict::not_sent:    // sent again when due
    case eth::send_verdict::maybe_sent: return;
  }
}

/// The same call under the same nonce with a higher fee: a new attempt, stored before it is sent.
void wallet_outbox::bump(open_operation& op) {
  if (op.bumping || op.outcome) return;
  op.bumping = true;
  if (op.bump) return store_bump(op);  // signed before, perhaps stored: the same bytes again
  if (op.attempts.size() >= st_.settings.max_attempts) {
    op.bumping = false;
    return raise("nonce " + std::to_string(op.nonce()) + " is stuck after " +
                 std::to_string(op.attempts.size()) + " attempts");
  }
  ask_all(self_, st_.rpc, fee_calls(), [self = self_, nonce = op.nonce()](auto& r) {
    wallet_outbox box{self};
    auto* found = box.find(nonce);
    if (found == nullptr) return;
    const auto market = box.fees_of(r);
    auto body = found->attempts.back().body;
    if (market) body.fees = bumped(body.fees, *market);
    if (!market || !box.affordable(body.fees)) {
      found->bumping = false;
      return;
    }
    found->bump = sign(std::move(body), *self->state.key);
    box.store_bump(*found);
  });
}

void wallet_outbox::store_bump(open_operation& op) {
  const auto journal = w_.dir.get<actors::journal_actor>();
  if (!journal) {
    op.bumping = false;
    return;
  }
  const auto attempt = static_cast<std::uint32_t>(op.attempts.size());
  record_operations entry{{row_of(op.id, op.purpose, attempt, *op.bump)}};
  self_->request(journal, w_.settings.append_timeout, std::move(entry))
      .then(
          [self = self_, nonce = op.nonce()](const committed&) {
            wallet_outbox box{self};
            auto* found = box.find(nonce);
            if (found == nullptr) return;
            auto& st = self->state;
            found->attempts.push_back(std::move(*found->bump));
            found->bump.reset();
            found->bumping = found->wants_bump = false;
            found->broadcasts = 0;
            found->waiting_since = box.now();
            ++st.bumps;
            const auto& tx = found->attempts.back();
            spdlog::warn("wallet.bumped chain={} operation={} nonce={} attempt={} tx={} max_fee={}",
                         st.settings.chain_id, found->id.text(), nonce, found->attempts.size(),
                         tx.hash.hex(), tx.body.fees.max_fee);
            box.broadcast(*found);
          },
          [self = self_, nonce = op.nonce()](const caf::error& e) {
            auto* found = wallet_outbox{self}.find(nonce);
            if (found == nullptr) return;
            found->bumping = false;  // unknown: the same bytes are stored again
            const auto c = consequence_of(actors::code_of(e));
            if (c == consequence::rejected || c == consequence::duplicate) {
              // E.g. the operation was finished meanwhile. These bytes never left us.
              found->bump.reset();
              found->wants_bump = false;
              found->waiting_since = wallet_outbox{self}.now();
            }
          });
}

}  // namespace headroom::chain
