#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/time.hpp"

namespace headroom::actors {

/// Something a human should know of, as a state: it begins, lasts and ends. Named by what is wrong
/// and what it is about; there is one state for each pair of them.
struct alert {
  std::string kind;      // "wallet.no_gas": stable, for rules and runbooks; never holds data
  std::string subject;   // a chain's id, a conversion's id; "" when there is only one
  std::string text;      // one sentence
  timestamp since;       // of the time it lasts, or lasted last
  timestamp last;        // when it was last seen to be so
  timestamp cleared_at;  // not set while it lasts
  bool lasts = false;
};

/// All alerts of this process: served at /operator/alerts and in /metrics, and written to the log
/// when they begin and end. Thread-safe; every call may be repeated as often as its caller looks,
/// so nobody need remember what was said. Whoever raises a kind also clears it; after a restart,
/// the successor does. `dir.gauges.alerts()` is the one to use.
class alert_board {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using steady_clock = std::function<time_point()>;

  static constexpr std::size_t most = 1024;         // kept altogether
  static constexpr std::size_t most_cleared = 256;  // of them ended: the last ones
  /// A cause that comes and goes is said this often at once, then once a minute.
  static constexpr std::uint32_t lines_at_once = 3;
  static constexpr std::chrono::minutes line_every{1};

  explicit alert_board(steady_clock clock = std::chrono::steady_clock::now);

  /// It is so now. A new text replaces the old one, silently: the cause is the same.
  void raise(std::string_view kind, std::string_view subject, std::string_view text, timestamp now);
  /// It is not so (any more). Costs one load while nothing at all is wrong.
  void clear(std::string_view kind, std::string_view subject, timestamp now);
  /// The same for every subject of the kind.
  void clear_all(std::string_view kind, timestamp now);

  [[nodiscard]] bool lasts(std::string_view kind, std::string_view subject) const;
  /// What lasts, the newest first; then what ended, the last first.
  [[nodiscard]] std::vector<alert> list() const;
  /// How often each kind was raised since the start; never falls.
  [[nodiscard]] std::map<std::string, std::uint64_t> raised() const;

 private:
  struct entry {
    alert what;
    std::uint32_t lines = lines_at_once;  // that may be written now
    time_point refilled{};
    bool said = false;  // that it began
  };
  using key = std::pair<std::string, std::string>;

  void say(entry& x);
  void end(entry& x, timestamp now);
  [[nodiscard]] bool make_room();

  steady_clock clock_;
  mutable std::mutex mutex_;
  std::map<key, entry> entries_;
  std::map<std::string, std::uint64_t> raised_;
  std::size_t cleared_ = 0;
  std::atomic<std::size_t> lasting_{0};
};

}  // namespace headroom::actors
