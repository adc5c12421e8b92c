#include "chain/treasury/arrival_reader.hpp"

#include <gtest/gtest.h>

#include "tests/net/http_server.hpp"

namespace headroom::chain {
namespace {

using namespace std::chrono_literals;
using namespace test;
using nlohmann::json;

/// A node that answers every call with this number.
auto shows(std::uint64_t number) {
  return [number](peer& p) {
    while (const auto request = p.read()) {
      const auto call = json::parse(request->substr(request->find("\r\n\r\n") + 4));
      char word[67];
      std::snprintf(word, sizeof word, "0x%064llx", static_cast<unsigned long long>(number));
      p.answer(json{{"jsonrpc", "2.0"}, {"id", call.at("id")}, {"result", word}}.dump());
    }
  };
}

struct ArrivalReader : testing::Test {
  std::shared_ptr<net::http_client> http = std::make_shared<net::http_client>();
  std::string nobody = "http://127.0.0.1:" + std::to_string(closed_port());
  ~ArrivalReader() override { http->stop(); }

  std::optional<usdc> least(std::vector<std::string> urls) {
    json_rpc_options options{300ms, 3s};
    options.compare_heads = 0ms;
    const auto count = static_cast<std::uint32_t>(urls.size());
    return ask_least_balance({http, std::move(urls), options}, count, address{}, address{});
  }
};

/// A node that has not seen yet what has left would show as a stranger's what is booked already.
TEST_F(ArrivalReader, OfTwoNodesTheOneThatShowsLessIsBelieved) {
  http_server ahead{shows(5'000'000)};
  http_server behind{shows(9'000'000)};
  EXPECT_EQ(least({behind.url(), ahead.url()}), usdc{5'000'000});
  EXPECT_EQ(least({ahead.url(), behind.url(), nobody}), usdc{5'000'000});
}

TEST_F(ArrivalReader, OneNodeIsEnoughOnlyWhereThereIsOne) {
  http_server only{shows(7)};
  EXPECT_EQ(least({only.url()}), usdc{7});
  EXPECT_EQ(least({only.url(), nobody}), std::nullopt);
}

/// A chain of some blocks, as one node shows it.
struct shown_chain {
  std::uint64_t finalized = 0;  // zero: no such tag
  std::uint64_t nonce = 0;      // of the account, at whatever block
  json receipt;                 // of every transaction
  std::vector<std::string> counted_at;

  json block(std::uint64_t n) const {
    return {{"number", quantity_of(n)},
            {"hash", "0x" + std::string(64, 'b')},
            {"parentHash", "0x" + std::string(64, 'a')},
            {"timestamp", "0x1"}};
  }
  static std::string quantity_of(std::uint64_t n) { return eth::quantity(n); }
  json answer(const json& call) {
    const auto method = call.at("method").get<std::string>();
    if (method == "eth_getTransactionReceipt") return receipt;
    if (method == "eth_getTransactionCount") {
      counted_at.push_back(call.at("params").at(1));
      return quantity_of(nonce);
    }
    const bool tag = call.at("params").at(0) == "finalized";
    if (tag && finalized == 0) return nullptr;
    return block(tag ? finalized : 40);
  }
  json receipt_of(bool succeeded, std::uint64_t in) const {
    return {{"transactionHash", "0x" + std::string(64, '7')},
            {"status", succeeded ? "0x1" : "0x0"},
            {"blockHash", "0x" + std::string(64, 'b')},
            {"blockNumber", quantity_of(in)},
            {"gasUsed", "0x5208"},
            {"effectiveGasPrice", "0x1"},
            {"logs", json::array()}};
  }
};

auto shows(shown_chain& c) {
  return [&c](peer& p) {
    while (const auto request = p.read()) {
      const auto call = json::parse(request->substr(request->find("\r\n\r\n") + 4));
      p.answer(json{{"jsonrpc", "2.0"}, {"id", call.at("id")}, {"result", c.answer(call)}}.dump());
    }
  };
}

/// What an operator gives back by hand must not be paid by the chain as well.
TEST_F(ArrivalReader, AnEndByDepthIsNotSettledWhereTheNodesNameAFinalBlock) {
  shown_chain c;
  http_server only{shows(c)};
  chain_operation row;
  row.nonce = 7;
  row.status = operation_status::reverted;
  const auto why = [&] {
    json_rpc_options options{300ms, 3s};
    options.compare_heads = 0ms;
    return why_not_settled({http, {only.url()}, options}, 1, {12, final_by::either}, {row});
  };
  c.receipt = c.receipt_of(false, 25);
  c.finalized = 20;
  c.nonce = 7;
  EXPECT_NE(why(), "") << "at block 20 its nonce was free: a reorganisation may make it succeed";
  EXPECT_EQ(c.counted_at.back(), "0x14");
  c.nonce = 8;
  EXPECT_EQ(why(), "");
  c.receipt = nullptr;
  EXPECT_EQ(why(), "") << "another one took its nonce for good";
  c.receipt = c.receipt_of(true, 25);
  EXPECT_NE(why(), "") << "it was mined and paid";
  c.receipt = nullptr;
  c.finalized = 0;
  EXPECT_EQ(why(), "");
  EXPECT_EQ(c.counted_at.back(), "0x1c") << "depth, where there is no tag";
}

}  // namespace
}  // namespace headroom::chain
