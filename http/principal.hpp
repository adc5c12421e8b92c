#pragma once

#include <cstdint>
#include <string>

#include "domain/records.hpp"

namespace headroom::http {

/// Who asks: the owner of a service key, or a user who signed in.
struct principal {
  enum class kind : std::uint8_t { service_key, user };
  kind type = kind::service_key;
  std::string name;         // "key:<name>" or "user:0x..": what idempotency keys belong to
  std::uint8_t scopes = 0;  // bit set of `scope`
  std::string id;           // "key:<id>" or "user:0x..": who did it, in the books and the log
  address user{};           // of a `user`
  bool signed_in = false;   // by a session (routes_session.cpp), not by a key in the header

  [[nodiscard]] bool may(scope s) const noexcept {
    return (scopes & static_cast<std::uint8_t>(s)) != 0;
  }
};

/// The name of a user who signs or signed in.
[[nodiscard]] std::string user_name(const address& user);
[[nodiscard]] principal principal_of(const address& user);

}  // namespace headroom::http
