#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

using nlohmann::json;

class Sales : public house {
 protected:
  static json body() {
    return {{"user_address", user_text}, {"shares", "40"}, {"min_price", "0.45"}};
  }
  static json with(const std::string& field, const json& value) {
    auto out = body();
    out[field] = value;
    return out;
  }
  reply post(const json& doc, const std::string& token = "7") {
    auto headers = bearer(trade_key.text);
    headers.emplace_back("Idempotency-Key", "s-1");
    return ask("POST", "/positions/" + token + "/sell", headers, doc.dump());
  }
  reply post_signed(const json& doc) {
    return ask("POST", "/positions/7/sell", {{"Idempotency-Key", "signed-1"}}, doc.dump());
  }
  actors::sell_intent intent() const {
    return {user, uint256::of(7), {40'000'000}, 450'000_micro, "signed-1", now().seconds() + 300};
  }
  json signed_body(const address& signer) const {
    auto out = with("deadline", "2027-01-15T08:05:00Z");
    out["signature"] = ethereum.sign(intent(), signer);
    return out;
  }
  std::vector<actors::sell_position> sold() {
    const std::lock_guard lock{says.mutex};
    return says.sold;
  }
};

TEST_F(Sales, WhatIsSoldIsShownWithItsProceedsAndItsFee) {
  start();
  const auto r = post(body());
  ASSERT_EQ(r.status, 201) << r.body;
  EXPECT_EQ(r.header("location"), "/sales/66666666-6666-6666-6666-666666666666");
  const auto doc = r.json();
  EXPECT_EQ(doc["status"], "filled");
  EXPECT_EQ(doc["shares"], "40.00");
  EXPECT_EQ(doc["sold"], "30.00");
  EXPECT_EQ(doc["average_price"], "0.50");
  EXPECT_EQ(doc["proceeds"], "15.00");
  EXPECT_EQ(doc["fee"], "0.25");
  EXPECT_EQ(doc["credited"], "14.75");
  ASSERT_EQ(sold().size(), 1U);
  const auto order = sold()[0];
  EXPECT_EQ(order.user, user);
  EXPECT_EQ(order.token, uint256::of(7));
  EXPECT_EQ(order.shares.micro, 40'000'000);
  EXPECT_EQ(order.min_price, 450'000_micro);
  EXPECT_EQ(order.fill, order_fill::part) << "what is there, by default";
  EXPECT_EQ(order.deadline, now().plus(std::chrono::seconds{60}));
}

TEST_F(Sales, ASaleOnItsWayIs202AndARefusedOne422) {
  says.sell = [](const actors::sell_position&) { return example_sale(sale_status::placing); };
  start();
  const auto on_its_way = post(body());
  EXPECT_EQ(on_its_way.status, 202);
  EXPECT_EQ(on_its_way.header("retry-after"), "1");
  says.sell = [](const actors::sell_position&) { return example_sale(sale_status::failed); };
  const auto refused = post(body());
  expect_problem(refused, 422, "venue_rejected");
  EXPECT_EQ(refused.json()["sale_id"], "66666666-6666-6666-6666-666666666666");
  says.sell = [](const actors::sell_position&) -> caf::result<sale> {
    return make_error(errc::insufficient_shares);
  };
  expect_problem(post(body()), 422, "insufficient_shares");
}

TEST_F(Sales, AnActorThatDoesNotKnowYetSaysThatTheSameRequestFindsOut) {
  says.sell = [](const actors::sell_position&) -> caf::result<sale> {
    return make_error(errc::in_doubt);
  };
  start();
  expect_problem(post(body()), 503, "in_doubt");
  ASSERT_EQ(sold().size(), 1U);
  says.find_sale = [](const sale_id&) -> caf::result<sale> { return make_error(errc::not_found); };
  const auto r = get("/sales/" + sold()[0].id.text(), read_key.text);
  expect_problem(r, 503, "in_doubt");
}

TEST_F(Sales, EveryFieldIsChecked) {
  start();
  const auto refused = [&](const json& doc, const std::string& field) {
    expect_problem(post(doc), 400, "invalid_field", field);
  };
  for (const auto* shares : {"0", "-1", "1.1234567", "", "many"})
    refused(with("shares", shares), "shares");
  for (const auto* price : {"0", "1", "1.01", "x"}) refused(with("min_price", price), "min_price");
  refused(with("user_address", "0x12"), "user_address");
  refused(with("order_type", "GTC"), "order_type");
  refused(with("deadline", "2027-01-17T08:00:00Z"), "deadline");
  refused(with("deadline", "soon"), "deadline");
  refused(with("max_price", "0.5"), "max_price");
  expect_problem(post(body(), "0x7"), 400, "invalid_field", "token_id");
  EXPECT_TRUE(sold().empty());
}

TEST_F(Sales, TheOrderTypeReachesTheActorAndIsPartOfTheRequest) {
  start();
  post(body());
  post(with("order_type", "FOK"));
  ASSERT_EQ(sold().size(), 2U);
  EXPECT_EQ(sold()[1].fill, order_fill::whole);
  EXPECT_EQ(sold()[0].id, sold()[1].id);
  EXPECT_NE(sold()[0].request_hash, sold()[1].request_hash);
}

TEST_F(Sales, ItTakesAKeyWithScopeTradeOrTheUsersSignature) {
  start();
  auto headers = bearer(read_key.text);
  headers.emplace_back("Idempotency-Key", "s-1");
  expect_problem(ask("POST", "/positions/7/sell", headers, body().dump()), 403, "forbidden");
  expect_problem(post_signed(body()), 401, "unauthorized");
  EXPECT_EQ(post_signed(signed_body(user)).status, 201);
  ASSERT_EQ(sold().size(), 1U);
  EXPECT_EQ(sold()[0].by, "user:" + user_text);
  EXPECT_TRUE(post_signed(signed_body(user)).header("location").empty())
      << "who signs cannot read there";
}

TEST_F(Sales, AnotherOnesSignatureIsNone) {
  says.contract_signed = [](const actors::contract_signature&) { return false; };
  start();
  auto other = user;
  other.bytes[0] ^= 1;
  expect_problem(post_signed(signed_body(other)), 401, "unauthorized", "signature");
  auto changed = signed_body(user);
  changed["shares"] = "41";
  expect_problem(post_signed(changed), 401, "unauthorized", "signature");
  EXPECT_TRUE(sold().empty());
}

TEST_F(Sales, AContractWalletIsAsked) {
  std::vector<actors::contract_signature> asked;
  says.contract_signed = [&](const actors::contract_signature& x) {
    asked.push_back(x);
    return true;
  };
  start();
  auto doc = signed_body(user);
  doc["signature"] = "0x1234";
  EXPECT_EQ(post_signed(doc).status, 201);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].digests, ethereum.digests_of(intent()));
}

