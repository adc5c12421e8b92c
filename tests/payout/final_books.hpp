#pragma once

#include <map>
#include <string>
#include <vector>

#include "domain/reports.hpp"
#include "tests/payout/story_people.hpp"
#include "tests/support/postgres.hpp"

namespace headroom::test {

/// Everything that the books say in the end, as plain values.
struct final_books {
  std::vector<bet> bets;
  std::vector<sale> sales;  // of the wishes; `sale_rows` says whether these are all
  std::int64_t sale_rows = 0;
  std::vector<position> positions;
  std::vector<settlement> settlements;
  std::map<address, std::int64_t> balances;
  buffer_row buffer;
  trial_balance totals;
  std::vector<discrepancy> differences;  // what `headroom verify` finds
};

/// Throws std::runtime_error when they cannot be read.
final_books read_final_books(const fresh_database& db, const story_world& out,
                             const story_people& people);

}  // namespace headroom::test
