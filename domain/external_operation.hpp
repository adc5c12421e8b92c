#pragma once

#include <string>

#include "domain/ids.hpp"
#include "domain/time.hpp"

/// What goes to a REST service that acts for us: intent before effect, as for transactions
/// (chain_operation in records.hpp).
namespace headroom {

/// stored -> accepted -> an end, or stored -> an end. It only grows, and an end stays.
enum class external_status : std::uint8_t {
  stored = 0,     // its bytes may be at the service, or not
  accepted = 1,   // the service has it under remote_id
  confirmed = 2,  // it happened
  failed = 3,     // it did not and never will
  in_doubt = 4,   // over, and nobody can say which of the two
};
/// It may happen yet: of one account at a service there is at most one.
[[nodiscard]] constexpr bool is_open(external_status s) noexcept {
  return s == external_status::stored || s == external_status::accepted;
}

/// Exact bytes that may be sent again as they are, as often as one likes: signed once for an id.
struct external_operation {
  operation_id id;             // chosen by whoever asked; the same id happens once
  std::string service;         // "polymarket.relayer"
  address account;             // whose sequence it is of
  std::uint64_t sequence = 0;  // the account's nonce in the bytes
  hash256 request_hash;        // what is signed
  std::string request;         // the body, exactly
  timestamp give_up_at;        // by the signed deadline; afterwards it cannot happen any more
  std::string purpose;
  external_status status = external_status::stored;
  std::string remote_id;  // "" until the service has told it
  hash256 tx_hash;        // zero until it is known
  std::string detail;     // of an end, for a human
  timestamp created_at;
  timestamp updated_at;
};

/// What a row says to books that have one with its id.
enum class external_news : std::uint8_t {
  nothing = 0,        // they have it, or are further
  onward = 1,         // its status, remote_id, tx_hash and detail are the newer ones
  other_request = 2,  // the id stands for something else that was signed
  other_end = 3,      // it ended, and differently
};
[[nodiscard]] external_news news_of(const external_operation& said,
                                    const external_operation& stored) noexcept;

}  // namespace headroom
