#include "chain/treasury/venue_supply.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/evm/abi.hpp"
#include "chain/evm/eth.hpp"
#include "chain/treasury/covered_usdc.hpp"

namespace headroom::chain {
namespace {

usdc above(usdc has, usdc keep) { return has > keep ? sub_saturating(has, keep) : usdc{}; }

/// One look, and what follows from it. Lives in the callbacks of its own questions.
class supply_desk {
 public:
  explicit supply_desk(venue_supply_self self) : self_{self}, st_{self->state} {}

  void poll() {
    if (self_->clock().now() < st_.next_look || std::exchange(st_.looking, true)) return;
    if (st_.transfer) return follow_transfer();
    if (st_.swap) return follow_swap();
    ask_outbox();
  }

 private:
  void end(std::string what, bool soon) {
    st_.looking = false;
    st_.last = std::move(what);
    st_.next_look =
        self_->clock().now() + (soon ? st_.settings.check_soon : st_.settings.check_every);
  }
  void raise(std::string_view kind, const std::string& text) {
    st_.w->dir.gauges.alerts().raise(kind, st_.at.venue_account.hex(), text, st_.w->now());
  }
  void clear(std::string_view kind) {
    st_.w->dir.gauges.alerts().clear(kind, st_.at.venue_account.hex(), st_.w->now());
  }

  // -- what is under way -------------------------------------------------------------------------

  /// After a restart: a move of the last life is waited for.
  void ask_outbox() {
    const auto query = st_.w->dir.handles.get<actors::query_actor>();
    if (!query) return end("the outbox cannot be read", true);
    self_->request(query, st_.w->settings.patience.load, st_.at.chain.account())
        .then(
            [self = self_](const actors::wallet_backlog& b) {
              supply_desk desk{self};
              const bool moving = std::any_of(b.open.begin(), b.open.end(), [](const auto& row) {
                return row.purpose == supply_purpose || row.purpose == supply_swap_purpose;
              });
              if (moving) return desk.end("a move is not final", true);
              desk.ask_head();
            },
            [self = self_](const caf::error&) {
              supply_desk{self}.end("the outbox cannot be read", true);
            });
  }

  void follow_swap() {
    self_->request(st_.swaps, caf::infinite, *st_.swap)
        .then(
            [self = self_](const actors::step_progress& p) {
              supply_desk desk{self};
              auto& st = self->state;
              if (p.state != step_state::unreadable) st.swap->detail = p.detail;
              switch (p.state) {
                case step_state::done:
                  desk.moved("swapped", p.amount_out);
                  st.swap.reset();
                  return desk.end("swapped", true);
                case step_state::failed:
                  desk.raise(supply_alert::stuck, "a swap for the venue's account: " + p.detail);
                  st.swap.reset();  // nothing has moved: the next look begins anew
                  return desk.end(p.detail, false);
                case step_state::held:  // nothing is sent; by then there may be more or less of it
                  st.swap.reset();
                  return desk.end(p.detail, false);
                case step_state::unreadable:
                case step_state::in_flight: return desk.end(p.detail, true);
              }
              desk.end(p.detail, true);
            },
            [self = self_](const caf::error&) {
              supply_desk{self}.end("no word of a swap", true);
            });
  }

  void follow_transfer() {
    const auto wallet = st_.w->dir.handles.wallet(st_.at.chain.account());
    if (!wallet) return end("no wallet", true);
    self_
        ->request(wallet, st_.w->settings.conversion.step_timeout, actors::get_atom::value,
                  *st_.transfer)
        .then([self = self_](const actors::operation_report& r) { supply_desk{self}.judge(r); },
              [self = self_](const caf::error&) {
                supply_desk{self}.end("no word of a transfer", true);
              });
  }

  void judge(const actors::operation_report& r) {
    switch (r.state) {
      case operation_state::pending: return end("a transfer is not final", true);
      case operation_state::in_doubt:
        raise(supply_alert::stuck, "a transfer is in doubt: " + r.detail);
        return end("in doubt", true);
      case operation_state::confirmed:
        st_.block = std::max(st_.block, r.block_number);
        ++st_.moves;
        spdlog::info("supply.transferred tx={}", r.tx_hash.hex());
        clear(supply_alert::stuck);
        break;
      case operation_state::reverted:
        raise(supply_alert::stuck, "a transfer reverted: " + r.tx_hash.hex());
        break;
      case operation_state::unsent:
      case operation_state::dropped: break;
    }
    const bool calm = r.state == operation_state::reverted;
    st_.transfer.reset();
    end("a transfer has ended", !calm);
  }

  void moved(const char* what, usdc amount) {
    ++st_.moves;
    spdlog::info("supply.{} amount={}", what, to_string(amount));
    clear(supply_alert::stuck);
  }

  // -- what is next ------------------------------------------------------------------------------

  [[nodiscard]] bool swaps() const { return st_.at.usdc != st_.at.usdc_e; }

  void ask_head() {
    const auto& chain = st_.at.chain;
    ask_one_node(self_, chain.nodes, head_calls(chain.finality), std::nullopt,
                 [self = self_](std::vector<rpc_result>& r) {
                   supply_desk desk{self};
                   const auto head = read_head(self->state.at.chain.finality, r);
                   if (!head) return desk.end("the chain's head cannot be read", true);
                   if (head->latest.number < self->state.block)
                     return desk.end("the node is behind our last move", true);
                   desk.ask_balances(*head);
                 });
  }

