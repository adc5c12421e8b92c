#pragma once

#include "actors/observed.hpp"
#include "chain/treasury/route_leg.hpp"
#include "chain/treasury/withdrawal_float_settings.hpp"
#include "domain/withdrawals.hpp"

/// Users pay, and conversions end, on one account; withdrawals are paid out of another, whose key
/// can lose no more than it holds. What goes from the one to the other is ours before and after: an
/// inventory move, of which the books have the outbox's row and nothing else (docs/decisions/0032).
namespace headroom::chain {

/// What there is: by the books first, then at one node.
struct float_view {
  usdc there;    // USDC of the account that pays out
  usdc leaving;  // of it, what transfers on their way may still take
  usdc unsent;   // of accepted withdrawals without a transfer
  usdc source;   // final USDC of the account that converts, less what conversions need
  usdc moved;    // today
};

struct float_plan {
  usdc amount;   // to move now; zero: nothing
  usdc missing;  // to the low mark, and nothing, or nothing today, to make it of
  friend bool operator==(const float_plan&, const float_plan&) = default;
};
[[nodiscard]] float_plan plan_float(const float_view& has, const withdrawal_float_settings& s);

/// Whose money it is.
struct float_places {
  leg_chain chain;  // with the account that converts
  address account;  // that pays users out; another one
  address usdc;
  bool conversions_need_it = false;  // they go on with this token: what is in one is not moved
};

/// Names the n-th move of a day. It is stored once, so a day has so many moves and no more.
[[nodiscard]] operation_id float_move_of(const float_places& at, timestamp day, std::uint32_t n);
inline constexpr std::uint32_t most_float_moves = 240;  // of a day
/// In the outbox.
inline constexpr const char* float_purpose = "withdrawal_float";

/// Nobody asks it anything.
using withdrawal_float_actor = actors::status_actor::extend<caf::reacts_to<actors::poll_atom>>;

struct withdrawal_float_state {
  static inline const char* name = "withdrawal_float";
  using time_point = caf::actor_clock::time_point;

  actors::world_ptr w;
  withdrawal_float_settings settings;
  float_places at;
  bool looking = false;
  time_point next_look{};
  // Read from the outbox, once for each move that has ended:
  timestamp day;
  std::uint32_t moves = 0;  // of that day
  usdc moved;
  std::uint64_t block = 0;  // of the last one: no older view counts
  timestamp calm_until;     // after one that reverted
  std::string last;         // what the last look came to
};

using withdrawal_float_self = actors::self_pointer<withdrawal_float_actor, withdrawal_float_state>;

/// Kinds of alerts; the subject is the account that pays out.
namespace float_alert {
inline constexpr std::string_view shortage = "withdrawal.float_short";  // nothing to move, or today
inline constexpr std::string_view stuck =
    "withdrawal.float_stuck";  // a move has no end, or reverted
}  // namespace float_alert

/// One move at a time, under a name that follows from the day and its number, stored in the
/// wallet's outbox before it is sent: whoever looks, however often and after whatever death, asks
/// for the same one. While withdrawals are paused nothing is moved.
withdrawal_float_actor::behavior_type withdrawal_float_behavior(withdrawal_float_self self,
                                                                actors::world_ptr w,
                                                                withdrawal_float_settings settings,
                                                                float_places at);

}  // namespace headroom::chain
