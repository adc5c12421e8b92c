#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/bytes.hpp"
#include "domain/errc.hpp"
#include "net/rate_limit.hpp"

/// Who may place the next order of one account, when the venue takes fewer than are wanted.
namespace headroom::chain::polymarket {

/// The venue's limits belong to the account, and all users of the house share them. While there is
/// room an order has its turn at once. Else it waits, and turns go round: first between front ends
/// (a service key each; all who sign themselves are one), within a front end between its users, and
/// a user's own orders in the order they came. Who cannot have a turn in time hears so at once, and
/// when to come back. Nothing of this order is stored yet (the turn is taken by its quote), so a
/// refusal gives nothing back.
class order_turns {
 public:
  using time_point = net::rate_limit::time_point;
  using milliseconds = std::chrono::milliseconds;

  /// Where the length of the list does not follow from the askers' patience.
  struct bounds {
    std::size_t of_a_user = 16;  // waiting, through one front end
    std::size_t of_all = 256;
  };
  struct asker {
    std::string front;  // "" is a name as well
    address user;
    time_point give_up{};  // a turn after it is of no use
  };
  struct refusal {
    errc why = errc::overloaded;        // rate_limited: the user's own orders fill their places
    std::chrono::seconds come_back{1};  // who comes then, and meets nobody new, has a turn
  };
  /// Nothing: it is their turn. Called once; may ask for no turn itself.
  using told = std::function<void(const std::optional<refusal>&)>;

  order_turns() = default;
  /// @param windows  of the venue, all of which an order must find room in; one at least
  order_turns(std::vector<net::rate_limit> windows, bounds most)
      : windows_{std::move(windows)}, most_{most} {}

  /// A turn at once: when nobody waits and every window has room.
  [[nodiscard]] bool take(time_point now);
  /// After `take` said no: a place in the list, or why there is none; then `tell` is not called.
  [[nodiscard]] std::optional<refusal> join(asker who, told tell, time_point now);
  /// Gives the turns that are due, and refuses whoever's cannot come in time.
  void serve(time_point now);
  /// When `serve` has something to do next; nothing while nobody waits.
  [[nodiscard]] std::optional<milliseconds> due(time_point now);
  /// The venue asked to wait: no turns until then, and what was saved up is gone.
  void hold(time_point until);

  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_; }

 private:
  struct ticket {
    time_point give_up;
    told tell;
  };
  struct user_line {
    address user;
    std::deque<ticket> tickets;  // never empty
    [[nodiscard]] std::size_t waiting() const noexcept { return tickets.size(); }
  };
  struct front_line {
    std::string name;
    std::deque<user_line> users;  // the next one first; never empty
    std::size_t count = 0;
    [[nodiscard]] std::size_t waiting() const noexcept { return count; }
  };

  /// Until so many orders have found room, one after the other.
  [[nodiscard]] milliseconds room_for(std::size_t orders, time_point now);
  [[nodiscard]] std::size_t turns_before(const std::string& front, const address& user) const;
  [[nodiscard]] std::size_t waiting_of(const std::string& front, const address& user) const;
  [[nodiscard]] refusal refused(errc why, const std::string& front, const address& user,
                                time_point now);
  [[nodiscard]] ticket next();
  void refuse_before(time_point t, time_point now);

  std::vector<net::rate_limit> windows_{net::rate_limit{}};
  bounds most_;
  std::deque<front_line> fronts_;  // the next one first
  std::size_t waiting_ = 0;
};

}  // namespace headroom::chain::polymarket
