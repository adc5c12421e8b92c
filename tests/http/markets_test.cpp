#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

using nlohmann::json;

const auto condition = "0x" + std::string(64, '7');
const auto quote_text = std::string{"88888888-8888-8888-8888-888888888888"};

class Markets : public house {
 protected:
  reply quote(const json& body, const std::string& key = {}) {
    return ask("POST", "/bets/quote", key.empty() ? header_list{} : bearer(key), body.dump());
  }
  static json wanted() { return {{"token_id", "7"}, {"amount", "25.00"}}; }
  static json for_user() {
    auto out = wanted();
    out["user_address"] = user_text;
    return out;
  }
};

TEST_F(Markets, AnybodyReadsAMarketWhole) {
  start();
  const auto r = get("/markets/" + condition);
  ASSERT_EQ(r.status, 200) << r.body;
  const auto expected = json::parse(R"({
    "question": "Will it rain?", "closes_at": "2027-01-15T08:00:00.000Z", "status": "open",
    "tick_size": "0.001", "min_order": "5.00", "neg_risk": true,
    "fee": {"rate": "0.05", "exponent": 1}, "delay_seconds": 3,
    "outcomes": [{"token_id": "7", "name": "Yes", "ask": "0.51", "bid": "0.49"},
                 {"token_id": "8", "name": "No", "ask": "0.51", "bid": null}],
    "as_of": "2027-01-15T08:00:00.000Z"})");
  auto doc = r.json();
  EXPECT_EQ(doc["condition_id"], condition);
  doc.erase("condition_id");
  EXPECT_EQ(doc, expected);
}

TEST_F(Markets, WhatIsNotKnownIsNull) {
  says.find_market = [](const actors::get_market&) {
    auto m = example_market();
    m.question.clear();
    m.closes_at = {};
    m.fee_known = false;
    return m;
  };
  start();
  const auto doc = get("/markets/" + condition).json();
  for (const auto* field : {"question", "closes_at", "fee"})
    EXPECT_TRUE(doc.at(field).is_null()) << field;
}

TEST_F(Markets, TextOfTheVenueCannotBreakTheAnswer) {
  says.find_market = [](const actors::get_market&) {
    auto m = example_market();
    m.question = "a \"b\" \n \xff";
    return m;
  };
  start();
  EXPECT_EQ(get("/markets/" + condition).json()["question"], "a \"b\" \n \xef\xbf\xbd");
}

TEST_F(Markets, AListIsAskedForAsItWasWanted) {
  std::vector<actors::list_markets> asked;
  std::mutex mutex;
  says.markets = [&](const actors::list_markets& x) {
    const std::lock_guard lock{mutex};
    asked.push_back(x);
    return actors::market_page{{example_market()}, asked.size() == 1 ? "a+/=" : ""};
  };
  start();
  const auto first = get("/markets?query=rain%20%26%20snow&limit=100");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.json()["markets"].size(), 1U);
  EXPECT_EQ(first.json()["next_cursor"], "a+/=");
  EXPECT_TRUE(get("/markets?query=&cursor=a%2B/%3D").json()["next_cursor"].is_null());
  const std::lock_guard lock{mutex};
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].query, "rain & snow");
  EXPECT_EQ(asked[0].limit, 100U);
  EXPECT_EQ(asked[1].query, "");
  EXPECT_EQ(asked[1].cursor, "a+/=");
  EXPECT_EQ(asked[1].limit, 50U);
}

TEST_F(Markets, BadQueriesAndRefusalsSayWhatIsWrong) {
  start();
  expect_problem(get("/markets?limit=101"), 400, "invalid_field", "limit");
  expect_problem(get("/markets?limit=0"), 400, "invalid_field", "limit");
  expect_problem(get("/markets?cursor="), 400, "invalid_field", "cursor");
  expect_problem(get("/markets?cursor=%20"), 400, "invalid_field", "cursor");
  expect_problem(get("/markets?query=" + std::string(201, 'x')), 400, "invalid_field", "query");
  expect_problem(get("/markets?other=1"), 400, "invalid_field", "other");
  expect_problem(get("/markets/0x12"), 400, "invalid_field", "condition_id");
  expect_problem(get("/markets/" + std::string(66, '7')), 400, "invalid_field", "condition_id");
  says.markets = [](const actors::list_markets&) -> caf::result<actors::market_page> {
    return make_error(errc::invalid_field, "must be the next_cursor of an earlier page");
  };
  expect_problem(get("/markets?cursor=abc"), 400, "invalid_field", "cursor");
  says.find_market = [](const actors::get_market&) -> caf::result<actors::market_view> {
    return make_error(errc::not_found);
  };
  expect_problem(get("/markets/" + condition), 404, "not_found");
  says.find_market = [](const actors::get_market&) -> caf::result<actors::market_view> {
    return make_error(errc::overloaded, "too much is asked", std::chrono::seconds{7});
  };
  const auto busy = get("/markets/" + condition);
  expect_problem(busy, 503, "overloaded");
  EXPECT_EQ(busy.header("retry-after"), "7");
}

