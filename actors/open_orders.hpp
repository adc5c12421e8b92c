#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace headroom::actors {

/// Where an order stands that has no end yet.
enum class open_state : std::uint8_t {
  preparing = 0,  // not in the books yet: nothing was sent
  placing = 1,    // sent, or about to be; the answer is expected
  matched = 2,    // it filled: its trades are not final yet
  in_doubt = 3,   // it may have filled: looked up until it is known
  finishing = 4   // its end is on the way to the books
};
inline constexpr open_state open_states[] = {open_state::preparing, open_state::placing,
                                             open_state::matched, open_state::in_doubt,
                                             open_state::finishing};
/// For metrics and for whoever asked for the order: "in_doubt".
[[nodiscard]] std::string_view to_string(open_state s) noexcept;
/// Under this name an order's status report says where it stands.
inline constexpr std::string_view open_state_fact = "state";

/// How many orders of this process have no end, by state and age, as the last whole round of the
/// guardian's sweep found them: every order that is swept says where it stands, so nobody has to
/// keep count. Thread-safe.
class open_orders {
 public:
  static constexpr std::chrono::seconds bounds[] = {
      std::chrono::seconds{10}, std::chrono::seconds{60}, std::chrono::seconds{600}};
  static constexpr std::size_t ages = std::size(bounds) + 1;
  static constexpr std::size_t states = std::size(open_states);
  /// "10s": at most so old; "older" for the last.
  [[nodiscard]] static std::string_view name_of_age(std::size_t age) noexcept;

  /// What was said since the last call is a round; the next one begins. One caller.
  void next_round() noexcept;
  /// An order that is swept stands so, and was asked for so long ago.
  void saw(open_state s, std::chrono::milliseconds age) noexcept;

  /// Of the last round.
  [[nodiscard]] std::uint64_t count(open_state s, std::size_t age) const noexcept {
    return shown_[place(s, age)].load(std::memory_order_relaxed);
  }

 private:
  using cells = std::array<std::atomic<std::uint64_t>, states * ages>;
  static std::size_t place(open_state s, std::size_t age) noexcept {
    return static_cast<std::size_t>(s) * ages + age;
  }

  cells counting_{};
  cells shown_{};
};

}  // namespace headroom::actors
