#include "chain/treasury/oneinch.hpp"

#include <future>

#include "actors/alerts.hpp"
#include "chain/treasury/oneinch_venue.hpp"
#include "chain/treasury/swap_leg.hpp"
#include "chain/treasury/uniswap_v3.hpp"
#include "chain/treasury/uniswap_venue.hpp"
#include "tests/chain/treasury/bridge_house.hpp"
#include "tests/net/http_server.hpp"

/// 1inch beside Uniswap: its calldata is signed only when every field says what was asked for.
namespace headroom::test {
namespace {

namespace oneinch = chain::oneinch;

const address usdt0 = BridgeHouse::account(1);
const address usdc_token = BridgeHouse::account(2);
const address wallet = BridgeHouse::account(5);
const address inch_router = BridgeHouse::account(30);
const address executor = BridgeHouse::account(31);
const address stranger = BridgeHouse::account(66);

const oneinch::swap_terms asked{inch_router, usdt0, usdc_token, 100'000'000, wallet, 30};

/// An answer of the API, honest unless the test says otherwise.
struct inch_answer {
  std::string signature =
      "swap(address,(address,address,address,address,uint256,uint256,uint256),bytes)";
  address runs = executor;
  address source = usdt0;
  address destination = usdc_token;
  address source_to = executor;
  address receiver = wallet;
  std::uint64_t amount = 100'000'000;
  std::uint64_t out = 99'950'000;
  std::uint64_t minimum = 99'650'150;
  std::uint64_t flags = 0;
  std::string tail{};  // hex, behind the data
  json to = inch_router.hex();
  json from = wallet.hex();
  json value = "0";

