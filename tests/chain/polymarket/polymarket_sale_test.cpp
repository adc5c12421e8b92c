#include <gtest/gtest.h>

#include <random>

#include "chain/polymarket/market.hpp"
#include "tests/chain/vectors.hpp"

/// What an immediate order says, BUY and SELL, and what a sale may be charged.
namespace headroom::chain::polymarket {
namespace {

constexpr std::int64_t ticks[] = {100'000, 10'000, 5'000, 2'500, 1'000, 100};

/// a * b against c * d, in 128 bits.
uint128 times(std::int64_t a, std::int64_t b) {
  return uint128{static_cast<std::uint64_t>(a)} * static_cast<std::uint64_t>(b);
}

TEST(ImmediateSell, IsTheOfficialClientsCutAtFourDecimals) {
  std::size_t checked = 0;
  for (const auto& c : test::load("polymarket-amounts.json").at("cases")) {
    if (c.at("kind") == "limit" || c.at("side") != "SELL") continue;
    const auto micro = [&](const char* key) {
      return parse_usdc(c.at(key).get<std::string>()).value().micro;
    };
    const auto got = immediate_sell({micro("shares")}, {micro("price")});
    const auto maker = test::number_of(c.at("makerAmount"));
    const auto taker = test::number_of(c.at("takerAmount"));
    ++checked;
    if (!got) {  // of less than a share, where the cut would reach a bid below the floor
      EXPECT_TRUE(taker - taker % 100 == 0 || maker < 1'000'000) << c;
      continue;
    }
    EXPECT_EQ(*got, (order_amounts{maker, taker - taker % 100})) << c;
  }
  EXPECT_GT(checked, 50U);
}

/// Seeded: every tick, any size, any price on the grid.
TEST(ImmediateOrders, APriceGivesWayByLessThanTheFinestTickAndNeverMissesTheBestOffer) {
  std::mt19937_64 dice{20'261'129};
  const auto up_to = [&](std::int64_t most) {
    return static_cast<std::int64_t>(dice() % static_cast<std::uint64_t>(most)) + 1;
  };
  std::size_t refused = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto tick = ticks[i % std::size(ticks)];
    const auto price = tick * up_to(micro_per_usdc / tick - 1);
    const auto exact = i % 2 == 0;
    const auto size = 1'000'000 + up_to(exact ? 5'000'000 : 200'000'000'000);

    const auto buy = immediate_buy({size}, {price}).value();
    EXPECT_EQ(buy.maker % 10'000, 0);
    EXPECT_EQ(buy.taker % 100, 0);
    EXPECT_LE(buy.maker, size);
    // cap <= maker / taker < cap + 0.0001
    EXPECT_GE(times(buy.maker, 1'000'000), times(buy.taker, price));
    EXPECT_LT(times(buy.maker, 1'000'000), times(buy.taker, price + 100));

    const auto sale = immediate_sell({size}, {price}).value();
    EXPECT_EQ(sale.maker % 10'000, 0);
    EXPECT_EQ(sale.taker % 100, 0);
    EXPECT_LE(sale.maker, size);
    EXPECT_LT(size - sale.maker, 10'000);
    // floor - 0.0001 < taker / maker <= floor
    EXPECT_LE(times(sale.taker, 1'000'000), times(sale.maker, price));
    EXPECT_GT(times(sale.taker, 1'000'000), times(sale.maker, price - 100));

    const auto small = immediate_sell({up_to(999'999)}, {price});
    refused += small ? 0 : 1;
    if (small) {
      EXPECT_GT(times(small->taker, 1'000'000), times(small->maker, price - 100));
    }
    if (HasFailure()) break;  // one is enough to read
  }
  EXPECT_GT(refused, 0U);
  EXPECT_LT(refused, 50'000U);
}

TEST(ImmediateSell, OfLessThanAShareIsExactOrNothing) {
  EXPECT_EQ(immediate_sell({530'000}, {120'000}), (order_amounts{530'000, 63'600}));
  EXPECT_EQ(immediate_sell({500'000}, {123'000}), (order_amounts{500'000, 61'500}));
  EXPECT_FALSE(immediate_sell({530'000}, {123'000})) << "0.06519 would be 0.0651: 0.12283 a share";
  EXPECT_FALSE(immediate_sell({9'999}, {500'000}));
  EXPECT_FALSE(immediate_sell({10'000}, {5'000})) << "a twentieth of a thousandth of a dollar";
  EXPECT_FALSE(immediate_sell({0}, {500'000}));
  EXPECT_FALSE(immediate_sell({-10'000}, {500'000}));
  EXPECT_FALSE(immediate_sell({1'000'000}, {0}));
  EXPECT_FALSE(immediate_sell({1'000'000}, {1'000'001}));
  EXPECT_TRUE(immediate_sell({INT64_MAX}, {1'000'000}));
}

TEST(SaleFee, TheWorstIsThatOfTheDearestPriceAboveTheFloor) {
  for (const std::uint32_t exponent : {1U, 2U, 3U, 4U}) {
    const fee_schedule f{70'000, exponent};
    for (const std::int64_t floor : {10'000L, 490'000L, 500'000L, 510'000L, 990'000L}) {
      const share_amount shares{12'340'000};
      const auto worst = worst_sell_fee(shares, {floor}, f).value();
      usdc highest;
      for (std::int64_t p = floor; p < 1'000'000; p += 10'000)
        highest = std::max(highest, fee_for(shares, {p}, f).value());
      EXPECT_GE(worst, highest);
      EXPECT_LE(worst.micro - highest.micro, 10) << "rounded up by one step at most";
    }
  }
  EXPECT_EQ(worst_sell_fee({100'000'000}, {500'000}, {}), usdc{});
  EXPECT_FALSE(worst_sell_fee({-1}, {500'000}, {}));
  EXPECT_FALSE(worst_sell_fee({1}, {1'000'001}, {}));
}

TEST(PriceSell, TakesWhatTheVenueTakesAndSaysWhatItMayCost) {
  market m;
  m.ticks = rounding_of({10'000}).value();
  m.fees = {50'000, 1};
  const auto all = price_sell({7'575'758}, {660'000}, m).value();
  EXPECT_EQ(all.amounts, (order_amounts{7'570'000, 4'996'200}));
  EXPECT_EQ(all.max_fee, usdc{84'940});  // 7.57 x 0.05 x 0.66 x 0.34 = 0.0849354
  EXPECT_FALSE(price_sell({9'999}, {660'000}, m));
}

TEST(PositionIds, OfProtocolV2AreKnownByTheirReservedBits) {
  const auto v1 = uint256::parse_decimal(
                      "7132104567925221259462638553270691275033272857194253228963137931245558399256"
                      "3")
                      .value();
  EXPECT_FALSE(is_protocol_v2(v1));
  EXPECT_FALSE(is_protocol_v2(uint256::of(0)));
  EXPECT_FALSE(is_protocol_v2(uint256::of(10'000'000))) << "a sandbox's id, of no layout at all";
  for (const auto& v : test::load("polymarket-orders.json").at("vectors"))
    EXPECT_EQ(is_protocol_v2(test::id_of(v.at("message").at("tokenId"))),
              v.at("exchange_version") == 3)
        << v.at("id");
  auto almost = uint256{};
  almost.bytes.fill(0xff);
  for (std::size_t i = 19; i < 27; ++i) almost.bytes[i] = 0;
  EXPECT_TRUE(is_protocol_v2(almost));
  for (std::size_t i = 19; i < 27; ++i) {
    auto other = almost;
    other.bytes[i] = 1;
    EXPECT_FALSE(is_protocol_v2(other)) << i;
  }
}

}  // namespace
}  // namespace headroom::chain::polymarket
