#include "chain/treasury/route_run.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/evm/wallet_actor.hpp"

namespace headroom::chain {

operation_id operation_of(const actors::run_step& x, std::string_view what) {
  std::string name = x.conversion.text() + "/" + std::to_string(x.step) + "/" +
                     std::to_string(x.attempt) + "/" + std::string{what};
  return operation_id::from_digest(keccak256(name));
}

std::vector<log_entry> entries_of(const actors::operation_report& r) {
  std::vector<log_entry> out;
  for (const auto& log : r.logs)
    out.push_back({log.emitter, log.topics, log.data, r.tx_hash, r.block_number});
  return out;
}

step_run::step_run(route_self self, actors::run_step x, promise p)
    : self_{self},
      st_{self->state},
      s_{self->state.settings},
      x_{std::move(x)},
      detail_{route_detail::parse(x_.detail)},
      promise_{std::move(p)} {
  detail_.note.clear();
}

void step_run::start() {
  ++st_.asked;
  if (x_.amount_in.micro <= 0) return unreadable("the step has no input");
  if (x_.step == bridge_step) return start_bridge();
  if (x_.step == swap_step) return start_swap();
  unreadable("the route has no such step");
}

// -- wallets -------------------------------------------------------------------------------------

void step_run::no_word(const caf::error& why) {
  // A message that was seen needs no receipt of its sending, which a node may forget.
  if (x_.step == bridge_step && !detail_.guid.is_zero()) return look_for_arrival();
  unreadable("wallet: " + std::string{to_string(actors::code_of(why))});
}

void step_run::send(std::uint64_t chain_id, const operation_id& id, std::string purpose,
                    actors::contract_call call) {
  const auto wallet = st_.w->dir.wallet(chain_id);
  if (!wallet) return unreadable("no wallet");
  self_
      ->request(wallet, st_.w->settings.step_timeout,
                actors::send_transaction{id, std::move(purpose), std::move(call)})
      .then(
          [run = shared_from_this(), id](const report& r) {
            run->operations_.push_back(id);
            // With a message under way it was its execution, and the step keeps its own hash.
            if (run->detail_.guid.is_zero()) return run->in_flight(r, "sent");
            run->waiting("executes the delivery");
          },
          [run = shared_from_this()](const caf::error& e) { run->not_sent(e); });
}

/// While the bridge's message is on its way only its execution is sent: the money is in flight.
void step_run::not_sent(const caf::error& why) {
  const auto detail = actors::detail_of(why);
  const bool under_way = !detail_.guid.is_zero();
  const bool refused = detail.starts_with(would_revert);
  const bool no_gas = detail.starts_with(no_gas_money);
  if (!refused && !no_gas)
    return unreadable("wallet: " +
                      (detail.empty() ? std::string{to_string(actors::code_of(why))} : detail));
  if (under_way && refused) return rescue_is_stuck(detail);
  short_of_money_ = no_gas;
  if (under_way) return waiting("waits: " + detail);
  held("waits: " + detail);
}

/// The wallet has named the transaction that used the nonce instead (wallet_doubt.cpp), however
/// long ago. Only when no node has a receipt of any attempt of ours has nothing moved.
void step_run::check_dropped(const rpc_actor& rpc, const operation_id& id) {
  const auto query = st_.w->dir.get<actors::query_actor>();
  if (!query) return unreadable("dropped; the outbox cannot be read");
  self_->request(query, st_.w->settings.load_timeout, actors::get_atom::value, id)
      .then(
          [run = shared_from_this(), rpc](const std::vector<chain_operation>& rows) {
            if (rows.empty()) return run->unreadable("dropped, and not in the outbox");
            std::vector<hash256> attempts;
            for (const auto& row : rows) attempts.push_back(row.tx_hash);
            run->look_for_receipts(rpc, std::move(attempts));
          },
          [run = shared_from_this()](const caf::error&) {
            run->unreadable("dropped; the outbox cannot be read");
          });
}

void step_run::look_for_receipts(const rpc_actor& rpc, std::vector<hash256> attempts) {
  if (attempts.empty()) return failed({}, "dropped: its nonce was used by another");
  const auto tx = attempts.back();
  attempts.pop_back();
  ++calls_;
  ask_every_node(self_, rpc, eth::transaction_receipt(tx),
                 [run = shared_from_this(), rpc, attempts](const std::vector<rpc_result>& words) {
                   std::size_t without = 0;
                   for (const auto& word : words) {
                     if (word.status != rpc_status::ok) continue;  // it says nothing
                     const auto receipt = eth::read_receipt(word.value);
                     if (!receipt || *receipt)
                       return run->unreadable("dropped, but a receipt may exist");
                     ++without;
                   }
                   if (without < std::min<std::size_t>(words.size(), 2))
                     return run->unreadable("dropped; too few nodes say that there is no receipt");
                   run->look_for_receipts(rpc, attempts);
                 });
}

/// The wallet cannot tell: it may have moved the money, so nothing starts in its place.
void step_run::undecided(const report& r) {
  tx_ = r.tx_hash;
  unreadable("in doubt: " + r.detail);
}

bool step_run::covered(const rpc_result& balance, std::string_view chain) {
  const auto data = eth::bytes_of(balance);
  const auto there = data ? abi::reader{*data}.word(0) : std::nullopt;
  if (!there) {
    unreadable("the balance on " + std::string{chain} + " cannot be read");
    return false;
  }
  const auto need = add_saturating(x_.amount_in, x_.owed_before);
  if (*there >= uint256::of(static_cast<std::uint64_t>(need.micro))) return true;
  const auto micro = static_cast<std::int64_t>(there->to_u64().value_or(0));  // less than `need`
  short_of_money_ = true;
  held("short: the wallet holds " + to_string(usdc{micro}) + " USDT0 on " + std::string{chain} +
       ", this and older conversions need " + to_string(need));
  return false;
}

// -- answers -------------------------------------------------------------------------------------

void step_run::answer(step_state state, usdc amount) {
  actors::step_progress out;
  out.state = state;
  out.amount_out = amount;
  out.tx_hash = tx_;
  out.detail = detail_.text();
  out.operations = std::move(operations_);
  out.calls = calls_;
  out.short_of_money = short_of_money_;
  promise_.deliver(std::move(out));
}

void step_run::in_flight(const report& r, std::string note) {
  tx_ = r.tx_hash;
  waiting(std::move(note));
}

void step_run::waiting(std::string note) {
  detail_.note = std::move(note);
  answer(step_state::in_flight, {});
}

void step_run::held(std::string note) {
  detail_.note = std::move(note);
  answer(step_state::held, {});
}

void step_run::done(usdc amount) {
  ++st_.done;
  answer(step_state::done, amount);
}

void step_run::failed(const hash256& tx, std::string why) {
  ++st_.failed;
  tx_ = tx;
  st_.last_problem = why;
  if (may_say("failed"))
    spdlog::warn("route.step_failed conversion={} step={} attempt={} reason=\"{}\"",
                 x_.conversion.text(), x_.step, x_.attempt, why);
  // The next attempt starts afresh, and knows since when there may be sends of ours.
  detail_ = {{}, std::nullopt, std::move(why), detail_.since_block};
  answer(step_state::failed, {});
}

void step_run::unreadable(std::string why) {
  ++st_.unreadable;
  st_.last_problem = why;
  detail_.note = std::move(why);
  answer(step_state::unreadable, {});
}

bool step_run::may_say(std::string_view cause) {
  return st_.lines.due(std::string{cause} + " " + x_.conversion.text(), self_->clock().now());
}

}  // namespace headroom::chain
