#include "chain/route_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "chain/abi.hpp"
#include "chain/keccak.hpp"
#include "chain/log_search.hpp"
#include "chain/oft.hpp"
#include "chain/route_detail.hpp"
#include "chain/wallet_actor.hpp"

namespace headroom::chain {
namespace {

using actors::operation_report;
using actors::operation_state;
using actors::run_step;
using actors::step_progress;
using actors::step_state;

constexpr uint128 wei_per_coin = 1'000'000'000'000'000'000;

enum step_index : std::uint32_t { bridge_step = 0, swap_step = 1 };

/// One transaction of one attempt of one step of one conversion: always the same id.
operation_id operation_of(const run_step& x, std::string_view what) {
  std::string name = x.conversion.text() + "/" + std::to_string(x.step) + "/" +
                     std::to_string(x.attempt) + "/" + std::string{what};
  return operation_id::from_digest(keccak256(name));
}

std::vector<log_entry> entries_of(const operation_report& r) {
  std::vector<log_entry> out;
  for (const auto& log : r.logs)
    out.push_back({log.emitter, log.topics, log.data, r.tx_hash, r.block_number});
  return out;
}

/// USDT0 to USDC on Polygon, for us; what is left to set is the price and the deadline.
uniswap_v3::swap swap_of(const route_settings& s, usdc amount) {
  uniswap_v3::swap out;
  out.token_in = s.polygon.usdt0;
  out.token_out = s.usdc;
  out.fee = s.pool_fee;
  out.recipient = s.polygon_wallet;
  out.amount_in = static_cast<std::uint64_t>(amount.micro);
  return out;
}

uint256 every_token() {
  uint256 out;
  out.bytes.fill(0xff);
  return out;
}

/// One run of one step. Lives in the callbacks of its own questions; answers exactly once.
class step_run : public std::enable_shared_from_this<step_run> {
 public:
  using promise = caf::typed_response_promise<step_progress>;

  step_run(route_self self, run_step x, promise p)
      : self_{self},
        st_{self->state},
        s_{self->state.settings},
        x_{std::move(x)},
        detail_{route_detail::parse(x_.detail)},
        promise_{std::move(p)} {
    detail_.note.clear();
  }

  void start() {
    ++st_.asked;
    if (x_.amount_in.micro <= 0) return unreadable("the step has no input");
    if (x_.step == bridge_step) return start_bridge();
    if (x_.step == swap_step) return start_swap();
    unreadable("the route has no such step");
  }

 private:
  // -- wallets -----------------------------------------------------------------------------------

  /// Where the operation stands; `then(report)` for everything but an unreachable wallet.
  template <class Then>
  void where_is(std::uint64_t chain_id, const operation_id& id, Then then) {
    const auto wallet = st_.w->dir.wallet(chain_id);
    if (!wallet) return unreadable("no wallet");
    self_->request(wallet, st_.w->settings.step_timeout, actors::get_atom::value, id)
        .then([run = shared_from_this(), then](const operation_report& r) { then(*run, r); },
              [run = shared_from_this()](const caf::error& e) {
                // A message that was seen needs no receipt of its sending, which a node may forget.
                if (run->x_.step == bridge_step && !run->detail_.guid.is_zero())
                  return run->look_for_arrival();
                run->unreadable("wallet: " + std::string{to_string(actors::code_of(e))});
              });
  }

  /// Sends it once, ever. A call that would revert now is not sent: nothing moved, the next look
  /// tries again with fresh numbers.
  void send(std::uint64_t chain_id, const operation_id& id, std::string purpose,
            actors::contract_call call) {
    const auto wallet = st_.w->dir.wallet(chain_id);
    if (!wallet) return unreadable("no wallet");
    self_
        ->request(wallet, st_.w->settings.step_timeout,
                  actors::send_transaction{id, std::move(purpose), std::move(call)})
        .then([run = shared_from_this()](const operation_report& r) { run->in_flight(r, "sent"); },
              [run = shared_from_this()](const caf::error& e) {
                const auto detail = actors::detail_of(e);
                if (detail.starts_with(would_revert)) return run->waiting("waits: " + detail);
                run->unreadable("wallet: " + (detail.empty()
                                                  ? std::string{to_string(actors::code_of(e))}
                                                  : detail));
              });
  }

