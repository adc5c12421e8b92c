#include <spdlog/spdlog.h>

#include <algorithm>

#include "chain/evm/keccak.hpp"
#include "chain/polymarket/keeper_desk.hpp"
#include "chain/polymarket/relayed_wallet_actor.hpp"
#include "domain/backoff.hpp"

/// What is missing is given, and money moves: through the account's wallet (type 0) or the relayer
/// (type 3). Both store before they send, and send the same id once: ids come from what they are
/// for.
namespace headroom::chain::polymarket {
namespace {

using actors::operation_report;

constexpr std::chrono::milliseconds first_wait_after_failure{10'000};
constexpr std::chrono::milliseconds longest_wait_after_failure{600'000};

operation_id derived(const std::string& text) {
  return operation_id::from_digest(keccak256(std::string_view{text}));
}

bool is_over(operation_state s) { return end_of(s).has_value(); }

/// Whoever was asked says that nothing was sent.
bool was_not_sent(const caf::error& e) {
  const auto code = actors::code_of(e);
  return actors::is_verdict(e) && code != errc::timed_out &&
         consequence_of(code) != consequence::in_doubt;
}

std::string words_of(const caf::error& e) {
  const auto detail = actors::detail_of(e);
  return detail.empty() ? std::string{to_string(actors::code_of(e))} : detail;
}

}  // namespace

operation_id keeper_desk::id_of(const account_watch& a, std::uint64_t number) const {
  return derived("venue account " + std::to_string(st_.settings.chain_id) + " " +
                 a.who.holder.hex() + " operation " + std::to_string(number));
}

operation_id keeper_desk::id_of(const account_watch& a, const approval& what) const {
  const auto tried = a.tries.find(what.name);
  return derived("venue approval " + std::to_string(st_.settings.chain_id) + " " +
                 a.who.holder.hex() + " " + what.token.hex() + " " + what.spender.hex() + " " +
                 std::to_string(tried == a.tries.end() ? 0 : tried->second));
}

// -- approvals -----------------------------------------------------------------------------------

/// Of a wallet all at once; of a deposit wallet as one batch of its line (next_step).
void keeper_desk::mend(std::size_t i, const std::vector<approval>& missing) {
  auto& a = st_.accounts[i];
  a.to_give = missing;
  if (missing.empty()) {
    a.trouble.clear();
  } else if (a.who.signature_type == 0) {
    for (const auto& x : missing) give(i, x);
  } else if (a.who.signature_type != 3) {
    a.trouble = "approvals of signature type " + std::to_string(a.who.signature_type) +
                " are given by hand";
  }
}

/// Once for each number: what ended and is missing all the same is given anew under the next one.
void keeper_desk::give(std::size_t i, const approval& x) {
  auto& a = st_.accounts[i];
  if (!a.in_hand.insert(x.name).second) return;
  const auto id = id_of(a, x);
  ask_operation(i, id, [self = self_, i, x, id](const operation_report* r) {
    keeper_desk desk{self};
    auto& then = desk.st_.accounts[i];
    if (r != nullptr && r->state == operation_state::unsent) return desk.send_approval(i, x, id);
    then.in_hand.erase(x.name);
    if (r == nullptr || !is_over(r->state)) return;
    then.block = std::max(then.block, r->block_number);
    ++then.tries[x.name];
  });
}

void keeper_desk::send_approval(std::size_t i, const approval& x, const operation_id& id) {
  const auto wallet = wallet_of(st_.accounts[i]);
  if (!wallet) {
    st_.accounts[i].in_hand.erase(x.name);
    return;
  }
  self_
      ->request(wallet, w_.settings.patience.append,
                actors::send_transaction{id, "venue.approve", give_approval(x)})
      .then(
          [self = self_, i, name = x.name](const operation_report&) {
            auto& a = self->state.accounts[i];
            a.in_hand.erase(name);
            a.trouble.clear();
          },
          [self = self_, i, name = x.name](const caf::error& e) {
            auto& a = self->state.accounts[i];
            a.in_hand.erase(name);
            a.trouble = name + ": " + words_of(e);
          });
}

// -- the line ------------------------------------------------------------------------------------

/// What the account should do next, by what it was just seen to be.
std::optional<line_step> keeper_desk::next_step(std::size_t i) {
  auto& a = st_.accounts[i];
  const auto& s = st_.settings;
  if (a.wallet == own_wallet::not_its_own) return std::nullopt;
  if (a.wallet == own_wallet::to_be_made)
    return line_step{std::string{wallet_creation}, {}, std::nullopt};
  if (a.who.signature_type == 3 && !a.to_give.empty()) {
    line_step out{"venue.approve", {}, std::nullopt};
    // One that the relayer blocks must not hold back the others: after a failure one by one.
    const auto failures = a.line.failures;
    for (const auto& x : a.to_give) out.calls.push_back(give_approval(x));
    if (failures > 0) out.calls = {out.calls[failures % out.calls.size()]};
    return out;
  }
  const auto buffer = w_.dir.gauges.buffer_available();
  if (!keeps_money_of(i) || !a.money || !buffer) return std::nullopt;
  const auto plan = plan_collateral(*a.money, *buffer, s.account, st_.waiting);
  if (plan.missing.is_positive()) {
    raise(account_alert::shortage, a,
          to_string(plan.missing) + " pUSD are missing to the low mark, and there is no USDC.e");
  } else {
    clear(account_alert::shortage, a);
  }
  const bool sends = a.who.signature_type == 0 || a.who.signature_type == 3;
  if (!plan.move || !a.ramps_seen || !sends) return std::nullopt;
  auto m = *plan.move;
  // What bets have taken from the buffer is still here, and their orders will want it.
  if (m.way == ramp::unwrap && w_.dir.users.live_bets() > 0) return std::nullopt;
  // What may be taken goes first: while the need grows, an approval would never be enough for it.
  if (a.who.signature_type == 0 && may_take(*a.money, m.way) >= s.account.collateral_least)
    m.amount = std::min(m.amount, may_take(*a.money, m.way));
  line_step out{"venue." + std::string{to_string(m.way)}, {}, m};
  const auto approve = approve_ramp(s.contracts, m);
  const auto go = through_ramp(s.contracts, a.who.holder, m);
  if (a.who.signature_type == 3) {
    out.calls = {approve, go};
  } else if (may_go(*a.money, m)) {
    out.calls = {go};
  } else {
    out = {"venue.ramp_approve", {approve}, std::nullopt};
  }
  return out;
}

void keeper_desk::go_on(std::size_t i, std::optional<line_step> wanted) {
  auto& l = st_.accounts[i].line;
  if (l.asking) return;
  if (!l.found) return find_end(i);
  if (l.in_flight) return watch(i);
  if (wanted && now() >= l.not_before) begin(i, std::move(*wanted));
}

/// The first number that was never sent: by doubling, then by halves. The one before it may still
/// be under way.
void keeper_desk::find_end(std::size_t i) {
  auto& l = st_.accounts[i].line;
  if (l.unsent && *l.unsent == l.sent) {
    l.found = true;
    if (l.sent > 0) l.in_flight = l.sent - 1;
    return;
  }
  const auto probe = l.unsent ? l.sent + (*l.unsent - l.sent) / 2 : 2 * l.sent;
  l.asking = true;
  ask_operation(i, id_of(st_.accounts[i], probe),
                [self = self_, i, probe](const operation_report* r) {
                  auto& line = self->state.accounts[i].line;
                  line.asking = false;
                  if (r == nullptr) return;  // the next look goes on
                  if (r->state == operation_state::unsent) {
                    line.unsent = probe;
                  } else {
                    line.sent = probe + 1;
                  }
                  keeper_desk{self}.find_end(i);
                });
}

void keeper_desk::watch(std::size_t i) {
  auto& l = st_.accounts[i].line;
  l.asking = true;
  ask_operation(
      i, id_of(st_.accounts[i], *l.in_flight), [self = self_, i](const operation_report* r) {
        auto& line = self->state.accounts[i].line;
        line.asking = false;
        if (r == nullptr) return;
        if (r->state == operation_state::unsent) {  // lost before it was stored: the number is free
          line.sent = *line.in_flight;
          line.in_flight.reset();
          line.step.reset();
        } else if (is_over(r->state)) {
          keeper_desk{self}.ended(i, *r);
        }
      });
}

void keeper_desk::begin(std::size_t i, line_step step) {
  auto& a = st_.accounts[i];
  auto& l = a.line;
  const auto heard = [self = self_, i](const caf::error* e) {
    auto& then = self->state.accounts[i];
    then.line.asking = false;
    if (e == nullptr) return;
    then.trouble = words_of(*e);
    spdlog::warn("venue.account_waits name={} reason=\"{}\"", then.who.name, then.trouble);
    if (!was_not_sent(*e)) return;  // it may be: looked at next
    then.line.sent = *then.line.in_flight;
    then.line.in_flight.reset();
    then.line.step.reset();
  };
  const auto wallet = wallet_of(a);
  if (a.who.signature_type == 3 ? !a.relayer : !wallet) return;
  const auto id = id_of(a, l.sent);
  l.in_flight = l.sent++;
  l.asking = true;
  l.step = step;
  const auto patience = w_.settings.patience.append;
  if (a.who.signature_type == 3) {
    self_->request(a.relayer, patience, submit_batch{id, step.purpose, std::move(step.calls)})
        .then([heard](const batch_report&) { heard(nullptr); },
              [heard](const caf::error& e) { heard(&e); });
  } else {
    self_
        ->request(wallet, patience,
                  actors::send_transaction{id, step.purpose, std::move(step.calls.front())})
        .then([heard](const operation_report&) { heard(nullptr); },
              [heard](const caf::error& e) { heard(&e); });
  }
}

void keeper_desk::ended(std::size_t i, const operation_report& r) {
  auto& a = st_.accounts[i];
  const auto step = std::exchange(a.line.step, std::nullopt);
  a.line.in_flight.reset();
  a.block = std::max(a.block, r.block_number);
  if (r.state != operation_state::confirmed) {
    a.line.not_before =
        now() + backoff(first_wait_after_failure, a.line.failures++, longest_wait_after_failure);
    a.trouble = (step ? step->purpose : std::string{"an operation"}) + " did not happen" +
                (r.detail.empty() ? "" : ": " + r.detail);
    spdlog::warn("venue.account_operation_failed name={} tx={} detail=\"{}\"", a.who.name,
                 r.tx_hash.hex(), r.detail);
    return;
  }
  a.trouble.clear();
  // The relayer's word makes no wallet: until the chain shows it, it is asked again more and more
  // seldom.
  if (a.wallet == own_wallet::to_be_made) {
    a.line.not_before =
        now() + backoff(first_wait_after_failure, a.line.failures++, longest_wait_after_failure);
    a.trouble = "the relayer says that it has made it";
    return;
  }
  a.line.failures = 0;
  if (!step || !step->move) return;
  ++st_.moves;
  if (a.who.signature_type == 0) return moved(i, *step->move, r.logs);
  read_receipt(i, *step->move, r.tx_hash);
}

/// What arrived, by the transaction's own events; less than was sent is a human's matter.
void keeper_desk::moved(std::size_t i, const collateral_move& m,
                        const std::vector<actors::event_log>& logs) {
  const auto& a = st_.accounts[i];
  const auto got = brought(st_.settings.contracts, a.who.holder, m.way, logs);
  spdlog::info("venue.collateral_moved name={} way={} amount={} received={}", a.who.name,
               to_string(m.way), to_string(m.amount), got ? to_string(*got) : "unknown");
  if (got && *got >= m.amount) return clear(account_alert::moved_less, a);
  raise(account_alert::moved_less, a,
        std::string{to_string(m.way)} + " of " + to_string(m.amount) + " brought " +
            (got ? to_string(*got) : "an unreadable amount"));
}

/// The relayer tells a hash and no events.
void keeper_desk::read_receipt(std::size_t i, const collateral_move& m, const hash256& tx) {
  if (tx.is_zero()) return;
  ask_all(self_, st_.doors.chain, {eth::transaction_receipt(tx)},
          [self = self_, i, m](std::vector<rpc_result>& r) {
            const auto receipt = eth::answer(r.front(), eth::read_receipt);
            if (!receipt || !*receipt) return;
            auto& a = self->state.accounts[i];
            a.block = std::max(a.block, (*receipt)->block_number);
            std::vector<actors::event_log> logs;
            for (const auto& x : (*receipt)->logs) logs.push_back({x.emitter, x.topics, x.data});
            keeper_desk{self}.moved(i, m, logs);
          });
}

void keeper_desk::ask_operation(std::size_t i, const operation_id& id, report_done done) {
  const auto& a = st_.accounts[i];
  const auto patience = w_.settings.patience.append;
  const auto lost = [done](const caf::error&) { done(nullptr); };
  if (a.who.signature_type == 3 && a.relayer) {
    self_->request(a.relayer, patience, actors::get_atom::value, id)
        .then(
            [done](const batch_report& b) {
              const auto r = report_of(b);
              done(&r);
            },
            lost);
    return;
  }
  const auto wallet = wallet_of(a);
  if (!wallet) return done(nullptr);
  self_->request(wallet, patience, actors::get_atom::value, id)
      .then([done](const operation_report& r) { done(&r); }, lost);
}

}  // namespace headroom::chain::polymarket
