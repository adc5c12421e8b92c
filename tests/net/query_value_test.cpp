#include <gtest/gtest.h>

#include "net/url.hpp"

namespace headroom::net {
namespace {

TEST(QueryValue, KeepsWhatNoPartOfAUrlMeansAndWritesTheRestAsBytes) {
  EXPECT_EQ(query_value("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(query_value("a b&c=d+e#f%"), "a%20b%26c%3Dd%2Be%23f%25");
  EXPECT_EQ(query_value("\xc3\xa9\x01"), "%C3%A9%01");
  EXPECT_EQ(query_value(""), "");
}

}  // namespace
}  // namespace headroom::net
