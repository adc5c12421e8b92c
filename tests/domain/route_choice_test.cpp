#include "domain/route_choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace headroom {
namespace {

constexpr auto never = buffer_forecast::never;
constexpr money_source plasma{9745, address{{1}}};
constexpr money_source base{8453, address{{2}}};
constexpr timestamp noon = timestamp::of_seconds(1'800'000'000);

waiting_deposit deposit_of(std::uint8_t n, usdc amount, std::int64_t seconds_ago = 0) {
  waiting_deposit out;
  out.id.bytes[0] = n;
  out.amount = amount;
  out.since = noon.minus(std::chrono::seconds{seconds_ago});
  return out;
}

/// One that costs `micro` of a million.
route_offer offer_of(std::string name, std::int64_t micro, std::uint32_t seconds) {
  return {std::move(name), 1'000'000_micro, {1'000'000 - micro}, seconds, {}};
}

std::string chosen_of(const std::vector<route_offer>& offers, std::int64_t allowed) {
  const auto choice = choose_route(offers, allowed);
  return choice.chosen ? offers[*choice.chosen].name : "";
}

// -- the choice ----------------------------------------------------------------------------------

TEST(RouteChoice, OfNoOffersNoneIsChosen) {
  const auto choice = choose_route({}, never);
  EXPECT_FALSE(choice.chosen);
  EXPECT_TRUE(choice.words.empty());
}

TEST(RouteChoice, WithoutHurryTheCheapestIsTakenHoweverSlow) {
  EXPECT_EQ(chosen_of({offer_of("fast", 500, 10), offer_of("cheap", 100, 3'600)}, never), "cheap");
}

TEST(RouteChoice, ALowBufferTakesTheFastestWhateverItCosts) {
  EXPECT_EQ(chosen_of({offer_of("fast", 500, 10), offer_of("cheap", 100, 3'600)}, 0), "fast");
}

TEST(RouteChoice, BetweenThemTheCheapestOfThoseThatArriveInTime) {
  const std::vector<route_offer> all{offer_of("fast", 500, 10), offer_of("middle", 300, 60),
                                     offer_of("cheap", 100, 3'600)};
  EXPECT_EQ(chosen_of(all, 3'600), "cheap") << "just in time";
  EXPECT_EQ(chosen_of(all, 3'599), "middle");
  EXPECT_EQ(chosen_of(all, 59), "fast");
  EXPECT_EQ(chosen_of(all, 9), "fast") << "nobody arrives in time";
}

TEST(RouteChoice, EqualCostsTheFasterAndEqualTimesTheCheaperIsTaken) {
  EXPECT_EQ(chosen_of({offer_of("slow", 100, 60), offer_of("fast", 100, 10)}, never), "fast");
  EXPECT_EQ(chosen_of({offer_of("dear", 200, 10), offer_of("cheap", 100, 10)}, 0), "cheap");
  EXPECT_EQ(chosen_of({offer_of("b", 100, 10), offer_of("a", 100, 10)}, never), "a");
}

TEST(RouteChoice, EveryRouteIsToldWhyItIsNotTheOne) {
  const std::vector<route_offer> all{offer_of("cheap", 100, 3'600), offer_of("fast", 500, 10)};
  const auto patient = choose_route(all, never);
  EXPECT_EQ(patient.words[0].word, route_word::chosen);
  EXPECT_EQ(patient.words[0].detail, "the cheapest of 2: 1.00 bps in 3600 s");
  EXPECT_EQ(patient.words[1].word, route_word::dearer);
  EXPECT_EQ(patient.words[1].detail, "5.00 bps in 10 s; cheap: 1.00 bps in 3600 s");
  const auto hurried = choose_route(all, 0);
  EXPECT_EQ(hurried.words[0].word, route_word::slower);
  EXPECT_EQ(hurried.words[1].detail, "the fastest of 2: 5.00 bps in 10 s");
  EXPECT_EQ(choose_route(all, 60).words[0].word, route_word::slower) << "cheaper, and too late";
}

TEST(RouteChoice, ThePartThatARouteTakesIsComparedByItsOwnAmount) {
  route_offer part{"part", 100_usdc, 99'990'000_micro, 10, {}};       // 1 bps
  route_offer whole{"whole", 1'000_usdc, 999'500'000_micro, 10, {}};  // 5 bps, more in sum
  EXPECT_EQ(chosen_of({whole, part}, never), "part");
}

/// Whatever is offered: one is chosen, its verdict says so, nobody beats it by the rule, and the
/// order in which routes answered changes nothing.
TEST(RouteChoice, NobodyBeatsTheChosenOne) {
  std::mt19937_64 rng{7};
  for (int round = 0; round < 20'000; ++round) {
    std::vector<route_offer> offers;
    const auto n = 1 + rng() % 5;
    for (std::size_t i = 0; i < n; ++i) {
      auto o = offer_of("r" + std::to_string(i), static_cast<std::int64_t>(rng() % 4) * 100 - 100,
                        static_cast<std::uint32_t>(rng() % 4) * 30);
      o.fee = {static_cast<std::int64_t>(rng() % 3) * 150};
      offers.push_back(o);
    }
    const auto allowed = static_cast<std::int64_t>(rng() % 6) * 30 - 1;  // -1 is never
    const auto choice = choose_route(offers, allowed);
    ASSERT_TRUE(choice.chosen);
    ASSERT_EQ(choice.words.size(), offers.size());
    const auto& best = offers[*choice.chosen];
    const auto in_time = [&](const route_offer& o) {
      return allowed == never || o.seconds <= allowed;
    };
    for (std::size_t i = 0; i < offers.size(); ++i) {
      const auto& o = offers[i];
      EXPECT_EQ(choice.words[i].word == route_word::chosen, i == *choice.chosen);
      if (in_time(o)) {
        EXPECT_TRUE(in_time(best));
        EXPECT_LE(cost_ppm(best), cost_ppm(o));
      }
      if (!in_time(best)) {
        EXPECT_LE(best.seconds, o.seconds);
      }
    }
    auto turned = offers;
    std::shuffle(turned.begin(), turned.end(), rng);
    EXPECT_EQ(chosen_of(turned, allowed), best.name);
  }
}

// -- costs and caps ------------------------------------------------------------------------------

TEST(RouteChoice, ACostIsTheRoutesOwnWordOrWhatIsMissingWhicheverIsMore) {
  EXPECT_EQ(cost_of({"", 100_usdc, 99_usdc, 0, {}}), 1_usdc);
  EXPECT_EQ(cost_of({"", 100_usdc, 99_usdc, 0, 3_usdc}), 3_usdc) << "gas is not in the outcome";
  EXPECT_EQ(cost_of({"", 100_usdc, 101_usdc, 0, {}}), 0_usdc) << "a premium is no cost";
  EXPECT_EQ(cost_ppm({"", 3_usdc, 2'999'999_micro, 0, {}}), 1) << "rounded against the route";
  EXPECT_EQ(cost_ppm({"", {}, {}, 0, {}}), 0);
}

TEST(RouteChoice, CapsAreMetExactlyAndNotExceededByAMillionth) {
  route_terms terms;
  terms.fee_bps = 20;
  auto o = offer_of("a", 2'000, 10);  // 20 bps
  EXPECT_FALSE(against_caps(o, terms));
  o.fee = {2'001};
  ASSERT_TRUE(against_caps(o, terms));
  EXPECT_EQ(against_caps(o, terms)->word, route_word::fee_cap);
  EXPECT_EQ(against_caps(o, terms)->detail, "20.01 bps, at most 20");
  terms.fee_bps = 0;
  EXPECT_FALSE(against_caps(o, terms)) << "zero is no bound";
  terms.slippage_bps = 19;
  EXPECT_EQ(against_caps(o, terms)->word, route_word::slippage_cap);
  terms.slippage_bps = 20;
  EXPECT_FALSE(against_caps(o, terms)) << "its fee is not its slippage";
  o.expected_out = {};
  EXPECT_EQ(against_caps(o, terms)->word, route_word::refused);
}

TEST(RouteChoice, RoomIsTheSmallerOfSizeAndWhatIsLeftInFlight) {
  route_terms t;
  EXPECT_FALSE(room_of(t, 500_usdc)) << "no bound";
  t.size = 100_usdc;
  EXPECT_EQ(room_of(t, 500_usdc), 100_usdc);
  t.in_flight = 550_usdc;
  EXPECT_EQ(room_of(t, 500_usdc), 50_usdc);
  EXPECT_EQ(room_of(t, 550_usdc), 0_usdc);
  t.size = {};
  EXPECT_EQ(room_of(t, 100_usdc), 450_usdc);
  EXPECT_EQ(smaller(std::nullopt, 3_usdc), 3_usdc);
  EXPECT_EQ(smaller(2_usdc, 3_usdc), 2_usdc);
  EXPECT_FALSE(smaller(std::nullopt, std::nullopt));
}

// -- who may be asked ----------------------------------------------------------------------------

/// Every combination of what may speak against a route: it is asked only when nothing does, and the
/// first reason of the list is the one that is said.
TEST(RouteChoice, ARouteIsAskedOnlyWhenNothingSpeaksAgainstIt) {
  route_terms terms;
  terms.in_flight = 100_usdc;
  constexpr std::uint32_t at_once = 2;
  for (unsigned bits = 0; bits < 512; ++bits) {
    const auto on = [&](unsigned n) { return (bits >> n & 1U) != 0; };
    route_facts f;
    f.enabled = !on(0);
    f.present = !on(1);
    f.known = !on(2);
    f.from = on(3) ? base : plasma;
    f.disabled = on(4) ? "both legs must be open" : "";
    f.unreadable = on(5);
    f.late = on(6);
    f.running = on(7) ? at_once : at_once - 1;
    f.amount_running = on(8) ? 100_usdc : 99_usdc;
    const auto against = before_asking(f, terms, plasma, at_once);
    constexpr route_word in_order[] = {
        route_word::not_enabled,  route_word::missing,  route_word::unknown,
        route_word::other_source, route_word::disabled, route_word::unreadable,
        route_word::late,         route_word::busy,     route_word::in_flight_full};
    if (bits == 0) {
      EXPECT_FALSE(against);
      continue;
    }
    unsigned first = 0;
    while (!on(first)) ++first;
    ASSERT_TRUE(against) << bits;
    EXPECT_EQ(against->word, in_order[first]) << bits;
  }
}

TEST(RouteChoice, EveryWordHasACodeOfItsOwn) {
  std::set<std::string_view> codes;
  for (auto n = 0; n <= static_cast<int>(route_word::draining); ++n)
    codes.insert(to_string(static_cast<route_word>(n)));
  EXPECT_EQ(codes.size(), static_cast<std::size_t>(route_word::draining) + 1);
}

// -- batches -------------------------------------------------------------------------------------

TEST(RouteChoice, DepositsAreTakenWholeAndOneThatIsTooLargeHoldsUpNoOther) {
  const std::vector<waiting_deposit> all{deposit_of(1, 5'000_usdc), deposit_of(2, 300_usdc),
                                         deposit_of(3, 800_usdc), deposit_of(4, 700_usdc)};
  const auto part = fitting(all, 1'000_usdc, 10);
  EXPECT_EQ(part.amount, 1'000_usdc);
  EXPECT_EQ(part.deposits, (std::vector<deposit_id>{all[1].id, all[3].id}));
  EXPECT_EQ(fitting(all, std::nullopt, 10).amount, 6'800_usdc);
  EXPECT_EQ(fitting(all, std::nullopt, 2).amount, 5'300_usdc) << "the oldest first";
  EXPECT_TRUE(fitting(all, 299_usdc, 10).deposits.empty());
  EXPECT_TRUE(fitting({}, std::nullopt, 10).deposits.empty());
}

TEST(RouteChoice, ASumThatOverflowsIsLeftOut) {
  const std::vector<waiting_deposit> all{deposit_of(1, {INT64_MAX}), deposit_of(2, 1_micro)};
  EXPECT_EQ(fitting(all, std::nullopt, 10).amount, usdc{INT64_MAX});
}

/// Any deposits, any bound: never above it, never more than so many, none twice, in their order,
/// and none left out that would still have fitted behind the last one.
TEST(RouteChoice, WhatFitsFits) {
  std::mt19937_64 rng{11};
  for (int round = 0; round < 20'000; ++round) {
    std::vector<waiting_deposit> all;
    for (std::uint8_t i = 0; i < rng() % 12; ++i)
      all.push_back(deposit_of(i, {1 + static_cast<std::int64_t>(rng() % 100)}));
    const usdc most{1 + static_cast<std::int64_t>(rng() % 250)};
    const auto count = static_cast<std::uint32_t>(1 + rng() % 12);
    const auto part = fitting(all, most, count);
    EXPECT_LE(part.amount, most);
    EXPECT_LE(part.deposits.size(), count);
    usdc sum;
    std::size_t at = 0;
    for (const auto& d : all) {
      if (at < part.deposits.size() && part.deposits[at] == d.id) {
        ++at;
        sum = add_saturating(sum, d.amount);
      } else if (part.deposits.size() < count) {
        EXPECT_GT(add_saturating(sum, d.amount), most) << "it would have fitted";
      }
    }
    EXPECT_EQ(at, part.deposits.size()) << "in their order, each once";
    EXPECT_EQ(sum, part.amount);
  }
}

struct Batches : testing::Test {
  batch_rules rules{500_usdc, 3, std::chrono::seconds{3'600}, std::chrono::seconds{300}};
  bool due(std::vector<waiting_deposit> all, money_need need = money_need::usual) {
    return why_wait(all, rules, need, noon).empty();
  }
};

TEST_F(Batches, ALargeSumManyDepositsOrAnOldOneAreDue) {
  EXPECT_FALSE(due({deposit_of(1, 499_usdc)}));
  EXPECT_TRUE(due({deposit_of(1, 499_usdc), deposit_of(2, 1_usdc)}));
  EXPECT_FALSE(due({deposit_of(1, 1_usdc), deposit_of(2, 1_usdc)}));
  EXPECT_TRUE(due({deposit_of(1, 1_usdc), deposit_of(2, 1_usdc), deposit_of(3, 1_usdc)}));
  EXPECT_FALSE(due({deposit_of(1, 1_usdc, 3'599)}));
  EXPECT_TRUE(due({deposit_of(1, 1_usdc, 3'600)}));
}

TEST_F(Batches, BelowItsTargetTheBufferWaitsLessAndLowNotAtAll) {
  EXPECT_FALSE(due({deposit_of(1, 1_usdc, 299)}, money_need::soon));
  EXPECT_TRUE(due({deposit_of(1, 1_usdc, 300)}, money_need::soon));
  EXPECT_TRUE(due({deposit_of(1, 1_usdc)}, money_need::at_once));
  rules.longest_wait = std::chrono::seconds{60};
  EXPECT_TRUE(due({deposit_of(1, 1_usdc, 60)}, money_need::soon)) << "never longer than usual";
}

TEST_F(Batches, NothingIsNeverDueAndWhoWaitsKnowsUntilWhen) {
  EXPECT_EQ(why_wait({}, rules, money_need::at_once, noon), "nothing waits");
  const std::vector<waiting_deposit> one{deposit_of(1, 20_usdc)};
  EXPECT_EQ(why_wait(one, rules, money_need::usual, noon),
            "20.00 of 500.00 USDC together; at the latest " +
                to_rfc3339(noon.plus(std::chrono::hours{1})));
}

}  // namespace
}  // namespace headroom