  [[nodiscard]] byte_vector data() const {
    return chain::abi::encoder{signature}
        .account(runs)
        .account(source)
        .account(destination)
        .account(source_to)
        .account(receiver)
        .number(amount)
        .number(minimum)
        .number(flags)
        .bytes(byte_vector(70, 0xab))
        .done();
  }
  [[nodiscard]] json body() const {
    return {{"dstAmount", std::to_string(out)},
            {"tx",
             {{"from", from},
              {"to", to},
              {"data", to_0x(data()) + tail},
              {"value", value},
              {"gas", 0},
              {"gasPrice", "30000000000"}}}};
  }
};

oneinch::swap_reading read(const inch_answer& a) {
  return oneinch::read_swap(BridgeHouse::http(200, a.body()), asked);
}

TEST(Oneinch, AnHonestAnswerIsReadAndItsMinimumMayOnlyRise) {
  const auto r = read({});
  ASSERT_TRUE(r.swap) << r.problem << r.unsafe;
  EXPECT_EQ(r.swap->out, 99'950'000U);
  EXPECT_EQ(r.swap->minimum, 99'650'150U);
  EXPECT_EQ(to_0x(byte_view{r.swap->data}.first(4)), "0x07ed2379");
  inch_answer higher;
  higher.minimum = 99'700'000;
  EXPECT_EQ(oneinch::with_minimum(*r.swap, 99'700'000), higher.data()) << "nothing else changes";
  EXPECT_EQ(oneinch::with_minimum(*r.swap, 1), inch_answer{}.data());
}

TEST(Oneinch, WhatTheRouterNeverReadsAndRoundingAreNoFaults) {
  inch_answer a;
  a.tail = "8b1ccac8";
  EXPECT_TRUE(read(a).swap);
  a = {};
  a.minimum = 99'650'149;
  EXPECT_TRUE(read(a).swap) << "a unit rounded down";
  a = {};
  a.value = 0;
  EXPECT_TRUE(read(a).swap);
}

TEST(Oneinch, EveryFieldThatIsNotWhatWasAskedForIsUnsafeByName) {
  struct row {
    const char* field;
    std::function<void(inch_answer&)> tamper;
  };
  const row table[] = {
      {"router", [](auto& a) { a.to = stranger.hex(); }},
      {"router", [](auto& a) { a.to = nullptr; }},
      {"from", [](auto& a) { a.from = stranger.hex(); }},
      {"value", [](auto& a) { a.value = "1"; }},
      {"value", [](auto& a) { a.value = 1; }},
      {"value", [](auto& a) { a.value = nullptr; }},
      {"selector", [](auto& a) { a.signature = "unoswap(uint256,uint256,uint256,uint256)"; }},
      {"executor", [](auto& a) { a.runs = address{}; }},
      {"executor", [](auto& a) { a.runs = wallet; }},
      {"executor", [](auto& a) { a.runs = usdt0; }},
      {"source token", [](auto& a) { a.source = stranger; }},
      {"destination token", [](auto& a) { a.destination = stranger; }},
      {"source receiver", [](auto& a) { a.source_to = address{}; }},
      {"receiver", [](auto& a) { a.receiver = stranger; }},
      {"receiver", [](auto& a) { a.receiver = address{}; }},
      {"amount", [](auto& a) { a.amount += 1; }},
      {"amount", [](auto& a) { a.amount -= 1; }},
      {"minimum", [](auto& a) { a.minimum = 99'650'148; }},
      {"minimum", [](auto& a) { a.minimum = 0; }},
      {"flags", [](auto& a) { a.flags = 1; }},  // a partial fill
      {"flags", [](auto& a) { a.flags = 2; }},  // native coins on top
      {"flags", [](auto& a) { a.flags = 4; }},  // another allowance than ours
      {"data", [](auto& a) { a.tail = std::string(66, '0'); }},
  };
  for (const auto& r : table) {
    inch_answer a;
    r.tamper(a);
    const auto found = read(a);
    EXPECT_EQ(found.unsafe, r.field);
    EXPECT_FALSE(found.swap) << r.field;
  }
}

TEST(Oneinch, CalldataThatEndsTooSoonOrPointsElsewhereIsUnsafe) {
  const auto whole = inch_answer{}.data();
  const auto with = [](const byte_vector& data) {
    auto body = inch_answer{}.body();
    body["tx"]["data"] = to_0x(data);
    return oneinch::read_swap(BridgeHouse::http(200, body), asked).unsafe;
  };
  EXPECT_EQ(with({}), "selector");
  EXPECT_EQ(with({whole.begin(), whole.begin() + 4 + 9 * 32}), "length");
  EXPECT_EQ(with({whole.begin(), whole.begin() + 4 + 10 * 32}), "data");
  auto elsewhere = whole;
  elsewhere[4 + 9 * 32 - 1] = 0x40;
  EXPECT_EQ(with(elsewhere), "data");
}

TEST(Oneinch, AnAnswerWithoutAnOfferIsAProblemAndNotUnsafe) {
  for (const auto& body : {json::object(), json{{"dstAmount", "0"}}, json::array()}) {
    const auto r = oneinch::read_swap(BridgeHouse::http(200, body), asked);
    EXPECT_EQ(r.problem, "1inch's answer cannot be read");
    EXPECT_TRUE(r.unsafe.empty());
  }
  const auto no = oneinch::read_swap(
      BridgeHouse::http(400, {{"description", "insufficient liquidity"}}), asked);
  EXPECT_TRUE(no.refused);
  EXPECT_EQ(no.problem, "1inch says 400 insufficient liquidity");
  for (const unsigned status : {401U, 403U, 429U, 500U, 503U})
    EXPECT_FALSE(oneinch::read_swap(BridgeHouse::http(status, json::object()), asked).refused);
}

TEST(Oneinch, OverTheWireItIsAskedWithItsKeyAndSilenceIsNoOffer) {
  std::atomic<int> count{0};
  std::promise<std::string> seen;
  chain::test::http_server server{[&](chain::test::peer& p) {
    while (const auto request = p.read()) {
      const auto n = count++;
      if (n == 0) {
        seen.set_value(*request);
        p.answer(inch_answer{}.body().dump());
      } else if (n == 1) {
        p.answer("{}", "429 Too Many Requests", "Retry-After: 7\r\n");
      } else {
        p.wait_for_close();
      }
    }
  }};
  net::http_client client;
  const auto ask = [&] {
    std::promise<net::http_result> done;
    client.request(oneinch::swap_request(server.url(""), "the-key", asked),
                   std::chrono::milliseconds{300},
                   [&](net::http_result r) { done.set_value(std::move(r)); });
    return done.get_future().get();
  };
  EXPECT_TRUE(oneinch::read_swap(ask(), asked).swap);
  const auto request = seen.get_future().get();
  EXPECT_NE(request.find("Authorization: Bearer the-key\r\n"), std::string::npos) << request;
  for (const char* part : {"/swap?src=0x", "&amount=100000000&", "&slippage=0.30&",
                           "&allowPartialFill=false", "&compatibility=true"})
    EXPECT_NE(request.find(part), std::string::npos) << part;
  EXPECT_EQ(request.substr(0, request.find('\r')).find("the-key"), std::string::npos);
  const auto limited = ask();
  EXPECT_EQ(limited.header("Retry-After"), "7");
  EXPECT_EQ(oneinch::read_swap(limited, asked).problem, "1inch says 429");
  EXPECT_EQ(oneinch::read_swap(ask(), asked).problem, "1inch does not answer");
}

// -- beside Uniswap ------------------------------------------------------------------------------

struct OneinchVenue : BridgeHouse {
  chain::swap_terms terms;
  inch_answer says_1inch;
  std::shared_ptr<chain::oneinch_door> door;
  const address quoter = account(20);
  const address pool_router = account(21);

