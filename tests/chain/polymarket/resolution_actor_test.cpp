#include "chain/polymarket/resolution_actor.hpp"

#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>
#include <numeric>

#include "chain/evm/abi.hpp"
#include "chain/evm/wallet_actor.hpp"
#include "tests/chain/evm/fake_node.hpp"
#include "tests/chain/polymarket/fake_venue.hpp"
#include "tests/chain/polymarket/redeem_logs.hpp"
#include "tests/chain/polymarket/shown_receipts.hpp"
#include "tests/support/seeded_scheduler.hpp"

namespace headroom::test {
namespace {

using actors::condition_state;
using actors::operation_report;
using actors::redeem_progress;
using actors::redeem_state;
using chain::rpc_request;
using chain::rpc_result;
namespace poly = chain::polymarket;

std::string word(std::uint64_t value) { return to_hex(uint256::of(value).view()); }

/// One node's view of the Conditional Tokens.
struct node_view {
  bool up = true;
  std::vector<std::uint64_t> payouts{0, 0};  // as numerators
  std::uint64_t slots = 2;
  bool shows_receipts = true;
};

/// A transaction of somebody else.
struct foreign_transaction {
  std::vector<chain::log_entry> logs;
  std::uint64_t block = 80;
};

/// The chain at its block 100, of which 88 is final, as several nodes show it, an account's wallet,
/// and the API.
struct ResolutionActor : testing::Test {
  virtual_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  actors::directory dir{100};
  actors::world_ptr w = std::make_shared<actors::world>(
      actors::world{dir, [] { return timestamp::of_seconds(1'800'000'000); }, {}, {}});
  poly::resolution_settings settings;
  address account{{0xac}};
  address second{{0xbc}};
  hash256 condition = chain::keccak256("rain");
  record_market market{condition,     false, "Rain?", {uint256::of(7), uint256::of(8)},
                       {"Yes", "No"}, {}};

  std::vector<node_view> nodes{{}, {}};
  std::map<address, std::vector<std::uint64_t>> held;  // of 7 and 8
  std::set<std::string> blocks_asked;                  // of the Conditional Tokens
  /// What a try brings, by the call's selector; missing: it reverts.
  std::map<std::string, std::uint64_t> gains;
  bool takes_overrides = true;
  std::map<hash256, foreign_transaction> others;
  std::size_t log_searches = 0;

  std::map<std::string, net::http_result> api;  // by path, with the query
  std::vector<std::string> fetched;

  operation_report wallet_says{operation_state::unsent, {}, 0, {}, {}};
  std::vector<actors::send_transaction> sent;
  std::string wallet_refuses;

  std::vector<caf::strong_actor_ptr> alive;
  actors::resolution_actor resolution;

  ResolutionActor() {
    settings.clob_url = settings.gamma_url = "http://api";
    held[account] = {100'000'000, 40'000'000};
    held[second] = {5'000'000, 0};
  }
  ~ResolutionActor() override {
    for (auto& a : alive)
      caf::anon_send_exit(caf::actor_cast<caf::actor>(a), caf::exit_reason::kill);
    alive.clear();
    resolution = nullptr;
    dir.close();
    sched.run();
    sched.clock().cancel_all();
  }
  template <class H>
  H own(H h) {
    alive.push_back(caf::actor_cast<caf::strong_actor_ptr>(h));
    return h;
  }

  // -- the chain ---------------------------------------------------------------------------------

  rpc_result answer(const rpc_request& x) {
    const auto n = x.node.value_or(0);
    auto out = n < nodes.size() && nodes[n].up ? said_by(nodes[n], x)
                                               : fake_node::silent(chain::rpc_status::unreachable);
    out.node = n;
    out.nodes = static_cast<std::uint32_t>(nodes.size());
    return out;
  }
  rpc_result said_by(const node_view& node, const rpc_request& x) {
    if (x.method == "eth_getBlockByNumber") {
      const auto tag = x.params.at(0).get<std::string>();
      if (tag == "finalized") return fake_node::ok(nullptr);
      return fake_node::ok({{"number", tag == "latest" ? "0x64" : tag},
                            {"hash", chain::keccak256("block").hex()},
                            {"timestamp", "0x6b49d200"}});
    }
    if (x.method == "eth_getLogs") return found(x.params.at(0));
    if (x.method == "eth_getTransactionReceipt") return receipt(node, x.params.at(0));
    if (x.method != "eth_call") return fake_node::error(-32601, "no such method");
    const auto to = *address::parse(x.params.at(0).at("to").get<std::string>());
    const auto data = *from_hex(x.params.at(0).at("data").get<std::string>());
    if (to != settings.contracts.conditional_tokens) return tried(x, data);
    blocks_asked.insert(x.params.at(1).get<std::string>());
    const auto selector = to_0x(byte_view{data}.first(4));
    const chain::abi::reader words{byte_view{data}.subspan(4)};
    if (selector == "0xdd34de67")
      return fake_node::ok(
          "0x" + word(std::accumulate(node.payouts.begin(), node.payouts.end(), std::uint64_t{0})));
    if (selector == "0xd42dc0c2") return fake_node::ok("0x" + word(node.slots));
    if (selector == "0x0504c814")
      return fake_node::ok("0x" + word(node.payouts.at(*words.number(1))));
    return holdings(words);
  }
  rpc_result found(const json& filter) {
    ++log_searches;
    const auto number = [&](const char* key) { return *chain::eth::read_number(filter.at(key)); };
    const auto fits = [&](const chain::log_entry& log) {
      if (log.emitter.hex() != filter.at("address") || log.topics.size() < 4) return false;
      for (std::size_t i = 0; i < filter.at("topics").size(); ++i) {
        const auto& wanted = filter.at("topics").at(i);
        if (!wanted.is_null() && wanted != log.topics[i].hex()) return false;
      }
      return true;
    };
    auto out = json::array();
    for (const auto& [tx, x] : others)
      for (const auto& log : x.logs)
        if (x.block >= number("fromBlock") && x.block <= number("toBlock") && fits(log))
          out.push_back(log_json(tx, x.block, log));
    return fake_node::ok(std::move(out));
  }
  rpc_result receipt(const node_view& node, const json& tx) {
    const auto i = others.find(*hash256::parse(tx.get<std::string>()));
    if (i == others.end() || !node.shows_receipts) return fake_node::ok(nullptr);
    return fake_node::ok(receipt_json(i->first, i->second.block, true, i->second.logs));
  }
  rpc_result holdings(const chain::abi::reader& words) {
    const auto count = *words.number(2);
    std::string out = "0x" + word(32) + word(count);
    for (std::size_t i = 0; i < count; ++i)
      out += word(held[*words.account(3 + i)].at(*words.number(4 + count + i) - 7));
    return fake_node::ok(out);
  }
  /// With a state override the call stands behind two words; without one it is the account's own.
  rpc_result tried(const rpc_request& x, const byte_vector& data) {
    const bool overrides = x.params.size() > 2;
    if (overrides && !takes_overrides) return fake_node::error(-32602, "too many arguments");
    const auto selector = to_0x(byte_view{data}.subspan(overrides ? 64 : 0).first(4));
    const auto i = gains.find(selector);
    if (i == gains.end()) return fake_node::error(3, "execution reverted");
    return fake_node::ok(overrides ? "0x" + word(i->second) : "0x");
  }

  // -- starting and asking -----------------------------------------------------------------------

  void start() {
    const auto rpc = own(sys.spawn([this]() -> chain::rpc_actor::behavior_type {
      return {[this](const rpc_request& x) { return answer(x); }};
    }));
    const auto http = own(sys.spawn([this]() -> chain::http_actor::behavior_type {
      return {[this](const chain::http_call& x) {
        const auto path = x.request.url.substr(std::string_view{"http://api"}.size());
        fetched.push_back(path);
        const auto i = api.find(path);
        return i == api.end() ? fake_venue::refusal(404, "not found") : i->second;
      }};
    }));
    const auto wallet = own(sys.spawn([this]() -> actors::wallet_actor::behavior_type {
      return {
          [this](const actors::send_transaction& x) -> caf::result<operation_report> {
            if (!wallet_refuses.empty()) return make_error(errc::internal, wallet_refuses);
            sent.push_back(x);
            return operation_report{operation_state::pending, chain::keccak256("tx"), 0, {}, {}};
          },
          [this](actors::get_atom, const operation_id&) { return wallet_says; },
          [](actors::poll_atom) {},
          [](actors::status_atom) {
            return actors::status_report{"wallet", {}};
          }};
    }));
    dir.handles.set_wallet({settings.chain_id, account}, wallet);
    resolution =
        own(sys.spawn(poly::resolution_behavior, w, settings, std::vector<address>{account, second},
                      poly::resolution_doors{http, rpc}));
    sched.run();
  }
  template <class T>
  struct heard {
    std::optional<T> value;
    errc code = errc::none;
  };
  template <class T, class Question>
  heard<T> ask(Question question) {
    if (!resolution) start();
    auto box = std::make_shared<heard<T>>();
    own(sys.spawn([=, to = resolution](caf::event_based_actor* me) {
      me->request(to, caf::infinite, question)
          .then([box](T& x) { box->value = std::move(x); },
                [box](const caf::error& e) { box->code = actors::code_of(e); });
    }));
    sched.run();
    return *box;
  }
  heard<condition_state> look(bool at_chain = false) {
    return ask<condition_state>(actors::look_at_condition{condition, at_chain});
  }
  redeem_progress redeem() {
    const auto out = ask<redeem_progress>(
        actors::redeem_condition{operation_id::from_digest(condition), account, market});
    EXPECT_TRUE(out.value) << to_string(out.code);
    return out.value.value_or(redeem_progress{});
  }
  /// Nothing is left in the account, and the books miss what it held.
  redeem_progress redeem_missing(std::vector<hash256> booked = {}) {
    resolve({1, 0});
    held[account] = {0, 0};
    actors::redeem_condition x{operation_id::from_digest(condition), account, market};
    x.missing = true;
    x.since = w->now();
    x.booked = std::move(booked);
    const auto out = ask<redeem_progress>(x);
    EXPECT_TRUE(out.value) << to_string(out.code);
    return out.value.value_or(redeem_progress{});
  }
  /// By somebody else, through the adapter of ordinary markets.
  hash256 redeemed_by_others(const std::string& name, std::uint64_t yes, std::uint64_t block = 80) {
    const redeem_logs logs{
        .yes = yes, .no = 0, .paid = yes, .adapter = settings.contracts.collateral_adapter};
    const auto tx = chain::keccak256(name);
    others[tx] = {logs.all(condition), block};
    return tx;
  }
  void resolve(std::vector<std::uint64_t> payouts) {
    for (auto& n : nodes) n.payouts = payouts;
  }
  void gamma_says(const std::string& status) {
    api["/markets?condition_ids=" + condition.hex() + "&closed=false"] =
        fake_venue::answer(200, json::array({{{"conditionId", condition.hex()},
                                              {"closed", false},
                                              {"question", "Rain?"},
                                              {"umaResolutionStatus", status}}})
                                    .dump());
  }
};

constexpr auto whole = "0x01b7037c";
constexpr auto amounts = "0xdbeccb23";

// -- conditions ----------------------------------------------------------------------------------

TEST_F(ResolutionActor, APayoutVectorOfAFinalBlockThatTwoNodesShowIsTheWord) {
  resolve({1, 0});
  const auto r = look();
  ASSERT_TRUE(r.value) << to_string(r.code);
  EXPECT_TRUE(r.value->resolved);
  EXPECT_EQ(r.value->payouts, (payout_vector{{1, 0}, 1}));
  EXPECT_EQ(blocks_asked, (std::set<std::string>{"0x58"})) << "block 88";
}

TEST_F(ResolutionActor, OneNodeAloneIsNotBelieved) {
  nodes[0].payouts = {1, 0};
  const auto r = look();
  ASSERT_TRUE(r.value);
  EXPECT_FALSE(r.value->resolved);
  nodes[1].up = false;
  EXPECT_EQ(look(true).code, errc::unavailable);
}

TEST_F(ResolutionActor, TheOnlyNodeThereIsIsBelieved) {
  nodes.resize(1);
  resolve({1, 1});
  const auto r = look();
  ASSERT_TRUE(r.value);
  EXPECT_EQ(r.value->payouts, (payout_vector{{1, 1}, 2}));
}

TEST_F(ResolutionActor, NodesThatShowDifferentPayoutsAreNoWord) {
  nodes[0].payouts = {1, 0};
  nodes[1].payouts = {0, 1};
  EXPECT_EQ(look().code, errc::unavailable);
}

TEST_F(ResolutionActor, WhileTheApiCallsItOpenTheChainIsAskedNowAndThen) {
  gamma_says("proposed");
  auto r = look();  // the first time it is
  ASSERT_TRUE(r.value);
  EXPECT_EQ(r.value->stage, "proposed");
  EXPECT_FALSE(blocks_asked.empty());
  blocks_asked.clear();
  look();
  EXPECT_TRUE(blocks_asked.empty());
  resolve({1, 0});
  EXPECT_TRUE(look(true).value->resolved) << "an operator wants the chain";
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(look().value->resolved);
  EXPECT_TRUE(look().value->resolved) << "the seventh look";
  gamma_says("resolved");
  EXPECT_TRUE(look().value->resolved);
}

// -- markets -------------------------------------------------------------------------------------

TEST_F(ResolutionActor, FindsTheMarketOfATokenWithItsQuestionWhereGammaHasIt) {
  api["/markets-by-token/8"] =
      fake_venue::answer(200, json{{"condition_id", condition.hex()}}.dump());
  api["/clob-markets/" + condition.hex()] = fake_venue::answer(
      200, json{{"c", condition.hex()},
                {"t", json::array({{{"t", "7"}, {"o", "Yes"}}, {{"t", "8"}, {"o", "No"}}})},
                {"nr", true}}
               .dump());
  const auto plain = ask<record_market>(actors::find_market{uint256::of(8)});
  ASSERT_TRUE(plain.value) << to_string(plain.code);
  EXPECT_EQ(plain.value->question, "") << "nobody had it";
  gamma_says("");
  const auto named = ask<record_market>(actors::find_market{uint256::of(8)});
  EXPECT_EQ(named.value->question, "Rain?");
  EXPECT_TRUE(named.value->neg_risk);
  EXPECT_EQ(named.value->tokens, market.tokens);
  EXPECT_EQ(ask<record_market>(actors::find_market{uint256::of(9)}).code, errc::not_found);
}

// -- redeeming -----------------------------------------------------------------------------------

TEST_F(ResolutionActor, RedeemsThroughTheWalletOnce) {
  resolve({1, 0});
  gains[whole] = 100'000'000;
  EXPECT_EQ(redeem().state, redeem_state::under_way);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].call.to, settings.contracts.collateral_adapter);
  wallet_says.state = operation_state::pending;
  EXPECT_EQ(redeem().state, redeem_state::under_way);
  EXPECT_EQ(sent.size(), 1U);
}

TEST_F(ResolutionActor, ANegRiskMarketIsRedeemedByTheSelectorThatPays) {
  market.neg_risk = true;
  resolve({1, 0});
  gains[whole] = 0;  // there, and pays nothing
  gains[amounts] = 100'000'000;
  EXPECT_EQ(redeem().state, redeem_state::under_way);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(to_0x(byte_view{sent[0].call.data}.first(4)), amounts);
  EXPECT_EQ(sent[0].call.to, settings.contracts.neg_risk_collateral_adapter);
}

TEST_F(ResolutionActor, WhatWouldPayNothingOrTooLittleIsRefusedAndNothingIsBurned) {
  resolve({1, 0});
  gains[whole] = 0;
  EXPECT_EQ(redeem().state, redeem_state::refused);
  gains[whole] = 99'000'000;
  const auto p = redeem();
  EXPECT_EQ(p.state, redeem_state::refused);
  EXPECT_NE(p.detail.find("99.00"), std::string::npos) << p.detail;
  gains.clear();
  EXPECT_EQ(redeem().state, redeem_state::refused) << "it reverts";
  EXPECT_TRUE(sent.empty());
}

TEST_F(ResolutionActor, NodesThatTakeNoOverrideAreAskedPlainly) {
  takes_overrides = false;
  market.neg_risk = true;
  resolve({1, 0});
  gains[amounts] = 1;
  EXPECT_EQ(redeem().state, redeem_state::under_way);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(to_0x(byte_view{sent[0].call.data}.first(4)), amounts) << "the other one reverts";
}

TEST_F(ResolutionActor, AnAccountWithLosingSharesOnlySendsNothing) {
  resolve({1, 0});
  held[account] = {0, 40'000'000};
  EXPECT_EQ(redeem().state, redeem_state::nothing);
  held[account] = {0, 0};
  EXPECT_EQ(redeem().state, redeem_state::nothing);
  EXPECT_TRUE(sent.empty());
}

TEST_F(ResolutionActor, AReceiptProvesWhatCameAndWhatWasBurned) {
  const redeem_logs logs{.yes = 100'000'000, .no = 40'000'000, .paid = 100'000'000};
  wallet_says.state = operation_state::confirmed;
  wallet_says.tx_hash = chain::keccak256("tx");
  for (const auto& log : logs.all(condition))
    wallet_says.logs.push_back({log.emitter, log.topics, log.data});
  const auto p = redeem();
  EXPECT_EQ(p.state, redeem_state::done);
  EXPECT_EQ(p.received, 100_usdc);
  ASSERT_EQ(p.burned.size(), 2U);
  EXPECT_EQ(p.burned[0].micro, 100'000'000);
  EXPECT_EQ(p.burned[1].micro, 40'000'000);
  EXPECT_EQ(p.tx_hash, wallet_says.tx_hash);
  EXPECT_EQ(p.detail, "");
}

TEST_F(ResolutionActor, OneThatRevertsEveryTimeIsAHumansBusiness) {
  wallet_says.state = operation_state::reverted;
  const auto p = redeem();
  EXPECT_EQ(p.state, redeem_state::refused);
  EXPECT_TRUE(sent.empty());
}

TEST_F(ResolutionActor, AnAccountWithoutAWalletIsUnavailable) {
  const auto r = ask<redeem_progress>(
      actors::redeem_condition{operation_id::from_digest(condition), second, market});
  EXPECT_EQ(r.code, errc::unavailable);
}

TEST_F(ResolutionActor, WhatTheWalletWillNotSendIsSaid) {
  resolve({1, 0});
  gains[whole] = 100'000'000;
  wallet_refuses = std::string{chain::would_revert} + ": not approved";
  const auto p = redeem();
  EXPECT_EQ(p.state, redeem_state::refused);
  EXPECT_EQ(p.detail, wallet_refuses);
}

// -- redeemed by others --------------------------------------------------------------------------

TEST_F(ResolutionActor, WhatSomebodyElseRedeemedIsFoundAndProvenByItsReceipt) {
  const auto tx = redeemed_by_others("a page", 100'000'000);
  const auto p = redeem_missing();
  EXPECT_EQ(p.state, redeem_state::seen) << p.detail;
  EXPECT_EQ(p.tx_hash, tx);
  EXPECT_EQ(p.received, 100_usdc);
  ASSERT_EQ(p.burned.size(), 2U);
  EXPECT_EQ(p.burned[0].micro, 100'000'000);
  EXPECT_TRUE(sent.empty());
}

TEST_F(ResolutionActor, NobodyLooksForItUnlessTheBooksMissSomething) {
  redeemed_by_others("a page", 100'000'000);
  resolve({1, 0});
  held[account] = {0, 0};
  EXPECT_EQ(redeem().state, redeem_state::nothing);
  EXPECT_EQ(log_searches, 0U);
}

TEST_F(ResolutionActor, WhatIsInTheBooksIsPassedOverAndTheNextOneFound) {
  const auto early = redeemed_by_others("early", 60'000'000, 70);
  const auto late = redeemed_by_others("late", 40'000'000, 80);
  EXPECT_EQ(redeem_missing({early}).tx_hash, late);
  EXPECT_EQ(redeem_missing({late}).tx_hash, early);
  EXPECT_EQ(redeem_missing({early, late}).state, redeem_state::nothing);
}

TEST_F(ResolutionActor, OneNodesReceiptOfOthersIsNoProof) {
  redeemed_by_others("a page", 100'000'000);
  nodes[1].shows_receipts = false;
  const auto p = redeem_missing();
  EXPECT_EQ(p.state, redeem_state::nothing);
  EXPECT_NE(p.detail.find("too_few_nodes"), std::string::npos) << p.detail;
}

TEST_F(ResolutionActor, WhatIsNotFinalIsNotThereYet) {
  redeemed_by_others("a page", 100'000'000, 95);
  EXPECT_EQ(redeem_missing().state, redeem_state::nothing);
}

TEST_F(ResolutionActor, ATransactionThatIsNotProvenDoesNotHideTheNextOne) {
  const auto sold = redeemed_by_others("also sold", 60'000'000, 70);
  auto& logs = others[sold].logs;
  logs.push_back({settings.contracts.conditional_tokens,
                  {chain::keccak256("TransferSingle(address,address,address,uint256,uint256)"),
                   {},
                   chain::abi::word_of(account),
                   chain::abi::word_of(address{{0xbb}})},
                  chain::abi::encoder{}.number(7).number(1).done(),
                  sold,
                  70,
                  99});
  EXPECT_NE(redeem_missing().detail.find("shares_went_elsewhere"), std::string::npos);
  const auto good = redeemed_by_others("a page", 40'000'000);
  EXPECT_EQ(redeem_missing().tx_hash, good);
}

// -- holdings ------------------------------------------------------------------------------------

TEST_F(ResolutionActor, HoldingsAreTheSumOverAllAccountsInTheOrderAsked) {
  const auto r = ask<actors::token_holdings>(
      actors::held_on_chain{{uint256::of(8), uint256::of(7), uint256::of(8)}});
  ASSERT_TRUE(r.value);
  ASSERT_EQ(r.value->shares.size(), 3U);
  EXPECT_EQ(r.value->shares[0].micro, 40'000'000);
  EXPECT_EQ(r.value->shares[1].micro, 105'000'000);
  EXPECT_EQ(r.value->shares[2].micro, 40'000'000);
  EXPECT_EQ(blocks_asked, (std::set<std::string>{"0x58"}));
}

TEST_F(ResolutionActor, ManyTokensAreAskedForInParts) {
  const std::vector<uint256> many(450, uint256::of(7));
  const auto r = ask<actors::token_holdings>(actors::held_on_chain{many});
  ASSERT_TRUE(r.value);
  ASSERT_EQ(r.value->shares.size(), 450U);
  EXPECT_EQ(r.value->shares[449].micro, 105'000'000);
  const std::vector<uint256> too_many(settings.most_tokens + 1);
  EXPECT_EQ(ask<actors::token_holdings>(actors::held_on_chain{too_many}).code, errc::invalid_field);
}

}  // namespace
}  // namespace headroom::test
