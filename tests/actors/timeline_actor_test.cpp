#include "actors/timeline_actor.hpp"

#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;

/// Tells what it was given, and is away when told so.
struct scripted_stories final : timeline_reader {
  bool away = false;
  bool known = true;
  std::vector<timeline_request> asked;

  std::optional<std::optional<timeline_page>> read(
      const timeline_request& x, std::vector<timeline_event> remembered) override {
    asked.push_back(x);
    if (away) return std::nullopt;
    if (!known) return std::optional<timeline_page>{};
    timeline_page out;
    out.events = std::move(remembered);
    return out;
  }
};

struct TimelineActor : Core {
  scripted_stories stories;

  timeline_actor start(flight_memory memory) {
    return keep(system.spawn(timeline_behavior, &stories, std::move(memory)));
  }
};

TEST_F(TimelineActor, WhatTheProcessRemembersIsToldBesideTheBooks) {
  byte_vector asked_for;
  const auto teller = start([&](byte_view subject) {
    asked_for.assign(subject.begin(), subject.end());
    timeline_event e;
    e.what = "venue.asked";
    e.kept = false;
    return std::vector{e};
  });
  timeline_request x;
  x.id[15] = 7;
  const auto said = ask<timeline_page>(teller, x);
  ASSERT_TRUE(said->value);
  ASSERT_EQ(said->value->events.size(), 1U);
  EXPECT_EQ(said->value->events[0].what, "venue.asked");
  EXPECT_EQ(asked_for, (byte_vector{x.id.begin(), x.id.end()}));
}

TEST_F(TimelineActor, EachFailureHasItsOwnWord) {
  const auto teller = start({});
  stories.away = true;
  EXPECT_EQ(ask<timeline_page>(teller, timeline_request{})->code, errc::unavailable);
  stories.away = false;
  stories.known = false;
  EXPECT_EQ(ask<timeline_page>(teller, timeline_request{})->code, errc::not_found);
  timeline_request x;
  x.cursor = "1.1.'; DROP TABLE bets";
  EXPECT_EQ(ask<timeline_page>(teller, x)->code, errc::invalid_field);
  EXPECT_EQ(stories.asked.size(), 2U) << "a cursor that is none of ours reaches no database";
}

TEST_F(TimelineActor, WhoWaitsBehindTwoHundredIsTurnedAwayUnread) {
  const auto teller = start({});
  std::vector<reply_ptr<timeline_page>> answers;
  for (int n = 0; n < 250; ++n)
    answers.push_back(ask_later<timeline_page>(teller, timeline_request{}));
  run();
  EXPECT_EQ(std::count_if(answers.begin(), answers.end(),
                          [](const auto& a) { return a->code == errc::overloaded; }),
            50);
  EXPECT_EQ(stories.asked.size(), 200U);
}

}  // namespace
}  // namespace headroom::test
