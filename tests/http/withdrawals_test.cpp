#include "actors/lone_word.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

using nlohmann::json;

class Withdrawals : public house {
 protected:
  static inline const std::string to_text = "0x" + std::string(40, 'c');

  static json body() { return {{"user_address", user_text}, {"to", to_text}, {"amount", "40"}}; }
  static json with(const std::string& field, const json& value) {
    auto out = body();
    out[field] = value;
    return out;
  }
  reply post(const json& doc, const std::string& key = {}) {
    auto headers = bearer(key.empty() ? withdraw_key.text : key);
    headers.emplace_back("Idempotency-Key", "w-1");
    return ask("POST", "/withdrawals", headers, doc.dump());
  }
  reply post_signed(const json& doc) {
    return ask("POST", "/withdrawals", {{"Idempotency-Key", "signed-1"}}, doc.dump());
  }
  static actors::withdraw_intent intent() {
    return {user, *address::parse(to_text), 40_usdc, "signed-1", now().seconds() + 300};
  }
  json signed_body(const address& signer) const {
    auto out = with("deadline", "2027-01-15T08:05:00Z");
    out["signature"] = ethereum.sign(intent(), signer);
    return out;
  }
  std::vector<actors::request_withdrawal> asked() {
    const std::lock_guard lock{says.mutex};
    return says.withdrawn;
  }
  /// The actor refuses with this.
  void refuses(errc code, std::string detail = {}) {
    says.withdraw = [code, detail](const actors::request_withdrawal&) -> caf::result<withdrawal> {
      return make_error(code, detail);
    };
  }
  static inline const std::string id = "77777777-7777-7777-7777-777777777777";
};

TEST_F(Withdrawals, OneIsAcceptedWithItsFeeShown) {
  start();
  const auto r = post(body());
  ASSERT_EQ(r.status, 202) << r.body;
  EXPECT_EQ(r.header("location"), "/withdrawals/" + id);
  EXPECT_EQ(r.header("retry-after"), "1");
  const auto doc = r.json();
  EXPECT_EQ(doc["withdrawal_id"], id);
  EXPECT_EQ(doc["status"], "requested");
  EXPECT_EQ(doc["amount"], "40.00");
  EXPECT_EQ(doc["fee"], "0.50");
  EXPECT_EQ(doc["received"], "39.50");
  EXPECT_EQ(doc["to"], to_text);
  EXPECT_EQ(doc["needs_approval"], false);
  EXPECT_TRUE(doc["tx_hash"].is_null());
  ASSERT_EQ(asked().size(), 1U);
  const auto order = asked()[0];
  EXPECT_EQ(order.user, user);
  EXPECT_EQ(order.to.hex(), to_text);
  EXPECT_EQ(order.amount, 40_usdc);
  EXPECT_EQ(order.deadline, now().plus(std::chrono::seconds{60}));
  EXPECT_TRUE(order.by.starts_with("key:")) << order.by;
}

TEST_F(Withdrawals, OneThatIsOverIsShownAsItEnded) {
  says.withdraw = [](const actors::request_withdrawal&) {
    return example_withdrawal(withdrawal_status::failed);
  };
  start();
  const auto r = post(body());
  EXPECT_EQ(r.status, 202);
  EXPECT_EQ(r.json()["status"], "failed");
  EXPECT_EQ(r.json()["failure"], "the transfer to this address reverts");
  EXPECT_EQ(r.header("retry-after"), "");
}

TEST_F(Withdrawals, ARefusalNamesWhichOfTheTwoWasTooSmall) {
  start();
  refuses(errc::insufficient_balance, "The withdrawal needs $40.00 USDC");
  auto r = post(body());
  expect_problem(r, 422, "insufficient_balance");
  EXPECT_EQ(r.json()["limiting_factor"], "user_balance");
  refuses(errc::exceeds_max_withdrawal, "the buffer");
  r = post(body());
  expect_problem(r, 422, "exceeds_max_withdrawal");
  EXPECT_EQ(r.json()["limiting_factor"], "buffer");
  refuses(errc::exceeds_daily_limit);
  r = post(body());
  expect_problem(r, 422, "exceeds_daily_limit");
  EXPECT_FALSE(r.json().contains("limiting_factor"));
  refuses(errc::paused, "withdrawals are paused");
  r = post(body());
  expect_problem(r, 503, "paused");
  EXPECT_NE(r.header("retry-after"), "");
  refuses(errc::address_refused);
  expect_problem(post(body()), 422, "address_refused", "to");
  refuses(errc::invalid_field, "must not be a token");
  expect_problem(post(body()), 400, "invalid_field", "to");
  refuses(errc::key_reused);
  expect_problem(post(body()), 409, "key_reused");
  refuses(errc::in_doubt);
  expect_problem(post(body()), 503, "in_doubt");
}

