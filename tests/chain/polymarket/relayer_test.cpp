#include "chain/polymarket/relayer.hpp"

#include <gtest/gtest.h>

#include "actors/alerts.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/polymarket/relayer_actor.hpp"
#include "tests/chain/polymarket/books_outbox.hpp"
#include "tests/chain/polymarket/fake_relayer.hpp"
#include "tests/support/seeded_scheduler.hpp"

namespace headroom::test {
namespace {

using namespace std::chrono_literals;
using pm::batch_state;
using pm::relay_state;
using pm::relay_verdict;
using strings = std::vector<std::string>;

// -- its words -----------------------------------------------------------------------------------

TEST(RelayerWords, AreClassifiedByWhatMayBeDoneNext) {
  struct row {
    unsigned status;
    const char* body;
    relay_verdict verdict;
  };
  const row table[] = {
      {200, R"({"transactionID":"a-1","state":"STATE_NEW"})", relay_verdict::accepted},
      {200, "<html>", relay_verdict::unknown},
      {400, R"({"error":"wallet busy"})", relay_verdict::busy},
      {400, R"({"error":"wallet has an in-flight action"})", relay_verdict::busy},
      {400, R"({"error":"batch nonce 3 does not match on-chain nonce 4"})",
       relay_verdict::nonce_moved},
      {400, R"({"error":"call blocked: call[0] blocked: calls to 0x.. are not permitted"})",
       relay_verdict::blocked},
      {400, R"({"error":"bad signature"})", relay_verdict::refused},
      {400, "<html>", relay_verdict::unknown},
      {401, R"({"error":"invalid key"})", relay_verdict::not_now},
      {403, "<html>", relay_verdict::not_now},
      {429, "", relay_verdict::not_now},
      {500, R"({"error":"oops"})", relay_verdict::unknown},
      {502, "", relay_verdict::unknown},
  };
  for (const auto& r : table)
    EXPECT_EQ(pm::read_submit_answer(r.status, r.body).verdict, r.verdict)
        << r.status << " " << r.body;
  const auto moved =
      pm::read_submit_answer(400, R"({"error":"batch nonce 3 does not match on-chain nonce 14"})");
  EXPECT_EQ(moved.on_chain, 14U);
}

TEST(RelayerWords, ATransactionsStateIsReadWithOrWithoutItsPrefix) {
  const auto of = [](const char* state) {
    return pm::read_relay_transaction(json{{"transactionID", "x"}, {"state", state}}.dump())->state;
  };
  for (const auto* word : {"STATE_NEW", "STATE_EXECUTED", "STATE_MINED", "MINED"})
    EXPECT_EQ(of(word), relay_state::on_its_way) << word;
  EXPECT_EQ(of("STATE_CONFIRMED"), relay_state::confirmed);
  EXPECT_EQ(of("STATE_FAILED"), relay_state::failed);
  EXPECT_EQ(of("STATE_INVALID"), relay_state::failed);
  EXPECT_EQ(of("STATE_OF_MIND"), relay_state::unknown);
  EXPECT_FALSE(pm::read_relay_transaction(R"({"state":"STATE_NEW"})"));
  EXPECT_FALSE(pm::read_relay_transaction(R"({"transactionID":"a/../b","state":"STATE_NEW"})"));
  EXPECT_FALSE(pm::read_relay_transaction("[]"));
  const auto skipped = pm::read_relay_transaction(
      R"([{"transactionID":"x","state":"STATE_FAILED",)"
      R"("errorMsg":"PRECHECK_SKIPPED: redeem skipped: zero position balance"}])");
  EXPECT_TRUE(skipped->precheck_skipped);
}

TEST(RelayerWords, ANonceIsATextOrANumber) {
  EXPECT_EQ(pm::read_wallet_nonce(R"({"address":"0x1","nonce":"7"})"), 7U);
  EXPECT_EQ(pm::read_wallet_nonce(R"({"address":"0x1","nonce":7})"), 7U);
  for (const auto* body : {R"({"nonce":""})", R"({"nonce":"7x"})", R"({"nonce":-1})", "{}", ""})
    EXPECT_EQ(pm::read_wallet_nonce(body), std::nullopt) << body;
}

// -- the actor -----------------------------------------------------------------------------------

/// One relayer actor before a relayer and an outbox in memory, in virtual time.
struct Relayer : testing::Test {
  virtual_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  actors::directory dir{100};
  fake_relayer there;
  actors::world_ptr w = std::make_shared<actors::world>(
      actors::world{dir,
                    [this] {
                      return timestamp::of_seconds(1'800'000'000)
                          .plus(std::chrono::duration_cast<std::chrono::milliseconds>(
                              sched.clock().now().time_since_epoch()));
                    },
                    {},
                    {}});
  pm::relayed_wallet who{"main",
                         *address::parse("0xBc0fF067b7740Eff76C1ca93c875Ba6B890d6B50"),
                         137,
                         pm::contract_settings{}.wallet_factory,
                         std::make_shared<chain::private_key>(*chain::private_key::parse(
                             "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")),
                         "the-api-key"};
  std::vector<caf::strong_actor_ptr> alive;
  actors::external_outbox_actor outbox = own(spawn_outbox(sys, &there));
  pm::relayer_actor relayer;

  Relayer() { start(); }
  ~Relayer() override { end(); }
  void end() {
    for (auto& a : alive)
      caf::anon_send_exit(caf::actor_cast<caf::actor>(a), caf::exit_reason::kill);
    alive.clear();
    relayer = nullptr;
    outbox = nullptr;
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
  void start() {
    relayer = own(sys.spawn(pm::relayer_behavior, w, pm::relayer_settings{"http://relayer"}, who,
                            own(spawn_relayer(sys, &there)), [kept = outbox] { return kept; }));
    sched.run();
  }
  /// As kill -9 would; a new life on the same outbox.
  void restart() {
    caf::anon_send_exit(relayer, caf::exit_reason::kill);
    sched.run();
    start();
  }
  void pass(std::chrono::seconds time) {
    for (auto i = 0s; i < time; i += 1s) {
      sched.advance_time(1s);
      sched.run();
    }
  }
  static operation_id id(int n) {
    return operation_id::from_digest(chain::keccak256("batch " + std::to_string(n)));
  }
  template <class... Ts>
  caf::expected<pm::batch_report> ask(const Ts&... xs) {
    caf::scoped_actor self{sys};
    auto pending = self->request(relayer, caf::infinite, xs...);
    sched.run();
    caf::expected<pm::batch_report> out{make_error(errc::internal, "no answer")};
    pending.receive([&](pm::batch_report& r) { out = std::move(r); },
                    [&](caf::error& e) { out = std::move(e); });
    return out;
  }
  [[nodiscard]] pm::submit_batch batch(int n) const {
    actors::contract_call call;
    call.to = who.factory;
    call.data = {1, 2, static_cast<std::uint8_t>(n)};
    return {id(n), "test", {call}};
  }
  caf::expected<pm::batch_report> submit(int n) { return ask(batch(n)); }
  batch_state state_of(int n) { return ask(actors::get_atom::value, id(n))->state; }
  [[nodiscard]] bool alerted() const {
    return dir.gauges.alerts().lasts(pm::relayer_alert, "main");
  }
  static net::http_result no(const char* words) { return fake_venue::refusal(400, words); }
  static net::http_result lost() {
    net::http_result r;
    r.outcome = net::http_outcome::maybe_sent;
    r.failure = net::http_failure::silence;
    return r;
  }
};

TEST_F(Relayer, ABatchIsStoredBeforeItIsSubmittedAndFollowedToItsEnd) {
  EXPECT_EQ(submit(1)->state, batch_state::pending);
  EXPECT_EQ(there.events, (strings{"store stored", "POST", "store accepted"}));
  const auto& row = there.rows.at(id(1));
  EXPECT_EQ(row.request, there.bodies.front()) << "the very bytes";
  EXPECT_EQ(row.sequence, 5U);
  EXPECT_EQ(row.remote_id, "tx-1");
  EXPECT_EQ(row.give_up_at.seconds(), 1'800'000'000 + 240);
  const auto body = json::parse(there.bodies.front());
  EXPECT_EQ(body.at("nonce"), "5");
  EXPECT_EQ(body.at("from"), "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
  EXPECT_EQ(body.at("depositWalletParams").at("deadline"), std::to_string(1'800'000'240));

  there.state = "STATE_MINED";
  pass(10s);
  EXPECT_EQ(state_of(1), batch_state::pending) << "mined is not final";
  there.state = "STATE_CONFIRMED";
  pass(3s);
  EXPECT_EQ(state_of(1), batch_state::confirmed);
  EXPECT_EQ(there.events.back(), "store confirmed");
  EXPECT_EQ(there.rows.at(id(1)).tx_hash.hex(), "0x" + std::string(64, 'a'));
  EXPECT_EQ(submit(1)->state, batch_state::confirmed) << "the same id happens once";
  EXPECT_EQ(there.bodies.size(), 1U);
  EXPECT_FALSE(alerted());
}

TEST_F(Relayer, OurApiKeyStandsInTheHeadersAndNowhereElse) {
  submit(1);
  std::map<std::string, std::string> said{there.headers.front().begin(),
                                          there.headers.front().end()};
  EXPECT_EQ(said["RELAYER_API_KEY"], "the-api-key");
  EXPECT_EQ(said["RELAYER_API_KEY_ADDRESS"], "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
  EXPECT_EQ(there.bodies.front().find("the-api-key"), std::string::npos);
}

TEST_F(Relayer, WithoutAnOutboxNothingLeaves) {
  there.outbox_works = false;
  restart();
  const auto r = submit(1);
  ASSERT_FALSE(r);
  EXPECT_EQ(actors::code_of(r.error()), errc::unavailable);
  pass(10s);
  EXPECT_TRUE(there.bodies.empty());

  there.outbox_works = true;
  pass(3s);
  there.outbox_works = false;
  submit(2);
  pass(10s);
  EXPECT_TRUE(there.bodies.empty()) << "whether its id is new is not known";
  there.outbox_works = true;
  pass(6s);
  EXPECT_EQ(there.bodies.size(), 1U);
}

TEST_F(Relayer, ABusyWalletGetsTheSameBytesAgain) {
  there.on_submit = {no("wallet busy"), no("in-flight action"), fake_venue::refusal(429, "slow")};
  submit(1);
  pass(8s);
  ASSERT_EQ(there.bodies.size(), 4U);
  for (const auto& body : there.bodies) EXPECT_EQ(body, there.bodies.front());
  there.state = "STATE_CONFIRMED";
  pass(3s);
  EXPECT_EQ(state_of(1), batch_state::confirmed);
}

TEST_F(Relayer, OneBatchIsUnderWayAtATime) {
  submit(1);
  submit(2);
  pass(10s);
  EXPECT_EQ(there.bodies.size(), 1U);
  there.state = "STATE_CONFIRMED";
  there.nonce = 6;
  pass(3s);
  ASSERT_EQ(there.bodies.size(), 2U);
  EXPECT_EQ(json::parse(there.bodies.back()).at("nonce"), "6");
}

TEST_F(Relayer, AnUnknownOutcomeIsAskedForWithTheSameBytesAndNeverSignedAnew) {
  there.on_submit = {lost(), no("in-flight action"),
                     no("batch nonce 5 does not match on-chain nonce 6")};
  submit(1);
  pass(8s);
  ASSERT_EQ(there.bodies.size(), 3U);
  EXPECT_EQ(there.bodies[2], there.bodies[0]);
  EXPECT_EQ(state_of(1), batch_state::in_doubt) << "it may be what used the nonce";
  EXPECT_TRUE(alerted());
}

TEST_F(Relayer, ANonceThatMovedBeforeAnythingWasTakenIsAPlainFailure) {
  there.on_submit = {no("batch nonce 5 does not match on-chain nonce 6")};
  submit(1);
  pass(1s);
  EXPECT_EQ(state_of(1), batch_state::failed);
  there.nonce = 6;
  submit(2);  // whoever asked comes again under another id
  pass(3s);
  EXPECT_EQ(json::parse(there.bodies.back()).at("nonce"), "6");
}

TEST_F(Relayer, ARefusedCallEndsTheBatchAndCallsAHuman) {
  there.on_submit = {no("call blocked: call[0] blocked: calls to 0xADa1 are not permitted")};
  submit(1);
  pass(1s);
  EXPECT_EQ(state_of(1), batch_state::failed);
  EXPECT_TRUE(alerted());
}

TEST_F(Relayer, WhatTheRelayerSkipsIsAnAlarm) {
  submit(1);
  there.state = "STATE_FAILED";
  there.words = "PRECHECK_SKIPPED: redeem skipped: zero position balance";
  pass(3s);
  const auto r = ask(actors::get_atom::value, id(1));
  EXPECT_EQ(r->state, batch_state::failed);
  EXPECT_NE(r->detail.find("PRECHECK_SKIPPED"), std::string::npos);
  EXPECT_TRUE(alerted());
}

TEST_F(Relayer, BytesThatNobodyTookAreTooOldAfterTheirDeadline) {
  for (int i = 0; i < 200; ++i) there.on_submit.push_back(no("wallet busy"));
  submit(1);
  pass(245s);
  EXPECT_EQ(state_of(1), batch_state::failed);
  const auto posts = there.bodies.size();
  pass(20s);
  EXPECT_EQ(there.bodies.size(), posts);
}

TEST_F(Relayer, BytesThatMayHaveBeenTakenAreJudgedByTheirNonceAfterTheirDeadline) {
  for (const bool used : {false, true}) {
    there.on_submit.assign(200, lost());
    const int n = used ? 2 : 1;
    submit(n);
    pass(10s);
    if (used) ++there.nonce;
    pass(240s);
    EXPECT_EQ(state_of(n), used ? batch_state::in_doubt : batch_state::failed) << used;
  }
}

TEST_F(Relayer, ABatchThatTheRelayerDoesNotEndIsInDoubtAfterAHundredLooks) {
  submit(1);
  pass(195s);
  EXPECT_EQ(state_of(1), batch_state::pending);
  pass(60s);
  EXPECT_EQ(state_of(1), batch_state::in_doubt);
  EXPECT_TRUE(alerted());
}

TEST_F(Relayer, ACrashAfterTheRowSendsTheSameBytesAgain) {
  there.on_submit = {lost()};
  submit(1);
  ASSERT_EQ(there.events, (strings{"store stored", "POST"}));
  restart();
  pass(3s);
  ASSERT_EQ(there.bodies.size(), 2U);
  EXPECT_EQ(there.bodies[1], there.bodies[0]);
  EXPECT_EQ(there.rows.at(id(1)).remote_id, "tx-1");

  restart();  // and after the answer: it is looked at, not sent
  there.state = "STATE_CONFIRMED";
  pass(3s);
  EXPECT_EQ(there.bodies.size(), 2U);
  EXPECT_EQ(state_of(1), batch_state::confirmed);
  EXPECT_EQ(submit(1)->state, batch_state::confirmed);
}

TEST_F(Relayer, AnIdOfAnEarlierLifeIsNeverSignedAgain) {
  submit(1);
  there.state = "STATE_CONFIRMED";
  pass(3s);
  restart();
  submit(1);
  pass(3s);
  EXPECT_EQ(there.bodies.size(), 1U);
  EXPECT_EQ(state_of(1), batch_state::confirmed);
  EXPECT_EQ(state_of(7), batch_state::unsent);
}

// -- the same over the books ---------------------------------------------------------------------

/// With the outbox that the service has: journal, reader and their actor over books in memory.
struct RelayerInTheBooks : Relayer {
  books_outbox kept;

  RelayerInTheBooks() {
    kept.start(sys, dir, w);
    for (auto& a : kept.take()) alive.push_back(std::move(a));
    outbox = kept.outbox;
    restart();
  }
  ~RelayerInTheBooks() override { end(); }
  [[nodiscard]] const external_operation& row(int n) const {
    return kept.books.externals.all().at(id(n));
  }
  [[nodiscard]] bool is_stored(int n) const { return kept.books.externals.all().contains(id(n)); }
};

TEST_F(RelayerInTheBooks, ABatchIsInTheBooksBeforeItIsSubmittedAndItsEndAfterwards) {
  EXPECT_EQ(submit(1)->state, batch_state::pending);
  EXPECT_EQ(row(1).status, external_status::accepted);
  EXPECT_EQ(row(1).request, there.bodies.at(0));
  there.state = "STATE_CONFIRMED";
  pass(3s);
  EXPECT_EQ(state_of(1), batch_state::confirmed);
  EXPECT_EQ(row(1).status, external_status::confirmed);
  EXPECT_EQ(row(1).tx_hash.hex(), "0x" + std::string(64, 'a'));
  EXPECT_GT(row(1).updated_at, row(1).created_at);
  restart();
  EXPECT_EQ(submit(1)->state, batch_state::pending) << "whether its id is new is asked first";
  pass(3s);
  EXPECT_EQ(state_of(1), batch_state::confirmed);
  EXPECT_EQ(there.bodies.size(), 1U) << "an ended one is not sent again";
}

TEST_F(RelayerInTheBooks, ACrashBetweenTheCommitAndTheSendingSendsTheStoredBytes) {
  caf::anon_send(relayer, batch(1));
  while (!is_stored(1) && sched.try_run_once()) {
  }
  ASSERT_TRUE(is_stored(1));
  ASSERT_TRUE(there.bodies.empty()) << "the relayer's actor has not heard of the commit";
  const auto stored = row(1).request;
  there.nonce = 9;  // anything signed anew would be told by it
  restart();
  pass(3s);
  ASSERT_EQ(there.bodies.size(), 1U);
  EXPECT_EQ(there.bodies[0], stored);
  EXPECT_EQ(row(1).status, external_status::accepted);
  EXPECT_EQ(kept.books.externals.all().size(), 1U);
}

TEST_F(RelayerInTheBooks, ARowStillInTheJournalsQueueIsFoundByTheNextLife) {
  kept.books.faults.unavailable = 1000;
  submit(1);
  ASSERT_FALSE(is_stored(1));
  restart();
  EXPECT_FALSE(submit(2)) << "nothing is taken before the outbox was read";
  pass(3s);
  ASSERT_TRUE(there.bodies.empty());
  kept.books.faults.unavailable = 0;
  pass(10s);
  ASSERT_TRUE(is_stored(1));
  ASSERT_EQ(there.bodies.size(), 1U);
  EXPECT_EQ(there.bodies[0], row(1).request);
}

TEST_F(RelayerInTheBooks, ALostCommitIsAskedForAgainAndStoresOneRow) {
  kept.books.faults.lost_after_commit = 1000;
  submit(1);
  EXPECT_TRUE(is_stored(1));
  EXPECT_TRUE(there.bodies.empty()) << "what is not known to be stored is not sent";
  kept.books.faults.lost_after_commit = 0;
  pass(5s);
  EXPECT_EQ(there.bodies.size(), 1U);
  EXPECT_EQ(row(1).status, external_status::accepted);
}

TEST_F(RelayerInTheBooks, ASecondOpenBatchOfTheWalletIsNeverStored) {
  submit(1);
  ASSERT_EQ(row(1).status, external_status::accepted);
  auto other = row(1);
  other.id = id(2);
  other.status = external_status::stored;
  committed out;
  EXPECT_EQ(kept.books.apply(record_external{other}, out), errc::duplicate);
}

}  // namespace
}  // namespace headroom::test
