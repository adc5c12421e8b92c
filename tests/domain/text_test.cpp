#include "domain/text.hpp"

#include <gtest/gtest.h>

namespace headroom {
namespace {

TEST(Text, LowersAsciiLettersAndNothingElse) {
  EXPECT_EQ(ascii_lower("Aa-Zz@[`{09"), "aa-zz@[`{09");
  EXPECT_EQ(ascii_lower("\xc3\x84"), "\xc3\x84") << "a letter, but not of ASCII";
  EXPECT_EQ(ascii_lower(""), "");
}

TEST(Text, ComparesWithoutCase) {
  EXPECT_TRUE(same_but_for_case("Content-TYPE", "content-type"));
  EXPECT_TRUE(same_but_for_case("", ""));
  for (const auto* other : {"content-typ", "content-typee", "content_type", ""})
    EXPECT_FALSE(same_but_for_case("content-type", other)) << other;
  EXPECT_FALSE(same_but_for_case("@", "`")) << "32 apart, and no letters";
}

TEST(Text, TrimsBlanksAndTabs) {
  EXPECT_EQ(trimmed(" \t a b\t "), "a b");
  EXPECT_EQ(trimmed("a"), "a");
  EXPECT_EQ(trimmed(" \t"), "");
  EXPECT_EQ(trimmed("\na"), "\na");
}

TEST(Text, KnowsTheLengthOfEveryUtf8Character) {
  using namespace std::string_view_literals;
  for (const auto& [text, size] :
       std::initializer_list<std::pair<std::string_view, std::size_t>>{{"a", 1},
                                                                       {"\0"sv, 1},
                                                                       {"\x7f", 1},
                                                                       {"\xc2\x80", 2},
                                                                       {"\xdf\xbf", 2},
                                                                       {"\xe0\xa0\x80", 3},
                                                                       {"\xed\x9f\xbf", 3},
                                                                       {"\xee\x80\x80", 3},
                                                                       {"\xf0\x90\x80\x80", 4},
                                                                       {"\xf4\x8f\xbf\xbf", 4},
                                                                       {"\xc3\xa9 and more", 2}})
    EXPECT_EQ(utf8_length(text), size) << text;
}

TEST(Text, BrokenUtf8HasNoLength) {
  for (const std::string_view text :
       {"", "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf", "\xe1\x80",
        "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf1\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xff"})
    EXPECT_EQ(utf8_length(text), 0U) << text;
}

}  // namespace
}  // namespace headroom