TEST_F(Withdrawals, EveryFieldIsChecked) {
  settings.withdrawals.minimum = 5_usdc;
  settings.withdrawals.maximum = 100_usdc;
  start();
  const auto refused = [&](const json& doc, const std::string& field) {
    expect_problem(post(doc), 400, "invalid_field", field);
  };
  for (const auto* amount : {"0", "-1", "4.999999", "100.000001", "1.1234567", "", "all"})
    refused(with("amount", amount), "amount");
  for (const auto* to : {"", "0x12", "me", "0x0000000000000000000000000000000000000000"})
    refused(with("to", to), "to");
  refused(with("user_address", "0x12"), "user_address");
  refused(with("deadline", "2027-01-17T08:00:00Z"), "deadline");
  refused(with("deadline", "soon"), "deadline");
  refused(with("token_id", "7"), "token_id");
  auto nobody = body();
  nobody.erase("to");
  refused(nobody, "to");
  expect_problem(ask("POST", "/withdrawals", bearer(withdraw_key.text), body().dump()), 400,
                 "idempotency_key_required");
  EXPECT_TRUE(asked().empty());
  EXPECT_EQ(post(with("amount", "5")).status, 202);
  EXPECT_EQ(post(with("amount", "100.00")).status, 202);
}

TEST_F(Withdrawals, ItTakesAKeyWithScopeWithdrawOrTheUsersSignature) {
  start();
  for (const auto& key : {full_key.text, trade_key.text, admin_key.text})
    expect_problem(post(body(), key), 403, "forbidden");
  expect_problem(post_signed(body()), 401, "unauthorized");
  const auto r = post_signed(signed_body(user));
  EXPECT_EQ(r.status, 202) << r.body;
  EXPECT_TRUE(r.header("location").empty()) << "who signs cannot read there";
  ASSERT_EQ(asked().size(), 1U);
  EXPECT_EQ(asked()[0].by, "user:" + user_text);
}

TEST_F(Withdrawals, AnotherOnesSignatureIsNone) {
  says.contract_signed = [](const actors::contract_signature&) { return false; };
  start();
  auto other = user;
  other.bytes[0] ^= 1;
  expect_problem(post_signed(signed_body(other)), 401, "unauthorized", "signature");
  auto changed = signed_body(user);
  changed["to"] = "0x" + std::string(40, 'd');
  expect_problem(post_signed(changed), 401, "unauthorized", "signature");
  auto endless = signed_body(user);
  endless.erase("deadline");
  expect_problem(post_signed(endless), 400, "invalid_field", "deadline");
  EXPECT_TRUE(asked().empty());
}

TEST_F(Withdrawals, AContractWalletIsAsked) {
  std::vector<actors::contract_signature> questions;
  says.contract_signed = [&](const actors::contract_signature& x) {
    questions.push_back(x);
    return true;
  };
  start();
  auto doc = signed_body(user);
  doc["signature"] = "0x1234";
  EXPECT_EQ(post_signed(doc).status, 202);
  ASSERT_EQ(questions.size(), 1U);
  EXPECT_EQ(questions[0].signer, user);
  EXPECT_EQ(questions[0].digests, ethereum.digests_of(intent()));
}

/// Small as it is, an operator looks at it.
TEST_F(Withdrawals, AContractWalletsWordByOneNodeIsMarked) {
  start();
  const auto said_by = [this](const char* two_nodes) {
    dir->handles.set(keep(system->spawn([=]() -> actors::signature_actor::behavior_type {
      return {[](const actors::contract_signature&) { return true; },
              [=](actors::status_atom) {
                return actors::status_report{"signature", {{actors::two_nodes_fact, two_nodes}}};
              }};
    })));
    auto doc = signed_body(user);
    EXPECT_EQ(post_signed(doc).status, 202);
    doc["signature"] = "0x1234";
    EXPECT_EQ(post_signed(doc).status, 202);
  };
  said_by("yes");
  said_by("no");
  const auto all = asked();
  ASSERT_EQ(all.size(), 4U);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_FALSE(actors::is_by_lone_word(all[i].by)) << "a key speaks for itself, so do two nodes";
  EXPECT_TRUE(actors::is_by_lone_word(all[3].by));
  EXPECT_TRUE(all[3].by.starts_with(all[2].by));
}

TEST_F(Withdrawals, TheSameKeyNamesTheSameWithdrawalAndAnotherBodyAnotherRequest) {
  start();
  post(body());
  post(with("amount", "40.000000"));
  post(with("amount", "41"));
  const auto all = asked();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].id, all[1].id);
  EXPECT_EQ(all[0].request_hash, all[1].request_hash);
  EXPECT_EQ(all[0].id, all[2].id);
  EXPECT_NE(all[0].request_hash, all[2].request_hash);
}

