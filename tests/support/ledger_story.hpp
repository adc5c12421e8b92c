#pragma once

#include <string>
#include <vector>

#include "domain/ledger.hpp"

namespace headroom::test {

/// One entry and the postings it must make, by the numbers that stand in every book there is:
/// "kind debit credit micro-USDC", several with "; " between. Written by hand, not computed.
struct story_line {
  journal_entry entry;
  std::string postings;
};

/// Every kind of entry at least once, in an order in which fresh books take them all.
[[nodiscard]] std::vector<story_line> ledger_story();

/// Who has a balance in it.
[[nodiscard]] std::vector<address> users_of_the_story();

/// The postings in the form of the story.
[[nodiscard]] std::string text_of(const entry_moves& moves);

}  // namespace headroom::test
