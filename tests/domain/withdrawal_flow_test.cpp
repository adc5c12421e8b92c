#include "domain/withdrawal_flow.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

namespace headroom {
namespace {

using enum withdrawal_phase;
using enum withdrawal_event;
using act = withdrawal_act;

constexpr withdrawal_phase phases[] = {idle,    looking, reserving, storing, reading,
                                       sending, waiting, finishing, done};
constexpr withdrawal_event events[] = {
    asked,    resumed, nudged, woken,     died,  found_open, found_ended, not_found,   unread,
    reserved, refused, stored, not_heard, later, decided,    booked,      contradicted};

struct answer {
  withdrawal_event to;
  act what;
  withdrawal_phase next;
};

/// Phase by phase, as one actor lives it, beside `resumed` and `nudged`, which mean nothing unless
/// they are said here. What is not here cannot happen.
const std::map<withdrawal_phase, std::vector<answer>> story{
    {idle,
     {{asked, act::look, looking}, {resumed, act::read, reading}, {died, act::nothing, idle}}},
    {looking,
     {{asked, act::join, looking},
      {died, act::hand_over, looking},
      {found_open, act::go_on, sending},
      {found_ended, act::finish, done},
      {not_found, act::reserve, reserving},
      {unread, act::refuse, done}}},
    {reserving,
     {{asked, act::join, reserving},
      {died, act::hand_over, reserving},
      {reserved, act::store, storing},
      {refused, act::refuse, done}}},
    {storing,
     {{asked, act::join, storing},
      {woken, act::store, storing},
      {died, act::hand_over, storing},
      {refused, act::refuse, done},
      {stored, act::accept, sending},
      {not_heard, act::retry, storing}}},
    {reading,
     {{asked, act::join, reading},
      {woken, act::read, reading},
      {died, act::hand_over, reading},
      {found_open, act::go_on, sending},
      {found_ended, act::finish, done},
      {not_found, act::leave, done},
      {unread, act::retry, reading}}},
    {sending,
     {{asked, act::tell, sending},
      {died, act::hand_over, sending},
      {later, act::sleep, waiting},
      {decided, act::book, finishing}}},
    {waiting,
     {{asked, act::tell, waiting},
      {nudged, act::read, reading},
      {woken, act::read, reading},
      {died, act::hand_over, waiting}}},
    {finishing,
     {{asked, act::tell, finishing},
      {woken, act::book, finishing},
      {died, act::hand_over, finishing},
      {not_heard, act::retry, finishing},
      {booked, act::finish, done},
      {contradicted, act::sleep, waiting}}},
    {done, {{asked, act::turn_away, done}, {died, act::nothing, done}}},
};

testing::Message label(withdrawal_phase p, withdrawal_event e) {
  return testing::Message() << to_string(e) << " in " << to_string(p);
}

template <class Visit>
void each_possible(Visit visit) {
  for (const auto p : phases)
    for (const auto e : events)
      if (const auto m = next_move(p, e); m.act != act::impossible) visit(p, e, m);
}

TEST(WithdrawalFlow, EveryPairIsAnsweredAsTheStoryGoesAndTheOthersAreImpossible) {
  std::size_t pairs = 0;
  for (const auto p : phases) {
    std::map<withdrawal_event, answer> told;
    for (const auto& a : story.at(p)) ASSERT_TRUE(told.emplace(a.to, a).second) << label(p, a.to);
    for (const auto e : {resumed, nudged}) told.emplace(e, answer{e, act::nothing, p});
    for (const auto e : events) {
      ++pairs;
      const auto m = next_move(p, e);
      const auto i = told.find(e);
      EXPECT_EQ(m.act, i == told.end() ? act::impossible : i->second.what) << label(p, e);
      EXPECT_EQ(m.next, i == told.end() ? p : i->second.next) << label(p, e);
    }
  }
  EXPECT_EQ(pairs, 9U * 17U);
}

TEST(WithdrawalFlow, EveryPhaseAndEveryEventHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const auto p : phases) EXPECT_TRUE(names.insert(to_string(p)).second) << to_string(p);
  for (const auto e : events) EXPECT_TRUE(names.insert(to_string(e)).second) << to_string(e);
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(WithdrawalFlow, WhereATimerIsSetItIsAnswered) {
  each_possible([](withdrawal_phase p, withdrawal_event e, withdrawal_move m) {
    if (m.act != act::sleep && m.act != act::retry) return;
    EXPECT_NE(next_move(m.next, woken).act, act::impossible) << label(p, e);
  });
}

/// The cashier is asked from the books' word on, and each time behind a fresh one.
TEST(WithdrawalFlow, NothingIsSentButRightBehindTheBooksWord) {
  each_possible([](withdrawal_phase p, withdrawal_event e, withdrawal_move m) {
    if (m.next != sending || p == sending) return;
    EXPECT_TRUE(e == stored || e == found_open) << label(p, e);
  });
  for (const auto e : events)
    EXPECT_NE(next_move(waiting, e).next, sending)
        << to_string(e) << ": an operator may have spoken";
}

TEST(WithdrawalFlow, WhateverMayBeInTheBooksIsHandedOver) {
  for (const auto p : phases)
    EXPECT_EQ(next_move(p, died).act == act::hand_over, p != idle && p != done) << to_string(p);
}

TEST(WithdrawalFlow, ARefusalIsGivenOnlyWhileNothingIsInTheBooks) {
  each_possible([](withdrawal_phase p, withdrawal_event e, withdrawal_move m) {
    if (m.act != act::refuse) return;
    EXPECT_TRUE(p == looking || p == reserving || p == storing) << label(p, e);
  });
}

TEST(WithdrawalFlow, EveryPhaseIsReachedAndEachCanComeToAnEnd) {
  const auto reached_from = [](withdrawal_phase start) {
    std::set<withdrawal_phase> seen{start};
    for (std::size_t before = 0; before != seen.size();) {
      before = seen.size();
      each_possible([&](withdrawal_phase p, withdrawal_event, withdrawal_move m) {
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
