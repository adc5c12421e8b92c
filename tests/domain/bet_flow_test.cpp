#include "domain/bet_flow.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace headroom {
namespace {

using enum bet_phase;
using enum bet_event;
using act = bet_act;

constexpr bet_phase phases[] = {idle,    reserving, refusing,  storing, reading,
                                placing, waiting,   finishing, done};
constexpr bet_event events[] = {asked,      resumed,     restarted, overdue, woken,
                                died,       reserved,    refused,   stored,  not_heard,
                                due_now,    due_later,   decided,   booked,  contradicted,
                                found_open, found_ended, let_go,    called,  unread};

struct answer {
  bet_event to;
  act what;
  bet_phase next;
};

/// Phase by phase, as one actor lives it. What is not here cannot happen.
const std::map<bet_phase, std::vector<answer>> story{
    {idle,
     {{asked, act::begin, reserving},
      {resumed, act::read, reading},
      {restarted, act::nothing, idle},
      {died, act::nothing, idle}}},
    {reserving,
     {{asked, act::join, reserving},
      {resumed, act::remember, reserving},
      {restarted, act::give_up, refusing},
      {overdue, act::give_up, refusing},
      {died, act::hand_over_if_called, reserving},
      {reserved, act::store, storing},
      {refused, act::look_for_known, refusing}}},
    {refusing,
     {{asked, act::join, refusing},
      {resumed, act::remember, refusing},
      {restarted, act::nothing, refusing},
      {overdue, act::nothing, refusing},
      {died, act::hand_over_if_called, refusing},
      {found_open, act::adopt, placing},
      {found_ended, act::leave, done},
      {let_go, act::leave, done},
      {called, act::read, reading}}},
    {storing,
     {{asked, act::join, storing},
      {resumed, act::remember, storing},
      {restarted, act::store, storing},
      {overdue, act::nothing, storing},
      {woken, act::store, storing},
      {died, act::hand_over, storing},
      {refused, act::look_for_known, refusing},
      {stored, act::submit, placing},
      {not_heard, act::retry, storing}}},
    {reading,
     {{asked, act::join, reading},
      {resumed, act::nothing, reading},
      {restarted, act::nothing, reading},
      {overdue, act::nothing, reading},
      {woken, act::read, reading},
      {died, act::hand_over, reading},
      {found_open, act::adopt, placing},
      {found_ended, act::leave, done},
      {let_go, act::leave, done},
      {unread, act::retry, reading}}},
    {placing,
     {{asked, act::join, placing},
      {resumed, act::nothing, placing},
      {restarted, act::doubt, placing},
      {overdue, act::doubt, placing},
      {died, act::hand_over, placing},
      {due_now, act::go_on, placing},
      {due_later, act::sleep, waiting},
      {decided, act::book, finishing},
      {found_open, act::take_step, placing},
      {found_ended, act::take_ending, done},
      {unread, act::take_step, placing}}},
    {waiting,
     {{asked, act::tell, waiting},
      {resumed, act::nothing, waiting},
      {restarted, act::nothing, waiting},
      {woken, act::go_on, placing},
      {died, act::hand_over, waiting},
      {due_now, act::go_on, placing},
      {due_later, act::sleep, waiting},
      {decided, act::book, finishing},
      {found_open, act::take_step, placing},
      {found_ended, act::take_ending, done},
      {unread, act::take_step, placing}}},
    {finishing,
     {{asked, act::join, finishing},
      {resumed, act::nothing, finishing},
      {restarted, act::book, finishing},
      {overdue, act::nothing, finishing},
      {woken, act::book, finishing},
      {died, act::hand_over, finishing},
      {not_heard, act::retry, finishing},
      {booked, act::leave, done},
      {contradicted, act::read_ending, finishing},
      {found_open, act::sleep, waiting},
      {found_ended, act::take_ending, done},
      {unread, act::retry, finishing}}},
    {done,
     {{asked, act::turn_away, done},
      {resumed, act::nothing, done},
      {restarted, act::nothing, done},
      {overdue, act::nothing, done},
      {died, act::nothing, done}}},
};

testing::Message label(bet_phase p, bet_event e) {
  return testing::Message() << to_string(e) << " in " << to_string(p);
}

template <class Visit>
void each_possible(Visit visit) {
  for (const auto p : phases)
    for (const auto e : events)
      if (const auto m = next_move(p, e); m.act != act::impossible) visit(p, e, m);
}

TEST(BetFlow, EveryPairIsAnsweredAsTheStoryGoesAndTheOthersAreImpossible) {
  std::size_t pairs = 0;
  for (const auto p : phases) {
    std::map<bet_event, answer> told;
    for (const auto& a : story.at(p)) ASSERT_TRUE(told.emplace(a.to, a).second) << label(p, a.to);
    for (const auto e : events) {
      ++pairs;
      const auto m = next_move(p, e);
      const auto i = told.find(e);
      EXPECT_EQ(m.act, i == told.end() ? act::impossible : i->second.what) << label(p, e);
      EXPECT_EQ(m.next, i == told.end() ? p : i->second.next) << label(p, e);
    }
  }
  EXPECT_EQ(pairs, 9U * 20U);
}

TEST(BetFlow, EveryPhaseAndEveryEventHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const auto p : phases) EXPECT_TRUE(names.insert(to_string(p)).second) << to_string(p);
  for (const auto e : events) EXPECT_TRUE(names.insert(to_string(e)).second) << to_string(e);
  EXPECT_FALSE(names.contains("unknown"));
}