  /// The wallet says that the nonce went to something else. Only when every attempt of ours is
  /// still without a receipt has nothing moved.
  void check_dropped(const rpc_actor& rpc, const operation_id& id) {
    const auto query = st_.w->dir.get<actors::query_actor>();
    if (!query) return unreadable("dropped; the outbox cannot be read");
    self_->request(query, st_.w->settings.load_timeout, actors::get_atom::value, id)
        .then(
            [run = shared_from_this(), rpc](const std::vector<chain_operation>& rows) {
              const auto old = run->st_.w->now().minus(run->s_.receipts_kept);
              if (rows.empty() || rows.front().created_at < old)
                return run->unreadable("dropped, but too old for its receipts: needs a look");
              std::vector<rpc_request> calls;
              for (const auto& row : rows) calls.push_back(eth::transaction_receipt(row.tx_hash));
              ask_all(run->self_, rpc, std::move(calls), [run](std::vector<rpc_result>& r) {
                const bool nothing = !r.empty() && std::all_of(r.begin(), r.end(), [](auto& one) {
                  const auto receipt =
                      one.status == rpc_status::ok ? eth::read_receipt(one.value) : std::nullopt;
                  return receipt && !*receipt;
                });
                if (nothing) return run->failed({}, "dropped: its nonce was used by another");
                run->unreadable("dropped, but a receipt may exist");
              });
            },
            [run = shared_from_this()](const caf::error&) {
              run->unreadable("dropped; the outbox cannot be read");
            });
  }

  // -- bridge ------------------------------------------------------------------------------------

  [[nodiscard]] oft::send_parameters parameters() const {
    const auto amount = static_cast<std::uint64_t>(x_.amount_in.micro);
    return {s_.polygon.eid, s_.polygon_wallet, amount, amount};
  }

  void start_bridge() {
    const auto id = operation_of(x_, "send");
    where_is(s_.plasma.chain_id, id, [id](step_run& run, const operation_report& r) {
      switch (r.state) {
        case operation_state::unsent: return run.quote_bridge(id);
        case operation_state::pending: return run.in_flight(r, "not final on the source chain");
        case operation_state::confirmed: return run.find_message(r);
        case operation_state::reverted: return run.failed(r.tx_hash, "the bridge call reverted");
        case operation_state::dropped: return run.check_dropped(run.st_.plasma, id);
        case operation_state::in_doubt: return run.in_doubt(r);
      }
    });
  }

  /// The fee in the source chain's coin, and the block from which the arrival will be looked for.
  void quote_bridge(const operation_id& id) {
    ask_all(self_, st_.polygon, {eth::block_number()},
            [run = shared_from_this(), id](std::vector<rpc_result>& r) {
              const auto block =
                  r[0].status == rpc_status::ok ? eth::read_number(r[0].value) : std::nullopt;
              if (!block) return run->unreadable("the destination chain is silent");
              if (!run->detail_.from_block) run->detail_.from_block = *block;
              run->quote_fee(id);
            });
  }

