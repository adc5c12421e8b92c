#include "chain/treasury/withdrawal_float.hpp"

#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>

#include "actors/alerts.hpp"
#include "actors/query_actor.hpp"
#include "chain/evm/abi.hpp"
#include "chain/evm/transaction.hpp"
#include "tests/chain/evm/fake_node.hpp"
#include "tests/support/memory_books.hpp"
#include "tests/support/seeded_scheduler.hpp"

/// The account that pays withdrawals is kept supplied by the one that converts: one move at a time,
/// by the outbox, over restarts, and never more in a day than was said.
namespace headroom::test {
namespace {

using chain::float_plan;
using chain::float_view;
using chain::plan_float;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

chain::withdrawal_float_settings float_marks() {
  chain::withdrawal_float_settings s;
  s.low = 500_usdc;
  s.target = 1'000_usdc;
  s.keep = 100_usdc;
  s.least = 10_usdc;
  s.per_day = 2'500_usdc;
  return s;
}

TEST(FloatPlan, SaysWhatIsMovedAndWhatIsMissing) {
  struct row {
    const char* what;
    float_view has;  // there, leaving, unsent, source, moved
    float_plan plan;
  };
  const row table[] = {
      {"at the low mark", {500_usdc, {}, {}, 9'000_usdc, {}}, {}},
      {"below it: up to the target", {499_usdc, {}, {}, 9'000_usdc, {}}, {501_usdc, {}}},
      {"what leaves does not count", {900_usdc, 401_usdc, {}, 9'000_usdc, {}}, {501_usdc, {}}},
      {"what is owed is on top", {700_usdc, {}, 300_usdc, 9'000_usdc, {}}, {600_usdc, {}}},
      {"some stays there", {400_usdc, {}, {}, 300_usdc, {}}, {200_usdc, {}}},
      {"and less may be missing", {100_usdc, {}, {}, 300_usdc, {}}, {200_usdc, 200_usdc}},
      {"a little is not moved", {495_usdc, {}, {}, 109_usdc, {}}, {{}, 5_usdc}},
      {"nothing is there", {0_usdc, 50_usdc, {}, 50_usdc, {}}, {{}, 500_usdc}},
      {"the day has a bound", {0_usdc, {}, {}, 9'000_usdc, 2'400_usdc}, {100_usdc, 400_usdc}},
      {"and was used up", {0_usdc, {}, {}, 9'000_usdc, 2'600_usdc}, {{}, 500_usdc}},
  };
  for (const auto& r : table) EXPECT_EQ(plan_float(r.has, float_marks()), r.plan) << r.what;
}

TEST(FloatPlan, NothingMovesWhenItIsOffAndNothingBoundsADayThatHasNoLimit) {
  auto s = float_marks();
  s.per_day = {};
  EXPECT_EQ(plan_float({0_usdc, {}, {}, 9'000_usdc, 90'000_usdc}, s), (float_plan{1'000_usdc, {}}));
  s.target = {};
  EXPECT_EQ(plan_float({0_usdc, {}, {}, 9'000_usdc, {}}, s), float_plan{});
}

/// The books in memory, with conversions under way.
struct float_reader final : memory_reader {
  using memory_reader::memory_reader;
  usdc converting;
  usdc waits_here;  // for a conversion that moves nothing
  std::optional<trial_balance> trial() override {
    auto out = memory_reader::trial();
    if (!out) return out;
    out->converting = converting;
    out->waits_here = waits_here;
    return out;
  }
};

struct WithdrawalFloat : testing::Test {
  struct money {
    std::uint64_t final_usdc = 0;  // whole dollars
    std::uint64_t newest_usdc = 0;
  };
  virtual_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  actors::directory dir{100};
  memory_books books;
  float_reader reader{books};
  fake_node node;
  std::map<address, money> balances;
  timestamp now = timestamp::of_seconds(1'800'000'000);
  chain::withdrawal_float_settings marks = float_marks();
  chain::float_places at;
  bool wallet_forgets = false;  // takes what it is asked for, and dies with it
  caf::error wallet_says_no;
  std::vector<actors::send_transaction> sent;
  const chain::private_key key = *chain::private_key::parse(std::string(64, '7'));
  actors::world_ptr w =
      std::make_shared<actors::world>(actors::world{dir, [this] { return now; }, {}, {}});
  std::vector<caf::strong_actor_ptr> alive;
  chain::rpc_actor nodes;
  chain::withdrawal_float_actor keeper;

  WithdrawalFloat() {
    node.chain_id = 137;
    node.add_blocks(20);
    node.finalized = 10;
    node.quirk = [this](std::uint32_t,
                        const chain::rpc_request& x) -> std::optional<chain::rpc_result> {
      if (x.method != "eth_call") return std::nullopt;
      const auto data = x.params.at(0).at("data").get<std::string>();
      const auto owner = *address::parse("0x" + data.substr(data.size() - 40));
      const auto& has = balances[owner];
      const bool newest = x.params.at(1) == "latest";
      return fake_node::ok(
          to_0x(chain::abi::encoder{}
                    .number((newest ? has.newest_usdc : has.final_usdc) * 1'000'000)
                    .done()));
    };
    nodes = own(spawn_node(sys, &node));
    at.chain = {"Polygon", 137, account(5), {3, final_by::either}, {}, nodes};
    at.account = account(6);
    at.usdc = account(1);
    put(account(5), 5'000);
    dir.gauges.withdrawals().publish(false);
    dir.handles.set(own(sys.spawn(actors::query_behavior, &reader)));
    dir.handles.set_wallet({137, at.chain.wallet}, own(wallet()));
  }
  ~WithdrawalFloat() override {
    for (auto& a : alive) caf::anon_send_exit(a, caf::exit_reason::kill);
    caf::anon_send_exit(keeper, caf::exit_reason::kill);
    dir.close();
    sched.run();
    sched.clock().cancel_all();
    sched.run();
  }
  template <class H>
  H own(H h) {
    alive.push_back(caf::actor_cast<caf::strong_actor_ptr>(h));
    return h;
  }
  static address account(std::uint8_t n) {
    address out;
    out.bytes[19] = n;
    return out;
  }
  void put(const address& who, std::uint64_t dollars) { balances[who] = {dollars, dollars}; }

  /// Stores a real transaction, as the outbox does.
  actors::wallet_actor wallet() {
    return sys.spawn([this]() -> actors::wallet_actor::behavior_type {
      return {[this](const actors::send_transaction& x) -> caf::result<actors::operation_report> {
                if (wallet_says_no) return wallet_says_no;
                sent.push_back(x);
                if (wallet_forgets) return make_error(errc::timed_out);
                chain_operation row;
                const auto tx = chain::sign(
                    {137, sent.size(), {1, 2}, 60'000, x.call.to, x.call.value, x.call.data}, key);
                row.id = x.id;
                row.chain_id = 137;
                row.account = at.chain.wallet;
                row.nonce = sent.size();
                row.tx_hash = tx.hash;
                row.raw = tx.raw;
                row.purpose = x.purpose;
                row.created_at = now;
                bool replayed = false;
                EXPECT_EQ(books.operations.record({{row}}, replayed), errc::none);
                actors::operation_report out;
                out.state = operation_state::pending;
                out.tx_hash = tx.hash;
                return out;
              },
              [](actors::get_atom, const operation_id&) { return actors::operation_report{}; },
              [](actors::poll_atom) {},
              [](actors::status_atom) { return actors::status_report{}; }};
    });
  }
  void start() {
    if (keeper) caf::anon_send_exit(keeper, caf::exit_reason::kill);
    sched.run();
    keeper = sys.spawn(chain::withdrawal_float_behavior, w, marks, at);
    sched.run();
  }
  /// Look by look.
  void wait(std::chrono::seconds time = seconds{40}) {
    for (auto passed = seconds{0}; passed < time; passed += seconds{2}) {
      now = now.plus(seconds{2});
      sched.advance_time(seconds{2});
      sched.run();
    }
  }
  void ends(operation_status how, std::uint64_t block = 5) {
    const auto rows = books.operations.find(sent.back().id);
    ASSERT_FALSE(rows.empty());
    finish_operation end;
    end.id = sent.back().id;
    end.status = how;
    if (how != operation_status::dropped) end.tx_hash = rows.back().tx_hash;
    end.block_number = block;
    end.at = now;
    bool replayed = false;
    ASSERT_EQ(books.operations.finish(end, replayed), errc::none);
  }
  /// It has arrived, and was paid out at once.
  void arrives_and_goes() {
    ends(operation_status::confirmed);
    wait();
  }
  [[nodiscard]] std::uint64_t amount_sent(std::size_t n) const {
    return chain::abi::reader{byte_view{sent.at(n).call.data}.subspan(4)}.number(1).value();
  }
  [[nodiscard]] bool lasts(std::string_view kind) {
    return dir.gauges.alerts().lasts(kind, at.account.hex());
  }
};

TEST_F(WithdrawalFloat, BelowTheLowMarkTheAccountIsToppedUpOnce) {
  put(at.account, 400);
  start();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].purpose, "withdrawal_float");
  EXPECT_EQ(sent[0].call.to, at.usdc);
  EXPECT_EQ(sent[0].call.data,
            chain::transfer_call(at.account, uint256::of(std::uint64_t{600'000'000})));
  wait();
  EXPECT_EQ(sent.size(), 1U) << "it is not final yet";
  ends(operation_status::confirmed);
  put(at.account, 1'000);
  wait();
  EXPECT_EQ(sent.size(), 1U) << "it is at its target";
  EXPECT_FALSE(lasts(chain::float_alert::shortage));
}

TEST_F(WithdrawalFloat, WhatWithdrawalsAreOwedIsBroughtToo) {
  put(at.account, 1'000);
  withdrawal row;
  row.id.bytes[0] = 1;
  row.amount = 3'000_usdc;
  books.withdrawals.rows[row.id] = row;
  marks.per_day = {};
  start();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(amount_sent(0), 3'000'000'000U) << "or one larger than the target would never be paid";
}

TEST_F(WithdrawalFloat, OnlyFinalMoneyIsMovedAndWhatLacksIsSaid) {
  balances[at.chain.wallet] = {100, 5'000};
  start();
  EXPECT_TRUE(sent.empty());
  EXPECT_TRUE(lasts(chain::float_alert::shortage));
  balances[at.chain.wallet] = {5'000, 100};
  wait();
  EXPECT_TRUE(sent.empty()) << "it is on its way elsewhere";
  node.quirk = nullptr;
  node.reads = fake_node::mood::unreachable;
  wait();
  EXPECT_TRUE(lasts(chain::float_alert::shortage)) << "silence clears nothing";
}

TEST_F(WithdrawalFloat, WhatIsInAConversionThatGoesOnWithThisTokenStays) {
  reader.converting = 4'500_usdc;
  at.conversions_need_it = true;
  start();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(amount_sent(0), 400'000'000U) << "5,000 less 4,500, less 100 that stay";
}

TEST_F(WithdrawalFloat, WhatDirectConversionsArePaidWithStays) {
  reader.waits_here = 4'500_usdc;
  start();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(amount_sent(0), 400'000'000U);
}

/// Killed before the row, or with it: whoever comes next asks for the same one, or waits for it.
TEST_F(WithdrawalFloat, AfterADeathTheSameMoveIsAskedForAndAStoredOneWaitedFor) {
  wallet_forgets = true;
  start();
  wait();
  ASSERT_GE(sent.size(), 2U);
  wallet_forgets = false;
  start();
  for (const auto& x : sent) EXPECT_EQ(x.id, sent[0].id);
  const auto count = sent.size();
  start();
  wait();
  EXPECT_EQ(sent.size(), count) << "it is in the outbox";
  ends(operation_status::confirmed);
  start();
  wait();
  ASSERT_EQ(sent.size(), count + 1) << "the account is empty again";
  EXPECT_NE(sent.back().id, sent[0].id);
  EXPECT_EQ(sent.back().id, chain::float_move_of(at, day_of(now), 1));
}

TEST_F(WithdrawalFloat, AViewFromBeforeTheLastMoveIsNotBelieved) {
  start();
  ends(operation_status::confirmed, 25);
  wait();
  start();
  wait();
  EXPECT_EQ(sent.size(), 1U) << "the node still shows the money where it was";
  node.add_blocks(5);
  wait();
  EXPECT_EQ(sent.size(), 2U);
}

/// A stolen key takes what is there, and no more than the day's sum after that.
TEST_F(WithdrawalFloat, ADayHasABoundAlsoOverRestarts) {
  start();
  for (int i = 0; i < 3; ++i) {
    arrives_and_goes();
    start();
  }
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_EQ(amount_sent(2), 500'000'000U) << "of 2,500 in all";
  wait(minutes{10});
  EXPECT_EQ(sent.size(), 3U);
  EXPECT_TRUE(lasts(chain::float_alert::shortage));
  now = now.plus(hours{24});
  wait();
  EXPECT_EQ(sent.size(), 4U) << "the next day";
}

TEST_F(WithdrawalFloat, ARevertedMoveIsSaidAndNotRepeatedAtOnce) {
  start();
  ends(operation_status::reverted);
  wait(minutes{5});
  EXPECT_EQ(sent.size(), 1U);
  EXPECT_TRUE(lasts(chain::float_alert::stuck));
  wait(minutes{6});
  ASSERT_EQ(sent.size(), 2U);
  ends(operation_status::confirmed);
  put(at.account, 1'000);
  wait();
  EXPECT_FALSE(lasts(chain::float_alert::stuck));
}

TEST_F(WithdrawalFloat, ADroppedMoveIsFollowedByAnotherOne) {
  start();
  ends(operation_status::dropped);
  wait();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_NE(sent[1].id, sent[0].id);
}

TEST_F(WithdrawalFloat, AMoveWithoutAnEndIsAnAlert) {
  start();
  wait(minutes{31});
  EXPECT_EQ(sent.size(), 1U);
  EXPECT_TRUE(lasts(chain::float_alert::stuck));
}

TEST_F(WithdrawalFloat, WhileWithdrawalsArePausedNothingIsMoved) {
  dir.gauges.withdrawals().publish(true);
  start();
  wait();
  EXPECT_TRUE(sent.empty()) << "perhaps the key is lost";
  dir.gauges.withdrawals().publish(false);
  wait();
  EXPECT_EQ(sent.size(), 1U);
}

TEST_F(WithdrawalFloat, WhatIsNotSentIsTriedAgain) {
  wallet_says_no = make_error(errc::unavailable, "no gas");
  start();
  wait();
  EXPECT_TRUE(sent.empty());
  wallet_says_no = {};
  wait();
  EXPECT_EQ(sent.size(), 1U);
}

}  // namespace
}  // namespace headroom::test
