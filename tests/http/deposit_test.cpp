#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

using nlohmann::json;

class Deposits : public house {
 protected:
  reply pay(const header_list& headers, const std::string& amount = "50.00") {
    return ask("POST", "/deposit", headers, json{{"amount", amount}}.dump());
  }
  void refuse_with(const std::string& code) {
    says.pay = [code](const actors::pay_deposit&) -> caf::result<deposit> {
      return make_error(errc::invalid_payment, code);
    };
  }
  std::size_t payments() {
    const std::lock_guard lock{says.mutex};
    return says.paid.size();
  }
};

const header_list v2{{"PAYMENT-SIGNATURE", "c2lnbmVk"}};
const header_list v1{{"X-PAYMENT", "cGF5bWVudA=="}};

TEST_F(Deposits, WithoutAPaymentBothVersionsAreDemanded) {
  start();
  const auto r = pay({}, "50.5");
  EXPECT_EQ(r.status, 402);
  EXPECT_EQ(r.header("payment-required"), "v2 50.50 ");
  EXPECT_EQ(r.header("content-type"), "application/json");
  EXPECT_EQ(r.header("cache-control"), "no-store");
  EXPECT_EQ(r.header("access-control-allow-origin"), "*");
  EXPECT_EQ(r.json()["x402Version"], 1);
  EXPECT_EQ(r.json()["accepts"][0]["maxAmountRequired"], "50500000");
  EXPECT_EQ(payments(), 0U);
}

TEST_F(Deposits, APaidDepositIsCreated) {
  start();
  const auto r = pay(v2);
  ASSERT_EQ(r.status, 201) << r.body;
  EXPECT_EQ(r.header("payment-response"), "v2 0x4444 0xaaaa 50.00 success");
  EXPECT_EQ(r.header("x-payment-response"), "");
  EXPECT_EQ(r.header("location"), "/deposits/33333333-3333-3333-3333-333333333333");
  EXPECT_NE(r.header("cache-control").find("private"), std::string::npos);
  const auto doc = r.json();
  EXPECT_EQ(doc["deposit_id"], "33333333-3333-3333-3333-333333333333");
  EXPECT_EQ(doc["user_address"], user_text);
  EXPECT_EQ(doc["amount"], "50.00");
  EXPECT_EQ(doc["status"], "converting");
  EXPECT_EQ(doc["tx_hash"], "0x" + std::string(64, '4'));
  ASSERT_EQ(payments(), 1U);
  EXPECT_EQ(says.paid[0].header, "c2lnbmVk");
  EXPECT_EQ(says.paid[0].x402_version, 2);
  EXPECT_EQ(says.paid[0].amount, 50_usdc);
}

TEST_F(Deposits, Version1HasItsOwnHeaders) {
  start();
  const auto r = pay(v1);
  EXPECT_EQ(r.status, 201);
  EXPECT_EQ(r.header("x-payment-response"), "v1 0x4444 0xaaaa 50.00 success");
  EXPECT_EQ(r.header("payment-response"), "");
  EXPECT_EQ(says.paid.at(0).x402_version, 1);
}

TEST_F(Deposits, Version2WinsOverVersion1) {
  start();
  EXPECT_EQ(pay({v1[0], v2[0]}).status, 201);
  EXPECT_EQ(says.paid.at(0).x402_version, 2);
  EXPECT_EQ(says.paid.at(0).header, "c2lnbmVk");
}

TEST_F(Deposits, ARefusedPaymentIsDemandedAgainWithItsCode) {
  refuse_with("invalid_exact_evm_signature");
  start();
  const auto r = pay(v2);
  EXPECT_EQ(r.status, 402);
  EXPECT_EQ(r.header("payment-required"), "v2 50.00 invalid_exact_evm_signature");
  EXPECT_EQ(r.json()["error"], "invalid_exact_evm_signature");
}

TEST_F(Deposits, AnOversizedPaymentIsRefusedUnread) {
  start();
  for (const auto* name : {"PAYMENT-SIGNATURE", "X-PAYMENT"}) {
    const auto r = pay({{name, std::string(8 * 1024 + 1, 'A')}});
    EXPECT_EQ(r.status, 402);
    EXPECT_EQ(r.json()["error"], "invalid_payload");
    EXPECT_EQ(pay({{name, ""}}).json()["error"], "invalid_payload");
  }
  EXPECT_EQ(payments(), 0U);
}

