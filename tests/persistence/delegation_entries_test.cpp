#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

/// A user with 100 dollars, and a key of theirs that may bet 5 at once and 12 in all.
struct DelegationEntries : books {
  const address alice = user_of(1);
  delegation row;

  void SetUp() override {
    fill_buffer(1000_usdc);
    fund(100, alice, 100_usdc);
    fund(101, user_of(2), 100_usdc);
    row.id = id_of<delegation_id>(7);
    row.user = alice;
    row.public_key = byte_vector(delegated_key_size, 4);
    row.per_bet = 5_usdc;
    row.total = 12_usdc;
    row.created_at = noon;
    row.expires_at = noon.plus(hours{1});
    ASSERT_EQ(one(open_delegation{row}), errc::none);
  }
  bet delegated(std::uint64_t n, usdc amount, timestamp at = noon) {
    auto out = a_bet(n, alice, amount);
    out.placed_by = placed_under(row.id, alice);
    out.created_at = out.updated_at = at;
    return out;
  }
  delegation stored() { return reader.find_delegation(row.id).value().value(); }
};

TEST_F(DelegationEntries, ADelegationIsReadAsItWasGiven) {
  const auto found = stored();
  EXPECT_EQ(found.user, alice);
  EXPECT_EQ(found.public_key, row.public_key);
  EXPECT_EQ(found.per_bet, 5_usdc);
  EXPECT_EQ(found.total, 12_usdc);
  EXPECT_EQ(found.used, usdc{});
  EXPECT_EQ(found.created_at, noon);
  EXPECT_EQ(found.expires_at, noon.plus(hours{1}));
  EXPECT_FALSE(found.revoked_at.is_set());
  EXPECT_EQ(reader.list_delegations(alice)->size(), 1U);
  EXPECT_TRUE(reader.list_delegations(user_of(2))->empty());
  EXPECT_EQ(one(open_delegation{row}), errc::none);
  EXPECT_TRUE(outcomes.at(0).result.replayed);
  auto wider = row;
  wider.total = 50_usdc;
  EXPECT_EQ(one(open_delegation{wider}), errc::duplicate);
}

