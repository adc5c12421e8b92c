#pragma once

#include <chrono>
#include <string>

namespace headroom::cluster {

/// Whether certainly nobody listens at "host:port" ("[::1]:80"): every address of it refused the
/// connection. Silence, a name that is not found and an open door are no evidence: false. Takes
/// `longest` at most, but for the name's look-up.
[[nodiscard]] bool nobody_listens(const std::string& address, std::chrono::milliseconds longest);

}  // namespace headroom::cluster
