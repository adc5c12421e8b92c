#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "actors/message_taps.hpp"
#include "http/event_stream.hpp"

namespace headroom::http {

/// Live traces (GET /inspector/stream): one for each caller, each with an end. What the actors let
/// through their taps is written by a thread of its own, so neither an actor nor a connection makes
/// JSON of it; the thread is no actor, so no trace ever shows what tracing does. It runs while
/// there are traces.
class trace_streams {
 public:
  using clock = std::chrono::steady_clock;
  static constexpr std::size_t most = 16;
  static constexpr std::chrono::milliseconds pace{50};
  static constexpr std::size_t at_once = 128;  // events of one trace in one pace

  trace_streams() = default;
  trace_streams(const trace_streams&) = delete;
  trace_streams& operator=(const trace_streams&) = delete;
  ~trace_streams();

  /// The right of one caller to one trace.
  class claim {
   public:
    claim(trace_streams& from, std::string owner) : from_{&from}, owner_{std::move(owner)} {}
    claim(claim&& other) noexcept
        : from_{std::exchange(other.from_, nullptr)}, owner_{std::move(other.owner_)} {}
    claim& operator=(claim&&) = delete;
    ~claim();

   private:
    trace_streams* from_;
    std::string owner_;
  };
  /// Throws `problem` (429) when the caller has one, or all are taken.
  [[nodiscard]] claim take(std::string owner);

  struct terms {
    actors::tap_filter filter;
    std::uint64_t limit = 1;
    std::chrono::seconds time{1};
  };
  /// Begins; ends by itself after `limit` messages, after `time`, or when nobody listens.
  void begin(claim right, std::shared_ptr<event_stream> to, const terms& t);
  [[nodiscard]] std::size_t open() const;

 private:
  struct trace {
    claim right;
    std::shared_ptr<event_stream> to;
    std::shared_ptr<actors::message_tap> tap;
    clock::time_point until;
    std::deque<actors::flight_event> backlog;
    std::uint64_t sent = 0;
    std::uint64_t dropped = 0;
    bool all_taken = false;
  };
  void run();
  [[nodiscard]] static bool go_on(trace& t, clock::time_point now);
  void give_back(const std::string& owner);

  mutable std::mutex mutex_;  // for what follows
  std::condition_variable changed_;
  std::set<std::string> owners_;
  std::vector<trace> fresh_;  // not yet the thread's
  std::size_t running_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace headroom::http
