#include "domain/flow.hpp"

#include <gtest/gtest.h>

namespace headroom {
namespace {

enum class phase : std::uint8_t { shut, open };
enum class event : std::uint8_t { push, pull };
enum class act : std::uint8_t { nothing, swing };

using door = flow_table<phase::open, event::pull, act>;
using enum phase;
using enum event;

constexpr door table{
    {push, {shut}, act::swing, open},
    {push, {open}, act::nothing},
    {pull, {open}, act::swing, shut},
    {pull, phase_set<phase>::all_but({open}), act::nothing},
};

TEST(FlowTable, AnEventIsAnsweredByItsPhase) {
  EXPECT_EQ(table(shut, push).act, act::swing);
  EXPECT_EQ(table(shut, push).next, open);
  EXPECT_EQ(table(open, pull).next, shut);
}

TEST(FlowTable, WithoutAnotherPhaseItStays) {
  EXPECT_EQ(table(open, push).act, act::nothing);
  EXPECT_EQ(table(open, push).next, open);
  EXPECT_EQ(table(shut, pull).next, shut);
}

/// What is not whole does not compile as a table; here is why.
TEST(FlowTable, AGapAndASecondAnswerAreFound) {
  const door::row swings{push, {shut}, act::swing, open};
  const door::row stays{push, {open}, act::nothing};
  const door::row shuts{pull, {open}, act::swing, shut};
  const door::row rests{pull, {shut}, act::nothing};
  EXPECT_TRUE(door::is_whole({swings, stays, shuts, rests}));
  EXPECT_FALSE(door::is_whole({swings, stays, shuts})) << "nobody answers a pull of what is shut";
  EXPECT_FALSE(door::is_whole({swings, stays, shuts, rests, rests}));
}

}  // namespace
}  // namespace headroom
