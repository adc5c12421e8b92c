#include "domain/timeline.hpp"

#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

using nlohmann::json;

class Timelines : public house {
 protected:
  const std::string id = "11111111-1111-1111-1111-111111111111";
  std::string path_of(const std::string& kind) {
    return "/inspector/" + kind + "/" + id + "/timeline";
  }
};

TEST_F(Timelines, EachKindIsAskedForUnderItsOwnName) {
  std::vector<timeline_request> asked;
  says.timeline = [&](const timeline_request& x) {
    asked.push_back(x);
    return example_timeline(x);
  };
  start();
  for (const std::string kind : {"bet", "sale", "deposit", "conversion", "withdrawal"}) {
    const auto doc = get(path_of(kind + "s"), inspect_key.text).json();
    EXPECT_EQ(doc["subject"]["kind"], kind);
    EXPECT_EQ(doc["subject"]["id"], id);
    EXPECT_EQ(to_string(asked.back().kind), kind);
    EXPECT_EQ(asked.back().limit, 1'000U);
  }
}

TEST_F(Timelines, EventsGapsPostingsAndOperationsAreShown) {
  start();
  const auto doc = get(path_of("bets"), inspect_key.text).json();
  ASSERT_EQ(doc["events"].size(), 4U);
  EXPECT_EQ(doc["events"][0]["what"], "bet.placed");
  EXPECT_EQ(doc["events"][0]["lane"], "journal");
  EXPECT_EQ(doc["events"][0]["took_us"], nullptr);
  EXPECT_EQ(doc["events"][0]["amount"], "0.00");
  EXPECT_EQ(doc["events"][1]["kept"], false);
  EXPECT_EQ(doc["events"][1]["at_us"], 1'800'000'000'001'000);
  EXPECT_EQ(doc["events"][3]["took_us"], 61'000);
  EXPECT_EQ(doc["events"][3]["amount"], nullptr);
  ASSERT_EQ(doc["gaps"].size(), 3U);
  EXPECT_EQ(doc["gaps"][1]["named"], "service was away 2.4 s");
  EXPECT_EQ(doc["gaps"][1]["us"], 2'400'000);
  EXPECT_EQ(doc["gaps"][2]["named"], "in doubt, looked up 61 ms");
  EXPECT_EQ(doc["postings"][1], (json{{"at", "2027-01-15T08:00:00.000Z"},
                                      {"kind", "bet_refund"},
                                      {"debit", "buffer"},
                                      {"credit", "user"},
                                      {"amount", "25.00"}}));
  EXPECT_EQ(doc["sums"], (json{{{"account", "buffer"}, {"change", "0.00"}},
                               {{"account", "user"}, {"change", "-0.000001"}}}));
  EXPECT_EQ(doc["operations"][0]["chain_id"], 137);
  EXPECT_EQ(doc["operations"][0]["service"], nullptr);
  EXPECT_EQ(doc["complete"], true);
  EXPECT_EQ(doc["next_cursor"], nullptr);
}

TEST_F(Timelines, AHostileNameStaysText) {
  start();
  const auto r = get(path_of("bets"), inspect_key.text);
  EXPECT_EQ(r.header("content-type"), "application/json");
  EXPECT_EQ(r.json()["subject"]["question"], "<script>alert(1)</script>\x1b[2J");
  EXPECT_EQ(r.json()["subject"]["outcome"], "\xef\xbf\xbd");
  EXPECT_EQ(r.body.find('\x1b'), std::string::npos);
}

TEST_F(Timelines, APageGoesOnByItsCursor) {
  start();
  const auto doc = get(path_of("bets") + "?limit=2", inspect_key.text).json();
  const auto cursor = doc["next_cursor"].get<std::string>();
  says.timeline = [&](const timeline_request& x) {
    EXPECT_EQ(x.cursor, cursor);
    return example_timeline(x);
  };
  EXPECT_EQ(get(path_of("bets") + "?cursor=" + cursor, inspect_key.text).status, 200);
}

TEST_F(Timelines, ARefusalNamesItsFieldAndStrangersSeeNothing) {
  says.timeline = [](const timeline_request&) -> caf::result<timeline_page> {
    return make_error(errc::invalid_field, "must be the next_cursor of an earlier page");
  };
  start();
  expect_problem(get(path_of("bets") + "?cursor=x", inspect_key.text), 400, "invalid_field",
                 "cursor");
  says.timeline = [](const timeline_request&) -> caf::result<timeline_page> {
    return make_error(errc::not_found);
  };
  expect_problem(get(path_of("bets"), inspect_key.text), 404, "not_found");
  expect_problem(get(path_of("bets")), 401, "unauthorized");
  for (const auto& key : {read_key, trade_key, admin_key, operate_key, withdraw_key})
    expect_problem(get(path_of("bets"), key.text), 403, "forbidden");
  actors::show_timelines(*system, {});  // before it is started
  expect_problem(get(path_of("bets"), inspect_key.text), 503, "unavailable");
}

}  // namespace
}  // namespace headroom::http::test
