#include "chain/evm/json_rpc.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "chain/evm/eth.hpp"
#include "tests/net/http_server.hpp"

namespace headroom::chain {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::http_server;
using test::peer;

/// Answers each call with `reply(call)`, its id filled in.
auto node(std::function<json(const json&)> reply, std::string status = "200 OK") {
  return [reply = std::move(reply), status = std::move(status)](peer& p) {
    while (const auto request = p.read()) {
      const auto call = json::parse(request->substr(request->find("\r\n\r\n") + 4));
      auto answer = reply(call);
      if (answer.is_object() && !answer.contains("id")) answer["id"] = call.at("id");
      p.answer(answer.is_string() ? answer.get<std::string>() : answer.dump(), status);
    }
  };
}
auto result(json value) {
  return node([value = std::move(value)](const json&) { return json{{"result", value}}; });
}
auto error(int code, const std::string& message, const json& data = {}) {
  return node([=](const json&) {
    return json{{"error", {{"code", code}, {"message", message}, {"data", data}}}};
  });
}

struct JsonRpc : testing::Test {
  std::shared_ptr<net::http_client> http = std::make_shared<net::http_client>();

  rpc_result ask(std::vector<std::string> urls, rpc_request request = eth::block_number(),
                 json_rpc_options options = {300ms, 3s}) {
    return ask(json_rpc{http, std::move(urls), options}, std::move(request));
  }
  rpc_result ask(const json_rpc& rpc, rpc_request request = eth::block_number()) {
    auto promise = std::make_shared<std::promise<rpc_result>>();
    auto out = promise->get_future();
    rpc.call(std::move(request), [promise](rpc_result r) { promise->set_value(std::move(r)); });
    return out.get();
  }
  std::string nobody = "http://127.0.0.1:" + std::to_string(test::closed_port());
};

TEST_F(JsonRpc, AsksAndAnswers) {
  json seen;
  http_server server{node([&](const json& call) {
    seen = call;
    return json{{"jsonrpc", "2.0"}, {"result", "0x10"}};
  })};
  const auto r = ask({server.url()}, eth::transaction_count({}, "latest"));
  EXPECT_EQ(r.status, rpc_status::ok);
  EXPECT_EQ(eth::read_number(r.value), 16U);
  EXPECT_FALSE(r.repeated);
  EXPECT_EQ(seen.at("jsonrpc"), "2.0");
  EXPECT_EQ(seen.at("method"), "eth_getTransactionCount");
  EXPECT_EQ(seen.at("params"), (json{"0x" + std::string(40, '0'), "latest"}));
}

TEST_F(JsonRpc, TheNextNodeAnswersForOneThatIsDown) {
  http_server good{result("0x1")};
  const auto r = ask({nobody, good.url()});
  EXPECT_EQ(r.status, rpc_status::ok);
  EXPECT_FALSE(r.repeated);  // the first one got nothing
}

TEST_F(JsonRpc, AFailedNodeIsSkippedForAWhileAndThenAskedAgain) {
  http_server silent{[](peer& p) {
    (void)p.read();
    p.close();
  }};
  http_server good{result("0x1")};
  const json_rpc rpc{http, {silent.url(), good.url()}, {300ms, {200ms}, 0, 0ms}};
  const auto first = ask(rpc);
  EXPECT_EQ(first.status, rpc_status::ok);
  EXPECT_TRUE(first.repeated);
  EXPECT_FALSE(ask(rpc).repeated);
  EXPECT_EQ(silent.connections(), 1);
  const auto bound = std::chrono::steady_clock::now() + 5s;
  bool asked_again = false;
  while (!asked_again && std::chrono::steady_clock::now() < bound) asked_again = ask(rpc).repeated;
  EXPECT_TRUE(asked_again);
  EXPECT_EQ(silent.connections(), 2);
}

TEST_F(JsonRpc, ASilentNodeHidesTheNextOneOnceAndIsThenLeftAlone) {
  http_server silent{[](peer& p) { p.wait_for_close(); }};
  http_server good{result("0x1")};
  const json_rpc rpc{http, {silent.url(), good.url()}, {2s, {1ms, 1h}, 0, 0ms}};
  const auto first = ask(rpc);  // within the time of one call
  EXPECT_EQ(first.status, rpc_status::ok);
  EXPECT_TRUE(first.repeated);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(ask(rpc).repeated);
  EXPECT_EQ(silent.connections(), 1);
}

/// Anybody may have us call their contract: what it ends in must not cost us a node.
TEST_F(JsonRpc, AContractThatBreaksSaysNothingOfItsNode) {
  for (const auto* words : {"EVM error InvalidFEOpcode", "out of gas", "execution reverted"}) {
    http_server first{error(-32603, words)};
    http_server next{result("0x2")};
    json_rpc_options options{2s, {1h, 1h}};
    options.compare_heads = 0ms;
    const json_rpc rpc{http, {first.url(), next.url()}, options};
    for (int i = 0; i < 2; ++i) {
      const auto r = ask(rpc);
      EXPECT_EQ(r.status, rpc_status::error) << words;
      EXPECT_EQ(r.error.message, words);
    }
    EXPECT_EQ(next.connections(), 0) << words;
  }
}

TEST_F(JsonRpc, WhatOurOwnClientRefusesSaysNothingOfANode) {
  std::promise<void> all_asked;
  http_server good{node([all = all_asked.get_future().share()](const json&) {
    static_cast<void>(all.wait_for(1s));  // nobody is done before the last one has asked
    return json{{"result", "0x1"}};
  })};
  http_server next{result("0x2")};
  http = std::make_shared<net::http_client>(net::http_client_options{.max_in_flight = 0});
  const json_rpc refused{http, {good.url(), next.url()}, {300ms, {1h, 1h}, 0, 0ms}};
  EXPECT_EQ(ask(refused).status, rpc_status::unreachable);
  EXPECT_EQ(good.connections() + next.connections(), 0);
  // The same with room for one call: the second is refused, and the node stays the first choice.
  http = std::make_shared<net::http_client>(net::http_client_options{.max_in_flight = 1});
  const json_rpc rpc{http, {good.url(), next.url()}, {2s, {1h, 1h}, 0, 0ms}};
  std::vector<std::future<rpc_result>> pending;
  for (int i = 0; i < 8; ++i) {
    auto promise = std::make_shared<std::promise<rpc_result>>();
    pending.push_back(promise->get_future());
    rpc.call(eth::block_number(), [promise](rpc_result r) { promise->set_value(std::move(r)); });
  }
  all_asked.set_value();
  int refusals = 0;
  for (auto& p : pending) refusals += p.get().status == rpc_status::unreachable ? 1 : 0;
  EXPECT_GT(refusals, 0);
  EXPECT_EQ(eth::read_number(ask(rpc).value), 1U);
  EXPECT_EQ(next.connections(), 0);
}

TEST_F(JsonRpc, NobodyThereAndNobodyAnsweredAreDifferentThings) {
  EXPECT_EQ(ask({nobody, nobody}).status, rpc_status::unreachable);
  EXPECT_EQ(ask({}).status, rpc_status::unreachable);
  http_server slow{[](peer& p) { p.wait_for_close(); }};
  EXPECT_EQ(ask({slow.url(), nobody}, eth::block_number(), {100ms, 1s}).status,
            rpc_status::maybe_sent);
}

TEST_F(JsonRpc, UnreadableAnswersAreNoAnswers) {
  for (const auto& body :
       {json("<html>"), json(""), json::array(), json(1), json{{"id", 999}, {"result", 1}},
        json{{"id", "1"}, {"result", 1}}, json{{"result", 1}, {"id", nullptr}}, json{{"foo", 1}}}) {
    http_server server{node([&](const json&) { return body; })};
    EXPECT_EQ(ask({server.url()}).status, rpc_status::maybe_sent) << body;
  }
}

TEST_F(JsonRpc, ANodesNoIsFinalWhateverTheHttpStatus) {
  http_server server{error(-32000, "nonce too low")};
  const auto r = ask({server.url()});
  EXPECT_EQ(r.status, rpc_status::error);
  EXPECT_EQ(r.error.code, -32000);
  EXPECT_EQ(r.error.message, "nonce too low");
  http_server strange{node(
      [](const json&) {
        return json{{"error", {{"code", 3}, {"message", "m"}, {"data", "0x01"}}}};
      },
      "400 Bad Request")};
  EXPECT_EQ(ask({strange.url()}).error.data, byte_vector{1});
}

TEST_F(JsonRpc, ANodeThatIsItselfTheProblemIsNotBelievedWhileAnotherAnswers) {
  const auto refusing = [](int code, std::string status) {
    return node(
        [code](const json&) {
          return json{{"error", {{"code", code}, {"message", "m"}}}};
        },
        std::move(status));
  };
  http_server good{result("0x2")};
  for (const auto& [code, status] : {std::pair{-32000, "401 Unauthorized"},
                                     {-32000, "403 Forbidden"},
                                     {-32000, "503 Service Unavailable"},
                                     {-32601, "200 OK"},
                                     {-32603, "200 OK"}}) {
    http_server bad{refusing(code, status)};
    const auto r = ask({bad.url(), good.url()});
    EXPECT_EQ(r.status, rpc_status::ok) << code << status;
    EXPECT_EQ(r.repeated, std::string_view{status}.starts_with("5")) << code << status;
    const auto alone = ask({bad.url()});
    EXPECT_EQ(alone.status, rpc_status::error) << code << status;
    EXPECT_EQ(alone.error.code, code);
  }
}

TEST_F(JsonRpc, ALimitMovesOnToTheNextNode) {
  http_server limited{error(-32005, "limit exceeded")};
  http_server too_many{
      node([](const json&) { return json("slow down"); }, "429 Too Many Requests")};
  http_server good{result("0x2")};
  const auto r = ask({limited.url(), too_many.url(), good.url()});
  EXPECT_EQ(r.status, rpc_status::ok);
  EXPECT_FALSE(r.repeated);
  EXPECT_EQ(ask({limited.url()}).status, rpc_status::unreachable);
}

TEST_F(JsonRpc, EveryProvidersLimitMovesOnAndTheFirstNodeIsLeftAlone) {
  http_server good{result("0x2")};
  const std::pair<int, const char*> limits[]{
      {-32005, "limit exceeded"},
      {-32007, "50/second request limit reached"},
      {-32090, "Too many requests, reason: call rate limit exhausted, retry in 10s"},
      {-32016, "over rate limit"},
      {-32011, "request limit reached"},
      {-32029, "too many requests"},
      {-32000, "rate limit exceeded"},
      {-32001, "App is inactive"}};
  for (const auto& [code, words] : limits) {
    std::atomic<int> asked = 0;
    http_server limited{node([&, code = code, words = words](const json&) {
      ++asked;
      return json{{"error", {{"code", code}, {"message", words}}}};
    })};
    const json_rpc rpc{http, {limited.url(), good.url()}, {300ms, {}, 0, 0ms}};  // heads: never
    for (int i = 0; i < 5; ++i) EXPECT_EQ(eth::read_number(ask(rpc).value), 2U) << words;
    EXPECT_EQ(asked.load(), 1) << words;
  }
}

TEST_F(JsonRpc, RetryAfterIsHonouredAlsoByTheOnlyNode) {
  std::atomic<int> asked = 0;
  http_server limited{[&](peer& p) {
    while (p.read()) {
      ++asked;
      p.answer("slow down", "429 Too Many Requests\r\nRetry-After: 20");
    }
  }};
  const json_rpc rpc{http, {limited.url()}};
  for (int i = 0; i < 50; ++i) EXPECT_EQ(ask(rpc).status, rpc_status::unreachable);
  EXPECT_EQ(asked, 1);
}

/// Answers eth_chainId with `chain`, everything else with `value`.
auto node_on(std::string chain, std::string value) {
  return node([=](const json& call) {
    return json{{"result", call.at("method") == "eth_chainId" ? chain : value}};
  });
}

TEST_F(JsonRpc, ANodeOfAnotherChainIsNeverBelieved) {
  http_server foreign{node_on("0x89", "0x1")};
  http_server ours{node_on("0x2611", "0x2")};
  json_rpc_options on_plasma;
  on_plasma.chain_id = 9745;
  EXPECT_EQ(
      eth::read_number(ask({foreign.url(), ours.url()}, eth::block_number(), on_plasma).value), 2U);
  EXPECT_EQ(ask({foreign.url()}, eth::block_number(), on_plasma).status, rpc_status::unreachable);
  // A copied line of the settings, and the first node is away.
  EXPECT_EQ(ask({nobody, foreign.url()}, eth::block_number(), on_plasma).status,
            rpc_status::unreachable);
}

TEST_F(JsonRpc, APinnedQuestionGoesToItsNodeAlone) {
  http_server one{result("0x1")};
  http_server two{result("0x2")};
  const json_rpc rpc{http, {one.url(), two.url(), nobody}};
  auto pinned = eth::block_number();
  pinned.node = 1;
  const auto r = ask(rpc, pinned);
  EXPECT_EQ(eth::read_number(r.value), 2U);
  EXPECT_EQ(r.node, 1U);
  EXPECT_EQ(r.nodes, 3U);
  pinned.node = 2;
  EXPECT_EQ(ask(rpc, pinned).status, rpc_status::unreachable);
  pinned.node = 9;
  EXPECT_EQ(ask(rpc, pinned).status, rpc_status::unreachable);
  EXPECT_EQ(ask(rpc).node, 0U);
}

TEST_F(JsonRpc, AFrozenHeadIsAskedAfterTheOthers) {
  const auto with_head = [](std::uint64_t number, std::string value) {
    return node([=](const json& call) {
      if (call.at("method") != "eth_getBlockByNumber") return json{{"result", value}};
      return json{
          {"result", {{"number", eth::quantity(number)}, {"timestamp", eth::quantity(number)}}}};
    });
  };
  http_server frozen{with_head(100, "0x1")};
  http_server live{with_head(200, "0x2")};
  const json_rpc rpc{http, {frozen.url(), live.url()}};
  const auto bound = std::chrono::steady_clock::now() + 20s;
  while (eth::read_number(ask(rpc).value) != 2U && std::chrono::steady_clock::now() < bound) {
  }
  EXPECT_EQ(eth::read_number(ask(rpc).value), 2U);
}

TEST_F(JsonRpc, ARangeThatIsTooLargeIsTheNodesAnswerNotALimit) {
  http_server good{result(json::array())};
  http_server small{error(-32005, "query returned more than 10000 results")};
  const auto r = ask({small.url(), good.url()}, eth::logs({}));
  EXPECT_EQ(r.status, rpc_status::error);
  http_server too_large{node([](const json&) { return json("<html>"); }, "413 Payload Too Large")};
  EXPECT_EQ(ask({too_large.url(), good.url()}, eth::logs({})).error.code, 413);
}

TEST_F(JsonRpc, CallsOutliveTheObject) {
  http_server good{result("0x1")};
  auto promise = std::make_shared<std::promise<rpc_result>>();
  json_rpc{http, {nobody, good.url()}}.call(
      eth::block_number(), [promise](rpc_result r) { promise->set_value(std::move(r)); });
  EXPECT_EQ(promise->get_future().get().status, rpc_status::ok);
}

}  // namespace
}  // namespace headroom::chain
