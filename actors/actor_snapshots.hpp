#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/message_taps.hpp"
#include "actors/registry.hpp"

namespace headroom::actors {

/// A card as it was when it was passed.
struct actor_sighting {
  std::uint64_t id = 0;
  const char* name = "";
  std::uint64_t processed = 0;
  std::uint64_t busy_ns = 0;
  std::int64_t born_ns = 0;
  std::uint64_t oldest_ns =
      0;                       // when one of those that wait came, usually the oldest; 0: not known
  std::uint64_t began_ns = 0;  // when the handler that runs began; 0: none
  std::uint32_t waiting = 0;
  std::uint32_t wait_us = 0;  // the longest of late
  std::array<std::uint8_t, 20> business_id{};
  id_kind business_kind = id_kind::none;
  message_type in_handler{};

  /// How long messages wait: of late, or the one that waits now.
  [[nodiscard]] std::uint64_t wait_at(std::int64_t now_ns) const noexcept;
};
[[nodiscard]] actor_sighting sighting_of(const actor_card& card);

enum class actor_sort : std::uint8_t { mailbox = 0, wait = 1, busy = 2, rate = 3, age = 4 };

/// Where a page ends: the last row's figure, which is compared, and its id.
struct actor_place {
  std::uint64_t figure = 0;
  std::uint64_t id = 0;
};

struct actor_query {
  std::string kind;  // "": any
  std::optional<actor_search> find;
  actor_sort sort = actor_sort::mailbox;
  std::chrono::seconds window{10};  // that busy and rate are of
  std::optional<actor_place> after;
  std::size_t limit = 100;
};

struct actor_row {
  actor_sighting seen;
  std::uint64_t messages = 0;  // in the window
  std::uint64_t busy_us = 0;   // likewise
  std::uint64_t figure = 0;    // that it was sorted by
};

struct actor_page {
  std::int64_t taken_ns = 0;  // steady clock: when the walk began
  std::chrono::milliseconds age{};
  std::chrono::milliseconds window{};  // that the snapshots cover, at most what was asked for; 0:
                                       // there is one only, so nothing is known of rates
  std::uint64_t total = 0;
  std::uint64_t matched = 0;  // before and behind this page
  std::vector<kind_info> kinds;
  std::vector<actor_row> rows;
  bool more = false;
};

/// All actors as they were at most a second ago, for everybody who looks: one walk over the cards
/// serves all. Rates come from what changed between walks, of the last minute, the 20,000 busiest
/// of each. One thread. A million actors are some 90 MB, while somebody looks.
class actor_snapshots {
 public:
  static constexpr std::size_t most_moved = 20'000;
  static constexpr std::chrono::seconds longest_window{60};

  /// Walks, unless the last walk is younger than that, or than twenty times what it took.
  void refresh(std::chrono::nanoseconds at_most);
  void forget();
  [[nodiscard]] bool empty() const noexcept { return taken_ns_ == 0; }

  [[nodiscard]] actor_page page(const actor_query& q) const;
  [[nodiscard]] const actor_sighting* find(std::uint64_t id) const;
  /// Every sighting, in no order.
  template <class See>
  void each(See see) const {
    for (const auto& part : parts_)
      for (const auto& x : part) see(x);
  }

 private:
  struct moved {
    std::uint64_t id;
    std::uint32_t messages;
    std::uint32_t busy_us;
  };
  struct step {
    std::int64_t from_ns = 0;
    std::int64_t at_ns = 0;
    std::vector<moved> all;  // by id
  };
  using sightings = std::vector<actor_sighting>;

  void compare(const sightings& before, const sightings& now, step& into) const;
  /// It began since then, or is the last one.
  [[nodiscard]] bool counts(const step& s, std::int64_t from_ns) const noexcept {
    return s.from_ns >= from_ns || &s == &steps_.back();
  }
  void add_moves(std::vector<actor_row>& rows, std::int64_t from_ns) const;
  [[nodiscard]] std::vector<moved> moved_since(std::int64_t from_ns) const;

  std::vector<sightings> parts_ = std::vector<sightings>(registry::parts());  // each by id
  std::deque<step> steps_;
  std::int64_t taken_ns_ = 0;  // 0: never
  std::int64_t took_ns_ = 0;
};

}  // namespace headroom::actors
