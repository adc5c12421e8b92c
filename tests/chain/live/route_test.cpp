#include <algorithm>

#include "chain/evm/eth.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/evm/transaction.hpp"
#include "chain/treasury/audit_actor.hpp"
#include "chain/treasury/oft.hpp"
#include "chain/treasury/oft_uniswap_route.hpp"
#include "tests/chain/live/house.hpp"

namespace headroom::test {
namespace {

using actors::run_step;
using actors::step_progress;
using namespace std::chrono_literals;

/// The whole route on two chains with LayerZero's and Uniswap's own contracts.
struct RouteOnAnvil : House {
  std::shared_ptr<const chain::private_key> key;
  chain::oft_uniswap_settings settings;
  actors::route_actor route;
  actors::wallet_actor plasma_wallet;
  actors::wallet_actor polygon_wallet;
  conversion_id conversion;

  void SetUp() override {
    House::SetUp();
    if (HasFatalFailure()) return;
    key = fresh_key();
    conversion = conversion_id::from_digest(w->random());
    mint("plasma", "usdt0", key->address_of(), 1'000);
    plasma_wallet = start_wallet("plasma", key, wallet_settings_of("plasma"));
    polygon_wallet = start_wallet("polygon", key, wallet_settings_of("polygon"));
    const auto side = [&](const char* name) {
      const auto& c = sandbox[name];
      return chain::oft_chain{
          c["chain_id"], c["eid"], at(c["usdt0"]), at(c["oft"]), {1, final_by::either}};
    };
    settings.plasma = side("plasma");
    settings.polygon = side("polygon");
    settings.plasma_wallet = settings.polygon_wallet = key->address_of();
    settings.usdc = at(sandbox["polygon"]["usdc"]);
    settings.quoter = at(sandbox["polygon"]["quoter"]);
    settings.router = at(sandbox["polygon"]["swap_router"]);
    settings.pool_fee = sandbox["polygon"]["pool_fee"];
    start();
  }
  void start() {
    route =
        own(sys.spawn(chain::oft_uniswap_behavior, w, settings, nodes("plasma"), nodes("polygon")));
  }
  step_progress run(const run_step& x) {
    const auto r = ask<step_progress>(route, x);
    EXPECT_TRUE(r);
    return r ? *r : step_progress{};
  }
  /// Asks as the conversion actor does, until the step ends or `until` is seen in its detail.
  step_progress drive(run_step& x, const std::string& until = "nothing") {
    step_progress p;
    EXPECT_TRUE(eventually(
        [&] {
          p = run(x);
          if (p.state != step_state::unreadable) x.detail = p.detail;
          return p.state == step_state::done || p.state == step_state::failed ||
                 p.detail.find(until) != std::string::npos;
        },
        30s))
        << p.detail;
    return p;
  }
  run_step bridge(usdc amount) { return {conversion, 0, 0, amount, {}, {}}; }
  run_step swap(usdc amount, std::uint32_t attempt = 0) {
    return {conversion, 1, attempt, amount, {}, {}};
  }
  /// The route, over a node that takes no log range without an end, nor of more blocks than that.
  void start_over_limited_logs(std::uint64_t most_blocks = 10'000) {
    const auto node =
        own(sys.spawn([node = nodes("polygon"), most_blocks](
                          chain::rpc_actor::pointer self) -> chain::rpc_actor::behavior_type {
          return {[=](chain::rpc_request& q) -> caf::result<chain::rpc_result> {
            if (q.method != "eth_getLogs") return self->delegate(node, std::move(q));
            const auto& range = q.params.at(0);
            const auto from = chain::eth::read_number(range.at("fromBlock"));
            const auto to = chain::eth::read_number(range.at("toBlock"));
            if (from && to && *to - *from < most_blocks) return self->delegate(node, std::move(q));
            chain::rpc_result out;
            out.status = chain::rpc_status::error;
            out.error = {-32602, "range exceeds limit", {}};
            return out;
          }};
        }));
    route = own(sys.spawn(chain::oft_uniswap_behavior, w, settings, nodes("plasma"), node));
  }
  /// Blocks come only when they are called for.
  void hold_blocks(const std::string& chain) {
    rpc(chain, "evm_setAutomine", {false});
    rpc(chain, "evm_setIntervalMining", {0});
    // A block that was due already may still come: held means that none came for an interval.
    std::string before;
    auto since = std::chrono::steady_clock::now();
    EXPECT_TRUE(eventually(
        [&] {
          const auto now = std::chrono::steady_clock::now();
          const auto head = rpc(chain, "eth_blockNumber").get<std::string>();
          if (head != std::exchange(before, head)) since = now;
          return now - since > 1'200ms;
        },
        15s));
  }
  /// The route, with another answer of the bridge to the question for its fee.
  void bridge_asks_for(const uint256& wei) {
    const auto node =
        own(sys.spawn([wei, node = nodes("plasma")](
                          chain::rpc_actor::pointer self) -> chain::rpc_actor::behavior_type {
          return {[=](chain::rpc_request& q) -> caf::result<chain::rpc_result> {
            constexpr auto quote_send = "0x3b6f743b";
            if (q.method != "eth_call" ||
                !q.params.at(0).at("data").get<std::string>().starts_with(quote_send))
              return self->delegate(node, std::move(q));
            chain::rpc_result out;
            out.status = chain::rpc_status::ok;
            out.value = "0x" + to_hex(wei.view()) + std::string(64, '0');
            return out;
          }};
        }));
    route = own(sys.spawn(chain::oft_uniswap_behavior, w, settings, node, nodes("polygon")));
  }
  void release_blocks(const std::string& chain) { rpc(chain, "evm_setIntervalMining", {1}); }
  /// A transaction of the same key that we know nothing of takes the nonce of ours, which waits in
  /// the pool, and is mined: money to a stranger, or `same_call`. Its hash.
  json overtake(const std::string& chain, const std::string& purpose, bool same_call) {
    const chain_operation* ours = nullptr;  // the newest of that purpose
    const auto all = books.all();
    for (const auto& row : all)
      if (row.purpose == purpose && (ours == nullptr || row.nonce > ours->nonce)) ours = &row;
    if (ours == nullptr) {
      ADD_FAILURE() << "nothing was sent for " << purpose;
      return {};
    }
    auto body = chain::decode_transaction(ours->raw)->body;
    if (!same_call) {
      body.to = fresh_poor_key().address_of();
      body.value = {};
      body.data.clear();
      body.gas_limit = 21'000;
    }
    body.fees.max_fee *= 10;
    body.fees.max_priority_fee *= 10;
    const auto theirs = rpc(chain, "eth_sendRawTransaction", {to_0x(chain::sign(body, *key).raw)});
    rpc(chain, "evm_mine");
    return theirs;
  }
  /// Sends the step's transaction and gives its nonce to another one, whose hash comes back.
  json lose_nonce_of(run_step& step, const std::string& chain, const std::string& purpose,
                     bool same_call = false) {
    hold_blocks(chain);
    EXPECT_EQ(drive(step, "sent").state, step_state::in_flight);
    const auto theirs = overtake(chain, purpose, same_call);
    release_blocks(chain);
    return theirs;
  }
  std::int64_t usdt0_of_ours() {
    return balance("plasma", settings.plasma.usdt0, key->address_of());
  }
  std::int64_t usdc_of_ours() { return balance("polygon", settings.usdc, key->address_of()); }
};

TEST_F(RouteOnAnvil, WholeRouteArrivesWithTheReceiptsNumbers) {
  const auto quoted = ask<actors::route_quote>(route, 500_usdc);
  ASSERT_TRUE(quoted);
  auto first = bridge(500_usdc);
  const auto bridged = drive(first);
  ASSERT_EQ(bridged.state, step_state::done) << bridged.detail;
  EXPECT_EQ(bridged.amount_out, 500_usdc);
  EXPECT_EQ(balance("plasma", settings.plasma.usdt0, key->address_of()), 500'000'000);
  auto second = swap(bridged.amount_out);
  const auto swapped = drive(second);
  ASSERT_EQ(swapped.state, step_state::done) << swapped.detail;
  EXPECT_EQ(swapped.amount_out.micro, usdc_of_ours());
  EXPECT_GE(swapped.amount_out.micro, 498'000'000);
  EXPECT_LT(swapped.amount_out, 500_usdc);
  EXPECT_NEAR(static_cast<double>(quoted->expected_out.micro),
              static_cast<double>(swapped.amount_out.micro), 100'000);

  // Asked again, also by a new actor, it says the same and does nothing.
  start();
  EXPECT_EQ(run(first).amount_out, bridged.amount_out);
  EXPECT_EQ(run(second).amount_out, swapped.amount_out);
  EXPECT_EQ(usdc_of_ours(), swapped.amount_out.micro);
}

TEST_F(RouteOnAnvil, HeldMessageIsWaitedForAndFoundAfterARestart) {
  control("/oft?mode=hold");
  auto step = bridge(100_usdc);
  const auto waiting = drive(step, "waits for delivery");
  EXPECT_EQ(waiting.state, step_state::in_flight);
  EXPECT_NE(waiting.detail.find("guid=0x"), std::string::npos);
  EXPECT_NE(waiting.detail.find("from="), std::string::npos);
  start();
  EXPECT_EQ(run(step).state, step_state::in_flight);
  step.detail.clear();  // even when the record was lost
  EXPECT_EQ(run(step).state, step_state::in_flight);
  control("/oft?mode=auto");
  const auto done = drive(step);
  EXPECT_EQ(done.state, step_state::done);
  EXPECT_EQ(done.amount_out, 100_usdc);
}

TEST_F(RouteOnAnvil, MessageThatNeverComesIsNeitherFailedNorSentAgain) {
  control("/oft?mode=hold");
  auto step = bridge(50_usdc);
  drive(step, "waits for delivery");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(run(step).state, step_state::in_flight);
  EXPECT_EQ(balance("plasma", settings.plasma.usdt0, key->address_of()), 950'000'000);
  EXPECT_EQ(books.all().size(), 1U);
  control("/oft?mode=auto");
  EXPECT_EQ(drive(step).state, step_state::done);
}

TEST_F(RouteOnAnvil, ADeliveryDuringALongOutageIsFoundByGoingOn) {
  control("/oft?mode=hold");
  auto step = bridge(50_usdc);
  drive(step, "waits for delivery");
  control("/oft?mode=auto");
  ASSERT_TRUE(eventually(
      [&] { return balance("polygon", settings.polygon.usdt0, key->address_of()) == 50'000'000; }));
  rpc("polygon", "anvil_mine", {"0x40"});
  settings.polygon.logs.chunk = 4;  // one look reads eight blocks, more than sixty have passed
  settings.polygon.logs.chunks = 2;
  start_over_limited_logs();
  const auto done = drive(step);
  EXPECT_EQ(done.state, step_state::done) << done.detail;
  EXPECT_EQ(done.amount_out, 50_usdc);
}

/// The chunk that is configured is far above what the node takes, and the search still gets on.
TEST_F(RouteOnAnvil, ANodeOfSmallRangesIsNoReasonToStandStill) {
  control("/oft?mode=hold");
  auto step = bridge(50_usdc);
  drive(step, "waits for delivery");
  rpc("polygon", "anvil_mine", {"0x80"});
  settings.polygon.logs.chunks = 4;
  start_over_limited_logs(10);
  drive(step, "block by block");
  control("/oft?mode=auto");
  const auto done = drive(step);
  EXPECT_EQ(done.state, step_state::done) << done.detail;
  EXPECT_EQ(done.amount_out, 50_usdc);
}

TEST_F(RouteOnAnvil, ADeliveryAfterALongOutageIsFoundToo) {
  control("/oft?mode=hold");
  auto step = bridge(50_usdc);
  drive(step, "waits for delivery");
  rpc("polygon", "anvil_mine", {"0x40"});
  settings.polygon.logs.chunk = 4;
  settings.polygon.logs.chunks = 2;
  start_over_limited_logs();
  drive(step, "block by block");
  const auto waiting = drive(step, "waits for delivery");
  EXPECT_EQ(waiting.state, step_state::in_flight);
  rpc("polygon", "anvil_mine", {"0x40"});
  control("/oft?mode=auto");
  const auto done = drive(step);
  EXPECT_EQ(done.state, step_state::done) << done.detail;
  EXPECT_EQ(done.amount_out, 50_usdc);
}

TEST_F(RouteOnAnvil, ABridgeThatLeadsElsewhereGetsNothing) {
  settings.polygon.messenger = address{};
  settings.polygon.messenger.bytes[0] = 1;
  start();
  auto step = bridge(50_usdc);
  EXPECT_NE(run(step).detail.find("does not lead to our messenger"), std::string::npos);
  settings.polygon.messenger = at(sandbox["polygon"]["oft"]);
  settings.polygon.eid = 1;  // nothing is wired to it
  start();
  EXPECT_NE(run(step).detail.find("does not lead to our messenger"), std::string::npos);
  EXPECT_TRUE(books.all().empty());
}

TEST_F(RouteOnAnvil, SilentDestinationIsUnreadable) {
  control("/oft?mode=hold");
  auto step = bridge(50_usdc);
  drive(step, "waits for delivery");
  for (const auto* mode : {"http500", "refuse"}) {
    control(std::string{"/chain/polygon?mode="} + mode);
    EXPECT_EQ(run(step).state, step_state::unreadable) << mode;
    control("/chain/polygon?mode=up");
  }
  control("/oft?mode=auto");
  EXPECT_EQ(drive(step).state, step_state::done);
}

TEST_F(RouteOnAnvil, BridgeOfMoreThanThereIsWaitsAndMovesNothing) {
  const auto p = run(bridge(5'000_usdc));
  EXPECT_EQ(p.state, step_state::held) << p.detail;
  EXPECT_NE(p.detail.find("short: the wallet holds 1000.00 USDT0 on Plasma"), std::string::npos)
      << p.detail;
  EXPECT_TRUE(p.short_of_money);
  EXPECT_TRUE(books.all().empty());
}

/// Somebody took tokens while two conversions were between bridge and swap: the older one gets
/// its own, the younger is held and does not take it from the next.
TEST_F(RouteOnAnvil, TheYoungestIsHeldWhenTheWalletLacksWhatRunningStepsNeed) {
  mint("polygon", "usdt0", key->address_of(), 25);
  auto younger = swap(20_usdc);
  younger.conversion = conversion_id::from_digest(w->random());
  younger.owed_before = 20_usdc;
  const auto held = drive(younger, "short: ");
  EXPECT_EQ(held.state, step_state::held) << held.detail;
  EXPECT_TRUE(held.short_of_money);
  auto older = swap(20_usdc);
  ASSERT_EQ(drive(older).state, step_state::done);
  younger.owed_before = {};
  EXPECT_EQ(run(younger).state, step_state::held);
  mint("polygon", "usdt0", key->address_of(), 15);
  EXPECT_EQ(drive(younger).state, step_state::done);
}

/// Verified, and no executor moves: our own outbox executes it, once per message.
TEST_F(RouteOnAnvil, AVerifiedMessageNobodyExecutesIsExecutedByUsOnce) {
  control("/oft?mode=verify");
  settings.rescue_after = 1s;
  start();
  auto step = bridge(60_usdc);
  const auto done = drive(step);
  ASSERT_EQ(done.state, step_state::done) << done.detail;
  EXPECT_EQ(done.amount_out, 60_usdc);
  std::vector<std::string> purposes;
  for (const auto& row : books.all()) purposes.push_back(row.purpose);
  EXPECT_EQ(std::count(purposes.begin(), purposes.end(), "deliver"), 1);
  EXPECT_EQ(done.operations.size(), 1U) << "the bridge's own";
  EXPECT_EQ(balance("polygon", settings.polygon.usdt0, key->address_of()), 60'000'000);
  control("/oft?mode=auto");
}

TEST_F(RouteOnAnvil, AMessageThatIsNotVerifiedIsNotExecuted) {
  control("/oft?mode=hold");
  settings.rescue_after = 1s;
  start();
  auto step = bridge(60_usdc);
  drive(step, "waits for delivery");
  const auto until = std::chrono::steady_clock::now() + 4s;
  while (std::chrono::steady_clock::now() < until)
    ASSERT_EQ(run(step).state, step_state::in_flight);
  EXPECT_EQ(books.all().size(), 1U);
  control("/oft?mode=auto");
  EXPECT_EQ(drive(step).state, step_state::done);
}

/// While it waits for delivery one look is one question.
TEST_F(RouteOnAnvil, AWaitForDeliveryCostsOneCallALook) {
  control("/oft?mode=hold");
  auto step = bridge(60_usdc);
  drive(step, "waits for delivery");
  EXPECT_EQ(run(step).calls, 1U);
  control("/oft?mode=auto");
  EXPECT_EQ(drive(step).state, step_state::done);
}

TEST_F(RouteOnAnvil, BadPriceIsWaitedOut) {
  settings.least_bps = 10'000;  // the pool takes its fee: never this good
  start();
  mint("polygon", "usdt0", key->address_of(), 10);
  auto step = swap(10_usdc);
  const auto p = drive(step, "below the floor");
  EXPECT_EQ(p.state, step_state::held);
  EXPECT_EQ(usdc_of_ours(), 0);
}

TEST_F(RouteOnAnvil, RevertedSwapFailsAndTheNextAttemptQuotesAgain) {
  mint("polygon", "usdt0", key->address_of(), 30);
  auto warm = swap(10_usdc);  // approves, so that the next swap is one transaction
  warm.conversion = conversion_id::from_digest(w->random());
  ASSERT_EQ(drive(warm).state, step_state::done);
  hold_blocks("polygon");
  auto step = swap(20_usdc);
  const auto sent = drive(step, "sent");
  EXPECT_EQ(sent.state, step_state::in_flight) << sent.detail;
  rpc("polygon", "evm_increaseTime", {1'200});  // past the swap's deadline
  release_blocks("polygon");
  const auto failed = drive(step);
  EXPECT_EQ(failed.state, step_state::failed) << failed.detail;
  auto next = swap(20_usdc, 1);
  const auto done = drive(next);
  EXPECT_EQ(done.state, step_state::done) << done.detail;
  EXPECT_GE(done.amount_out.micro, 19'900'000);
}

TEST_F(RouteOnAnvil, BridgeWhoseNonceWentElsewhereFailsAndTheNextAttemptMovesItOnce) {
  auto step = bridge(100_usdc);
  lose_nonce_of(step, "plasma", "bridge");
  const auto failed = drive(step);
  EXPECT_EQ(failed.state, step_state::failed) << failed.detail;
  EXPECT_TRUE(failed.detail.ends_with("note=dropped: its nonce was used by another"))
      << failed.detail;
  EXPECT_EQ(usdt0_of_ours(), 1'000'000'000);
  start();
  EXPECT_EQ(run(step).state, step_state::failed) << "the same word after a restart";
  auto next = bridge(100_usdc);
  next.attempt = 1;
  const auto done = drive(next);
  EXPECT_EQ(done.state, step_state::done) << done.detail;
  EXPECT_EQ(done.amount_out, 100_usdc);
  EXPECT_EQ(usdt0_of_ours(), 900'000'000);
}

TEST_F(RouteOnAnvil, ABridgeFeeOfWholeCoinsIsPaidUpToTheLimit) {
  const auto coin = uint128{1'000'000'000'000'000'000};
  rpc("plasma", "anvil_setBalance", {key->address_of().hex(), "0x1a055690d9db80000"});  // 30
  auto step = bridge(100_usdc);
  bridge_asks_for(uint256::of(26 * coin));
  const auto waits = run(step);
  EXPECT_EQ(waits.state, step_state::held);
  EXPECT_NE(waits.detail.find("the bridge asks for more"), std::string::npos) << waits.detail;
  EXPECT_TRUE(books.all().empty());
  bridge_asks_for(uint256::of(20 * coin));  // more than fits 64 bits of wei
  const auto done = drive(step);
  EXPECT_EQ(done.state, step_state::done) << done.detail;
  const auto rows = books.all();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(chain::decode_transaction(rows.front().raw)->body.value, uint256::of(22 * coin + 1));
  EXPECT_GT(books.fee_of(rows.front().id), uint256::of(22 * coin));
}

/// Whoever has the key has bridged by hand, in the place of ours: a second send would be one too
/// many.
TEST_F(RouteOnAnvil, NothingIsSentAgainWhenTheSameAmountLeftByNoOperationOfOurs) {
  auto step = bridge(100_usdc);
  lose_nonce_of(step, "plasma", "bridge", true);
  EXPECT_EQ(drive(step).state, step_state::failed);
  EXPECT_EQ(usdt0_of_ours(), 900'000'000);
  auto next = bridge(100_usdc);
  next.attempt = 1;
  next.detail = step.detail;
  const auto p = drive(next, "belongs to no live operation");
  EXPECT_EQ(p.state, step_state::unreadable) << p.detail;
  EXPECT_EQ(books.all().size(), 1U);
}

TEST_F(RouteOnAnvil, SwapWhoseNonceWentElsewhereFailsAndTheNextAttemptSwapsOnce) {
  mint("polygon", "usdt0", key->address_of(), 30);
  auto warm = swap(10_usdc);  // approves, so that the next swap is one transaction
  warm.conversion = conversion_id::from_digest(w->random());
  ASSERT_EQ(drive(warm).state, step_state::done);
  const auto before = usdc_of_ours();
  auto step = swap(20_usdc);
  lose_nonce_of(step, "polygon", "swap");
  EXPECT_EQ(drive(step).state, step_state::failed);
  EXPECT_EQ(usdc_of_ours(), before);
  auto next = swap(20_usdc, 1);
  const auto done = drive(next);
  EXPECT_EQ(done.state, step_state::done) << done.detail;
  EXPECT_EQ(usdc_of_ours(), before + done.amount_out.micro);
}

/// A wallet that calls it dropped is not enough: with a second attempt after a payment that did
/// happen, the money would move twice.
TEST_F(RouteOnAnvil, DroppedIsNotFailedWhileAReceiptMayExist) {
  auto step = bridge(100_usdc);
  const auto theirs = lose_nonce_of(step, "plasma", "bridge");
  EXPECT_EQ(drive(step).state, step_state::failed);

  control("/chain/plasma?mode=http500");
  auto p = run(step);
  EXPECT_EQ(p.state, step_state::unreadable);
  EXPECT_NE(p.detail.find("too few nodes say"), std::string::npos) << p.detail;
  control("/chain/plasma?mode=up");

  dir.handles.set(actors::query_actor{});
  p = run(step);
  EXPECT_EQ(p.state, step_state::unreadable);
  EXPECT_NE(p.detail.find("the outbox cannot be read"), std::string::npos) << p.detail;
  dir.handles.set(own(sys.spawn(actors::query_behavior, &reader)));

  const auto receipt = rpc("plasma", "eth_getTransactionReceipt", {theirs});
  const auto contradicting =
      own(sys.spawn([receipt, node = nodes("plasma")](
                        chain::rpc_actor::pointer self) -> chain::rpc_actor::behavior_type {
        return {[=](chain::rpc_request& q) -> caf::result<chain::rpc_result> {
          if (q.method != "eth_getTransactionReceipt") return self->delegate(node, std::move(q));
          chain::rpc_result found;
          found.status = chain::rpc_status::ok;
          found.value = receipt;
          return found;
        }};
      }));
  route = own(sys.spawn(chain::oft_uniswap_behavior, w, settings, contradicting, nodes("polygon")));
  EXPECT_EQ(run(step).state, step_state::unreadable) << "a receipt exists after all";
  start();
  EXPECT_EQ(run(step).state, step_state::failed);
}

TEST_F(RouteOnAnvil, AuditShowsWhatTheChainsSay) {
  mint("polygon", "usdc", key->address_of(), 7);
  chain::audit_settings s{settings.plasma.usdt0,
                          key->address_of(),
                          settings.polygon.usdt0,
                          settings.usdc,
                          key->address_of(),
                          {},
                          {},
                          {}};
  s.fresh = 0ms;
  const auto audit = own(sys.spawn(chain::audit_behavior, w, s, nodes("plasma"), nodes("polygon")));
  auto r = ask<actors::solvency_report>(audit, actors::get_atom::value);
  ASSERT_TRUE(r);
  EXPECT_TRUE(r->chains.plasma_known && r->chains.polygon_known);
  EXPECT_EQ(r->chains.plasma_usdt0, 1'000_usdc);
  EXPECT_EQ(r->chains.polygon_usdc, 7_usdc);
  control("/chain/polygon?mode=http500");
  r = ask<actors::solvency_report>(audit, actors::get_atom::value);
  ASSERT_TRUE(r);
  EXPECT_TRUE(r->chains.plasma_known);
  EXPECT_FALSE(r->chains.polygon_known);
  EXPECT_EQ(r->chains.polygon_usdc, usdc{});
}

}  // namespace
}  // namespace headroom::test