  OneinchVenue() {
    terms.chain = {"Polygon", 137, wallet, {2, final_by::confirmations}, {}, nodes(to)};
    terms.token_in = usdt0;
    terms.token_in_name = "USDT0";
    terms.token_out = usdc_token;
    add_wallet(terms.chain.account());
    to.node.add_blocks(10);
    to.answer(usdt0, chain::balance_of_call(wallet), word(1'000'000'000));
    to.answer(usdt0, chain::allowance_call(wallet, inch_router), word(UINT64_MAX));
    uniswap_offers(99'900'000);
    web_says = [this](const net::http_request&) { return http(200, says_1inch.body()); };
    chain::oneinch_settings s;
    s.router = inch_router;
    s.api_url = "http://1inch";
    door = std::make_shared<chain::oneinch_door>(s, web(), "the-key");
    plan = [this] {
      chain::route_plan p;
      p.name = "swap";
      p.legs.push_back(std::make_shared<chain::swap_leg>(
          terms,
          std::vector<std::shared_ptr<chain::swap_venue>>{
              std::make_shared<chain::uniswap_venue>(quoter, pool_router, 100U, terms.chain.nodes),
              std::make_shared<chain::oneinch_venue>(door, terms.slippage_bps)}));
      return p;
    };
    restart();
  }
  void uniswap_offers(std::uint64_t out) {
    to.answer(quoter, chain::uniswap_v3::quote_call({}), word(out));
  }
  [[nodiscard]] bool unsafe() {
    return dir.gauges.alerts().lasts(chain::oneinch_venue::unsafe_alert, "1inch");
  }
  void next_conversion(const char* name) {
    step.conversion = conversion_id::from_digest(chain::keccak256(name));
    step.detail.clear();
    pass(std::chrono::seconds{20});  // its limit, and what it keeps
  }
};

TEST_F(OneinchVenue, TheBetterQuoteWinsBothWays) {
  EXPECT_EQ(look().state, step_state::in_flight);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].call.to, inch_router);
  EXPECT_EQ(sent[0].call.data, says_1inch.data());
  EXPECT_TRUE(sent[0].call.value.is_zero());
  EXPECT_EQ(asked_web.size(), 1U) << "what was offered is what is signed";
  next_conversion("another");
  uniswap_offers(99'960'000);
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_EQ(sent.back().call.to, pool_router);
}

TEST_F(OneinchVenue, ItsMinimumIsRaisedToTheFloorOfOurs) {
  terms.least_bps = 9'990;
  restart();
  look();
  ASSERT_EQ(sent.size(), 1U);
  inch_answer higher;
  higher.minimum = 99'900'000;
  EXPECT_EQ(sent[0].call.data, higher.data());
}

TEST_F(OneinchVenue, ItIsApprovedByAnOperationOfItsOwn) {
  to.answer(usdt0, chain::allowance_call(wallet, inch_router), word(0));
  look();
  EXPECT_EQ(sent.back().purpose, "approve");
  EXPECT_EQ(sent.back().id, chain::operation_of(step, "approve/1inch"));
}

TEST_F(OneinchVenue, UnsafeCalldataIsAnAlertAndTheOtherVenueIsUsed) {
  says_1inch.receiver = stranger;
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_EQ(sent.back().call.to, pool_router);
  EXPECT_TRUE(unsafe());
  says_1inch = {};
  next_conversion("another");
  look();
  EXPECT_EQ(sent.back().call.to, inch_router);
  EXPECT_FALSE(unsafe());
}

TEST_F(OneinchVenue, WhenItFailsUniswapIsUsedAlone) {
  std::function<net::http_result()> failure;
  web_says = [&](const net::http_request&) { return failure(); };
  int n = 0;
  for (const auto& f : std::vector<std::function<net::http_result()>>{
           no_http, [] { return http(429, json::object()); },
           [] { return http(503, json::object()); },
           [] {
             return http(403, {{"description", "no access"}});
           },
           [] {
             return http(400, {{"description", "insufficient liquidity"}});
           }}) {
    failure = f;
    next_conversion(std::to_string(n++).c_str());
    EXPECT_EQ(look().state, step_state::in_flight) << n;
    EXPECT_EQ(sent.back().call.to, pool_router) << n;
    EXPECT_FALSE(unsafe()) << "silence is not danger";
  }
}

TEST_F(OneinchVenue, ItIsNotAskedAboveItsLimitNorBeforeARestIsOver) {
  EXPECT_EQ(quoted(100_usdc).expected_out, 99'950'000_micro);
  EXPECT_EQ(quoted(100_usdc).expected_out, 99'900'000_micro) << "by Uniswap alone";
  EXPECT_EQ(asked_web.size(), 1U);
  pass(std::chrono::seconds{2});
  web_says = [](const net::http_request&) {
    auto r = http(429, json::object());
    r.headers.emplace_back("Retry-After", "9");
    return r;
  };
  quoted(100_usdc);
  EXPECT_EQ(asked_web.size(), 2U);
  pass(std::chrono::seconds{9});
  quoted(100_usdc);
  EXPECT_EQ(asked_web.size(), 2U) << "the rest has just ended";
  pass(std::chrono::seconds{2});
  quoted(100_usdc);
  EXPECT_EQ(asked_web.size(), 3U);
}

TEST_F(OneinchVenue, AnOldAnswerIsAskedForAnewAndAPriceThatMovedIsNotSigned) {
  chain::oneinch_settings s;
  s.router = inch_router;
  s.keep = std::chrono::milliseconds{0};
  s.requests_per_second = 10;
  door = std::make_shared<chain::oneinch_door>(s, web(), "the-key");
  restart();
  int n = 0;
  web_says = [&](const net::http_request&) {
    inch_answer a;
    if (n++ > 0) a.out = 99'000'000;
    if (n > 1) a.minimum = 98'703'000;
    return http(200, a.body());
  };
  look();
  EXPECT_EQ(asked_web.size(), 2U);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].call.to, pool_router);
}

}  // namespace
}  // namespace headroom::test
