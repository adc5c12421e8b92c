#include <algorithm>
#include <charconv>

#include "domain/step_parts.hpp"
#include "tests/chain/treasury/across_house.hpp"

/// A step above Across' instant limit, in parts: each sent once, whatever is lost or lies.
namespace headroom::test {
namespace {

using namespace std::chrono_literals;

struct AcrossSplit : AcrossHouse {
  std::uint64_t most = 40'000'000;  // filled at once
  std::uint64_t fee_bps = 5;
  std::map<std::uint64_t, std::uint64_t> dear;  // bps, by amount
  std::set<hash256> filled;                     // relay hashes, for fillStatuses
  std::set<hash256> only_on_first;              // transactions that the second node does not show

  AcrossSplit() {
    settings.parts_at_once = 4;  // so that they meet
    restart();
    web_says = [this](const net::http_request& x) { return offered(x); };
    to.node.quirk = [this, truth = to.node.quirk](std::uint32_t node, const chain::rpc_request& x) {
      if (x.method == "eth_getTransactionReceipt" && node == 1 &&
          only_on_first.contains(*hash256::parse(x.params.at(0).get<std::string>())))
        return std::optional{fake_node::ok(nullptr)};
      if (x.method != "eth_call") return truth(node, x);
      const auto data = x.params.at(0).at("data").get<std::string>();
      if (!data.starts_with(to_0x(byte_view{across::fill_status_call({})}.first(4))))
        return truth(node, x);
      const bool is_filled = filled.contains(*hash256::parse(data.substr(10)));
      return std::optional{fake_node::ok(to_0x(word(is_filled ? 2 : 0)))};
    };
  }

  net::http_result offered(const net::http_request& x) {
    const auto digits = x.url.substr(x.url.find("&amount=") + 8);
    std::uint64_t amount = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), amount);
    const auto bps = dear.contains(amount) ? dear.at(amount) : fee_bps;
    const auto fee = amount * bps / 10'000;
    auto body = offer;
    body["outputAmount"] = std::to_string(amount - fee);
    body["totalRelayFee"]["total"] = std::to_string(fee);
    body["limits"]["maxDepositInstant"] = std::to_string(most);
    body["timestamp"] = std::to_string(from.time() - 1);
    body["fillDeadline"] = std::to_string(to.time() + 7'200);
    return http(status, body);
  }

