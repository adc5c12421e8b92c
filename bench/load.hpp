#pragma once

#include <caf/all.hpp>
#include <future>

#include "bench/house.hpp"

namespace headroom::bench {

/// A closed loop of bets: as soon as one is through, the next is placed.
struct load_plan {
  std::uint32_t in_flight = 1;
  std::int64_t duration_ms = 1000;
  std::uint64_t most = 100'000;  // bets; unless they are filled, fewer than max_live_bets
  /// False: a bet is through when it is accepted (committed, about to be submitted). True: when it
  /// is filled, its end is committed and its caller has the answer.
  bool until_filled = false;
  bool times = false;  // keep those of each bet; only with until_filled
};

struct load_report {
  std::uint64_t through = 0;
  std::uint64_t refused = 0;
  std::int64_t elapsed_ns = 0;  // from the first place_bet to the last one counted in `through`
  // Of each bet from place_bet on, in microseconds.
  std::vector<std::uint32_t> accepted_us;
  std::vector<std::uint32_t> answered_us;
};

/// One plan over users 1 to `users`, from its construction on. One at a time in a house.
class running_load {
 public:
  running_load(house& h, const load_plan& plan, std::uint32_t users, std::uint64_t seed);
  ~running_load();
  running_load(const running_load&) = delete;
  running_load& operator=(const running_load&) = delete;

  /// From now on nothing is placed, whatever the plan says.
  void stop();
  /// What it came to, once it is over; leaves nothing in progress. Throws std::runtime_error when
  /// it does not end within two minutes. Asked once.
  [[nodiscard]] load_report finish();

 private:
  house& house_;
  std::future<load_report> report_;
  caf::actor load_;
};

[[nodiscard]] load_report run_load(house& h, const load_plan& plan, std::uint32_t users,
                                   std::uint64_t seed);

}  // namespace headroom::bench
