#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "config/settings.hpp"
#include "tests/support/source_tree.hpp"

namespace headroom::config {
namespace {

using nlohmann::json;

/// A setting of plasma.wallet, plasma.nodes or plasma.logs, and its bounds.
struct bounded {
  const char* section;
  const char* field;
  std::uint64_t least;
  std::uint64_t most;
};

constexpr bounded all_bounded[] = {
    {"wallet", "max_fee_wei", 1'000'000'000, 1'000'000'000'000'000},
    {"wallet", "max_tx_fee_wei", 100'000'000'000'000, 10'000'000'000'000'000'000U},
    {"wallet", "bump_percent", 11, 100},
    {"wallet", "base_fee_percent", 110, 1'000},
    {"wallet", "gas_pad_percent", 0, 200},
    {"wallet", "looks_before_search", 1, 1'000},
    {"wallet", "search_again_ms", 100, 60'000},
    {"wallet", "lone_witness_ms", 0, 3'600'000},
    {"wallet", "doubt_after_seconds", 5, 3'600},
    {"nodes", "skip_after_failure_ms", 10, 600'000},
    {"nodes", "skip_after_silence_ms", 10, 600'000},
    {"nodes", "longest_rest_ms", 1'000, 600'000},
    {"nodes", "compare_heads_ms", 1'000, 600'000},
    {"nodes", "most_blocks_behind", 1, 10'000},
    {"nodes", "most_seconds_behind", 5, 3'600},
    {"logs", "chunk", 1, 100'000},
    {"logs", "chunks", 1, 10'000},
};

std::string error_with(const char* section, const char* field, const json& value) {
  std::ifstream in{test::source_tree() / "config" / "production.example.json"};
  auto document = json::parse(in);
  document["plasma"][section][field] = value;
  return parse(document.dump()).error;
}

TEST(ChainLimits, EveryFieldIsTakenUpToItsBoundsAndNoFurther) {
  for (const auto& x : all_bounded) {
    const auto name = std::string{"plasma."} + x.section + "." + x.field;
    EXPECT_EQ(error_with(x.section, x.field, x.least), "") << name;
    EXPECT_EQ(error_with(x.section, x.field, x.most), "") << name;
    EXPECT_TRUE(error_with(x.section, x.field, x.most + 1).starts_with(name)) << name;
    if (x.least == 0) continue;
    EXPECT_TRUE(error_with(x.section, x.field, x.least - 1).starts_with(name)) << name;
  }
}

TEST(ChainLimits, AWrongTypeOrNameIsSaid) {
  for (const auto& x : all_bounded)
    for (const json& value : {json(-1), json("1"), json(1.5), json(true), json(nullptr)})
      EXPECT_TRUE(error_with(x.section, x.field, value)
                      .starts_with(std::string{"plasma."} + x.section + "." + x.field))
          << x.field << " = " << value;
  EXPECT_EQ(error_with("wallet", "max_fe_wei", 1), "plasma.wallet.max_fe_wei is not a setting");
}

TEST(ChainLimits, ALeastTipAboveTheHighestPriceIsRefused) {
  std::ifstream in{test::source_tree() / "config" / "production.example.json"};
  auto document = json::parse(in);
  document["polygon"]["wallet"]["max_fee_wei"] = 29'000'000'000;
  EXPECT_TRUE(parse(document.dump()).error.starts_with("polygon.min_tip_wei "));
}

}  // namespace
}  // namespace headroom::config
