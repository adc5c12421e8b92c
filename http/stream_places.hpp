#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "http/event_stream.hpp"
#include "http/metric_families.hpp"

namespace headroom::http {

/// Why a stream ended.
enum class stream_end : std::uint8_t {
  left = 0,      // the client closed
  slow = 1,      // the client did not read
  finished = 2,  // who pushed had no more
  drained = 3,   // the service stops
  revoked = 4,   // the key it came with is good no longer
};
inline constexpr std::size_t stream_ends = 5;
[[nodiscard]] std::string_view to_string(stream_end e) noexcept;

/// How many streams may be open, in all and for one caller, and what became of them. A stream holds
/// a connection, so they must not take them all. Thread-safe.
class stream_places final : public prometheus::Collectable {
 public:
  stream_places(std::size_t most, std::size_t most_per_caller)
      : most_{most}, most_per_caller_{most_per_caller} {}

  /// Whose stream it is. All who show no key are one caller, "".
  struct caller {
    std::string name;
    bool user = false;      // a browser needs one stream
    bool newcomer = false;  // a user nobody knows to have money: wallets cost nothing
  };

  /// One open stream; gives its place back in the end.
  class place {
   public:
    place(stream_places& from, caller of) : from_{&from}, of_{std::move(of)} {}
    place(place&& other) noexcept
        : from_{std::exchange(other.from_, nullptr)}, of_{std::move(other.of_)} {}
    place& operator=(place&&) = delete;
    ~place() {
      if (from_ != nullptr) from_->give_back(of_);
    }

   private:
    stream_places* from_;
    caller of_;
  };

  /// Throws `problem`: 429 to a caller who has as many as one may have, 503 when all are taken, or
  /// all that newcomers may have together, a quarter.
  [[nodiscard]] place take(caller who);

  void count(const event_stream::tally& events) noexcept;
  void count(stream_end why) noexcept;
  [[nodiscard]] metric_families Collect() const override;

 private:
  using counter_value = std::atomic<std::uint64_t>;
  [[nodiscard]] std::size_t most_of(const caller& who) const noexcept;
  void give_back(const caller& who);

  const std::size_t most_;
  const std::size_t most_per_caller_;
  mutable std::mutex mutex_;  // for the next three
  std::size_t open_ = 0;
  std::size_t of_newcomers_ = 0;
  std::unordered_map<std::string, std::size_t> by_caller_;
  std::array<counter_value, stream_ends> ended_{};
  counter_value refused_{0};
  counter_value sent_{0};
  counter_value dropped_{0};
  counter_value replaced_{0};
};

}  // namespace headroom::http
