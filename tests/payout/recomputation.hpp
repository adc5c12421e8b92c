#pragma once

#include "tests/payout/final_books.hpp"

/// What the books must be, worked out once more: a plain loop over what the venue and the chain
/// really did and what users paid in. Nothing of domain/ledger or domain/positions takes part.
namespace headroom::test {

struct expected_position {
  std::int64_t shares = 0;  // bought and not sold
  std::int64_t bought_for = 0;
  bool sold_some = false;
  std::int64_t payout = 0;
  settlement_result result = settlement_result::none;  // none: nothing was left to be paid
};

struct expected_settlement {
  std::int64_t received = 0;
  std::int64_t paid = 0;
};

struct expected_books {
  std::map<address, std::int64_t> balances;
  std::map<std::pair<uint256, address>, expected_position> positions;
  std::map<hash256, expected_settlement> settlements;  // of conditions that were redeemed
  std::int64_t users = 0;
  std::int64_t in_transit = 0;
  std::int64_t buffer = 0;
  std::int64_t deposited = 0;  // into the buffer, ever
  std::int64_t withdrawn = 0;
  std::int64_t capital = 0;
  std::int64_t revenue = 0;
  std::int64_t venue_loss = 0;
};

expected_books recompute(const story_world& out, const story_people& people);

/// "" when the books are what they must be, to the micro; else the first difference.
std::string compare(const story_world& out, const story_people& people, const final_books& books);

}  // namespace headroom::test
