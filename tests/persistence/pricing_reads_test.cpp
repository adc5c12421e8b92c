#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

struct Pricing : books {
  const address alice = user_of(1);
  const timestamp now{db.number("SELECT us_of(now())")};

  /// A deposit with a fee, converted alone: it ended so many days ago.
  void converted(std::uint64_t n, const std::string& route, usdc amount, usdc fee, usdc loss,
                 std::int64_t days_ago = 0) {
    auto paid = a_deposit(n, alice, amount);
    paid.fee = fee;
    const timestamp at{now.us - days_ago * 86'400'000'000 - 1};
    auto row = a_conversion(n, amount, {paid.id});
    row.route = route;
    row.created_at = at;
    EXPECT_EQ(verdicts({open_deposit{paid}, settle_deposit{paid.id, id_of<hash256>(n), noon},
                        credit_deposit{paid.id, alice, amount, noon, fee}, open_conversion{row},
                        complete_conversion{row.id, {}, sub(amount, loss).value(), {}, loss, at}}),
              std::vector<errc>(5, errc::none));
  }
};

TEST_F(Pricing, FeesStandBesideCostsByRouteAndDay) {
  converted(1, "a", 10_usdc, 30'000_micro, 20'000_micro);
  converted(2, "a", 5_usdc, 15'000_micro, usdc{-1'000});
  converted(3, "b", 7_usdc, {}, 7'000_micro);
  converted(4, "a", 1_usdc, 3'000_micro, {}, 3);
  converted(5, "a", 1_usdc, 3'000_micro, {}, 40);
  const auto days = reader.report_of_pricing(30)->days;
  ASSERT_EQ(days.size(), 3U) << "the fifth is too old";
  EXPECT_EQ(days[0].route, "a");
  EXPECT_EQ(days[0].conversions, 2);
  EXPECT_EQ(days[0].amount, 15_usdc);
  EXPECT_EQ(days[0].charged, 45'000_micro);
  EXPECT_EQ(days[0].cost, 19'000_micro) << "a gain counts against it";
  EXPECT_EQ(days[1].route, "b");
  EXPECT_EQ(days[1].charged, usdc{});
  EXPECT_EQ(days[1].cost, 7'000_micro);
  EXPECT_EQ(days[2].conversions, 1);
  EXPECT_LT(days[2].day, days[0].day);
  EXPECT_EQ(reader.report_of_pricing(2)->days.size(), 2U);
  EXPECT_EQ(differences(), "");
}

TEST_F(Pricing, WhatWasWrittenOffIsACostOfItsRoute) {
  auto paid = a_deposit(1, alice, 10_usdc);
  paid.fee = 30'000_micro;
  auto row = a_conversion(1, 10_usdc, {paid.id});
  row.route = "a";
  const auto ordered = [&](order_word word, std::int64_t after) {
    order_conversion x;
    x.id = row.id;
    x.order.word = word;
    x.order.by = "cli:ann";
    x.order.reason = "ticket 7";
    x.order.at = {now.us + after};
    return x;
  };
  ASSERT_EQ(verdicts({open_deposit{paid}, settle_deposit{paid.id, id_of<hash256>(1), noon},
                      credit_deposit{paid.id, alice, 10_usdc, noon, paid.fee}, open_conversion{row},
                      ordered(order_word::hold, 1), ordered(order_word::write_off, 2),
                      write_off_conversion{row.id, 10_usdc, "written off", now}}),
            std::vector<errc>(7, errc::none));
  const auto days = reader.report_of_pricing(30)->days;
  ASSERT_EQ(days.size(), 1U);
  EXPECT_EQ(days[0].cost, 10_usdc);
  EXPECT_EQ(days[0].charged, 30'000_micro);
  EXPECT_EQ(differences(), "");
}

}  // namespace
}  // namespace headroom::test
