#include <atomic>

#include "http/asking.hpp"
#include "http/fields.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

using actors::get_atom;
using actors::wake_atom;

/// Answers a number with itself: one below 100 at once, one from 900 on with a refusal, the others
/// when they are released.
using echo_actor = caf::typed_actor<caf::replies_to<get_atom, std::uint32_t>::with<std::uint32_t>,
                                    caf::reacts_to<wake_atom, std::uint32_t>>;

struct echo_state {
  std::vector<std::pair<std::uint32_t, caf::typed_response_promise<std::uint32_t>>> held;
};

std::atomic<int> held_now{0};
std::atomic<int> ever_held{0};

echo_actor::behavior_type echo(echo_actor::stateful_pointer<echo_state> self) {
  return {
      [self](get_atom, std::uint32_t n) -> caf::result<std::uint32_t> {
        if (n >= 900) return make_error(errc::overloaded, "no more");
        if (n < 100) return n;
        auto promise = self->make_response_promise<std::uint32_t>();
        self->state.held.emplace_back(n, promise);
        ++ever_held;
        ++held_now;
        return promise;
      },
      [self](wake_atom, std::uint32_t n) {
        for (auto& [number, promise] : self->state.held)
          if (number == n) promise.deliver(n);
        held_now -= static_cast<int>(
            std::erase_if(self->state.held, [n](const auto& h) { return h.first == n; }));
      },
  };
}

echo_actor echoes;
std::atomic<int> alive{0};
std::atomic<int> done_behind_the_answer{0};

/// Lives in what waits.
struct witness {
  witness() { ++alive; }
  ~witness() { --alive; }
  witness(const witness&) = delete;
  witness& operator=(const witness&) = delete;
};

std::uint32_t number_in(exchange& x, std::size_t which = 0) {
  return read_count("number", x.id(which), 0, 1'000'000);
}

void answer(exchange& x, std::uint32_t n) { x.reply_json(std::to_string(n)); }

task<std::uint32_t> twice(exchange& x, std::uint32_t n) {
  const witness here;
  const auto said = or_refuse(co_await ask<std::uint32_t>(x, echoes, get_atom::value, n));
  co_return 2 * said;
}

task<> get_twice(exchange& x) {
  const witness here;
  const auto once = co_await twice(x, number_in(x));
  const auto again = co_await twice(x, once);
  answer(x, again);
}

task<> get_sum(exchange& x) {
  const witness here;
  auto a = ask<std::uint32_t>(x, echoes, get_atom::value, number_in(x, 0));
  auto b = ask<std::uint32_t>(x, echoes, get_atom::value, number_in(x, 1));
  const auto first = or_refuse(co_await a);
  const auto second = or_refuse(co_await b);
  answer(x, first + second);
}

task<> get_refused(exchange& x) {
  const witness here;
  const auto n = or_refuse(co_await ask<std::uint32_t>(x, echoes, get_atom::value, number_in(x)));
  if (n == 1) throw problem_of(errc::not_found, "gone meanwhile");
  throw std::runtime_error{"a secret " + std::to_string(n)};
}

task<> get_early(exchange& x) {
  const witness here;
  answer(x, 7);
  (void)co_await ask<std::uint32_t>(x, echoes, get_atom::value, number_in(x));
  ++done_behind_the_answer;
}

task<> get_nobody(exchange& x) {
  const auto said = co_await ask<std::uint32_t>(x, echo_actor{}, get_atom::value, 1U);
  answer(x, or_refuse(said));
}

const router& with_steps() {
  static const router table = house_and({
      {verb::get, "/twice/{n}", get_twice},
      {verb::get, "/sum/{a}/{b}", get_sum},
      {verb::get, "/refused/{n}", get_refused},
      {verb::get, "/early/{n}", get_early},
      {verb::get, "/nobody", get_nobody},
  });
  return table;
}

/// Handlers that read from top to bottom.
class Steps : public house {
 protected:
  Steps() {
    routing = &with_steps();
    held_now = ever_held = 0;
    done_behind_the_answer = 0;
    echoes = keep(system->spawn(echo));
  }
  ~Steps() override {
    web.reset();
    echoes = echo_actor{};
    EXPECT_EQ(alive, 0) << "something that waits has outlived the front";
  }
  static bool holding(int n) {
    return eventually([n] { return held_now == n; });
  }
  static void release(std::uint32_t n) { caf::anon_send(echoes, wake_atom::value, n); }
};

