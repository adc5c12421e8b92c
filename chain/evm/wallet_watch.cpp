#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/evm/cancelling.hpp"
#include "chain/evm/wallet_outbox.hpp"

/// From a stored row to finality. One look at a time: how far the chain is, then the receipts of
/// every attempt whose nonce is used, then a broadcast or a higher fee for the rest.
namespace headroom::chain {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t receipts_at_once = 64;
constexpr std::size_t finished_kept = 512;
constexpr milliseconds undone_look{5'000};  // a booking is not final yet, or a nonce is free

/// In native coin: gas, and the value that went along unless it came back with a revert.
uint256 cost_of(const open_operation& op, const eth::receipt& r) {
  const auto gas = uint128{r.gas_used} * r.gas_price;
  const auto value = op.attempts.front().body.value.to_u128();  // the same in every attempt
  return uint256::of(r.succeeded ? gas + value.value_or(0) : gas);
}

/// The attempt of that hash takes the nonce away from the others (cancelling.hpp). An operation
/// that is itself nothing else, to fill a nonce, is not cancelled by it.
bool cancels(const open_operation& op, const hash256& tx, const address& account) {
  if (is_cancel(op.attempts.front().body, account)) return false;
  return std::any_of(op.attempts.begin(), op.attempts.end(),
                     [&](const auto& a) { return a.hash == tx && is_cancel(a.body, account); });
}

}  // namespace

actors::event_log to_event(const log_entry& log) { return {log.emitter, log.topics, log.data}; }

operation_report report_of(const open_operation& op) {
  operation_report r;
  r.state = op.doubt.empty() ? operation_state::pending : operation_state::in_doubt;
  r.tx_hash = op.attempts.back().hash;
  r.detail = op.doubt;
  return r;
}

open_operation* wallet_outbox::find(std::uint64_t nonce) {
  const auto i = st_.open.find(nonce);
  return i == st_.open.end() ? nullptr : &i->second;
}

void wallet_outbox::raise(const std::string& kind, std::string what) {
  w_.dir.gauges.alerts().raise(kind, st_.subject, what, w_.now());
  st_.alerts[kind] = std::move(what);
}

/// Always told to the board: a predecessor may have raised it.
void wallet_outbox::clear(const std::string& kind) {
  w_.dir.gauges.alerts().clear(kind, st_.subject, w_.now());
  st_.alerts.erase(kind);
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
  look_for_signer();
  look();
}

// -- looking -------------------------------------------------------------------------------------

void wallet_outbox::look() {
  if (st_.looking || (st_.open.empty() && now() < st_.next_idle_look)) return;
  st_.looking = true;
  auto calls = head_calls(st_.settings.finality);
  calls.push_back(eth::transaction_count(st_.account, "latest"));
  ask_one_node(self_, st_.rpc, std::move(calls), std::nullopt,
               [self = self_](std::vector<rpc_result>& r) {
                 auto& st = self->state;
                 const auto count = eth::answer(r.back(), eth::read_number);
                 const auto head = read_head(st.settings.finality, r);
                 st.nodes = r.back().nodes;
                 if (!count || !head) {
                   st.looking = false;  // silent chain: the next poll looks again
                   return;
                 }
                 wallet_outbox box{self};
                 if (*count > st.mined_count) box.clear(wallet_alert::stuck);
                 st.mined_count = *count;
                 box.looked(*head);
               });
}

void wallet_outbox::looked(const chain_head& head) {
  note_head(head);
  look_for_coins();
  mend_gap();
  watch_booked(head);
  const bool idle = st_.booked.empty() && !st_.gap_since;
  st_.next_idle_look = now() + (idle ? st_.settings.idle_look : undone_look);
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

/// What was refused for want of coins: whoever asked may never ask again, and the account may have
/// been filled since. With something open, what becomes of that says it.
void wallet_outbox::look_for_coins() {
  if (!st_.alerts.contains(wallet_alert::no_gas) || !st_.open.empty() || !st_.requested.empty())
    return;
  self_->request(st_.rpc, caf::infinite, eth::balance(st_.account))
      .then(
          [self = self_](const rpc_result& r) {
            const auto coins = r.status == rpc_status::ok ? eth::read_word(r.value) : std::nullopt;
            const auto& few = self->state.too_few_coins;
            if (coins && (!few || *coins > *few)) wallet_outbox{self}.clear(wallet_alert::no_gas);
          },
          [](const caf::error&) {});  // the next look asks again
}

void wallet_outbox::note_head(const chain_head& head) {
  if (head.tagged) st_.tagged = std::max(st_.tagged.value_or(0), *head.tagged);
  if (head.latest.number > st_.head_number) {
    st_.head_number = head.latest.number;
    st_.head_since = now();
    return clear(wallet_alert::standstill);
  }
  if (!st_.open.empty() && now() - st_.head_since >= 2 * st_.settings.bump_after)
    raise(wallet_alert::standstill,
          "the chain has made no block since " + std::to_string(st_.head_number));
}

/// What is not mined yet: broadcast when due, and a higher fee for the one that all others wait
/// for. A chain that makes no blocks takes nothing at any price.
void wallet_outbox::advance_line() {
  for (auto i = st_.open.lower_bound(st_.mined_count); i != st_.open.end(); ++i) {
    auto& op = i->second;
    if (i->first == st_.mined_count && !std::exchange(op.next_in_line, true)) {
      op.waiting_since = now();
      op.waiting_since_block = st_.head_number;
    }
    if (st_.head_number == op.waiting_since_block) op.waiting_since = now();
    const bool stuck = op.next_in_line && now() - op.waiting_since >= st_.settings.bump_after;
    const bool heed = op.attempts.size() == 1 || st_.head_number > op.heeded_at_block;
    const bool asked = op.wants_bump && heed;
    if (stuck || asked) bump(op);
    if (now() >= op.next_broadcast) broadcast(op);
  }
}

void wallet_outbox::judge(std::uint64_t nonce, const chain_head& head,
                          std::span<const rpc_result> receipts) {
  auto* op = find(nonce);
  if (op == nullptr || op->judging) return;
  for (const auto& r : receipts) {
    const auto receipt = eth::answer(r, eth::read_receipt);
    if (!receipt || !*receipt) continue;
    // What follows a cancelled operation is a new one, so the chain must not change its mind: the
    // nodes' own word counts, where they have one.
    const auto block = (*receipt)->block_number;
    const bool early =
        cancels(*op, (*receipt)->tx_hash, st_.account) && block > st_.tagged.value_or(block);
    if (head.is_final(block) && !early) weigh(nonce, **receipt, r.node);
    return;
  }
  missed(*op);
}

/// A receipt counts when the node that shows it calls its block final and its own: a cancelling one
/// by its tag, wherever the chain has one, whoever has shown it.
void wallet_outbox::weigh(std::uint64_t nonce, const eth::receipt& r, std::uint32_t node) {
  auto& judged = *find(nonce);
  judged.judging = true;
  const auto& usual = st_.settings.finality;
  const bool for_good = st_.tagged && cancels(judged, r.tx_hash, st_.account);
  ask_finality(self_, st_.rpc, for_good ? usual.by_tag() : usual, block_of(r), node,
               [self = self_, nonce, r](finality f) {
                 wallet_outbox box{self};
                 auto* op = box.find(nonce);
                 if (op == nullptr) return;
                 op->judging = false;
                 if (f != finality::reached) return;  // look again
                 operation_report out;
                 out.state = r.succeeded ? operation_state::confirmed : operation_state::reverted;
                 out.tx_hash = r.tx_hash;
                 out.block_number = r.block_number;
                 if (cancels(*op, r.tx_hash, self->state.account)) {
                   out = {};
                   out.state = operation_state::dropped;
                   out.tx_hash = r.tx_hash;
                   out.detail = "cancelled by " + r.tx_hash.hex() + " in block " +
                                std::to_string(r.block_number);
                   return box.finish(*op, std::move(out));
                 }
                 op->cost_wei = cost_of(*op, r);
                 if (r.succeeded)
                   for (const auto& log : r.logs) out.logs.push_back(to_event(log));
                 box.finish(*op, std::move(out));
               });
}

// -- the end -------------------------------------------------------------------------------------

void wallet_outbox::finish(open_operation& op, operation_report outcome) {
  op.outcome = std::move(outcome);
  op.doubt.clear();
  const auto doubtful = [](const auto& x) { return !x.second.doubt.empty(); };
  if (std::none_of(st_.open.begin(), st_.open.end(), doubtful)) clear(wallet_alert::in_doubt);
  if (op.outcome->state == operation_state::confirmed) clear(wallet_alert::foreign);
  book(op);
}

void wallet_outbox::book(open_operation& op) {
  const auto journal = w_.dir.handles.get<actors::journal_actor>();
  // A new attempt on its way to the books must not arrive after the end: the next look books it.
  if (!journal || op.bumping || std::exchange(op.booking, true)) return;
  const auto& out = *op.outcome;
  finish_operation entry;
  entry.id = op.id;
  entry.at = w_.now();
  entry.block_number = out.block_number;
  entry.fee_wei = op.cost_wei;
  entry.status = end_of(out.state).value();  // an outcome is an end
  if (entry.status != operation_status::dropped) entry.tx_hash = out.tx_hash;
  const auto nonce = op.nonce();
  self_->request(journal, w_.settings.patience.append, actors::append{entry})
      .then([self = self_, nonce](const committed&) { wallet_outbox{self}.booked(nonce); },
            [self = self_, nonce](const caf::error& e) {
              wallet_outbox box{self};
              auto* found = box.find(nonce);
              if (found == nullptr) return;
              found->booking = false;  // the next look books it again
              if (!actors::is_final(e)) return;
              found->end_refused = true;
              box.raise(wallet_alert::books,
                        "the books refuse the end of operation " + found->id.text());
            });
}

void wallet_outbox::booked(std::uint64_t nonce) {
  const auto i = st_.open.find(nonce);
  if (i == st_.open.end()) return;
  auto& op = i->second;
  spdlog::info("wallet.finished chain={} operation={} purpose={} nonce={} state={} tx={} block={}",
               st_.settings.chain_id, op.id.text(), op.purpose, nonce,
               to_string(end_of(op.outcome->state).value()), op.outcome->tx_hash.hex(),
               op.outcome->block_number);
  keep_booked(op);
  st_.nonce_of.erase(op.id);
  remember(op.id, std::move(*op.outcome));
  st_.open.erase(i);
  const auto refused = [](const auto& other) { return other.second.end_refused; };
  if (std::none_of(st_.open.begin(), st_.open.end(), refused)) clear(wallet_alert::books);
  if (st_.open.empty()) clear(wallet_alert::no_gas);
}

}  // namespace headroom::chain
