#include "chain/polymarket/order_book.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "chain/polymarket/listing.hpp"

namespace headroom::chain::polymarket {
namespace {

using nlohmann::json;

const auto token = uint256::of(7);
const auto condition = "0x" + std::string(64, 'c');

/// Levels in the order of the answer: the best last.
json answer(const json& asks, const json& bids = json::array()) {
  return {{"market", condition}, {"asset_id", "7"},  {"timestamp", "1"},
          {"asks", asks},        {"bids", bids},     {"min_order_size", "5"},
          {"tick_size", "0.01"}, {"neg_risk", false}};
}
json level(const char* price, const char* size) { return {{"price", price}, {"size", size}}; }

market terms(std::int64_t fee_rate_micro = 0) {
  return {token, condition, *rounding_of(10'000_micro), false, true, {fee_rate_micro, 1}};
}
book of(const json& asks) { return *read_book(answer(asks).dump(), token); }

const json two_levels = json::array({level("0.6", "10"), level("0.5", "10")});

TEST(Book, ShowsTheBestOfEachSideFirst) {
  const auto b = read_book(answer(json::array({level("0.99", "1"), level("0.52", "3")}),
                                  json::array({level("0.01", "1"), level("0.48", "2")}))
                               .dump(),
                           token);
  ASSERT_TRUE(b);
  EXPECT_EQ(b->condition.hex(), condition);
  EXPECT_EQ(b->best_ask(), 520'000_micro);
  EXPECT_EQ(b->best_bid(), 480'000_micro);
  EXPECT_EQ(b->asks[0].size, share_amount{3'000'000});
  EXPECT_EQ(b->ticks.tick, 10'000_micro);
  const auto empty = of(json::array());
  EXPECT_EQ(empty.best_ask(), usdc{});
  EXPECT_EQ(empty.best_bid(), usdc{});
}

TEST(Book, ALevelThatCannotBeReadOffersNothing) {
  const auto b =
      of(json::array({level("0.6", "10"), level("1", "5"), level("0", "5"), level("0.5", "0"),
                      level("-0.4", "5"), level("0.3", "much"), 7, json{{"price", "0.2"}}}));
  ASSERT_EQ(b.asks.size(), 1U);
  EXPECT_EQ(b.best_ask(), 600'000_micro);
}

TEST(Book, OfAnotherTokenOrWithoutAMarketIsNone) {
  auto other = answer(two_levels);
  other["asset_id"] = "8";
  auto nowhere = answer(two_levels);
  nowhere["market"] = "0x12";
  auto tickless = answer(two_levels);
  tickless.erase("tick_size");
  auto one_sided = answer(two_levels);
  one_sided["bids"] = nullptr;
  for (const auto& x : {other, nowhere, tickless, one_sided, json("text")})
    EXPECT_FALSE(read_book(x.dump(), token)) << x.dump();
  EXPECT_FALSE(read_book("<html>", token));
}

TEST(BuyWalk, TakesOneLevelThatIsDeepEnough) {
  const auto w = walk_asks(of(two_levels), 5_usdc, terms());
  ASSERT_TRUE(w);
  EXPECT_TRUE(w->fills_whole);
  EXPECT_EQ(w->spend, 5_usdc);
  EXPECT_EQ(w->shares, share_amount{10'000'000});
  EXPECT_EQ(w->average_price, 500'000_micro);
  EXPECT_EQ(w->worst_price, 500'000_micro);
  EXPECT_EQ(w->fee, usdc{});
}

TEST(BuyWalk, GoesOnWhereTheFirstLevelEndsAndRoundsSharesDown) {
  const auto w = walk_asks(of(two_levels), 10_usdc, terms());
  ASSERT_TRUE(w);
  EXPECT_TRUE(w->fills_whole);
  EXPECT_EQ(w->spend, 10_usdc);
  EXPECT_EQ(w->shares, share_amount{18'333'333}) << "10, and 5 / 0.6";
  EXPECT_EQ(w->average_price, 545'454_micro);
  EXPECT_EQ(w->worst_price, 600'000_micro);
}

TEST(BuyWalk, SaysWhatThereIsWhenTheBookIsTooThin) {
  const auto w = walk_asks(of(two_levels), 20_usdc, terms());
  ASSERT_TRUE(w);
  EXPECT_FALSE(w->fills_whole);
  EXPECT_EQ(w->spend, 11_usdc);
  EXPECT_EQ(w->shares, share_amount{20'000'000});
  EXPECT_EQ(w->average_price, 550'000_micro);
  EXPECT_EQ(w->worst_price, 600'000_micro);
}

TEST(BuyWalk, LeavesRoomForTheFeeAndSaysWhatItWillBe) {
  const auto deep = of(json::array({level("0.6", "1000")}));
  const auto w = walk_asks(deep, 10_usdc, terms(40'000));
  ASSERT_TRUE(w);
  EXPECT_EQ(w->spend, 9'610'000_micro) << "the worst fee is reserved, as the order does";
  EXPECT_EQ(w->shares, share_amount{16'016'666});
  EXPECT_EQ(w->fee, 153'750_micro) << "cut at 5 decimals";
  EXPECT_TRUE(w->fills_whole);
}

TEST(BuyWalk, RoundsTheCapUpToTheTickThatTheBookHasNow) {
  const auto off = of(json::array({level("0.555", "100")}));
  EXPECT_EQ(walk_asks(off, 5_usdc, terms())->worst_price, 560'000_micro);
  auto finer = answer(json::array({level("0.555", "100")}));
  finer["tick_size"] = "0.001";
  EXPECT_EQ(walk_asks(*read_book(finer.dump(), token), 5_usdc, terms())->worst_price,
            555'000_micro);
}

TEST(BuyWalk, NeverReachesBeyondTheHighestPriceOfAnOrder) {
  const auto w =
      walk_asks(of(json::array({level("0.995", "100"), level("0.9", "1")})), 5_usdc, terms());
  ASSERT_TRUE(w);
  EXPECT_FALSE(w->fills_whole);
  EXPECT_EQ(w->worst_price, 900'000_micro);
  EXPECT_EQ(w->spend, 900'000_micro);
}

TEST(BuyWalk, IsNothingWhereNobodySellsAndNoneBelowADollar) {
  const auto nobody = walk_asks(of(json::array()), 5_usdc, terms());
  ASSERT_TRUE(nobody);
  EXPECT_EQ(nobody->shares, share_amount{});
  EXPECT_EQ(nobody->worst_price, usdc{});
  EXPECT_FALSE(nobody->fills_whole);
  EXPECT_FALSE(walk_asks(of(two_levels), 990'000_micro, terms()));
  EXPECT_FALSE(walk_asks(of(two_levels), 1_usdc, terms(40'000))) << "the fee takes its part";
}

/// The promise of a quote: an order with its cap is filled by this book, and by no lower cap.
TEST(BuyWalk, FindsTheLowestCapThatFillsWhateverTheBook) {
  std::mt19937_64 random{20261129};
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  for (int i = 0; i < 2'000; ++i) {
    book b{*hash256::parse(condition), *rounding_of(10'000_micro), {}, {}};
    std::int64_t price = 1 + below(60);
    for (auto n = 1 + below(12); n > 0 && price < 100; --n, price += 1 + below(8))
      b.asks.push_back({{price * 10'000}, {1 + below(50'000'000)}});
    const usdc budget{1'000'000 + below(60'000'000)};
    const auto m = terms(i % 2 == 0 ? 0 : 50'000);
    const auto w = walk_asks(b, budget, m);
    if (!w || w->shares.micro == 0) continue;
    const auto order = price_buy(budget, w->worst_price, m);
    ASSERT_TRUE(order);
    EXPECT_EQ(check_price(w->worst_price, b.ticks), price_check::ok);
    ASSERT_TRUE(add(w->spend, w->fee));
    EXPECT_LE(*add(w->spend, w->fee), budget);
    EXPECT_EQ(w->fills_whole, w->spend.micro == order->amounts.maker);
    if (!w->fills_whole) continue;
    EXPECT_GE(w->shares.micro, order->amounts.taker) << "at least what the order asks for";
    usdc cheaper;
    for (const auto& l : b.asks)
      if (l.price < w->worst_price)
        cheaper = *add(cheaper, usdc{*mul_div_floor(l.size.micro, l.price.micro, 1'000'000)});
    EXPECT_LT(cheaper.micro, order->amounts.maker);
  }
}

TEST(Listing, KnowsTheTermsOfItsOwnOutcomesOnly) {
  const json body{{"c", condition},
                  {"t", {{{"t", "7"}, {"o", "Yes"}}, {{"t", "8"}, {"o", "No"}}}},
                  {"mts", 0.01},
                  {"nr", true},
                  {"mos", 5},
                  {"ao", false},
                  {"fd", {{"r", 0.04}, {"e", 1}, {"to", true}}}};
  const auto l = read_listing(body.dump());
  ASSERT_TRUE(l);
  ASSERT_EQ(l->outcomes.size(), 2U);
  EXPECT_EQ(l->outcomes[1].name, "No");
  EXPECT_EQ(l->min_order, share_amount{5'000'000});
  const auto no = l->terms_of(uint256::of(8));
  ASSERT_TRUE(no);
  EXPECT_EQ(no->token, uint256::of(8));
  EXPECT_EQ(no->fees, (fee_schedule{40'000, 1}));
  EXPECT_TRUE(no->neg_risk);
  EXPECT_FALSE(no->accepting);
  EXPECT_FALSE(l->terms_of(uint256::of(9)));
  auto broken = body;
  broken["t"][1].erase("o");
  EXPECT_FALSE(read_listing(broken.dump()));
  EXPECT_FALSE(read_listing("null"));
}

}  // namespace
}  // namespace headroom::chain::polymarket
