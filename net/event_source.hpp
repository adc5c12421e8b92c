#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "net/event_text.hpp"
#include "net/http_client.hpp"

namespace headroom::net {

struct event_source_options {
  std::chrono::milliseconds connect_timeout{10'000};  // to resolve, connect, hear the head
  std::chrono::milliseconds idle_timeout{45'000};     // nothing heard; comments count
  std::size_t max_event = 256 * 1024;                 // a larger one ends the stream
  std::string ca_file{};  // trusted instead of the system's certificates, for private networks
};

/// How a stream ended.
struct event_source_end {
  enum class why : std::uint8_t {
    enough,    // whoever hears said so
    finished,  // the server ended it
    refused,   // answered, and not with a stream: `status`, `body`
    broken,    // not reached, cut off, or unreadable: `error`
    silent,    // nothing came for too long
  };
  why how = why::broken;
  bool opened = false;  // it was a stream
  unsigned status = 0;
  std::string body;   // of a refusal, its first 64 KiB
  std::string error;  // never holds the URL
};

/// Reads one stream of server-sent events in the caller's thread until it ends; it comes back by
/// itself to nobody. Only the URL and the headers of `request` count. `text` keeps the last id from
/// one call to the next.
[[nodiscard]] event_source_end read_events(const http_request& request,
                                           const event_source_options& options, event_text& text,
                                           const event_text::told& tell);

}  // namespace headroom::net
