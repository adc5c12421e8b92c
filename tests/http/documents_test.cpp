#include <algorithm>
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>

#include "actors/alerts.hpp"
#include "actors/house_counters.hpp"
#include "actors/registry.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

using nlohmann::json;

class Documents : public house {};

TEST_F(Documents, OpenApiCoversExactlyOurRoutes) {
  settings.public_url = "https://headroom.example";
  start();
  const auto doc = get("/openapi.json").json();
  EXPECT_TRUE(doc["openapi"].get<std::string>().starts_with("3.1"));
  EXPECT_EQ(doc["servers"][0]["url"], "https://headroom.example");
  EXPECT_EQ(operations_in(doc), operations_of(house_routes()));
}

TEST_F(Documents, AnUnchangedDocumentIsNotSentAgain) {
  start();
  const auto first = get("/openapi.json");
  const auto etag = first.header("etag");
  EXPECT_TRUE(etag.starts_with("\"") && etag.ends_with("\"") && etag.size() > 10) << etag;
  EXPECT_EQ(first.header("cache-control"), "public, max-age=300");
  client c{web->port()};
  for (const auto& tags : {etag, "W/" + etag, "\"other\", " + etag, std::string{"*"}}) {
    c.send(request_text("GET", "/openapi.json", {{"If-None-Match", tags}}));
    const auto r = c.receive();
    ASSERT_TRUE(r);
    EXPECT_EQ(r->status, 304) << tags;
    EXPECT_EQ(r->header("etag"), etag);
    EXPECT_EQ(r->header("content-length"), "");
  }
  EXPECT_EQ(ask("GET", "/openapi.json", {{"If-None-Match", "\"other\""}}).status, 200);
  EXPECT_EQ(get("/buffer/status").header("cache-control"), "no-store");
}

/// What comes before any route, or from every one, is said of every operation.
TEST_F(Documents, EveryOperationSaysTheAnswersThatCanCome) {
  start();
  const auto doc = get("/openapi.json").json();
  for (const auto& [path, operations] : doc["paths"].items())
    for (const auto& [method, operation] : operations.items()) {
      SCOPED_TRACE(method + " " + path);
      const auto& answers = operation["responses"];
      for (const auto* status : {"400", "408", "413", "417", "431"})
        EXPECT_TRUE(answers.contains(status)) << status;
      EXPECT_EQ(answers.contains("405"), method != "options");
      EXPECT_EQ(answers.contains("415"), operation.contains("requestBody"));
      const auto& keys = operation["security"];
      if (keys.empty()) continue;
      for (const auto* status : {"401", "429"}) EXPECT_TRUE(answers.contains(status)) << status;
      const bool without_too = std::find(keys.begin(), keys.end(), json::object()) != keys.end();
      EXPECT_TRUE(answers.contains("403") || (without_too && method == "get"));
      const bool by_session =
          std::find(keys.begin(), keys.end(), json{{"session", json::array()}}) != keys.end();
      const auto asked_for = operation.value("parameters", json::array()).dump();
      if (by_session && (asked_for.find("serAddress\"") != asked_for.npos ||
                         asked_for.find("\"user_address\"") != asked_for.npos)) {
        EXPECT_TRUE(answers.contains("404")) << "another's does not exist for a user";
      }
    }
}

TEST_F(Documents, EveryCodeIsNamed) {
  start();
  const auto text = get("/openapi.json").body;
  const std::set<std::string_view> inside{"none", "unknown", "duplicate", "payment_required",
                                          "invalid_payment"};  // 402s are x402's
  for (int n = 0; n < 256; ++n) {
    const auto code = to_string(static_cast<errc>(n));
    if (!inside.contains(code)) {
      EXPECT_NE(text.find("`" + std::string{code} + "`"), text.npos) << code;
    }
  }
}

/// A light check of live answers against their schemas: same fields, nothing more.
void expect_same_fields(const json& doc, const json& schema, const json& answer) {
  std::set<std::string> wanted;
  const auto collect = [&](const json& s) {
    const auto& resolved =
        s.contains("$ref") ? doc.at(json::json_pointer{s["$ref"].get<std::string>().substr(1)}) : s;
    if (resolved.contains("properties"))
      for (const auto& [name, ignored] : resolved["properties"].items()) wanted.insert(name);
    return resolved;
  };
  const auto resolved = collect(schema);
  if (resolved.contains("allOf"))
    for (const auto& part : resolved["allOf"]) {
      const auto inner = collect(part);
      if (inner.contains("allOf")) ADD_FAILURE() << "deeper than this check looks";
    }
  std::set<std::string> found;
  for (const auto& [name, ignored] : answer.items()) found.insert(name);
  EXPECT_EQ(found, wanted);
}

