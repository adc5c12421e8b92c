#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "tests/house/rules.hpp"
#include "tests/support/source_tree.hpp"

namespace headroom::test {
namespace {

namespace fs = std::filesystem;

/// A small clean tree of our shape, to plant a mistake in.
struct PlantedTree : testing::Test {
  fs::path root;

  void SetUp() override {
    auto pattern = (fs::temp_directory_path() / "headroom-house-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root = pattern;
    for (const char* room : {"domain", "actors", "http", "net", "chain/evm", "chain/x402",
                             "persistence", "console", "config", "tests"})
      write(std::string{room} + "/README.md", "# one line\n");
    write("domain/money.hpp", "#pragma once\n#include <string>\n");
    write("actors/actors.hpp",
          "#pragma once\n#include \"domain/money.hpp\"\n#include <caf/all.hpp>\n");
    write("http/server.hpp", "#pragma once\n#include \"actors/actors.hpp\"\n");
    write("net/http_client.cpp", "#include <boost/beast/http.hpp>\n");
    write("persistence/store.cpp",
          "#include <pqxx/pqxx>\n#include \"persistence/detail/wire.hpp\"\n");
    write("persistence/detail/wire.hpp", "#pragma once\n");
    write("http/http_settings.hpp", "#pragma once\n#include \"domain/money.hpp\"\n");
    write("config/settings.cpp", "#include \"http/http_settings.hpp\"\n");
    write("main.cpp", "#include \"http/server.hpp\"\n");
  }
  void TearDown() override { fs::remove_all(root); }

  void write(const std::string& path, const std::string& text) {
    fs::create_directories((root / path).parent_path());
    std::ofstream{root / path} << text;
  }
};

TEST(House, EveryIncludeFollowsTheArrowsAndEveryFolderExplainsItself) {
  const auto seen = census_of(headroom::test::source_tree());
  EXPECT_GT(seen.files, 150U);
  EXPECT_GT(seen.includes, 500U);
  for (const auto& line : broken_rules(headroom::test::source_tree())) ADD_FAILURE() << line;
}

TEST_F(PlantedTree, ACleanTreeIsClean) {
  EXPECT_EQ(broken_rules(root), std::vector<std::string>{});
  EXPECT_EQ(census_of(root).files, 9U);
}

TEST_F(PlantedTree, EveryKindOfWrongIncludeIsFound) {
  struct planted {
    const char* path;
    const char* text;
  };
  constexpr planted mistakes[] = {
      {"domain/planted.cpp", "#include \"actors/actors.hpp\""},
      {"domain/planted.cpp", "#include <caf/all.hpp>"},
      {"domain/planted.cpp", "#include <nlohmann/json.hpp>"},
      {"domain/planted.cpp", "  #  include <sys/stat.h>"},
      {"actors/planted.cpp", "#include \"http/server.hpp\""},
      {"actors/planted.cpp", "#include <boost/asio/io_context.hpp>"},
      {"http/planted.cpp", "#include \"config/settings.cpp\""},
      {"http/planted.cpp", "#include <pqxx/pqxx>"},
      {"chain/evm/planted.cpp", "#include \"http/server.hpp\""},
      {"chain/evm/planted.cpp", "#include <boost/beast/http.hpp>"},
      {"chain/evm/planted.cpp", "#include \"chain/x402/README.md\""},
      {"net/planted.cpp", "#include \"domain/money.hpp\""},
      {"chain/planted.cpp", "// of no room"},
      {"persistence/server.hpp", "#pragma once\n// its name is http's"},
      {"console/planted.cpp", "#include \"actors/actors.hpp\""},
      {"console/planted.cpp", "#include \"config/settings.cpp\""},
      {"config/planted.cpp", "#include \"actors/actors.hpp\""},
      {"config/planted.cpp", "#include \"http/server.hpp\""},
      {"config/planted.cpp", "#include <caf/all.hpp>"},
      {"config/planted.cpp", "#include <CLI/CLI.hpp>"},
      {"actors/planted_settings.hpp", "#pragma once\n#include \"actors/actors.hpp\""},
      {"actors/planted_settings.hpp", "#pragma once\n#include <caf/all.hpp>"},
      {"actors/planted_settings.hpp", "#pragma once\n#include \"http/http_settings.hpp\""},
      {"persistence/planted.hpp", "#pragma once\n#include <pqxx/pqxx>"},
      {"main.cpp", "#include \"persistence/detail/wire.hpp\""},
      {"http/planted.cpp", "#include \"server.hpp\""},
      {"http/planted.cpp", "#include \"actors/gone.hpp\""},
      {"http/planted.cpp", "auto x = co_await ask(to, order{id});"},
      {"http/planted.cpp",
       "auto x = co_await ask(to,  // a line\n                      order{id});"},
  };
  for (const auto& [path, text] : mistakes) {
    const auto clean = fs::exists(root / path);
    write(path, std::string{text} + "\n");
    const auto found = broken_rules(root);
    ASSERT_EQ(found.size(), 1U) << path << ": " << text;
    EXPECT_TRUE(found[0].starts_with(path)) << found[0];
    if (clean) {
      write(path, "#include \"http/server.hpp\"\n");
    } else {
      fs::remove(root / path);
    }
  }
}

TEST_F(PlantedTree, AMissingReadmeALongOneAndAnUnguardedHeaderAreFound) {
  fs::remove(root / "net/README.md");
  EXPECT_EQ(broken_rules(root), std::vector<std::string>{"net: no README.md"});
  write("net/README.md", std::string(26, '\n'));
  EXPECT_EQ(broken_rules(root), std::vector<std::string>{"net/README.md: 26 lines, at most 25"});
  write("net/README.md", "# net\n");
  write("actors/planted.hpp", "// #pragma once, but only in a comment\n");
  EXPECT_EQ(broken_rules(root),
            std::vector<std::string>{"actors/planted.hpp:1: a header without #pragma once"});
}

}  // namespace
}  // namespace headroom::test
