#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include "actors/messages/journal_messages.hpp"
#include "http/p256.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

const auto bob = *address::parse("0x" + std::string(40, 'b'));

/// A browser's key, as WebCrypto makes one.
class browser_key {
 public:
  browser_key() : key_{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free} {}

  [[nodiscard]] byte_vector public_key() const {
    byte_vector out(200);
    std::size_t size = 0;
    EXPECT_EQ(EVP_PKEY_get_octet_string_param(key_.get(), "pub", out.data(), out.size(), &size), 1);
    out.resize(size);
    return out;
  }
  /// r and s, 64 bytes.
  [[nodiscard]] byte_vector sign(byte_view message) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free};
    std::size_t size = 200;
    byte_vector der(size);
    EXPECT_EQ(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()), 1);
    EXPECT_EQ(EVP_DigestSign(context.get(), der.data(), &size, message.data(), message.size()), 1);
    const auto* at = static_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair{
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)), ECDSA_SIG_free};
    byte_vector out(p256_signature_size);
    EXPECT_EQ(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out.data(), 32), 32);
    EXPECT_EQ(BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out.data() + 32, 32), 32);
    return out;
  }

 private:
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

TEST(P256, TakesWhatABrowserSigned) {
  const auto key = from_hex(
                       "048c311e4b4195f2fa74fc4f1cecdcd5c21637a3674248ebbfbd96dc52b247881b79"
                       "04251a40ea0c7e7fd8b910e25aa1916944c1deadbedee24eadfe04a4cbb543")
                       .value();
  const auto digest =
      from_hex("8aba81ae3a201ce5694e4141e8a4290923c2b0a4f10d51ec90880df56c25f6d0").value();
  const auto signature = from_hex(
                             "33d2843dc586122d01273704f54259967d8ba372b3c0a6a5728d0d47e875ea19"
                             "f042f7c2298491969d58a95bd1de1082d7bb35c8d3a3ceb9c6daba3053646cf7")
                             .value();
  EXPECT_TRUE(is_p256_key(key));
  EXPECT_TRUE(p256_signed(key, digest, signature));
  for (std::size_t i : {0U, 31U, 32U, 63U}) {
    auto other = signature;
    other[i] ^= 1;
    EXPECT_FALSE(p256_signed(key, digest, other)) << i;
  }
  auto other_digest = digest;
  other_digest[0] ^= 1;
  EXPECT_FALSE(p256_signed(key, other_digest, signature));
  EXPECT_FALSE(p256_signed(browser_key{}.public_key(), digest, signature));
  EXPECT_FALSE(p256_signed(key, digest, byte_vector(64, 0)));
  EXPECT_FALSE(p256_signed(key, digest, {}));
}

TEST(P256, AKeyIsAPointOfTheCurve) {
  auto key = browser_key{}.public_key();
  EXPECT_EQ(key.size(), 65U);
  EXPECT_TRUE(is_p256_key(key));
  auto off = key;
  off[64] ^= 1;
  EXPECT_FALSE(is_p256_key(off));
  auto compressed = key;
  compressed[0] = 2;
  EXPECT_FALSE(is_p256_key(compressed));
  key.pop_back();
  EXPECT_FALSE(is_p256_key(key));
  EXPECT_FALSE(is_p256_key(byte_vector(65, 0)));
  EXPECT_FALSE(is_p256_key({}));
}

