#include "config/showing.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "config/table.hpp"
#include "tests/support/source_tree.hpp"

namespace headroom::config {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string text_of(const fs::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

struct Showing : testing::Test {
  fs::path key_file =
      fs::temp_directory_path() / ("headroom-shown-key-" + std::to_string(::getpid()));
  json document = json::parse(text_of(test::source_tree() / "config" / "production.example.json"));

  void SetUp() override {
    ::unsetenv("HEADROOM_DATABASE_URL");
    std::ofstream{key_file} << "5ec3e7";
    ASSERT_EQ(::chmod(key_file.c_str(), 0600), 0);
    document["database"]["url"] = "postgresql://user:s3cret@db/books";
    document["plasma"]["rpc"] = json::array({"https://node.example/s3cret"});
    document["wallet_key"] = {{"file", key_file.string()}};
    document["http"]["admin_listen"] = "[::1]:9464";
  }
  void TearDown() override {
    ::unsetenv("HEADROOM_DATABASE_URL");
    fs::remove(key_file);
  }

  static std::string shown(const json& file) {
    const auto out = parse(file.dump());
    EXPECT_EQ(out.error, "");
    return show(out.value, out.sources);
  }
  /// The lines that name this setting, wherever it stands.
  static std::vector<std::string> lines_of(const std::string& text, const std::string& name) {
    std::vector<std::string> out;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);)
      if (const auto quote = line.find('"');
          quote != std::string::npos && line.compare(quote + 1, name.size() + 1, name + "\"") == 0)
        out.push_back(line);
    return out;
  }
  static std::string line_of(const std::string& text, const std::string& name) {
    const auto lines = lines_of(text, name);
    EXPECT_EQ(lines.size(), 1U) << name;
    return lines.empty() ? "" : lines[0];
  }
};

TEST_F(Showing, EverySettingHasALineWithValueSourceAndUnit) {
  const auto text = shown(document);
  settings fresh;
  std::map<std::string, std::size_t> expected;
  for (const auto& part : sections_of(fresh))
    for (const auto& r : part.rows)
      if (r.how != shown::not_at_all) ++expected[r.name];
  for (const auto& [name, count] : expected) {
    const auto lines = lines_of(text, name);
    EXPECT_EQ(lines.size(), count) << name;
    for (const auto& line : lines)
      EXPECT_TRUE(line.find("file") != line.npos || line.find("default") != line.npos) << line;
  }
  EXPECT_NE(line_of(text, "max_body").find("\"max_body\": 65536,"), std::string::npos);
  EXPECT_NE(line_of(text, "max_body").find("default; bytes, 1024 to 1048576; "), std::string::npos);
  EXPECT_NE(line_of(text, "signer_share").find("0.125,"), std::string::npos);
  EXPECT_NE(line_of(text, "stuck_after_seconds").find("300,"), std::string::npos);
  EXPECT_NE(lines_of(text, "slippage_bps").front().find("file; basis points, 0 to 500; "),
            std::string::npos);
}

TEST_F(Showing, TheEnvironmentIsNamedWhereItWins) {
  const auto said = [this] { return shown(document).find("// \"url\" is set; environment; "); };
  EXPECT_EQ(said(), std::string::npos);
  ASSERT_EQ(::setenv("HEADROOM_DATABASE_URL", "postgresql://elsewhere/books", 1), 0);
  EXPECT_NE(said(), std::string::npos);
}

TEST_F(Showing, SecretsAreSetOrNotSetAndNeverShown) {
  const auto text = shown(document);
  for (const char* secret : {"s3cret", "user:", "node.example", "5ec3e7", "db/books"})
    EXPECT_EQ(text.find(secret), std::string::npos) << secret;
  EXPECT_NE(text.find("// the key is set\n"), std::string::npos) << "the wallet's";
  EXPECT_NE(text.find("// the key is not set\n"), std::string::npos) << "the venue's";
  fs::remove(key_file);
  EXPECT_EQ(shown(document).find("// the key is set\n"), std::string::npos);
}

/// What is left out asks for itself; with it the house is the same.
TEST_F(Showing, WhatIsShownIsAFileToStartFrom) {
  const auto text = shown(document);
  EXPECT_EQ(parse(text).error, "database.url (or HEADROOM_DATABASE_URL) must be set");
  auto again = json::parse(text, nullptr, true, /*ignore_comments=*/true);
  EXPECT_FALSE(again["plasma"].contains("rpc"));
  again["database"]["url"] = document["database"]["url"];
  for (const char* chain : {"plasma", "polygon"}) again[chain]["rpc"] = document[chain]["rpc"];
  auto before = parse(document.dump()).value;
  auto after = parse(again.dump()).value;
  const auto olds = sections_of(before);
  const auto news = sections_of(after);
  ASSERT_EQ(parse(again.dump()).error, "");
  for (std::size_t i = 0; i < olds.size(); ++i)
    for (std::size_t j = 0; j < olds[i].rows.size(); ++j)
      EXPECT_EQ(olds[i].rows[j].value(), news[i].rows[j].value()) << olds[i].rows[j].name;
  const auto without_sources = [](const settings& s) { return show(s, {}); };
  EXPECT_EQ(without_sources(before), without_sources(after));
  EXPECT_EQ(after.http.admin_address, "::1");
  EXPECT_EQ(after.http.admin_port, 9464);
  EXPECT_EQ(after.plasma.rpc, before.plasma.rpc);
}

TEST_F(Showing, AFileMayHaveComments) {
  EXPECT_EQ(parse("// ours\n" + document.dump() + " /* and theirs */").error, "");
  EXPECT_TRUE(parse(document.dump() + " nonsense").error.starts_with("not JSON"));
}

TEST(SettingsPage, SaysWhatTheTableSays) {
  EXPECT_EQ(text_of(test::source_tree() / "docs" / "settings.md"), describe_all())
      << "headroom settings > docs/settings.md";
}

}  // namespace
}  // namespace headroom::config
