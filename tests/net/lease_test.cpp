#include "net/lease.hpp"

#include <gtest/gtest.h>

namespace headroom::net {
namespace {

using namespace std::chrono_literals;

TEST(Lease, AProcessAloneAlwaysActs) {
  const lease alone;
  EXPECT_TRUE(alone.holds());
}

TEST(Lease, HoldsOnlyAsFarAsItIsTold) {
  lease l;
  l.limit();
  EXPECT_FALSE(l.holds());
  l.extend(lease::now() + 1h);
  EXPECT_TRUE(l.holds());
  l.extend(lease::now() - 1s);  // an older answer that came late
  EXPECT_TRUE(l.holds());
}

TEST(Lease, RunsOutByItself) {
  lease l;
  l.limit();
  l.extend(5s);
  EXPECT_TRUE(l.holds_at(5s - 1ns));
  EXPECT_FALSE(l.holds_at(5s));
}

TEST(Lease, WhatHasEndedIsNeverExtended) {
  lease l;
  l.extend(lease::now() + 1h);
  l.end();
  l.extend(lease::now() + 1h);
  EXPECT_FALSE(l.holds());
}

}  // namespace
}  // namespace headroom::net