class Delegations : public house {
 protected:
  Delegations() {
    settings.public_url = "https://pay.example.com";
    says.changed_sessions = [this](std::int64_t after) {
      std::vector<signed_session> out;
      for (std::int64_t n = after + 1; n <= 2; ++n) {
        const auto& token = n == 1 ? his_token : hers_token;
        out.push_back({ethereum.keccak256(  // which is SHA-256 here
                           {reinterpret_cast<const std::uint8_t*>(token.data()), token.size()}),
                       {},
                       n == 1 ? bob : user,
                       "",
                       now(),
                       now().plus(std::chrono::hours{1}),
                       {},
                       n});
      }
      return out;
    };
    says.append = [this](const journal_entry& entry) -> caf::result<committed> {
      const std::lock_guard lock{says.mutex};
      if (const auto* x = std::get_if<open_delegation>(&entry)) {
        const bool known = stored.contains(x->row.id);
        stored.emplace(x->row.id, x->row);
        return committed{{}, 0, known};
      }
      if (const auto* x = std::get_if<revoke_delegation>(&entry)) {
        auto& d = stored.at(x->id);
        if (d.revoked_at.is_set()) return committed{{}, 0, true};
        d.revoked_at = x->at;
        d.revoked_by = x->by;
      }
      return committed{};
    };
    says.find_delegation = [this](const delegation_id& id) -> caf::result<delegation> {
      const std::lock_guard lock{says.mutex};
      const auto i = stored.find(id);
      if (i == stored.end()) return make_error(errc::not_found);
      return i->second;
    };
    says.list_delegations = [this](const address& who) {
      const std::lock_guard lock{says.mutex};
      std::vector<delegation> out;
      for (const auto& [id, d] : stored)
        if (d.user == who) out.push_back(d);
      return out;
    };
    terms.user = user;
    terms.public_key = key.public_key();
    terms.per_bet = 5_usdc;
    terms.total = 20_usdc;
    terms.expires = now().plus(std::chrono::hours{24}).seconds();
    terms.salt.bytes.fill(9);
  }

  nlohmann::json body() const {
    return {{"user_address", terms.user.hex()},
            {"public_key", to_0x(terms.public_key)},
            {"per_bet", to_string(terms.per_bet)},
            {"total", to_string(terms.total)},
            {"expires_at", to_rfc3339(timestamp::of_seconds(terms.expires))},
            {"salt", terms.salt.hex()},
            {"signature", ethereum.sign(terms, terms.user)}};
  }
  reply post(const nlohmann::json& what, const std::string& token) {
    return ask("POST", "/delegations", token.empty() ? header_list{} : bearer(token), what.dump());
  }
  std::string given() {
    const auto r = post(body(), hers_token);
    EXPECT_EQ(r.status, 201) << r.body;
    return r.json()["delegation_id"];
  }
  /// A bet that the browser's key signed.
  reply bet_under(const std::string& id, const std::string& amount = "5",
                  const std::string& signature = {}, const std::string& idempotency = "d-1") {
    const auto deadline = now().plus(std::chrono::minutes{5});
    const actors::bet_intent intent{user,          uint256::of(7), *parse_usdc(amount),
                                    500'000_micro, idempotency,    deadline.seconds()};
    const auto digest = ethereum.digests_of(intent).front();
    const nlohmann::json what{
        {"user_address", user_text},
        {"token_id", "7"},
        {"amount", amount},
        {"max_price", "0.5"},
        {"deadline", to_rfc3339(deadline)},
        {"delegation_id", id},
        {"signature", signature.empty() ? to_0x(key.sign(digest.view())) : signature}};
    return ask("POST", "/bets", {{"Idempotency-Key", idempotency}}, what.dump());
  }

  browser_key key;
  actors::bet_delegation terms;
  const std::string hers_token = "hs_" + std::string(64, '1');
  const std::string his_token = "hs_" + std::string(64, '2');
  std::map<delegation_id, delegation> stored;
};

TEST_F(Delegations, AUserGivesOneInTheirSession) {
  start();
  const auto r = post(body(), hers_token);
  ASSERT_EQ(r.status, 201) << r.body;
  const auto d = r.json();
  EXPECT_EQ(d["user_address"], user_text);
  EXPECT_EQ(d["public_key"], to_0x(terms.public_key));
  EXPECT_EQ(d["per_bet"], "5.00");
  EXPECT_EQ(d["total"], "20.00");
  EXPECT_EQ(d["spent"], "0.00");
  EXPECT_EQ(d["expires_at"], "2027-01-16T08:00:00.000Z");
  EXPECT_TRUE(d["revoked_at"].is_null());
  const auto again = post(body(), hers_token);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.json()["delegation_id"], d["delegation_id"]);
  EXPECT_EQ(again.header("idempotent-replayed"), "true");
  EXPECT_EQ(get("/delegations", hers_token).json()["delegations"].size(), 1U);
  EXPECT_EQ(get("/delegations", his_token).json()["delegations"].size(), 0U);
}

