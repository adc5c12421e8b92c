#pragma once

#include <string_view>

#include "domain/bytes.hpp"
#include "domain/time.hpp"
#include "http/problem.hpp"

/// What a body that its user signed has to look like, whichever intent it is.
namespace headroom::http {

/// Hex digits of at most 4096 bytes: contract wallets have long ones. Throws 400.
[[nodiscard]] byte_vector read_signature(std::string_view text);

/// The deadline under a signature, in unix seconds: it must be given, and whole seconds. Throws
/// 400.
/// @param what  "bet", "sale", "withdrawal"
[[nodiscard]] std::int64_t signed_deadline(bool given, timestamp deadline, std::string_view what);

/// 401: nobody's key, and no contract, signed it.
/// @param intent  "BetIntent"
[[nodiscard]] problem not_signed(std::string_view intent);

}  // namespace headroom::http
