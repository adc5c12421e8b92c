#include "actors/open_orders.hpp"

#include <gtest/gtest.h>

namespace headroom::actors {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(OpenOrders, ARoundIsShownOnceItIsWhole) {
  open_orders orders;
  orders.saw(open_state::placing, seconds{1});
  orders.saw(open_state::placing, seconds{10});
  orders.saw(open_state::in_doubt, milliseconds{10'001});
  EXPECT_EQ(orders.count(open_state::placing, 0), 0U) << "the round goes on";
  orders.next_round();
  EXPECT_EQ(orders.count(open_state::placing, 0), 2U);
  EXPECT_EQ(orders.count(open_state::in_doubt, 1), 1U);
  orders.next_round();
  EXPECT_EQ(orders.count(open_state::placing, 0), 0U) << "nobody said anything since";
}

TEST(OpenOrders, EveryAgeHasAPlaceAndAName) {
  open_orders orders;
  for (const auto age : {seconds{0}, seconds{60}, seconds{600}, seconds{601}, seconds{1'000'000}})
    orders.saw(open_state::matched, age);
  orders.next_round();
  EXPECT_EQ(orders.count(open_state::matched, 0), 1U);
  EXPECT_EQ(orders.count(open_state::matched, 1), 1U);
  EXPECT_EQ(orders.count(open_state::matched, 2), 1U);
  EXPECT_EQ(orders.count(open_state::matched, 3), 2U);
  EXPECT_EQ(open_orders::name_of_age(0), "10s");
  EXPECT_EQ(open_orders::name_of_age(3), "older");
}

}  // namespace
}  // namespace headroom::actors