TEST_F(Markets, AnybodyGetsAQuoteAndAUserTheirMaxBetToo) {
  start();
  const auto r = quote(wanted());
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(r.json(), json::parse(R"({
    "max_bet": null, "limiting_factor": null, "token_id": "7", "amount": "25.00",
    "spend": "24.00", "shares": "48.00", "average_price": "0.50", "worst_price": "0.51",
    "fee": "0.48", "payout": "48.00", "fills_whole": true,
    "good_until": "2027-01-15T08:00:00.000Z",
    "quote_id": "88888888-8888-8888-8888-888888888888"})"));
  const auto mine = quote(for_user(), read_key.text).json();
  EXPECT_EQ(mine["max_bet"], "40.00");
  EXPECT_EQ(mine["limiting_factor"], "user_balance");
  EXPECT_TRUE(quote(wanted(), read_key.text).json()["max_bet"].is_null());
  expect_problem(quote(for_user()), 401, "unauthorized");
  expect_problem(quote(for_user(), inspect_key.text), 403, "forbidden");
}

TEST_F(Markets, WhereNobodySellsNothingIsPromised) {
  says.quote = [](const actors::quote_bet& x) {
    actors::bet_quote q;
    q.token = x.token;
    q.amount = x.amount;
    return q;
  };
  start();
  const auto doc = quote(wanted()).json();
  for (const auto* field : {"average_price", "worst_price", "good_until", "quote_id"})
    EXPECT_TRUE(doc.at(field).is_null()) << field;
  EXPECT_EQ(doc["payout"], "0.00");
  EXPECT_EQ(doc["fills_whole"], false);
}

TEST_F(Markets, AQuoteIsRefusedByNameOrField) {
  start();
  for (const auto code : {errc::unknown_market, errc::market_closed, errc::amount_too_small}) {
    says.quote = [code](const actors::quote_bet&) -> caf::result<actors::bet_quote> {
      return make_error(code);
    };
    expect_problem(quote(wanted()), 422, std::string{to_string(code)});
  }
  for (const auto* field : {"token_id", "amount"}) {
    auto body = wanted();
    body.erase(field);
    expect_problem(quote(body), 400, "invalid_field", field);
    body[field] = "0";
    expect_problem(quote(body), 400, "invalid_field", field);
  }
  auto body = wanted();
  body["max_price"] = "0.5";
  expect_problem(quote(body), 400, "invalid_field", "max_price");
}

// -- a bet at its quote --------------------------------------------------------------------------

class QuotedBets : public house {
 protected:
  std::optional<bet> stored;  // what the books have of it
  std::vector<actors::redeem_quote> redeemed;

  QuotedBets() {
    says.redeem = [this](const actors::redeem_quote& x) {
      const std::lock_guard lock{says.mutex};
      redeemed.push_back(x);
      return actors::redeemed_quote{true, example_quote()};
    };
    dir->handles.set(keep(system->spawn([this]() -> actors::journal_actor::behavior_type {
      return {[](const actors::append&) { return committed{}; },
              [](actors::get_atom, const address&) { return balance_row{}; },
              [](actors::get_atom) { return buffer_row{}; },
              [this](actors::get_atom, const bet_id&) -> caf::result<bet> {
                const std::lock_guard lock{says.mutex};
                if (!stored) return make_error(errc::not_found);
                return *stored;
              },
              [](actors::get_atom, const sale_id&) -> caf::result<sale> {
                return make_error(errc::not_found);
              },
              [](actors::get_atom, const withdrawal_id&) -> caf::result<withdrawal> {
                return make_error(errc::not_found);
              },
              [](actors::sync_atom) { return true; },
              [](actors::flush_atom) {},
              [](actors::status_atom) {
                return actors::status_report{"journal", {}};
              }};
    })));
  }
  static json body() {
    return {{"user_address", user_text},
            {"token_id", "7"},
            {"amount", "25.00"},
            {"quote_id", quote_text}};
  }
  static json with(const std::string& field, const json& value) {
    auto out = body();
    out[field] = value;
    return out;
  }
  std::vector<actors::place_bet> placed() {
    const std::lock_guard lock{says.mutex};
    return says.placed;
  }
  void expire() {
    says.redeem = [](const actors::redeem_quote&) {
      return actors::redeemed_quote{false, example_quote()};
    };
  }
};

