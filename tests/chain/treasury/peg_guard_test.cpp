#include "chain/treasury/peg_guard.hpp"

#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>

#include "actors/alerts.hpp"
#include "chain/evm/abi.hpp"
#include "tests/chain/evm/fake_node.hpp"
#include "tests/support/seeded_scheduler.hpp"

/// Credits wait while the token that was paid is not worth a dollar, or nobody can say.
namespace headroom::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t block_time = 1'800'000'000;
constexpr auto depeg = "deposit.depeg";

struct PegGuard : testing::Test {
  virtual_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  actors::directory dir{100};
  actors::world_ptr w = std::make_shared<actors::world>(
      actors::world{dir, [] { return timestamp::of_seconds(block_time); }, {}, {}});
  fake_node node;
  std::uint64_t price = 100'000'000;
  std::uint64_t updated = block_time - 60;
  bool silent = false;
  std::vector<caf::strong_actor_ptr> alive;
  const money_source source{9745, {}};

  PegGuard() {
    node.quirk = [this](std::uint32_t, const chain::rpc_request& x) {
      if (silent) return std::optional{chain::rpc_result{}};
      if (x.method != "eth_call")
        return std::optional{fake_node::ok({{"number", "0x1"},
                                            {"hash", chain::keccak256("block").hex()},
                                            {"timestamp", fake_node::number(block_time)}})};
      const bool digits = x.params.at(0).at("data").get<std::string>() == "0x313ce567";
      return std::optional{fake_node::ok(to_0x(digits ? word(8) : round()))};
    };
  }
  ~PegGuard() override {
    for (auto& a : alive) caf::anon_send_exit(a, caf::exit_reason::kill);
    sched.run();
    sched.clock().cancel_all();
    sched.run();
  }
  static byte_vector word(std::uint64_t n) { return chain::abi::encoder{}.number(n).done(); }
  [[nodiscard]] byte_vector round() const {
    return chain::abi::encoder{}
        .number(7)
        .number(price)
        .number(updated)
        .number(updated)
        .number(7)
        .done();
  }
  void start() {
    const auto nodes = spawn_node(sys, &node);
    chain::pegged_source x{"plasma", source, {{}, 3'600s}, 50, nodes};
    const auto guard = sys.spawn(chain::peg_behavior, w, std::vector{x}, chain::peg_settings{});
    alive.push_back(caf::actor_cast<caf::strong_actor_ptr>(nodes));
    alive.push_back(caf::actor_cast<caf::strong_actor_ptr>(guard));
    sched.run();
  }
  void pass(std::chrono::milliseconds by) {
    sched.advance_time(by);
    sched.run();
  }
  [[nodiscard]] std::string why() { return dir.gauges.credit_holds().why(source); }
  [[nodiscard]] bool alarmed() { return dir.gauges.alerts().lasts(depeg, "plasma"); }
};

TEST_F(PegGuard, ATokenAtParHoldsNothing) {
  start();
  EXPECT_EQ(why(), "");
  EXPECT_FALSE(alarmed());
}

TEST_F(PegGuard, OutsideTheBoundsCreditsWaitAndSaySoUntilItIsBackInside) {
  start();
  price = 99'400'000;
  pass(30s);
  EXPECT_EQ(why(), "its token is at 0.994 USD, more than 50 basis points from one dollar");
  EXPECT_TRUE(alarmed());
  price = 100'600'000;
  pass(5s);
  EXPECT_NE(why(), "") << "either way";
  price = 99'500'000;
  pass(5s);
  EXPECT_EQ(why(), "");
  EXPECT_FALSE(alarmed());
}

TEST_F(PegGuard, AStalePriceIsNone) {
  updated = block_time - 3'601;
  start();
  EXPECT_EQ(why(), "the price of its token is not known: the price is stale: 3601 s old");
  updated = block_time;
  pass(5s);
  EXPECT_EQ(why(), "");
}

TEST_F(PegGuard, NothingIsCreditedBeforeTheFirstPriceAndOneSilenceIsNoAlarm) {
  silent = true;
  start();
  EXPECT_NE(why(), "");
  EXPECT_FALSE(alarmed());
  pass(5s);
  EXPECT_FALSE(alarmed());
  pass(5s);
  EXPECT_TRUE(alarmed()) << "three looks in a row";
  silent = false;
  pass(5s);
  EXPECT_EQ(why(), "");
  EXPECT_FALSE(alarmed());
}

}  // namespace
}  // namespace headroom::test
