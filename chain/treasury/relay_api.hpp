#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chain/evm/erc20.hpp"
#include "domain/money.hpp"
#include "domain/time.hpp"
#include "net/http_client.hpp"

/// Relay's HTTP API and its depository's one call. What the API wants signed is decoded and
/// checked, and made anew from what was checked: its own bytes are never signed. Nothing it says of
/// money is believed: transfers in final blocks are.
namespace headroom::chain::relay {

/// One pair of tokens, and who pays and is paid.
struct order {
  std::uint64_t origin_chain_id = 0;
  std::uint64_t destination_chain_id = 0;
  address input_token;
  address output_token;
  usdc amount;
  address payer;      // also gets what is refunded
  address recipient;  // on the destination
};
[[nodiscard]] net::http_request quote_request(const std::string& url, const order& o);

/// What a quote must keep to before anything is signed.
struct guards {
  address depository;
  usdc least;  // that must come out
  timestamp now;
};

/// An offer that keeps to all of it.
struct offer {
  hash256 id;  // of Relay's order: stands in the deposit, and behind what is paid out for it
  usdc out;    // at least
  std::uint32_t seconds = 0;
};
/// An offer, or why there is none.
struct quote_reading {
  std::optional<offer> good{};
  std::string problem{};   // for a human
  std::string violated{};  // the guard's name; "": it was none
  bool unsafe = false;     // what it wants signed is not what was asked for
  bool refused = false;    // its own no to this amount or pair; else it could not say
};
[[nodiscard]] quote_reading read_quote(const net::http_result& r, const order& o, const guards& g);

// -- the depository ------------------------------------------------------------------------------

/// depositErc20(depositor, token, amount, id)
[[nodiscard]] byte_vector deposit_data(const order& o, const hash256& id);
[[nodiscard]] hash256 deposited_topic();
/// The order's id in the events of a deposit of ours; nothing: they do not show this order's money.
[[nodiscard]] std::optional<hash256> find_deposit(std::span<const log_entry> logs,
                                                  const address& depository, const order& o);

// -- what became of it ---------------------------------------------------------------------------

[[nodiscard]] net::http_request status_request(const std::string& url, const hash256& id);

enum class intent_word : std::uint8_t {
  silent = 0,   // no answer, or not in its own words
  unknown = 1,  // it does not know the order (yet)
  under_way = 2,
  filled = 3,
  refunded = 4,
  halted = 5,  // "failure": neither
};
struct intent {
  intent_word word = intent_word::silent;
  std::string said{};               // its own word
  std::vector<hash256> payments{};  // what it paid out by, at most 8
};
[[nodiscard]] intent read_status(const net::http_result& r);

[[nodiscard]] net::http_request chains_request(const std::string& url);
/// Why it takes nothing from that chain, or ""; nothing: it does not say.
[[nodiscard]] std::optional<std::string> read_chain(const net::http_result& r,
                                                    std::uint64_t chain_id);

}  // namespace headroom::chain::relay
