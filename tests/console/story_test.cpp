#include "console/story.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace headroom::console {
namespace {

using nlohmann::json;

json event(const char* at, const char* lane, const char* what, json amount = nullptr) {
  return {{"at", at},          {"lane", lane},       {"what", what},
          {"actor", "bet"},    {"took_us", nullptr}, {"amount", std::move(amount)},
          {"detail", nullptr}, {"kept", true}};
}

json a_story() {
  return {{"subject",
           {{"kind", "bet"},
            {"id", "b1"},
            {"status", "failed"},
            {"amount", "10.00"},
            {"user_address", "0xaa"},
            {"question", "Will it?"},
            {"outcome", "Yes"}}},
          {"events",
           {event("t1", "journal", "bet.placed", "10.00"), event("t1", "ledger", "posting.bet"),
            event("t2", "venue", "venue.not_filled")}},
          {"gaps", {{{"from", "t1"}, {"to", "t2"}, {"named", "in doubt, looked up 16.0 s"}}}},
          {"postings",
           {{{"at", "t1"},
             {"kind", "bet"},
             {"debit", "user"},
             {"credit", "buffer"},
             {"amount", "10.00"}}}},
          {"sums", {{{"account", "user"}, {"change", "-10.00"}}}},
          {"operations", json::array()},
          {"complete", false},
          {"next_cursor", nullptr}};
}

TEST(Story, IsATableWithItsGaps) {
  EXPECT_EQ(story_text(a_story()).value_or(""),
            "bet b1  failed  10.00 USDC of 0xaa\n"
            "market: Will it? / Yes\n"
            "\n"
            "AT  LANE     WHAT              BY   TOOK US  AMOUNT  DETAIL\n"
            "t1  journal  bet.placed        bet        -   10.00  -\n"
            "t1  ledger   posting.bet       bet        -       -  -\n"
            "    ... in doubt, looked up 16.0 s\n"
            "t2  venue    venue.not_filled  bet        -       -  -\n"
            "\n"
            "POSTED AT  KIND  DEBIT  CREDIT  AMOUNT\n"
            "t1         bet   user   buffer   10.00\n"
            "\n"
            "ACCOUNT  CHANGE\n"
            "user     -10.00\n"
            "\n"
            "NOT complete: it goes on, or its postings do not sum up\n");
}

TEST(Story, IsADiagram) {
  EXPECT_EQ(sequence_text(a_story()).value_or(""),
            "sequenceDiagram\n"
            "  participant journal\n"
            "  participant ledger\n"
            "  participant venue\n"
            "  Note over journal: bet.placed 10.00\n"
            "  journal->>ledger: posting.bet\n"
            "  Note over venue: in doubt, looked up 16.0 s\n"
            "  ledger->>venue: venue.not_filled\n");
}

TEST(Story, StrangersWordsDoNothing) {
  auto story = a_story();
  story["subject"]["question"] = "\033[2J<script>\n";
  story["events"][0]["detail"] = "x\r\n\033]0;x\a";
  story["events"][1]["lane"] = "end";
  story["events"][1]["what"] = "a;\n  participant evil\n#35;%%{init}%%";
  story["gaps"][0]["named"] = "x\nNote over y: z";
  const auto text = story_text(story).value_or("");
  for (const char c : text) EXPECT_TRUE(c == '\n' || c >= ' ' || c < 0) << int{c};
  const auto diagram = sequence_text(story).value_or("");
  EXPECT_EQ(std::count(diagram.begin(), diagram.end(), '\n'), 8) << diagram;
  for (const auto* sign : {";", "#", "%", "{", "participant end"})
    EXPECT_EQ(diagram.find(sign), std::string::npos) << diagram;
}

TEST(Story, PagesBecomeOne) {
  auto story = a_story();
  story["operations"] = {{{"operation_id", "o1"}}};
  story["next_cursor"] = "c";
  auto next = a_story();
  next["events"] = {event("t3", "journal", "bet.failed")};
  next["gaps"] = {{{"from", "t2"}, {"to", "t3"}, {"named", "waiting for journal 1 ms"}}};
  next["postings"] = json::array();
  next["operations"] = {{{"operation_id", "o1"}}, {{"operation_id", "o2"}}};
  next["complete"] = true;
  ASSERT_TRUE(add_page(story, next));
  EXPECT_EQ(story["events"].size(), 4U);
  EXPECT_EQ(story["operations"].size(), 2U);
  EXPECT_EQ(story["postings"].size(), 1U);
  EXPECT_EQ(story["complete"], true);
  EXPECT_EQ(story["next_cursor"], nullptr);
  EXPECT_NE(story_text(story)->find("    ... waiting for journal 1 ms\nt3 "), std::string::npos);
  EXPECT_FALSE(add_page(story, json::array()));
}

TEST(Story, AnythingElseIsNone) {
  for (const auto& x : {json{}, json::array({1}), json{{"subject", "bet"}}, json{{"events", 1}}}) {
    EXPECT_FALSE(story_text(x));
    EXPECT_FALSE(sequence_text(x));
  }
  auto odd = a_story();
  odd["events"] = {1, nullptr, json::array(), {{"at", {1, 2}}}};
  odd["gaps"] = {false};
  EXPECT_TRUE(story_text(odd));
  EXPECT_TRUE(sequence_text(odd));
}

}  // namespace
}  // namespace headroom::console
