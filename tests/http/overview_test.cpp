#include "actors/alerts.hpp"
#include "actors/work_switches.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

/// What the operator's page reads: GET /operator/overview, /operator/audit, /operator/settlements.
class Overview : public house {
 protected:
  const std::string id = "11111111-1111-1111-1111-111111111111";
  std::vector<course_filter> asked;  // under says.mutex

  void remember(buffer_course answer) {
    says.course = [this, answer](const course_filter& x) {
      const std::lock_guard lock{says.mutex};
      asked.push_back(x);
      return answer;
    };
  }
  reply look(const std::string& path) { return get("/operator/" + path, inspect_key.text); }
};

buffer_course a_course(timestamp now) {
  buffer_course out;
  out.points.push_back({now.minus(std::chrono::minutes{2}), 990_usdc, 980_usdc, false, {}, {}, 0});
  out.points.push_back({now.minus(std::chrono::minutes{1}), 1'000_usdc, 970_usdc, true, 40_usdc,
                        usdc{-1'500'000}, 7});
  out.arrivals.push_back({*conversion_id::parse("11111111-1111-1111-1111-111111111111"), 250_usdc,
                          now.plus(std::chrono::minutes{3})});
  return out;
}

TEST_F(Overview, ShowsTheHouseAtOneLook) {
  remember(a_course(now()));
  start();
  dir->gauges.alerts().raise("wallet.no_gas", "137", "no coin", now());
  dir->gauges.alerts().raise("venue.silent", "", "silent", now());
  dir->gauges.alerts().clear("venue.silent", "", now());
  actors::heard_switch(dir->gauges, {pausable::deposits, true, "key:9", "an incident", now()});
  const auto r = look("overview");
  ASSERT_EQ(r.status, 200) << r.body;
  const auto doc = r.json();
  EXPECT_EQ(doc["range"], "24h");
  const auto& s = doc["series"];
  EXPECT_EQ(s["t"], (nlohmann::json{now().us / 1'000'000 - 120, now().us / 1'000'000 - 60}));
  EXPECT_EQ(s["balance"], (nlohmann::json{"990.00", "1000.00"}));
  EXPECT_EQ(s["lowest"], (nlohmann::json{"980.00", "970.00"}));
  EXPECT_EQ(s["in"], (nlohmann::json{nullptr, "40.00"}));
  EXPECT_EQ(s["out"], (nlohmann::json{nullptr, "-1.50"})) << "more came back than went";
  EXPECT_EQ(s["bets"], (nlohmann::json{nullptr, 7}));
  EXPECT_EQ(doc["forecast"]["arrivals"][0]["conversion_id"], id);
  EXPECT_EQ(doc["forecast"]["arrivals"][0]["amount"], "250.00");
  ASSERT_EQ(doc["alerts"].size(), 2U) << "those that last: a pause is one";
  EXPECT_EQ(doc["paused"]["deposits"], true);
  EXPECT_EQ(doc["paused"]["bets"], false);
  EXPECT_TRUE(doc["paused"]["withdrawals"].is_null()) << "their desk has not read the books";
  EXPECT_EQ(doc["buffer"], get("/buffer/status").json());
  EXPECT_EQ(doc["solvency"]["solvent"], get("/audit/solvency", read_key.text).json()["solvent"]);
}

