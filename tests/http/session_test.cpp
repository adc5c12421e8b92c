#include <set>
#include <sstream>

#include "actors/messages/journal_messages.hpp"
#include "http/session_auth.hpp"
#include "http/session_ring.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

const std::string ours = "https://pay.example.com";
const auto bob = *address::parse("0x" + std::string(40, 'b'));

/// What a browser keeps: cookies by their names.
struct browser {
  std::map<std::string, std::string> cookies;

  void hear(const reply& r) {
    std::istringstream lines{r.header("set-cookie")};
    for (std::string line; std::getline(lines, line);) {
      const auto pair = line.substr(0, line.find(';'));
      const auto name = pair.substr(0, pair.find('='));
      const auto value = pair.substr(pair.find('=') + 1);
      value.empty() ? (void)cookies.erase(name) : (void)(cookies[name] = value);
    }
  }
  [[nodiscard]] header_list headers(const std::string& origin = ours) const {
    std::string line;
    for (const auto& [name, value] : cookies)
      line += (line.empty() ? "" : "; ") + name + "=" + value;
    header_list out;
    if (!line.empty()) out.emplace_back("Cookie", line);
    if (!origin.empty()) out.emplace_back("Origin", origin);
    return out;
  }
};

class Sessions : public house {
 protected:
  Sessions() {
    settings.public_url = ours;
    settings.bet_domain.chain_ids = {137, 9745};
    says.append = [this](const journal_entry& entry) -> caf::result<committed> {
      const std::lock_guard lock{says.mutex};
      if (const auto* x = std::get_if<sign_in>(&entry))
        if (!nonces.insert(x->row.nonce_hash).second) return make_error(errc::duplicate);
      booked.push_back(entry);
      return committed{};
    };
  }

  std::string new_nonce(browser& b) {
    const auto r = ask("GET", "/session/nonce", b.headers(""));
    EXPECT_EQ(r.status, 200);
    b.hear(r);
    return r.json()["nonce"];
  }
  static std::string message_of(const address& who, const std::string& nonce) {
    return "pay.example.com wants you to sign in with your Ethereum account:\n" + who.hex() +
           "\n\n\nURI: " + ours + "\nVersion: 1\nChain ID: 9745\nNonce: " + nonce +
           "\nIssued At: 2027-01-15T08:00:00Z\nExpiration Time: 2027-01-15T18:00:00Z";
  }
  reply post_session(const browser& b, const std::string& message, const std::string& signature,
                     const std::string& origin = ours) {
    const nlohmann::json body{{"message", message}, {"signature", signature}};
    auto headers = b.headers(origin);
    headers.emplace_back("Content-Type", "application/json");
    return ask("POST", "/session", headers, body.dump());
  }
  /// Signs in and answers with the token.
  std::string signed_in(browser& b, const address& who) {
    const auto message = message_of(who, new_nonce(b));
    const auto r = post_session(b, message, ethereum.sign(message, who));
    EXPECT_EQ(r.status, 201) << r.body;
    b.hear(r);
    return b.cookies["__Host-hr_session"];
  }

  std::set<hash256> nonces;
  std::vector<journal_entry> booked;
};

TEST_F(Sessions, AWalletSignsInAndReadsItsOwn) {
  start();
  browser b;
  const auto message = message_of(user, new_nonce(b));
  const auto r = post_session(b, message, ethereum.sign(message, user));
  ASSERT_EQ(r.status, 201) << r.body;
  EXPECT_EQ(r.json()["kind"], "user");
  EXPECT_EQ(r.json()["address"], user_text);
  EXPECT_EQ(r.json()["scopes"], nlohmann::json::array());
  EXPECT_EQ(r.json()["expires_at"], "2027-01-15T18:00:00.000Z") << "the message's own end";
  EXPECT_NE(r.header("set-cookie").find("__Host-hr_session=hs_"), std::string::npos);
  EXPECT_NE(
      r.header("set-cookie").find("; Path=/; HttpOnly; SameSite=Strict; Max-Age=36000; Secure"),
      std::string::npos);
  EXPECT_FALSE(r.json().contains("token")) << "no script of our page needs it";
  b.hear(r);
  const auto token = b.cookies.at("__Host-hr_session");
  const auto& row = std::get<sign_in>(booked.at(0)).row;
  EXPECT_EQ(row.user, user);
  EXPECT_NE(row.token_hash, row.nonce_hash);
  for (const auto& headers : {b.headers(""), bearer(token)}) {
    EXPECT_EQ(ask("GET", "/balance?user_address=" + user_text, headers).status, 200);
    expect_problem(ask("GET", "/balance?user_address=" + bob.hex(), headers), 404, "not_found");
    const auto shown = ask("GET", "/session", headers).json();
    EXPECT_EQ(shown["address"], user_text);
    EXPECT_FALSE(shown.contains("token"));
  }
}

