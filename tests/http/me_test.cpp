#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

const auto bob = *address::parse("0x" + std::string(40, 'b'));

class Me : public house {
 protected:
  Me() {
    says.changed_sessions = [this](std::int64_t after) {
      std::vector<signed_session> out;
      if (after > 0) return out;
      const auto digest = ethereum.keccak256(  // which is SHA-256 here
          {reinterpret_cast<const std::uint8_t*>(token.data()), token.size()});
      out.push_back({digest, {}, user, "", now(), now().plus(std::chrono::hours{1}), {}, 1});
      return out;
    };
    says.find_holdings = [](const address& who) {
      EXPECT_EQ(who, user);
      return user_holdings{
          7_usdc,
          {example_bet(bet_status::placing), example_bet(bet_status::filled)},
          {example_position(settlement_result::none)},
          {example_deposit(deposit_status::pending), example_deposit(deposit_status::converting)}};
    };
    says.list_history = [this](const history_filter& f) -> caf::result<history_page> {
      const std::lock_guard lock{says.mutex};
      asked.push_back(f);
      return pages.empty() ? history_page{} : pages[std::min(asked.size(), pages.size()) - 1];
    };
  }

  static history_entry entry(history_kind kind, std::string status) {
    history_entry e;
    e.at = now();
    e.kind = kind;
    e.id = "11111111-1111-1111-1111-111111111111";
    e.status = std::move(status);
    e.amount = 25_usdc;
    return e;
  }

  const std::string token = "hs_" + std::string(64, '1');
  std::vector<history_filter> asked;
  std::vector<history_page> pages;
};

TEST_F(Me, IsEverythingAPageShowsFirst) {
  says.flows.arrivals = {{9_usdc, now().plus(std::chrono::minutes{9})},
                         {3_usdc, now().plus(std::chrono::minutes{3})}};
  start();
  const auto r = get("/me", token);
  ASSERT_EQ(r.status, 200) << r.body;
  const auto me = r.json();
  EXPECT_EQ(me["address"], user_text);
  EXPECT_EQ(me["balance"], "40.00");
  EXPECT_EQ(me["in_bets"], "7.00");
  EXPECT_EQ(me["on_its_way"], "100.00");
  EXPECT_EQ(me["max_bet"], "40.00");
  EXPECT_EQ(me["limiting_factor"], "user_balance");
  EXPECT_EQ(me["open"].size(), 2U);
  EXPECT_EQ(me["open"][0]["status"], "placing");
  ASSERT_EQ(me["pending_deposits"].size(), 2U);
  EXPECT_EQ(me["pending_deposits"][1]["status"], "converting");
  EXPECT_EQ(me["positions"].size(), 1U);
  EXPECT_TRUE(me["buffer"].contains("is_low"));
  EXPECT_TRUE(eventually([&] {
    const auto next = get("/me", token).json()["buffer"]["next_inflow"];
    return next.is_object() && next["amount"] == "3.00" &&
           next["eta"] == "2027-01-15T08:03:00.000Z";
  })) << "the first that arrives";
}

TEST_F(Me, IsForWhoSignedInAlone) {
  start();
  expect_problem(get("/me"), 401, "unauthorized");
  expect_problem(get("/me", read_key.text), 403, "forbidden");
  expect_problem(get("/me?user_address=" + user_text, token), 400, "invalid_field", "user_address");
}

TEST_F(Me, OneSilentPartRefusesTheWholeRatherThanShowingAWrongNumber) {
  says.find_holdings = [](const address&) -> caf::result<user_holdings> {
    return make_error(errc::unavailable);
  };
  start();
  expect_problem(get("/me", token), 503, "unavailable");
}

