#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "console/console_settings.hpp"
#include "domain/ids.hpp"
#include "domain/money.hpp"
#include "domain/repairs.hpp"

namespace headroom::config {

/// What `headroom bets ...` or `headroom sales ...` is asked for.
template <class Id>
struct order_request {
  enum class act : std::uint8_t { show, fail, fill };

  Id id;
  act wanted = act::show;
  std::string by;  // who ends it, and on what grounds
  std::string evidence;
  struct numbers {
    usdc shares;  // millionths, like money
    usdc spent;   // of a sale: its proceeds
    usdc fee;
  };
  std::optional<numbers> given;  // with `fill`, where the exchange shows no event
};
using bets_request = order_request<bet_id>;
using sales_request = order_request<sale_id>;

/// What `headroom markets ...` is asked for.
struct markets_request {
  hash256 condition;
  std::optional<hash256> transaction;  // by which somebody else redeemed
  bool apply = false;                  // it is booked; otherwise nothing is written
};

/// What `headroom withdrawals ...` is asked for.
struct withdrawals_request {
  enum class act : std::uint8_t { show, approve, refuse, pause, resume };

  withdrawal_id id;  // but for pause and resume
  act wanted = act::show;
  std::string by;
  std::string reason;
};

/// A transaction, and which of its transfers to us where it has several.
struct named_arrival {
  hash256 tx;
  std::optional<std::uint64_t> log_index;
};

/// What `headroom conversions ...` is asked for.
struct conversions_request {
  conversion_id id;
  order_word wanted = order_word::none;  // none: show
  std::string by;                        // who orders it, and on what grounds
  std::string reason;
  hash256 tx;                              // with settle
  std::optional<std::uint64_t> log_index;  // likewise, when the transaction has several transfers
  bool beyond_books = false;          // likewise, also when the books explain all that is there
  std::vector<named_arrival> others;  // likewise, of what came in several
};

/// What `headroom adopt-transfer` is asked for.
struct adoption_request {
  hash256 tx;
  std::optional<std::uint64_t> log_index;
  bool beyond_books = false;
  std::string by;
  std::string reason;
};

/// What `headroom wallet cancel` is asked for.
struct cancel_request {
  std::string chain;  // "plasma", "polygon" or "base"
  std::uint64_t nonce = 0;
  std::optional<address> account;  // where several of ours hold such a nonce
  std::string by;
  std::string reason;
};

/// What `headroom wallet resync` is asked for.
struct resync_request {
  std::string chain;
  std::optional<address> account;  // all of ours that are there
  std::string by;
  std::string reason;
};

/// What the words behind `headroom` say.
struct command_line {
  std::string command;  // "serve", "keys add", ...; "": nothing is to be run, see `answer`
  std::string config;   // a file
  bool show = false;    // check-config: what is in effect
  std::string key_name;
  std::string key_scopes;
  std::string key_id;
  std::string node;  // cluster evict: its name
  bets_request bets;
  markets_request markets;
  sales_request sales;
  withdrawals_request withdrawals;
  conversions_request conversions;
  adoption_request adoption;
  cancel_request cancel;
  resync_request resync;
  console::console_request console;  // of a running service; its command says whether
  std::string url;                   // of that service; "": see service_place_of
  std::string key_file;              // likewise

  std::string answer;  // help for stdout; or, with `wrong_usage`, what is wrong, for stderr
  bool wrong_usage = false;
};

[[nodiscard]] command_line read_command_line(int argc, const char* const* argv);

}  // namespace headroom::config
