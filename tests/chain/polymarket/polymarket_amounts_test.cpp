#include "chain/polymarket/amounts.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "chain/polymarket/decimal.hpp"
#include "chain/polymarket/fees.hpp"
#include "tests/chain/vectors.hpp"

namespace headroom::chain::polymarket {
namespace {

using test::json;

std::int64_t micro(const json& text) { return read_micro(text.get<std::string>()).value(); }

TEST(Amounts, AllCasesOfTheOfficialClientAgree) {
  const auto all = test::load("polymarket-amounts.json");
  std::size_t checked = 0;
  for (const auto& c : all.at("cases")) {
    const auto r = rounding_of({micro(c.at("tick"))}).value();
    const usdc price{micro(c.at("price"))};
    const bool buy = c.at("side") == "BUY";
    const bool limit = c.at("kind") == "limit";
    const auto size = [&](const char* key) { return share_amount{micro(c.at(key))}; };
    const auto got =
        limit ? (buy ? limit_buy(size("size"), price, r) : limit_sell(size("size"), price, r))
        : buy ? market_buy({micro(c.at("amount_usd"))}, price, r)
              : market_sell(size("shares"), price, r);
    const auto maker = test::number_of(c.at("makerAmount"));
    const auto taker = test::number_of(c.at("takerAmount"));
    if (maker == 0 || taker == 0) {
      EXPECT_FALSE(got) << c;
    } else {
      EXPECT_EQ(got, (order_amounts{maker, taker})) << c;
    }
    if (!limit && buy && got) {
      const auto capped = c.contains("takerAmount_venue_cap_4dp")
                              ? test::number_of(c.at("takerAmount_venue_cap_4dp"))
                              : taker;
      const auto venue = immediate_buy({micro(c.at("amount_usd"))}, price).value();
      EXPECT_EQ(venue.maker, maker) << c;
      EXPECT_EQ(venue.taker % 100, 0) << c;
      if (c.at("tick") == "0.1") {  // the client cuts at 3 decimals there, we at 4 everywhere
        EXPECT_GE(venue.taker, capped) << c;
        EXPECT_LT(venue.taker - capped, 1'000) << c;
      } else {
        EXPECT_EQ(venue.taker, capped) << c;
      }
      // The price never slips below the cap: maker / taker >= price.
      EXPECT_GE(uint128{static_cast<std::uint64_t>(maker)} * 1'000'000,
                uint128{static_cast<std::uint64_t>(venue.taker)} *
                    static_cast<std::uint64_t>(price.micro));
    }
    ++checked;
  }
  EXPECT_EQ(checked, 336U);
}

TEST(Amounts, DecimalsFollowTheTick) {
  for (const auto& [tick, rule] :
       test::load("polymarket-amounts.json").at("rounding_config").items()) {
    const auto r = rounding_of({read_micro(tick).value()});
    ASSERT_TRUE(r) << tick;
    EXPECT_EQ(r->price_decimals, rule.at("price"));
    EXPECT_EQ(r->size_decimals, rule.at("size"));
    EXPECT_EQ(r->amount_decimals, rule.at("amount"));
  }
  for (const std::int64_t tick : {0L, -1L, 1L, 10L, 12'345L, 1'000'000L, 2'000'000L})
    EXPECT_FALSE(rounding_of({tick})) << tick;
}

TEST(Amounts, PricesLieOnTheTickInsideTheBounds) {
  const auto r = rounding_of({2'500}).value();
  EXPECT_EQ(check_price({2'500}, r), price_check::ok);
  EXPECT_EQ(check_price({997'500}, r), price_check::ok);
  EXPECT_EQ(check_price({500'000}, r), price_check::ok);
  EXPECT_EQ(check_price({501'000}, r), price_check::off_tick);
  for (const std::int64_t p : {-5'000L, 0L, 2'499L, 997'501L, 1'000'000L, INT64_MAX})
    EXPECT_EQ(check_price({p}, r), price_check::out_of_bounds) << p;
}

TEST(Amounts, RefuseWhatMakesNoOrder) {
  const auto r = rounding_of({10'000}).value();
  EXPECT_FALSE(market_buy({0}, {500'000}, r));
  EXPECT_FALSE(market_buy({9'999}, {500'000}, r));  // less than a cent
  EXPECT_FALSE(market_buy({-10'000}, {500'000}, r));
  EXPECT_FALSE(market_buy(1_usdc, {0}, r));
  EXPECT_FALSE(market_buy(1_usdc, {1'000'001}, r));
  EXPECT_FALSE(market_buy({INT64_MAX}, {1}, r));  // shares beyond 63 bits
  EXPECT_FALSE(limit_sell({0}, {500'000}, r));
  EXPECT_FALSE(limit_buy({-1}, {500'000}, r));
}

TEST(Amounts, NoTickOfOursCanLiftAnImmediateBuysPriceAboveTheCap) {
  // Cut at a coarse tick's 3 decimals, up to a thousandth of a share would be given up.
  for (std::int64_t price = 1'000; price < 1'000'000; price += 1'000)
    for (const std::int64_t spend : {1'000'000L, 1'010'000L, 25'370'000L}) {
      const auto a = immediate_buy({spend}, {price}).value();
      const auto exact = mul_div_floor(a.maker, micro_per_usdc, price).value();
      EXPECT_LE(a.taker, exact);
      EXPECT_LT(exact - a.taker, 100) << "less than a ten-thousandth of a share is given up";
    }
}

TEST(Fees, NoRateIsNoFeeWhateverTheExponent) {
  for (const auto* text :
       {"null", "{}", R"({"r":0,"e":0})", R"({"r":0})", R"({"e":1})", R"({"r":null,"e":2})"}) {
    const auto fd = json::parse(text);
    EXPECT_EQ(read_fee_schedule(&fd), fee_schedule{}) << text;
  }
}

TEST(ReadMicro, IsStrict) {
  EXPECT_EQ(read_micro("0.57"), 570'000);
  EXPECT_EQ(read_micro("100"), 100'000'000);
  EXPECT_EQ(read_micro("14.925372"), 14'925'372);
  EXPECT_EQ(read_micro("0.5700000"), 570'000);
  EXPECT_FALSE(read_micro("0.5700001"));
  EXPECT_EQ(read_micro("0.5700001", excess::round_up), 570'001);
  for (const auto* text : {"", ".5", "5.", "-1", "+1", "1e3", " 1", "1 ", "0x1", "1,5", "1.2.3",
                           "1234567890123", "0.1234567890123456789"})
    EXPECT_FALSE(read_micro(text, excess::round_up)) << text;
}

TEST(Fees, FollowTheFormulaAndAreCutAtFiveDecimals) {
  const fee_schedule crypto{70'000, 1};
  // 100 shares at 0.5: 100 * 0.07 * 0.25 = 1.75
  EXPECT_EQ(fee_for({100'000'000}, {500'000}, crypto), usdc{1'750'000});
  // 1 share at 0.57: 0.07 * 0.2451 = 0.017157 -> 0.01715
  EXPECT_EQ(fee_for({1'000'000}, {570'000}, crypto), usdc{17'150});
  EXPECT_EQ(fee_for({1}, {10'000}, crypto), usdc{0});
  EXPECT_EQ(fee_for({0}, {500'000}, crypto), usdc{0});
  EXPECT_EQ(fee_for({100'000'000}, {500'000}, {0, 1}), usdc{0});
  // exponent 2: 100 * 0.25 * 0.0625 = 1.5625
  EXPECT_EQ(fee_for({100'000'000}, {500'000}, {250'000, 2}), usdc{1'562'500});
  EXPECT_FALSE(fee_for({1}, {1'000'001}, crypto));
  EXPECT_FALSE(fee_for({-1}, {500'000}, crypto));
  EXPECT_TRUE(fee_for({INT64_MAX}, {500'000}, {1'000'000, 4}));
}

/// Fills of Polygon mainnet, September 2026: what the exchange took (facts of the venue, changes 1
/// and 3).
TEST(Fees, AgreeWithTheChain) {
  struct row {
    std::int64_t price, rate, shares, paid, fee;
  };
  constexpr row real[] = {{660'000, 50'000, 7'575'758, 5'000'000, 85'000},
                          {710'000, 50'000, 7'042'251, 4'999'998, 72'490},
                          {710'000, 50'000, 21'126'758, 14'999'998, 217'490},
                          {820'000, 70'000, 1'219'511, 999'999, 12'590},
                          {480'000, 70'000, 2'083'334, 1'000'000, 36'400},
                          {840'000, 0, 5'952'381, 5'000'000, 0}};
  for (const auto& x : real) {
    EXPECT_EQ(mul_div_floor(x.shares, x.price, micro_per_usdc), x.paid) << x.shares;
    EXPECT_EQ(fee_for({x.shares}, {x.price}, {x.rate, 1}), usdc{x.fee}) << x.shares;
  }
}

TEST(Fees, TheWorstCaseCoversEveryPriceUpToTheCap) {
  for (const std::uint32_t exponent : {1U, 2U, 3U, 4U}) {
    const fee_schedule f{70'000, exponent};
    for (const std::int64_t cap : {10'000L, 330'000L, 340'000L, 570'000L, 990'000L}) {
      const usdc spend{25'370'000};
      const auto worst = worst_fee(spend, {cap}, {10'000}, f).value();
      usdc highest;
      for (std::int64_t p = 10'000; p <= cap; p += 10'000) {
        const auto shares = mul_div_floor(spend.micro, micro_per_usdc, p).value();
        highest = std::max(highest, fee_for({shares}, {p}, f).value());
      }
      EXPECT_GE(worst, highest) << exponent << " " << cap;
      if (exponent == 1) {
        EXPECT_LE(worst.micro, highest.micro + 20);  // and is tight
      }
    }
  }
}

TEST(Fees, TheLargestSpendFitsTheBudgetAndOneCentMoreDoesNot) {
  const fee_schedule f{50'000, 1};
  for (const std::int64_t budget : {1'000'000L, 25'370'000L, 99'999'999L, 1'000'000'000'000L}) {
    const auto spend = largest_spend({budget}, {570'000}, {10'000}, f);
    const auto total = [&](usdc s) {
      return s.micro + worst_fee(s, {570'000}, {10'000}, f).value().micro;
    };
    EXPECT_EQ(spend.micro % 10'000, 0);
    EXPECT_LE(total(spend), budget);
    EXPECT_GT(total({spend.micro + 10'000}), budget);
  }
  EXPECT_EQ(largest_spend({25'370'000}, {570'000}, {10'000}, {0, 1}), usdc{25'370'000});
  EXPECT_EQ(largest_spend({9'999}, {570'000}, {10'000}, f), usdc{0});
  EXPECT_EQ(largest_spend({-1}, {570'000}, {10'000}, f), usdc{0});
}

TEST(Fees, ReadsOnlySchedulesItCanBound) {
  const auto read = [](const char* text) {
    const auto value = json::parse(text);
    return read_fee_schedule(&value);
  };
  EXPECT_EQ(read(R"({"r":0.07,"e":1,"to":true})"), (fee_schedule{70'000, 1}));
  EXPECT_EQ(read(R"({"r":0.25,"e":2.0})"), (fee_schedule{250'000, 2}));
  EXPECT_EQ(read(R"({"r":0,"e":1})"), (fee_schedule{0, 1}));
  EXPECT_EQ(read("null"), fee_schedule{});
  EXPECT_EQ(read_fee_schedule(nullptr), fee_schedule{});
  for (const auto* text : {"[]", "1", R"({"r":0.07})", R"({"r":-0.01,"e":1})",
                           R"({"r":1.01,"e":1})", R"({"r":0.0000001,"e":1})", R"({"r":0.07,"e":0})",
                           R"({"r":0.07,"e":1.5})", R"({"r":0.07,"e":5})", R"({"r":"0.07","e":1})",
                           R"({"r":0.07,"e":null})", R"({"r":1e300,"e":1e300})"})
    EXPECT_FALSE(read(text)) << text;
}

}  // namespace
}  // namespace headroom::chain::polymarket
