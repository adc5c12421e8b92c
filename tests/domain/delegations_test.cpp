#include "domain/delegations.hpp"

#include <gtest/gtest.h>

namespace headroom::test {
namespace {

const auto alice = *address::parse("0x" + std::string(40, 'a'));
const auto bob = *address::parse("0x" + std::string(40, 'b'));
constexpr auto noon = timestamp::of_seconds(1'800'000'000);

delegation five_of_twenty() {
  delegation d;
  d.id.bytes.fill(7);
  d.user = alice;
  d.per_bet = 5_usdc;
  d.total = 20_usdc;
  d.created_at = noon;
  d.expires_at = noon.plus(std::chrono::hours{1});
  return d;
}

TEST(Delegation, AllowsABetWithinEachOfItsBounds) {
  const auto d = five_of_twenty();
  EXPECT_EQ(refusal_under(d, alice, 5_usdc, noon), errc::none);
  EXPECT_EQ(refusal_under(d, alice, 5'000'001_micro, noon), errc::exceeds_delegation);
  EXPECT_EQ(refusal_under(d, bob, 1_usdc, noon), errc::exceeds_delegation);
  const auto last = d.expires_at.minus(std::chrono::microseconds{1});
  EXPECT_EQ(refusal_under(d, alice, 5_usdc, last), errc::none);
  EXPECT_EQ(refusal_under(d, alice, 5_usdc, d.expires_at), errc::delegation_ended);
  auto used = d;
  used.used = 15'000'001_micro;
  EXPECT_EQ(refusal_under(used, alice, 5_usdc, noon), errc::exceeds_delegation);
  EXPECT_EQ(refusal_under(used, alice, 4'999'999_micro, noon), errc::none);
  auto revoked = d;
  revoked.revoked_at = noon;
  EXPECT_EQ(refusal_under(revoked, alice, 1_usdc, noon), errc::delegation_ended);
}

TEST(Delegation, IsFoundInTheNameOfWhoPlacedABet) {
  const auto d = five_of_twenty();
  const auto by = placed_under(d.id, alice);
  EXPECT_EQ(by, "user:" + alice.hex() + " delegation:07070707-0707-0707-0707-070707070707");
  EXPECT_EQ(delegation_in(by), d.id);
  EXPECT_EQ(delegation_in("user:" + alice.hex()), std::nullopt);
  EXPECT_EQ(delegation_in("key:abc"), std::nullopt);
  EXPECT_EQ(delegation_in(""), std::nullopt);
}

}  // namespace
}  // namespace headroom::test
