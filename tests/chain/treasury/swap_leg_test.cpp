#include "chain/treasury/swap_leg.hpp"

#include "tests/chain/treasury/bridge_house.hpp"

/// The swap leg with venues that say what the test wants: the best offer is taken, within bounds
/// that are the leg's own.
namespace headroom::test {
namespace {

struct fake_venue final : chain::swap_venue {
  fake_venue(std::string n, std::uint8_t r) : name_{std::move(n)} { router_.bytes[19] = r; }

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] address router() const override { return router_; }
  void quote(const chain::leg_house&, const chain::swap_order& order,
             std::function<void(chain::swap_offer)> then) override {
    asked = order;
    then(offer);
  }
  void prepare(const chain::leg_house&, const chain::swap_order&, std::uint64_t l, std::uint64_t d,
               std::function<void(chain::prepared_swap)> then) override {
    least = l;
    deadline = d;
    chain::prepared_swap out;
    out.problem = problem;
    if (problem.empty()) out.call = actors::contract_call{router_, {1, 2, 3}, {}, 0};
    then(out);
  }

  chain::swap_offer offer;
  std::string problem;
  chain::swap_order asked;
  std::uint64_t least = 0;
  std::uint64_t deadline = 0;

 private:
  std::string name_;
  address router_;
};

struct SwapLeg : BridgeHouse {
  std::shared_ptr<fake_venue> first = std::make_shared<fake_venue>("first", 20);
  std::shared_ptr<fake_venue> second = std::make_shared<fake_venue>("second", 21);
  chain::swap_terms terms;

  SwapLeg() {
    terms.chain = {"Polygon", 137, account(5), {2, final_by::confirmations}, {}, nodes(to)};
    terms.token_in = account(1);
    terms.token_in_name = "USDT0";
    terms.token_out = account(2);
    add_wallet(terms.chain.account());
    to.node.add_blocks(10);
    to.answer(account(1), chain::balance_of_call(account(5)), word(1'000'000'000));
    to.answer(account(1), chain::allowance_call(account(5), account(20)), word(UINT64_MAX));
    first->offer.out = 99'900'000;
    second->offer.out = 99'950'000;
    plan = [this] {
      chain::route_plan p;
      p.name = "swap";
      p.legs.push_back(std::make_shared<chain::swap_leg>(
          terms, std::vector<std::shared_ptr<chain::swap_venue>>{first, second}));
      return p;
    };
    restart();
  }
};

TEST_F(SwapLeg, TheBestOfferIsTakenWithinItsSlippageAndTheFloor) {
  EXPECT_EQ(quoted(100_usdc).expected_out, 99'950'000_micro);
  EXPECT_EQ(look().state, step_state::in_flight);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].call.to, account(21));
  EXPECT_EQ(second->asked.amount_in, 100'000'000U);
  EXPECT_EQ(second->asked.wallet, account(5));
  EXPECT_EQ(second->least, 99'650'150U) << "30 bps below the quote";
  EXPECT_EQ(second->deadline, to.time() + 600);
  EXPECT_EQ(first->least, 0U);
  confirm({{account(2),
            {chain::transfer_topic(), chain::abi::word_of(account(21)),
             chain::abi::word_of(account(5))},
            word(99'940'000)}});
  const auto p = look_thrice();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out, 99'940'000_micro) << "by the receipt, not by the quote";
}

TEST_F(SwapLeg, AReceiptThatShowsFarMoreThanWasPutInIsNotBooked) {
  look();
  const auto got = [this](std::uint64_t amount) {
    confirm({{account(2),
              {chain::transfer_topic(), chain::abi::word_of(account(21)),
               chain::abi::word_of(account(5))},
              word(amount)}});
    return look();
  };
  const auto p = got(102'000'001);
  EXPECT_EQ(p.state, step_state::unreadable);
  EXPECT_TRUE(says(p, "the swap's receipt shows 102.000001 for 100.00")) << p.detail;
  EXPECT_EQ(got(102'000'000).state, step_state::done);
}