  /// One look; what was sent stands in the outbox then.
  step_progress go() {
    auto p = look();
    static const auto key = chain::private_key::parse(std::string(63, '0') + "7").value();
    for (const auto& x : sent) {
      if (!books.find(x.id).empty()) continue;
      chain_operation row;
      row.id = x.id;
      row.account = account(5);
      row.tx_hash = operations[x.id].tx_hash;
      row.raw = chain::sign({9745, 0, {1, 1}, 100'000, x.call.to, {}, x.call.data}, key).raw;
      row.status = operation_status::stored;
      books.put(row);
    }
    return p;
  }
  [[nodiscard]] const actors::send_transaction* sent_as(const std::string& name) const {
    const auto id = chain::operation_of(step, name);
    const auto i =
        std::find_if(sent.begin(), sent.end(), [&](const auto& x) { return x.id == id; });
    return i == sent.end() ? nullptr : &*i;
  }
  [[nodiscard]] std::vector<std::uint64_t> amounts() const {
    std::vector<std::uint64_t> out;
    for (const auto& x : sent) out.push_back(word_of(x, 4));
    return out;
  }
  /// Plan, first part, the others.
  void send_all() {
    for (int i = 0; i < 3; ++i) go();
    ASSERT_EQ(amounts(), (std::vector<std::uint64_t>{33'333'334, 33'333'333, 33'333'333}));
  }
  void finalize(const std::string& name, std::uint64_t id) {
    ASSERT_TRUE(sent_as(name)) << name;
    is_final(*sent_as(name), id);
  }
  /// @return what arrived: all that the deposit asked for.
  std::uint64_t fill_of(const std::string& name, std::uint64_t id) {
    const auto& x = *sent_as(name);
    const auto relay = across::find_deposit(chain::entries_of(operations[x.id]), pair.spoke_pool,
                                            account(5), 9745, 137);
    EXPECT_TRUE(relay) << name;
    if (relay) filled.insert(across::relay_hash(*relay, 137));
    const auto out = word_of(x, 5);
    fill_in_block(
        to.head(),
        {.output = out, .paid = out, .id = id, .input = word_of(x, 4), .until = word_of(x, 9)});
    return out;
  }
  void after(std::chrono::milliseconds time) { pass(time); }
};

TEST_F(AcrossSplit, PartsAreOfOneSizeAndInTheBooksBeforeTheFirstIsSent) {
  auto p = go();
  EXPECT_EQ(p.state, step_state::held) << p.detail;
  EXPECT_TRUE(says(p, "goes in 3 parts")) << p.detail;
  EXPECT_TRUE(says(p, "parts=33.333334,planned")) << p.detail;
  EXPECT_TRUE(sent.empty());
  p = go();
  EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
  EXPECT_EQ(amounts(), std::vector<std::uint64_t>{33'333'334}) << "what is stored says the size";
  p = go();
  EXPECT_EQ(amounts(), (std::vector<std::uint64_t>{33'333'334, 33'333'333, 33'333'333}));
  for (const auto* name : {"across/0", "across/1", "across/2"}) EXPECT_TRUE(sent_as(name)) << name;
  for (const auto& x : sent) EXPECT_EQ(x.purpose, "across");
  EXPECT_EQ(p.operations.size(), 3U);
  EXPECT_EQ(flight().moves, 1U);
  EXPECT_EQ(flight().amount, 100_usdc);
}

/// The limit is what one relayer has, and what waits for its fill is not taken off it.
TEST_F(AcrossSplit, OneAfterTheOtherUnlessMoreMayWaitForAFill) {
  settings.parts_at_once = 1;
  restart();
  EXPECT_EQ(quoted(100_usdc).expected_seconds, 3 * 40U);
  for (int i = 0; i < 4; ++i) go();
  EXPECT_EQ(amounts().size(), 1U);
  EXPECT_NE(go().detail.find("part 2 of 3: waits for a fill of another part"), std::string::npos);
  finalize("across/0", 1);
  for (int i = 0; i < 3; ++i) go();
  EXPECT_EQ(amounts().size(), 1U) << "it is deposited, and not filled";
  fill_of("across/0", 1);
  to.node.add_blocks(40);
  for (int i = 0; i < 3; ++i) go();
  EXPECT_EQ(amounts().size(), 2U);
  EXPECT_TRUE(sent_as("across/1"));
  settings.parts_at_once = 2;
  restart();
  for (int i = 0; i < 2; ++i) go();
  EXPECT_TRUE(sent_as("across/2"));
}

/// Its deposit was never made, so nothing says that the step goes in parts: it is tried anew.
TEST_F(AcrossSplit, AFailedApprovalOfTheFirstPartIsTheStepsOwn) {
  from.answer(pair.input_token, chain::allowance_call(account(5), account(10)), word(1));
  go();
  go();
  ASSERT_EQ(sent.back().purpose, "approve");
  operations[sent.back().id].state = operation_state::reverted;
  const auto p = go();
  EXPECT_EQ(p.state, step_state::failed) << p.detail;
  EXPECT_FALSE(says(p, "try=")) << p.detail;
  EXPECT_EQ(step.attempt, 1U);
}

TEST_F(AcrossSplit, WhatFitsGoesAsEver) {
  most = 100'000'000;
  const auto p = go();
  EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
  EXPECT_TRUE(sent_as("deposit"));
  EXPECT_FALSE(says(p, "part")) << p.detail;
  EXPECT_EQ(amounts(), std::vector<std::uint64_t>{100'000'000});
}

TEST_F(AcrossSplit, AboveFourTimesTheLimitOrWhereItMayNotItWaits) {
  most = 24'999'999;
  EXPECT_TRUE(says(go(), "guard max_deposit_instant"));
  EXPECT_EQ(quoted(100_usdc).refusal, "guard max_deposit_instant");
  most = 40'000'000;
  settings.most_parts = 2;
  restart();
  EXPECT_TRUE(says(go(), "guard max_deposit_instant"));
  EXPECT_EQ(quoted(100_usdc).most, 80_usdc);
  settings.most_parts = 1;
  restart();
  EXPECT_TRUE(says(go(), "guard max_deposit_instant"));
  EXPECT_EQ(quoted(100_usdc).most, 40_usdc);
  EXPECT_TRUE(sent.empty());
}

TEST_F(AcrossSplit, AQuoteIsTheSumOfItsParts) {
  dear[33'333'334] = 15;
  const auto q = quoted(100_usdc);
  EXPECT_EQ(q.refusal, "");
  EXPECT_EQ(q.fee.micro, 50'000 + 16'666 + 16'666);
  EXPECT_EQ(q.expected_out.micro, 100'000'000 - q.fee.micro);
  EXPECT_EQ(q.most, 160_usdc);
  EXPECT_EQ(q.expected_seconds, 40U);
  EXPECT_EQ(asked_web.size(), 3U) << "the whole, then each size";
}

/// All together they would be within the cap.
TEST_F(AcrossSplit, TheFeeCapIsOfEachPart) {
  settings.guards.least_bps = 9'950;
  restart();
  dear[33'333'334] = 21;
  EXPECT_EQ(quoted(100_usdc).refusal, "guard total_fee");
  go();
  const auto p = go();
  EXPECT_EQ(p.state, step_state::held);
  EXPECT_TRUE(says(p, "part 1 of 3: waits: guard total_fee")) << p.detail;
  EXPECT_TRUE(sent.empty());
}

TEST_F(AcrossSplit, EachPartIsGuardedByItselfAndTheOthersGoOn) {
  go();
  go();
  dear[33'333'333] = 16;
  auto p = go();
  EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
  EXPECT_TRUE(says(p, "part 2 of 3: waits: guard output_amount")) << p.detail;
  EXPECT_TRUE(says(p, "part 3 of 3: waits for the part before it")) << p.detail;
  EXPECT_EQ(sent.size(), 1U);
  finalize("across/0", 1);
  fill_of("across/0", 1);
  to.node.add_blocks(2);
  p = go();
  EXPECT_EQ(p.state, step_state::held) << "nothing of it is under way: " << p.detail;
  EXPECT_TRUE(p.money_left) << "what arrived is not owed by the wallet";
  EXPECT_FALSE(p.tx_hash.is_zero());
  dear.clear();
  go();
  EXPECT_EQ(sent.size(), 3U);
}

TEST_F(AcrossSplit, TheLimitFallsBeforeAnythingIsSentAndItIsPlannedAnew) {
  go();
  most = 30'000'000;
  auto p = go();
  EXPECT_EQ(p.state, step_state::held);
  EXPECT_FALSE(says(p, "parts=")) << p.detail;
  EXPECT_TRUE(sent.empty());
  EXPECT_TRUE(says(go(), "goes in 4 parts"));
  go();
  EXPECT_EQ(amounts(), std::vector<std::uint64_t>{25'000'000});
  most = 24'000'000;
  p = go();
  EXPECT_EQ(p.state, step_state::in_flight);
  EXPECT_TRUE(says(p, "part 2 of 4: waits: guard max_deposit_instant")) << p.detail;
  EXPECT_EQ(sent.size(), 1U) << "what is sent is sent: the sizes stay";
  most = 25'000'000;
  go();
  EXPECT_EQ(amounts(), (std::vector<std::uint64_t>(4, 25'000'000)));
}

TEST_F(AcrossSplit, ItIsDoneWithTheSumWhenEachPartsFillIsFinal) {
  send_all();
  std::uint64_t sum = 0;
  const char* const names[] = {"across/0", "across/1", "across/2"};
  for (std::uint64_t i = 0; i < 3; ++i) finalize(names[i], i + 1);
  EXPECT_TRUE(says(go(), "part 3 of 3: deposited: waits for a fill"));
  EXPECT_TRUE(says(look(), "33.333334,deposited,id=1,until="));
  for (std::uint64_t i = 0; i < 3; ++i) {
    sum += fill_of(names[i], i + 1);
    EXPECT_EQ(go().state, step_state::in_flight) << "in no final block";
    to.node.add_blocks(2);
  }
  const auto p = look_thrice();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out.micro, static_cast<std::int64_t>(sum));
  EXPECT_EQ(flight().moves, 0U);
  EXPECT_EQ(sent.size(), 3U);
}

TEST_F(AcrossSplit, OneThatExpiredIsRefundedAndSentAgainByItself) {
  send_all();
  for (std::uint64_t i = 0; i < 3; ++i) finalize("across/" + std::to_string(i), i + 1);
  auto sum = fill_of("across/0", 1) + fill_of("across/2", 3);
  to.node.add_blocks(2);
  go();
  deadline_passes();
  auto p = go();
  EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
  EXPECT_TRUE(says(p, "part 2 of 3: expired: waits for the refund")) << p.detail;
  EXPECT_TRUE(says(p, "part 3 of 3: filled")) << p.detail;
  while (from.time() <= deadline() + 1) from.node.add_block();
  refund_in_block(from.head(), 33'333'333);
  from.node.add_blocks(3);
  EXPECT_TRUE(says(go(), "refunded, waits whether others claim it"));
  after(settings.refund_settle);
  p = go();
  EXPECT_EQ(p.state, step_state::held) << "and not failed: " << p.detail;
  EXPECT_EQ(step.attempt, 0U);
  EXPECT_TRUE(says(go(), "failed: tried again after a pause"));
  EXPECT_EQ(sent.size(), 3U);
  after(w->settings.conversion.retry);
  p = go();
  EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
  ASSERT_TRUE(sent_as("across/1/1")) << p.detail;
  EXPECT_EQ(amounts().back(), 33'333'333U);
  finalize("across/1/1", 9);
  sum += fill_of("across/1/1", 9);
  to.node.add_blocks(2);
  p = go();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out.micro, static_cast<std::int64_t>(sum));
  EXPECT_EQ(sent.size(), 4U);
}

TEST_F(AcrossSplit, ItFailsOnlyWhenNoneIsUnderWay) {
  send_all();
  operations[sent[1].id].state = operation_state::reverted;
  auto p = go();
  EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
  operations[sent[0].id].state = operation_state::in_doubt;
  EXPECT_EQ(go().state, step_state::unreadable);
  EXPECT_EQ(step.attempt, 0U);
  after(1h);
  go();
  EXPECT_EQ(sent.size(), 3U) << "nothing is sent while one cannot be read";
  operations[sent[0].id].state = operation_state::reverted;
  operations[sent[2].id].state = operation_state::reverted;
  settings.most_parts = 1;
  offer["spokePoolAddress"] = account(12).hex();  // nothing new for now
  restart();
  EXPECT_EQ(go().state, step_state::failed);
  EXPECT_EQ(step.attempt, 1U);
  EXPECT_EQ(sent.size(), 3U);
}

/// The books' word of it was lost: the outbox knows of the later try.
TEST_F(AcrossSplit, ATryThatOnlyTheOutboxKnowsOfIsFound) {
  send_all();
  const auto before = step.detail;
  operations[sent[1].id].state = operation_state::reverted;
  go();
  after(w->settings.conversion.retry);
  go();
  ASSERT_EQ(sent.size(), 4U);
  step.detail = before;
  restart();
  operations[sent[0].id].state = operation_state::reverted;
  operations[sent[2].id].state = operation_state::reverted;
  const auto p = go();
  EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
  EXPECT_EQ(step.attempt, 0U);
  EXPECT_TRUE(says(p, "33.333333,sent,try=1")) << p.detail;
}

TEST_F(AcrossSplit, ItGivesUpAPartAfterSoManyTriesUntilAnOperatorsRetry) {
  send_all();
  const auto tries = w->settings.conversion.attempts;
  for (std::uint32_t i = 0; i < tries; ++i) {
    last_operation().state = operation_state::reverted;
    go();
    after(1h);
    go();
  }
  EXPECT_EQ(sent.size(), 2 + tries) << "the first two are pending";
  const auto p = go();
  EXPECT_TRUE(says(p, "waits for an operator's retry")) << p.detail;
  EXPECT_TRUE(ask<step_progress>(actors::rescue_step{step}));
  EXPECT_EQ(sent.size(), 3 + tries);
  EXPECT_TRUE(says(go(), "33.333333,sent,try=6")) << "although the retry's answer was lost";
  EXPECT_EQ(sent.size(), 3 + tries);
}

/// The process dies after each look, before or after the books heard of it; the limit moves
/// meanwhile.
TEST_F(AcrossSplit, ACrashAtAnyPointSendsNothingTwice) {
  for (int crash = 0; crash < 6; ++crash)
    for (const bool all_is_lost : {false, true})
      for (const std::uint64_t limit_then : {40'000'000U, 60'000'000U, 100'000'000U}) {
        SCOPED_TRACE(std::to_string(crash) + (all_is_lost ? " all" : " one") + " lost, then " +
                     std::to_string(limit_then));
        most = 40'000'000;
        sent.clear();
        step.conversion = conversion_id::from_digest(chain::keccak256(
            std::to_string(crash) + std::to_string(limit_then) + (all_is_lost ? "a" : "b")));
        step.detail.clear();
        for (int i = 0; i < 10; ++i) {
          const auto before = all_is_lost ? std::string{} : step.detail;
          EXPECT_NE(go().state, step_state::failed);
          if (i != crash) continue;
          restart();
          step.detail = before;
          most = limit_then;
        }
        std::uint64_t sum = 0;
        for (const auto n : amounts()) sum += n;
        EXPECT_EQ(sum, 100'000'000U);
        std::set<operation_id> once;
        for (const auto& x : sent) EXPECT_TRUE(once.insert(x.id).second);
      }
}

TEST_F(AcrossSplit, WhatWentWholeBeforeGoesOnAsItWas) {
  most = 100'000'000;
  go();
  deposit_is_final();
  step.detail = "from=9 since=9 at=1800000000 note=sent";  // as an earlier version left it
  most = 40'000'000;
  restart();
  EXPECT_TRUE(says(look_thrice(), "deposited: waits for a fill"));
  step.detail = "parts=50.00,planned;50.00,planned note=planned, and the word of the sending lost";
  EXPECT_TRUE(says(look_thrice(), "deposited: waits for a fill"));
  const auto out = fill_of("deposit", 7);
  to.node.add_blocks(2);
  const auto p = look_thrice();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out.micro, static_cast<std::int64_t>(out));
  EXPECT_EQ(sent.size(), 1U);
}

/// A wallet that prepares the one must not be asked for the other.
TEST_F(AcrossSplit, WhatIsBeingPreparedIsNotSentTheOtherWay) {
  go();
  operations[chain::operation_of(step, "deposit")].detail = "being prepared";
  go();
  EXPECT_FALSE(sent_as("across/0"));
  operations.clear();
  operations[chain::operation_of(step, "across/0")].detail = "being prepared";
  most = 100'000'000;
  step.detail.clear();
  EXPECT_TRUE(says(go(), "its first part is being prepared"));
  EXPECT_TRUE(sent.empty());
}

TEST_F(AcrossSplit, AStepWithAPartThatIsBeingPreparedHasNotFailed) {
  go();
  go();
  operations[sent[0].id].state = operation_state::reverted;
  operations[chain::operation_of(step, "across/1")].detail = "being prepared";
  const auto p = go();
  EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
  EXPECT_TRUE(says(p, "part 2 of 3: being prepared")) << p.detail;
  EXPECT_EQ(sent.size(), 1U);
}

/// Each part is below what counts as large, and all together are not: two nodes must show the fill
/// in a block that is final by the tag.
TEST_F(AcrossSplit, OneNodesLieAboutAPartIsNotBelieved) {
  pair.to.finality = {2, final_by::either, 60_usdc, 5min};
  to.node.finalized = 3;
  to.node.nodes = 2;
  restart();
  send_all();
  for (std::uint64_t i = 0; i < 3; ++i) finalize("across/" + std::to_string(i), i + 1);
  for (std::uint64_t i = 0; i < 3; ++i) fill_of("across/" + std::to_string(i), i + 1);
  const auto lie = to.events[1].tx;
  only_on_first.insert(lie);
  to.node.add_blocks(5);
  EXPECT_TRUE(says(go(), "part 1 of 3: filled: not final yet")) << "by depth is not enough";
  to.node.finalized = to.head();
  auto p = go();
  EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
  EXPECT_TRUE(says(p, "part 2 of 3: filled: one node alone shows it")) << p.detail;
  only_on_first.clear();
  p = go();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
}

TEST_F(AcrossSplit, AFillThatAReorganisationTookIsFoundGone) {
  pair.to.finality = {2, final_by::either, {}, 5min};
  to.node.finalized = 1;
  restart();
  send_all();
  for (std::uint64_t i = 0; i < 3; ++i) finalize("across/" + std::to_string(i), i + 1);
  for (std::uint64_t i = 0; i < 3; ++i) fill_of("across/" + std::to_string(i), i + 1);
  to.node.add_blocks(5);
  auto p = go();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_TRUE(p.by_depth);
  step.wish = step_wish::again;
  EXPECT_TRUE(go().by_depth);
  const auto second = to.events[1];
  to.events.erase(to.events.begin() + 1);
  p = go();
  EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
  EXPECT_TRUE(p.gone);
  step.wish = step_wish::by_tag;
  EXPECT_EQ(go().state, step_state::in_flight);
  to.events.push_back(second);
  to.node.finalized = to.head();
  p = go();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_FALSE(p.by_depth);
  EXPECT_EQ(sent.size(), 3U);
}

/// The wallet must hold all that is still to be sent before the first part goes.
TEST_F(AcrossSplit, ShortMoneyIsOfWhatIsStillToBeSent) {
  go();
  const auto holds = [this](std::uint64_t micro) {
    from.answer(pair.input_token, chain::balance_of_call(account(5)), word(micro));
  };
  holds(99'999'999);
  auto p = go();
  EXPECT_EQ(p.state, step_state::held);
  EXPECT_TRUE(p.short_of_money) << p.detail;
  EXPECT_FALSE(p.money_left);
  EXPECT_TRUE(sent.empty());
  holds(100'000'000);
  go();
  EXPECT_EQ(sent.size(), 1U);
  holds(66'666'665);
  p = go();
  EXPECT_TRUE(p.short_of_money) << p.detail;
  EXPECT_EQ(sent.size(), 1U);
  holds(66'666'666);
  EXPECT_FALSE(go().short_of_money);
  EXPECT_EQ(sent.size(), 3U);
}

TEST(AcrossParts, AreAsFewAsFitAndTheFirstTellsTheOthers) {
  EXPECT_TRUE(step_parts::parts_of(100_usdc, 100'000'000, 4).empty()) << "it fits";
  EXPECT_TRUE(step_parts::parts_of(100_usdc, 24'999'999, 4).empty());
  EXPECT_TRUE(step_parts::parts_of(100_usdc, 0, 4).empty());
  EXPECT_EQ(step_parts::parts_of(100_usdc, 25'000'000, 4).size(), 4U);
  EXPECT_EQ(step_parts::parts_of(100_usdc, 99'999'999, 4).size(), 2U);
  EXPECT_EQ(step_parts::parts_of(100_usdc, 33'333'333, 4).size(), 4U)
      << "a third is a millionth more";
  for (const std::uint64_t most : {50'000'000U, 33'333'334U, 25'000'000U}) {
    const auto all = step_parts::parts_of(100_usdc, most, 4);
    usdc sum;
    for (const auto& p : all) sum = *add(sum, p.amount);
    EXPECT_EQ(sum, 100_usdc);
    EXPECT_EQ(step_parts::parts_like(100_usdc, static_cast<std::uint64_t>(all[0].amount.micro)),
              all);
  }
  EXPECT_TRUE(step_parts::parts_like(100_usdc, 100'000'000).empty());
  EXPECT_TRUE(step_parts::parts_like(100_usdc, 33'333'333).empty());
}

TEST(AcrossParts, AreReadAsTheyWereWrittenOrNotAtAll) {
  auto all = step_parts::parts_of(100_usdc, 60'000'000, 4);
  all[0].state = step_parts::part_state::filled;
  all[0].deposit_id = uint256::of(17);
  all[0].out = 49'975'000_micro;
  all[0].by_depth = true;
  all[0].tx = chain::keccak256("a fill");
  all[1].state = step_parts::part_state::expired;
  all[1].attempt = 2;
  all[1].deadline = 1'800'000'900;
  all[1].from_block = 0;
  all[1].since_block = 12;
  all[1].seen_at = 1'800'000'000;
  all[1].not_before = 1'800'000'005;
  const auto text = step_parts::text_of(all);
  EXPECT_EQ(text.find(' '), std::string::npos) << "one word of the detail";
  EXPECT_EQ(step_parts::read_parts(text, 100_usdc), all);
  EXPECT_EQ(step_parts::read_parts(text + ",later=1", 100_usdc), all);
  for (const auto& bad :
       {std::string{}, std::string{"100.00,planned"}, text + ";1.00,planned", text + ",try=x",
        std::string{"50.00,planned;50.00,lost"}, std::string{"50.00;50.00"}})
    EXPECT_TRUE(step_parts::read_parts(bad, 100_usdc).empty()) << bad;
  EXPECT_TRUE(step_parts::read_parts(text, 99_usdc).empty());
}

}  // namespace
}  // namespace headroom::test
