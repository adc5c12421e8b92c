#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "actors/log_limit.hpp"
#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "domain/conversion.hpp"
#include "domain/route_choice.hpp"

namespace headroom::actors {

/// Credits what is settled, groups what is credited of one source, chooses a route for it among
/// those that the operator enables, and drives it along the route that it names from then on.
struct conversion_state {
  static inline const char* name = "conversion";
  using time_point = caf::actor_clock::time_point;

  struct running {
    conversion_progress progress;
    bool busy = false;              // a question about it is open
    bool unreadable = false;        // what is in flight could not be read the last time
    bool stopped = false;           // the books refused it: a human must look
    bool on_hold = false;           // by an operator's order
    bool rescue = false;            // its next question is an operator's word
    std::int64_t obeyed = 0;        // the newest order that was
    std::uint32_t short_looks = 0;  // in a row, that found the wallet short of money
    time_point next_look{};         // not before
    time_point moved_at{};          // last progress
    time_point adopted_at{};
    time_point step_began{};                  // or was taken over by this actor
    std::optional<time_point> troubled_at{};  // held or unreadable since then
    bool money_left = false;                  // though it is held
    bool untold = false;                      // what its steps have come to, to the books
    // Of one that has sent nothing: looks for another route (docs/decisions/0044).
    time_point elsewhere_next{};        // not before
    std::uint32_t moves_made = 0;       // by its money, as far as this actor knows
    std::optional<conversion> moves{};  // the books were asked to put this one in its place
    // What is done by depth is asked for again until `finalized` has passed it.
    time_point next_proof{};                 // not before
    std::optional<time_point> gone_since{};  // no node shows it any more
  };

  world_ptr w;
  std::map<std::string, route_info> routes;  // by name: those that have said what they are made of
  /// Asked of a journal, which answers when it has committed, or dies without a word.
  struct open_credit {
    credit_deposit entry;
    caf::actor_id journal = 0;
  };
  std::map<deposit_id, open_credit> crediting;
  std::map<conversion_id, running> live;
  std::map<conversion_id, running> arrived;  // completed, and a reorganisation may undo it yet
  std::set<conversion_id> ended;   // since the last poll was sent: its answer may be older
  std::set<conversion_id> ending;  // by an order; the books were asked and have not answered
  /// In the books, and no route of this process can drive them; with the route that each names.
  std::map<conversion_id, std::string> unclaimed;
  bool polling = false;
  time_point asked_at{};  // the last poll

  /// What a route said when it was last looked at, and what the last choice said of it.
  struct route_sight {
    std::optional<route_flight> flight;
    std::optional<route_quote> quote;
    usdc quoted_amount;
    timestamp quoted_at;
    route_verdict verdict;
    timestamp judged_at;
    time_point next_look{};
    std::optional<time_point> stopped_since{};  // nothing new starts on it
  };
  std::map<std::string, route_sight> sights;
  /// One choice under way; the callbacks of its questions keep it.
  struct choice_run {
    money_source source;
    conversion_id replaces{};  // whose deposits they are, whole or not at all; zero: nobody's yet
    std::string without;       // the route that they are on
    std::vector<waiting_deposit> waiting;
    time_point deadline{};
    std::size_t unanswered = 0;  // routes
    std::vector<route_offer> offers;
    std::map<std::string, deposit_batch> batches;  // by route: what it would take
  };
  std::map<money_source, std::shared_ptr<choice_run>> choices;  // until what they open is booked
  std::map<money_source, time_point> choose_next;               // not before, after one in vain
  std::map<money_source, waiting_money> waiting;
  std::set<deposit_id> taken;               // since the last poll was sent: its answer may be older
  std::optional<buffer_forecast> forecast;  // while the buffer's owner answers
  log_limit lines;
  std::uint64_t credited = 0;
  std::uint64_t completed = 0;
  std::uint64_t retried = 0;
  std::uint64_t undone = 0;    // steps, by reorganisations
  std::uint64_t replaced = 0;  // by another, on another route

  [[nodiscard]] std::ptrdiff_t stopped() const {
    return std::count_if(live.begin(), live.end(), [](const auto& x) { return x.second.stopped; });
  }
  [[nodiscard]] std::ptrdiff_t held() const {
    return std::count_if(live.begin(), live.end(), [](const auto& x) {
      const auto& p = x.second.progress;
      return !p.finished() && p.step().state == "held";
    });
  }

  /// No new money enters a route on which anything in flight cannot be read. Others go on.
  [[nodiscard]] bool unreadable(const std::string& route) const {
    return std::any_of(live.begin(), live.end(),
                       [&](const auto& x) {
                         return x.second.unreadable && x.second.progress.row().route == route;
                       }) ||
           std::any_of(unclaimed.begin(), unclaimed.end(),
                       [&](const auto& x) { return x.second == route; });
  }
  [[nodiscard]] bool readable() const {
    return std::none_of(live.begin(), live.end(),
                        [](const auto& x) { return x.second.unreadable; });
  }
  /// Whether any wallet lacks what is under way already: whoever else would send from it waits, for
  /// it would pay for that (conversion_driver::is_short).
  [[nodiscard]] bool short_of_money() const {
    return std::any_of(live.begin(), live.end(),
                       [](const auto& x) { return x.second.short_looks > 0; });
  }
};

using conversion_self = self_pointer<conversion_actor, conversion_state>;

conversion_actor::behavior_type conversion_behavior(conversion_self self, world_ptr w);

}  // namespace headroom::actors
