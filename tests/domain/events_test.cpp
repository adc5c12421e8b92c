#include "domain/events.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/ledger_story.hpp"

namespace headroom::test {
namespace {

const auto alice = users_of_the_story().front();

entry_outcome committed_with(usdc balance) { return {errc::none, {balance, 7, false}}; }

std::string names_of(const std::vector<event>& events) {
  std::string out;
  for (const auto& e : events) out += std::string{to_string(e.type)} + " ";
  return out;
}

TEST(Events, EachKindOfEntryIsHeardOfUnderItsPublicName) {
  std::map<std::string, std::string> heard;
  for (const auto& line : ledger_story())
    heard[name_of(line.entry)] += names_of(events_of(line.entry, committed_with(1_usdc))) + "| ";
  const std::string opened = "deposit.opened | ";
  const std::string proven = "deposit.settled | ";
  const std::string credited = "deposit.credited balance.changed | ";
  const std::string placed = "bet.placed balance.changed buffer.changed | ";
  const std::map<std::string, std::string> expected{
      {"accept_bet", placed + placed + placed + placed},
      {"finish_bet",
       "bet.filled balance.changed buffer.changed | bet.failed balance.changed buffer.changed | "
       "bet.filled buffer.changed | bet.filled | "},
      {"open_deposit", opened + opened + opened + opened + opened},
      {"settle_deposit", proven + proven + proven + proven},
      {"fail_deposit", "deposit.failed | "},
      {"credit_deposit", credited + credited + credited + credited},
      {"open_conversion",
       "conversion.opened | conversion.opened | conversion.opened | conversion.opened | "},
      {"replace_conversion", "conversion.opened | "},
      {"advance_conversion", "| "},
      {"complete_conversion",
       "conversion.completed buffer.changed | conversion.completed buffer.changed | "
       "conversion.completed buffer.changed | conversion.completed buffer.changed | "},
      {"undo_conversion", "conversion.undone buffer.changed | conversion.undone buffer.changed | "},
      {"settle_proofs", "| "},
      {"fail_conversion", "conversion.failed | "},
      {"replenish", "buffer.changed | "},
      {"refill", "buffer.changed | "},
      {"configure_buffer", "buffer.changed | "},
      {"record_operations", "| | "},
      {"finish_operation", "| | "},
      {"promise_bet", "| "},
      {"record_market", "| "},
      {"accept_sale", "position.offered | position.offered | "},
      {"finish_sale", "position.sold balance.changed buffer.changed | position.kept | "},
      {"open_settlement", "| "},
      {"book_redemption", "| "},
      {"settle_position",
       "position.settled balance.changed buffer.changed | "
       "position.settled balance.changed buffer.changed | "},
      {"close_settlement", "buffer.changed | "},
      {"record_external", "| | "},
      {"accept_withdrawal",
       "withdrawal.requested balance.changed buffer.changed | "
       "withdrawal.requested balance.changed buffer.changed | "},
      {"approve_withdrawal", "withdrawal.approved | "},
      {"finish_withdrawal",
       "withdrawal.confirmed | withdrawal.failed balance.changed buffer.changed | "},
      {"switch_withdrawals", "| "},
      {"note_buffer", "| "},
      {"order_conversion", "| | "},
      {"write_off_conversion", "conversion.failed | "},
      {"adopt_transfer", "| "},
      {"switch_work", "| "},
      {"sign_in", "| | "},
      {"sign_out", "| "},
      {"open_delegation", "| "},
      {"revoke_delegation", "| "},
  };
  EXPECT_EQ(heard, expected);
}

TEST(Events, ARefusedAndARepeatedEntryAreNotHeardOf) {
  for (const auto& line : ledger_story()) {
    for (const auto verdict : {errc::insufficient_balance, errc::duplicate, errc::in_doubt})
      EXPECT_TRUE(events_of(line.entry, {verdict, {1_usdc, 7, false}}).empty());
    EXPECT_TRUE(events_of(line.entry, {errc::none, {1_usdc, 7, true}}).empty());
  }
}

TEST(Events, ABetSaysWhoseItIsWhatItCostAndWhatTheUserHasLeft) {
  finish_bet end;
  end.id.bytes[0] = 1;
  end.user = alice;
  end.status = bet_status::filled;
  end.spent = 7_usdc;
  end.fee = 1_usdc;
  end.refunded = 2_usdc;
  end.at = {5};
  const auto heard = events_of(end, committed_with(42_usdc));
  ASSERT_EQ(heard.size(), 3U);
  EXPECT_EQ(heard[0].type, event_type::bet_filled);
  EXPECT_EQ(heard[0].subject, end.id.text());
  EXPECT_EQ(heard[0].user, alice);
  EXPECT_EQ(heard[0].amount, 8_usdc);
  EXPECT_EQ(heard[0].at, timestamp{5});
  EXPECT_EQ(heard[1].type, event_type::balance_changed);
  EXPECT_EQ(heard[1].user, alice);
  EXPECT_EQ(heard[1].amount, 42_usdc);
  EXPECT_EQ(heard[2].type, event_type::buffer_changed);
  EXPECT_FALSE(heard[2].user) << "the house's own";
  EXPECT_EQ(heard[2].amount, 2_usdc);
}

TEST(Events, LosersHearToo) {
  settle_position lost;
  lost.user = alice;
  lost.token = uint256::of(51);
  lost.at = {5};
  const auto heard = events_of(lost, {});
  ASSERT_EQ(heard.size(), 1U) << "no money moved";
  EXPECT_EQ(heard[0].type, event_type::position_settled);
  EXPECT_EQ(heard[0].subject, "51");
  EXPECT_EQ(heard[0].user, alice);
  EXPECT_EQ(heard[0].amount, usdc{});
}

TEST(Events, ASaleSaysWhatTheUserGot) {
  finish_sale sold;
  sold.id.bytes[0] = 1;
  sold.user = alice;
  sold.status = sale_status::sold;
  sold.proceeds = 7_usdc;
  sold.fee = 2_usdc;
  const auto heard = events_of(sold, committed_with(42_usdc));
  ASSERT_EQ(heard.size(), 3U);
  EXPECT_EQ(heard[0].subject, sold.id.text());
  EXPECT_EQ(heard[0].amount, 5_usdc);
  EXPECT_EQ(heard[1].amount, 42_usdc);
}

TEST(Events, ATopicIsWhatStandsBeforeThePoint) {
  EXPECT_EQ(topic_of(event_type::bet_filled), "bet");
  EXPECT_EQ(topic_of(event_type::deposit_credited), "deposit");
  EXPECT_EQ(topic_of(event_type::balance_changed), "balance");
  EXPECT_EQ(topic_of(event_type::buffer_changed), "buffer");
  EXPECT_EQ(topic_of(event_type::position_settled), "position");
}

}  // namespace
}  // namespace headroom::test