  void quote_fee(const operation_id& id) {
    const auto ask_messenger = [&](byte_vector data) {
      return eth::call({s_.plasma_wallet, s_.plasma.messenger, std::move(data), {}});
    };
    ask_all(self_, st_.plasma,
            {ask_messenger(oft::peers_call(s_.polygon.eid)),
             ask_messenger(oft::quote_send_call(parameters()))},
            [run = shared_from_this(), id](std::vector<rpc_result>& r) {
              const auto peer = eth::bytes_of(r[0]);
              if (!peer) return run->unreadable("the bridge's pathway cannot be read");
              if (abi::account_of(*peer) != run->s_.polygon.messenger) {
                spdlog::error("route.pathway_not_wired conversion={} eid={} peer={}",
                              run->x_.conversion.text(), run->s_.polygon.eid, to_0x(*peer));
                return run->waiting("waits: the bridge does not lead to our messenger");
              }
              const auto data = eth::bytes_of(r[1]);
              auto fee = data ? oft::read_quote(*data) : std::nullopt;
              const auto native = fee ? fee->native.to_u128() : std::nullopt;
              if (!native) return run->unreadable("the bridge's fee cannot be read");
              if (*native > run->s_.max_bridge_fee * wei_per_coin) {
                spdlog::error("route.bridge_fee_too_high conversion={} wei={}",
                              run->x_.conversion.text(), fee->native.decimal());
                return run->waiting("waits: the bridge asks for more than max_bridge_fee");
              }
              fee->native = uint256::of(*native / 100 * run->s_.fee_pad_percent + 1);
              run->send(
                  run->s_.plasma.chain_id, id, "bridge",
                  {run->s_.plasma.messenger,
                   oft::send_call(run->parameters(), *fee, run->s_.plasma_wallet), fee->native, 0});
            });
  }

  void find_message(const operation_report& r) {
    tx_ = r.tx_hash;
    const auto sent = oft::find_sent(entries_of(r), s_.plasma.messenger);
    if (!sent) return unreadable("the bridge call has no message");
    detail_.guid = sent->guid;
    look_for_arrival();
  }

  void look_for_arrival() {
    auto calls = head_calls(s_.polygon.finality);
    ask_all(self_, st_.polygon, std::move(calls),
            [run = shared_from_this()](std::vector<rpc_result>& results) {
              const auto head = read_head(run->s_.polygon.finality, results);
              if (!head) return run->unreadable("the destination chain is silent");
              run->find_arrival(*head);
            });
  }

  /// Forwards from the block on record, which moves on past what was searched: after a long outage
  /// one look does not reach the head, and the next one goes on.
  void find_arrival(const chain_head& head) {
    log_search s;
    s.filter.emitter = s_.polygon.messenger;
    s.filter.topics = {oft::received_topic(), detail_.guid};
    s.highest = head.latest.number;
    if (!detail_.from_block)
      detail_.from_block = s.highest > s_.searched_at_least ? s.highest - s_.searched_at_least : 0;
    s.lowest = *detail_.from_block;
    s.chunk = s_.logs_chunk;
    s.max_chunks = s_.logs_chunks;
    search_logs_forward(self_, st_.polygon, std::move(s),
                        [run = shared_from_this(), head](const log_findings& found) {
                          if (!found.readable)
                            return run->unreadable("the destination chain is silent");
                          if (found.logs.empty()) return run->not_arrived(head, found);
                          run->arrived(head, found.logs);
                        });
  }

  /// Only final blocks are done with: others may still change.
  void not_arrived(const chain_head& head, const log_findings& found) {
    if (found.complete) return waiting("waits for delivery");
    const auto next = std::min(found.next, head.final_number + 1);
    detail_.from_block = std::max(*detail_.from_block, next);
    waiting("looks for the delivery, block by block");
  }

  void arrived(const chain_head& head, const std::vector<log_entry>& logs) {
    const auto event = oft::find_received(logs, s_.polygon.messenger, detail_.guid);
    const auto amount = event ? event->amount.to_u64() : std::nullopt;
    if (!amount || *amount > static_cast<std::uint64_t>(INT64_MAX) ||
        event->to != s_.polygon_wallet)
      return unreadable("the arrival is not what was sent");
    if (!head.is_final(logs.front().block_number)) return waiting("delivered, not final yet");
    tx_ = logs.front().tx_hash;
    done(usdc{static_cast<std::int64_t>(*amount)});
  }

  // -- swap --------------------------------------------------------------------------------------

