#include "persistence/keys.hpp"

#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

using namespace persistence;

service_key a_key(const std::string& id) {
  return {id, "ops", id_of<hash256>(1), static_cast<std::uint8_t>(scope::read), noon, {}};
}

struct Keys : books {
  const std::string& at = db.conninfo();
};

TEST_F(Keys, AreAddedListedAndRevoked) {
  EXPECT_TRUE(add_key(at, a_key("k1"), "cli:ann"));
  auto second = a_key("k2");
  second.scopes = all_scopes;
  EXPECT_TRUE(add_key(at, second, "cli:ann"));
  EXPECT_FALSE(add_key(at, second, "cli:ann"));
  ASSERT_EQ(list_keys(at).size(), 2U);
  EXPECT_EQ(list_keys(at)[1].scopes, all_scopes);
  EXPECT_EQ(list_keys(at)[0].secret_hash, id_of<hash256>(1));
  EXPECT_EQ(list_keys(at)[0].name, "ops");
  EXPECT_TRUE(revoke_key(at, "k1", noon, "cli:bob"));
  EXPECT_TRUE(revoke_key(at, "k1", noon.plus(std::chrono::hours{1}), "cli:bob"));
  EXPECT_EQ(list_keys(at)[0].revoked_at, noon);
  const auto active = reader.active_keys().value();
  ASSERT_EQ(active.size(), 1U);
  EXPECT_EQ(active[0].id, "k2");
  EXPECT_EQ(actions(), (std::vector<std::string>{"cli:ann key_added k1", "cli:ann key_added k2",
                                                 "cli:bob key_revoked k1"}))
      << "who did it, once for what was done";
}

TEST_F(Keys, RefuseWhatCannotBeAKey) {
  EXPECT_FALSE(add_key(at, a_key(""), "cli:ann"));
  auto bad = a_key("k");
  bad.scopes = 0;
  EXPECT_FALSE(add_key(at, bad, "cli:ann"));
  bad.scopes = all_scopes + 1;
  EXPECT_FALSE(add_key(at, bad, "cli:ann"));
  bad = a_key("k");
  bad.created_at = {};
  EXPECT_FALSE(add_key(at, bad, "cli:ann"));
  for (const auto& name : {std::string{}, std::string(65, 'x'), std::string{"two\nlines"},
                           std::string{" front"}, std::string{"back "}, std::string{"\xc3\xa4"}}) {
    bad = a_key("k");
    bad.name = name;
    EXPECT_FALSE(add_key(at, bad, "cli:ann")) << name;
  }
  EXPECT_FALSE(revoke_key(at, "nobody", noon, "cli:bob"));
  EXPECT_TRUE(list_keys(at).empty());
}

TEST_F(Keys, SayWhenTheDatabaseIsAway) {
  EXPECT_THROW(static_cast<void>(list_keys("host=127.0.0.1 port=1 dbname=none")),
               std::runtime_error);
}

}  // namespace
}  // namespace headroom::test
