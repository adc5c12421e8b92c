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

}  // namespace
}  // namespace headroom::chain
