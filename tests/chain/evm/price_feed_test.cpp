#include "chain/evm/price_feed.hpp"

#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>

#include "chain/evm/abi.hpp"
#include "tests/chain/evm/fake_node.hpp"
#include "tests/support/seeded_scheduler.hpp"

/// A price that money waits for: what it says, and every way in which it says nothing.
namespace headroom::test {
namespace {

constexpr std::uint64_t block_time = 1'800'000'000;

/// What a feed and its node say; each test changes one thing.
struct feed_words {
  std::uint64_t digits = 8;
  uint256 answer = uint256::of(100'000'000);
  std::uint64_t updated = block_time - 60;
  std::uint64_t time = block_time;

  [[nodiscard]] std::vector<chain::rpc_result> results() const {
    const auto word = chain::abi::encoder{}.number(digits).done();
    const auto round = chain::abi::encoder{}
                           .number(7)
                           .word(answer.view())
                           .number(updated)
                           .number(updated)
                           .number(7)
                           .done();
    return {fake_node::ok(to_0x(word)), fake_node::ok(to_0x(round)),
            fake_node::ok({{"number", "0x1"},
                           {"hash", chain::keccak256("block").hex()},
                           {"timestamp", fake_node::number(time)}})};
  }
};

const chain::price_feed hourly{{}, std::chrono::seconds{3'600}};

chain::price_reading read(const feed_words& x, timestamp now = timestamp::of_seconds(block_time)) {
  return chain::read_price(hourly, x.results(), now);
}

TEST(PriceFeed, SaysThePriceInHundredMillionthsWhateverItsDigits) {
  const auto p = read({});
  EXPECT_TRUE(p.good()) << p.problem;
  EXPECT_EQ(p.price, chain::whole_price);
  EXPECT_EQ(p.updated_at, timestamp::of_seconds(block_time - 60));
  feed_words x;
  x.digits = 18;
  x.answer = uint256::of(uint128{999'912'345'678'999'999});
  EXPECT_EQ(read(x).price, 99'991'234) << "what is beyond is cut off";
  x.digits = 6;
  x.answer = uint256::of(1'000'100);
  EXPECT_EQ(read(x).price, 100'010'000);
}

TEST(PriceFeed, IsStaleAfterItsHeartbeatByTheLaterOfTwoClocks) {
  feed_words x;
  x.updated = block_time - 3'600;
  EXPECT_TRUE(read(x).good());
  x.updated = block_time - 3'601;
  EXPECT_EQ(read(x).problem, "the price is stale: 3601 s old") << "the feed stands still";
  x.updated = block_time - 60;
  EXPECT_EQ(read(x, timestamp::of_seconds(block_time + 3'541)).problem,
            "the price is stale: 3601 s old")
      << "its node does";
  x.time = block_time + 3'541;
  EXPECT_FALSE(read(x).good()) << "our own clock does";
}

TEST(PriceFeed, SaysNothingThatIsNotAPriceOfNow) {
  feed_words x;
  x.answer = {};
  EXPECT_EQ(read(x).problem, "the price is not above zero");
  x.answer.bytes.fill(0xff);  // -1
  EXPECT_EQ(read(x).problem, "the price is not above zero");
  x = {};
  x.updated = block_time + 1;
  EXPECT_EQ(read(x).problem, "the price is from the future");
  x = {};
  x.updated = 0;
  EXPECT_FALSE(read(x).good());
  x = {};
  x.digits = 19;
  EXPECT_EQ(read(x).problem, "the price feed's answer cannot be read");
  x = {};
  x.answer = uint256::of(uint128{1} << 100U);
  EXPECT_EQ(read(x).problem, "the price feed's answer cannot be read");
  x.answer = uint256::of(1);
  x.digits = 18;
  EXPECT_EQ(read(x).problem, "the price is not above zero") << "nothing is left of it";
}

TEST(PriceFeed, AFeedThatRevertsAndANodeThatIsSilentAreNotThePrice) {
  const auto now = timestamp::of_seconds(block_time);
  auto r = feed_words{}.results();
  r[1] = fake_node::error(3, "execution reverted: No data present");
  EXPECT_EQ(chain::read_price(hourly, r, now).problem, "the price feed has no data");
  for (std::size_t i = 0; i < 3; ++i) {
    r = feed_words{}.results();
    r[i] = fake_node::silent(chain::rpc_status::unreachable);
    EXPECT_EQ(chain::read_price(hourly, r, now).problem, "the price feed cannot be read") << i;
  }
  r = feed_words{}.results();
  r[1] = fake_node::ok("0x01");
  EXPECT_FALSE(chain::read_price(hourly, r, now).good()) << "a short answer";
}

TEST(PriceFeed, IsAtParWithinItsBoundsAndNeverWhenItSaysNothing) {
  chain::price_reading p;
  p.price = 99'500'000;
  EXPECT_TRUE(chain::is_at_par(p, 50));
  p.price = 99'499'999;
  EXPECT_FALSE(chain::is_at_par(p, 50));
  p.price = 100'500'000;
  EXPECT_TRUE(chain::is_at_par(p, 50));
  p.price = 100'500'001;
  EXPECT_FALSE(chain::is_at_par(p, 50));
  p.price = INT64_MAX;
  EXPECT_FALSE(chain::is_at_par(p, 10'000));
  p.price = chain::whole_price;
  p.problem = "the price is stale";
  EXPECT_FALSE(chain::is_at_par(p, 10'000));
}

TEST(PriceFeed, ManyAskersAreOneQuestionAndAnAnswerIsKeptForAWhile) {
  virtual_config cfg;
  caf::actor_system sys{cfg};
  auto& sched = dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  fake_node node;
  std::uint32_t rounds = 0;
  const auto words = feed_words{}.results();
  node.quirk = [&](std::uint32_t, const chain::rpc_request& x) {
    if (x.method != "eth_call") return std::optional{words[2]};
    const auto selector = x.params.at(0).at("data").get<std::string>();
    if (selector == "0x313ce567") return std::optional{words[0]};
    EXPECT_EQ(selector, "0xfeaf968c");
    ++rounds;
    return std::optional{words[1]};
  };
  const auto nodes = spawn_node(sys, &node);
  chain::price_watch watch{hourly, nodes, std::chrono::seconds{10}};
  int good = 0;
  const auto ask = [&](int times) {
    sys.spawn([&, times](caf::event_based_actor* self) {
      for (int i = 0; i < times; ++i)
        watch.ask(
            self, [] { return timestamp::of_seconds(block_time); },
            [&](const chain::price_reading& p) { good += p.good() ? 1 : 0; });
    });
    sched.run();
  };
  ask(3);
  EXPECT_EQ(good, 3);
  EXPECT_EQ(rounds, 1U);
  ask(1);
  EXPECT_EQ(good, 4);
  EXPECT_EQ(rounds, 1U) << "kept";
  sched.advance_time(std::chrono::seconds{10});
  ask(1);
  EXPECT_EQ(good, 5);
  EXPECT_EQ(rounds, 2U);
  caf::anon_send_exit(nodes, caf::exit_reason::kill);
  sched.run();
}

}  // namespace
}  // namespace headroom::test