/// Others do as they like, whatever the phase.
TEST(BetFlow, WhatOthersDoIsNeverImpossible) {
  for (const auto p : phases)
    for (const auto e : {asked, resumed, restarted, died})
      EXPECT_NE(next_move(p, e).act, act::impossible) << label(p, e);
}

TEST(BetFlow, WhereATimerIsSetItIsAnswered) {
  each_possible([](bet_phase p, bet_event e, bet_move m) {
    if (m.act != act::sleep && m.act != act::retry) return;
    EXPECT_NE(next_move(m.next, woken).act, act::impossible) << label(p, e);
  });
}

TEST(BetFlow, NothingGoesToTheVenueBeforeTheBooksHaveTheIntent) {
  const std::set<act> to_the_venue{act::submit, act::adopt, act::go_on, act::take_step};
  each_possible([&](bet_phase p, bet_event e, bet_move m) {
    if (to_the_venue.contains(m.act)) {
      EXPECT_EQ(m.next, placing) << label(p, e);
    }
    if (m.next != placing || p == placing || p == waiting) return;
    EXPECT_TRUE(e == stored || e == found_open) << label(p, e) << " reaches the venue";
  });
}

TEST(BetFlow, WhatTheBooksHaveIsNeverGivenUp) {
  each_possible([](bet_phase p, bet_event e, bet_move m) {
    const bool stands = p == placing || p == waiting || p == finishing;
    if (stands) {
      EXPECT_NE(m.act, act::give_up) << label(p, e);
      EXPECT_NE(m.act, act::look_for_known) << label(p, e);
      EXPECT_TRUE(m.next == placing || m.next == waiting || m.next == finishing || m.next == done)
          << label(p, e);
    }
    if (stands && m.next == done) {
      EXPECT_TRUE(e == booked || e == found_ended) << label(p, e);
    }
  });
}

/// From the intent on: killed at any moment, it is found again.
TEST(BetFlow, WhateverMayBeInTheBooksIsHandedOver) {
  for (const auto p : phases) {
    const bool may_be_stored =
        p == storing || p == reading || p == placing || p == waiting || p == finishing;
    EXPECT_EQ(next_move(p, died).act == act::hand_over, may_be_stored) << to_string(p);
  }
}

TEST(BetFlow, EveryPhaseIsReachedAndEachCanComeToAnEnd) {
  const auto reached_from = [](bet_phase start) {
    std::set<bet_phase> seen{start};
    for (std::size_t before = 0; before != seen.size();) {
      before = seen.size();
      each_possible([&](bet_phase p, bet_event, bet_move m) {
        if (seen.contains(p)) seen.insert(m.next);
      });
    }
    return seen;
  };
  EXPECT_EQ(reached_from(idle).size(), std::size(phases));
  for (const auto p : phases) EXPECT_TRUE(reached_from(p).contains(done)) << to_string(p);
  EXPECT_EQ(reached_from(done).size(), 1U) << "for good";
}

}  // namespace
}  // namespace headroom
