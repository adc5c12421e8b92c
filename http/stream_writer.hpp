#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "http/event_stream.hpp"

namespace headroom::http {

/// When something is written into a stream.
struct stream_rhythm {
  std::chrono::milliseconds heartbeat;  // of silence, then a comment: proxies and pages see life
  std::chrono::milliseconds pace;       // between two writes, so that a topic's newest win
  std::chrono::milliseconds retry;      // after which a browser comes back, by itself
};

/// The bytes of one stream: what is to be written next, in chunks (RFC 9112 section 7.1) so that a
/// whole end can be told from a cut, or as they are for HTTP/1.0. Plain, without a socket.
class stream_writer {
 public:
  using clock = std::chrono::steady_clock;

  stream_writer(std::shared_ptr<event_stream> from, bool chunked, const stream_rhythm& rhythm)
      : from_{std::move(from)}, chunked_{chunked}, rhythm_{rhythm} {}

  /// Appends what is due now; false when nothing is.
  [[nodiscard]] bool next(std::string& out, clock::time_point now);
  /// When something will be due, if nothing more is pushed.
  [[nodiscard]] clock::time_point due() const;
  /// The end was given out.
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  [[nodiscard]] event_stream& source() noexcept { return *from_; }
  /// Nobody is left who could push.
  [[nodiscard]] bool is_abandoned() const noexcept { return from_.use_count() == 1; }
  /// What became of the events that were taken since the last time this was asked.
  [[nodiscard]] event_stream::tally take_counts() noexcept;

 private:
  void append(std::string& out, std::string_view text) const;

  std::shared_ptr<event_stream> from_;
  bool chunked_;
  stream_rhythm rhythm_;
  bool begun_ = false;
  bool ended_ = false;
  clock::time_point heartbeat_at_;
  clock::time_point not_before_;
  event_stream::tally counts_;
};

}  // namespace headroom::http