TEST_F(Sessions, WhatIsAnotherUsersDoesNotExist) {
  start();
  browser b;
  const auto token = signed_in(b, bob);
  const std::string id = "11111111-1111-1111-1111-111111111111";
  for (const auto& path :
       {"/bets/" + id, "/deposits/" + id, "/withdrawals/" + id, "/bets?user_address=" + user_text,
        "/deposits?user_address=" + user_text, "/positions?user_address=" + user_text,
        "/buffer/max-bet?user_address=" + user_text})
    EXPECT_NE(ask("GET", path, bearer(token)).status, 200) << path;
  expect_problem(ask("GET", "/bets/" + id, bearer(token)), 404, "not_found");
  for (const auto* path :
       {"/conversions", "/audit/solvency", "/inspector/actors", "/operator/alerts",
        "/operator/overview", "/operator/audit", "/operator/settlements",
        "/inspector/bets/11111111-1111-1111-1111-111111111111/timeline"})
    expect_problem(ask("GET", path, bearer(token)), 403, "forbidden");
}

TEST_F(Sessions, ANonceIsGoodOnce) {
  start();
  browser b;
  const auto message = message_of(user, new_nonce(b));
  ASSERT_EQ(post_session(b, message, ethereum.sign(message, user)).status, 201);
  expect_problem(post_session(b, message, ethereum.sign(message, user)), 401, "unauthorized",
                 "message");
}

TEST_F(Sessions, ANonceIsOfOneBrowser) {
  start();
  browser mine;
  browser yours;
  const auto message = message_of(user, new_nonce(mine));
  (void)new_nonce(yours);
  expect_problem(post_session(yours, message, ethereum.sign(message, user)), 401, "unauthorized",
                 "message");
  expect_problem(post_session({}, message, ethereum.sign(message, user)), 401, "unauthorized",
                 "message");
  EXPECT_EQ(post_session({}, message, ethereum.sign(message, user), "").status, 201)
      << "a program shows no Origin, and needs no cookie";
}

TEST_F(Sessions, OnlyTheAccountItselfSignsIn) {
  start();
  browser b;
  const auto message = message_of(user, new_nonce(b));
  expect_problem(post_session(b, message, ethereum.sign(message, bob)), 401, "unauthorized",
                 "signature");
  expect_problem(post_session(b, message, ethereum.sign(message + "x", user)), 401, "unauthorized",
                 "signature");
  expect_problem(post_session(b, message, "0xzz"), 400, "invalid_field", "signature");
  expect_problem(post_session(b, "hello", ethereum.sign("hello", user)), 400, "invalid_field",
                 "message");
  EXPECT_TRUE(booked.empty());
}

TEST_F(Sessions, AContractWalletIsAskedByItsOwnRule) {
  says.contract_signed = [this](const actors::contract_signature& x) {
    const std::lock_guard lock{says.mutex};
    return x.signer == bob && x.digests.size() == 1 && x.signature == byte_vector{1, 2};
  };
  start();
  browser b;
  const auto message = message_of(bob, new_nonce(b));
  EXPECT_EQ(post_session(b, message, "0x0102").status, 201);
  const auto again = message_of(bob, new_nonce(b));
  expect_problem(post_session(b, again, "0x0103"), 401, "unauthorized", "signature");
}

TEST_F(Sessions, ACookieAloneChangesNothing) {
  start();
  browser b;
  const auto r = ask("POST", "/session", {{"Origin", ours}, {"Content-Type", "application/json"}},
                     nlohmann::json{{"service_key", full_key.text}}.dump());
  ASSERT_EQ(r.status, 201) << r.body;
  b.hear(r);
  const std::string body = R"({"min_buffer_size":"5"})";
  const auto patched = [&](header_list headers, bool json = true) {
    if (json) headers.emplace_back("Content-Type", "application/json");
    return ask("PATCH", "/buffer", headers, body);
  };
  EXPECT_EQ(patched(b.headers()).status, 200);
  expect_problem(patched(b.headers("")), 403, "forbidden");
  expect_problem(patched(b.headers(), false), 403, "forbidden");
  expect_problem(patched(b.headers("https://evil.example")), 403, "forbidden");
  auto from_elsewhere = b.headers("");
  from_elsewhere.emplace_back("Sec-Fetch-Site", "cross-site");
  expect_problem(ask("GET", "/session", from_elsewhere), 403, "forbidden");
  expect_problem(ask("GET", "/session", b.headers("https://evil.example")), 403, "forbidden");
  expect_problem(ask("DELETE", "/session", b.headers("")), 403, "forbidden");
  EXPECT_EQ(ask("GET", "/session", b.headers("")).status, 200) << "reads need no Origin";
}