TEST_F(Deposits, AnUnknownSettlementIsAccepted) {
  says.pay = [](const actors::pay_deposit&) { return example_deposit(deposit_status::settling); };
  start();
  const auto r = pay(v2);
  EXPECT_EQ(r.status, 202);
  EXPECT_EQ(r.header("location"), "/deposits/33333333-3333-3333-3333-333333333333");
  EXPECT_FALSE(r.header("retry-after").empty());
  EXPECT_EQ(r.json()["status"], "settling");
  EXPECT_EQ(r.json()["tx_hash"], "0x" + std::string(64, '4'));
  for (const auto& version : {v2, v1}) {
    const auto again = pay(version);
    EXPECT_EQ(again.header("payment-response"), "") << "official clients would read a failure";
    EXPECT_EQ(again.header("x-payment-response"), "");
  }
}

TEST_F(Deposits, AProbeWithoutABodyIsToldTheLeastAmount) {
  start();
  const auto r = ask("POST", "/deposit", {}, "");
  EXPECT_EQ(r.status, 402) << r.body;
  EXPECT_EQ(r.json()["accepts"][0]["maxAmountRequired"], "10000");
  expect_problem(ask("POST", "/deposit", {}, "{}"), 400, "invalid_field", "amount");
  EXPECT_EQ(ask("POST", "/deposit", v2, "").status, 201);
  EXPECT_EQ(says.paid.at(0).amount, 10'000_micro);
}

TEST_F(Deposits, TheIdempotencyKeyGoesWithThePayment) {
  start();
  EXPECT_EQ(pay({v2[0], {"Idempotency-Key", "deposit-1"}}).status, 201);
  EXPECT_EQ(pay(v2).status, 201);
  EXPECT_EQ(says.paid.at(0).idempotency_key, "deposit-1");
  EXPECT_EQ(says.paid.at(1).idempotency_key, "");
  for (const auto& key : {std::string{}, std::string(129, 'k'), std::string{"a b"}})
    expect_problem(pay({v2[0], {"Idempotency-Key", key}}), 400, "invalid_field", "Idempotency-Key");
  EXPECT_EQ(payments(), 2U);
}

TEST_F(Deposits, ARepetitionSaysSo) {
  start();
  EXPECT_EQ(pay(v2).header("idempotent-replayed"), "");
  says.repeated = true;
  const auto r = pay(v2);
  EXPECT_EQ(r.status, 201);
  EXPECT_EQ(r.header("idempotent-replayed"), "true");
}

TEST_F(Deposits, AKeyUsedForAnotherAmountIs409) {
  says.pay = [](const actors::pay_deposit&) -> caf::result<deposit> {
    return make_error(errc::key_reused, "it names a deposit of another amount");
  };
  start();
  expect_problem(pay({v2[0], {"Idempotency-Key", "deposit-1"}}), 409, "key_reused");
}

TEST_F(Deposits, WhoKnowsTheIdReadsHowThePaymentStands) {
  start();
  const auto link = "/deposits/33333333-3333-3333-3333-333333333333";
  const auto r = get(link);
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(r.header("access-control-allow-origin"), "*") << "from a browser, too";
  const auto doc = r.json();
  EXPECT_EQ(doc["status"], "converting");
  EXPECT_EQ(doc["amount"], "50.00");
  EXPECT_EQ(doc["tx_hash"], "0x" + std::string(64, '4'));
  for (const auto* secret : {"user_address", "conversion", "conversion_id"})
    EXPECT_FALSE(doc.contains(secret)) << secret;
  EXPECT_FALSE(get(link, inspect_key.text).json().contains("user_address"));
  EXPECT_TRUE(get(link, read_key.text).json().contains("conversion"));
  expect_problem(get(link, "hr_wrong"), 401, "unauthorized");
  says.find_deposit = []() -> caf::result<deposit> { return make_error(errc::not_found); };
  expect_problem(get("/deposits/44444444-4444-4444-4444-444444444444"), 404, "not_found");
}

TEST_F(Deposits, AReceiptShowsTheReasonOfALostPaymentAndNoneOfAConversions) {
  auto d = example_deposit(deposit_status::failed);
  d.failure = "some reason";
  says.find_deposit = [&] { return d; };
  start();
  const auto link = "/deposits/33333333-3333-3333-3333-333333333333";
  EXPECT_EQ(get(link).json()["failure"], "some reason");
  d.credited_at = d.updated_at;
  EXPECT_EQ(get(link).json()["failure"], nullptr);
}

TEST_F(Deposits, ALostSettlementIs402WithItsReason) {
  says.pay = [](const actors::pay_deposit&) {
    auto d = example_deposit(deposit_status::failed);
    d.failure = "payment_expired";
    return d;
  };
  start();
  const auto r2 = pay(v2);
  EXPECT_EQ(r2.status, 402);
  EXPECT_EQ(r2.header("payment-response"), "v2 0x4444 0xaaaa 50.00 payment_expired");
  EXPECT_EQ(r2.header("payment-required"), "");
  EXPECT_EQ(pay(v1).header("x-payment-response"), "v1 0x4444 0xaaaa 50.00 payment_expired");
}

TEST_F(Deposits, AFailedConversionIsNotAFailedPayment) {
  says.pay = [](const actors::pay_deposit&) {
    auto d = example_deposit(deposit_status::failed);
    d.credited_at = d.updated_at;
    return d;
  };
  start();
  EXPECT_EQ(pay(v2).status, 201);
}

TEST_F(Deposits, TroubleIsAProblemNotADemand) {
  says.pay = [](const actors::pay_deposit&) -> caf::result<deposit> {
    return make_error(errc::unavailable);
  };
  start();
  const auto r = pay(v2);
  expect_problem(r, 503, "unavailable");
  EXPECT_EQ(r.header("access-control-allow-origin"), "*");
  dir->users.drain();
  expect_problem(pay(v2), 503, "shutting_down");
  EXPECT_EQ(pay({}).status, 402);
}

TEST_F(Deposits, MorePaymentsThanCanBeInProgressAreToldToComeBack) {
  start();
  while (dir->users.open_deposit()) continue;
  const auto r = pay(v2);
  expect_problem(r, 503, "overloaded");
  EXPECT_FALSE(r.header("retry-after").empty());
  EXPECT_EQ(r.header("access-control-allow-origin"), "*");
  EXPECT_EQ(pay({}).status, 402) << "a demand needs no worker";
  dir->users.forget_deposit(dir->users.all_deposits().front().id());
  EXPECT_EQ(pay(v2).status, 201);
}

TEST_F(Deposits, BrowsersMayAsk) {
  start();
  const auto r =
      ask("OPTIONS", "/deposit",
          {{"Origin", "https://app.example"}, {"Access-Control-Request-Method", "POST"}});
  EXPECT_EQ(r.status, 204);
  EXPECT_EQ(r.header("access-control-allow-origin"), "*");
  for (const auto* name : {"Content-Type", "PAYMENT-SIGNATURE", "X-PAYMENT", "Idempotency-Key"})
    EXPECT_NE(r.header("access-control-allow-headers").find(name), std::string::npos);
  const auto exposed = pay({}).header("access-control-expose-headers");
  for (const auto* name : {"PAYMENT-REQUIRED", "PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE"})
    EXPECT_NE(exposed.find(name), std::string::npos);
}

TEST_F(Deposits, ADepositThatIsHeldSaysWhyToWhomeverMayReadIt) {
  says.pay = [](const actors::pay_deposit&) { return example_deposit(deposit_status::pending); };
  says.find_deposit = [] { return example_deposit(deposit_status::pending); };
  start();
  const auto d = example_deposit(deposit_status::pending);
  dir->gauges.credit_holds().hold({d.payment.chain_id, d.payment.token}, "no price");
  const auto paid = pay(v2);
  EXPECT_EQ(paid.status, 201);
  EXPECT_EQ(paid.json()["waiting"], "no price");
  const auto link = "/deposits/" + d.id.text();
  EXPECT_EQ(get(link).json()["waiting"], "no price");
  EXPECT_EQ(get(link, read_key.text).json()["waiting"], "no price");
  dir->gauges.credit_holds().release({d.payment.chain_id, d.payment.token});
  EXPECT_TRUE(get(link).json()["waiting"].is_null());
}

TEST_F(Deposits, TheFeeStandsBesideWhatWasPaid) {
  says.pay = [](const actors::pay_deposit&) {
    auto d = example_deposit(deposit_status::converting);
    d.fee = 150'000_micro;
    return d;
  };
  start();
  const auto doc = pay(v2).json();
  EXPECT_EQ(doc["amount"], "50.00");
  EXPECT_EQ(doc["fee"], "0.15");
  EXPECT_EQ(doc["credited"], "49.85");
}

}  // namespace
}  // namespace headroom::http::test