TEST_F(Delegations, NobodyElseGivesOneForThem) {
  start();
  expect_problem(post(body(), ""), 401, "unauthorized");
  expect_problem(post(body(), his_token), 404, "not_found");
  expect_problem(post(body(), read_key.text), 403, "forbidden");
  EXPECT_EQ(post(body(), trade_key.text).status, 201) << "it may bet for them anyway";
  auto forged = body();
  forged["signature"] = ethereum.sign(terms, bob);
  expect_problem(post(forged, hers_token), 401, "unauthorized", "signature");
  auto raised = body();
  raised["total"] = "21";
  expect_problem(post(raised, hers_token), 401, "unauthorized", "signature");
}

TEST_F(Delegations, EveryFieldIsRead) {
  start();
  const std::pair<const char*, const char*> wrong[]{{"public_key", "0x04"},
                                                    {"public_key", "zz"},
                                                    {"per_bet", "0"},
                                                    {"per_bet", "21"},
                                                    {"total", "-1"},
                                                    {"expires_at", "2027-01-15T07:59:59Z"},
                                                    {"expires_at", "2027-03-15T08:00:00Z"},
                                                    {"expires_at", "2027-01-16T08:00:00.5Z"},
                                                    {"salt", "0x1"}};
  for (const auto& [field, value] : wrong) {
    auto b = body();
    b[field] = value;
    const auto named =
        std::string{field} == "per_bet" && std::string{value} == "21" ? "total" : field;
    expect_problem(post(b, hers_token), 400, "invalid_field", named);
  }
}

TEST_F(Delegations, TheBrowsersKeySignsABet) {
  start();
  const auto id = given();
  const auto r = bet_under(id);
  ASSERT_EQ(r.status, 201) << r.body;
  const std::lock_guard lock{says.mutex};
  ASSERT_EQ(says.placed.size(), 1U);
  EXPECT_EQ(says.placed[0].by, "user:" + user_text + " delegation:" + id);
  EXPECT_EQ(says.placed[0].amount, 5_usdc);
  EXPECT_EQ(says.placed[0].user, user);
}

TEST_F(Delegations, NoOtherKeyDoes) {
  start();
  const auto id = given();
  expect_problem(bet_under(id, "5", to_0x(browser_key{}.sign(byte_vector(32, 1)))), 401,
                 "unauthorized", "signature");
  expect_problem(bet_under(id, "5", "0x00"), 401, "unauthorized", "signature");
  expect_problem(bet_under("11111111-1111-1111-1111-111111111111"), 401, "unauthorized",
                 "signature");
  expect_problem(bet_under("x"), 400, "invalid_field", "delegation_id");
  const nlohmann::json unsigned_one{{"user_address", user_text},
                                    {"token_id", "7"},
                                    {"amount", "5"},
                                    {"max_price", "0.5"},
                                    {"delegation_id", id}};
  expect_problem(ask("POST", "/bets", {{"Idempotency-Key", "d-1"}}, unsigned_one.dump()), 400,
                 "invalid_field", "signature");
  const std::lock_guard lock{says.mutex};
  EXPECT_TRUE(says.placed.empty());
}

/// A bet that the books would refuse fails a batch of theirs: it does not come that far.
TEST_F(Delegations, ABetThatIsSeenToBeBeyondItsBoundsIsNotBegun) {
  start();
  const auto id = given();
  expect_problem(bet_under(id, "5.01"), 422, "exceeds_delegation");
  {
    const std::lock_guard lock{says.mutex};
    stored.at(*delegation_id::parse(id)).used = 16_usdc;
  }
  expect_problem(bet_under(id), 422, "exceeds_delegation");
  EXPECT_EQ(bet_under(id, "4").status, 201);
  ASSERT_EQ(ask("DELETE", "/delegations/" + id, bearer(hers_token)).status, 200);
  expect_problem(bet_under(id, "1", {}, "d-2"), 403, "delegation_ended");
  const std::lock_guard lock{says.mutex};
  EXPECT_EQ(says.placed.size(), 1U);
}