TEST_F(Sales, ASaleIsReadByItsId) {
  start();
  const auto r = get("/sales/66666666-6666-6666-6666-666666666666", read_key.text);
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(r.json()["sale_id"], "66666666-6666-6666-6666-666666666666");
  expect_problem(get("/sales/7", read_key.text), 400, "invalid_field", "id");
  expect_problem(get("/sales/66666666-6666-6666-6666-666666666666"), 401, "unauthorized");
}

TEST_F(Sales, AnOpenPositionIsWorthWhatItsSharesCouldBeSoldFor) {
  says.find_market = [](const actors::get_market&) {
    auto m = example_market();
    m.outcomes.at(0).token = uint256::of(7);
    m.outcomes.at(0).bid = 500'000_micro;
    return m;
  };
  start();
  const auto page = get("/positions?user_address=" + user_text, read_key.text).json();
  EXPECT_EQ(page["positions"][0]["value"], "20.75") << "41.5 shares, what is offered too";
  says.find_market = [](const actors::get_market&) -> caf::result<actors::market_view> {
    return make_error(errc::unavailable);
  };
  const auto again = get("/positions?user_address=" + user_text, read_key.text);
  EXPECT_EQ(again.status, 200) << "a price is a detail";
  EXPECT_TRUE(again.json()["positions"][0]["value"].is_null());
}

TEST_F(Sales, PositionsAreListedByUser) {
  std::vector<position_filter> asked;
  const auto page = says.list_positions;
  says.list_positions = [&](const position_filter& f) {
    asked.push_back(f);
    return page(f);
  };
  start();
  const auto r =
      get("/positions?user_address=" + user_text + "&status=open&limit=2", read_key.text);
  ASSERT_EQ(r.status, 200) << r.body;
  const auto doc = r.json();
  EXPECT_EQ(doc["next_cursor"], "next-p");
  ASSERT_EQ(doc["positions"].size(), 2U);
  const auto& open = doc["positions"][0];
  EXPECT_EQ(open["shares"], "40.00");
  EXPECT_EQ(open["selling"], "1.50");
  EXPECT_EQ(open["cost"], "20.00");
  EXPECT_EQ(open["status"], "open");
  EXPECT_TRUE(open["payout"].is_null());
  EXPECT_EQ(open["outcome"], "Yes");
  const auto& paid = doc["positions"][1];
  EXPECT_EQ(paid["status"], "settled");
  EXPECT_EQ(paid["result"], "won");
  EXPECT_EQ(paid["payout"], "40.00");
  EXPECT_EQ(paid["value"], "40.00");
  EXPECT_EQ(open["value"], "20.335") << "41.5 shares at the best bid";
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].user, user);
  EXPECT_TRUE(asked[0].open_only);
  EXPECT_EQ(asked[0].limit, 2U);
  expect_problem(get("/positions", read_key.text), 400, "invalid_field", "user_address");
  expect_problem(get("/positions?user_address=" + user_text + "&status=won", read_key.text), 400,
                 "invalid_field", "status");
}

}  // namespace
}  // namespace headroom::http::test
