#include "chain/treasury/withdrawal_float.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/evm/transaction.hpp"
#include "chain/treasury/covered_usdc.hpp"
#include "domain/operation.hpp"

namespace headroom::chain {
namespace {

using std::chrono::minutes;

constexpr minutes calm_after_revert{10};
constexpr minutes stuck_after{30};  // a stored move without an end

usdc above(usdc has, usdc less) { return has > less ? sub_saturating(has, less) : usdc{}; }

/// What a stored move takes along; all there is when its bytes cannot be read.
usdc amount_of(const chain_operation& row) {
  constexpr std::size_t selector = 4;
  const auto tx = decode_transaction(row.raw);
  const auto value = tx && tx->body.data.size() > selector
                         ? abi::reader{byte_view{tx->body.data}.subspan(selector)}.number(1)
                         : std::nullopt;
  if (!value || *value > static_cast<std::uint64_t>(INT64_MAX)) return usdc{INT64_MAX};
  return usdc{static_cast<std::int64_t>(*value)};
}

/// One look, and what follows from it. Lives in the callbacks of its own questions.
class float_desk {
 public:
  explicit float_desk(withdrawal_float_self self) : self_{self}, st_{self->state}, w_{*st_.w} {}

  void poll() {
    using word = actors::withdrawal_gauge::word;
    if (self_->clock().now() < st_.next_look || std::exchange(st_.looking, true)) return;
    if (w_.dir.gauges.withdrawals().look() != word::open) return end("paused", true);
    ask_outbox();
  }

 private:
  [[nodiscard]] std::chrono::milliseconds patience() const { return w_.settings.patience.load; }

  void end(std::string what, bool soon) {
    st_.looking = false;
    st_.last = std::move(what);
    st_.next_look =
        self_->clock().now() + (soon ? st_.settings.check_soon : st_.settings.check_every);
  }
  void raise(std::string_view kind, const std::string& text) {
    w_.dir.gauges.alerts().raise(kind, st_.at.account.hex(), text, w_.now());
  }
  void clear(std::string_view kind) {
    w_.dir.gauges.alerts().clear(kind, st_.at.account.hex(), w_.now());
  }

  // -- what the outbox has -----------------------------------------------------------------------

  /// Yesterday's last one may be open yet.
  void ask_outbox() {
    const auto query = w_.dir.handles.get<actors::query_actor>();
    if (!query) return end("the outbox cannot be read", true);
    self_->request(query, patience(), st_.at.chain.account())
        .then([self = self_](const actors::wallet_backlog& b) { float_desk{self}.open_ones(b); },
              [self = self_](const caf::error&) {
                float_desk{self}.end("the outbox cannot be read", true);
              });
  }

  void open_ones(const actors::wallet_backlog& b) {
    const auto open = std::find_if(b.open.begin(), b.open.end(),
                                   [](const auto& row) { return row.purpose == float_purpose; });
    if (open != b.open.end()) return wait_for(*open);
    if (const auto today = day_of(w_.now()); st_.day != today) {
      st_.day = today;
      st_.moves = 0;
      st_.moved = {};
    }
    ask_next();
  }

  void wait_for(const chain_operation& row) {
    if (w_.now() >= row.created_at.plus(stuck_after))
      raise(float_alert::stuck, "a move has no end: " + row.tx_hash.hex());
    end("a move is not final", true);
  }

  /// From the first move of the day that is not known to have ended; most looks ask for one.
  void ask_next() {
    if (st_.moves >= most_float_moves) {
      raise(float_alert::shortage, "the day's moves are used up");
      return end("the day's moves are used up", false);
    }
    const auto query = w_.dir.handles.get<actors::query_actor>();
    if (!query) return end("the outbox cannot be read", true);
    self_->request(query, patience(), actors::get_atom::value, next_id())
        .then([self = self_](
                  const std::vector<chain_operation>& rows) { float_desk{self}.found(rows); },
              [self = self_](const caf::error&) {
                float_desk{self}.end("the outbox cannot be read", true);
              });
  }

  [[nodiscard]] operation_id next_id() const { return float_move_of(st_.at, st_.day, st_.moves); }

  void found(const std::vector<chain_operation>& rows) {
    const auto state = state_of(rows);
    if (state == operation_state::unsent) return ask_books();
    if (state == operation_state::pending) return wait_for(rows.back());
    if (const auto* mined = mined_of(rows)) {
      st_.block = std::max(st_.block, mined->block_number);
      if (state == operation_state::confirmed) {
        st_.moved = add_saturating(st_.moved, amount_of(*mined));
        clear(float_alert::stuck);
      } else {
        st_.calm_until = std::max(st_.calm_until, mined->created_at.plus(calm_after_revert));
        raise(float_alert::stuck, "a move reverted: " + mined->tx_hash.hex());
      }
    }
    ++st_.moves;
    ask_next();
  }

  // -- what there is -----------------------------------------------------------------------------

  void ask_books() {
    if (w_.now() < st_.calm_until) return end("a move reverted", false);
    const auto query = w_.dir.handles.get<actors::query_actor>();
    if (!query) return end("the books cannot be read", true);
    self_->request(query, patience(), actors::solvency_atom::value)
        .then([self = self_](const trial_balance& books) { float_desk{self}.ask_head(books); },
              [self = self_](const caf::error&) {
                float_desk{self}.end("the books cannot be read", true);
              });
  }

