#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "chain/polymarket/exchange_events.hpp"
#include "domain/time.hpp"
#include "tests/chain/polymarket/fake_venue.hpp"

namespace headroom::test {

/// How one match of the order goes on, at the venue and on the exchange's chain.
enum class match_end : std::uint8_t {
  confirmed,          // mined after two seconds, called final after six
  retried,            // likewise, at the second try
  failed,             // nothing on chain
  failed_but_filled,  // so says the venue; the exchange filled it
  stuck,              // MATCHED for ever, nothing on chain
  stuck_but_filled    // MATCHED for ever; the exchange filled it
};
struct match_plan {
  std::int64_t percent = 100;  // of what the order gives
  match_end end = match_end::confirmed;
};

/// What one POST of the order comes to.
struct post_plan {
  unsigned status = 0;   // 0: the connection breaks
  std::string body{};    // row_hash() stands in it for the order's own
  bool takes = false;    // from then on the venue has the order
  bool insists = false;  // says so even of an order that it has: else that is a duplicate
  bool silent = false;   // no answer comes within the client's time
  std::chrono::milliseconds lands_after{0};  // it reaches the venue so much later
};

/// What the order's object says from so long after it was taken on; "": it is not shown.
struct view_plan {
  std::chrono::milliseconds from{0};
  std::string status{};
};

enum class cancel_word : std::uint8_t {
  works,
  lies,  // "canceled", and nothing changes
  deaf   // never confirmed
};

struct order_plan {
  std::vector<post_plan> posts{};  // the last one again and again
  std::vector<view_plan> shown{{std::chrono::milliseconds{0}, "MATCHED"}};
  /// It matches so long after it was taken; not set: never.
  std::optional<std::chrono::milliseconds> fills_after{0};
  std::vector<match_plan> matches{{100, match_end::confirmed}};
  cancel_word cancels = cancel_word::works;
  bool object_hidden = false;
  bool trades_hidden = false;
  bool trades_repeated = false;
  bool reads_fail = false;  // of the order and of trades, with a 500
  bool chain_silent = false;
};

/// One order's life by plan: at a venue that keeps it, and on the exchange's chain, which has a
/// block every two seconds and calls it final three blocks later. Whatever is not about the order
/// is answered by `fake_venue`.
class scripted_order {
 public:
  /// Between a POST's arrival there and its answer here.
  static constexpr std::chrono::milliseconds answer_takes{200};

  explicit scripted_order(order_plan plan) : plan_{std::move(plan)} {}

  fake_venue venue;
  std::function<timestamp()> clock;
  std::function<hash256()> stored_hash;  // of the order, as the books have it

  struct reply {
    net::http_result result;
    std::chrono::milliseconds after{0};
  };
  reply heard(const net::http_request& x, std::chrono::milliseconds timeout);
  [[nodiscard]] chain::rpc_result on_chain(const chain::rpc_request& x) const;

  [[nodiscard]] std::size_t posts() const noexcept { return posts_; }
  /// Signed orders that arrived: the same one again is no other.
  [[nodiscard]] std::size_t different_orders() const noexcept { return posted_.size(); }
  /// What the exchange took and gave, in all blocks up to now.
  [[nodiscard]] chain::polymarket::charged taken() const;

 private:
  struct event {
    std::uint64_t block = 0;
    std::uint64_t index = 0;
    chain::polymarket::charged what;
  };

  reply posted(const json& body, std::chrono::milliseconds timeout);
  [[nodiscard]] net::http_result object(const std::string& hash) const;
  [[nodiscard]] net::http_result trades() const;
  net::http_result cancelled(const json& body);
  [[nodiscard]] bool is_there() const;
  [[nodiscard]] std::string status() const;
  [[nodiscard]] std::optional<timestamp> matched_at() const;
  [[nodiscard]] chain::polymarket::charged part(std::int64_t percent) const;
  [[nodiscard]] std::uint64_t head() const;
  [[nodiscard]] std::vector<event> events() const;
  [[nodiscard]] json block(std::uint64_t number) const;
  [[nodiscard]] json logs(const json& filter) const;

  order_plan plan_;
  std::size_t posts_ = 0;
  std::set<std::string> posted_;
  std::string hash_;  // once it was posted
  bool sells_ = false;
  std::int64_t gives_ = 0;  // micro: money of a BUY, shares of a SELL
  std::optional<timestamp> taken_at_;
  std::optional<timestamp> cancelled_at_;
};

}  // namespace headroom::test
