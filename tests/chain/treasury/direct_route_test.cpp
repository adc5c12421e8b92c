#include "chain/treasury/direct_route.hpp"

#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>

#include "actors/query_actor.hpp"
#include "chain/evm/keccak.hpp"
#include "tests/support/memory_books.hpp"
#include "tests/support/seeded_scheduler.hpp"

/// USDC that was paid on Polygon: nothing to convert, and nothing believed before it is final.
namespace headroom::test {
namespace {

using actors::step_progress;
using nlohmann::json;

constexpr address token{{0x11}};
constexpr address wallet_account{{0x22}};
constexpr address payer{{0x33}};

struct DirectRoute : testing::Test {
  struct payment {
    std::uint64_t block = 100;
    bool shown = true;  // by the node
    bool succeeded = true;
    address to = wallet_account;
    usdc value = 30_usdc;
  };

  virtual_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  actors::directory dir{100};
  memory_books books;
  memory_reader reader{books};
  actors::world_ptr w = std::make_shared<actors::world>(
      actors::world{dir, [] { return timestamp::of_seconds(1'800'000'000); }, {}, {}});
  std::map<hash256, payment> payments;
  std::uint64_t head = 110;
  bool reorganised = false;  // blocks have other hashes than the receipts say
  usdc balance = 1'000_usdc;
  std::size_t calls = 0;
  actors::run_step step{
      conversion_id::from_digest(chain::keccak256("a conversion")), 0, 0, {}, {}, {}};
  std::vector<caf::strong_actor_ptr> alive;
  actors::route_actor route;

  DirectRoute() {
    conversion row;
    row.id = step.conversion;
    books.conversions.emplace(row.id, row);
    dir.handles.set(own(sys.spawn(actors::query_behavior, &reader)));
    chain::direct_settings s;
    s.chain_id = 137;
    s.token = token;
    s.wallet = wallet_account;
    s.finality = {5, final_by::confirmations};
    route = own(sys.spawn(chain::direct_behavior, w, s, own(node())));
    sched.run();
  }
  ~DirectRoute() override {
    for (auto& a : alive) caf::anon_send_exit(a, caf::exit_reason::kill);
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
  static hash256 hash_of(std::uint64_t n, const char* what = "payment") {
    return chain::keccak256(what + std::to_string(n));
  }
  payment& paid(std::uint64_t n) {
    deposit d;
    d.id.bytes[0] = static_cast<std::uint8_t>(n);
    d.amount = 30_usdc;
    d.payment.from = payer;
    d.tx_hash = hash_of(n);
    books.deposits.emplace(d.id, d);
    books.conversions.at(step.conversion).deposits.push_back(d.id);
    step.amount_in = add_saturating(step.amount_in, d.amount);
    return payments[hash_of(n)];
  }

  json block(std::uint64_t n) const {
    return {{"number", chain::eth::quantity(n)},
            {"hash", hash_of(n, reorganised ? "other block" : "block").hex()},
            {"timestamp", chain::eth::quantity(1'800'000'000 + n)}};
  }
  json receipt(const hash256& tx, const payment& p) const {
    const auto number = chain::eth::quantity(p.block);
    const auto padded = [](const address& a) {
      return "0x" + std::string(24, '0') + a.hex().substr(2);
    };
    const json transfer{
        {"address", token.hex()},
        {"topics", {chain::transfer_topic().hex(), padded(payer), padded(p.to)}},
        {"data", "0x" + to_hex(uint256::of(static_cast<std::uint64_t>(p.value.micro)).bytes)},
        {"transactionHash", tx.hex()},
        {"blockNumber", number},
        {"blockHash", hash_of(p.block, "block").hex()},
        {"logIndex", "0x3"}};
    return {{"transactionHash", tx.hex()},
            {"status", p.succeeded ? "0x1" : "0x0"},
            {"blockHash", hash_of(p.block, "block").hex()},
            {"blockNumber", number},
            {"gasUsed", "0x5208"},
            {"logs", json::array({transfer})}};
  }
  chain::rpc_result answer(const chain::rpc_request& x) {
    ++calls;
    chain::rpc_result r;
    r.status = chain::rpc_status::ok;
    if (x.method == "eth_getTransactionReceipt") {
      const auto tx = hash256::parse(x.params.at(0).get<std::string>()).value();
      const auto& p = payments.at(tx);
      r.value = p.shown ? receipt(tx, p) : json();
    } else if (x.method == "eth_getBlockByNumber") {
      const auto which = x.params.at(0).get<std::string>();
      r.value = block(which == "latest" ? head : chain::eth::read_number(which).value());
    } else {
      r.value = "0x" + to_hex(uint256::of(static_cast<std::uint64_t>(balance.micro)).bytes);
    }
    return r;
  }
  chain::rpc_actor node() {
    return sys.spawn([this]() -> chain::rpc_actor::behavior_type {
      return {[this](const chain::rpc_request& x) { return answer(x); }};
    });
  }
  template <class R, class... Ts>
  R ask(const Ts&... xs) {
    caf::scoped_actor self{sys};
    auto pending = self->request(route, caf::infinite, xs...);
    sched.run();
    R out;
    pending.receive([&](R& r) { out = std::move(r); },
                    [](const caf::error& e) { ADD_FAILURE() << actors::detail_of(e); });
    return out;
  }
  step_progress look() { return ask<step_progress>(step); }
};

TEST_F(DirectRoute, WhatIsPaidInFinalBlocksArrivesWithoutALoss) {
  paid(1);
  paid(2);
  const auto p = look();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out, 60_usdc);
  EXPECT_EQ(p.tx_hash, hash_of(1));
  EXPECT_TRUE(p.operations.empty()) << "nothing is sent";
  EXPECT_EQ(p.calls, calls) << "every call is counted";
}

TEST_F(DirectRoute, APaymentThatIsNotFinalYetIsWaitedFor) {
  paid(1);
  paid(2).block = 106;
  auto p = look();
  EXPECT_EQ(p.state, step_state::in_flight);
  EXPECT_NE(p.detail.find("1 of 2 payments are final"), std::string::npos) << p.detail;
  const auto under_way = ask<actors::route_flight>(actors::in_flight_atom::value);
  EXPECT_EQ(under_way.moves, 1U);
  EXPECT_EQ(under_way.amount, 60_usdc);
  head = 120;
  calls = 0;
  p = look();
  EXPECT_EQ(p.state, step_state::done);
  EXPECT_LE(calls, 4U) << "what was proven is not asked for again";
  EXPECT_EQ(ask<actors::route_flight>(actors::in_flight_atom::value).moves, 0U);
}

TEST_F(DirectRoute, AReceiptThatNobodyShowsOrABlockThatWasReplacedIsWaitedFor) {
  paid(1).shown = false;
  EXPECT_EQ(look().state, step_state::in_flight);
  payments.at(hash_of(1)).shown = true;
  reorganised = true;
  EXPECT_EQ(look().state, step_state::in_flight) << "its block is not the chain's";
  reorganised = false;
  EXPECT_EQ(look().state, step_state::done);
}

TEST_F(DirectRoute, WhatIsNotThePaymentIsNotBelieved) {
  auto& p = paid(1);
  p.to = payer;
  EXPECT_EQ(look().state, step_state::unreadable) << "paid to somebody else";
  p.to = wallet_account;
  p.value = usdc{29'999'999};
  EXPECT_EQ(look().state, step_state::unreadable) << "too little";
  p.value = 30_usdc;
  p.succeeded = false;
  EXPECT_EQ(look().state, step_state::unreadable) << "reverted";
  p.succeeded = true;
  EXPECT_EQ(look().state, step_state::done);
}

TEST_F(DirectRoute, AWalletThatDoesNotHoldTheMoneyIsShortOfIt) {
  paid(1);
  balance = usdc{29'999'999};
  auto p = look();
  EXPECT_EQ(p.state, step_state::held);
  EXPECT_TRUE(p.short_of_money);
  balance = 30_usdc;
  step.owed_before = 1_micro;
  EXPECT_EQ(look().state, step_state::held) << "older ones come first";
  step.owed_before = {};
  EXPECT_EQ(look().state, step_state::done);
}

TEST_F(DirectRoute, ManyPaymentsAreProvenAFewAtATime) {
  for (std::uint64_t n = 1; n <= 45; ++n) paid(n);
  balance = step.amount_in;
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_LE(calls, 42U);
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_EQ(look().state, step_state::done);
}

TEST_F(DirectRoute, WithoutTheBooksItSaysThatItCannotTell) {
  paid(1);
  books.deposits.clear();
  EXPECT_EQ(look().state, step_state::unreadable);
  dir.handles.set(actors::query_actor{});
  EXPECT_EQ(look().state, step_state::unreadable);
}

TEST_F(DirectRoute, ItTakesTheBuffersOwnTokenAndCostsNothing) {
  const auto info = ask<actors::route_info>(actors::get_atom::value);
  EXPECT_EQ(info.name, "direct");
  EXPECT_EQ(info.steps, std::vector<std::string>{"final"});
  EXPECT_EQ(info.from, (money_source{137, token}));
  const auto quote = ask<actors::route_quote>(30_usdc);
  EXPECT_EQ(quote.expected_out, 30_usdc);
  EXPECT_EQ(quote.fee, 0_usdc);
}

}  // namespace
}  // namespace headroom::test