  void ask_head(const trial_balance& books) {
    const auto& rule = st_.at.chain.finality;
    ask_one_node(self_, st_.at.chain.nodes, head_calls(rule), std::nullopt,
                 [self = self_, books](std::vector<rpc_result>& r) {
                   float_desk desk{self};
                   const auto head = read_head(self->state.at.chain.finality, r);
                   if (!head) return desk.end("the chain's head cannot be read", true);
                   if (head->latest.number < self->state.block)
                     return desk.end("the node is behind our last move", true);
                   desk.ask_balances(*head, books);
                 });
  }

  void ask_balances(const chain_head& head, const trial_balance& books) {
    const auto& at = st_.at;
    const auto has = [&](const address& owner) {
      return eth::call_parameters{std::nullopt, at.usdc, balance_of_call(owner), {}, 0};
    };
    ask_one_node(self_, at.chain.nodes,
                 {eth::call(has(at.chain.wallet), eth::quantity(head.final_number)),
                  eth::call(has(at.chain.wallet)), eth::call(has(at.account))},
                 head.node, [self = self_, books](std::vector<rpc_result>& r) {
                   float_desk{self}.seen(r, books);
                 });
  }

  void seen(const std::vector<rpc_result>& r, const trial_balance& books) {
    const auto source = covered_by(r[0], r[1]);
    const auto there = balance_said(r[2]);
    if (!source || !there) return end("the balances cannot be read", true);
    const auto needed = st_.at.conversions_need_it
                            ? add_saturating(books.converting, books.waits_here)
                            : claimed_by_direct(books);
    const float_view has{*there, books.leaving, above(books.outgoing, books.leaving),
                         above(*source, needed), st_.moved};
    const auto plan = plan_float(has, st_.settings);
    if (plan.missing.is_positive())
      raise(float_alert::shortage, "the account that pays withdrawals lacks " +
                                       to_string(plan.missing) +
                                       " USDC to its low mark: " + to_string(has.source) +
                                       " final USDC is where conversions end, and " +
                                       to_string(has.moved) + " was moved today");
    else
      clear(float_alert::shortage);
    if (plan == float_plan{}) clear(float_alert::stuck);
    if (!plan.amount.is_positive()) return end("nothing to move", plan.missing.is_positive());
    move(plan.amount);
  }

  /// Heard or not: the next look finds it in the outbox, or asks for the same one again.
  void move(usdc amount) {
    const auto wallet = w_.dir.handles.wallet(st_.at.chain.account());
    if (!wallet) return end("no wallet", true);
    const auto value = uint256::of(static_cast<std::uint64_t>(amount.micro));
    self_
        ->request(
            wallet, w_.settings.patience.append,
            actors::send_transaction{next_id(),
                                     float_purpose,
                                     {st_.at.usdc, transfer_call(st_.at.account, value), {}, 0, 0}})
        .then(
            [self = self_, amount](const actors::operation_report& r) {
              spdlog::info("withdrawals.float_moved amount={} tx={}", to_string(amount),
                           r.tx_hash.hex());
              float_desk{self}.end("moved", true);
            },
            [self = self_](const caf::error& e) {
              float_desk{self}.end("not moved: " + actors::detail_of(e), true);
            });
  }

  withdrawal_float_self self_;
  withdrawal_float_state& st_;
  const actors::world& w_;
};

}  // namespace

operation_id float_move_of(const float_places& at, timestamp day, std::uint32_t n) {
  return operation_id::from_digest(
      keccak256(std::string{float_purpose} + "/" + std::to_string(at.chain.chain_id) + "/" +
                at.chain.wallet.hex() + "/" + at.account.hex() + "/" +
                std::to_string(day.seconds()) + "/" + std::to_string(n)));
}

float_plan plan_float(const float_view& has, const withdrawal_float_settings& s) {
  float_plan out;
  if (!s.target.is_positive()) return out;
  const auto free = above(has.there, has.leaving);
  const auto low = add_saturating(s.low, has.unsent);
  if (free >= low) return out;
  const auto lack = above(add_saturating(s.target, has.unsent), free);
  const auto today = s.per_day.is_positive() ? above(s.per_day, has.moved) : usdc{INT64_MAX};
  const auto reach = std::min({lack, above(has.source, s.keep), today});
  if (reach >= s.least) out.amount = reach;
  out.missing = above(low, add_saturating(free, out.amount));
  return out;
}

withdrawal_float_actor::behavior_type withdrawal_float_behavior(withdrawal_float_self self,
                                                                actors::world_ptr w,
                                                                withdrawal_float_settings settings,
                                                                float_places at) {
  auto& st = self->state;
  st.w = std::move(w);
  st.settings = settings;
  st.at = std::move(at);
  self->send(self, actors::poll_atom::value);
  return {
      [self](actors::poll_atom) {
        self->delayed_send(self, self->state.settings.check_soon, actors::poll_atom::value);
        float_desk{self}.poll();
      },
      [self](actors::status_atom) {
        const auto& s = self->state;
        return actors::status_report{withdrawal_float_state::name,
                                     {{"account", s.at.account.hex()},
                                      {"moves_today", std::to_string(s.moves)},
                                      {"moved_today", to_string(s.moved)},
                                      {"last", s.last}}};
      },
  };
}

}  // namespace headroom::chain
