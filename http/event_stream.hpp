#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace headroom::http {

/// One event of `text/event-stream` (HTML, "Server-sent events").
struct stream_event {
  std::string name;      // its type: "bet", "buffer", ..
  std::string data;      // usually JSON; lines as they are
  std::uint64_t id = 0;  // what the browser repeats as Last-Event-ID; 0: none
  std::string topic;     // "": each counts; else one that still waits makes room for the next
  std::string owner{};   // whose it is; "": everybody's
};

/// As it goes over the wire, with the empty line behind it.
[[nodiscard]] std::string wire_text(const stream_event& e);

/// An open stream: any thread pushes, its connection takes and writes. Bounded by the bytes that
/// wait, and the newest win: the oldest make room, are counted, and the client hears of it before
/// anything else, as `resync` with how many it missed. Who pushes may keep it for as long as they
/// like, also beyond the server.
class event_stream {
 public:
  /// `wake` is called when there is something to take, from whatever thread, until `close`.
  event_stream(std::size_t most_bytes, std::function<void()> wake)
      : most_bytes_{most_bytes}, wake_{std::move(wake)} {}

  /// False when the stream has ended: nobody needs to push any more.
  bool push(const stream_event& e);
  /// What waits is still sent, then the connection is closed.
  void end();
  [[nodiscard]] bool ended() const;

  // -- for the connection -------------------------------------------------------------------------

  /// What became of events.
  struct tally {
    std::uint64_t sent = 0;
    std::uint64_t dropped = 0;   // never heard, and told so
    std::uint64_t replaced = 0;  // by a newer one of their topic
  };
  struct batch {
    std::string text;  // "": nothing waits
    tally counts;
    bool last = false;
  };
  [[nodiscard]] batch take();
  [[nodiscard]] bool waits() const;
  /// Nobody listens any more: what waits is dropped. `wake` is not called afterwards.
  tally close();

 private:
  struct entry {
    std::string text;
    std::string topic;
    [[nodiscard]] std::size_t size() const noexcept {
      return text.size() + topic.size() + sizeof(entry);
    }
  };
  void drop_front();
  void wake();

  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::function<void()> wake_;
  std::deque<entry> waiting_;
  std::size_t bytes_ = 0;
  tally lost_;  // since the last take
  bool woken_ = false;
  bool ended_ = false;
};

}  // namespace headroom::http
