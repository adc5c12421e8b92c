#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "config/settings.hpp"
#include "domain/final_by.hpp"
#include "tests/support/source_tree.hpp"

namespace headroom::config {
namespace {

using nlohmann::json;

struct FinalitySetting : testing::Test {
  json document = [] {
    std::ifstream in{headroom::test::source_tree() / "config" / "production.example.json"};
    return json::parse(in);
  }();

  void SetUp() override {
    for (const char* chain : {"plasma", "polygon"}) document[chain].erase("finality");
  }
  [[nodiscard]] std::string of_plasma() const {
    const auto out = parse(document.dump());
    if (!out.error.empty()) return "error: " + out.error;
    return std::string{to_string(out.value.plasma.finality.word)};
  }
};

TEST_F(FinalitySetting, IsWhicheverComesFirstUnlessAWordIsGiven) {
  EXPECT_EQ(of_plasma(), "either");
  for (const auto word :
       {final_by::confirmations, final_by::tag, final_by::either, final_by::both}) {
    document["plasma"]["finality"] = to_string(word);
    EXPECT_EQ(of_plasma(), to_string(word));
    EXPECT_EQ(parse(document.dump()).value.polygon.finality.word, final_by::either)
        << "each chain has its own";
  }
}

TEST_F(FinalitySetting, ItsOlderNameMeansWhatItMeant) {
  document["plasma"]["finalized_tag"] = true;
  EXPECT_EQ(of_plasma(), "either");
  document["plasma"]["finalized_tag"] = false;
  EXPECT_EQ(of_plasma(), "confirmations");
  document["plasma"]["finality"] = "tag";
  EXPECT_EQ(of_plasma(),
            "error: plasma.finality must not stand beside finalized_tag, its older name");
}

}  // namespace
}  // namespace headroom::config