/// Or its user could not find it to take it back.
TEST_F(DelegationEntries, OneThatHasNotEndedIsNotHiddenByThoseThatHave) {
  auto lasting = row;
  lasting.id = id_of<delegation_id>(8);
  lasting.expires_at = timestamp::of_seconds(4'000'000'000);
  ASSERT_EQ(one(open_delegation{lasting}), errc::none);
  for (std::uint64_t n = 0; n < 50; ++n) {
    auto next = lasting;
    next.id = id_of<delegation_id>(100 + n);
    next.created_at = noon.plus(seconds{1 + static_cast<std::int64_t>(n)});
    ASSERT_EQ(one(open_delegation{next}), errc::none);
    ASSERT_EQ(one(revoke_delegation{next.id, "user:x", next.created_at}), errc::none);
  }
  const auto found = reader.list_delegations(alice).value();
  ASSERT_EQ(found.size(), 50U);
  EXPECT_EQ(found.front().id, lasting.id);
  EXPECT_EQ(found.at(1).id, id_of<delegation_id>(149));
}

TEST_F(DelegationEntries, NoBetIsLargerThanItsBound) {
  EXPECT_EQ(one(accept_bet{delegated(1, 5'000'001_micro)}), errc::exceeds_delegation);
  EXPECT_EQ(one(accept_bet{delegated(2, 5_usdc)}), errc::none);
  EXPECT_EQ(stored().used, 5_usdc);
  EXPECT_EQ(balance_of(alice), 95_usdc);
}

TEST_F(DelegationEntries, AllBetsTogetherStayBelowTheTotal) {
  EXPECT_EQ(one(accept_bet{delegated(1, 5_usdc)}), errc::none);
  EXPECT_EQ(one(accept_bet{delegated(2, 5_usdc)}), errc::none);
  EXPECT_EQ(one(accept_bet{delegated(3, 2'000'001_micro)}), errc::exceeds_delegation);
  EXPECT_EQ(one(accept_bet{delegated(4, 2_usdc)}), errc::none);
  EXPECT_EQ(one(accept_bet{delegated(5, 1_micro)}), errc::exceeds_delegation);
  EXPECT_EQ(stored().used, 12_usdc);
  EXPECT_EQ(differences(), "");
}

/// Two tabs at once: the first that fit are taken, and no other bet of the batch is lost.
TEST_F(DelegationEntries, ABatchCannotSlipPastTheTotal) {
  const auto plain = a_bet(50, user_of(2), 9_usdc);
  EXPECT_EQ(
      verdicts({accept_bet{delegated(1, 5_usdc)}, accept_bet{plain},
                accept_bet{delegated(2, 5_usdc)}, accept_bet{delegated(3, 5_usdc)},
                accept_bet{delegated(4, 2_usdc)}}),
      (std::vector{errc::none, errc::none, errc::none, errc::exceeds_delegation, errc::none}));
  EXPECT_EQ(stored().used, 12_usdc);
  EXPECT_EQ(balance_of(user_of(2)), 91_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(DelegationEntries, WhatComesBackMayBeBetAgain) {
  const auto first = delegated(1, 5_usdc);
  const auto second = delegated(2, 5_usdc);
  ASSERT_EQ(verdicts({accept_bet{first}, accept_bet{second}}), std::vector<errc>(2, errc::none));
  ASSERT_EQ(one(failed(first)), errc::none);
  EXPECT_EQ(stored().used, 5_usdc);
  ASSERT_EQ(one(filled(second, 3_usdc, 500'000_micro)), errc::none);
  EXPECT_EQ(stored().used, 3'500'000_micro);
  ASSERT_EQ(one(failed(first)), errc::none) << "again: nothing comes back twice";
  EXPECT_EQ(stored().used, 3'500'000_micro);
  EXPECT_EQ(differences(), "");
}

/// One statement that gives back and takes.
TEST_F(DelegationEntries, AnEndAndABetOfOneDelegationMayComeTogether) {
  const auto first = delegated(1, 5_usdc);
  const auto second = delegated(2, 5_usdc);
  ASSERT_EQ(verdicts({accept_bet{first}, accept_bet{second}}), std::vector<errc>(2, errc::none));
  ASSERT_EQ(verdicts({failed(first), accept_bet{delegated(3, 5_usdc)}}),
            std::vector<errc>(2, errc::none));
  EXPECT_EQ(stored().used, 10_usdc);
}

TEST_F(DelegationEntries, ARepeatedBetTakesNothingMore) {
  const auto b = delegated(1, 5_usdc);
  ASSERT_EQ(one(accept_bet{b}), errc::none);
  ASSERT_EQ(one(accept_bet{b}), errc::none);
  EXPECT_TRUE(outcomes.at(0).result.replayed);
  ASSERT_EQ(verdicts({accept_bet{b}, accept_bet{b}}), std::vector<errc>(2, errc::none));
  EXPECT_EQ(stored().used, 5_usdc);
}

TEST_F(DelegationEntries, NoBetIsTakenOnceItIsOver) {
  EXPECT_EQ(one(accept_bet{delegated(1, 1_usdc, noon.plus(hours{1}))}), errc::delegation_ended);
  EXPECT_EQ(one(accept_bet{delegated(2, 1_usdc, noon.plus(hours{1} - seconds{1}))}), errc::none);
  ASSERT_EQ(one(revoke_delegation{row.id, "key:1", noon.plus(seconds{9})}), errc::none);
  EXPECT_EQ(one(accept_bet{delegated(3, 1_usdc)}), errc::delegation_ended);
  EXPECT_EQ(verdicts({accept_bet{delegated(3, 1_usdc)}, accept_bet{a_bet(9, alice, 1_usdc)}}),
            (std::vector{errc::delegation_ended, errc::none}));
  EXPECT_EQ(one(accept_bet{delegated(2, 1_usdc, noon.plus(hours{1} - seconds{1}))}), errc::none)
      << "what was taken is answered all the same";
  EXPECT_EQ(stored().revoked_by, "key:1");
  EXPECT_EQ(stored().revoked_at, noon.plus(seconds{9}));
}

TEST_F(DelegationEntries, IsRevokedOnceAndTheOperatorIsNoted) {
  ASSERT_EQ(one(revoke_delegation{row.id, "key:1", noon}), errc::none);
  ASSERT_EQ(one(revoke_delegation{row.id, "user:0x", noon.plus(seconds{1})}), errc::none);
  EXPECT_TRUE(outcomes.at(0).result.replayed);
  EXPECT_EQ(stored().revoked_by, "key:1");
  EXPECT_EQ(one(revoke_delegation{id_of<delegation_id>(8), "key:1", noon}), errc::not_found);
  EXPECT_EQ(actions(), (std::vector<std::string>{" replenish buffer",
                                                 "key:1 revoke_delegation " + row.id.text()}));
}

TEST_F(DelegationEntries, IsOfItsUserAndOfNobodyElse) {
  auto others = a_bet(1, user_of(2), 1_usdc);
  others.placed_by = placed_under(row.id, user_of(2));
  EXPECT_EQ(one(accept_bet{others}), errc::exceeds_delegation);
  auto unknown = a_bet(2, alice, 1_usdc);
  unknown.placed_by = placed_under(id_of<delegation_id>(8), alice);
  EXPECT_EQ(one(accept_bet{unknown}), errc::exceeds_delegation);
  EXPECT_EQ(verdicts({accept_bet{others}, accept_bet{unknown}, accept_bet{delegated(3, 1_usdc)}}),
            (std::vector{errc::exceeds_delegation, errc::exceeds_delegation, errc::none}));
  EXPECT_EQ(balance_of(user_of(2)), 100_usdc);
  EXPECT_EQ(stored().used, 1_usdc);
}

TEST_F(DelegationEntries, VerifyAddsUpWhatBetsTook) {
  ASSERT_EQ(one(accept_bet{delegated(1, 5_usdc)}), errc::none);
  db.run("UPDATE delegations SET used = 1");
  EXPECT_EQ(differences(), "delegation " + row.id.text() + " used: 1/5000000\n");
  db.run("DELETE FROM delegations");
  EXPECT_EQ(differences(), "delegation " + row.id.text() + " used: 0/5000000\n") << "nobody's";
}

}  // namespace
}  // namespace headroom::test
