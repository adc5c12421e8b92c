#include "net/retry_after.hpp"

#include <gtest/gtest.h>

namespace headroom::chain {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t now = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT

TEST(RetryAfter, IsSecondsOrADate) {
  EXPECT_EQ(net::read_retry_after("120", now), 120s);
  EXPECT_EQ(net::read_retry_after(" 0 ", now), 0s);
  EXPECT_EQ(net::read_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), 60s);
  EXPECT_EQ(net::read_retry_after("Mon, 07 Nov 1994 08:49:37 GMT", now), 86'400s);
  EXPECT_EQ(net::read_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now + 5), 0s) << "past";
}

TEST(RetryAfter, AnythingElseSaysNothing) {
  for (const auto* text : {"", "soon", "-5", "1.5", "12s", "+3", "99999999999999999999",
                           "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
                           "Sun, 31 Feb 2027 08:49:37 GMT", "Sun, 06 Xyz 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08-49-37 GMT",
                           "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT"})
    EXPECT_FALSE(net::read_retry_after(text, now)) << text;
}

TEST(RetryAfter, DatesKnowLeapYears) {
  EXPECT_EQ(net::read_http_date("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
  EXPECT_EQ(net::read_http_date("Tue, 29 Feb 2028 12:00:00 GMT"), 1'835'438'400);
  EXPECT_FALSE(net::read_http_date("Mon, 29 Feb 2027 12:00:00 GMT"));
}

}  // namespace
}  // namespace headroom::chain