TEST_F(Steps, AnswersComeInTheOrderOfTheText) {
  start();
  EXPECT_EQ(get("/twice/3").body, "12");
  client c{web->port()};
  c.send(request_text("GET", "/twice/150"));
  ASSERT_TRUE(holding(1));
  release(150);
  ASSERT_TRUE(eventually([] { return ever_held == 2; })) << "300 is asked for now";
  release(300);
  EXPECT_EQ(c.receive()->body, "600");
  EXPECT_TRUE(eventually([] { return alive == 0; }));
}

TEST_F(Steps, SeveralAreAskedAtOnce) {
  start();
  for (const auto& order : {std::pair{100U, 200U}, std::pair{200U, 100U}}) {
    client c{web->port()};
    c.send(request_text("GET", "/sum/100/200"));
    ASSERT_TRUE(holding(2)) << "both wait at the same time";
    release(order.first);
    ASSERT_TRUE(holding(1));
    release(order.second);
    EXPECT_EQ(c.receive()->body, "300");
  }
}

TEST_F(Steps, WhatIsThrownAfterAWaitIsAnswered) {
  start();
  const auto refused = get("/refused/1");
  expect_problem(refused, 404, "not_found");
  EXPECT_EQ(refused.json()["detail"], "gone meanwhile");
  const auto broken = get("/refused/2");
  expect_problem(broken, 500, "internal");
  EXPECT_EQ(broken.body.find("secret"), std::string::npos);
  const auto by_an_actor = get("/refused/900");
  expect_problem(by_an_actor, 503, "overloaded");
  EXPECT_EQ(by_an_actor.json()["detail"], "no more");
  expect_problem(get("/twice/900"), 503, "overloaded");
}

TEST_F(Steps, AnEmptyHandleIsUnavailable) {
  start();
  expect_problem(get("/nobody"), 503, "unavailable");
}

TEST_F(Steps, ASilentActorIsOverdue) {
  settings.request_timeout = std::chrono::milliseconds{150};
  start();
  expect_problem(get("/twice/150"), 503, "timed_out");
  EXPECT_TRUE(eventually([] { return alive == 0; }));
  release(150);
}

/// The first request fails at once while its second question is still out; the connection goes on.
TEST_F(Steps, ALateAnswerOfAnEarlierRequestTouchesNoLaterOne) {
  start();
  client c{web->port()};
  c.send(request_text("GET", "/sum/900/100"));
  expect_problem(*c.receive(), 503, "overloaded");
  ASSERT_TRUE(holding(1));
  EXPECT_EQ(alive, 0);
  c.send(request_text("GET", "/sum/200/300"));
  ASSERT_TRUE(holding(3));
  release(100);
  ASSERT_TRUE(holding(2));
  EXPECT_EQ(alive, 1) << "it still waits for its own";
  release(200);
  release(300);
  EXPECT_EQ(c.receive()->body, "500");
}

TEST_F(Steps, NothingIsDoneBehindTheAnswer) {
  start();
  client c{web->port()};
  c.send(request_text("GET", "/early/100"));
  EXPECT_EQ(c.receive()->body, "7");
  EXPECT_TRUE(eventually([] { return alive == 0; })) << "forgotten before the actor answers";
  ASSERT_TRUE(holding(1));
  c.send(request_text("GET", "/sum/1/200"));
  ASSERT_TRUE(holding(2));
  release(100);
  release(200);
  EXPECT_EQ(c.receive()->body, "201");
  EXPECT_EQ(done_behind_the_answer, 0);
}

TEST_F(Steps, AClientThatLeavesTakesNothingWithIt) {
  start();
  client{web->port()}.send(request_text("GET", "/sum/100/200"));
  ASSERT_TRUE(holding(2));
  release(100);
  release(200);
  EXPECT_TRUE(eventually([] { return alive == 0; }));
  EXPECT_EQ(get("/sum/1/2").body, "3");
}

TEST_F(Steps, WhatWaitsEndsWithTheFront) {
  settings.drain_timeout = std::chrono::milliseconds{50};
  start();
  client c{web->port()};
  c.send(request_text("GET", "/twice/150") + request_text("GET", "/twice/150"));
  ASSERT_TRUE(holding(1));
  EXPECT_EQ(alive, 2) << "the route and the task it awaits";
  web->stop();
  web.reset();
  EXPECT_EQ(alive, 0);
  release(150);  // nobody is left to hear it
  EXPECT_FALSE(c.receive());
}

}  // namespace
}  // namespace headroom::http::test
