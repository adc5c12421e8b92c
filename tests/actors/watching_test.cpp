#include "actors/watching.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "actors/actor_recorder.hpp"
#include "actors/incidents.hpp"
#include "actors/inspector_actor.hpp"
#include "tests/support/seeded_scheduler.hpp"

namespace headroom::test {
namespace {

using namespace actors;

/// Answers, asks its neighbour, keeps an asker waiting, or fails, as it is told.
using probed_actor = status_actor::extend<caf::replies_to<get_atom>::with<bool>,
                                          caf::replies_to<sync_atom>::with<bool>,  // never answered
                                          caf::reacts_to<poll_atom>,    // asks the neighbour so
                                          caf::reacts_to<reload_atom>,  // takes 120 ms
                                          caf::reacts_to<flush_atom>>;  // throws
struct probed_state {
  static inline const char* name = "probed";
  probed_actor neighbour;
  std::vector<caf::typed_response_promise<bool>> open;
  bool answers_status = true;
};
using probed_self = self_pointer<probed_actor, probed_state>;

probed_actor::behavior_type probed(probed_self self, std::uint8_t subject, bool answers_status) {
  self->state.answers_status = answers_status;
  const std::array<std::uint8_t, 16> id{subject, subject};
  if (subject != 0) self->describe(id_kind::uuid, id);
  return {
      [](get_atom) { return true; },
      [self](sync_atom) -> caf::result<bool> {
        self->state.open.push_back(self->make_response_promise<bool>());
        return self->state.open.back();
      },
      [self](poll_atom) {
        self->request(self->state.neighbour, caf::infinite, sync_atom::value)
            .then([](bool) {}, [](const caf::error&) {});
      },
      [](reload_atom) { std::this_thread::sleep_for(std::chrono::milliseconds{120}); },
      [](flush_atom) { throw std::runtime_error{"planted"}; },
      [self](status_atom) -> caf::result<status_report> {
        if (!self->state.answers_status) return self->make_response_promise<status_report>();
        return status_report{"probed", {{"mood", "good"}}};
      },
  };
}

struct Watching : testing::Test {
  virtual_config config;
  caf::actor_system system{config};
  caf::scheduler::test_coordinator& scheduler =
      dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  std::vector<caf::strong_actor_ptr> everyone;
  full_inspector_actor inspector;

  Watching() { open_requests::instance().clear(); }
  ~Watching() override {
    inspector = nullptr;
    for (auto& a : everyone)
      caf::anon_send_exit(caf::actor_cast<caf::actor>(a), caf::exit_reason::kill);
    everyone.clear();
    scheduler.run();
  }
  probed_actor start(std::uint8_t subject = 0, bool answers_status = true) {
    auto out = system.spawn(probed, subject, answers_status);
    everyone.push_back(caf::actor_cast<caf::strong_actor_ptr>(out));
    scheduler.run();
    return out;
  }
  void start_inspector() {
    inspector = system.spawn(inspector_behavior, world_ptr{});
    everyone.push_back(caf::actor_cast<caf::strong_actor_ptr>(inspector));
    scheduler.run();
  }
  template <class Answer, class... Ts>
  std::optional<Answer> ask(Ts... xs) {
    auto out = std::make_shared<std::optional<Answer>>();
    system.spawn([=, this](caf::event_based_actor* me) {
      me->request(inspector, caf::infinite, xs...)
          .then([out](Answer& x) { *out = std::move(x); }, [](const caf::error&) {});
    });
    scheduler.run();
    last_ = out;
    return *out;
  }
  template <class Answer>
  std::optional<Answer> later() {
    return *std::static_pointer_cast<std::optional<Answer>>(last_);
  }
  template <class Atom>
  void tell(const probed_actor& to, Atom what) {
    caf::anon_send(to, what);
    scheduler.run();
  }
  static actor_sighting seen(const probed_actor& who) {
    actor_sighting out;
    registry::instance().look_at(who.id(), [&](actor_card& c) { out = sighting_of(c); });
    return out;
  }

