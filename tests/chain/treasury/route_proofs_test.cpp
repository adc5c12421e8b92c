#include "tests/chain/treasury/bridge_house.hpp"

/// How sure a step must be of what it saw, seen by a leg that has nothing else to do.
namespace headroom::test {
namespace {

using namespace std::chrono_literals;

struct proving_leg final : chain::route_leg {
  chain::leg_chain at;
  std::optional<chain::block_ref> arrival;         // what came stands in this block
  std::optional<actors::operation_report> brings;  // or a transaction of ours brought it
  std::optional<actors::operation_report> sends;   // or only sent it
  bool wants_to_send = false;

  [[nodiscard]] std::string step() const override { return "prove"; }
  void quote(usdc amount, std::function<void(std::optional<chain::leg_quote>)> then) override {
    chain::leg_quote q;
    q.out = amount;
    then(q);
  }
  void run(actors::run_step x, chain::route_step::promise p, bool) override;
  [[nodiscard]] std::vector<chain::leg_sight> sights() const override { return {}; }
};

class proving_run final : public chain::route_step {
 public:
  proving_run(const chain::leg_house& house, const proving_leg& leg, actors::run_step x, promise p)
      : route_step{house.self, *house.w, *house.tally, std::move(x), std::move(p)}, leg_{leg} {}

  void start() {
    if (!begin()) return;
    const auto run = std::static_pointer_cast<proving_run>(shared_from_this());
    const auto came = [run](const report& r) {
      run->tx_ = r.tx_hash;
      run->done(run->x_.amount_in);
    };
    if (leg_.wants_to_send)
      return send(leg_.at.account(), chain::operation_of(x_, "send"), "send", {});
    if (leg_.brings) return when_confirmed(leg_.at, *leg_.brings, "swapped", came);
    if (leg_.sends) return when_left(leg_.at, *leg_.sends, came);
    if (leg_.arrival)
      return when_final(leg_.at, *leg_.arrival, 0U, "destination", "arrived",
                        [run] { run->done(run->x_.amount_in); });
    not_seen(leg_.at, x_.proof, "not seen");
  }

 private:
  const proving_leg& leg_;
};

void proving_leg::run(actors::run_step x, chain::route_step::promise p, bool) {
  std::make_shared<proving_run>(house(), *this, std::move(x), std::move(p))->start();
}

struct RouteProofs : BridgeHouse {
  std::shared_ptr<proving_leg> leg = std::make_shared<proving_leg>();
  const hash256 tx = chain::keccak256("what brought it");

