#include "config/console_line.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace headroom::config {
namespace {

namespace fs = std::filesystem;

constexpr const char* an_id = "0190163d-8694-739b-aea5-966c26f8ad91";
constexpr const char* variables[] = {"HEADROOM_URL", "HEADROOM_KEY_FILE", "HEADROOM_KEY"};

/// Without what the environment of whoever runs the tests says.
struct ConsoleLine : testing::Test {
  fs::path folder;

  void SetUp() override {
    for (const char* name : variables) ::unsetenv(name);
    auto pattern = (fs::temp_directory_path() / "headroom-console-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder = pattern;
  }
  void TearDown() override {
    for (const char* name : variables) ::unsetenv(name);
    fs::remove_all(folder);
  }

  std::string file(const char* name, const std::string& text, mode_t mode = 0600) {
    const auto path = (folder / name).string();
    std::ofstream{path} << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
};

command_line read(std::vector<const char*> words) {
  words.insert(words.begin(), "headroom");
  return read_command_line(static_cast<int>(words.size()), words.data());
}

using query = std::vector<std::pair<std::string, std::string>>;

TEST_F(ConsoleLine, WebhooksAreListedAddedAndNamed) {
  for (const auto& words : {std::vector<const char*>{"webhooks"}, {"webhooks", "list"}})
    EXPECT_TRUE(read(words).console.command.starts_with("webhooks")) << read(words).answer;
  const auto added =
      read({"webhooks", "add", "https://a.example/", "--events", "bet.filled,bet.failed"});
  EXPECT_EQ(added.console.command, "webhooks add") << added.answer;
  EXPECT_EQ(added.console.receiver, "https://a.example/");
  EXPECT_EQ(added.console.events, (std::vector<std::string>{"bet.filled", "bet.failed"}));
  EXPECT_EQ(read({"webhooks", "add", "x"}).console.events, std::vector<std::string>{"*"});
  for (const char* word : {"show", "rotate", "test", "enable", "disable", "remove"}) {
    const auto out = read({"webhooks", word, an_id, "--json"});
    EXPECT_EQ(out.console.command, std::string{"webhooks "} + word) << out.answer;
    EXPECT_EQ(out.console.id, an_id);
    EXPECT_TRUE(out.console.json);
    EXPECT_TRUE(read({"webhooks", word, "7"}).wrong_usage);
    EXPECT_TRUE(read({"webhooks", word}).wrong_usage);
  }
  EXPECT_EQ(read({"webhooks", "show", an_id, "--status", "failed"}).console.query,
            (query{{"status", "failed"}}));
}

TEST_F(ConsoleLine, AListWithoutASubcommandIsTheServices) {
  for (const char* list : {"bets", "conversions", "withdrawals"}) {
    const auto out = read({list});
    EXPECT_EQ(out.command, list) << out.answer;
    EXPECT_EQ(out.console.command, list);
    EXPECT_FALSE(out.console.json);
  }
  const auto out = read({"bets", "--user", "0x1", "--status", "filled", "--token", "7", "--since",
                         "a", "--until", "b", "--cursor", "c", "--limit", "9", "--json"});
  EXPECT_EQ(out.console.query, (query{{"user_address", "0x1"},
                                      {"status", "filled"},
                                      {"token_id", "7"},
                                      {"since", "a"},
                                      {"until", "b"},
                                      {"cursor", "c"},
                                      {"limit", "9"}}))
      << out.answer;
  EXPECT_TRUE(out.console.json);
  EXPECT_TRUE(read({"deposits"}).wrong_usage) << "of whom?";
  EXPECT_EQ(read({"deposits", "--user", "0x1"}).console.command, "deposits");
  EXPECT_TRUE(read({"conversions", "--user", "0x1"}).wrong_usage) << "its route has no users";
}

TEST_F(ConsoleLine, WhatWorksOnTheDatabaseTakesNothingOfTheLists) {
  const auto out = read({"bets", "show", an_id, "--config", "a.json"});
  EXPECT_EQ(out.command, "bets show") << out.answer;
  EXPECT_EQ(out.console.command, "");
  EXPECT_TRUE(read({"bets", "show", an_id, "--json", "--config", "a.json"}).wrong_usage);
  EXPECT_TRUE(read({"bets", "--limit", "5", "show", an_id, "--config", "a.json"}).wrong_usage);
  EXPECT_EQ(
      read({"withdrawals", "pause", "--by", "ann", "--reason", "x", "--config", "a.json"}).command,
      "withdrawals pause");
  EXPECT_EQ(read({"withdrawals", "pause", "--by", "ann", "--reason", "x", "--config", "a.json"})
                .console.command,
            "");
}

TEST_F(ConsoleLine, AnOrderSaysWhy) {
  const auto paused = read({"pause", "bets", "--reason", "the venue is odd"});
  EXPECT_EQ(paused.console.command, "pause") << paused.answer;
  EXPECT_EQ(paused.console.work, "bets");
  EXPECT_EQ(paused.console.reason, "the venue is odd");
  for (const char* work : {"bets", "deposits", "conversions", "withdrawals"})
    EXPECT_EQ(read({"resume", work, "--reason", "x"}).console.work, work);
  EXPECT_TRUE(read({"pause", "sales", "--reason", "x"}).wrong_usage);
  EXPECT_TRUE(read({"pause", "bets"}).wrong_usage);
  EXPECT_TRUE(read({"pause", "bets", "--reason", ""}).wrong_usage);
  EXPECT_TRUE(read({"pause", "--reason", "x"}).wrong_usage);
  const auto again = read({"retry", "conversion", an_id, "--reason", "x"});
  EXPECT_EQ(again.console.command, "retry conversion") << again.answer;
  EXPECT_EQ(again.console.id, an_id);
  EXPECT_TRUE(read({"retry", "conversion", "7", "--reason", "x"}).wrong_usage);
  EXPECT_TRUE(read({"retry"}).wrong_usage);
}

TEST_F(ConsoleLine, WhatIsWatchedHasItsOwnWords) {
  const auto tail = read({"tail", "--topics", "alerts", "--count", "3", "--user", "0x1"});
  EXPECT_EQ(tail.console.query, (query{{"topics", "alerts"}, {"user_address", "0x1"}}))
      << tail.answer;
  EXPECT_EQ(tail.console.count, 3U);
  const auto top = read({"top", "--limit", "20", "--every", "5"});
  EXPECT_EQ(top.console.query, (query{{"limit", "20"}})) << top.answer;
  EXPECT_EQ(top.console.every, std::chrono::seconds{5});
  EXPECT_EQ(read({"top"}).console.every, std::chrono::seconds{2});
  EXPECT_TRUE(read({"top", "--every", "0"}).wrong_usage);
  EXPECT_TRUE(read({"tail", "--count", "-1"}).wrong_usage);
}

TEST_F(ConsoleLine, NoKeyStandsOnTheCommandLine) {
  EXPECT_TRUE(read({"status", "--key", "hr_secret"}).wrong_usage);
  std::string error;
  const auto nobody = service_place_of(read({"status"}), error);
  EXPECT_EQ(error, "");
  EXPECT_EQ(nobody.url, "http://127.0.0.1:8080");
  EXPECT_EQ(nobody.key, "");
}

TEST_F(ConsoleLine, ThePlaceIsTheWordsThenTheEnvironments) {
  ::setenv("HEADROOM_URL", "https://from.the.environment", 1);
  ::setenv("HEADROOM_KEY", "from-a-variable", 1);
  std::string error;
  auto where = service_place_of(read({"status"}), error);
  EXPECT_EQ(where.url, "https://from.the.environment");
  EXPECT_EQ(where.key, "from-a-variable");
  const auto key = file("key", "from-a-file\n");
  where = service_place_of(
      read({"status", "--url", "http://127.0.0.1:9", "--key-file", key.c_str()}), error);
  EXPECT_EQ(error, "");
  EXPECT_EQ(where.url, "http://127.0.0.1:9");
  EXPECT_EQ(where.key, "from-a-file");
  ::setenv("HEADROOM_KEY_FILE", key.c_str(), 1);
  EXPECT_EQ(service_place_of(read({"status"}), error).key, "from-a-file");
  EXPECT_EQ(read({"migrate"}).command, "migrate") << "the rest does not mind";
  EXPECT_EQ(read({"bets", "show", an_id, "--config", "a.json"}).command, "bets show");
}

TEST_F(ConsoleLine, AKeyThatOthersMayReadIsRefused) {
  const auto key = file("key", "secret", 0644);
  std::string error;
  const auto where = service_place_of(read({"status", "--key-file", key.c_str()}), error);
  EXPECT_NE(error.find("others may read it"), error.npos) << error;
  EXPECT_EQ(where.key, "");
  error.clear();
  (void)service_place_of(read({"status", "--key-file", (folder / "none").c_str()}), error);
  EXPECT_NE(error.find("cannot be read"), error.npos) << error;
}

TEST_F(ConsoleLine, AFileThatIsWrongIsSaidToBe) {
  std::string error;
  const auto bad = file("a.json", "{\"http\": {\"port\": \"x\"}}");
  (void)service_place_of(read({"status", "--config", bad.c_str()}), error);
  EXPECT_TRUE(error.starts_with(bad)) << error;
}

TEST_F(ConsoleLine, ATimelineIsOfOneSubjectOrOfAFile) {
  auto out = read({"timeline", "bet", an_id, "--sequence"});
  EXPECT_EQ(out.console.command, "timeline") << out.answer;
  EXPECT_EQ(out.console.kind, "bet");
  EXPECT_EQ(out.console.id, an_id);
  EXPECT_TRUE(out.console.sequence);
  out = read({"timeline", "--file", "bet.json", "--json"});
  EXPECT_EQ(out.console.file, "bet.json") << out.answer;
  EXPECT_TRUE(out.console.json);
  for (const auto& words :
       std::vector<std::vector<const char*>>{{"timeline"},
                                             {"timeline", "bet"},
                                             {"timeline", "horse", an_id},
                                             {"timeline", "bet", "b1"},
                                             {"timeline", "bet", an_id, "--file", "x"},
                                             {"timeline", "bet", an_id, "--json", "--sequence"}})
    EXPECT_TRUE(read(words).wrong_usage) << words.size();
}

}  // namespace
}  // namespace headroom::config
