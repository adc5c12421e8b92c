#pragma once

#include <functional>
#include <memory>
#include <span>

#include "net/http_client.hpp"

namespace headroom::net {

namespace detail {
class http_engine;
}

/// Whether an address may be connected to: 4 bytes of IPv4 or 16 of IPv6. Called on the client's
/// I/O thread; must not throw.
using address_guard = std::function<bool(std::span<const std::uint8_t>)>;

/// What `error` says when none of a name's addresses may be connected to; `failure` is `ours`.
inline constexpr const char* address_refused = "address refused";

/// An http_client for URLs that others chose. A name is resolved once for each connection, the
/// guard is asked about every address it has, and only those that pass are connected to: what the
/// name leads to a moment later does not matter (DNS rebinding). No redirects, as ever.
class guarded_client {
 public:
  guarded_client(http_client_options options, address_guard may_connect);
  guarded_client(const guarded_client&) = delete;
  guarded_client& operator=(const guarded_client&) = delete;
  ~guarded_client();  // stops

  /// As http_client's.
  void request(http_request request, std::chrono::milliseconds timeout,
               std::function<void(http_result)> done);
  void stop();

 private:
  std::shared_ptr<detail::http_engine> engine_;
};

}  // namespace headroom::net