TEST_F(SwapLeg, AnEqualOfferGoesToTheFirstAndASilentVenueIsLeftOut) {
  second->offer.out = first->offer.out;
  look();
  EXPECT_EQ(sent.back().call.to, account(20));
  step.conversion = conversion_id::from_digest(chain::keccak256("another"));
  second->offer = {};
  second->offer.readable = false;
  look();
  EXPECT_EQ(sent.back().call.to, account(20));
}

TEST_F(SwapLeg, WithoutAnOfferItIsHeldAndWithoutAnAnswerUnreadable) {
  first->offer.refusal = second->offer.refusal = "the pool gives no quote";
  EXPECT_TRUE(says(look(), "waits: the pool gives no quote"));
  EXPECT_EQ(quoted(100_usdc).refusal, "the pool gives no quote");
  second->offer = {};
  second->offer.readable = false;
  EXPECT_EQ(look().state, step_state::unreadable);
  EXPECT_FALSE(ask<actors::route_quote>(100_usdc));
  EXPECT_TRUE(sent.empty());
}

TEST_F(SwapLeg, APriceBelowTheFloorIsWaitedFor) {
  first->offer.out = second->offer.out = 99'599'999;
  EXPECT_TRUE(says(look(), "waits: the price is below the floor"));
  EXPECT_EQ(quoted(100_usdc).refusal, "the price is below the floor");
  second->offer.out = 99'600'000;
  EXPECT_EQ(look().state, step_state::in_flight);
  EXPECT_EQ(second->least, 99'600'000U) << "the floor, where slippage would allow less";
}

TEST_F(SwapLeg, WhereAVenueCannotKeepItsOfferTheOtherIsUsed) {
  second->problem = "its call is not what was asked for";
  EXPECT_EQ(look().state, step_state::in_flight);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].call.to, account(20));
  EXPECT_EQ(first->least, 99'600'300U) << "by its own quote";
}

TEST_F(SwapLeg, AVenueThatCannotKeepItsOfferIsWaitedForWhenNoneIsLeft) {
  second->problem = "its call is not what was asked for";
  first->offer.refusal = "the pool gives no quote";
  const auto p = look();
  EXPECT_EQ(p.state, step_state::held) << p.detail;
  EXPECT_TRUE(says(p, "its call is not what was asked for"));
  first->offer.refusal.clear();
  first->offer.out = 99'000'000;  // below the floor
  EXPECT_TRUE(says(look(), "its call is not what was asked for"));
  EXPECT_TRUE(sent.empty());
}

TEST_F(SwapLeg, ACallThatWouldRevertIsNotTheLastWordWhileThereIsAnotherVenue) {
  wallet_says_no = make_error(errc::unavailable, "execution reverted: too good to be true");
  const auto p = look();
  EXPECT_EQ(p.state, step_state::held) << p.detail;
  EXPECT_GT(second->least, 0U);
  EXPECT_GT(first->least, 0U) << "it was asked too";
  EXPECT_TRUE(says(p, "too good to be true"));
  wallet_says_no = {};
  EXPECT_EQ(look().state, step_state::in_flight) << "and the best again at the next look";
  EXPECT_EQ(sent.back().call.to, account(21));
}

TEST_F(SwapLeg, EachVenueIsApprovedOnceByItsOwnOperation) {
  to.answer(account(1), chain::allowance_call(account(5), account(20)), word(0));
  look();
  EXPECT_EQ(sent.back().purpose, "approve");
  EXPECT_EQ(sent.back().id, chain::operation_of(step, "approve/second"));
  uint256 every_token;
  every_token.bytes.fill(0xff);
  EXPECT_EQ(sent.back().call.data, chain::approve_call(account(21), every_token));
  EXPECT_TRUE(says(look_thrice(), "approval not final"));
  first->offer.out = 99'990'000;
  look();
  EXPECT_EQ(sent.back().id, chain::operation_of(step, "approve/first"));
}

}  // namespace
}  // namespace headroom::test
