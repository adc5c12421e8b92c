#include "domain/records.hpp"

#include <gtest/gtest.h>

#include <set>

#include "domain/errc.hpp"

namespace headroom {
namespace {

TEST(Errors, EachSaysWhatMayBeDoneNext) {
  struct row {
    errc e;
    consequence what;
  };
  constexpr row table[] = {
      {errc::none, consequence::none},
      {errc::bad_request, consequence::rejected},
      {errc::insufficient_balance, consequence::rejected},
      {errc::exceeds_max_bet, consequence::rejected},
      {errc::exceeds_max_withdrawal, consequence::rejected},
      {errc::exceeds_daily_limit, consequence::rejected},
      {errc::address_refused, consequence::rejected},
      {errc::delegation_ended, consequence::rejected},
      {errc::exceeds_delegation, consequence::rejected},
      {errc::idempotency_key_required, consequence::rejected},
      {errc::key_reused, consequence::duplicate},
      {errc::duplicate, consequence::duplicate},
      {errc::overloaded, consequence::retry},
      {errc::unavailable, consequence::retry},
      {errc::shutting_down, consequence::retry},
      {errc::rate_limited, consequence::retry},
      {errc::paused, consequence::retry},
      {errc::timed_out, consequence::retry},
      {errc::in_doubt, consequence::in_doubt},
      {errc::internal, consequence::broken},
      {errc::invariant_violated, consequence::broken},
  };
  for (const auto& [e, what] : table) EXPECT_EQ(consequence_of(e), what) << to_string(e);
}

TEST(Errors, EveryCodeHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int n = 0; n < 256; ++n) {
    const auto name = to_string(static_cast<errc>(n));
    if (name == "unknown") continue;
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos)
        << name;
  }
  EXPECT_EQ(names.size(), 38U) << "a new code needs a row in the table above";
}

/// Values travel between nodes and stand in callers' code: they are never renumbered.
TEST(Errors, TheNumbersStayWhatTheyWere) {
  EXPECT_EQ(int(errc::insufficient_balance), 3);
  EXPECT_EQ(int(errc::exceeds_max_bet), 4);
  EXPECT_EQ(int(errc::venue_rejected), 5);
  EXPECT_EQ(int(errc::key_reused), 30);
  EXPECT_EQ(int(errc::exceeds_max_withdrawal), 25);
  EXPECT_EQ(int(errc::overloaded), 50);
  EXPECT_EQ(int(errc::in_doubt), 70);
  EXPECT_EQ(int(errc::internal), 90);
}

TEST(Records, EveryStatusHasAWordAndABetsReadsBack) {
  for (const auto s :
       {bet_status::placing, bet_status::filled, bet_status::failed, bet_status::settled})
    EXPECT_EQ(parse_bet_status(to_string(s)), s);
  for (const char* text : {"", "Placing", "placing ", "unknown", "open"})
    EXPECT_EQ(parse_bet_status(text), std::nullopt) << text;
  EXPECT_EQ(to_string(deposit_status::settling), "settling");
  EXPECT_EQ(to_string(deposit_status::pending), "pending");
  EXPECT_EQ(to_string(deposit_status::converting), "converting");
  EXPECT_EQ(to_string(deposit_status::completed), "completed");
  EXPECT_EQ(to_string(deposit_status::failed), "failed");
  EXPECT_EQ(to_string(conversion_status::running), "running");
  EXPECT_EQ(to_string(operation_status::dropped), "dropped");
}

TEST(Records, TheAveragePriceIsRoundedDownAndZeroForNothing) {
  bet b;
  EXPECT_EQ(average_price(b), usdc{});
  b.spent = 10_usdc;
  EXPECT_EQ(average_price(b), usdc{}) << "no shares, no price";
  b.shares = {20'000'000};
  EXPECT_EQ(average_price(b), usdc{500'000});
  b.shares = {30'000'000};
  EXPECT_EQ(average_price(b), usdc{333'333});
}

TEST(Records, TriesOfOneSettlementDifferInTheLastByteAlone) {
  deposit_id id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = static_cast<std::uint8_t>(i + 1);
  EXPECT_EQ(settlement_of(id, 0).bytes, id.bytes);
  const auto text = id.text();
  std::set<std::string> all;
  for (int n = 0; n < 256; ++n) {
    const auto name = settlement_of(id, static_cast<std::uint8_t>(n)).text();
    EXPECT_EQ(name.substr(0, 34), text.substr(0, 34));
    all.insert(name);
  }
  EXPECT_EQ(all.size(), 256U);
}

}  // namespace
}  // namespace headroom
