#include "console/columns.hpp"

#include <gtest/gtest.h>

namespace headroom::console {
namespace {

TEST(Columns, LineUpByTheirWidestCell) {
  columns table{{{"BET", columns::side::left}, {"AMOUNT", columns::side::right}, {"WHY"}}};
  table.add({"a", "5.00", "-"});
  table.add({"bcdef", "1000.00", "no"});
  EXPECT_EQ(table.text(),
            "BET     AMOUNT  WHY\n"
            "a         5.00  -\n"
            "bcdef  1000.00  no\n");
}

TEST(Columns, CountCharactersAndNotBytes) {
  columns table{{{"NAME"}, {"N"}}};
  table.add({"z\xC3\xBCrich", "1"});
  table.add({"berlin", "2"});
  EXPECT_EQ(table.text(), "NAME    N\nz\xC3\xBCrich  1\nberlin  2\n");
}

TEST(Columns, EndWithoutBlanks) {
  columns table{{{"A"}, {"B"}}};
  table.add({"x", ""});
  EXPECT_EQ(table.text(), "A  B\nx\n");
}

TEST(Printable, KeepsWhatPeopleWrite) {
  for (const char* text : {"", "plain", "z\xC3\xBCrich", "\xE2\x82\xAC 5", "\xF0\x9F\x8E\xB2"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, LeavesNothingThatActsOnATerminal) {
  EXPECT_EQ(printable("a\033[2Jb"), "a?[2Jb");
  EXPECT_EQ(printable("a\nb\rc\td"), "a?b?c?d");
  EXPECT_EQ(printable(std::string_view{"a\0b", 3}), "a?b");
  EXPECT_EQ(printable("a\x7F"), "a?");
  EXPECT_EQ(printable("a\xC2\x9B"
                      "31m"),
            "a?31m")
      << "C1: another escape";
  EXPECT_EQ(printable("a\xE2\x80\xAE"
                      "b"),
            "a?b")
      << "right to left";
  EXPECT_EQ(printable("a\xE2\x81\xA6"
                      "b"),
            "a?b")
      << "an isolate";
  EXPECT_EQ(printable("\xFF\xC3"), "??") << "not UTF-8";
}

}  // namespace
}  // namespace headroom::console
