#include "domain/operation.hpp"

#include <gtest/gtest.h>

namespace headroom {
namespace {

using state = operation_state;
using status = operation_status;

std::vector<chain_operation> attempts_of(std::initializer_list<status> all) {
  std::vector<chain_operation> out;
  for (const auto s : all) {
    chain_operation row;
    row.attempt = static_cast<std::uint32_t>(out.size());
    row.status = s;
    out.push_back(row);
  }
  return out;
}

/// A dropped attempt says nothing of its operation: its sibling may have been mined.
TEST(Operation, StandsWhereItsAttemptsStandTogether) {
  struct row {
    std::initializer_list<status> attempts;
    state where;
  };
  const row table[] = {
      {{}, state::unsent},
      {{status::stored}, state::pending},
      {{status::stored, status::stored}, state::pending},
      {{status::confirmed}, state::confirmed},
      {{status::dropped, status::confirmed}, state::confirmed},
      {{status::confirmed, status::dropped}, state::confirmed},
      {{status::dropped, status::reverted, status::dropped}, state::reverted},
      {{status::dropped}, state::dropped},
      {{status::dropped, status::dropped}, state::dropped},
      {{status::dropped, status::stored}, state::pending},
  };
  for (const auto& r : table) EXPECT_EQ(state_of(attempts_of(r.attempts)), r.where);
}

TEST(Operation, TheMinedAttemptIsTheOneThatCounts) {
  const auto rows = attempts_of({status::dropped, status::reverted, status::dropped});
  ASSERT_NE(mined_of(rows), nullptr);
  EXPECT_EQ(mined_of(rows)->attempt, 1U);
  EXPECT_EQ(mined_of(attempts_of({status::stored, status::dropped})), nullptr);
  EXPECT_EQ(mined_of({}), nullptr);
}

TEST(Operation, OnlyWhatIsOverHasAnEndForTheBooks) {
  EXPECT_EQ(end_of(state::confirmed), status::confirmed);
  EXPECT_EQ(end_of(state::reverted), status::reverted);
  EXPECT_EQ(end_of(state::dropped), status::dropped);
  for (const auto s : {state::unsent, state::pending, state::in_doubt})
    EXPECT_EQ(end_of(s), std::nullopt) << int(s);
}

}  // namespace
}  // namespace headroom