TEST_F(QuotedBets, IsPlacedWithTheQuotesPriceAsItsCap) {
  start();
  const auto r = post_bet(body().dump());
  ASSERT_EQ(r.status, 201) << r.body;
  ASSERT_EQ(placed().size(), 1U);
  EXPECT_EQ(placed()[0].max_price, 510'000_micro);
  const std::lock_guard lock{says.mutex};
  ASSERT_EQ(redeemed.size(), 1U);
  EXPECT_EQ(redeemed[0].id.text(), quote_text);
  EXPECT_EQ(redeemed[0].token, uint256::of(7));
  EXPECT_EQ(redeemed[0].amount, 25_usdc);
  EXPECT_EQ(redeemed[0].bet, says.placed[0].id);
}

TEST_F(QuotedBets, TheQuoteIsPartOfTheRequest) {
  start();
  EXPECT_EQ(post_bet(body().dump()).status, 201);
  EXPECT_EQ(post_bet(body().dump()).status, 201);
  EXPECT_EQ(post_bet(with("quote_id", "99999999-9999-9999-9999-999999999999").dump()).status, 201);
  const auto p = placed();
  ASSERT_EQ(p.size(), 3U);
  EXPECT_EQ(p[1].request_hash, p[0].request_hash);
  EXPECT_NE(p[2].request_hash, p[0].request_hash);
}

TEST_F(QuotedBets, AfterItsTimeIsRefusedWithANewOneAndNothingIsPlaced) {
  expire();
  start();
  const auto r = post_bet(body().dump());
  expect_problem(r, 409, "quote_expired");
  EXPECT_EQ(r.json()["quote"]["quote_id"], quote_text);
  EXPECT_EQ(r.json()["quote"]["worst_price"], "0.51");
  says.redeem = [](const actors::redeem_quote&) { return actors::redeemed_quote{}; };
  const auto dark = post_bet(body().dump());
  expect_problem(dark, 409, "quote_expired");
  EXPECT_TRUE(dark.json().at("quote").is_null());
  EXPECT_TRUE(placed().empty());
}

TEST_F(QuotedBets, ARepeatFindsItsBetWhenTheQuoteIsForgotten) {
  start();
  EXPECT_EQ(post_bet(body().dump()).status, 201);
  const auto first = placed().at(0);
  expire();
  {
    const std::lock_guard lock{says.mutex};
    stored = example_bet(bet_status::filled);
    stored->request_hash = first.request_hash;
  }
  const auto r = post_bet(body().dump());
  EXPECT_EQ(r.status, 201) << r.body;
  EXPECT_EQ(r.json()["status"], "filled");
  EXPECT_EQ(r.header("idempotent-replayed"), "true");
  expect_problem(post_bet(with("amount", "26.00").dump()), 409, "key_reused");
  EXPECT_EQ(placed().size(), 1U);
}

TEST_F(QuotedBets, WhileOneIsBeingPlacedARepeatWaitsInsteadOfBettingAnew) {
  settings.request_timeout = std::chrono::milliseconds{200};
  says.hold_bets = true;
  start();
  EXPECT_EQ(post_bet(body().dump()).status, 202);
  expire();
  expect_problem(post_bet(body().dump()), 503, "in_doubt");
}

TEST_F(QuotedBets, APriceBesideItMustBeItsOwn) {
  start();
  EXPECT_EQ(post_bet(with("max_price", "0.51").dump(), "same").status, 201);
  expect_problem(post_bet(with("max_price", "0.52").dump(), "other"), 400, "invalid_field",
                 "max_price");
  auto neither = body();
  neither.erase("quote_id");
  expect_problem(post_bet(neither.dump(), "none"), 400, "invalid_field", "max_price");
  expect_problem(post_bet(with("quote_id", "12").dump(), "bad"), 400, "invalid_field", "quote_id");
  expect_problem(post_bet(with("quote_id", nullptr).dump(), "null"), 400, "invalid_field",
                 "quote_id");
  EXPECT_EQ(placed().size(), 1U);
}

TEST_F(QuotedBets, OfAnotherTokenOrAmountIsTheAskersMistake) {
  says.redeem = [](const actors::redeem_quote&) -> caf::result<actors::redeemed_quote> {
    return make_error(errc::invalid_field, "is a quote for another token or amount");
  };
  start();
  expect_problem(post_bet(body().dump()), 400, "invalid_field", "quote_id");
}

TEST_F(QuotedBets, ASignatureStandsForItsPrice) {
  start();
  const actors::bet_intent intent{user,          uint256::of(7), 25_usdc,
                                  510'000_micro, "signed-1",     now().seconds() + 300};
  auto doc = with("deadline", "2027-01-15T08:05:00Z");
  doc["signature"] = ethereum.sign(intent, user);
  const auto send = [&] {
    return ask("POST", "/bets", {{"Idempotency-Key", "signed-1"}}, doc.dump());
  };
  expect_problem(send(), 400, "invalid_field", "max_price");
  doc["max_price"] = "0.51";
  EXPECT_EQ(send().status, 201);
  ASSERT_EQ(placed().size(), 1U);
  EXPECT_EQ(placed()[0].max_price, 510'000_micro);
}

}  // namespace
}  // namespace headroom::http::test