  RouteProofs() {
    leg->at = {"Polygon", 137, account(5), {2, final_by::either, 1'000_usdc, 5min}, {}, nodes(to)};
    add_wallet(leg->at.account());
    to.node.add_blocks(10);
    to.node.finalized = 3;
    step.proof = tx;
    plan = [this] {
      chain::route_plan p;
      p.name = "proof";
      p.legs.push_back(leg);
      return p;
    };
    restart();
  }
  void arrives_in(std::uint64_t block) {
    leg->arrival = chain::block_ref{block, to.node.blocks.at(block)};
  }
  actors::operation_report confirmed_in(std::uint64_t block, bool by_depth = true) {
    to.node.receipts[tx] = {block, true};
    actors::operation_report r;
    r.state = operation_state::confirmed;
    r.tx_hash = tx;
    r.block_number = block;
    r.by_depth = by_depth;
    return r;
  }
};

TEST_F(RouteProofs, ASmallAmountIsDoneByDepthAndSaysHowSureItIs) {
  arrives_in(5);
  auto p = look();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_TRUE(p.by_depth);
  to.node.finalized = 5;
  p = look();
  EXPECT_EQ(p.state, step_state::done);
  EXPECT_FALSE(p.by_depth);
}

TEST_F(RouteProofs, ALargeOneWaitsForTheTagHoweverDeepItIs) {
  step.amount_in = 1'000_usdc;
  arrives_in(5);
  EXPECT_TRUE(says(look(), "arrived: not final yet"));
  to.node.add_blocks(1'000);
  EXPECT_EQ(look().state, step_state::in_flight);
  step.amount_in = 999'999'999_micro;
  EXPECT_EQ(look().state, step_state::done) << "a millionth less is small";
  step.amount_in = 1'000_usdc;
  to.node.finalized = 5;
  const auto p = look();
  EXPECT_EQ(p.state, step_state::done);
  EXPECT_FALSE(p.by_depth);
}

TEST_F(RouteProofs, WhileTheTagStandsStillALargeOneIsHeldAndGoesOnWithIt) {
  step.amount_in = 1'000_usdc;
  arrives_in(5);
  EXPECT_EQ(look().state, step_state::in_flight);
  pass(5min);
  EXPECT_EQ(look().state, step_state::in_flight) << "five minutes are not more than five";
  pass(1s);
  const auto p = look();
  EXPECT_EQ(p.state, step_state::held);
  EXPECT_TRUE(says(p, "waits: Polygon's finalized block stands still at 3"));
  EXPECT_TRUE(p.money_left);
  EXPECT_FALSE(p.short_of_money);
  to.node.finalized = 4;
  EXPECT_EQ(look().state, step_state::in_flight) << "it moves again";
  to.node.finalized = 5;
  EXPECT_EQ(look().state, step_state::done);
}

TEST_F(RouteProofs, WhatWasUndoneBeforeWaitsForTheTagHoweverSmall) {
  step.wish = step_wish::by_tag;
  arrives_in(5);
  EXPECT_EQ(look().state, step_state::in_flight);
  to.node.finalized = 5;
  EXPECT_EQ(look().state, step_state::done);
}

TEST_F(RouteProofs, WhereNoNodeNamesAFinalizedBlockDepthIsAllThereIs) {
  to.node.finalized.reset();
  arrives_in(5);
  const auto p = look();
  EXPECT_EQ(p.state, step_state::done);
  EXPECT_FALSE(p.by_depth) << "nothing to wait for";
  step.amount_in = 1'000_usdc;
  EXPECT_EQ(look().state, step_state::in_flight) << "but a large one is not believed";
}

TEST_F(RouteProofs, ByConfirmationsAloneAllAmountsAreAlike) {
  leg->at.finality.word = final_by::confirmations;
  step.amount_in = 1'000_usdc;
  arrives_in(5);
  const auto p = look();
  EXPECT_EQ(p.state, step_state::done);
  EXPECT_FALSE(p.by_depth);
}

TEST_F(RouteProofs, AskedAgainWhatIsThereStandsUntilTheTagHasPassedIt) {
  step.wish = step_wish::again;
  arrives_in(10);
  auto p = look();
  EXPECT_EQ(p.state, step_state::done) << "the chain's own is enough";
  EXPECT_TRUE(p.by_depth);
  to.node.finalized.reset();
  EXPECT_TRUE(look().by_depth) << "a node that does not say is no reason to stop watching";
  to.node.finalized = 10;
  p = look();
  EXPECT_EQ(p.state, step_state::done);
  EXPECT_FALSE(p.by_depth);
}

TEST_F(RouteProofs, AskedAgainItIsGoneOnlyWhenNoNodeShowsIt) {
  step.wish = step_wish::again;
  arrives_in(5);
  to.node.reorg(6);
  auto p = look();
  EXPECT_EQ(p.state, step_state::in_flight) << "its block was replaced";
  EXPECT_FALSE(p.gone) << "a node shows it yet";
  leg->arrival.reset();
  EXPECT_TRUE(look().gone);
  to.node.receipts[tx] = {7, true};
  EXPECT_FALSE(look().gone) << "mined anew, and its event will be found";
  to.node.receipts.clear();
  to.node.nodes = 2;
  to.node.quirk = [](std::uint32_t at,
                     const chain::rpc_request&) -> std::optional<chain::rpc_result> {
    if (at == 0) return std::nullopt;
    return fake_node::silent(chain::rpc_status::unreachable);
  };
  EXPECT_FALSE(look().gone) << "one of two nodes";
  EXPECT_EQ(flight().moves, 0U) << "what is asked again is not under way";
}

TEST_F(RouteProofs, AskedAgainNothingIsSent) {
  step.wish = step_wish::again;
  leg->wants_to_send = true;
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_TRUE(sent.empty());
}

TEST_F(RouteProofs, OfATransactionThatTheWalletKnowsToBeFinalizedNothingIsAsked) {
  leg->brings = confirmed_in(5, false);
  for (const auto wish : {step_wish::go_on, step_wish::by_tag, step_wish::again}) {
    step.wish = wish;
    const auto p = look();
    EXPECT_EQ(p.state, step_state::done);
    EXPECT_FALSE(p.by_depth);
    EXPECT_EQ(p.calls, 0U);
  }
}

TEST_F(RouteProofs, ATransactionOfOursCountsAsAnArrivalDoes) {
  leg->brings = confirmed_in(5);
  auto p = look();
  EXPECT_EQ(p.state, step_state::done);
  EXPECT_TRUE(p.by_depth);
  EXPECT_EQ(p.calls, 0U) << "small: the wallet's word";
  step.amount_in = 1'000_usdc;
  EXPECT_EQ(look().state, step_state::in_flight);
  to.node.finalized = 5;
  p = look();
  EXPECT_EQ(p.state, step_state::done);
  EXPECT_FALSE(p.by_depth);
}

TEST_F(RouteProofs, AWalletsMemoryOfWhatAReorganisationTookIsNoProof) {
  leg->brings = confirmed_in(5);
  to.node.receipts.clear();
  step.wish = step_wish::again;
  EXPECT_TRUE(look().gone);
  step.wish = step_wish::by_tag;
  EXPECT_TRUE(says(look(), "swapped: not shown by any node"));
  to.node.receipts[tx] = {8, false};  // sent again by the wallet, and it reverts
  EXPECT_EQ(look().state, step_state::in_flight) << "not finalized";
  to.node.finalized = 8;
  step.wish = step_wish::again;
  EXPECT_TRUE(look().gone) << "for sure";
  step.wish = step_wish::by_tag;
  const auto p = look();
  EXPECT_EQ(p.state, step_state::failed);
  EXPECT_TRUE(says(p, "it reverted after a reorganisation"));
}

TEST_F(RouteProofs, WhatOnlySendsALargeAmountWaitsForTheTagAndIsNotWatchedAfterwards) {
  leg->sends = confirmed_in(5);
  auto p = look();
  EXPECT_EQ(p.state, step_state::done) << "small";
  EXPECT_FALSE(p.by_depth);
  step.amount_in = 1'000_usdc;
  EXPECT_TRUE(says(look(), "sent: not final yet"));
  to.node.finalized = 5;
  EXPECT_EQ(look().state, step_state::done);
}

}  // namespace
}  // namespace headroom::test
