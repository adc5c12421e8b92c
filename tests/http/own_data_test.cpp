#include "http/own_data.hpp"

#include <gtest/gtest.h>

namespace headroom::http::test {
namespace {

const auto alice = *address::parse("0x" + std::string(40, 'a'));
const auto bob = *address::parse("0x" + std::string(40, 'b'));

principal key_with(std::initializer_list<scope> scopes) {
  principal out;
  out.name = "key:desk";
  for (const auto s : scopes)
    out.scopes = static_cast<std::uint8_t>(out.scopes | static_cast<std::uint8_t>(s));
  return out;
}

/// The code it is refused with, "" when it is not.
template <class Step>
std::string refusal_of(Step step) {
  try {
    step();
  } catch (const problem& p) {
    return p.code;
  }
  return {};
}

TEST(OwnData, AKeyThatReadsOrTradesReadsEverybodys) {
  for (const auto s : {scope::read, scope::trade}) {
    const auto desk = key_with({s});
    EXPECT_TRUE(reads(desk));
    EXPECT_TRUE(may_read(desk, alice));
    EXPECT_EQ(listed_for(desk, std::nullopt), std::nullopt) << "everybody's";
    EXPECT_EQ(listed_for(desk, bob), bob);
  }
}

TEST(OwnData, AnotherKeyReadsNobodys) {
  for (const auto s : {scope::inspect, scope::admin, scope::operate, scope::withdraw}) {
    const auto desk = key_with({s});
    EXPECT_FALSE(reads(desk));
    EXPECT_FALSE(may_read(desk, alice));
  }
}

TEST(OwnData, AUserReadsTheirOwnAndOthersDoNotExist) {
  const auto user = principal_of(alice);
  EXPECT_TRUE(reads(user));
  EXPECT_TRUE(may_read(user, alice));
  EXPECT_FALSE(may_read(user, bob));
  EXPECT_EQ(refusal_of([&] { require_own(user, alice); }), "");
  EXPECT_EQ(refusal_of([&] { require_own(user, bob); }), "not_found");
  EXPECT_EQ(listed_for(user, std::nullopt), alice);
  EXPECT_EQ(listed_for(user, alice), alice);
  EXPECT_EQ(refusal_of([&] { (void)listed_for(user, bob); }), "not_found");
}

TEST(OwnData, AUsersNameIsTheOneTheySignUnder) {
  EXPECT_EQ(principal_of(alice).name, user_name(alice));
  EXPECT_EQ(user_name(alice), "user:0x" + std::string(40, 'a'));
}

}  // namespace
}  // namespace headroom::http::test
