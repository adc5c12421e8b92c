#include "domain/errc.hpp"

#include <gtest/gtest.h>

namespace headroom {
namespace {

/// `internal` too: each who judged a refusal by himself judged it his own way.
TEST(Refusal, IsForGoodUnlessItMayStillBeDoneOrWorkLater) {
  constexpr errc for_good[] = {errc::bad_request,        errc::insufficient_balance,
                               errc::exceeds_max_bet,    errc::not_found,
                               errc::key_reused,         errc::duplicate,
                               errc::invariant_violated, errc::internal};
  constexpr errc not_yet[] = {errc::none,          errc::overloaded, errc::unavailable,
                              errc::shutting_down, errc::timed_out,  errc::rate_limited,
                              errc::in_doubt};
  for (const auto e : for_good) EXPECT_TRUE(is_final(consequence_of(e))) << to_string(e);
  for (const auto e : not_yet) EXPECT_FALSE(is_final(consequence_of(e))) << to_string(e);
}

}  // namespace
}  // namespace headroom
