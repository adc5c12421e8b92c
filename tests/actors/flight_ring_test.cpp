#include "actors/flight_ring.hpp"

#include <thread>

#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;

flight_event event_of(std::uint64_t n, std::uint8_t subject) {
  flight_event e;
  e.actor_id = n;
  e.kind = "bet";
  e.subject_kind = id_kind::uuid;
  e.subject[0] = subject;
  e.at_us = static_cast<std::int64_t>(n);
  return e;
}

TEST(FlightRing, ASubjectsEventsComeInTheirOrder) {
  flight_ring ring;
  for (std::uint64_t n = 0; n < 10; ++n) ring.record(event_of(n, n % 2));
  const auto wanted = event_of(0, 1).subject;
  const auto found = ring.of(byte_view{wanted}.first(16));
  ASSERT_EQ(found.size(), 5U);
  for (std::size_t n = 0; n < 5; ++n) EXPECT_EQ(found[n].actor_id, 2 * n + 1);
  EXPECT_TRUE(ring.of(event_of(0, 7).subject).empty());
}

TEST(FlightRing, TheOldestMakeRoom) {
  flight_ring ring;
  for (std::uint64_t n = 0; n < 3 * flight_ring::size; ++n) ring.record(event_of(n, 1));
  const auto found = ring.of(event_of(0, 1).subject);
  EXPECT_LE(found.size(), flight_ring::size);
  EXPECT_GE(found.size(), 1'000U);
  EXPECT_EQ(found.back().actor_id, 3 * flight_ring::size - 1);
  for (std::size_t n = 1; n < found.size(); ++n)
    EXPECT_EQ(found[n].actor_id, found[n - 1].actor_id + 1);
}

TEST(FlightRing, ManyWriteWhileOneReads) {
  flight_ring ring;
  std::vector<std::thread> writers;
  for (std::uint8_t w = 1; w <= 4; ++w)
    writers.emplace_back([&ring, w] {
      for (std::uint64_t n = 0; n < 1'000; ++n) ring.record(event_of(n, w));
    });
  for (int n = 0; n < 50; ++n)
    for (const auto& e : ring.of(event_of(0, 1).subject)) EXPECT_EQ(e.subject[0], 1);
  for (auto& w : writers) w.join();
  EXPECT_EQ(ring.of(event_of(0, 3).subject).size(), 1'000U);  // four of them have room in one part
}

struct Flights : Core {};

TEST_F(Flights, ABetsMessagesAreKeptAfterItIsGone) {
  start_journal();
  start_buffer(100_usdc);
  give(user(1), 10_usdc);
  const auto id = bet_at(4'711);
  {
    const auto bet = dir.users.open_bet(id);
    ASSERT_TRUE(bet);
    ask<status_report>(bet, status_atom::value);
    kill(bet);
  }
  const auto found = flight_ring::instance().of(id.view());
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].type_name(), "status");
  EXPECT_STREQ(found[0].kind, "bet");
  EXPECT_EQ(found[0].end, message_end::handled);
  EXPECT_NE(found[0].wait_us, unknown_wait);
  EXPECT_GT(found[0].at_us, 0);
}

}  // namespace
}  // namespace headroom::test