TEST_F(Sessions, AForeignPageCannotSignIn) {
  settings.cors_origins = {"*", "https://app.example"};
  start();
  browser b;
  const auto message = message_of(user, new_nonce(b));
  const auto signature = ethereum.sign(message, user);
  expect_problem(post_session(b, message, signature, "https://evil.example"), 403, "forbidden");
  expect_problem(ask("GET", "/session/nonce", {{"Origin", "https://evil.example"}}), 403,
                 "forbidden");
  const auto r = post_session({}, message, signature, "https://app.example");
  EXPECT_EQ(r.status, 201) << "an origin of the settings gets a token";
  EXPECT_TRUE(is_session_token(r.json()["token"].get<std::string>()));
  EXPECT_EQ(r.header("set-cookie"), "") << "and no cookie";
}

TEST_F(Sessions, AKeysSessionHasItsScopesButMovesNoMoney) {
  start();
  const auto r = ask("POST", "/session", {{"Content-Type", "application/json"}},
                     nlohmann::json{{"service_key", full_key.text}}.dump());
  ASSERT_EQ(r.status, 201) << r.body;
  EXPECT_EQ(r.json()["kind"], "service_key");
  EXPECT_EQ(r.json()["scopes"], (nlohmann::json{"read", "inspect", "admin"}));
  const auto token = r.json()["token"].get<std::string>();
  EXPECT_EQ(ask("GET", "/inspector/actors", bearer(token)).status, 200);
  EXPECT_EQ(ask("GET", "/bets", bearer(token)).status, 200);
  auto headers = bearer(token);
  headers.emplace_back("Idempotency-Key", "k");
  expect_problem(ask("POST", "/bets", headers, R"({"user_address":")" + user_text + R"("})"), 403,
                 "forbidden");
  const std::lock_guard lock{says.mutex};
  EXPECT_EQ(std::get<sign_in>(booked.at(0)).row.key_id, full_key.record.id);
}

TEST_F(Sessions, AWrongServiceKeyIsRefused) {
  start();
  expect_problem(ask("POST", "/session", {}, R"({"service_key":"hr_0"})"), 401, "unauthorized",
                 "service_key");
  expect_problem(ask("POST", "/session", {}, R"({"service_key":"hr_0","message":"x"})"), 400,
                 "invalid_field", "message");
}

TEST_F(Sessions, ARevokedKeyEndsItsSessions) {
  start();
  const auto r =
      ask("POST", "/session", {}, nlohmann::json{{"service_key", inspect_key.text}}.dump());
  const auto token = r.json()["token"].get<std::string>();
  EXPECT_EQ(get("/inspector/actors", token).status, 200);
  {
    const std::lock_guard lock{says.mutex};
    std::erase_if(says.keys, [&](const auto& k) { return k.id == inspect_key.record.id; });
  }
  EXPECT_TRUE(eventually([&] { return get("/inspector/actors", token).status == 401; }));
}

TEST_F(Sessions, WhoSignsOutIsOut) {
  start();
  browser b;
  const auto token = signed_in(b, user);
  const auto r = ask("DELETE", "/session", b.headers());
  EXPECT_EQ(r.status, 204);
  EXPECT_NE(r.header("set-cookie").find("__Host-hr_session=; Path=/"), std::string::npos);
  expect_problem(get("/session", token), 401, "unauthorized");
  expect_problem(ask("GET", "/session", b.headers("")), 401, "unauthorized");
  EXPECT_EQ(ask("DELETE", "/session", b.headers()).status, 204) << "again";
  const std::lock_guard lock{says.mutex};
  EXPECT_EQ(std::get<sign_out>(booked.back()).token_hash,
            std::get<sign_in>(booked.front()).row.token_hash);
}

/// What our own page sends is enough; a session that is over is no session, and not a lack of
/// scopes.
TEST_F(Sessions, WhoseSessionIsOverIsToldToSignInAgain) {
  start();
  browser b;
  const auto token = signed_in(b, user);
  EXPECT_EQ(ask("DELETE", "/session", bearer(token)).status, 204);
  auto headers = b.headers();
  headers.emplace_back("Content-Type", "application/json");
  expect_problem(ask("PATCH", "/buffer", headers, R"({"min_buffer_size":"5"})"), 401,
                 "unauthorized");
  const std::string id = "11111111-1111-1111-1111-111111111111";
  expect_problem(ask("DELETE", "/delegations/" + id, headers, "{}"), 401, "unauthorized");
}

TEST_F(Sessions, WhoIsNotSignedOutKeepsTheCookie) {
  start();
  browser b;
  (void)signed_in(b, user);
  const auto r = ask("DELETE", "/session", b.headers(), "x");
  expect_problem(r, 403, "forbidden");
  EXPECT_EQ(r.header("set-cookie"), "") << "its body did not say that it is JSON";
  EXPECT_EQ(ask("GET", "/session", b.headers("")).status, 200);
}

