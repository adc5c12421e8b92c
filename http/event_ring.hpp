#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "http/event_stream.hpp"

namespace headroom::http {

/// The last events of one source, for a client that comes back: it names the last one it heard
/// (Last-Event-ID) and is sent what it missed. Not thread-safe: whoever numbers the events guards
/// it, so that a stream that is caught up and listed under the same lock misses nothing and hears
/// nothing twice.
class event_ring {
 public:
  explicit event_ring(std::size_t most) : most_{most} {}

  /// `e.id` is above all before it, in an earlier life of the process too: numbers of the database,
  /// or counted on from the clock at the start.
  void keep(stream_event e);

  /// The source is at `newest`: whoever heard that one has missed nothing.
  void begin(std::uint64_t newest);

  /// Pushes into `s` what came after `last_event_id`, the header as it was sent. `resync` instead
  /// when that is not known any more, or never was: the client reads everything anew. Nothing for a
  /// client that names none: it has just begun.
  /// @param of  only the events of that owner, and everybody's
  void catch_up(event_stream& s, std::optional<std::string_view> last_event_id,
                const std::optional<std::string>& of = {}) const;

 private:
  std::size_t most_;
  std::uint64_t forgotten_ = 0;  // the newest of those that are not kept any more
  bool any_ = false;
  std::deque<stream_event> kept_;
};

}  // namespace headroom::http