  void start_swap() {
    const auto id = operation_of(x_, "swap");
    where_is(s_.polygon.chain_id, id, [id](step_run& run, const operation_report& r) {
      switch (r.state) {
        case operation_state::unsent: return run.check_allowance(id);
        case operation_state::pending: return run.in_flight(r, "not final");
        case operation_state::confirmed: return run.swapped(r);
        case operation_state::reverted: return run.failed(r.tx_hash, "the swap reverted");
        case operation_state::dropped: return run.check_dropped(run.st_.polygon, id);
        case operation_state::in_doubt: return run.in_doubt(r);
      }
    });
  }

  void check_allowance(const operation_id& swap) {
    ask_all(
        self_, st_.polygon,
        {eth::call(
            {std::nullopt, s_.polygon.usdt0, allowance_call(s_.polygon_wallet, s_.router), {}})},
        [run = shared_from_this(), swap](std::vector<rpc_result>& r) {
          const auto data = eth::bytes_of(r[0]);
          const auto allowed = data ? abi::reader{*data}.word(0) : std::nullopt;
          if (!allowed) return run->unreadable("the allowance cannot be read");
          const auto need = uint256::of(static_cast<std::uint64_t>(run->x_.amount_in.micro));
          if (*allowed >= need) return run->quote_swap(swap);
          run->approve();
        });
  }

  /// Once for all swaps: conversions run side by side, and exact approvals would overwrite each
  /// other. The router can spend the wallet's USDT0 only in calls that the wallet itself makes.
  void approve() {
    const auto id = operation_of(x_, "approve");
    where_is(s_.polygon.chain_id, id, [id](step_run& run, const operation_report& r) {
      switch (r.state) {
        case operation_state::unsent:
          return run.send(
              run.s_.polygon.chain_id, id, "approve",
              {run.s_.polygon.usdt0, approve_call(run.s_.router, every_token()), {}, 0});
        case operation_state::pending: return run.in_flight(r, "approval not final");
        case operation_state::confirmed:
          return run.failed(r.tx_hash, "approved, but the allowance is used up");
        case operation_state::reverted: return run.failed(r.tx_hash, "the approval reverted");
        case operation_state::dropped: return run.check_dropped(run.st_.polygon, id);
        case operation_state::in_doubt: return run.in_doubt(r);
      }
    });
  }

