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
  EXPECT_TRUE(add_key(at, a_key("k1")));
  auto second = a_key("k2");
  second.scopes = 15;
  EXPECT_TRUE(add_key(at, second));
  EXPECT_FALSE(add_key(at, second));
  ASSERT_EQ(list_keys(at).size(), 2U);
  EXPECT_EQ(list_keys(at)[1].scopes, 15);
  EXPECT_EQ(list_keys(at)[0].secret_hash, id_of<hash256>(1));
  EXPECT_EQ(list_keys(at)[0].name, "ops");
  EXPECT_TRUE(revoke_key(at, "k1", noon));
  EXPECT_TRUE(revoke_key(at, "k1", noon.plus(std::chrono::hours{1})));
  EXPECT_EQ(list_keys(at)[0].revoked_at, noon);
  const auto active = reader.active_keys().value();
  ASSERT_EQ(active.size(), 1U);
  EXPECT_EQ(active[0].id, "k2");
}

TEST_F(Keys, RefuseWhatCannotBeAKey) {
  EXPECT_FALSE(add_key(at, a_key("")));
  auto bad = a_key("k");
  bad.scopes = 0;
  EXPECT_FALSE(add_key(at, bad));
  bad.scopes = 16;
  EXPECT_FALSE(add_key(at, bad));
  bad = a_key("k");
  bad.created_at = {};
  EXPECT_FALSE(add_key(at, bad));
  for (const auto& name : {std::string{}, std::string(65, 'x'), std::string{"two\nlines"},
                           std::string{" front"}, std::string{"back "}, std::string{"\xc3\xa4"}}) {
    bad = a_key("k");
    bad.name = name;
    EXPECT_FALSE(add_key(at, bad)) << name;
  }
  EXPECT_FALSE(revoke_key(at, "nobody", noon));
  EXPECT_TRUE(list_keys(at).empty());
}

TEST_F(Keys, SayWhenTheDatabaseIsAway) {
  EXPECT_THROW(static_cast<void>(list_keys("host=127.0.0.1 port=1 dbname=none")),
               std::runtime_error);
}

}  // namespace
}  // namespace headroom::test
