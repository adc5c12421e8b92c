#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

using std::chrono::hours;

struct SessionEntries : books {
  static sign_in of_user(std::uint64_t n, const address& user, timestamp at = noon) {
    return {{id_of<hash256>(n), id_of<hash256>(1'000 + n), user, "", at, at.plus(hours{12})}};
  }
  std::vector<signed_session> changed(std::int64_t after = 0) {
    return reader.changed_sessions(after, 100).value();
  }
};

TEST_F(SessionEntries, ASessionIsReadAsItWasStored) {
  const auto x = of_user(1, user_of(1));
  ASSERT_EQ(one(x), errc::none);
  const sign_in of_key{
      {id_of<hash256>(2), id_of<hash256>(2), {}, "desk", noon, noon.plus(hours{1})}};
  ASSERT_EQ(one(of_key), errc::none);
  const auto found = changed();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].token_hash, x.row.token_hash);
  EXPECT_EQ(found[0].nonce_hash, x.row.nonce_hash);
  EXPECT_EQ(found[0].user, user_of(1));
  EXPECT_EQ(found[0].key_id, "");
  EXPECT_EQ(found[0].created_at, noon);
  EXPECT_EQ(found[0].expires_at, noon.plus(hours{12}));
  EXPECT_FALSE(found[0].closed_at.is_set());
  EXPECT_TRUE(found[1].user.is_zero());
  EXPECT_EQ(found[1].key_id, "desk");
  EXPECT_LT(found[0].change, found[1].change);
  EXPECT_EQ(changed(found[0].change).size(), 1U);
}

TEST_F(SessionEntries, ANonceIsGoodOnce) {
  ASSERT_EQ(one(of_user(1, user_of(1))), errc::none);
  EXPECT_EQ(one(of_user(1, user_of(1))), errc::none) << "the same commit again";
  EXPECT_TRUE(outcomes.at(0).result.replayed);
  auto again = of_user(1, user_of(1));
  again.row.token_hash = id_of<hash256>(2);
  EXPECT_EQ(one(again), errc::duplicate);
  EXPECT_EQ(verdicts({of_user(3, user_of(1)), again}), (std::vector{errc::none, errc::duplicate}));
  EXPECT_EQ(changed().size(), 2U);
}

TEST_F(SessionEntries, IsOfAUserOrOfAKey) {
  auto nobodys = of_user(1, {});
  EXPECT_EQ(one(nobodys), errc::invariant_violated);
  auto both = of_user(1, user_of(1));
  both.row.key_id = "desk";
  EXPECT_EQ(one(both), errc::invariant_violated);
}

TEST_F(SessionEntries, WhoSignsOutIsToldOfOnce) {
  const auto x = of_user(1, user_of(1));
  ASSERT_EQ(one(x), errc::none);
  const auto before = changed().at(0).change;
  ASSERT_EQ(one(sign_out{x.row.token_hash, noon.plus(hours{1})}), errc::none);
  const auto found = changed(before);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].closed_at, noon.plus(hours{1}));
  EXPECT_EQ(one(sign_out{x.row.token_hash, noon.plus(hours{2})}), errc::none);
  EXPECT_TRUE(outcomes.at(0).result.replayed);
  EXPECT_TRUE(changed(found[0].change).empty());
}

TEST_F(SessionEntries, TheOldestOfOneUserMakeRoom) {
  for (std::uint64_t n = 0; n < most_sessions_of_one + 2; ++n)
    ASSERT_EQ(one(of_user(n, user_of(1), noon.plus(std::chrono::seconds{n}))), errc::none);
  ASSERT_EQ(one(of_user(90, user_of(2))), errc::none);
  std::size_t closed = 0;
  for (const auto& s : changed()) {
    if (!s.closed_at.is_set()) continue;
    ++closed;
    EXPECT_LT(s.created_at, noon.plus(std::chrono::seconds{2}));
  }
  EXPECT_EQ(closed, 2U);
}

TEST_F(SessionEntries, WhatIsLongOverIsForgotten) {
  ASSERT_EQ(one(of_user(1, user_of(1))), errc::none);
  ASSERT_EQ(one(of_user(2, user_of(1), noon.plus(hours{13}))), errc::none);
  EXPECT_EQ(changed().size(), 2U) << "its nonce is remembered for a while";
  ASSERT_EQ(one(of_user(3, user_of(1), noon.plus(hours{14}))), errc::none);
  EXPECT_EQ(changed().size(), 2U);
}

}  // namespace
}  // namespace headroom::test