TEST_F(Overview, ARangeComesInAFewHundredPoints) {
  remember({});
  start();
  const std::tuple<const char*, std::uint32_t, std::uint32_t> table[]{
      {"1h", 3'600, 60}, {"24h", 86'400, 300}, {"7d", 604'800, 1'800}, {"30d", 2'592'000, 7'200}};
  for (const auto& [range, seconds, step] : table) {
    const auto r = look("overview?range=" + std::string{range});
    ASSERT_EQ(r.status, 200);
    EXPECT_EQ(r.json()["range"], range);
    const std::lock_guard lock{says.mutex};
    EXPECT_EQ(asked.back().seconds, seconds);
    EXPECT_EQ(asked.back().step_seconds, step);
    EXPECT_EQ(asked.back().until, now());
    EXPECT_LE(seconds / step + 1, 400U);
  }
}

TEST_F(Overview, TimesOfRequestsAreThoseOfTheirRoutes) {
  start();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get("/buffer/status").status, 200);
  nlohmann::json found;
  EXPECT_TRUE(eventually([&] {  // a request is counted behind its answer
    const auto doc = look("overview").json();
    for (const auto& one : doc["latency"])
      if (one["route"] == "/buffer/status") found = one;
    return found.is_object() && found["requests"] == 3;
  })) << found;
  EXPECT_EQ(found["method"], "GET");
  EXPECT_GT(found["p50_ms"].get<double>(), 0);
  EXPECT_GE(found["p99_ms"].get<double>(), found["p50_ms"].get<double>());
}

TEST_F(Overview, WhatIsNotUnderstoodIsNamed) {
  start();
  for (const auto* range : {"2h", "", "24h%20", "1"})
    expect_problem(look("overview?range=" + std::string{range}), 400, "invalid_field", "range");
  expect_problem(look("overview?from=1"), 400, "invalid_field", "from");
  for (const auto* cursor : {"0", "-1", "x", "1x", "99999999999999999999"})
    expect_problem(look("audit?cursor=" + std::string{cursor}), 400, "invalid_field", "cursor");
  expect_problem(look("audit?limit=201"), 400, "invalid_field", "limit");
  expect_problem(look("settlements?limit=0"), 400, "invalid_field", "limit");
}

TEST_F(Overview, WithoutBooksThereIsNothingToShowAndAlertsAreShownStill) {
  says.course = [](const course_filter&) -> caf::result<buffer_course> {
    return make_error(errc::unavailable);
  };
  start();
  expect_problem(look("overview"), 503, "unavailable");
  EXPECT_EQ(look("alerts").status, 200);
  records.set({});  // as while its actor is started anew
  expect_problem(look("audit"), 503, "unavailable");
  expect_problem(look("settlements"), 503, "unavailable");
}

TEST_F(Overview, WhoDidWhatComesInPagesWithItsReasonApart) {
  std::vector<deed_filter> wanted;
  const std::string hostile = "<script>alert(1)</script>\"";
  says.deeds = [&](const deed_filter& x) {
    const std::lock_guard lock{says.mutex};
    wanted.push_back(x);
    deed_page out;
    out.deeds.push_back({41, now(), "key:" + hostile, "pause_bets", "bets", {{"reason", hostile}}});
    out.deeds.push_back({40, now(), "", "replenish", "buffer", {{"to_buffer", "5.00"}}});
    out.next_before = x.before == 0 ? 40 : 0;
    return out;
  };
  start();
  const auto doc = look("audit?limit=2").json();
  EXPECT_EQ(doc["next_cursor"], "40");
  const auto& first = doc["actions"][0];
  EXPECT_EQ(first["action_id"], 41);
  EXPECT_EQ(first["done_by"], "key:" + hostile);
  EXPECT_EQ(first["reason"], hostile);
  EXPECT_EQ(first["detail"], nlohmann::json::object());
  const auto& second = doc["actions"][1];
  EXPECT_TRUE(second["done_by"].is_null());
  EXPECT_TRUE(second["reason"].is_null());
  EXPECT_EQ(second["detail"]["to_buffer"], "5.00");
  EXPECT_TRUE(look("audit?cursor=40").json()["next_cursor"].is_null());
  const std::lock_guard lock{says.mutex};
  EXPECT_EQ(wanted[0].limit, 2U);
  EXPECT_EQ(wanted[1].before, 40);
}

TEST_F(Overview, AMarketThatIsNotPaidOutHasItsAgeAndItsAmounts) {
  says.unsettled = [&](std::uint32_t) {
    unsettled_markets out;
    out.total = 3;
    settlement_view v;
    v.market.question = "Will <b>it</b>?";
    v.row.created_at = now().minus(std::chrono::hours{2});
    v.row.received = 10_usdc;
    v.row.paid = 6_usdc;
    v.owed = 5_usdc;
    v.unpaid = 2;
    v.at_venue = 1;
    out.oldest.push_back(v);
    return out;
  };
  start();
  const auto doc = look("settlements").json();
  EXPECT_EQ(doc["total"], 3);
  const auto& one = doc["markets"][0];
  EXPECT_EQ(one["question"], "Will <b>it</b>?");
  EXPECT_EQ(one["age_seconds"], 7'200);
  EXPECT_EQ(one["received"], "10.00");
  EXPECT_EQ(one["paid"], "6.00");
  EXPECT_EQ(one["owed"], "5.00");
  EXPECT_EQ(one["short"], true) << "four are left";
  EXPECT_EQ(one["unpaid_positions"], 2);
}

}  // namespace
}  // namespace headroom::http::test
