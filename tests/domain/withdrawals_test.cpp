#include "domain/withdrawals.hpp"

#include <gtest/gtest.h>

#include <set>

namespace headroom {
namespace {

TEST(Withdrawals, EachStatusIsReadBackFromItsName) {
  for (const auto s : {withdrawal_status::requested, withdrawal_status::sent,
                       withdrawal_status::confirmed, withdrawal_status::failed})
    EXPECT_EQ(parse_withdrawal_status(to_string(s)), s);
  EXPECT_FALSE(parse_withdrawal_status("unknown"));
  EXPECT_FALSE(parse_withdrawal_status(""));
}

TEST(Withdrawals, TheFeeIsFlatAndAPartThatIsRoundedUp) {
  EXPECT_EQ(withdrawal_fee_of(100_usdc, {}, 0), usdc{});
  EXPECT_EQ(withdrawal_fee_of(100_usdc, 1_usdc, 0), 1_usdc);
  EXPECT_EQ(withdrawal_fee_of(100_usdc, 1_usdc, 25), 1'250'000_micro);
  EXPECT_EQ(withdrawal_fee_of(1_micro, {}, 1), 1_micro);
  EXPECT_EQ(withdrawal_fee_of({INT64_MAX}, 1_usdc, 10'000), usdc{INT64_MAX}) << "saturates";
}

TEST(Withdrawals, WhatArrivesIsTheAmountLessTheFee) {
  withdrawal w;
  w.amount = 10_usdc;
  w.fee = 1_micro;
  EXPECT_EQ(paid_out(w), 9'999'999_micro);
}

TEST(Withdrawals, OneWaitsForAnApprovalUntilItHasOneOrIsOver) {
  withdrawal w;
  EXPECT_TRUE(is_open(w));
  EXPECT_FALSE(waits_for_approval(w));
  w.needs_approval = true;
  EXPECT_TRUE(waits_for_approval(w));
  w.status = withdrawal_status::failed;
  EXPECT_FALSE(waits_for_approval(w));
  EXPECT_FALSE(is_open(w));
  w.status = withdrawal_status::requested;
  w.approved_by = "cli:ada";
  EXPECT_FALSE(waits_for_approval(w));
}

TEST(Withdrawals, EachAttemptHasANameOfItsOwnAndTheFirstTheWithdrawals) {
  const withdrawal_id id = withdrawal_id::from_digest({{1, 2, 3}});
  EXPECT_EQ(transfer_of(id, 0).bytes, id.bytes);
  std::set<operation_id> names;
  for (int n = 0; n < 256; ++n) {
    const auto name = transfer_of(id, static_cast<std::uint8_t>(n));
    EXPECT_TRUE(names.insert(name).second);
    EXPECT_TRUE(std::equal(id.bytes.begin(), id.bytes.end() - 1, name.bytes.begin()));
  }
}

TEST(Withdrawals, ADayBeginsAtMidnightInUtc) {
  const auto noon = parse_rfc3339("2026-11-29T12:34:56.789Z").value();
  const auto midnight = parse_rfc3339("2026-11-29T00:00:00Z").value();
  EXPECT_EQ(day_of(noon), midnight);
  EXPECT_EQ(day_of(midnight), midnight);
  EXPECT_LT(day_of(midnight.minus(std::chrono::microseconds{1})), midnight);
}

}  // namespace
}  // namespace headroom