  /// Of the wallet's account only what is final is moved.
  void ask_balances(const chain_head& head) {
    const auto& at = st_.at;
    const auto call = [](const address& token, const address& owner) {
      return eth::call_parameters{std::nullopt, token, balance_of_call(owner), {}, 0};
    };
    const auto ready = call(at.usdc_e, at.chain.wallet);
    const auto money = call(at.usdc, at.chain.wallet);
    const auto final_block = eth::quantity(head.final_number);
    ask_one_node(self_, at.chain.nodes,
                 {eth::call(call(at.collateral, at.venue_account)),
                  eth::call(call(at.usdc_e, at.venue_account)), eth::call(ready, final_block),
                  eth::call(ready), eth::call(money, final_block), eth::call(money)},
                 head.node,
                 [self = self_](std::vector<rpc_result>& r) { supply_desk{self}.seen(r); });
  }

  void seen(const std::vector<rpc_result>& r) {
    const auto collateral = balance_said(r[0]);
    const auto loose = balance_said(r[1]);
    const auto ready = covered_by(r[2], r[3]);
    const auto money = covered_by(r[4], r[5]);
    if (!collateral || !loose || !ready || !money) return end("the balances cannot be read", true);
    ask_books({add_saturating(*collateral, *loose), *ready, swaps() ? *money : usdc{}});
  }

  /// After the chain: what came in between is known to be somebody's, and not seen.
  void ask_books(const supply_view& has) {
    const auto query = st_.w->dir.handles.get<actors::query_actor>();
    if (!query) return end("the books cannot be read", true);
    self_->request(query, st_.w->settings.patience.load, actors::solvency_atom::value)
        .then(
            [self = self_, has](const trial_balance& books) {
              supply_desk{self}.act(has, claimed_by_direct(books));
            },
            [self = self_](const caf::error&) {
              supply_desk{self}.end("the books cannot be read", true);
            });
  }

  void act(supply_view has, usdc claimed) {
    auto& paid_in = swaps() ? has.other : has.ready;  // of the token that users may pay with
    paid_in = above(paid_in, claimed);
    const auto plan = plan_supply(has, st_.settings, swaps());
    if (plan.missing.is_positive())
      raise(supply_alert::shortage, "the venue's account lacks " + to_string(plan.missing) +
                                        " USDC to its low mark, and there is nothing to move");
    else
      clear(supply_alert::shortage);
    switch (plan.act) {
      case supply_act::nothing: return end("nothing to move", plan.missing.is_positive());
      case supply_act::transfer: return transfer(plan.amount);
      case supply_act::swap: break;
    }
    st_.swap = actors::run_step{};
    st_.swap->conversion = conversion_id::from_digest(st_.w->random());
    st_.swap->amount_in = plan.amount;
    follow_swap();
  }

  /// Its id is kept until the wallet says what became of it: an unheard answer is no second move.
  void transfer(usdc amount) {
    const auto wallet = st_.w->dir.handles.wallet(st_.at.chain.account());
    if (!wallet) return end("no wallet", true);
    actors::send_transaction x;
    x.id = operation_id::from_digest(st_.w->random());
    x.purpose = supply_purpose;
    x.call.to = st_.at.usdc_e;
    x.call.data = abi::encoder{"transfer(address,uint256)"}
                      .account(st_.at.venue_account)
                      .number(static_cast<std::uint64_t>(amount.micro))
                      .done();
    st_.transfer = x.id;
    self_->request(wallet, st_.w->settings.conversion.step_timeout, std::move(x))
        .then([self = self_](const actors::operation_report& r) { supply_desk{self}.judge(r); },
              [self = self_](const caf::error& e) {
                supply_desk{self}.end("a transfer is not sent: " + actors::detail_of(e), true);
              });
  }

  venue_supply_self self_;
  venue_supply_state& st_;
};

}  // namespace

supply_plan plan_supply(const supply_view& has, const venue_supply_settings& s, bool swaps) {
  supply_plan out;
  if (!s.target.is_positive() || has.venue >= s.low) return out;
  const auto need = sub_saturating(s.target, has.venue);
  const auto ready = swaps ? has.ready : above(has.ready, s.keep);
  const auto more = swaps ? above(has.other, s.keep) : usdc{};
  const auto reach = add_saturating(has.venue, add_saturating(ready, more));
  if (reach < s.low) out.missing = sub_saturating(s.low, reach);
  const auto lack = above(need, ready);
  const auto to_swap = std::min(lack, more);
  const auto to_send = std::min(need, ready);
  if (to_swap.is_positive() && to_swap >= s.least) {
    out.act = supply_act::swap;
    out.amount = to_swap;
  } else if (to_send.is_positive() && to_send >= s.least) {
    out.act = supply_act::transfer;
    out.amount = to_send;
  }
  return out;
}

venue_supply_actor::behavior_type venue_supply_behavior(venue_supply_self self, actors::world_ptr w,
                                                        venue_supply_settings settings,
                                                        supply_places at, route_plan swap) {
  auto& st = self->state;
  st.w = std::move(w);
  st.settings = settings;
  st.at = std::move(at);
  if (!swap.legs.empty())
    st.swaps = self->spawn<caf::linked>(legged_route_behavior, st.w, std::move(swap));
  self->send(self, actors::poll_atom::value);
  return {
      [self](actors::poll_atom) {
        self->delayed_send(self, self->state.settings.check_soon, actors::poll_atom::value);
        supply_desk{self}.poll();
      },
      [self](actors::status_atom) {
        const auto& s = self->state;
        return actors::status_report{venue_supply_state::name,
                                     {{"account", s.at.venue_account.hex()},
                                      {"moves", std::to_string(s.moves)},
                                      {"under_way", s.swap       ? "swap"
                                                    : s.transfer ? "transfer"
                                                                 : "nothing"},
                                      {"last", s.last}}};
      },
  };
}

}  // namespace headroom::chain