TEST_F(Sessions, NobodySignsInWithoutEnd) {
  start();
  int refused = 0;
  for (int i = 0; i < 40; ++i) {
    const auto r =
        ask("POST", "/session", {}, nlohmann::json{{"service_key", full_key.text}}.dump());
    if (r.status == 429) ++refused;
  }
  EXPECT_GE(refused, 5);
  EXPECT_LT(refused, 40);
}

TEST_F(Sessions, ASessionThatTheBooksKnowOutlivesTheProcess) {
  const std::string token = "hs_" + std::string(64, '1');
  const auto digest = ethereum.keccak256(  // which is SHA-256 here
      {reinterpret_cast<const std::uint8_t*>(token.data()), token.size()});
  says.changed_sessions = [&](std::int64_t after) {
    std::vector<signed_session> out;
    if (after == 0)
      out.push_back({digest, {}, user, "", now(), now().plus(std::chrono::hours{1}), {}, 7});
    return out;
  };
  start();
  EXPECT_TRUE(eventually([&] { return get("/session", token).status == 200; }));
}

TEST_F(Sessions, OnePersonMayNotAskWithoutEnd) {
  settings.session_rate = {1, 3};
  start();
  browser b;
  const auto token = signed_in(b, user);
  int refused = 0;
  for (int i = 0; i < 6; ++i) refused += get("/session", token).status == 429 ? 1 : 0;
  EXPECT_GE(refused, 2);
}

TEST_F(Sessions, OnePersonMayNotSignInWithoutEnd) {
  start();
  browser b;
  int refused = 0;
  for (int i = 0; i < 60; ++i) {
    const auto message = message_of(user, new_nonce(b));
    refused += post_session(b, message, ethereum.sign(message, user)).status == 429 ? 1 : 0;
  }
  EXPECT_GE(refused, 10);
  const auto message = message_of(bob, new_nonce(b));
  EXPECT_EQ(post_session(b, message, ethereum.sign(message, bob)).status, 201) << "others may";
}

TEST(SessionRing, WhatEndedHereStaysEndedWhateverTheBooksSaidBefore) {
  const auto now = timestamp::of_seconds(100);
  signed_session row;
  row.token_hash.bytes[0] = 1;
  row.expires_at = now.plus(std::chrono::hours{1});
  row.change = 3;
  session_ring ring;
  ring.open(row);
  EXPECT_TRUE(ring.find(row.token_hash, now));
  ring.close(row.token_hash, now);
  EXPECT_FALSE(ring.find(row.token_hash, now));
  ring.hear({row}, now);
  EXPECT_EQ(ring.heard(), 3);
  EXPECT_FALSE(ring.find(row.token_hash, now));
}

/// Who signs in again and again pushes out their own: those take no memory until their time is
/// over.
TEST(SessionRing, ForgetsWhatEndedLongAgo) {
  auto now = timestamp::of_seconds(100);
  signed_session row;
  row.expires_at = now.plus(std::chrono::hours{12});
  row.closed_at = now;
  session_ring ring;
  ring.hear({row}, now);
  now = now.plus(std::chrono::minutes{2});
  ring.hear({}, now);
  EXPECT_EQ(ring.size(), 1U) << "an older word of it may still come";
  now = now.plus(std::chrono::minutes{4});
  ring.hear({}, now);
  EXPECT_EQ(ring.size(), 0U);
}

TEST(SessionRing, ForgetsWhatIsOver) {
  auto now = timestamp::of_seconds(100);
  signed_session row;
  row.expires_at = now.plus(std::chrono::seconds{10});
  session_ring ring;
  ring.hear({row}, now);
  EXPECT_EQ(ring.size(), 1U);
  now = now.plus(std::chrono::minutes{2});
  EXPECT_FALSE(ring.find(row.token_hash, now));
  ring.hear({}, now);
  EXPECT_EQ(ring.size(), 0U);
}

/// Somebody who signs in and out all day takes no room.
TEST(SessionRing, ForgetsWhatEndedAWhileAgo) {
  const auto then = timestamp::of_seconds(100);
  const auto now = then.plus(std::chrono::minutes{6});
  signed_session row;
  row.token_hash.bytes[0] = 1;
  row.expires_at = then.plus(std::chrono::hours{12});
  session_ring ring;
  ring.open(row);
  ring.close(row.token_hash, then);
  ring.hear({}, then);
  EXPECT_EQ(ring.size(), 1U) << "older words may still come";
  ring.hear({}, now);
  EXPECT_EQ(ring.size(), 0U);
  ring.open(row);
  row.closed_at = then;
  ring.hear({row}, now);
  EXPECT_FALSE(ring.find(row.token_hash, now)) << "heard late";
  EXPECT_EQ(ring.size(), 0U);
}

}  // namespace
}  // namespace headroom::http::test
