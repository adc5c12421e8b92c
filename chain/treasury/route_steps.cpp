#include "chain/treasury/route_steps.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/evm/wallet_actor.hpp"
#include "chain/treasury/receipt_search.hpp"
#include "chain/treasury/route_leg.hpp"
#include "domain/operation_purpose.hpp"

namespace headroom::chain {
namespace {

uint256 every_token() {
  uint256 out;
  out.bytes.fill(0xff);
  return out;
}

}  // namespace

std::map<std::string, std::string> route_tally::facts(std::string route) const {
  return {{"route", std::move(route)},
          {"asked", std::to_string(asked)},
          {"done", std::to_string(done)},
          {"failed", std::to_string(failed)},
          {"unreadable", std::to_string(unreadable)},
          {"last_problem", last_problem}};
}

actors::route_flight route_tally::flight(time_point now) {
  constexpr std::chrono::minutes remembered{15};
  std::erase_if(moves, [&](const auto& m) { return now - m.second.seen > remembered; });
  actors::route_flight out{true, 0, {}};
  for (const auto& [key, move] : moves) {
    ++out.moves;
    out.amount = add_saturating(out.amount, move.amount);
    if (move.problem.empty() || !out.readable) continue;
    out.readable = false;
    out.problem = key.first.text() + ": " + move.problem;
  }
  return out;
}

bool route_tally::knows(const operation_id& id) const {
  return std::any_of(moves.begin(), moves.end(), [&](const auto& m) {
    const auto& ids = m.second.operations;
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  });
}

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

route_step::route_step(actors::route_actor::pointer self, const actors::world& w,
                       route_tally& tally, actors::run_step x, promise p)
    : self_{self},
      w_{w},
      x_{std::move(x)},
      detail_{route_detail::parse(x_.detail)},
      at_stake_{x_.amount_in},
      tally_{tally},
      promise_{std::move(p)} {
  detail_.note.clear();
}

bool route_step::begin() {
  ++tally_.asked;
  if (x_.amount_in.micro > 0) return true;
  unreadable("the step has no input");
  return false;
}

// -- wallets -------------------------------------------------------------------------------------

void route_step::where_is(const actors::wallet_account& who, const operation_id& id,
                          std::function<void(const report&)> then) {
  const auto wallet = w_.dir.handles.wallet(who);
  if (!wallet) return unreadable("no wallet");
  self_->request(wallet, w_.settings.conversion.step_timeout, actors::get_atom::value, id)
      .then(
          [run = shared_from_this(), id, then = std::move(then)](const report& r) {
            if (r.state != operation_state::unsent) run->operations_.push_back(id);
            then(r);
          },
          [run = shared_from_this()](const caf::error& e) { run->no_word(e); });
}

void route_step::no_word(const caf::error& why) {
  unreadable("wallet: " + std::string{to_string(actors::code_of(why))});
}

void route_step::send(const actors::wallet_account& who, const operation_id& id,
                      std::string purpose, actors::contract_call call) {
  if (asked_again()) return waiting("not as it was done");
  const auto wallet = w_.dir.handles.wallet(who);
  if (!wallet) return unreadable("no wallet");
  self_
      ->request(wallet, w_.settings.conversion.step_timeout,
                actors::send_transaction{id, to_string({std::move(purpose), x_.conversion}),
                                         std::move(call)})
      .then(
          [run = shared_from_this(), id](const report& r) {
            run->operations_.push_back(id);
            run->sent(r);
          },
          [run = shared_from_this()](const caf::error& e) { run->refused(e); });
}

void route_step::approve(const leg_chain& chain, const operation_id& id, const address& token,
                         const address& spender) {
  where_is(chain.account(), id,
           [run = shared_from_this(), chain, id, token, spender](const report& r) {
             switch (r.state) {
               case operation_state::unsent:
                 return run->send(chain.account(), id, "approve",
                                  {token, approve_call(spender, every_token()), {}, 0});
               case operation_state::pending: return run->in_flight(r, "approval not final");
               case operation_state::confirmed:
                 // All of it is allowed for good: the node that was asked is behind. A new attempt
                 // would approve once more, while a slow run of this one may be about to send.
                 return run->waiting("approved, and the node does not show it yet");
               case operation_state::reverted:
                 return run->failed(r.tx_hash, "the approval reverted");
               case operation_state::dropped: return run->check_dropped(chain.nodes, id);
               case operation_state::in_doubt: return run->undecided(r);
             }
           });
}

void route_step::sent(const report& r) { in_flight(r, "sent"); }

void route_step::refused(const caf::error& why) {
  const auto detail = actors::detail_of(why);
  const bool reverts = detail.starts_with(would_revert);
  short_of_money_ = detail.starts_with(no_gas_money);
  if (reverts || short_of_money_) return not_sent(reverts, detail);
  unreadable("wallet: " + (detail.empty() ? std::string{to_string(actors::code_of(why))} : detail));
}

void route_step::not_sent(bool, const std::string& why) { held("waits: " + why); }

void route_step::check_dropped(const rpc_actor& rpc, const operation_id& id) {
  const auto query = w_.dir.handles.get<actors::query_actor>();
  if (!query) return unreadable("dropped; the outbox cannot be read");
  self_->request(query, w_.settings.patience.load, actors::get_atom::value, id)
      .then(
          [run = shared_from_this(), rpc](const std::vector<chain_operation>& rows) {
            if (rows.empty()) return run->unreadable("dropped, and not in the outbox");
            run->look_for_receipts(rpc, acting_attempts(rows));
          },
          [run = shared_from_this()](const caf::error&) {
            run->unreadable("dropped; the outbox cannot be read");
          });
}

void route_step::look_for_receipts(const rpc_actor& rpc, std::vector<hash256> attempts) {
  calls_ += static_cast<std::uint32_t>(attempts.size());
  search_receipts(self_, rpc, std::move(attempts), [run = shared_from_this()](std::string problem) {
    if (!problem.empty()) return run->unreadable(std::move(problem));
    run->failed({}, "dropped: its nonce was used by another");
  });
}

void route_step::undecided(const report& r) {
  tx_ = r.tx_hash;
  unreadable("in doubt: " + r.detail);
}

// -- nodes ---------------------------------------------------------------------------------------

void route_step::ask(const rpc_actor& rpc, std::vector<rpc_request> calls,
                     std::function<void(std::vector<rpc_result>&)> then) {
  calls_ += static_cast<std::uint32_t>(calls.size());
  ask_all(self_, rpc, std::move(calls), std::move(then));
}

void route_step::fetch(const http_actor& web, http_call call,
                       std::function<void(const net::http_result&)> then) {
  ++calls_;
  self_->request(web, caf::infinite, std::move(call))
      .then([run = shared_from_this(), then](const net::http_result& r) { then(r); },
            [run = shared_from_this(), then](const caf::error&) { then({}); });
}

bool route_step::covered(const rpc_result& balance, std::string_view token,
                         std::string_view chain) {
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
  held("short: the wallet holds " + to_string(usdc{micro}) + " " + std::string{token} + " on " +
       std::string{chain} + ", this and older conversions need " + to_string(need));
  return false;
}

// -- answers -------------------------------------------------------------------------------------

/// For `in_flight`: what was said last of each step that may have money under way.
void route_step::remember(const actors::step_progress& said, const std::string& stops) {
  if (asked_again()) return;  // nothing of it is under way
  const route_tally::step_key key{x_.conversion, x_.step};
  if (said.state != step_state::in_flight && said.state != step_state::unreadable) {
    tally_.moves.erase(key);
    return;
  }
  const auto& problem = said.state == step_state::unreadable ? detail_.note : stops;
  tally_.moves.insert_or_assign(
      key, step_under_way{x_.amount_in, self_->clock().now(), problem, said.operations});
}

void route_step::deliver(actors::step_progress said, const std::string& stops) {
  if (said.state == step_state::done && !asked_again()) ++tally_.done;
  if (said.state == step_state::failed) ++tally_.failed;
  if (said.state == step_state::unreadable) ++tally_.unreadable;
  if (said.state == step_state::failed || said.state == step_state::unreadable)
    tally_.last_problem = detail_.note;
  remember(said, stops);
  promise_.deliver(std::move(said));
}

void route_step::include(const actors::step_progress& part) {
  calls_ += part.calls;
  for (const auto& id : part.operations)
    if (std::find(operations_.begin(), operations_.end(), id) == operations_.end())
      operations_.push_back(id);
}

void route_step::answer(step_state state, usdc amount) {
  actors::step_progress out;
  out.state = state;
  out.amount_out = amount;
  out.tx_hash = tx_;
  out.detail = detail_.text();
  out.operations = std::move(operations_);
  out.calls = calls_;
  out.short_of_money = short_of_money_;
  out.money_left = money_left_;
  out.by_depth = state == step_state::done && by_depth_;
  out.gone = gone_;
  deliver(std::move(out), stops_);
}

void route_step::in_flight(const report& r, std::string note) {
  tx_ = r.tx_hash;
  waiting(std::move(note));
}

void route_step::waiting(std::string note) {
  detail_.note = std::move(note);
  answer(step_state::in_flight, {});
}

void route_step::held(std::string note) {
  detail_.note = std::move(note);
  answer(step_state::held, {});
}

void route_step::done(usdc amount) { answer(step_state::done, amount); }

void route_step::failed(const hash256& tx, std::string why) {
  tx_ = tx;
  if (may_say("failed"))
    spdlog::warn("route.step_failed conversion={} step={} attempt={} reason=\"{}\"",
                 x_.conversion.text(), x_.step, x_.attempt, why);
  // The next attempt starts afresh, and knows since when there may be sends of ours.
  const auto since = detail_.since_block;
  detail_ = {};
  detail_.note = std::move(why);
  detail_.since_block = since;
  answer(step_state::failed, {});
}

void route_step::unreadable(std::string why) {
  detail_.note = std::move(why);
  answer(step_state::unreadable, {});
}

bool route_step::may_say(std::string_view cause) {
  return tally_.lines.due(std::string{cause} + " " + x_.conversion.text(), self_->clock().now());
}

}  // namespace headroom::chain
