#include "actors/alerts.hpp"
#include "chain/treasury/route_plans.hpp"
#include "tests/chain/treasury/bridge_house.hpp"

/// The Relay leg between two chains in memory: what it signs, and what it makes of fills, refunds
/// and silence.
namespace headroom::test {
namespace {

namespace relay = chain::relay;

struct RelayRoute : BridgeHouse {
  chain::relay_settings settings;
  chain::relay_pair pair;
  chain::http_actor api;
  hash256 order = chain::keccak256("an order");
  json offer;   // what the API answers to a quote
  json status;  // and to a question after the order
  unsigned http_status = 200;
  bool silent = false;
  std::map<hash256, json> transactions;  // on both chains
  std::map<hash256, json> receipts;

  RelayRoute() {
    settings.depository = account(10);
    pair.from = {"Plasma", 9745, account(5), {2, final_by::confirmations}, {}, nodes(from)};
    pair.to = {"Polygon", 137, account(5), {2, final_by::confirmations}, {}, nodes(to)};
    pair.input_token = account(1);
    pair.input_name = "USDT0";
    pair.output_token = account(2);
    add_wallet(pair.from.account());
    add_wallet(pair.to.account());
    for (auto* c : {&from, &to}) {
      c->node.add_blocks(10);
      c->node.quirk = [this, old = c->node.quirk](
                          std::uint32_t n,
                          const chain::rpc_request& x) -> std::optional<chain::rpc_result> {
        const bool receipt = x.method == "eth_getTransactionReceipt";
        if (!receipt && x.method != "eth_getTransactionByHash") return old(n, x);
        const auto& all = receipt ? receipts : transactions;
        const auto i = all.find(*hash256::parse(x.params.at(0).get<std::string>()));
        return fake_node::ok(i == all.end() ? json{} : i->second);
      };
    }
    from.answer(pair.input_token, chain::balance_of_call(account(5)), word(1'000'000'000));
    from.answer(pair.input_token, chain::allowance_call(account(5), account(10)), word(UINT64_MAX));
    offer = good_offer();
    status = {{"status", "waiting"}};
    api = web();
    web_says = [this](const net::http_request& r) {
      if (silent) return no_http();
      if (r.url.ends_with("/chains")) return http(200, chains(true));
      if (r.method == "POST") return http(http_status, offer);
      return http(status.empty() ? 404U : 200U, status);
    };
    plan = [this] {
      chain::route_plan p;
      p.name = chain::relay_name;
      p.legs.push_back(std::make_shared<chain::relay_leg>(settings, pair, api));
      return p;
    };
    restart();
  }

  static json chains(bool open) {
    return {
        {"chains", json::array({{{"id", 9745}, {"depositEnabled", open}, {"disabled", false}}})}};
  }
  static json transaction(const char* id, const address& to, const byte_vector& data) {
    return {{"id", id},
            {"kind", "transaction"},
            {"requestId", "0x01"},
            {"items", json::array({{{"data",
                                     {{"from", account(5).hex()},
                                      {"to", to.hex()},
                                      {"data", to_0x(data)},
                                      {"value", "0"},
                                      {"chainId", 9745}}}}})}};
  }
  static byte_vector approval(const address& spender) {
    return chain::abi::encoder{"approve(address,uint256)"}.account(spender).number(1).done();
  }
  [[nodiscard]] byte_vector deposit_call(const address& depositor, const address& token,
                                         std::uint64_t amount, const hash256& id) const {
    return chain::abi::encoder{"depositErc20(address,address,uint256,bytes32)"}
        .account(depositor)
        .account(token)
        .number(amount)
        .word(id.view())
        .done();
  }
  [[nodiscard]] byte_vector good_call() const {
    return deposit_call(account(5), account(1), 100'000'000, order);
  }
  [[nodiscard]] json good_offer() const {
    return {{"steps", json::array({transaction("deposit", account(10), good_call())})},
            {"details",
             {{"recipient", account(5).hex()},
              {"currencyIn", {{"amount", "100000000"}}},
              {"currencyOut",
               {{"currency", {{"address", account(2).hex()}, {"chainId", 137}}},
                {"amount", "99960000"},
                {"minimumAmount", "99950000"}}},
              {"timeEstimate", 3}}},
            {"protocol", {{"v2", {{"orderId", order.hex()}}}}}};
  }
  json& deposit_data() { return offer["steps"].back()["items"][0]["data"]; }
  bool alarmed(const std::string& kind, const std::string& subject) {
    return dir.gauges.alerts().lasts(kind, subject);
  }
  bool alarmed(const std::string& kind) { return alarmed(kind, step.conversion.text()); }

  void send_deposit() {
    ASSERT_EQ(look().state, step_state::in_flight);
    ASSERT_EQ(sent.back().purpose, "relay");
    const auto data = chain::abi::encoder{}
                          .account(account(5))
                          .account(account(1))
                          .number(100'000'000)
                          .word(order.view())
                          .done();
    confirm({{account(10), {relay::deposited_topic()}, data}}, from.head());
  }
  /// A transfer in the newest block; the order's id stands behind its calldata, or another.
  hash256 pay(eventful_chain& where, const address& token, std::uint64_t amount,
              const hash256& id) {
    const auto tx = chain::keccak256("payment " + std::to_string(transactions.size()));
    auto input =
        chain::abi::encoder{"transfer(address,uint256)"}.account(account(5)).number(amount).done();
    input.insert(input.end(), id.bytes.begin(), id.bytes.end());
    transactions[tx] = {{"hash", tx.hex()}, {"input", to_0x(input)}};
    const std::vector<hash256> topics{chain::transfer_topic(), chain::abi::word_of(account(9)),
                                      chain::abi::word_of(account(5))};
    where.events.push_back({where.head(), token, topics, word(amount), tx});
    json shown = json::array();
    for (const auto& t : topics) shown.push_back(t.hex());
    const auto block = where.node.blocks.at(where.head()).hex();
    const auto number = fake_node::number(where.head());
    receipts[tx] = {{"transactionHash", tx.hex()},
                    {"status", "0x1"},
                    {"blockHash", block},
                    {"blockNumber", number},
                    {"gasUsed", "0x5208"},
                    {"logs", json::array({{{"address", token.hex()},
                                           {"topics", shown},
                                           {"data", to_0x(word(amount))},
                                           {"transactionHash", tx.hex()},
                                           {"blockNumber", number},
                                           {"blockHash", block},
                                           {"logIndex", "0x0"}}})}};
    return tx;
  }
  hash256 fill(std::uint64_t amount, const hash256& id) {
    return pay(to, pair.output_token, amount, id);
  }
  void says_success(const hash256& tx) {
    status = {{"status", "success"}, {"txHashes", json::array({tx.hex()})}};
  }
};

// -- the deposit ---------------------------------------------------------------------------------

TEST_F(RelayRoute, ItSignsItsOwnDepositForTheOrderOfAGuardedOffer) {
  const auto p = look();
  EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent.back().call.to, account(10));
  EXPECT_EQ(sent.back().call.value, uint256{});
  EXPECT_EQ(sent.back().call.data, good_call());
  ASSERT_EQ(asked_web.size(), 1U);
  EXPECT_EQ(asked_web[0].url, settings.api_url + "/quote/v2");
  const auto body = json::parse(asked_web[0].body);
  EXPECT_EQ(body["originChainId"], 9745);
  EXPECT_EQ(body["destinationChainId"], 137);
  EXPECT_EQ(body["amount"], "100000000");
  EXPECT_EQ(body["tradeType"], "EXACT_INPUT");
  EXPECT_EQ(address::parse(body["recipient"].get<std::string>()), account(5));
  EXPECT_EQ(address::parse(body["refundTo"].get<std::string>()), account(5));
}

/// Each field of what the API wants signed, tampered with by itself.
TEST_F(RelayRoute, WhatIsNotTheDepositWeAskedForIsNeverSigned) {
  using change = std::function<void(RelayRoute&)>;
  struct row {
    const char* guard;
    change tamper;
  };
  const auto call = [](const byte_vector& data) {
    return change{[data](RelayRoute& t) { t.deposit_data()["data"] = to_0x(data); }};
  };
  auto longer = good_call();
  longer.push_back(0);
  auto other_call = good_call();
  other_call[0] ^= 1;
  const row table[] = {
      {"to", [](auto& t) { t.deposit_data()["to"] = account(11).hex(); }},
      {"value", [](auto& t) { t.deposit_data()["value"] = "1"; }},
      {"chain", [](auto& t) { t.deposit_data()["chainId"] = 1; }},
      {"from", [](auto& t) { t.deposit_data()["from"] = account(6).hex(); }},
      {"selector", call(longer)},
      {"selector", call(other_call)},
      {"depositor", call(deposit_call(account(6), account(1), 100'000'000, order))},
      {"token", call(deposit_call(account(5), account(3), 100'000'000, order))},
      {"amount", call(deposit_call(account(5), account(1), 200'000'000, order))},
      {"order_id", call(deposit_call(account(5), account(1), 100'000'000, {}))},
      {"order_id",
       call(deposit_call(account(5), account(1), 100'000'000, chain::keccak256("another order")))},
      {"steps", [](auto& t) { t.offer["steps"].push_back(t.offer["steps"][0]); }},
      {"steps", [](auto& t) { t.offer["steps"] = json::array(); }},
      {"steps", [](auto& t) { t.offer["steps"][0]["kind"] = "signature"; }},
      {"steps",
       [](auto& t) {
         auto& items = t.offer["steps"][0]["items"];
         const json twice = items[0];
         items.push_back(twice);
       }},
      {"spender",
       [](auto& t) {
         t.offer["steps"] = json::array(
             {transaction("approve", account(1), approval(account(11))), t.offer["steps"][0]});
       }},
      {"spender",
       [](auto& t) {
         t.offer["steps"] = json::array(
             {transaction("approve", account(3), approval(account(10))), t.offer["steps"][0]});
       }},
      {"output_token",
       [](auto& t) {
         t.offer["details"]["currencyOut"]["currency"]["address"] = account(3).hex();
       }},
      {"output_token",
       [](auto& t) { t.offer["details"]["currencyOut"]["currency"]["chainId"] = 1; }},
      {"recipient", [](auto& t) { t.offer["details"]["recipient"] = account(6).hex(); }},
      {"input_amount", [](auto& t) { t.offer["details"]["currencyIn"]["amount"] = "1"; }},
  };
  for (const auto& r : table) {
    offer = good_offer();
    r.tamper(*this);
    const auto p = look();
    EXPECT_EQ(p.state, step_state::held) << r.guard;
    EXPECT_TRUE(says(p, std::string{"guard "} + r.guard)) << r.guard << ": " << p.detail;
    EXPECT_TRUE(alarmed("route.unsafe_calldata", "relay")) << r.guard;
    EXPECT_EQ(quoted(100_usdc).refusal, std::string{"guard "} + r.guard);
  }
  EXPECT_TRUE(sent.empty());
  offer = good_offer();
  offer["steps"] =
      json::array({transaction("approve", account(1), approval(account(10))), offer["steps"][0]});
  EXPECT_EQ(look().state, step_state::in_flight) << "an honest approval is no fault";
  EXPECT_EQ(sent.back().purpose, "relay") << "and is not sent";
  EXPECT_FALSE(alarmed("route.unsafe_calldata", "relay"));
}

TEST_F(RelayRoute, AForgedOfferToAQuoteIsAnAlertAlthoughNothingEverRuns) {
  deposit_data()["to"] = account(11).hex();
  EXPECT_EQ(quoted(100_usdc).refusal, "guard to");
  EXPECT_TRUE(alarmed("route.unsafe_calldata", "relay"));
  silent = true;
  EXPECT_FALSE(ask<actors::route_quote>(100_usdc));
  EXPECT_TRUE(alarmed("route.unsafe_calldata", "relay")) << "silence clears nothing";
  silent = false;
  offer = good_offer();
  EXPECT_EQ(quoted(100_usdc).refusal, "");
  EXPECT_FALSE(alarmed("route.unsafe_calldata", "relay"));
}

TEST_F(RelayRoute, APriceOutsideTheGuardsOrAnOldOfferIsWaitedOut) {
  auto& least = offer["details"]["currencyOut"]["minimumAmount"];
  for (const char* amount : {"99849999", "100000001", "x"}) {
    least = amount;
    EXPECT_TRUE(says(look(), "guard output_amount")) << amount;
  }
  EXPECT_FALSE(alarmed("route.unsafe_calldata", "relay")) << "a price is no attack";
  least = "99850000";
  offer["expiresAt"] = now.seconds();
  EXPECT_TRUE(says(look(), "guard expiry"));
  EXPECT_TRUE(sent.empty());
  offer["expiresAt"] = now.seconds() + 1;
  EXPECT_EQ(look().state, step_state::in_flight);
}

TEST_F(RelayRoute, AQuoteSaysWhatItCostsAndAnOutageGivesNone) {
  const auto q = quoted(100_usdc);
  EXPECT_EQ(q.refusal, "");
  EXPECT_EQ(q.expected_out, 99'950'000_micro) << "the least, not the hoped for";
  EXPECT_EQ(q.fee, 50'000_micro);
  EXPECT_EQ(q.expected_seconds, 33U);
  EXPECT_TRUE(flight().readable);
  http_status = 400;
  offer = {{"message", "no quotes available"}, {"errorCode", "NO_QUOTES"}};
  EXPECT_EQ(quoted(100_usdc).refusal, "Relay says 400 NO_QUOTES");
  for (const unsigned s : {429U, 500U, 503U}) {
    http_status = s;
    EXPECT_FALSE(ask<actors::route_quote>(100_usdc)) << s;
    EXPECT_EQ(look().state, step_state::held) << s;
  }
  silent = true;
  EXPECT_FALSE(ask<actors::route_quote>(100_usdc));
  EXPECT_EQ(look().state, step_state::held);
  EXPECT_FALSE(flight().readable);
  EXPECT_EQ(flight().problem, "Relay cannot be read");
  EXPECT_TRUE(sent.empty());
  web_says = [](const net::http_request&) { return http(200, chains(false)); };
  EXPECT_TRUE(flight().readable);
  EXPECT_EQ(ask<actors::route_info>(actors::get_atom::value)->disabled,
            "Relay takes no deposits on chain 9745");
}

TEST_F(RelayRoute, TheDepositoryIsApprovedFirstAndShortMoneyIsSaid) {
  from.answer(pair.input_token, chain::allowance_call(account(5), account(10)), word(1));
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_EQ(sent.back().purpose, "approve");
  EXPECT_EQ(sent.back().call.to, pair.input_token);
  EXPECT_TRUE(asked_web.empty());
  operations.clear();
  sent.clear();
  step.owed_before = 950_usdc;
  EXPECT_TRUE(look().short_of_money);
  EXPECT_TRUE(sent.empty());
}

// -- what becomes of it --------------------------------------------------------------------------

TEST_F(RelayRoute, AFillIsDoneWithWhatWasPaidOnceItIsFinal) {
  send_deposit();
  EXPECT_TRUE(says(look_thrice(), "deposited: Relay says waiting"));
  EXPECT_EQ(flight().moves, 1U);
  EXPECT_TRUE(flight().readable);
  says_success(chain::keccak256("a payment that no node has"));
  EXPECT_TRUE(says(look_thrice(), "filled: its transfer is not seen yet"));
  says_success(fill(99'951'000, order));
  EXPECT_TRUE(says(look_thrice(), "filled: not final yet"));
  to.node.add_blocks(3);
  const auto p = look_thrice();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out, 99'951'000_micro);
  EXPECT_EQ(flight().moves, 0U);
}

TEST_F(RelayRoute, RelaysWordAloneIsNoProof) {
  send_deposit();
  says_success(fill(99'950'000, chain::keccak256("another order")));
  to.node.add_blocks(3);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_FALSE(alarmed("route.halted"));
  EXPECT_TRUE(says(look(), "halted: Relay says success, and no transfer"));
  EXPECT_TRUE(alarmed("route.halted"));
  EXPECT_FALSE(flight().readable);
  says_success(fill(99'849'999, order));
  to.node.add_blocks(3);
  EXPECT_TRUE(says(look(), "halted")) << "less than may ever come out";
  says_success(fill(99'850'000, order));
  to.node.add_blocks(3);
  EXPECT_EQ(look().state, step_state::done);
  EXPECT_FALSE(alarmed("route.halted"));
}

TEST_F(RelayRoute, WhileRelayIsSilentTheTransfersToUsAreSearched) {
  send_deposit();
  for (const bool forgotten : {false, true}) {
    silent = !forgotten;
    status = json::object();
    const auto p = look_thrice();
    EXPECT_EQ(p.state, step_state::in_flight);
    EXPECT_TRUE(says(p, "deposited: Relay says nothing of it")) << p.detail;
    EXPECT_EQ(flight().readable, forgotten);
  }
  silent = true;
  fill(99'950'000, chain::keccak256("another order"));
  to.node.add_blocks(2);
  EXPECT_EQ(look().state, step_state::in_flight);
  fill(99'950'000, order);
  to.node.add_blocks(3);
  const auto p = look_thrice();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out, 99'950'000_micro);
  EXPECT_EQ(sent.size(), 1U);
}

TEST_F(RelayRoute, AnOrderThatStaysUnderWayIsSearchedForNowAndThen) {
  send_deposit();
  fill(99'950'000, order);
  to.node.add_blocks(3);
  status = {{"status", "delayed"}};
  int looks = 1;
  while (look().state != step_state::done && looks < 20) ++looks;
  EXPECT_EQ(looks, 8);
}

TEST_F(RelayRoute, ARefundThatLacksALittleIsDepositedAnewByAnOperatorsWord) {
  send_deposit();
  const auto tx = pay(from, pair.input_token, 99'999'999, order);
  status = {{"status", "refund"}, {"txHashes", json::array({tx.hex()})}};
  from.node.add_blocks(3);
  EXPECT_TRUE(says(look(), "halted: Relay gave back 99.999999 of 100.00"));
  EXPECT_TRUE(alarmed("route.halted"));
  const auto p = *ask<step_progress>(actors::rescue_step{step});
  EXPECT_EQ(p.state, step_state::failed) << p.detail;
  EXPECT_FALSE(alarmed("route.halted"));
}

TEST_F(RelayRoute, ARefundEndsTheAttemptOnlyByItsTransferInAFinalBlock) {
  send_deposit();
  const auto back = [this](const hash256& tx) {
    status = {{"status", "refund"}, {"txHashes", json::array({tx.hex()})}};
  };
  back(pay(from, pair.input_token, 100'000'000, chain::keccak256("another order")));
  EXPECT_TRUE(says(look_thrice(), "refunded: its transfer is not seen yet"));
  back(pay(from, pair.input_token, 99'000'000, order));
  EXPECT_TRUE(says(look(), "halted: Relay gave back 99.00 of 100.00"));
  EXPECT_TRUE(alarmed("route.halted"));
  EXPECT_TRUE(says(*ask<step_progress>(actors::rescue_step{step}), "halted: Relay gave back 99.00"))
      << "whatever an operator says";
  back(pay(from, pair.input_token, 100'000'000, order));
  EXPECT_TRUE(says(look(), "refunded: not final yet"));
  from.node.add_blocks(3);
  auto p = look();
  EXPECT_EQ(p.state, step_state::failed) << p.detail;
  EXPECT_TRUE(says(p, "refunded: Relay gave it back")) << p.detail;
  EXPECT_FALSE(alarmed("route.halted"));
  EXPECT_EQ(flight().moves, 0U);
  p = look();
  EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
  EXPECT_EQ(sent.size(), 2U) << "a new attempt";
}

TEST_F(RelayRoute, AFailureIsNeitherAndIsLeftToAHuman) {
  send_deposit();
  status = {{"status", "failure"}, {"failReason", "UNKNOWN"}};
  const auto p = look_thrice();
  EXPECT_EQ(p.state, step_state::in_flight);
  EXPECT_TRUE(says(p, "halted: Relay says failure (UNKNOWN)")) << p.detail;
  EXPECT_TRUE(alarmed("route.halted"));
  EXPECT_FALSE(flight().readable);
  fill(99'950'000, order);
  to.node.add_blocks(3);
  EXPECT_EQ(look().state, step_state::done) << "it was paid after all";
}

TEST_F(RelayRoute, ASecondAttemptIsNotSentWhileAnEarlierPaymentBelongsToNobody) {
  step.attempt = 1;
  from.events.push_back(
      {from.head(),
       pair.input_token,
       {chain::transfer_topic(), chain::abi::word_of(account(5)), chain::abi::word_of(account(10))},
       word(100'000'000),
       chain::keccak256("a payment of nobody")});
  const auto p = look();
  EXPECT_EQ(p.state, step_state::unreadable) << p.detail;
  EXPECT_TRUE(says(p, "belongs to no live operation")) << p.detail;
  EXPECT_TRUE(sent.empty());
}

}  // namespace
}  // namespace headroom::test
