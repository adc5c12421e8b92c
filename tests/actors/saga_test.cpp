#include "actors/saga.hpp"

#include <deque>

#include "tests/actors/core.hpp"

/// What every saga may rely on, with the smallest one: it asks one neighbour for numbers.
namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::milliseconds;
using number = std::uint32_t;

/// Answers with the number it was asked for, the oldest question first, when it is told to.
using slow_actor =
    caf::typed_actor<caf::replies_to<number>::with<number>, caf::reacts_to<poll_atom>>;

slow_actor::behavior_type slow(slow_actor::pointer self) {
  struct open_question {
    number n;
    caf::typed_response_promise<number> promise;
  };
  const auto open = std::make_shared<std::deque<open_question>>();
  return {
      [=](number n) -> caf::result<number> {
        open->push_back({n, self->make_response_promise<number>()});
        return open->back().promise;
      },
      [=](poll_atom) {
        auto oldest = std::move(open->front());
        open->pop_front();
        oldest.promise.deliver(oldest.n);
      },
  };
}

struct probe_log {
  slow_actor neighbour;
  std::vector<number> heard;
  int failed = 0;
  int wakes = 0;
  int overdue = 0;
};

using probe_actor = caf::typed_actor<caf::reacts_to<number>,          // Asks for it.
                                     caf::reacts_to<restarted_atom>,  // Takes the answer as lost.
                                     caf::reacts_to<poll_atom>,       // Sets its timer.
                                     caf::reacts_to<sweep_atom>, caf::reacts_to<wake_atom>>;

struct probe_state : saga_state<number> {
  static inline const char* name = "probe";
  probe_log* log = nullptr;
};

using probe_self = self_pointer<probe_actor, probe_state>;

class probe_saga : public saga<probe_saga, probe_self> {
 public:
  using saga::saga;

  void ask_for(number n) {
    ask(st_.log->neighbour, caf::infinite, n)
        .then<number>([](probe_saga s, number x) { s.st_.log->heard.push_back(x); },
                      [](probe_saga s, const caf::error& e) {
                        ++s.st_.log->failed;
                        if (s.worth_another_try(e)) s.ask_for(0);
                      });
  }
  void lose() { give_up_waiting(); }
  void sleep() { wake_after(milliseconds{100}); }
  void sweep() { st_.log->overdue += is_overdue() ? 1 : 0; }
  void tick() { st_.log->wakes += woken() ? 1 : 0; }
};

probe_actor::behavior_type probe(probe_self self, world_ptr w, probe_log* log) {
  self->state.w = std::move(w);
  self->state.log = log;
  return {
      [self](number n) { probe_saga{self}.ask_for(n); },
      [self](restarted_atom) { probe_saga{self}.lose(); },
      [self](poll_atom) { probe_saga{self}.sleep(); },
      [self](sweep_atom) { probe_saga{self}.sweep(); },
      [self](wake_atom) { probe_saga{self}.tick(); },
  };
}

struct Saga : Core {
  probe_log log;
  probe_actor aut;

  Saga() {
    log.neighbour = keep(system.spawn(slow));
    aut = keep(system.spawn(probe, w(), &log));
  }
  ~Saga() override {
    kill(aut);
    log.neighbour = nullptr;
  }
  void ask_for(number n) { tell(aut, n); }
  void answer_oldest() { tell(log.neighbour, poll_atom::value); }
};

TEST_F(Saga, AnAnswerThatComesAfterTheNextQuestionIsDropped) {
  ask_for(1);
  ask_for(2);
  answer_oldest();
  EXPECT_TRUE(log.heard.empty());
  answer_oldest();
  EXPECT_EQ(log.heard, std::vector<number>{2});
}

TEST_F(Saga, WhatWasTakenAsLostCountsUntilTheNextQuestion) {
  ask_for(1);
  tell(aut, restarted_atom::value);
  answer_oldest();
  EXPECT_EQ(log.heard, std::vector<number>{1});
  ask_for(2);
  tell(aut, restarted_atom::value);
  ask_for(3);
  answer_oldest();
  EXPECT_EQ(log.heard, std::vector<number>{1}) << "it is found out again";
}

TEST_F(Saga, AQuestionEndsTheTimerThatWasSetBeforeIt) {
  tell(aut, poll_atom::value);
  advance(milliseconds{150});
  EXPECT_EQ(log.wakes, 1);
  tell(aut, poll_atom::value);
  ask_for(1);
  advance(milliseconds{150});
  EXPECT_EQ(log.wakes, 1);
}

TEST_F(Saga, OnlyAnOpenQuestionIsEverOverdue) {
  const auto sweep_late = [this] {
    advance(settings.bet.overdue);
    tell(aut, sweep_atom::value);
    return log.overdue;
  };
  settings.bet.overdue = milliseconds{500};
  EXPECT_EQ(sweep_late(), 0) << "nothing was asked";
  ask_for(1);
  tell(aut, sweep_atom::value);
  EXPECT_EQ(log.overdue, 0) << "not late yet";
  EXPECT_EQ(sweep_late(), 1);
  answer_oldest();
  EXPECT_EQ(sweep_late(), 1) << "answered";
  ask_for(2);
  tell(aut, restarted_atom::value);
  EXPECT_EQ(sweep_late(), 1) << "it is not waited for any more";
}

TEST_F(Saga, WhoIsGoneIsAskedForAgainAFewTimes) {
  kill(log.neighbour);
  ask_for(1);
  EXPECT_EQ(log.failed, static_cast<int>(most_tries));
  EXPECT_TRUE(log.heard.empty());
}

}  // namespace
}  // namespace headroom::test
