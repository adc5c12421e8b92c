#include "chain/polymarket/market_actor.hpp"

#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>

#include "tests/chain/polymarket/gamma_rows.hpp"
#include "tests/support/seeded_scheduler.hpp"

namespace headroom::test {
namespace {

using namespace std::chrono_literals;
using namespace actors;
using nlohmann::json;

const auto condition = "0x" + std::string(64, 'a');
const auto first_bet = bet_id{{1}};
const auto second_bet = bet_id{{2}};

net::http_result answer(unsigned status, const std::string& body, net::http_headers headers = {}) {
  net::http_result r;
  r.outcome = net::http_outcome::answered;
  r.failure = net::http_failure::none;
  r.status = status;
  r.body = body;
  r.headers = std::move(headers);
  return r;
}
net::http_result ok(const json& body) { return answer(200, body.dump()); }
const auto gone = answer(404, R"({"error":"not found"})");

json book_of(const std::string& token, const json& asks) {
  return {{"market", condition},
          {"asset_id", token},
          {"asks", asks},
          {"bids", json::array({{{"price", "0.4"}, {"size", "9"}}})},
          {"tick_size", "0.01"}};
}
json terms_of(bool accepting = true) {
  return {{"c", condition},
          {"t", json::array({{{"t", "11"}, {"o", "Yes"}}, {{"t", "12"}, {"o", "No"}}})},
          {"mts", 0.01},
          {"mos", 5},
          {"ao", accepting}};
}
const json half = json::array({{{"price", "0.5"}, {"size", "1000"}}});

using late_door = caf::typed_actor<caf::replies_to<chain::http_call>::with<net::http_result>,
                                   caf::reacts_to<wake_atom>>;

/// Answers in its own turn, a second later.
late_door::behavior_type late_answer(late_door::pointer self, const net::http_result& answer) {
  const auto asked = std::make_shared<caf::typed_response_promise<net::http_result>>();
  return {
      [=](const chain::http_call&) -> caf::result<net::http_result> {
        *asked = self->make_response_promise<net::http_result>();
        self->delayed_send(self, 1s, wake_atom::value);
        return *asked;
      },
      [=](wake_atom) { asked->deliver(answer); },
  };
}

template <class T>
struct heard {
  std::optional<T> value;
  errc code = errc::none;
  std::chrono::seconds retry_after{0};
  bool open = true;
};

/// The market actor before a venue that says what a test wants, in virtual time.
struct MarketActor : testing::Test {
  virtual_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  directory dir{100};
  std::uint64_t randoms = 0;
  world_ptr w = std::make_shared<world>(
      world{dir,
            [this] {
              return timestamp::of_seconds(1'800'000'000)
                  .plus(std::chrono::duration_cast<std::chrono::milliseconds>(
                      sched.clock().now().time_since_epoch()));
            },
            [this] {
              hash256 out;
              out.bytes[15] = static_cast<std::uint8_t>(++randoms);
              return out;
            },
            {}});
  chain::polymarket::market_settings settings;
  std::vector<caf::strong_actor_ptr> alive;
  market_actor market;

  using venue_side = std::function<net::http_result(const std::string& path)>;
  venue_side gamma = [](const std::string&) { return gone; };
  venue_side clob = [](const std::string& path) {
    return path.starts_with("/book?token_id=") ? ok(book_of(path.substr(15), half))
                                               : ok(terms_of());
  };
  std::vector<std::string> asked_gamma, asked_clob;
  bool slow = false;  // answers take a second

  MarketActor() {
    settings.url = "http://clob";
    settings.gamma_url = "http://gamma";
  }
  ~MarketActor() override {
    for (auto& a : alive)
      caf::anon_send_exit(caf::actor_cast<caf::actor>(a), caf::exit_reason::kill);
    alive.clear();
    market = nullptr;
    sched.run();
    sched.clock().cancel_all();
  }
  template <class H>
  H own(H h) {
    alive.push_back(caf::actor_cast<caf::strong_actor_ptr>(h));
    return h;
  }
  chain::http_actor door(venue_side& side, std::vector<std::string>& asked,
                         const std::string& site) {
    return own(sys.spawn([this, &side, &asked, site](
                             chain::http_actor::pointer self) -> chain::http_actor::behavior_type {
      return {[this, self, &side, &asked,
               site](const chain::http_call& x) -> caf::result<net::http_result> {
        const auto path = x.request.url.substr(site.size());
        asked.push_back(path);
        if (!slow) return side(path);
        return self->delegate(own(self->spawn(late_answer, side(path))), x);
      }};
    }));
  }
  void start() {
    market =
        own(sys.spawn(chain::polymarket::market_behavior, w, settings,
                      chain::polymarket::market_doors{door(gamma, asked_gamma, settings.gamma_url),
                                                      door(clob, asked_clob, settings.url)}));
    sched.run();
  }
  void advance(std::chrono::milliseconds by) {
    sched.advance_time(by);
    sched.run();
  }
  template <class T, class Question>
  std::shared_ptr<heard<T>> ask(Question question) {
    auto box = std::make_shared<heard<T>>();
    own(sys.spawn([=, to = market](caf::event_based_actor* me) {
      me->request(to, caf::infinite, question)
          .then(
              [box](T& x) {
                box->open = false;
                box->value = std::move(x);
              },
              [box](caf::error& e) {
                box->open = false;
                box->code = code_of(e);
                box->retry_after = retry_after_of(e);
              });
    }));
    sched.run();
    return box;
  }
  auto list(const std::string& query = "", const std::string& cursor = "",
            std::uint32_t limit = 50) {
    return ask<market_page>(list_markets{query, cursor, limit});
  }
  auto show() { return ask<market_view>(get_market{*hash256::parse(condition)}); }
  auto quote(std::uint64_t token = 11, usdc amount = 10_usdc) {
    return ask<bet_quote>(quote_bet{uint256::of(token), amount});
  }
  auto redeem(const bet_quote& q, const bet_id& bet = first_bet) {
    return ask<redeemed_quote>(redeem_quote{q.id, q.token, q.amount, bet});
  }
  static json page(std::initializer_list<const char*> questions, const std::string& next = "") {
    json out{{"markets", json::array()}};
    for (const auto* q : questions) out["markets"].push_back(gamma_row(condition, q));
    if (!next.empty()) out["next_cursor"] = next;
    return out;
  }
};

// -- lists ---------------------------------------------------------------------------------------

TEST_F(MarketActor, AListIsReadOnceWhileItIsYoungAndSaysHowOldItIs) {
  gamma = [](const std::string&) { return ok(page({"Rain?", "Snow?"}, "abc")); };
  start();
  const auto at = w->now();
  const auto first = list();
  ASSERT_TRUE(first->value);
  EXPECT_EQ(first->value->markets.size(), 2U);
  EXPECT_EQ(first->value->next_cursor, "abc");
  EXPECT_EQ(first->value->markets[0].as_of, at);
  advance(9s);
  EXPECT_EQ(list()->value->markets[0].as_of, at);
  EXPECT_EQ(asked_gamma.size(), 1U);
  EXPECT_TRUE(asked_gamma[0].starts_with("/markets/keyset?closed=false&")) << asked_gamma[0];
  advance(2s);
  EXPECT_EQ(list()->value->markets[0].as_of, w->now());
  EXPECT_EQ(asked_gamma.size(), 2U);
  EXPECT_TRUE(list("", "a/b=")->value);
  EXPECT_NE(asked_gamma.back().find("&after_cursor=a%2Fb%3D"), std::string::npos)
      << asked_gamma.back();
}

TEST_F(MarketActor, ACursorThatLeadsNowhereEndsTheList) {
  gamma = [](const std::string&) { return ok(page({"Rain?"}, "same")); };
  start();
  EXPECT_EQ(list()->value->next_cursor, "same");
  EXPECT_EQ(list("", "same")->value->next_cursor, "") << "it would go in circles";
}

TEST_F(MarketActor, EverybodyWaitsForTheSameLoad) {
  gamma = [](const std::string&) { return ok(page({"Rain?"})); };
  slow = true;
  start();
  const auto a = list(), b = list();
  EXPECT_TRUE(a->open);
  EXPECT_TRUE(b->open);
  EXPECT_EQ(asked_gamma.size(), 1U);
  advance(1s);
  ASSERT_TRUE(a->value && b->value);
  EXPECT_EQ(b->value->markets[0].question, "Rain?");
}

TEST_F(MarketActor, WhatCannotBeReadAnewIsShownAsItWasForAWhile) {
  gamma = [](const std::string&) { return ok(page({"Rain?"})); };
  start();
  const auto at = w->now();
  list();
  gamma = [](const std::string&) { return answer(500, "<html>"); };
  advance(60s);
  const auto old = list();
  ASSERT_TRUE(old->value) << to_string(old->code);
  EXPECT_EQ(old->value->markets[0].as_of, at);
  advance(300s);
  EXPECT_EQ(list()->code, errc::unavailable);
}

TEST_F(MarketActor, GammasWishToBeLeftAloneIsKeptAndTold) {
  gamma = [](const std::string&) { return answer(429, "{}", {{"Retry-After", "7"}}); };
  start();
  EXPECT_EQ(list()->code, errc::unavailable);
  const auto other = list("", "next");
  EXPECT_EQ(other->code, errc::overloaded);
  EXPECT_EQ(other->retry_after, 7s);
  EXPECT_EQ(asked_gamma.size(), 1U);
  gamma = [](const std::string&) { return ok(page({"Rain?"})); };
  advance(8s);
  EXPECT_TRUE(list()->value);
}

TEST_F(MarketActor, ACursorThatGammaDoesNotKnowIsTheAskersMistake) {
  gamma = [](const std::string&) { return answer(422, R"({"type":"validation error"})"); };
  start();
  EXPECT_EQ(list("", "made-up")->code, errc::invalid_field);
  EXPECT_EQ(list()->code, errc::unavailable) << "a first page has no cursor";
  for (const auto* wrong : {"x", "1", "1.", ".1", "1.2.3", "-1.0", "1001.0", "99999999999.0"})
    EXPECT_EQ(list("rain", wrong)->code, errc::invalid_field) << wrong;
}

TEST_F(MarketActor, ASearchGoesThroughTheMarketsOfEventsAndLeavesClosedOnesOut) {
  gamma = [](const std::string& path) {
    const bool second = path.find("&page=1&") != path.npos;
    auto rows = page({"a", "b", "c", "d"})["markets"];
    rows[1]["closed"] = true;
    json events = json::array();
    events.push_back({{"title", "an event"}, {"markets", second ? json::array() : rows}});
    return ok({{"events", events}, {"pagination", {{"hasMore", !second}}}});
  };
  start();
  const auto names = [](const market_page& p) {
    std::string out;
    for (const auto& m : p.markets) out += m.question;
    return out;
  };
  const auto first = list("rain & snow", "", 2);
  ASSERT_TRUE(first->value);
  EXPECT_NE(asked_gamma[0].find("&q=rain%20%26%20snow"), std::string::npos) << asked_gamma[0];
  EXPECT_EQ(names(*first->value), "ac");
  const auto second = list("rain & snow", first->value->next_cursor, 2);
  EXPECT_EQ(names(*second->value), "d");
  EXPECT_EQ(asked_gamma.size(), 1U) << "the same page of Gamma's";
  const auto third = list("rain & snow", second->value->next_cursor, 2);
  EXPECT_EQ(names(*third->value), "");
  EXPECT_EQ(third->value->next_cursor, "") << "there is no more";
}

// -- one market ----------------------------------------------------------------------------------

TEST_F(MarketActor, OneMarketHasThePricesOfItsBooks) {
  gamma = [](const std::string&) { return ok(page({"Rain?"})); };
  start();
  const auto m = show();
  ASSERT_TRUE(m->value);
  EXPECT_EQ(m->value->question, "Rain?");
  EXPECT_EQ(m->value->status, market_status::open);
  ASSERT_EQ(m->value->outcomes.size(), 2U);
  EXPECT_EQ(m->value->outcomes[0].ask, 500'000_micro) << "Gamma said 0.51";
  EXPECT_EQ(m->value->outcomes[1].bid, 400'000_micro);
  clob = [](const std::string&) { return answer(500, ""); };
  advance(5s);
  EXPECT_EQ(show()->value->outcomes[0].ask, 510'000_micro) << "without books, Gamma's";
}

TEST_F(MarketActor, AClosedMarketIsAskedForApartAndHasNoPrices) {
  gamma = [](const std::string& path) {
    if (path.find("closed=true") == path.npos) return ok(page({}));
    auto out = page({"Rain?"});
    out["markets"][0]["closed"] = true;
    out["markets"][0]["umaResolutionStatus"] = "resolved";
    return ok(out);
  };
  start();
  const auto m = show();
  ASSERT_TRUE(m->value);
  EXPECT_EQ(m->value->status, market_status::resolved);
  EXPECT_EQ(m->value->outcomes[0].ask, usdc{});
  EXPECT_TRUE(asked_clob.empty());
}

TEST_F(MarketActor, WithoutGammaAMarketIsWhatTheClobKnows) {
  gamma = [](const std::string&) { return net::http_result{}; };
  start();
  const auto m = show();
  ASSERT_TRUE(m->value) << to_string(m->code);
  EXPECT_EQ(m->value->condition.hex(), condition);
  EXPECT_EQ(m->value->question, "");
  EXPECT_EQ(m->value->status, market_status::open);
  EXPECT_EQ(m->value->outcomes[1].name, "No");
  EXPECT_EQ(m->value->outcomes[0].ask, 500'000_micro);
}

TEST_F(MarketActor, AMarketThatNobodyKnowsIsNotFoundAndNotAskedForAgainAtOnce) {
  gamma = [](const std::string&) { return ok(page({})); };
  clob = [](const std::string&) { return gone; };
  start();
  EXPECT_EQ(show()->code, errc::not_found);
  EXPECT_EQ(show()->code, errc::not_found);
  EXPECT_EQ(asked_gamma.size(), 2U) << "open and closed, once";
  EXPECT_EQ(asked_clob.size(), 1U);
}

// -- quotes --------------------------------------------------------------------------------------

TEST_F(MarketActor, AQuoteIsWhatTheBookSells) {
  start();
  const auto q = quote();
  ASSERT_TRUE(q->value) << to_string(q->code);
  EXPECT_FALSE(q->value->id.is_zero());
  EXPECT_EQ(q->value->shares, share_amount{20'000'000});
  EXPECT_EQ(q->value->spend, 10_usdc);
  EXPECT_EQ(q->value->worst_price, 500'000_micro);
  EXPECT_TRUE(q->value->fills_whole);
  EXPECT_EQ(q->value->good_until, w->now().plus(4s));
  EXPECT_NE(quote()->value->id, q->value->id);
  EXPECT_EQ(asked_clob.size(), 2U) << "the book and the terms, once";
}

TEST_F(MarketActor, WhatCannotBeQuotedSaysWhy) {
  json asks = half;
  bool accepting = true;
  clob = [&](const std::string& path) {
    if (path == "/book?token_id=99") return gone;
    return path.starts_with("/book") ? ok(book_of(path.substr(15), asks)) : ok(terms_of(accepting));
  };
  start();
  EXPECT_EQ(quote(99)->code, errc::unknown_market);
  EXPECT_EQ(quote(13)->code, errc::unknown_market) << "no outcome of the market it names";
  EXPECT_EQ(quote(11, 500'000_micro)->code, errc::amount_too_small);
  asks = json::array();
  advance(2s);
  const auto nobody = quote();
  ASSERT_TRUE(nobody->value);
  EXPECT_TRUE(nobody->value->id.is_zero());
  EXPECT_FALSE(nobody->value->fills_whole);
  accepting = false;
  advance(61s);
  EXPECT_EQ(quote()->code, errc::market_closed);
  clob = [](const std::string&) { return answer(503, "{}"); };
  advance(2s);
  EXPECT_EQ(quote()->code, errc::unavailable);
}

TEST_F(MarketActor, BeyondTheRateAskersAreToldWhenToComeBack) {
  settings.book_read_burst = 3;
  settings.book_reads_per_second = 0.5;
  start();
  EXPECT_TRUE(quote(11)->value);
  EXPECT_TRUE(quote(12)->value);
  const auto refused = quote(15);
  EXPECT_EQ(refused->code, errc::overloaded);
  EXPECT_GE(refused->retry_after, 1s);
  EXPECT_LE(refused->retry_after, 3s);
  EXPECT_TRUE(quote(12)->value) << "what is young needs no read";
  EXPECT_EQ(asked_clob.size(), 3U);
  advance(3s);
  EXPECT_TRUE(quote(11)->value);
}

TEST_F(MarketActor, AQuoteIsHonouredUntilItsTimeAndThenThereIsANewOne) {
  json asks = half;
  clob = [&](const std::string& path) {
    return path.starts_with("/book") ? ok(book_of("11", asks)) : ok(terms_of());
  };
  start();
  const auto q = *quote()->value;
  asks = json::array({{{"price", "0.6"}, {"size", "1000"}}});
  advance(3'999ms);
  const auto kept = redeem(q);
  ASSERT_TRUE(kept->value);
  EXPECT_TRUE(kept->value->honoured);
  EXPECT_EQ(kept->value->quote.worst_price, 500'000_micro);
  advance(1ms);
  const auto late = redeem(q, second_bet);
  ASSERT_TRUE(late->value);
  EXPECT_FALSE(late->value->honoured);
  EXPECT_EQ(late->value->quote.worst_price, 600'000_micro);
  EXPECT_NE(late->value->quote.id, q.id);
  EXPECT_TRUE(redeem(late->value->quote, second_bet)->value->honoured);
}

TEST_F(MarketActor, TheBetThatTookAQuoteMayAskAgain) {
  start();
  const auto q = *quote()->value;
  EXPECT_TRUE(redeem(q)->value->honoured);
  advance(30s);
  EXPECT_TRUE(redeem(q)->value->honoured) << "its request may be repeated";
  EXPECT_FALSE(redeem(q, second_bet)->value->honoured);
  advance(31s);
  EXPECT_FALSE(redeem(q)->value->honoured) << "then the books know it";
}

TEST_F(MarketActor, AQuoteIsForItsTokenAndAmountAlone) {
  start();
  const auto q = *quote()->value;
  auto more = q, other = q;
  more.amount = 11_usdc;
  other.token = uint256::of(12);
  EXPECT_EQ(redeem(more)->code, errc::invalid_field);
  EXPECT_EQ(redeem(other)->code, errc::invalid_field);
  EXPECT_TRUE(redeem(q)->value->honoured);
}

TEST_F(MarketActor, AQuoteThatNobodyMadeIsExpired) {
  start();
  auto q = *quote()->value;
  q.id = quote_id{{9}};
  EXPECT_FALSE(redeem(q)->value->honoured);
  clob = [](const std::string&) { return answer(500, ""); };
  advance(301s);
  const auto dark = redeem(q);
  ASSERT_TRUE(dark->value) << "expired all the same";
  EXPECT_FALSE(dark->value->honoured);
  EXPECT_TRUE(dark->value->quote.id.is_zero());
}

TEST(QuoteTable, IsBoundedAndStrangersPushNobodyOutOfAPromise) {
  chain::polymarket::market_settings s;
  s.quotes_kept = 2;
  s.promises_kept = 2;
  chain::polymarket::quote_table table{s};
  const auto now = timestamp::of_seconds(1'800'000'000);
  const auto keep = [&](std::uint8_t n) {
    bet_quote q;
    q.id = quote_id{{n}};
    q.good_until = now.plus(4s);
    table.keep(q, now);
    return q;
  };
  const auto taken = keep(1);
  table.promise(first_bet, taken, now);
  for (std::uint8_t n = 2; n < 9; ++n) keep(n);
  EXPECT_EQ(table.quotes(), 2U);
  EXPECT_TRUE(table.find(taken.id, first_bet, now)) << "promised";
  EXPECT_FALSE(table.find(taken.id, second_bet, now)) << "pushed out";
  EXPECT_TRUE(table.find(quote_id{{8}}, second_bet, now));
  for (std::uint8_t n = 10; n < 15; ++n) table.promise(bet_id{{n}}, taken, now);
  EXPECT_EQ(table.promises(), 2U);
}

}  // namespace
}  // namespace headroom::test
