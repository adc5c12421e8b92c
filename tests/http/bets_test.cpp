#include "actors/journal_actor.hpp"
#include "http/promised_bets.hpp"
#include "tests/http/house.hpp"
#include "tests/support/memory_books.hpp"

namespace headroom::http::test {
namespace {

using headroom::test::memory_books;
using headroom::test::memory_reader;
using headroom::test::memory_store;
using nlohmann::json;

class Bets : public house {
 protected:
  static json body() {
    return {
        {"user_address", user_text}, {"token_id", "7"}, {"amount", "25.00"}, {"max_price", "0.6"}};
  }
  static json with(const std::string& field, const json& value) {
    auto out = body();
    out[field] = value;
    return out;
  }
  std::vector<actors::place_bet> placed() {
    const std::lock_guard lock{says.mutex};
    return says.placed;
  }
  actors::bet_intent intent() const {
    return {user, uint256::of(7), 25_usdc, 600'000_micro, "signed-1", now().seconds() + 300};
  }
  /// A bet signed by `signer`, sent without any key.
  reply post_signed(json doc, const std::string& idempotency_key = "signed-1") {
    return ask("POST", "/bets", {{"Idempotency-Key", idempotency_key}}, doc.dump());
  }
  json signed_body(const address& signer) const {
    auto out = with("deadline", "2027-01-15T08:05:00Z");
    out["signature"] = ethereum.sign(intent(), signer);
    return out;
  }
};

TEST_F(Bets, AFilledBetIsCreated) {
  start();
  const auto r = post_bet(body().dump());
  ASSERT_EQ(r.status, 201) << r.body;
  EXPECT_EQ(r.header("location"), "/bets/11111111-1111-1111-1111-111111111111");
  const auto doc = r.json();
  for (const auto* field :
       {"bet_id", "status", "amount", "shares", "average_price", "fee", "order_hash"})
    EXPECT_TRUE(doc.contains(field)) << field;
  ASSERT_EQ(placed().size(), 1U);
  const auto order = placed()[0];
  EXPECT_EQ(order.user, user);
  EXPECT_EQ(order.token, uint256::of(7));
  EXPECT_EQ(order.amount, 25_usdc);
  EXPECT_EQ(order.max_price, 600'000_micro);
  EXPECT_EQ(order.deadline, now().plus(std::chrono::seconds{60}));  // the default
}

TEST_F(Bets, TheSameKeyNamesTheSameBet) {
  start();
  for (const auto& [amount, key] : {std::pair{"25.00", "k-1"},
                                    {"25.00", "k-1"},
                                    {"25", "k-1"},     // the same request, written otherwise
                                    {"26.00", "k-1"},  // another request under the same key
                                    {"25.00", "k-2"}})
    EXPECT_EQ(post_bet(with("amount", amount).dump(), key).status, 201);
  auto spaced = body().dump(4);
  EXPECT_EQ(post_bet(spaced, "k-1").status, 201);
  const auto p = placed();
  ASSERT_EQ(p.size(), 6U);
  for (const auto i : {1U, 2U, 5U}) {
    EXPECT_EQ(p[i].id, p[0].id);
    EXPECT_EQ(p[i].request_hash, p[0].request_hash);
  }
  EXPECT_EQ(p[3].id, p[0].id);
  EXPECT_NE(p[3].request_hash, p[0].request_hash);
  EXPECT_NE(p[4].id, p[0].id);
}

TEST_F(Bets, TheKeyBelongsToItsPrincipal) {
  start();
  auto headers = bearer(full_key.text);
  headers.emplace_back("Idempotency-Key", "k-1");
  EXPECT_EQ(post_bet(body().dump(), "k-1").status, 201);
  EXPECT_EQ(ask("POST", "/bets", headers, body().dump()).status, 201);
  ASSERT_EQ(placed().size(), 2U);
  EXPECT_NE(placed()[0].id, placed()[1].id);
}

TEST_F(Bets, EveryFieldIsPartOfTheRequest) {
  start();
  const json other[]{with("user_address", "0x" + std::string(40, 'b')), with("token_id", "8"),
                     with("amount", "25.000001"), with("max_price", "0.59"),
                     with("deadline", "2027-01-15T09:00:00Z")};
  EXPECT_EQ(post_bet(body().dump()).status, 201);
  for (const auto& doc : other) EXPECT_EQ(post_bet(doc.dump()).status, 201);
  const auto p = placed();
  for (std::size_t i = 1; i < p.size(); ++i) EXPECT_NE(p[i].request_hash, p[0].request_hash) << i;
}

TEST_F(Bets, AnUnknownOutcomeIsAccepted) {
  says.place = [](const actors::place_bet&) { return example_bet(bet_status::placing); };
  start();
  const auto r = post_bet(body().dump());
  EXPECT_EQ(r.status, 202);
  EXPECT_EQ(r.header("location"), "/bets/11111111-1111-1111-1111-111111111111");
  EXPECT_EQ(r.header("retry-after"), "1");
  EXPECT_EQ(r.json()["status"], "placing");
}

TEST_F(Bets, AVenueRefusalNamesTheBet) {
  says.place = [](const actors::place_bet&) { return example_bet(bet_status::failed); };
  start();
  const auto r = post_bet(body().dump());
  expect_problem(r, 422, "venue_rejected");
  EXPECT_EQ(r.json()["detail"], "not enough \"liquidity\"");
  EXPECT_EQ(r.json()["bet_id"], "11111111-1111-1111-1111-111111111111");
}

TEST_F(Bets, TheBuffersRefusalPassesThroughWordForWord) {
  const std::string text =
      "Bet amount exceeds global maximum: $25.00 USDC. Maximum bet is $9.50 USDC (buffer balance: "
      "$9.50 USDC)";
  says.place = [&](const actors::place_bet&) -> caf::result<bet> {
    return make_error(errc::exceeds_max_bet, text);
  };
  start();
  const auto r = post_bet(body().dump());
  expect_problem(r, 422, "exceeds_max_bet");
  EXPECT_EQ(r.json()["detail"], text);
}

TEST_F(Bets, EveryRefusalHasItsStatus) {
  const std::pair<errc, int> table[]{
      {errc::insufficient_balance, 422},
      {errc::unknown_market, 422},
      {errc::unsupported_market, 422},
      {errc::market_closed, 422},
      {errc::price_off_tick, 422},
      {errc::amount_too_small, 422},
      {errc::deadline_passed, 422},
      {errc::key_reused, 409},
      {errc::rate_limited, 429},
      {errc::overloaded, 503},
      {errc::unavailable, 503},
      {errc::shutting_down, 503},
      {errc::internal, 500},
      {errc::invariant_violated, 500},
  };
  start();
  for (const auto& [code, status] : table) {
    says.place = [c = code](const actors::place_bet&) -> caf::result<bet> { return make_error(c); };
    expect_problem(post_bet(body().dump()), status, std::string{to_string(code)});
  }
}

TEST_F(Bets, ABudgetThatIsUsedUpSaysWhenThereIsMore) {
  says.place = [](const actors::place_bet&) -> caf::result<bet> {
    return make_error(errc::rate_limited, "too many", std::chrono::seconds{7});
  };
  start();
  const auto r = post_bet(body().dump());
  expect_problem(r, 429, "rate_limited");
  EXPECT_EQ(r.header("retry-after"), "7");
  EXPECT_EQ(r.header("ratelimit"), "\"shared\";r=0;t=7");
  EXPECT_EQ(r.header("ratelimit-policy"), "\"shared\";q=1;w=7");
}

TEST_F(Bets, SilenceIsABetThatIsStillBeingPlaced) {
  settings.request_timeout = std::chrono::milliseconds{200};
  says.hold_bets = true;
  start();
  const auto r = post_bet(body().dump());
  EXPECT_EQ(r.status, 202);
  EXPECT_EQ(r.json()["status"], "placing");
  EXPECT_EQ(r.json()["amount"], body()["amount"]);
  EXPECT_EQ(r.json()["order_hash"], nullptr);
  EXPECT_EQ(r.header("location"), "/bets/" + r.json()["bet_id"].get<std::string>());
  EXPECT_EQ(r.header("retry-after"), "1");
}

/// A bet whose answer was late, as it is asked for by its id.
class LateBets : public Bets {
 protected:
  memory_books books;
  memory_store store{books};

  void start_late() {
    settings.request_timeout = std::chrono::milliseconds{200};
    says.hold_bets = true;
    says.find_bet = []() -> caf::result<bet> { return make_error(errc::not_found); };
    start();
  }
  /// The id that was given out with the 202.
  std::string promised() {
    const auto r = post_bet(body().dump());
    EXPECT_EQ(r.status, 202) << r.body;
    return r.json().value("bet_id", "");
  }
  /// Asked again while a busy machine needs longer than the time this server has.
  json shown(const std::string& id) {
    reply r;
    EXPECT_TRUE(eventually([&] {
      r = get("/bets/" + id, read_key.text);
      return r.status != 503;
    }));
    EXPECT_EQ(r.status, 200) << r.body;
    return r.json();
  }
  void start_journal() {
    auto w = std::make_shared<const actors::world>(
        actors::world{*dir, [] { return now(); }, [] { return hash256{}; }, {}});
    dir->handles.set(keep(system->spawn(actors::journal_behavior, std::move(w), &store)));
  }
};

TEST_F(LateBets, ItIsPlacingUntilTheBooksHaveIt) {
  start_late();
  const auto id = promised();
  const auto doc = shown(id);
  EXPECT_EQ(doc["bet_id"], id);
  EXPECT_EQ(doc["status"], "placing");
  EXPECT_EQ(doc["amount"], "25.00");
  says.find_bet = [] { return example_bet(bet_status::filled); };
  EXPECT_EQ(shown(id)["status"], "filled") << "the books come first";
}

TEST_F(LateBets, ARefusalThatCameTooLateIsTold) {
  start_late();
  const auto id = promised();
  says.late_refusal = make_error(errc::insufficient_balance, "the balance is $1.00 USDC");
  release_bets();
  ASSERT_TRUE(eventually([&] { return shown(id)["status"] == "failed"; }));
  const auto doc = shown(id);
  EXPECT_EQ(doc["failure"], "insufficient_balance: the balance is $1.00 USDC");
  EXPECT_EQ(doc["refunded"], "25.00");
  EXPECT_EQ(shown(id), doc) << "for as long as it is asked";
  expect_problem(get("/bets/22222222-2222-2222-2222-222222222222", read_key.text), 404,
                 "not_found");
}

TEST_F(LateBets, ARepeatPlacesItAgainAndTheBooksWin) {
  start_late();
  const auto id = promised();
  says.late_refusal = make_error(errc::unavailable, "the venue is away");
  release_bets();
  ASSERT_TRUE(eventually([&] { return shown(id)["status"] == "failed"; }));
  EXPECT_EQ(promised(), id);
  EXPECT_EQ(shown(id)["status"], "placing");
}

TEST_F(LateBets, OneWhoseActorDiedIsLookedForInTheJournal) {
  start_late();
  start_journal();
  const auto id = promised();
  for (const auto& actor : dir->users.all_bets()) {
    const auto gone = actors::key_of(actor);
    caf::anon_send_exit(actor, caf::exit_reason::kill);
    dir->users.forget_bet(*bet_id::parse(id), gone);
  }
  EXPECT_EQ(shown(id)["status"], "failed") << "nothing of it is on its way";
  auto stored = example_bet(bet_status::placing);
  stored.id = *bet_id::parse(id);
  books.bets.emplace(stored.id, stored);
  says.find_bet = [stored] { return stored; };
  EXPECT_EQ(shown(id)["status"], "placing");
}

/// The journal keeps what was promised, so the process that is asked need not be the one that said
/// so.
TEST_F(LateBets, ARefusalOutlivesTheProcess) {
  start_late();
  start_journal();
  const auto id = promised();
  const auto kept = [&]() -> std::optional<bet> {
    if (auto row = memory_reader{books}.find_promise(*bet_id::parse(id))) return std::move(*row);
    return std::nullopt;
  };
  ASSERT_TRUE(kept()) << "stored before the 202 was said";
  EXPECT_EQ(kept()->status, bet_status::placing);
  says.late_refusal = make_error(errc::insufficient_balance, "the balance is $1.00 USDC");
  release_bets();
  ASSERT_TRUE(eventually([&] { return kept()->status == bet_status::failed; }));
  EXPECT_EQ(kept()->failure, "insufficient_balance: the balance is $1.00 USDC");
}

TEST_F(LateBets, WhatAnotherProcessPromisedIsUnderstood) {
  start_late();
  start_journal();
  auto row = example_bet(bet_status::failed);
  row.failure = "exceeds_max_bet: the buffer has $2.00 USDC";
  row.refunded = row.amount;
  says.find_promise = [&row](const bet_id&) -> caf::result<bet> { return row; };
  auto doc = shown(row.id.text());
  EXPECT_EQ(doc["status"], "failed");
  EXPECT_EQ(doc["failure"], row.failure);

  row = example_bet(bet_status::placing);
  doc = shown(row.id.text());
  EXPECT_EQ(doc["status"], "failed") << "it died before anything of it was in the journal";
  EXPECT_EQ(doc["failure"], "unavailable: it was interrupted before it began");
  EXPECT_EQ(shown(row.id.text()), doc);
}

TEST(PromisedBets, TheOldestIsForgottenWhenThereIsNoRoomAndEveryoneInTime) {
  using std::chrono::seconds;
  promised_bets promised{2, seconds{10}};
  const promised_bets::time_point start{};
  const auto bet_number = [](std::uint8_t n) {
    auto b = example_bet(bet_status::placing);
    b.id.bytes[0] = n;
    return b;
  };
  const auto one = bet_number(1);
  const auto two = bet_number(2);
  const auto three = bet_number(3);
  promised.refused(one.id, "never promised", one.created_at);
  EXPECT_FALSE(promised.look(one.id, start));
  promised.promise(one, start);
  promised.promise(two, start + seconds{5});
  EXPECT_EQ(promised.look(one.id, start + seconds{9})->id, one.id);
  EXPECT_FALSE(promised.look(one.id, start + seconds{10}));
  promised.promise(three, start + seconds{6});
  EXPECT_FALSE(promised.look(one.id, start + seconds{6})) << "room for two";
  EXPECT_TRUE(promised.look(two.id, start + seconds{6}));
  promised.promise(one, start + seconds{30});
  EXPECT_EQ(promised.size(), 1U) << "the others were old";
}

TEST_F(Bets, TooManyBetsInProgress) {
  dir = std::make_unique<actors::directory>(0);
  spawn_singletons();
  start();
  expect_problem(post_bet(body().dump()), 503, "overloaded");
}

TEST_F(Bets, NoneAreTakenWhileDraining) {
  start();
  dir->users.drain();
  expect_problem(post_bet(body().dump()), 503, "shutting_down");
  EXPECT_TRUE(placed().empty());
  EXPECT_EQ(get("/bets", read_key.text).status, 200);
}

TEST_F(Bets, TheUsersSignatureIsEnough) {
  start();
  const auto r = post_signed(signed_body(user));
  EXPECT_EQ(r.status, 201) << r.body;
  ASSERT_EQ(placed().size(), 1U);
  EXPECT_EQ(placed()[0].deadline, timestamp::of_seconds(intent().deadline));
}

TEST_F(Bets, ASignatureMustBeTheUsersOverExactlyThis) {
  start();
  const auto other = *address::parse("0x" + std::string(40, 'b'));
  expect_problem(post_signed(signed_body(other)), 401, "unauthorized", "signature");
  const auto good = signed_body(user);
  const std::pair<std::string, std::string> changed[]{{"amount", "25.01"},
                                                      {"token_id", "8"},
                                                      {"max_price", "0.61"},
                                                      {"user_address", other.hex()},
                                                      {"deadline", "2027-01-15T08:05:01Z"},
                                                      {"signature", "0x" + std::string(130, '0')}};
  for (const auto& [field, value] : changed) {
    auto doc = good;
    doc[field] = value;
    expect_problem(post_signed(doc), 401, "unauthorized", "signature");
  }
  expect_problem(post_signed(good, "signed-2"), 401, "unauthorized", "signature");
  EXPECT_TRUE(placed().empty());
}

TEST_F(Bets, ASignedBetNeedsAWholeDeadlineAndAFormedSignature) {
  start();
  auto doc = signed_body(user);
  doc.erase("deadline");
  expect_problem(post_signed(doc), 400, "invalid_field", "deadline");
  doc["deadline"] = "2027-01-15T08:05:00.5Z";
  expect_problem(post_signed(doc), 400, "invalid_field", "deadline");
  for (const auto& bad : {std::string{}, std::string{"0x123"}, std::string(132, '0'),
                          "0x" + std::string(130, 'z'), "0x" + std::string(2 * 4097, '0')}) {
    doc = signed_body(user);
    doc["signature"] = bad;
    expect_problem(post_signed(doc), 400, "invalid_field", "signature");
  }
}

TEST_F(Bets, WhatNoKeySignedIsAskedOfTheUsersContract) {
  std::vector<actors::contract_signature> asked;
  says.contract_signed = [&](const actors::contract_signature& x) {
    asked.push_back(x);
    return true;
  };
  start();
  EXPECT_EQ(post_signed(signed_body(user)).status, 201);
  EXPECT_TRUE(asked.empty()) << "a key's signature needs nobody";
  for (const auto* text : {"0x", "0x1234", "0xAbCdEf"}) {
    auto doc = signed_body(user);
    doc["signature"] = text;
    EXPECT_EQ(post_signed(doc).status, 201) << text;
    ASSERT_FALSE(asked.empty());
    EXPECT_EQ(asked.back().signer, user);
    EXPECT_EQ(asked.back().digests, ethereum.digests_of(intent()));
    EXPECT_EQ(asked.back().signature, *from_hex(text));
  }
  EXPECT_EQ(placed().size(), 4U);
  EXPECT_EQ(placed()[0].id, placed()[3].id) << "the same bet of the same user";
}

TEST_F(Bets, AContractThatCannotBeAskedIsNotANo) {
  for (const auto code : {errc::unavailable, errc::overloaded}) {
    says.contract_signed = [code](const actors::contract_signature&) -> caf::result<bool> {
      return make_error(code);
    };
    if (!web) start();
    auto doc = signed_body(user);
    doc["signature"] = "0x1234";
    expect_problem(post_signed(doc), 503, std::string{to_string(code)});
  }
  EXPECT_TRUE(placed().empty());
}

TEST_F(Bets, WhoAsksIsNamed) {
  start();
  EXPECT_EQ(post_signed(signed_body(user)).status, 201);
  EXPECT_EQ(post_bet(body().dump()).status, 201);
  ASSERT_EQ(placed().size(), 2U);
  EXPECT_EQ(placed()[0].by, "user:" + user.hex());
  EXPECT_FALSE(placed()[1].by.empty());
  EXPECT_FALSE(placed()[1].by.starts_with("user:"));
}

TEST_F(Bets, ARefusalThatKnowsHowLongToWaitSaysSo) {
  says.place = [](const actors::place_bet&) -> caf::result<bet> {
    return make_error(errc::unavailable, "betting is stopped", std::chrono::seconds{287});
  };
  start();
  const auto r = post_bet(body().dump());
  expect_problem(r, 503, "unavailable");
  EXPECT_EQ(r.header("retry-after"), "287");
  EXPECT_EQ(r.json()["detail"], "betting is stopped");
}

TEST_F(Bets, ASignedBetBelongsToTheUserEvenWithAKey) {
  start();
  auto headers = bearer(trade_key.text);
  headers.emplace_back("Idempotency-Key", "signed-1");
  EXPECT_EQ(post_signed(signed_body(user)).status, 201);
  EXPECT_EQ(ask("POST", "/bets", headers, signed_body(user).dump()).status, 201);
  ASSERT_EQ(placed().size(), 2U);
  EXPECT_EQ(placed()[0].id, placed()[1].id);
}

TEST_F(Bets, AStaleDeadlineIsLeftToTheBetsActorSoThatARepeatFindsItsAnswer) {
  start();
  EXPECT_EQ(post_bet(with("deadline", "2027-01-15T07:00:00Z").dump()).status, 201);
  ASSERT_EQ(placed().size(), 1U);
  EXPECT_LT(placed()[0].deadline, now());
}

TEST_F(Bets, ARepeatedAnswerSaysSo) {
  auto stored = example_bet(bet_status::filled);
  says.place = [&](const actors::place_bet&) { return stored; };
  start();
  EXPECT_EQ(post_bet(body().dump()).header("idempotent-replayed"), "");
  stored.created_at = now().plus(std::chrono::seconds{-1});
  EXPECT_EQ(post_bet(body().dump()).header("idempotent-replayed"), "true");
  stored.status = bet_status::failed;
  const auto failed = post_bet(body().dump());
  EXPECT_EQ(failed.status, 422);
  EXPECT_EQ(failed.header("idempotent-replayed"), "true");
}

TEST_F(Bets, TheOperatorsReplenishIsOneRequestPerKey) {
  std::vector<actors::replenish_buffer> seen;
  says.replenish = [&](const actors::replenish_buffer& x) {
    seen.push_back(x);
    auto status = example_buffer();
    status.replayed = seen.size() == 2;
    return status;
  };
  start();
  for (const auto* key : {"r-1", "r-1", "r-2"}) {
    auto headers = bearer(admin_key.text);
    headers.emplace_back("Idempotency-Key", key);
    const auto r =
        ask("POST", "/buffer/replenish", headers, R"({"amount":"100.50","reference":"wire é 7"})");
    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(r.json()["usdc_balance"], "9000.00");
    EXPECT_EQ(r.header("idempotent-replayed"), seen.size() == 2 ? "true" : "");
  }
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0].id, seen[1].id);
  EXPECT_NE(seen[0].id, seen[2].id);
  EXPECT_EQ(seen[0].amount, 100'500'000_micro);
  EXPECT_EQ(seen[0].reference, "wire é 7");
  EXPECT_EQ(seen[0].by, "key:" + admin_key.record.id);
}

TEST_F(Bets, TheBuffersLimitsCanBeSetAndTheCapRemoved) {
  std::vector<actors::buffer_limits> seen;
  says.limits = [&](const actors::buffer_limits& x) {
    seen.push_back(x);
    return example_buffer();
  };
  start();
  for (const auto* doc : {R"({"min_buffer_size":"5","max_buffer_size":"7.5"})",
                          R"({"max_buffer_size":null})", R"({"min_buffer_size":"0"})"})
    EXPECT_EQ(ask("PATCH", "/buffer", bearer(admin_key.text), doc).status, 200);
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_TRUE(seen[0].set_min && seen[0].set_max && seen[0].has_max);
  EXPECT_EQ(seen[0].max_size, 7'500'000_micro);
  EXPECT_TRUE(!seen[1].set_min && seen[1].set_max && !seen[1].has_max);
  EXPECT_TRUE(seen[2].set_min && !seen[2].set_max);
  EXPECT_EQ(seen[2].by, "key:" + admin_key.record.id);
}

TEST_F(Bets, ARotatedKeyKeepsItsIdempotencyKeys) {
  const auto rotated = make_key("trader", trade_key.record.scopes, now());
  const auto stranger = make_key("another desk", trade_key.record.scopes, now());
  says.keys.push_back(rotated.record);
  says.keys.push_back(stranger.record);
  start();
  for (const auto& key : {trade_key.text, rotated.text, stranger.text}) {
    auto headers = bearer(key);
    headers.emplace_back("Idempotency-Key", "the-same");
    EXPECT_EQ(ask("POST", "/bets", headers,
                  R"({"user_address":")" + user_text +
                      R"(","token_id":"7","amount":"25","max_price":"0.5"})")
                  .status,
              201);
  }
  const std::lock_guard lock{says.mutex};
  ASSERT_EQ(says.placed.size(), 3U);
  EXPECT_EQ(says.placed[0].id, says.placed[1].id);
  EXPECT_NE(says.placed[0].id, says.placed[2].id);
}

}  // namespace
}  // namespace headroom::http::test
