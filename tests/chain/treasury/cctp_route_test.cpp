#include "actors/alerts.hpp"
#include "chain/evm/wallet_actor.hpp"
#include "chain/treasury/cctp_run.hpp"
#include "chain/treasury/route_plans.hpp"
#include "tests/chain/treasury/bridge_house.hpp"
#include "tests/chain/vectors.hpp"

/// The CCTP leg between two chains in memory: burnt, attested when Iris says so, received by us or
/// by whoever is faster.
namespace headroom::test {
namespace {

namespace cctp = chain::cctp;

struct CctpRoute : BridgeHouse {
  chain::cctp_settings settings;
  chain::cctp_pair pair;
  chain::http_actor iris;
  byte_vector message =
      chain::test::bytes_of(chain::test::load("bridges.json").at("attested_message"));
  const hash256 nonce = *hash256::parse(to_hex(byte_vector(32, 0xab)));
  unsigned status = 404;
  bool complete = false;
  int asked_again = 0;

  CctpRoute() {
    // As in the vector: token 1 burnt by account 6 for account 5, messengers 10.
    pair.from = {"Base", 8453, account(6), {2, final_by::confirmations}, {}, nodes(from)};
    pair.to = {"Polygon", 137, account(5), {2, final_by::confirmations}, {}, nodes(to)};
    pair.from_domain = 6;
    pair.to_domain = 7;
    pair.token = account(1);
    pair.far_token = account(3);
    settings.token_messenger = account(10);
    settings.message_transmitter = account(11);
    add_wallet(pair.from.account());
    add_wallet(pair.to.account());
    from.node.add_blocks(10);
    to.node.add_blocks(10);
    from.answer(pair.token, chain::balance_of_call(account(6)), word(1'000'000'000));
    from.answer(pair.token, chain::allowance_call(account(6), account(10)), word(UINT64_MAX));
    to.answer(account(10), cctp::minter_call(), word(account(12)));
    minted(account(3));
    iris = web();
    web_says = [this](const net::http_request& q) {
      if (q.method == "POST") {
        ++asked_again;
        return http(200, json::object());
      }
      if (q.url.find("/fees/") != q.url.npos)
        return http(200, json::array({{{"finalityThreshold", 1'000}, {"minimumFee", 1}}}));
      if (status != 200) return http(status, json::object());
      json one{{"eventNonce", nonce.hex()}};
      one["message"] = complete ? to_0x(message) : "0x";
      one["attestation"] = complete ? "0x0102" : "PENDING";
      one["status"] = complete ? "complete" : "pending_confirmations";
      return http(200, {{"messages", json::array({one})}});
    };
    plan = [this] {
      chain::route_plan p;
      p.name = "cctp_base";
      p.legs.push_back(std::make_shared<chain::cctp_leg>(settings, pair, iris));
      return p;
    };
    restart();
  }

  void minted(const address& token) {
    to.answer(account(12), cctp::local_token_call(6, account(1)), word(token));
  }
  void burn_is_final() {
    const auto emitted =
        chain::test::bytes_of(chain::test::load("bridges.json").at("burn_message"));
    confirm({{settings.message_transmitter,
              {chain::keccak256("MessageSent(bytes)")},
              chain::abi::encoder{}.bytes(emitted).done()}});
  }
  void send_burn() {
    ASSERT_EQ(look().state, step_state::in_flight);
    ASSERT_EQ(sent.back().purpose, "burn");
    burn_is_final();
  }
  void attested() {
    status = 200;
    complete = true;
  }
  /// By whomever.
  void received_in_block(std::uint64_t block, const address& token = account(3)) {
    const auto body = byte_view{message}.subspan(148);
    to.events.push_back(
        {block,
         settings.message_transmitter,
         {cctp::received_topic(), chain::abi::word_of(account(9)), nonce, hash256{}},
         chain::abi::encoder{}.number(6).account(account(10)).bytes(body).done(),
         chain::keccak256("received")});
    to.pays(token, account(5), 99'991'000, chain::keccak256("received"), block);
  }
  [[nodiscard]] bool alarmed(const char* kind) {
    return dir.gauges.alerts().lasts(kind, step.conversion.text());
  }
};

TEST_F(CctpRoute, BurnedAttestedReceivedFinal) {
  EXPECT_EQ(quoted(100_usdc).expected_out, 100_usdc) << "standard: for nothing";
  ASSERT_EQ(look().state, step_state::in_flight);
  EXPECT_EQ(sent.back().call.to, account(10));
  EXPECT_TRUE(says(look_thrice(), "sent: not final"));
  burn_is_final();
  EXPECT_TRUE(says(look_thrice(), "burned: waits for attestation")) << "404 is not a failure";
  EXPECT_TRUE(flight().readable);
  status = 200;
  EXPECT_TRUE(says(look_thrice(), "burned: waits for attestation")) << "pending";
  attested();
  EXPECT_EQ(look().state, step_state::in_flight);
  ASSERT_EQ(sent.back().purpose, "receive");
  EXPECT_EQ(sent.back().call.to, account(11));
  EXPECT_EQ(sent.back().call.data, cctp::receive_data(message, byte_vector{1, 2}));
  EXPECT_TRUE(says(look_thrice(), "attested: receives it"));
  confirm({});
  EXPECT_TRUE(says(look_thrice(), "received: not seen yet"));
  received_in_block(to.head());
  EXPECT_TRUE(says(look_thrice(), "received: not final yet"));
  to.node.add_blocks(2);
  const auto p = look_thrice();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(p.amount_out.micro, 99'991'000) << "without the attesters' fee";
  EXPECT_EQ(sent.size(), 2U);
}

TEST_F(CctpRoute, SomebodyElseReceivingItFirstIsSuccessByItsEvent) {
  send_burn();
  attested();
  received_in_block(to.head());
  to.node.add_blocks(3);
  const auto p = look();
  EXPECT_EQ(p.state, step_state::done) << p.detail;
  EXPECT_EQ(sent.size(), 1U) << "ours is not even sent";
}

TEST_F(CctpRoute, OursThatRevertsIsFollowedByTheOthersEvent) {
  send_burn();
  attested();
  look();
  ASSERT_EQ(sent.back().purpose, "receive");
  last_operation().state = operation_state::reverted;
  wallet_says_no =
      make_error(errc::internal, std::string{chain::would_revert} + ": Nonce already used");
  EXPECT_TRUE(says(look_thrice(), "attested: waits: "));
  received_in_block(to.head());
  to.node.add_blocks(3);
  EXPECT_EQ(look().state, step_state::done);
  EXPECT_EQ(sent.size(), 2U);
}

TEST_F(CctpRoute, AnIrisThatDoesNotAnswerIsWaitedForAndNothingNewStarts) {
  send_burn();
  for (const unsigned s : {429U, 500U}) {
    status = s;
    const auto p = look_thrice();
    EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
    EXPECT_TRUE(says(p, "Iris says " + std::to_string(s)));
    EXPECT_FALSE(flight().readable);
  }
  status = 404;
  look();
  EXPECT_TRUE(flight().readable);
}

TEST_F(CctpRoute, NotAttestedInTimeItIsAnAlertAndAskedForAnewOnce) {
  send_burn();
  status = 200;
  look();
  EXPECT_EQ(asked_again, 0);
  pass(settings.attested_within);
  look();
  EXPECT_TRUE(alarmed("route.not_attested"));
  EXPECT_EQ(asked_again, 1);
  EXPECT_FALSE(flight().readable);
  restart();
  look();
  EXPECT_EQ(asked_again, 1) << "once, also over a restart";
  attested();
  look();
  EXPECT_FALSE(alarmed("route.not_attested"));
  EXPECT_EQ(sent.back().purpose, "receive");
}

TEST_F(CctpRoute, AnExpiredFastMessageIsSignedAnewOnce) {
  send_burn();
  attested();
  wallet_says_no = make_error(
      errc::internal, std::string{chain::would_revert} + ": Message expired and must be re-signed");
  look();
  EXPECT_EQ(asked_again, 1);
  look();
  EXPECT_EQ(asked_again, 1);
  wallet_says_no = {};
  look();
  EXPECT_EQ(sent.back().purpose, "receive");
}

TEST_F(CctpRoute, AnAttestedMessageThatIsNotOursIsNotReceived) {
  send_burn();
  attested();
  message[148 + 67] ^= 1;  // another recipient
  const auto p = look();
  EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
  EXPECT_EQ(sent.size(), 1U);
}

TEST_F(CctpRoute, AFastTransferPaysNoMoreThanItsBound) {
  settings.fast = true;
  restart();
  EXPECT_EQ(quoted(100_usdc).fee, 10'000_micro);
  ASSERT_EQ(look().state, step_state::in_flight);
  const chain::abi::reader call{byte_view{sent.back().call.data}.subspan(4)};
  EXPECT_EQ(call.number(5), 10'000U) << "the most that it may cost";
  EXPECT_EQ(call.number(6), cctp::fast_finality);
  settings.max_fee_bps = 0;
  restart();
  EXPECT_NE(quoted(100_usdc).refusal, "");
  step.conversion = conversion_id::from_digest(chain::keccak256("another"));
  EXPECT_EQ(look().state, step_state::held);
}

/// As native USDC where the route ends in USDC.e.
TEST_F(CctpRoute, WhereAnotherTokenIsMintedNothingIsBurnt) {
  minted(account(7));
  restart();
  EXPECT_EQ(quoted(100_usdc).refusal, "CCTP pays out " + account(7).hex() +
                                          " on Polygon, and this route is for " + account(3).hex());
  EXPECT_NE(ask<actors::route_info>(actors::get_atom::value)->disabled, "");
  EXPECT_EQ(look().state, step_state::held);
  restart();
  flight();
  EXPECT_NE(ask<actors::route_info>(actors::get_atom::value)->disabled, "")
      << "by the route's own look";
  to.silent = true;
  restart();
  EXPECT_EQ(look().state, step_state::unreadable) << "nor while it is not known";
  EXPECT_TRUE(sent.empty());
}

TEST_F(CctpRoute, AReceiptThatMintsAnotherTokenIsNotBooked) {
  send_burn();
  attested();
  received_in_block(to.head(), account(7));
  to.node.add_blocks(3);
  const auto p = look_thrice();
  EXPECT_EQ(p.state, step_state::unreadable) << p.detail;
  to.pays(account(3), account(5), 99'991'000, chain::keccak256("received"), to.head() - 3);
  EXPECT_EQ(look().state, step_state::done);
}

/// Two burns of one amount, and Iris gives both the same message.
TEST_F(CctpRoute, AMessageIsBookedOnce) {
  send_burn();
  attested();
  look();
  auto first = step;
  step.conversion = conversion_id::from_digest(chain::keccak256("another"));
  step.detail.clear();
  send_burn();
  auto p = look();
  EXPECT_EQ(p.state, step_state::unreadable) << p.detail;
  EXPECT_TRUE(says(p, "is the one of " + first.conversion.text()));
  restart();
  conversion done;
  done.id = first.conversion;
  done.steps.emplace_back().detail = first.detail;
  reader.listed.conversions = {done};
  p = look();
  EXPECT_EQ(p.state, step_state::unreadable) << "by the books: " << p.detail;
  std::swap(step, first);
  EXPECT_EQ(look().state, step_state::in_flight) << "its own";
}

TEST_F(CctpRoute, FromPlasmaItBurnsTheUsdcThatIsPaidWithThere) {
  chain::oft_uniswap_settings first;
  first.plasma.chain_id = 9'745;
  first.polygon.chain_id = 137;
  first.plasma_wallet = account(6);
  first.polygon_wallet = account(5);
  first.usdc = account(3);
  settings.plasma_usdc = account(1);
  const auto p = chain::cctp_plasma_plan(settings, first, {}, {}, {});
  EXPECT_EQ(p.name, "cctp_plasma");
  EXPECT_EQ(p.from.chain_id, 9'745U);
  EXPECT_EQ(p.from.token, account(1)) << "not USDT0";
  ASSERT_EQ(p.legs.size(), 1U);
  EXPECT_EQ(p.legs.front()->step(), "bridge");
  const auto sights = p.legs.front()->sights();
  ASSERT_EQ(sights.size(), 2U);
  EXPECT_EQ(sights[0].chain.account(), (actors::wallet_account{9'745, account(6)}));
  EXPECT_EQ(sights[1].chain.account(), (actors::wallet_account{137, account(5)}));
}

TEST_F(CctpRoute, ABurnThatNobodyOwnsKeepsASecondOneFromBeingSent) {
  step.attempt = 1;
  from.events.push_back({5,
                         account(10),
                         {cctp::burnt_topic(), chain::abi::word_of(account(1)),
                          chain::abi::word_of(account(6)), hash256{}},
                         word(100'000'000),
                         chain::keccak256("by hand")});
  const auto p = look();
  EXPECT_EQ(p.state, step_state::unreadable) << p.detail;
  EXPECT_TRUE(sent.empty());
}

}  // namespace
}  // namespace headroom::test
