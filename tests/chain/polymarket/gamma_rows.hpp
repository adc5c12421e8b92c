#pragma once

#include <nlohmann/json.hpp>

namespace headroom::test {

/// A market as Gamma lists it: arrays inside strings, numbers as numbers or texts.
inline nlohmann::json gamma_row(const std::string& condition, const std::string& question,
                                const std::string& yes = "11", const std::string& no = "12") {
  return {
      {"id", "500"},
      {"conditionId", condition},
      {"question", question},
      {"clobTokenIds", "[\"" + yes + "\", \"" + no + "\"]"},
      {"outcomes", R"(["Yes", "No"])"},
      {"outcomePrices", R"(["0.5", "0.5"])"},
      {"positionIds", nlohmann::json::array({"1", "2"})},
      {"version", "v1"},
      {"endDate", "2027-01-15T08:00:00Z"},
      {"active", true},
      {"closed", false},
      {"acceptingOrders", true},
      {"enableOrderBook", true},
      {"umaResolutionStatus", nullptr},
      {"negRisk", true},
      {"orderPriceMinTickSize", 0.001},
      {"orderMinSize", 5},
      {"feesEnabled", true},
      {"feeSchedule", {{"exponent", 1}, {"rate", 0.05}, {"takerOnly", true}, {"rebateRate", 0.2}}},
      {"secondsDelay", 3U},
      {"bestAsk", 0.51},
      {"bestBid", "0.49"}};
}

}  // namespace headroom::test
