#include "domain/deposit_flow.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace headroom {
namespace {

using enum deposit_phase;
using enum deposit_event;
using act = deposit_act;

constexpr deposit_phase phases[] = {idle,    reading,   checking, proving, naming,    judging,
                                    storing, following, settling, booking, crediting, done};
constexpr deposit_event events[] = {
    asked, resumed,   woken,   impatient,     died,   parsed,   unproven,
    named, unjudged,  cleared, proven,        judged, objected, refused,
    known, unsettled, stored,  stored_before, taken,  unwanted, later,
    paid,  voided,    unused,  settled,       failed, credited, contradicted};

struct answer {
  deposit_event to;
  act what;
  deposit_phase next;
};

/// Phase by phase, as one actor lives it, beside the answer that each gives to one more request.
/// What is not here cannot happen.
const std::map<deposit_phase, std::vector<answer>> story{
    {idle,
     {{asked, act::read, reading}, {resumed, act::store, storing}, {died, act::nothing, idle}}},
    {reading,
     {{impatient, act::refuse_too_late, done},
      {died, act::nothing, reading},
      {parsed, act::look_for_known, checking},
      {refused, act::refuse, done}}},
    {checking,
     {{impatient, act::refuse_too_late, done},
      {died, act::nothing, checking},
      {unproven, act::prove, proving},
      {named, act::look_for_name, naming},
      {unjudged, act::verify, judging},
      {cleared, act::open, storing},
      {refused, act::refuse, done},
      {known, act::finish, done},
      {unsettled, act::sleep, following}}},
    {proving,
     {{impatient, act::refuse_too_late, done},
      {died, act::nothing, proving},
      {proven, act::look_for_known, checking},
      {objected, act::look_for_known, checking},
      {refused, act::refuse, done}}},
    {naming,
     {{impatient, act::refuse_too_late, done},
      {died, act::nothing, naming},
      {unjudged, act::verify, judging},
      {cleared, act::open, storing},
      {refused, act::refuse, done},
      {known, act::finish, done},
      {unsettled, act::sleep, following}}},
    {judging,
     {{impatient, act::refuse_too_late, done},
      {died, act::nothing, judging},
      {judged, act::look_for_known, checking},
      {objected, act::look_for_known, checking},
      {refused, act::refuse, done}}},
    {storing,
     {{woken, act::store, storing},
      {impatient, act::tell_doubt, storing},
      {died, act::hand_over, storing},
      {refused, act::refuse, done},
      {stored, act::settle, settling},
      {stored_before, act::look, settling},
      {taken, act::look_for_known, checking},
      {unwanted, act::finish, done},
      {later, act::sleep, storing},
      {contradicted, act::stop, done}}},
    {following,
     {{woken, act::follow, following},
      {impatient, act::finish, done},
      {died, act::nothing, following},
      {known, act::finish, done},
      {unsettled, act::sleep, following},
      {later, act::sleep, following}}},
    {settling,
     {{woken, act::look, settling},
      {impatient, act::tell, settling},
      {died, act::hand_over, settling},
      {later, act::sleep, settling},
      {paid, act::book_paid, booking},
      {voided, act::book_failed, booking},
      {unused, act::settle, settling}}},
    {booking,
     {{impatient, act::tell, booking},
      {died, act::hand_over, booking},
      {later, act::sleep, settling},
      {voided, act::book_failed, booking},
      {settled, act::credit, crediting},
      {failed, act::finish, done},
      {contradicted, act::stop, done}}},
    {crediting,
     {{impatient, act::tell, crediting},
      {died, act::hand_over, crediting},
      {credited, act::finish, done},
      {contradicted, act::stop, done}}},
    {done, {{died, act::nothing, done}}},
};

testing::Message label(deposit_phase p, deposit_event e) {
  return testing::Message() << to_string(e) << " in " << to_string(p);
}

template <class Visit>
void each_possible(Visit visit) {
  for (const auto p : phases)
    for (const auto e : events)
      if (const auto m = next_move(p, e); m.act != act::impossible) visit(p, e, m);
}

TEST(DepositFlow, EveryPairIsAnsweredAsTheStoryGoesAndTheOthersAreImpossible) {
  std::size_t pairs = 0;
  for (const auto p : phases) {
    std::map<deposit_event, answer> told;
    for (const auto& a : story.at(p)) ASSERT_TRUE(told.emplace(a.to, a).second) << label(p, a.to);
    if (p != idle) told.emplace(asked, answer{asked, act::turn_away, p});
    for (const auto e : events) {
      ++pairs;
      const auto m = next_move(p, e);
      const auto i = told.find(e);
      EXPECT_EQ(m.act, i == told.end() ? act::impossible : i->second.what) << label(p, e);
      EXPECT_EQ(m.next, i == told.end() ? p : i->second.next) << label(p, e);
    }
  }
  EXPECT_EQ(pairs, 12U * 28U);
}

TEST(DepositFlow, EveryPhaseAndEveryEventHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const auto p : phases) EXPECT_TRUE(names.insert(to_string(p)).second) << to_string(p);
  for (const auto e : events) EXPECT_TRUE(names.insert(to_string(e)).second) << to_string(e);
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(DepositFlow, WhereATimerIsSetItIsAnswered) {
  each_possible([](deposit_phase p, deposit_event e, deposit_move m) {
    if (m.act != act::sleep) return;
    EXPECT_NE(next_move(m.next, woken).act, act::impossible) << label(p, e);
  });
}

/// Nothing goes to the wallet, and nobody is credited, but from the intent on.
TEST(DepositFlow, TheIntentComesBeforeTheMoney) {
  const std::set<act> with_money{act::settle, act::book_paid, act::book_failed, act::credit};
  each_possible([&](deposit_phase p, deposit_event e, deposit_move m) {
    if (with_money.contains(m.act)) {
      EXPECT_TRUE(p == storing || p == settling || p == booking) << label(p, e);
    }
    if (m.next == settling && p != settling && p != booking) {
      EXPECT_TRUE(e == stored || e == stored_before) << label(p, e);
    }
    if (m.next == crediting && p != crediting) {
      EXPECT_EQ(e, settled) << label(p, e);
    }
  });
}

TEST(DepositFlow, APayersPatienceStopsNothingThatMayBeInTheBooks) {
  for (const auto p : phases) {
    const auto m = next_move(p, impatient);
    if (may_be_stored(p)) {
      EXPECT_EQ(m.next, p) << to_string(p);
    } else if (m.act != act::impossible) {
      EXPECT_EQ(m.next, done) << to_string(p);
    }
  }
}

TEST(DepositFlow, WhateverMayBeInTheBooksIsHandedOver) {
  for (const auto p : phases) {
    const bool stands = p == storing || p == settling || p == booking || p == crediting;
    EXPECT_EQ(may_be_stored(p), stands) << to_string(p);
    EXPECT_EQ(next_move(p, died).act == act::hand_over, stands) << to_string(p);
  }
}

TEST(DepositFlow, EveryPhaseIsReachedAndEachCanComeToAnEnd) {
  const auto reached_from = [](deposit_phase start) {
    std::set<deposit_phase> seen{start};
    for (std::size_t before = 0; before != seen.size();) {
      before = seen.size();
      each_possible([&](deposit_phase p, deposit_event, deposit_move m) {
        if (seen.contains(p)) seen.insert(m.next);
      });
    }
    return seen;
  };
  EXPECT_EQ(reached_from(idle).size(), std::size(phases));
  for (const auto p : phases) EXPECT_TRUE(reached_from(p).contains(done)) << to_string(p);
  EXPECT_EQ(reached_from(done).size(), 1U) << "for good";
}

/// A verdict first, then whose it is, then its name, then time and chain.
TEST(DepositFlow, TheNextQuestionIsTheCheapestThatIsOpen) {
  for (const bool refusal : {false, true})
    for (const bool proof : {false, true})
      for (const bool name : {false, true})
        for (const bool judgement : {false, true}) {
          const auto expected = refusal     ? refused
                                : !proof    ? unproven
                                : name      ? named
                                : judgement ? cleared
                                            : unjudged;
          EXPECT_EQ(next_question({refusal, proof, name, judgement}), expected);
        }
}

}  // namespace
}  // namespace headroom