TEST_F(Documents, AnswersHaveTheDocumentedFields) {
  says.find_deposit = [] {
    auto d = example_deposit(deposit_status::converting);
    d.conversion = example_conversion().id;
    return d;
  };
  start();
  const auto doc = get("/openapi.json").json();
  const auto id = std::string{"11111111-1111-1111-1111-111111111111"};
  const std::pair<std::string, std::string> table[]{
      {"/balance", "/balance?user_address=" + user_text},
      {"/buffer/max-bet", "/buffer/max-bet?user_address=" + user_text},
      {"/buffer/max-withdrawal", "/buffer/max-withdrawal?user_address=" + user_text},
      {"/buffer/status", "/buffer/status"},
      {"/deposits", "/deposits?user_address=" + user_text},
      {"/deposits/{id}", "/deposits/" + id},
      {"/bets", "/bets"},
      {"/bets/{id}", "/bets/" + id},
      {"/markets", "/markets"},
      {"/markets/{condition_id}", "/markets/0x" + std::string(64, '7')},
      {"/conversions", "/conversions"},
      {"/conversions/{id}", "/conversions/" + id},
      {"/conversions/metrics", "/conversions/metrics"},
      {"/routes", "/routes"},
      {"/inspector/bets/{id}/timeline", "/inspector/bets/" + id + "/timeline"},
      {"/inspector/conversions/{id}/timeline", "/inspector/conversions/" + id + "/timeline"},
      {"/pricing", "/pricing"},
      {"/audit/solvency", "/audit/solvency"},
      {"/inspector/actors", "/inspector/actors"},
      {"/operator/overview", "/operator/overview?range=7d"},
      {"/inspector/actors/{id}",
       "/inspector/actors/" + std::to_string(dir->handles.get<actors::inspector_actor>().id())},
      {"/inspector/lints", "/inspector/lints"},
      {"/inspector/refused", "/inspector/refused"},
      {"/inspector/tree", "/inspector/tree"},
      {"/inspector/waits", "/inspector/waits"},
      {"/operator/alerts", "/operator/alerts"},
      {"/operator/audit", "/operator/audit"},
      {"/operator/settlements", "/operator/settlements"},
      {"/healthz", "/healthz"},
      {"/readyz", "/readyz"},
      {"/app/config", "/app/config"},
      {"/session", "/session"},
      {"/history", "/history?user_address=" + user_text},
      {"/delegations", "/delegations?user_address=" + user_text},
      {"/withdrawals", "/withdrawals"},
      {"/withdrawals/{id}", "/withdrawals/" + id},
  };
  for (const auto& [path, target] : table) {
    SCOPED_TRACE(target);
    const auto& schema =
        doc["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
    // Where it depends on who asks, everything comes first.
    const auto* const either = schema.contains("anyOf") ? "anyOf" : "oneOf";
    const auto& whole = schema.contains(either) ? schema[either][0] : schema;
    expect_same_fields(doc, whole, get(target, full_key.text).json());
  }
}

TEST_F(Documents, MetricsPassTheirLinter) {
  auto& kind = actors::registry::instance().kind("counted");
  kind.born();
  kind.born();
  kind.processed(1'000);
  start();
  auto& counters = dir->gauges.counters();
  counters.count(accept_bet{[] {
    bet b;
    b.amount = 25'500'000_micro;
    return b;
  }()});
  counters.count(
      finish_bet{{}, {}, bet_status::filled, {}, 20_usdc, 500'000_micro, 5_usdc, {}, {}});
  counters.count(credit_deposit{{}, {}, 50_usdc, {}});
  counters.count(complete_conversion{{}, {}, 40_usdc, 9_usdc, 1_usdc, {}});
  counters.count(replenish{{}, 7_usdc, {}, "wire", {}});
  counters.commit.record(std::chrono::milliseconds{30});
  for (int i = 0; i < 2; ++i) counters.rpc(9745).record(std::chrono::milliseconds{3});
  const auto an_hour_ago = now().minus(std::chrono::hours{1});
  counters.saw_coin("137", 2.5, an_hour_ago);
  counters.saw_coin("137", 1.25, now());
  dir->gauges.alerts().raise("wallet.no_gas", "137", "no coin", now());
  EXPECT_EQ(get("/bets", read_key.text).status, 200);
  expect_problem(get("/nothing"), 404, "not_found");
  const auto r = get("/metrics");
  ASSERT_EQ(r.status, 200);
  EXPECT_TRUE(r.header("content-type").starts_with("text/plain; version=0.0.4"));
  for (const auto* line :
       {"headroom_http_requests_total{route=\"/bets\",method=\"GET\",status=\"2xx\"} 1",
        "headroom_http_requests_total{route=\"none\",method=\"OTHER\",status=\"4xx\"} 1",
        "headroom_http_request_duration_seconds_count{route=\"/bets\",method=\"GET\"} 1",
        "headroom_actors{kind=\"counted\"} 2",
        "headroom_buffer_balance_usdc 9000",
        "headroom_buffer_min_usdc 10000",
        "headroom_buffer_low 1",
        "headroom_buffer_seconds_to_empty 899000",
        "headroom_buffer_recommended_by_outflow_usdc 36",
        "headroom_route_enabled{route=\"typo\"} 1",
        "headroom_route_quoted_bps{route=\"oft_uniswap\"} 6",
        "headroom_conversion_waiting_usdc{chain=\"8453\",token=\"0x"
        "7878787878787878787878787878787878787878\"} 12",
        "headroom_route_seconds{route=\"oft_uniswap\",chain=\"9745\",token=\"0x"
        "7777777777777777777777777777777777777777\",of=\"p99\"} 2.6",
        "headroom_route_success_rate{route=\"oft_uniswap\",chain=\"9745\",token=\"0x"
        "7777777777777777777777777777777777777777\"} 0.75",
        "headroom_bets_live 0",
        "headroom_solvent 1",
        "headroom_solvency_difference_usdc 15",
        "headroom_onchain_shortfall_usdc 0",
        "headroom_actor_messages_total{kind=\"counted\"} 1",
        "headroom_bet_accepted_usdc_total 25.5",
        "headroom_bets_accepted_total 1",
        "headroom_bets_total{outcome=\"filled\"} 1",
        "headroom_bet_fee_usdc_total 0.5",
        "headroom_bet_usdc_total{outcome=\"filled\"} 20",
        "headroom_bet_partly_refunded_usdc_total 5",
        "headroom_deposits_total{outcome=\"credited\"} 1",
        "headroom_conversion_usdc_total{outcome=\"completed\"} 49",
        "headroom_conversion_loss_usdc_total 1",
        "headroom_replenished_usdc_total 7",
        "headroom_event_streams 0",
        "headroom_event_streams_ended_total{cause=\"slow\"} 0",
        "headroom_events_dropped_total 0",
        "headroom_journal_commit_duration_seconds_bucket{le=\"0.05\"} 1",
        "headroom_journal_commit_duration_seconds_bucket{le=\"0.025\"} 0",
        "headroom_journal_commit_duration_seconds_bucket{le=\"0.25\"} 1",
        "headroom_journal_commit_duration_seconds_bucket{le=\"1\"} 1",
        "headroom_journal_commit_duration_seconds_bucket{le=\"5\"} 1",
        "headroom_rpc_request_duration_seconds_count{chain=\"9745\"} 2",
        "headroom_wallet_coin{chain=\"137\"} 1.25",
        "headroom_wallet_spent_coin_rate{chain=\"137\"} 1.25",
        "headroom_wallet_gas_seconds_left{chain=\"137\"} 3600",
        "headroom_alert_active{kind=\"wallet.no_gas\",subject=\"137\"} 1"})
    EXPECT_NE(r.body.find(std::string{line} + "\n"), std::string::npos) << line << "\n" << r.body;

  for (const auto* name :
       {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds",
        "process_max_fds", "process_start_time_seconds", "headroom_build_info{version=\""})
    EXPECT_NE(r.body.find("\n" + std::string{name}), std::string::npos) << name << "\n" << r.body;

  if (std::system("command -v promtool >/dev/null 2>&1") != 0)
    FAIL() << "promtool is not installed (Debian package prometheus)";
  auto* pipe = ::popen("promtool check metrics 2>&1", "w");
  ASSERT_NE(pipe, nullptr);
  std::fwrite(r.body.data(), 1, r.body.size(), pipe);
  EXPECT_EQ(::pclose(pipe), 0) << r.body;
}

TEST_F(Documents, MetricsAreServedWhileActorsAreSilent) {
  start();
  dir->handles.set(actors::buffer_actor{});
  dir->handles.set(actors::inspector_actor{});
  dir->handles.set(actors::audit_actor{});
  const auto r = get("/metrics");
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(r.body.find("headroom_buffer_balance_usdc"), std::string::npos);
  EXPECT_NE(r.body.find("headroom_bets_live 0"), std::string::npos);
  EXPECT_EQ(r.body.find("headroom_solvent"), std::string::npos);
}

TEST_F(Documents, AVerdictIsShownOnceThereIsOne) {
  says.verdict = [] { return solvency{}; };
  start();
  EXPECT_EQ(get("/metrics").body.find("headroom_solvent"), std::string::npos);
  says.verdict = [] { return solvency{true, false, usdc{-2'500'000}, false, {}, now(), now()}; };
  const auto text = get("/metrics").body;
  EXPECT_NE(text.find("headroom_solvent 0\n"), std::string::npos);
  EXPECT_NE(text.find("headroom_solvency_difference_usdc -2.5\n"), std::string::npos);
  EXPECT_EQ(text.find("headroom_onchain_shortfall_usdc"), std::string::npos) << "not known";
}

}  // namespace
}  // namespace headroom::http::test
