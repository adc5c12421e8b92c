#include "actors/flight_story.hpp"

#include <gtest/gtest.h>

namespace headroom::test {
namespace {

using namespace actors;

flight_event event_at(std::int64_t us) {
  flight_event e;
  e.kind = "bet";
  e.subject_kind = id_kind::uuid;
  e.subject[0] = 7;
  e.at_us = us;
  e.took_us = 5;
  e.wait_us = 11;
  return e;
}

const byte_vector seven = [] {
  byte_vector out(16);
  out[0] = 7;
  return out;
}();

TEST(FlightStory, EachMessageIsAnEventInItsPlace) {
  flight_ring ring;
  for (const auto us : {10, 10, 12}) ring.record(event_at(us));
  const auto story = flight_story(ring, seven);
  ASSERT_EQ(story.size(), 3U);
  EXPECT_LT(story[0].place, story[1].place);
  EXPECT_LT(story[1].place, story[2].place);
  EXPECT_EQ(story[0].actor, "bet");
  EXPECT_EQ(story[0].took_us, 5);
  EXPECT_EQ(story[0].detail, "waited 11 us");
  EXPECT_FALSE(story[0].kept);
  for (const auto& e : story) EXPECT_EQ(timeline_place::parse(e.place.text()), e.place);
}

TEST(FlightStory, IsBounded) {
  flight_ring ring;
  for (std::int64_t us = 1; us <= 3'000; ++us) ring.record(event_at(us));
  const auto story = flight_story(ring, seven);
  ASSERT_EQ(story.size(), 1'000U);
  EXPECT_EQ(story.back().place.at.us, 3'000);
}

TEST(FlightStory, LanesFollowFromWhatIsSaid) {
  const std::pair<const char*, timeline_lane> table[] = {
      {"place_bet", timeline_lane::http},
      {"answer: usdc", timeline_lane::balance},
      {"answer: committed", timeline_lane::journal},
      {"answer: venue_answer", timeline_lane::venue},
      {"answer: operation_report", timeline_lane::chain},
      {"wake", timeline_lane::house}};
  for (const auto& [name, lane] : table) EXPECT_EQ(lane_of_message(name), lane) << name;
}

}  // namespace
}  // namespace headroom::test
