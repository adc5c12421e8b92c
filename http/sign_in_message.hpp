#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/time.hpp"
#include "http/own_site.hpp"

/// Sign-In with Ethereum (EIP-4361): the text that a wallet shows and signs.
namespace headroom::http {

struct sign_in_message {
  std::string scheme;   // "" when it is not said
  std::string domain;   // who asks, with the port
  std::string account;  // as it is written
  std::string uri;
  std::uint64_t chain_id = 0;
  std::string nonce;
  timestamp issued_at;
  timestamp expires_at;
  timestamp not_before;  // not set: at once
};

/// By the grammar, line by line. Throws 400 naming the field `message`, also when the version is
/// not 1 or there is no expiration, which we need.
[[nodiscard]] sign_in_message read_sign_in(std::string_view text);

/// That it is meant for us, and now. Throws 401. The nonce, the account and the signature are the
/// caller's to look at.
void check_sign_in(const sign_in_message& m, const own_site& site,
                   const std::vector<std::uint64_t>& chain_ids, timestamp now);

inline constexpr std::chrono::minutes sign_in_clock_skew{5};
inline constexpr std::chrono::hours longest_sign_in{24};

}  // namespace headroom::http