/// The books have it under another key: what was asked for is told by its hash.
TEST_F(Delegations, WhatWasTakenIsAnsweredOnceItIsOver) {
  start();
  const auto id = given();
  ASSERT_EQ(bet_under(id).status, 201);
  ASSERT_EQ(ask("DELETE", "/delegations/" + id, bearer(hers_token)).status, 200);
  auto known = example_bet(bet_status::filled);
  {
    const std::lock_guard lock{says.mutex};
    known.request_hash = says.placed.at(0).request_hash;
  }
  dir->handles.set(keep(system->spawn([known]() -> actors::journal_actor::behavior_type {
    using actors::get_atom;
    return {[](const actors::append&) { return committed{}; },
            [](get_atom, const address&) { return balance_row{}; },
            [](get_atom) { return buffer_row{}; },
            [known](get_atom, const bet_id&) { return known; },
            [](get_atom, const sale_id&) { return sale{}; },
            [](get_atom, const withdrawal_id&) { return withdrawal{}; },
            [](actors::sync_atom) { return true; },
            [](actors::flush_atom) {},
            [](actors::status_atom) { return actors::status_report{}; }};
  })));
  const auto r = bet_under(id, "5", {}, "d-2");
  EXPECT_EQ(r.status, 201) << r.body;
  EXPECT_EQ(r.header("idempotent-replayed"), "true");
  expect_problem(bet_under(id, "4", {}, "d-2"), 409, "key_reused");
  const std::lock_guard lock{says.mutex};
  EXPECT_EQ(says.placed.size(), 1U);
}

TEST_F(Delegations, OneUserMayNotGiveThemWithoutEnd) {
  start();
  int refused = 0;
  for (std::uint8_t n = 0; n < 60; ++n) {
    terms.salt.bytes.fill(n);
    refused += post(body(), hers_token).status == 429 ? 1 : 0;
  }
  EXPECT_GE(refused, 10);
}

TEST_F(Delegations, ABetBeyondItsBoundsIsTheBooksToRefuse) {
  says.place = [](const actors::place_bet&) -> caf::result<bet> {
    return make_error(errc::exceeds_delegation);
  };
  start();
  const auto id = given();
  expect_problem(bet_under(id), 422, "exceeds_delegation");
  says.place = [](const actors::place_bet&) -> caf::result<bet> {
    return make_error(errc::delegation_ended);
  };
  expect_problem(bet_under(id), 403, "delegation_ended");
}

TEST_F(Delegations, UsersAndOperatorsRevoke) {
  start();
  const auto id = given();
  expect_problem(ask("DELETE", "/delegations/" + id, bearer(his_token)), 404, "not_found");
  expect_problem(ask("DELETE", "/delegations/" + id, bearer(trade_key.text)), 403, "forbidden");
  expect_problem(ask("DELETE", "/delegations/" + id), 401, "unauthorized");
  const auto r = ask("DELETE", "/delegations/" + id, bearer(hers_token));
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(r.json()["revoked_at"], "2027-01-15T08:00:00.000Z");
  EXPECT_EQ(ask("DELETE", "/delegations/" + id, bearer(hers_token)).header("idempotent-replayed"),
            "true");
  terms.salt.bytes.fill(10);
  const auto other = given();
  EXPECT_EQ(ask("DELETE", "/delegations/" + other, bearer(operate_key.text)).status, 200);
  const std::lock_guard lock{says.mutex};
  EXPECT_EQ(stored.at(*delegation_id::parse(id)).revoked_by, "user:" + user_text);
  EXPECT_EQ(stored.at(*delegation_id::parse(other)).revoked_by, "key:" + operate_key.record.id);
}

}  // namespace
}  // namespace headroom::http::test
