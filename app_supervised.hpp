#pragma once

#include <cstdint>
#include <memory>

#include "config/settings.hpp"
#include "net/http_client.hpp"
#include "net/supervisor.hpp"

namespace headroom {

/// Tells the service manager, where there is one, when the service is ready and that it lives. It
/// asks as everybody does, at the front door: a beat says that a listener, a worker and the
/// guardian answered. A database that is away is no reason to be restarted, so that is told and no
/// more.
class supervised {
 public:
  supervised(const config::settings& s, std::uint16_t port);

  /// The end begins; what it may take at most is known from the settings.
  void stopping() { beat_.stopping(patience_); }

 private:
  std::chrono::microseconds patience_;
  net::http_client http_;
  net::heartbeat beat_;  // ends before what it asks by
};

}  // namespace headroom
