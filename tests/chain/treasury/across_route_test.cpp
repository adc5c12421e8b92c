#include <algorithm>

#include "actors/alerts.hpp"
#include "tests/chain/treasury/across_house.hpp"

/// The Across leg between two chains in memory: what it signs, and what it makes of fills, of
/// deadlines that pass and of refunds.
namespace headroom::test {
namespace {

struct AcrossRoute : AcrossHouse {};

TEST_F(AcrossRoute, ItSignsADepositMadeOfAQuoteThatWasJustAskedFor) {
  const auto p = look();
  EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
  ASSERT_EQ(sent.size(), 1U);
  const auto& call = sent.back().call;
  EXPECT_EQ(call.to, pair.spoke_pool);
  EXPECT_EQ(call.value, uint256{});
  EXPECT_EQ(to_hex(byte_view{call.data}.first(4)), "7b939232");
  EXPECT_TRUE(to_hex(call.data).ends_with("1dc0de00d1"));
  EXPECT_EQ(sent_word(4), 100'000'000U);
  EXPECT_EQ(sent_word(5), 99'950'000U);
  EXPECT_EQ(sent_word(6), 137U);
  EXPECT_EQ(sent_word(8), from.time() - 1);
  EXPECT_EQ(deadline(), to.time() + 900) << "ours: the API's own is two hours away";
  ASSERT_EQ(asked_web.size(), 1U);
  EXPECT_EQ(asked_web[0].headers.at(0).second, "Bearer a key");
  EXPECT_NE(asked_web[0].url.find("&integratorId=0x00d1"), std::string::npos);
  EXPECT_NE(asked_web[0].url.find("&amount=100000000&"), std::string::npos);
}

TEST_F(AcrossRoute, EachViolatedGuardHoldsTheStepByItsName) {
  struct row {
    const char* guard;
    const char* field;
    json value;
  };
  const row table[] = {
      {"output_amount", "outputAmount", "99849999"},
      {"output_amount", "outputAmount", "100000001"},
      {"total_fee", "totalRelayFee", {{"total", "200001"}}},
      {"quote_timestamp", "timestamp", std::to_string(from.time() + 1)},
      {"quote_timestamp", "timestamp", std::to_string(from.time() - 601)},
      {"fill_deadline", "fillDeadline", std::to_string(to.time() + 599)},
      {"exclusivity", "exclusivityDeadline", 5},
      {"spoke_pool", "spokePoolAddress", account(12).hex()},
      {"destination_spoke_pool", "destinationSpokePoolAddress", account(12).hex()},
      {"output_token", "outputToken", {{"address", account(3).hex()}}},
      {"min_deposit", "isAmountTooLow", true},
      {"max_deposit_instant",
       "limits",
       {{"minDeposit", "1"}, {"maxDeposit", "100000000"}, {"maxDepositInstant", "24999999"}}},
  };
  const auto good = offer;
  for (const auto& r : table) {
    offer = good;
    offer[r.field] = r.value;
    const auto p = look();
    EXPECT_EQ(p.state, step_state::held) << r.guard;
    EXPECT_TRUE(says(p, std::string{"guard "} + r.guard)) << r.guard << ": " << p.detail;
    EXPECT_EQ(quoted(100_usdc).refusal, std::string{"guard "} + r.guard);
  }
  EXPECT_TRUE(sent.empty());
  settings.output_tokens = {account(3).hex()};
  restart();
  offer = good;
  EXPECT_TRUE(says(look(), "guard output_token")) << "not on the list";
}

TEST_F(AcrossRoute, OnlyTheDepositAsItWasGuardedIsSignedWithAnExclusiveRelayer) {
  offer["exclusiveRelayer"] = account(9).hex();
  offer["exclusivityDeadline"] = 31;
  EXPECT_TRUE(says(look(), "guard exclusivity"));
  offer["exclusivityDeadline"] = from.time() + 31;
  EXPECT_TRUE(says(look(), "guard exclusivity")) << "a time";
  offer["exclusivityDeadline"] = 30;
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_EQ(sent_word(10), 30U);
  EXPECT_EQ(sent_word(7), 9U) << "the relayer";
}

TEST_F(AcrossRoute, AnApiThatCannotSayOrSaysNoHoldsTheStepAndSendsNothing) {
  web_says = [](const net::http_request&) { return no_http(); };
  auto p = look();
  EXPECT_EQ(p.state, step_state::held) << p.detail;
  EXPECT_TRUE(says(p, "Across does not answer")) << p.detail;
  EXPECT_FALSE(ask<actors::route_quote>(100_usdc)) << "no quote at all";
  web_says = [this](const net::http_request&) { return http(status, offer); };
  status = 429;
  EXPECT_EQ(look().state, step_state::held);
  EXPECT_FALSE(ask<actors::route_quote>(100_usdc));
  status = 400;
  offer = {{"type", "AcrossApiError"}, {"code", "AMOUNT_TOO_LOW"}};
  p = look();
  EXPECT_TRUE(says(p, "Across says 400 AMOUNT_TOO_LOW")) << p.detail;
  EXPECT_EQ(quoted(100_usdc).refusal, "Across says 400 AMOUNT_TOO_LOW");
  EXPECT_TRUE(sent.empty());
}

TEST_F(AcrossRoute, AQuoteSaysWhatItCostsAndHowMuchIsTakenAtOnce) {
  const auto q = quoted(100_usdc);
  EXPECT_EQ(q.refusal, "");
  EXPECT_EQ(q.expected_out, 99'950'000_micro);
  EXPECT_EQ(q.fee, 50'000_micro);
  EXPECT_EQ(q.least, 100'000_micro);
  EXPECT_EQ(q.most, 100'000_usdc) << "in four parts";
  EXPECT_EQ(q.expected_seconds, 40U);
}

TEST_F(AcrossRoute, ThePoolIsApprovedFirstAndShortMoneyIsSaid) {
  from.answer(pair.input_token, chain::allowance_call(account(5), account(10)), word(1));
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_EQ(sent.back().purpose, "approve");
  EXPECT_EQ(sent.back().call.to, pair.input_token);
  EXPECT_TRUE(says(look(), "approval not final"));
  from.answer(pair.input_token, chain::allowance_call(account(5), account(10)), word(UINT64_MAX));
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_EQ(sent.back().purpose, "across");
  sent.clear();
  operations.clear();
  step.owed_before = 950_usdc;
  const auto p = look();
  EXPECT_EQ(p.state, step_state::held);
  EXPECT_TRUE(p.short_of_money) << p.detail;
  EXPECT_TRUE(sent.empty());
}

TEST_F(AcrossRoute, AFillOfEachKindIsDoneWithWhatWasReallyPaidOnceItIsFinal) {
  for (const std::uint64_t kind : {0U, 1U, 2U}) {
    step.conversion = conversion_id::from_digest(chain::keccak256("kind " + std::to_string(kind)));
    step.detail.clear();
    send_deposit(100 + kind);
    EXPECT_TRUE(says(look_thrice(), "deposited: waits for a fill"));
    EXPECT_EQ(flight().moves, 1U);
    fill_in_block(to.head(), {.paid = 99'940'000 + kind, .kind = kind, .id = 100 + kind});
    EXPECT_TRUE(says(look_thrice(), "filled: not final yet"));
    to.node.add_blocks(2);
    const auto p = look_thrice();
    EXPECT_EQ(p.state, step_state::done) << p.detail;
    EXPECT_EQ(p.amount_out.micro, static_cast<std::int64_t>(99'940'000 + kind));
    EXPECT_TRUE(says(p, "note=final"));
    EXPECT_EQ(flight().moves, 0U);
  }
}

/// Anybody may fill what was never deposited: such an event has our deposit's id and not its
/// fields.
TEST_F(AcrossRoute, AFillThatDoesNotAgreeWithTheDepositIsNotIt) {
  send_deposit();
  fill_in_block(to.head(), {.output = 1, .paid = 1});
  fill_in_block(to.head(), {.recipient = account(8)});
  to.node.add_blocks(3);
  EXPECT_TRUE(says(look_thrice(), "deposited: waits for a fill"));
  fill_in_block(to.head(), {});
  to.node.add_blocks(3);
  const auto p = look();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out, 99'950'000_micro);
}

TEST_F(AcrossRoute, AFillInABlockThatWasReplacedIsWaitedFor) {
  send_deposit();
  to.node.add_blocks(5);
  const auto block = to.head() - 3;
  fill_in_block(block, {});
  to.node.quirk = [quirk = to.node.quirk](std::uint32_t n, const chain::rpc_request& x) {
    auto said = quirk(n, x);
    if (x.method == "eth_getLogs" && said && !said->value.empty())
      for (auto& log : said->value) log["blockHash"] = chain::keccak256("another").hex();
    return said;
  };
  EXPECT_TRUE(says(look(), "filled in a block that was replaced"));
}

TEST_F(AcrossRoute, UnfilledPastItsDeadlineItIsExpiredAndFailsOnlyWithItsRefund) {
  send_deposit();
  look();
  deadline_passes();
  EXPECT_TRUE(says(look_thrice(), "expired: waits for the refund"));
  EXPECT_EQ(flight().moves, 1U) << "the money is on its way";
  while (from.time() <= deadline() + 1) from.node.add_block();
  refund_in_block(from.head(), 100'000'000);
  EXPECT_TRUE(says(look(), "expired: waits for the refund")) << "not in a final block";
  from.node.add_blocks(3);
  EXPECT_TRUE(says(look(), "expired: refunded, waits whether others claim it"));
  pass(settings.refund_settle);
  const auto p = look();
  EXPECT_EQ(p.state, step_state::failed) << p.detail;
  EXPECT_TRUE(says(p, "refunded: nobody filled it in time")) << p.detail;
  EXPECT_EQ(flight().moves, 0U);
  const auto before = sent.size();
  offer["timestamp"] = std::to_string(from.time());
  offer["fillDeadline"] = std::to_string(to.time() + 7'200);
  EXPECT_EQ(look().state, step_state::in_flight) << "a new attempt";
  EXPECT_EQ(sent.size(), before + 1);
}

TEST_F(AcrossRoute, ASlowFillThatWasOnlyAskedForIsExpiredTooAndAFilledOneIsNot) {
  send_deposit();
  deadline_passes();
  status_is(1);
  EXPECT_TRUE(says(look(), "expired: waits for the refund"));
  status_is(2);
  EXPECT_TRUE(says(look(), "filled: its event is not seen yet"));
}

TEST_F(AcrossRoute, ItIsNotExpiredBeforeTheDestinationsFinalBlocksSaySo) {
  send_deposit();
  now = timestamp::of_seconds(static_cast<std::int64_t>(deadline() + 10));
  EXPECT_TRUE(says(look(), "deposited: waits for a fill")) << "our clock alone";
  while (to.time() <= deadline() + 1) to.node.add_block();
  EXPECT_TRUE(says(look(), "deposited: waits for a fill")) << "the head alone";
  to.node.add_blocks(3);
  to.node.nodes = 2;
  to.node.quirk = [quirk = to.node.quirk](std::uint32_t n, const chain::rpc_request& x) {
    if (n == 1 && x.method == "eth_call")
      return std::optional{fake_node::silent(chain::rpc_status::unreachable)};
    return quirk(n, x);
  };
  const auto p = look();
  EXPECT_EQ(p.state, step_state::unreadable) << "one of two nodes says so: " << p.detail;
}

TEST_F(AcrossRoute, ADepositThatIsNotMinedByItsDeadlineIsAnAlert) {
  look();
  EXPECT_TRUE(says(look(), "sent: not final on the source chain"));
  EXPECT_TRUE(flight().readable);
  pass(std::chrono::seconds{900});
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_TRUE(dir.gauges.alerts().lasts("route.late_deposit", step.conversion.text()));
  EXPECT_FALSE(flight().readable) << "nothing new is sent that way";
  deposit_is_final();
  look();
  EXPECT_FALSE(dir.gauges.alerts().lasts("route.late_deposit", step.conversion.text()));
}

/// Two deposits expire, one refund comes: it belongs to one of them, whoever is looked at, by
/// whichever route and after whatever restart.
TEST_F(AcrossRoute, ARefundIsNotClaimedTwice) {
  send_deposit(1);
  look();
  auto other = step;
  other.conversion = conversion_id::from_digest(chain::keccak256("another"));
  other.detail.clear();
  std::swap(step, other);
  send_deposit(2);
  deadline_passes();
  EXPECT_TRUE(says(look(), "expired"));
  std::swap(step, other);
  EXPECT_TRUE(says(look(), "expired"));
  while (from.time() <= deadline() + 1) from.node.add_block();
  refund_in_block(from.head(), 100'000'000);
  from.node.add_blocks(3);
  pass(settings.refund_settle);
  // Each by a leg that knows nothing of the other's.
  const auto claims = [this] {
    restart();
    look();
    pass(settings.refund_settle);
    return look().state == step_state::failed;
  };
  const bool this_one = claims();
  std::swap(step, other);
  EXPECT_NE(claims(), this_one) << "one of them, and not both";
  if (!this_one) std::swap(step, other);
  EXPECT_FALSE(claims());
  refund_in_block(from.head() - 2, 100'000'000);
  EXPECT_TRUE(claims());
}

/// Days later, by nodes that allow few blocks in one question: each look goes on.
TEST_F(AcrossRoute, ARefundIsFoundHoweverLateItComes) {
  pair.from.logs = {100, 50};
  restart();
  send_deposit();
  deadline_passes();
  for (int i = 0; i < 17'000; ++i) from.node.add_block();
  refund_in_block(from.head(), 100'000'000);
  from.node.add_blocks(3);
  int looks = 1;
  while (says(look(), "expired: looks for the refund, block by block") && looks < 20) ++looks;
  EXPECT_GT(looks, 3) << "no look asks for it all";
  EXPECT_LT(looks, 10);
  pass(settings.refund_settle);
  EXPECT_EQ(look().state, step_state::failed);
}

/// A deposit that was filled has nothing to come back, and one that expired earlier comes first.
TEST_F(AcrossRoute, WhatCameBackIsCountedInTheOrderOfTheDeadlines) {
  chain::across_refunds book;
  using ends = chain::across_refunds::fill;
  const auto name = [](int n) { return chain::keccak256("deposit " + std::to_string(n)); };
  book.deposits[name(1)] = {100, 1'000, ends::never};
  book.deposits[name(2)] = {70, 1'100, ends::filled};
  book.deposits[name(3)] = {50, 1'200, ends::never};
  const auto tx = [](int n) { return chain::keccak256("bundle " + std::to_string(n)); };
  book.back[{5, 0}] = {tx(0), 500, 900};
  EXPECT_FALSE(book.returned_by(name(1))) << "from before all of them";
  book.back[{6, 0}] = {tx(1), 99, 1'300};
  EXPECT_FALSE(book.returned_by(name(1)));
  EXPECT_FALSE(book.returned_by(name(3))) << "it would be covered alone";
  book.back[{7, 0}] = {tx(2), 1, 1'400};
  EXPECT_EQ(book.returned_by(name(1)), tx(2));
  EXPECT_FALSE(book.returned_by(name(3)));
  book.back[{7, 1}] = {tx(3), 50, 1'400};
  EXPECT_EQ(book.returned_by(name(3)), tx(3));
  EXPECT_FALSE(book.returned_by(name(9))) << "unknown";
}

/// A refund of before this deposit's deadline is an earlier one's.
TEST_F(AcrossRoute, AnEarlierDepositsRefundIsNotThisOnes) {
  send_deposit();
  refund_in_block(from.head(), 100'000'000);
  from.node.add_blocks(3);
  deadline_passes();
  look();
  pass(settings.refund_settle);
  EXPECT_TRUE(says(look(), "expired: waits for the refund"));
}

/// After a send that is believed to be dead nothing is sent while the chain shows one of ours that
/// no operation owns.
TEST_F(AcrossRoute, ADepositThatNobodyOwnsKeepsASecondOneFromBeingSent) {
  step.attempt = 1;
  const auto data = chain::abi::encoder{}.number(0).number(0).number(100'000'000).done();
  from.events.push_back({5,
                         pair.spoke_pool,
                         {across::deposited_topic(), in_word(137), in_word(3), in_word(account(5))},
                         data,
                         chain::keccak256("by hand")});
  const auto p = look();
  EXPECT_EQ(p.state, step_state::unreadable) << p.detail;
  EXPECT_TRUE(says(p, "belongs to no live operation")) << p.detail;
  EXPECT_TRUE(sent.empty());
  EXPECT_FALSE(flight().readable);
}

TEST_F(AcrossRoute, ChainsThatCannotBeReadStopWhatIsNew) {
  EXPECT_TRUE(flight().readable);
  to.silent = true;
  EXPECT_EQ(look().state, step_state::unreadable);
  auto f = flight();
  EXPECT_FALSE(f.readable);
  to.silent = false;
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_TRUE(flight().readable);
  from.silent = true;
  f = flight();
  EXPECT_FALSE(f.readable);
  EXPECT_EQ(f.problem, "Plasma cannot be read");
  from.silent = false;
  dir.handles.set(actors::query_actor{});
  EXPECT_EQ(flight().problem, "the outbox cannot be read");
}

TEST_F(AcrossRoute, RevertedAndDroppedEndTheAttemptAndInDoubtDoesNot) {
  look();
  last_operation().state = operation_state::in_doubt;
  EXPECT_EQ(look_thrice().state, step_state::unreadable);
  last_operation().state = operation_state::reverted;
  EXPECT_EQ(look().state, step_state::failed);
  EXPECT_EQ(step.attempt, 1U);
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_EQ(sent.size(), 2U);
  confirm({});
  EXPECT_EQ(look().state, step_state::unreadable) << "a receipt without the deposit";
}

}  // namespace
}  // namespace headroom::test