TEST_F(Me, HistoryIsPagedAndNamesWhatItKnows) {
  auto bought = entry(history_kind::bet, "filled");
  bought.token = uint256::of(51);
  bought.condition.bytes[0] = 7;
  bought.outcome = "Yes";
  bought.question = "Rain?";
  auto paid = entry(history_kind::payout, "settled");
  paid.token = uint256::of(51);
  pages = {{{bought, paid, entry(history_kind::deposit, "completed")}, "next-h"}};
  start();
  const auto r = get("/history?limit=3", token);
  ASSERT_EQ(r.status, 200) << r.body;
  const auto document = r.json();
  EXPECT_EQ(document["next_cursor"], "next-h");
  const auto& first = document["entries"][0];
  EXPECT_EQ(first["kind"], "bet");
  EXPECT_EQ(first["id"], "11111111-1111-1111-1111-111111111111");
  EXPECT_EQ(first["status"], "filled");
  EXPECT_EQ(first["amount"], "25.00");
  EXPECT_EQ(first["token_id"], "51");
  EXPECT_EQ(first["outcome"], "Yes");
  EXPECT_EQ(first["question"], "Rain?");
  EXPECT_TRUE(first["tx_hash"].is_null());
  EXPECT_EQ(document["entries"][1]["id"], "51") << "a payout is of a token";
  EXPECT_TRUE(document["entries"][2]["token_id"].is_null());
  EXPECT_EQ(asked.at(0).user, user);
  EXPECT_EQ(asked.at(0).limit, 3U);
}

TEST_F(Me, HistoryIsOnesOwn) {
  start();
  expect_problem(get("/history?user_address=" + bob.hex(), token), 404, "not_found");
  expect_problem(get("/history"), 401, "unauthorized");
  expect_problem(get("/history", read_key.text), 400, "invalid_field", "user_address");
  EXPECT_EQ(get("/history?user_address=" + bob.hex(), read_key.text).status, 200);
  EXPECT_EQ(asked.at(0).user, bob);
  expect_problem(get("/history?limit=101", token), 400, "invalid_field", "limit");
}

TEST_F(Me, EachPageOfAFileCounts) {
  settings.session_rate = {1, 5};
  pages = {{{entry(history_kind::deposit, "completed")}, "next-h"}};  // again and again
  start();
  expect_problem(get("/history.csv", token), 429, "rate_limited");
  const std::lock_guard lock{says.mutex};
  EXPECT_LE(asked.size(), 6U);
}

TEST_F(Me, TheFileHasAllPagesAndNoFormulas) {
  auto hostile = entry(history_kind::bet, "filled");
  hostile.amount = {-25'000'000};
  hostile.question = "=HYPERLINK(\"http://x\",\"y\")";
  pages = {{{hostile}, "next-h"}, {{entry(history_kind::deposit, "completed")}, ""}};
  start();
  const auto r = get("/history.csv", token);
  ASSERT_EQ(r.status, 200);
  EXPECT_EQ(r.header("content-type"), "text/csv; charset=utf-8");
  EXPECT_EQ(r.header("content-disposition"), "attachment; filename=\"headroom-history.csv\"");
  EXPECT_EQ(
      r.body,
      "at,kind,id,status,amount,token_id,condition_id,outcome,question,tx_hash\r\n"
      "\"2027-01-15T08:00:00.000Z\",\"bet\",\"11111111-1111-1111-1111-111111111111\","
      "\"filled\",\"-25.00\",\"\",\"\",\"\",\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",\"\"\r\n"
      "\"2027-01-15T08:00:00.000Z\",\"deposit\",\"11111111-1111-1111-1111-111111111111\","
      "\"completed\",\"25.00\",\"\",\"\",\"\",\"\",\"\"\r\n");
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[1].cursor, "next-h");
}

/// Its pages are many: they are read beside what people look at, and each counts.
TEST_F(Me, AFileHoldsUpNobody) {
  settings.session_rate = {1, 10};
  pages = {{{entry(history_kind::bet, "filled")}, "next-h"}};
  start();
  dir->handles.set_public_query({});
  expect_problem(get("/history.csv", token), 429, "rate_limited");
  const std::lock_guard lock{says.mutex};
  EXPECT_GE(asked.size(), 5U);
  EXPECT_LE(asked.size(), 12U);
}

}  // namespace
}  // namespace headroom::http::test
