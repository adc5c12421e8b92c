#include "http/idempotency.hpp"

#include "chain/evm/keccak.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

using namespace std::string_literals;

/// The real keccak, and what was put into it.
class listening_ethereum final : public actors::ethereum_port {
 public:
  actors::address_error parse_address(std::string_view, address&) const override { return {}; }
  std::string print_address(const address& a) const override { return a.hex(); }
  hash256 keccak256(byte_view data) const override {
    heard = std::string{data.begin(), data.end()};
    return chain::keccak256(data);
  }
  bool signed_by_user(const actors::bet_intent&, std::string_view) const override { return false; }
  std::vector<hash256> digests_of(const actors::bet_intent&) const override { return {}; }
  bool signed_by_user(const actors::sell_intent&, std::string_view) const override { return false; }
  std::vector<hash256> digests_of(const actors::sell_intent&) const override { return {}; }
  bool signed_by_user(const actors::withdraw_intent&, std::string_view) const override {
    return false;
  }
  std::vector<hash256> digests_of(const actors::withdraw_intent&) const override { return {}; }
  bool signed_by_user(const actors::bet_delegation&, std::string_view) const override {
    return false;
  }
  std::vector<hash256> digests_of(const actors::bet_delegation&) const override { return {}; }
  hash256 digest_of_text(std::string_view) const override { return {}; }
  bool signed_by_user(const address&, std::string_view, std::string_view) const override {
    return false;
  }

  mutable std::string heard;
};

/// Ids in the books are made of these bytes: whoever changes them makes every repeat a new bet.
TEST(Idempotency, TheBytesBehindAnIdNeverChange) {
  const listening_ethereum ethereum;
  const auto id_of = [&](std::string_view what, const std::string& who, const std::string& key) {
    return bet_id::from_digest(digest_of(ethereum, what, who, key)).text();
  };
  EXPECT_EQ(id_of(purpose::bet, "key:desk", "bet-1"), "eb0d0897-ebcf-8606-878c-be34c9b02b02");
  EXPECT_EQ(ethereum.heard, "headroom.bet\0key:desk\0bet-1"s);
  const auto user = *address::parse("0x" + std::string(40, 'a'));
  EXPECT_EQ(id_of(purpose::bet, user_name(user), "signed-1"),
            "1a0b697e-5119-88fa-a6b9-788670bbea03");
  EXPECT_EQ(ethereum.heard,
            "headroom.bet\0user:0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\0signed-1"s);
  EXPECT_EQ(id_of(purpose::replenish, "key:ops", "wire-7"), "54451866-97de-8f73-8153-d131a035f0da");
  EXPECT_EQ(ethereum.heard, "headroom.replenish\0key:ops\0wire-7"s);
}

class IdempotencyKeys : public house {};

/// As the routes use them; the house's keccak is SHA-256.
TEST_F(IdempotencyKeys, RoutesNameThingsByTheCallersNameAndKey) {
  std::vector<actors::replenish_buffer> paid_in;
  says.replenish = [&](const actors::replenish_buffer& x) {
    paid_in.push_back(x);
    return example_buffer();
  };
  start();
  const auto sha = [&](const std::string& text) {
    return ethereum.keccak256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  const auto bet =
      R"({"user_address":")" + user_text + R"(","token_id":"7","amount":"25","max_price":"0.6"})";
  ASSERT_EQ(post_bet(bet, "k-1").status, 201);
  auto headers = bearer(admin_key.text);
  headers.emplace_back("Idempotency-Key", "r-1");
  ASSERT_EQ(ask("POST", "/buffer/replenish", headers, R"({"amount":"1","reference":"x"})").status,
            200);
  const std::lock_guard lock{says.mutex};
  ASSERT_EQ(says.placed.size(), 1U);
  EXPECT_EQ(says.placed[0].id, bet_id::from_digest(sha("headroom.bet\0key:trader\0k-1"s)));
  EXPECT_EQ(says.placed[0].request_hash, sha("bet|" + user_text + "|7|25000000|600000|-"));
  ASSERT_EQ(paid_in.size(), 1U);
  EXPECT_EQ(paid_in[0].id, replenish_id::from_digest(sha("headroom.replenish\0key:admin\0r-1"s)));
}

}  // namespace
}  // namespace headroom::http::test