TEST_F(Withdrawals, WhoeverMayAskForOneMayReadIt) {
  start();
  for (const auto& key : {read_key.text, withdraw_key.text}) {
    const auto r = get("/withdrawals/" + id, key);
    ASSERT_EQ(r.status, 200) << r.body;
    EXPECT_EQ(r.json()["status"], "confirmed");
    EXPECT_EQ(r.json()["tx_hash"], "0x" + std::string(64, '3'));
    EXPECT_EQ(get("/withdrawals", key).status, 200);
  }
  expect_problem(get("/withdrawals/" + id, trade_key.text), 403, "forbidden");
  expect_problem(get("/withdrawals/" + id), 401, "unauthorized");
  expect_problem(get("/withdrawals/7", read_key.text), 400, "invalid_field", "id");
  says.find_withdrawal = [](const withdrawal_id&) -> caf::result<withdrawal> {
    return make_error(errc::not_found);
  };
  expect_problem(get("/withdrawals/" + id, read_key.text), 404, "not_found");
}

TEST_F(Withdrawals, TheMostThatCanBeTakenOutIsSaidBefore) {
  settings.withdrawals.fee = 500'000_micro;
  start();
  const auto said = [&](usdc user_has, usdc buffer_has) {
    says.balance = [=](const address&) {
      return actors::balance_view{user_has, user_has, buffer_has};
    };
    const auto r = get("/buffer/max-withdrawal?user_address=" + user_text, withdraw_key.text);
    EXPECT_EQ(r.status, 200) << r.body;
    return r.json();
  };
  auto doc = said(40_usdc, 100_usdc);
  EXPECT_EQ(doc["user_address"], user_text);
  EXPECT_EQ(doc["max_withdrawal"], "40.00");
  EXPECT_EQ(doc["fee"], "0.50");
  EXPECT_EQ(doc["user_balance"], "40.00");
  EXPECT_EQ(doc["buffer_balance"], "100.00");
  EXPECT_EQ(doc["limiting_factor"], "user_balance");
  doc = said(100_usdc, 40_usdc);
  EXPECT_EQ(doc["max_withdrawal"], "40.50") << "the fee stays in the buffer";
  EXPECT_EQ(doc["limiting_factor"], "buffer");
  const auto path = "/buffer/max-withdrawal?user_address=" + user_text;
  EXPECT_EQ(get(path, read_key.text).status, 200);
  expect_problem(get(path, trade_key.text), 403, "forbidden");
  expect_problem(get(path), 401, "unauthorized");
  expect_problem(get("/buffer/max-withdrawal", read_key.text), 400, "invalid_field",
                 "user_address");
}

TEST_F(Withdrawals, AListIsByUserStatusAndTime) {
  std::vector<withdrawal_filter> filters;
  const auto page = says.list_withdrawals;
  says.list_withdrawals = [&](const withdrawal_filter& f) {
    filters.push_back(f);
    return page(f);
  };
  start();
  const auto r = get("/withdrawals?user_address=" + user_text +
                         "&status=sent&since=2026-01-01T00:00:00Z&limit=2&cursor=abc",
                     read_key.text);
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(r.json()["next_cursor"], "next-w");
  ASSERT_EQ(r.json()["withdrawals"].size(), 2U);
  EXPECT_EQ(r.json()["withdrawals"][0]["status"], "sent");
  ASSERT_EQ(filters.size(), 1U);
  EXPECT_EQ(filters[0].user, user);
  EXPECT_TRUE(filters[0].has_status);
  EXPECT_EQ(filters[0].status, withdrawal_status::sent);
  EXPECT_TRUE(filters[0].created.since.is_set());
  EXPECT_EQ(filters[0].limit, 2U);
  EXPECT_EQ(filters[0].cursor, "abc");
  expect_problem(get("/withdrawals?status=lost", read_key.text), 400, "invalid_field", "status");
  expect_problem(get("/withdrawals?limit=0", read_key.text), 400, "invalid_field", "limit");
}

TEST_F(Withdrawals, APageLearnsTheTermsBeforeItAsks) {
  settings.withdrawals.fee = 1_usdc;
  settings.withdrawals.fee_bps = 5;
  settings.withdrawals.per_user_per_day = {};
  settings.withdrawal_network = "eip155:137";
  start();
  const auto doc = get("/app/config").json();
  EXPECT_EQ(doc["features"]["withdraw"], true);
  EXPECT_EQ(doc["withdrawal"]["network"], "eip155:137");
  EXPECT_EQ(doc["withdrawal"]["fee"], "1.00");
  EXPECT_EQ(doc["withdrawal"]["fee_bps"], 5);
  EXPECT_TRUE(doc["withdrawal"]["per_user_per_day"].is_null()) << "no limit";
}

}  // namespace
}  // namespace headroom::http::test
