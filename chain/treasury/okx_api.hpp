#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/bytes.hpp"
#include "domain/money.hpp"
#include "domain/time.hpp"
#include "net/http_client.hpp"

/// OKX' REST API V5 as far as a conversion needs it: how requests are signed, and what the answers
/// say. All its numbers are texts.
namespace headroom::chain::okx {

/// Nothing prints them.
struct credentials {
  std::string key;
  std::string secret;
  std::string passphrase;
};

/// base64(HMAC-SHA256(secret, timestamp + METHOD + target + body)); `target` is path and query.
[[nodiscard]] std::string signature(std::string_view secret, std::string_view time,
                                    std::string_view method, std::string_view target,
                                    std::string_view body);
/// Good for half a minute after `now`: a copy that is late does nothing.
[[nodiscard]] net::http_request signed_request(const std::string& url, const credentials& c,
                                               timestamp now, const std::string& method,
                                               const std::string& target, std::string body = {});

// -- what an answer means ------------------------------------------------------------------------

enum class verdict : std::uint8_t {
  done = 0,
  refused = 1,  // a definite no: nothing happened
  unknown = 2,  // it may have happened: to be looked up by the client id
};
struct answer {
  verdict is = verdict::unknown;
  bool not_us = false;  // refused: our key, its signature or our IP address is not taken
  std::string code{};   // OKX' own, or the HTTP status
  std::string words{};  // for a human, with the code
  nlohmann::json rows = nlohmann::json::array();  // done
};
/// A lost answer, a time-out of theirs (50004), a broken service and what does not come from OKX
/// are unknown; so is a client id that it has seen before: the earlier request was ours too.
[[nodiscard]] answer read_answer(const net::http_result& r);

/// `code` of an order that does not exist (any more).
inline constexpr std::string_view no_such_order = "51603";
/// Likewise of a transfer and of a withdrawal, where they are not answered by empty data.
inline constexpr std::string_view no_such_transfer = "58129";
inline constexpr std::string_view no_such_withdrawal = "58215";

// -- its rows ------------------------------------------------------------------------------------

/// One coin on one chain. Amounts of the coin.
struct currency {
  bool can_deposit = false;
  bool can_withdraw = false;
  usdc min_deposit;
  usdc min_withdrawal;
  usdc max_withdrawal;  // zero: not said
  usdc fee;             // of a withdrawal, taken beside its amount
};
[[nodiscard]] std::optional<currency> find_currency(const nlohmann::json& rows,
                                                    std::string_view coin, std::string_view chain);

/// Nothing: it has none on that chain, or it cannot be read.
[[nodiscard]] std::optional<address> find_deposit_address(const nlohmann::json& rows,
                                                          std::string_view chain);

struct deposit_row {
  std::string state;
  std::string coin;
  std::string chain;
  usdc amount;
  address to;
};
/// The deposit by this transaction. Outer nothing: unreadable; inner: none.
[[nodiscard]] std::optional<std::optional<deposit_row>> find_deposit_of(const nlohmann::json& rows,
                                                                        const hash256& tx);

/// What `amount` of USDT would buy by these asks, without the fee. Prices are millionths of a USDT.
struct book_price {
  usdc best;
  usdc out;
};
[[nodiscard]] std::optional<book_price> price_of(const nlohmann::json& rows, usdc amount);

struct order_row {
  bool ended = false;
  usdc bought;  // USDC, less the fee
  usdc spent;   // USDT, rounded up
};
[[nodiscard]] std::optional<order_row> find_order(const nlohmann::json& rows,
                                                  std::string_view client_id);

/// "success", "pending", "failed", or another word. Outer nothing: unreadable; "": none.
[[nodiscard]] std::optional<std::string> find_transfer(const nlohmann::json& rows,
                                                       std::string_view client_id);

struct withdrawal_row {
  int state = 0;
  std::string coin;
  std::string chain;
  std::string id;
  usdc amount;
  address to;
  hash256 tx;  // zero: none yet
};
/// All with this client id: more than one is a fault. Nothing: unreadable.
[[nodiscard]] std::optional<std::vector<withdrawal_row>> find_withdrawals(
    const nlohmann::json& rows, std::string_view client_id);

enum class withdrawal_word : std::uint8_t {
  on_its_way = 0,
  sent = 1,
  ended_unpaid = 2,  // failed or cancelled: the money is back in the account
  reviewed = 3,      // waits for a human, theirs or ours
};
[[nodiscard]] withdrawal_word word_of(int state) noexcept;

/// Of a deposit: 0 waiting, 1 credited, 2 successful. Anything else needs a human.
enum class deposit_word : std::uint8_t { waiting = 0, credited = 1, successful = 2, reviewed = 3 };
[[nodiscard]] deposit_word deposit_word_of(std::string_view state) noexcept;

}  // namespace headroom::chain::okx
