#pragma once

#include <optional>
#include <string>

#include "domain/bytes.hpp"
#include "net/http_client.hpp"

/// Iris, Circle's attestation service. "Not found" is its word for "not yet", and a proxy may turn
/// that into an error of its own: no answer of it says that a burn is lost.
namespace headroom::chain::iris {

[[nodiscard]] net::http_request messages_request(const std::string& url, std::uint32_t domain,
                                                 const hash256& burn);
[[nodiscard]] net::http_request fees_request(const std::string& url, std::uint32_t from,
                                             std::uint32_t to);
/// Asks for a new signature under a message whose first one came too late or never.
[[nodiscard]] net::http_request reattest_request(const std::string& url, const hash256& nonce);

struct attested {
  byte_vector message;
  byte_vector attestation;
};
/// What it says of one burn.
struct reading {
  std::optional<attested> done{};
  std::optional<hash256> nonce{};  // as soon as it has one
  std::string problem{};           // it does not answer, or not in its own words
};
/// @param mine  which of several messages of one transaction.
template <class IsMine>
[[nodiscard]] reading read_messages(const net::http_result& r, IsMine mine);

namespace detail {
struct listed {
  byte_vector message;
  byte_vector attestation;  // empty: pending
  std::optional<hash256> nonce;
};
/// Nothing: not in its own words; `problem` says how.
[[nodiscard]] std::optional<std::vector<listed>> read_list(const net::http_result& r,
                                                           std::string& problem);
}  // namespace detail

template <class IsMine>
reading read_messages(const net::http_result& r, IsMine mine) {
  reading out;
  const auto list = detail::read_list(r, out.problem);
  if (!list) return out;
  for (const auto& x : *list) {
    const bool only = list->size() == 1 && x.message.empty();
    if (!only && !mine(byte_view{x.message})) continue;
    out.nonce = x.nonce;
    if (!x.attestation.empty() && !x.message.empty()) out.done = attested{x.message, x.attestation};
    return out;
  }
  return out;
}

/// The fee for a finality in basis points, rounded up; nothing: unreadable.
[[nodiscard]] std::optional<std::uint32_t> read_fee_bps(const net::http_result& r,
                                                        std::uint32_t finality);

}  // namespace headroom::chain::iris
