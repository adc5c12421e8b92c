#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headroom::net {

using http_headers = std::vector<std::pair<std::string, std::string>>;

struct http_request {
  std::string method = "GET";
  std::string url;  // absolute, http or https, no user info
  http_headers headers;
  std::string body;
};

/// What is certain about a request that ended. Whoever moves money must tell the last two apart.
enum class http_outcome : std::uint8_t {
  answered = 0,             // a whole response was read; `status` says more
  refused_before_send = 1,  // no byte of the request left us
  maybe_sent = 2,           // it may have reached the server: timeout, reset, unreadable answer
};

/// Why there is no answer, as far as it says something about the server.
enum class http_failure : std::uint8_t {
  none = 0,     // there is one
  ours = 1,     // never tried: our own bound, a stopped client, a request that cannot be made
  silence = 2,  // it took too long
  broken = 3,   // refused, reset, unreadable
};

struct http_result {
  http_outcome outcome = http_outcome::refused_before_send;
  http_failure failure = http_failure::ours;
  unsigned status = 0;
  http_headers headers;
  std::string body;
  std::string error;  // what failed: "timeout", "stopped", or the system's words; never the URL

  /// The first header of that name (any case), or "".
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

struct http_client_options {
  std::size_t max_body = 4 * 1024 * 1024;
  std::size_t max_in_flight = 512;     // more are refused before sending ("overloaded")
  std::size_t max_idle_per_host = 16;  // connections kept open
  std::chrono::milliseconds max_idle_age{10'000};
  std::string ca_file{};  // trusted instead of the system's certificates, for private networks
};

/// HTTP/1.1 client with one I/O thread of its own, keep-alive, and no redirects.
///
/// `done` runs exactly once, on the I/O thread (after stop(): on the caller's), must not throw and
/// must not block. A kept connection that turns out dead is replaced once, and only if nothing was
/// written or the method is GET.
class http_client {
 public:
  explicit http_client(http_client_options options = {});
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;
  ~http_client();  // stops

  void request(http_request request, std::chrono::milliseconds timeout,
               std::function<void(http_result)> done);

  /// Ends every open request with error "stopped" and joins the thread (in a callback: only asks
  /// for it). Safe to repeat.
  void stop();

 private:
  class engine;
  std::shared_ptr<engine> engine_;
};

}  // namespace headroom::net