 private:
  std::shared_ptr<void> last_;
};

TEST_F(Watching, MessageTypesHaveNames) {
  const auto a = caf::make_message(get_atom::value, bet_id{});
  const auto b = caf::make_message(get_atom::value, std::int64_t{1});
  EXPECT_NE(type_of(a.content(), false), type_of(b.content(), false));
  EXPECT_EQ(type_of(a.content(), false), type_of(a.content(), false));
  EXPECT_EQ(name_of(type_of(a.content(), false)), "get uuid<bet_tag>");
  EXPECT_EQ(name_of(type_of(b.content(), true)), "answer: get i64");
  EXPECT_EQ(name_of(message_type{}), "?");
}

TEST_F(Watching, TheTimeInTheMailboxIsMeasuredForEveryActor) {
  const auto one = start(7);
  caf::anon_send(one, get_atom::value);
  caf::anon_send(one, get_atom::value);
  std::this_thread::sleep_for(std::chrono::milliseconds{20});  // what is measured
  const auto waiting = seen(one);
  EXPECT_EQ(waiting.waiting, 2U);
  EXPECT_NE(waiting.oldest_ns, 0U);
  scheduler.run();
  EXPECT_GE(seen(one).wait_us, 20'000U);
  EXPECT_EQ(seen(one).waiting, 0U);
  const auto noted = flight_ring::instance().of(std::array<std::uint8_t, 16>{7, 7});
  ASSERT_GE(noted.size(), 2U);
  EXPECT_GE(noted[noted.size() - 2].wait_us, 20'000U) << "the first of the two was probed";
}

TEST_F(Watching, AMailboxThatIsNeverEmptyIsSampled) {
  const auto one = start(9);
  for (int n = 0; n < 100; ++n) {
    for (int k = 0; k < 3; ++k) caf::anon_send(one, get_atom::value);
    for (int k = 0; k < 2; ++k) scheduler.try_run_once();
    EXPECT_NE(seen(one).waiting, 0U);
  }
  std::size_t known = 0;
  scheduler.run();
  for (const auto& e : flight_ring::instance().of(std::array<std::uint8_t, 16>{9, 9}))
    known += e.wait_us != unknown_wait ? 1 : 0;
  EXPECT_GE(known, 2U);
  EXPECT_EQ(seen(one).oldest_ns, 0U);
}

TEST_F(Watching, ASingletonsLastMessagesAndTimesAreRecorded) {
  const auto one = start();
  for (int n = 0; n < 100; ++n) tell(one, get_atom::value);
  tell(one, reload_atom::value);
  start_inspector();
  const auto sight = ask<actor_sight>(look_at_actor{one.id()});
  ASSERT_TRUE(sight && sight->found);
  EXPECT_EQ(sight->recent.size(), actor_recorder::kept);
  EXPECT_EQ(name_of(sight->recent[0].type), "reload");
  EXPECT_GE(sight->recent[0].took_us, 120'000U);
  EXPECT_EQ(sight->facts.at("mood"), "good");
  ASSERT_TRUE(sight->own_times);
  const auto of = [&](std::string_view name) {
    for (const auto& t : sight->times)
      if (name_of(t.type) == name) return t;
    return type_times{};
  };
  EXPECT_EQ(of("get").took.total, 92U) << "recorded from the eighth on";
  EXPECT_EQ(of("reload").took.total, 1U);
  EXPECT_GE(of("reload").took.percentile_us(0.99), 120'000U);
  EXPECT_LE(of("get").took.percentile_us(0.5), of("get").took.percentile_us(0.99));
  const auto slow = incidents::instance().slow();
  ASSERT_FALSE(slow.empty());
  EXPECT_EQ(slow[0].actor_id, one.id());
}

TEST_F(Watching, WhatWaitsInAMailboxIsToldByType) {
  const auto one = start();
  for (int n = 0; n < 10; ++n) tell(one, get_atom::value);
  for (int n = 0; n < 5; ++n) caf::anon_send(one, get_atom::value);
  caf::anon_send(one, poll_atom::value);
  registry::instance().look_at(one.id(), [&](actor_card& card) {
    const auto sight = recorder_for(card)->mailbox(card.processed, card.received);
    EXPECT_EQ(sight.not_known, 0U);
    EXPECT_NE(sight.oldest_ns, 0U);
    std::map<std::string, std::uint64_t> names;
    for (const auto& [type, count] : sight.by_type) names[std::string{name_of(type)}] = count;
    EXPECT_EQ(names, (std::map<std::string, std::uint64_t>{{"get", 5}, {"poll", 1}}));
  });
}

TEST_F(Watching, AnActorThatDoesNotAnswerIsShownWithoutFacts) {
  const auto one = start(3, false);
  start_inspector();
  EXPECT_FALSE(ask<actor_sight>(look_at_actor{one.id()})) << "still asked";
  scheduler.advance_time(std::chrono::milliseconds{249});
  scheduler.run();
  EXPECT_FALSE(later<actor_sight>());
  scheduler.advance_time(std::chrono::milliseconds{1});
  scheduler.run();
  const auto sight = later<actor_sight>();
  ASSERT_TRUE(sight && sight->found);
  EXPECT_EQ(sight->no_facts, "timed_out");
  EXPECT_TRUE(sight->facts.empty());
  EXPECT_FALSE(sight->own_times) << "its kind's, until it has been recorded for a while";
  EXPECT_FALSE(ask<actor_sight>(look_at_actor{999'999'999})->found);
}

TEST_F(Watching, DeadLettersAndCrashesAreKept) {
  const auto one = start();
  for (int n = 0; n < 10; ++n) tell(one, get_atom::value);
  tell(one, flush_atom::value);
  const auto ends = incidents::instance().ends();
  ASSERT_FALSE(ends.empty());
  EXPECT_EQ(ends[0].actor_id, one.id());
  EXPECT_EQ(name_of(ends[0].in_handler), "flush");
  ASSERT_FALSE(ends[0].last.empty());
  EXPECT_EQ(name_of(ends[0].last[0].type), "get");
  tell(one, get_atom::value);
  caf::anon_send(caf::actor_cast<caf::actor>(start()), wake_atom::value);
  scheduler.run();
  const auto letters = incidents::instance().letters();
  ASSERT_GE(letters.size(), 2U);
  EXPECT_EQ(letters[0].fate, letter_fate::not_handled);
  EXPECT_EQ(name_of(letters[0].type), "wake");
  EXPECT_EQ(letters[1].fate, letter_fate::to_the_dead);
  EXPECT_EQ(letters[1].actor_id, one.id());
}

TEST_F(Watching, WhoWaitsForWhomIsKnownAndACircleIsNamed) {
  const auto one = start();
  const auto two = start();
  start_inspector();
  const auto tie = [](const probed_actor& a, const probed_actor& b) {
    auto* const raw = caf::actor_cast<caf::abstract_actor*>(a);
    static_cast<std::remove_pointer_t<probed_self>*>(raw)->state.neighbour = b;
  };
  tie(one, two);
  tie(two, one);
  tell(one, poll_atom::value);
  auto graph = ask<wait_graph>(waits_atom::value);
  ASSERT_TRUE(graph);
  ASSERT_EQ(graph->edges.size(), 1U);
  EXPECT_EQ(graph->edges[0].waiter.id, one.id());
  EXPECT_EQ(graph->edges[0].asked.id, two.id());
  EXPECT_EQ(name_of(graph->edges[0].what.type), "sync");
  EXPECT_TRUE(graph->cycles.empty());
  tell(two, poll_atom::value);
  graph = ask<wait_graph>(waits_atom::value);
  ASSERT_EQ(graph->cycles.size(), 1U);
  EXPECT_EQ(graph->cycles[0].size(), 2U);
  tie(one, probed_actor{});
  tie(two, probed_actor{});
}

TEST_F(Watching, AnAnswerEndsAWait) {
  const auto one = start();
  start_inspector();
  for (int n = 0; n < 5; ++n) ask<actor_page>(actor_query{});
  system.spawn([=](caf::event_based_actor* me) {
    me->request(one, caf::infinite, get_atom::value).then([](bool) {}, [](const caf::error&) {});
  });
  scheduler.run();
  for (const auto& r : open_requests::instance().list()) EXPECT_NE(r.asked, 0U);
  EXPECT_TRUE(ask<wait_graph>(waits_atom::value)->cycles.empty());
}

TEST_F(Watching, LintsNameWhoIsStuck) {
  const auto one = start(5);
  caf::anon_send(one, get_atom::value);
  std::this_thread::sleep_for(std::chrono::milliseconds{5});
  auto x = seen(one);
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  EXPECT_TRUE(find_lints(x, now).empty());
  const auto later = now + 700'000'000'000;  // as it will be if nothing happens
  x.name = "bet";
  x.began_ns = static_cast<std::uint64_t>(now);
  std::vector<std::string> codes;
  for (const auto& l : find_lints(x, later)) codes.push_back(l.code);
  EXPECT_EQ(codes, (std::vector<std::string>{"handler_runs", "message_waits", "unfinished"}));
  scheduler.run();
}

TEST_F(Watching, AMailboxThatGrowsForAMinuteIsALint) {
  lint_memory memory;
  const auto one = start();
  std::int64_t now = 1'000'000'000'000;
  for (int second = 0; second <= 61; ++second, now += 1'000'000'000) {
    caf::anon_send(one, get_atom::value);
    memory.remember(now);
    EXPECT_TRUE(second >= 60 || !memory.growing().contains("probed")) << second;
  }
  EXPECT_EQ(memory.growing().at("probed"), 60U);
  scheduler.run();
  memory.remember(now);
  EXPECT_FALSE(memory.growing().contains("probed")) << "it was worked off";
}

TEST_F(Watching, ATraceStopsAtItsLimitAndNeverShowsTheInspector) {
  const auto one = start();
  start_inspector();
  const auto tap = std::make_shared<message_tap>(tap_filter{}, 3);
  message_taps::instance().open(tap);
  ask<actor_sight>(look_at_actor{one.id()});  // asks it for its facts
  ask<actor_page>(actor_query{});
  EXPECT_TRUE(tap->take().events.empty());
  for (int n = 0; n < 5; ++n) tell(one, get_atom::value);
  const auto got = tap->take();
  EXPECT_EQ(got.events.size(), 3U);
  EXPECT_TRUE(got.last);
  EXPECT_EQ(got.events[0].type_name(), "get");
  message_taps::instance().close(tap);
  EXPECT_FALSE(message_taps::instance().any());
}

TEST_F(Watching, ATraceIsFilteredAndCountsWhatItDrops) {
  const auto one = start(0x21);
  const auto two = start(0x22);
  const auto tap =
      std::make_shared<message_tap>(tap_filter{"probed", "get", read_search("2222")}, 10'000);
  message_taps::instance().open(tap);
  tell(one, get_atom::value);
  tell(two, reload_atom::value);
  tell(two, get_atom::value);
  auto got = tap->take();
  ASSERT_EQ(got.events.size(), 1U);
  EXPECT_EQ(got.events[0].actor_id, two.id());
  for (std::size_t n = 0; n < message_tap::most_waiting + 5; ++n)
    caf::anon_send(two, get_atom::value);
  scheduler.run();
  got = tap->take();
  EXPECT_EQ(got.events.size(), message_tap::most_waiting);
  EXPECT_EQ(got.dropped, 5U);
  message_taps::instance().close(tap);
}

TEST_F(Watching, SwitchedOffOnlyTheCountersStay) {
  const auto one = start(0x31);
  set_watching(false);
  for (int n = 0; n < 20; ++n) tell(one, get_atom::value);
  set_watching(true);
  EXPECT_EQ(seen(one).processed, 20U);
  EXPECT_TRUE(flight_ring::instance().of(std::array<std::uint8_t, 16>{0x31, 0x31}).empty());
}

}  // namespace
}  // namespace headroom::test