  void quote_swap(const operation_id& id) {
    auto swap = swap_of(s_, x_.amount_in);
    ask_all(
        self_, st_.polygon,
        {eth::call({std::nullopt, s_.quoter, uniswap_v3::quote_call(swap), {}}),
         eth::block("latest")},
        [run = shared_from_this(), id, swap](std::vector<rpc_result>& r) mutable {
          const auto data = eth::bytes_of(r[0]);
          const auto quoted = data ? uniswap_v3::read_quote(*data) : std::nullopt;
          const auto block =
              r[1].status == rpc_status::ok ? eth::read_block(r[1].value) : std::nullopt;
          if (r[0].status == rpc_status::error && eth::is_revert(r[0].error))
            return run->waiting("waits: the pool gives no quote");
          if (!quoted || !block || !*block) return run->unreadable("no quote");
          const auto& s = run->s_;
          const auto floor = mul_div_ceil(run->x_.amount_in.micro, s.least_bps, 10'000);
          const auto least = uniswap_v3::min_out_of(*quoted, s.slippage_bps);
          if (!floor || !least) return run->unreadable("no quote");
          if (*quoted < static_cast<std::uint64_t>(*floor)) {
            spdlog::warn("route.price_below_floor conversion={} quoted={} floor={}",
                         run->x_.conversion.text(), *quoted, *floor);
            return run->waiting("waits: the price is below the floor");
          }
          swap.min_out = std::max(*least, static_cast<std::uint64_t>(*floor));
          swap.deadline = (*block)->timestamp + static_cast<std::uint64_t>(s.swap_deadline.count());
          run->send(s.polygon.chain_id, id, "swap", {s.router, uniswap_v3::swap_call(swap), {}, 0});
        });
  }

  void swapped(const operation_report& r) {
    tx_ = r.tx_hash;
    const auto got = received(entries_of(r), s_.usdc, s_.polygon_wallet);
    if (!got || *got <= 0) return unreadable("the swap's receipt shows no USDC for us");
    done(usdc{*got});
  }

  // -- answers -----------------------------------------------------------------------------------

  void answer(step_state state, usdc amount) {
    step_progress out;
    out.state = state;
    out.amount_out = amount;
    out.tx_hash = tx_;
    out.detail = detail_.text();
    promise_.deliver(std::move(out));
  }

  void in_flight(const operation_report& r, std::string note) {
    tx_ = r.tx_hash;
    waiting(std::move(note));
  }
  /// It may have moved the money: nothing starts in its place until the wallet knows.
  void in_doubt(const operation_report& r) {
    tx_ = r.tx_hash;
    unreadable("in doubt: " + r.detail);
  }
  void waiting(std::string note) {
    detail_.note = std::move(note);
    answer(step_state::in_flight, {});
  }
  void done(usdc amount) {
    ++st_.done;
    answer(step_state::done, amount);
  }
  void failed(const hash256& tx, std::string why) {
    ++st_.failed;
    tx_ = tx;
    st_.last_problem = why;
    spdlog::warn("route.step_failed conversion={} step={} attempt={} reason=\"{}\"",
                 x_.conversion.text(), x_.step, x_.attempt, why);
    detail_ = {{}, std::nullopt, std::move(why)};  // the next attempt starts afresh
    answer(step_state::failed, {});
  }
  void unreadable(std::string why) {
    ++st_.unreadable;
    st_.last_problem = why;
    detail_.note = std::move(why);
    answer(step_state::unreadable, {});
  }

  route_self self_;
  route_state& st_;
  const route_settings& s_;
  run_step x_;
  route_detail detail_;
  hash256 tx_;
  promise promise_;
};

/// What the pool would give now. The bridge moves 1:1.
caf::result<actors::route_quote> quote(route_self self, usdc amount) {
  const auto& s = self->state.settings;
  if (amount.micro <= 0) return make_error(errc::invalid_field);
  auto promise = self->make_response_promise<actors::route_quote>();
  ask_all(self, self->state.polygon,
          {eth::call({std::nullopt, s.quoter, uniswap_v3::quote_call(swap_of(s, amount)), {}})},
          [self, promise](std::vector<rpc_result>& r) mutable {
            const auto data = eth::bytes_of(r[0]);
            const auto out = data ? uniswap_v3::read_quote(*data) : std::nullopt;
            if (!out || *out > static_cast<std::uint64_t>(INT64_MAX)) {
              promise.deliver(make_error(errc::unavailable, "no quote"));
              return;
            }
            promise.deliver(actors::route_quote{{static_cast<std::int64_t>(*out)},
                                                self->state.settings.expected_seconds});
          });
  return promise;
}

}  // namespace

actors::route_actor::behavior_type route_behavior(route_self self, actors::world_ptr w,
                                                  route_settings settings, rpc_actor plasma,
                                                  rpc_actor polygon) {
  auto& st = self->state;
  st.w = std::move(w);
  st.settings = settings;
  st.plasma = std::move(plasma);
  st.polygon = std::move(polygon);
  return {
      [](actors::get_atom) {
        return actors::route_info{"oft_uniswap", {"bridge", "swap"}};
      },
      [self](usdc amount) { return quote(self, amount); },
      [self](run_step& x) -> caf::result<step_progress> {
        auto promise = self->make_response_promise<step_progress>();
        std::make_shared<step_run>(self, std::move(x), promise)->start();
        return promise;
      },
      [self](actors::status_atom) {
        const auto& s = self->state;
        return actors::status_report{route_state::name,
                                     {{"route", "oft_uniswap"},
                                      {"asked", std::to_string(s.asked)},
                                      {"done", std::to_string(s.done)},
                                      {"failed", std::to_string(s.failed)},
                                      {"unreadable", std::to_string(s.unreadable)},
                                      {"last_problem", s.last_problem}}};
      },
  };
}

}  // namespace headroom::chain
