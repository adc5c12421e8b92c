#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chain/polymarket/fees.hpp"
#include "domain/bytes.hpp"
#include "domain/records.hpp"

/// What Gamma, the venue's list of markets, says (facts/polymarket.md 4.5). Its arrays stand inside
/// strings, its numbers are numbers or strings. Of a list, a row that cannot be read is left out:
/// it sinks nobody else's.
namespace headroom::chain::polymarket {

/// Where UMA stands; `none` before anybody proposed.
enum class uma_status : std::uint8_t {
  none = 0,
  requested = 1,
  proposed = 2,
  disputed = 3,
  resolved = 4,
  settled = 5,
  other = 6,  // a word that we do not know
};

struct gamma_market {
  struct outcome {
    uint256 token;  // its index is the outcome's slot on chain
    std::string name;
    std::optional<usdc> price;  // of the last trade, or 0 and 1 once it is resolved
  };

  hash256 condition;
  std::string question;
  timestamp closes_at;       // not set: not said
  bool protocol_v2 = false;  // by `version`, never by positionIds: those stand in v1 markets too
  bool closed = false;
  bool accepting = true;
  uma_status uma = uma_status::none;
  bool neg_risk = false;
  usdc tick;
  share_amount min_order;            // zero: not said
  std::optional<fee_schedule> fees;  // nothing: not what we can calculate with
  std::uint32_t delay_seconds = 0;
  usdc best_ask;  // of the first outcome; zero: none, or not said
  usdc best_bid;
  std::vector<outcome> outcomes;
};

/// Nothing for a market without an order book, and where what an order needs cannot be read.
[[nodiscard]] std::optional<gamma_market> read_gamma_market(const nlohmann::json& row);

struct gamma_page {
  std::vector<gamma_market> markets;
  std::string next_cursor;   // of /markets/keyset, "" on the last page
  bool more = false;         // of /public-search: there are further events
  std::size_t left_out = 0;  // rows that could not be read
};
/// GET /markets/keyset, or the bare array of GET /markets.
[[nodiscard]] std::optional<gamma_page> read_gamma_page(std::string_view body);
/// GET /public-search: the markets of its events, one behind the other.
[[nodiscard]] std::optional<gamma_page> read_gamma_search(std::string_view body);

}  // namespace headroom::chain::polymarket
