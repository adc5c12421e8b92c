#include "actors/observed.hpp"
#include "http/inspector_documents.hpp"
#include "http/trace_streams.hpp"
#include "tests/http/house.hpp"
#include "tests/http/listener.hpp"

namespace headroom::http::test {
namespace {

using namespace actors;

using echo_actor = status_actor::extend<caf::replies_to<ping_atom>::with<bool>>;
struct echo_state {
  static inline const char* name = "echo";
};
echo_actor::behavior_type echo(self_pointer<echo_actor, echo_state> self,
                               std::array<std::uint8_t, 20> user) {
  self->describe(id_kind::user, user);
  return {[](ping_atom) { return true; },
          [](status_atom) {
            return status_report{"echo", {{"available", "12.50"}}};
          }};
}

struct Inspecting : house {
  using house::get;

  echo_actor start_echo(std::uint8_t n) {
    const std::array<std::uint8_t, 20> id{0xec, n};
    return keep(system->spawn(echo, id));
  }
  json doc(const std::string& path) { return get(path, inspect_key.text).json(); }
  listener trace(const std::string& query, const std::string& key) {
    return listener{web->port(), bearer(key), "/inspector/stream?" + query};
  }
  static json data_of(const std::string& event) {
    const auto at = event.find("data: ");
    return at == std::string::npos ? json() : json::parse(event.substr(at + 6));
  }
  void ping(const echo_actor& to, int times) {
    for (int n = 0; n < times; ++n) caf::anon_send(to, ping_atom::value);
  }
};

TEST_F(Inspecting, ActorsAreListedSortedAndFound) {
  start();
  const auto one = start_echo(1);
  const auto two = start_echo(2);
  ASSERT_TRUE(eventually([&] { return doc("/inspector/actors?kind=echo")["actors"].size() == 2; }));
  const auto found = doc("/inspector/actors?find=0xec02")["actors"];
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]["id"], two.id());
  EXPECT_EQ(found[0]["business_id"], "0xec02000000000000000000000000000000000000");
  EXPECT_EQ(doc("/inspector/actors?find=" + std::to_string(one.id()))["actors"][0]["id"], one.id());
  const auto first = doc("/inspector/actors?kind=echo&sort=age&limit=1");
  EXPECT_EQ(first["actors"][0]["id"], one.id()) << "the oldest first";
  EXPECT_EQ(first["matched"], 2);
  const auto next = doc("/inspector/actors?kind=echo&sort=age&limit=1&cursor=" +
                        first["next_cursor"].get<std::string>());
  EXPECT_EQ(next["actors"][0]["id"], two.id());
  EXPECT_EQ(next["next_cursor"], nullptr);
}

TEST_F(Inspecting, OneActorIsShownWithItsOwnFacts) {
  start();
  const auto one = start_echo(1);
  const auto path = "/inspector/actors/" + std::to_string(one.id());
  (void)doc(path);  // from now on it is recorded
  ping(one, 3);
  ASSERT_TRUE(eventually([&] { return doc(path)["recent"].size() >= 3; }));
  const auto seen = doc(path);
  EXPECT_EQ(seen["card"]["name"], "echo");
  EXPECT_EQ(seen["facts"]["available"], "12.50") << "amounts are shown";
  EXPECT_EQ(seen["handlers_of"], "actor");
  EXPECT_EQ(seen["mailbox"]["length"], 0);
  expect_problem(get("/inspector/actors/999999999", inspect_key.text), 404, "not_found");
}

TEST_F(Inspecting, ATraceEndsAtItsLimitAndSaysSo) {
  start();
  const auto one = start_echo(1);
  auto ear = trace("limit=3&seconds=60&kind=echo", inspect_key.text);
  ASSERT_EQ(ear.head().status, 200U);
  ping(one, 5);
  for (int n = 0; n < 3; ++n) {
    const auto event = ear.next();
    EXPECT_TRUE(event.starts_with("event: message\n")) << event;
    EXPECT_EQ(data_of(event)["type"], "ping");
    EXPECT_EQ(data_of(event)["actor_id"], one.id());
  }
  const auto last = ear.next();
  EXPECT_TRUE(last.starts_with("event: end\n")) << last;
  EXPECT_EQ(data_of(last), json::parse(R"({"reason":"limit","sent":3,"dropped":0})"));
  EXPECT_TRUE(ear.ended_whole());
}

TEST_F(Inspecting, ATraceEndsWithItsTimeAndNeverShowsTheInspector) {
  start();
  const auto one = start_echo(1);
  auto ear = trace("limit=100&seconds=1", inspect_key.text);
  (void)doc("/inspector/actors");
  (void)doc("/inspector/actors/" + std::to_string(one.id()));  // asks it for its facts
  (void)doc("/inspector/lints");
  std::vector<json> heard;
  std::string event;
  while ((event = ear.next()).starts_with("event: message")) heard.push_back(data_of(event));
  EXPECT_TRUE(heard.empty()) << heard[0];
  EXPECT_EQ(data_of(event)["reason"], "seconds");
}

TEST_F(Inspecting, AKeyHasOneTraceAndGetsItBackWhenItLeaves) {
  start();
  {
    auto ear = trace("limit=10&seconds=60", inspect_key.text);
    EXPECT_EQ(ear.head().status, 200U);
    expect_problem(get("/inspector/stream?limit=10&seconds=60", inspect_key.text), 429,
                   "rate_limited");
  }
  EXPECT_TRUE(eventually([&] {
    return trace("limit=10&seconds=1", inspect_key.text).head().status == 200U;
  })) << "who disconnects has ended it";
}

TEST_F(Inspecting, WhatIsRefusedIsCountedAndNothingTheAskerWroteIsKept) {
  start();
  const auto secret = std::string{"hr_this_is_no_key_of_ours_0123456789"};
  (void)get("/inspector/actors?sort=hostile%3Cscript%3E", inspect_key.text);
  (void)get("/bets/11111111-1111-1111-1111-111111111111", secret);
  const auto doc = this->doc("/inspector/refused")["requests"];
  std::map<std::string, int> counts;
  for (const auto& c : doc["counts"]) counts[c["code"]] = c["count"];
  EXPECT_EQ(counts["invalid_field"], 1);
  EXPECT_GE(counts["unauthorized"], 1);
  EXPECT_EQ(doc["last"][0]["route"], "/bets/{id}");
  EXPECT_EQ(doc["last"][1]["field"], "sort");
  EXPECT_EQ(doc["last"][1]["caller"], "key:inspector");
  const auto text = get("/inspector/refused", inspect_key.text).body;
  for (const auto* hidden : {"hostile", "hr_this", "11111111", "127.0.0.1", "Authorization"})
    EXPECT_EQ(text.find(hidden), std::string::npos) << hidden;
}

}  // namespace
}  // namespace headroom::http::test
