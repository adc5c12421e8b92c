#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/events.hpp"
#include "domain/journal.hpp"
#include "domain/money_source.hpp"
#include "domain/reports.hpp"

/// What the actors need of the outside as plain C++ interfaces. The edges implement them, main.cpp
/// hands them in, and the simulation puts its own world behind the same lines. Outside steps that
/// take time and may fail are actors instead (actors.hpp: venue_actor, wallet_actor, route_actor).
namespace headroom::actors {

/// Wall-clock time. Actors take it from here and timers from CAF, so a test owns both.
using wall_clock = std::function<timestamp()>;

/// How a call to the ledger's store ended as a whole.
enum class store_status : std::uint8_t {
  ok = 0,           // committed (or read); look at the outcomes
  unavailable = 1,  // nothing happened; try again later
  in_doubt = 2,     // the answer to COMMIT was lost; committing the same batch again finds out
  too_slow = 3,  // it outlived its time; some of it may be in the books: ask again in smaller parts
};

/// Where the journal commits: PostgreSQL (persistence/). Called by one thread at a time, blocks.
class ledger_store {
 public:
  virtual ~ledger_store() = default;

  /// Commits `batch` durably, in order, as one transaction. All bets of a batch share a fixed
  /// number of statements, however many they are, and so do payouts; the rare entries take a few
  /// each. `outcomes` gets one element per entry: a refused entry leaves no trace and never sinks
  /// the others. Committing an entry that is in the books already changes nothing and answers
  /// `none` with the present balance. After anything but `ok` the outcomes mean nothing; before it
  /// commits again, an implementation makes sure that the lost attempt can no longer succeed.
  /// `buffer` gets the committed row when a batch touched it (its version grows).
  virtual store_status commit(std::span<const journal_entry> batch,
                              std::vector<entry_outcome>& outcomes,
                              std::optional<buffer_row>& buffer) = 0;

  /// One row per address asked, in order; version 0 for users the books do not know.
  virtual store_status load_balances(std::span<const address> users,
                                     std::vector<balance_row>& rows) = 0;
  virtual store_status load_buffer(buffer_row& row) = 0;
  /// One element per id asked, in order; empty for bets the books do not know.
  virtual store_status find_bets(std::span<const bet_id> ids,
                                 std::vector<std::optional<bet>>& rows) = 0;
  /// Likewise one sale.
  virtual store_status find_sale(const sale_id& id, std::optional<sale>& row) = 0;
  virtual store_status find_withdrawal(const withdrawal_id& id, std::optional<withdrawal>& row) = 0;
};

/// Reads that need no place in the journal's order. Called by one thread at a time, blocks. Each
/// returns nothing when the store is unavailable; "not there" is an empty optional inside.
class ledger_reader {
 public:
  virtual ~ledger_reader() = default;

  virtual std::optional<std::optional<bet>> find_bet(const bet_id& id) = 0;
  /// Promised (promise_bet) and still kept; the books may have it by now.
  virtual std::optional<std::optional<bet>> find_promise(const bet_id& id) = 0;
  /// The user's row as committed; version 0 for one the books do not know.
  virtual std::optional<balance_row> find_balance(const address& user) = 0;
  virtual std::optional<bet_page> list_bets(const bet_filter& filter) = 0;
  virtual std::optional<std::optional<deposit>> find_deposit(const deposit_id& id) = 0;
  /// The deposit that spends this authorization, whatever its id.
  virtual std::optional<std::optional<deposit>> find_deposit_by_payment(
      const authorization& payment) = 0;
  virtual std::optional<deposit_page> list_deposits(const deposit_filter& filter) = 0;
  /// All that a user's deposits in `settling` and `pending` come to, and the newest 200 of them.
  virtual std::optional<money_on_its_way> on_its_way(const address& user) = 0;
  /// The user's deposit under either of the keys; a zero key names none.
  virtual std::optional<std::optional<deposit>> find_deposit_by_keys(
      const address& user, const hash256& idempotency_key, const hash256& payment_identifier) = 0;
  /// Deposits to credit (`pending`) and deposits credited but in no conversion yet (`converting`,
  /// no conversion), oldest first, at most `limit` of each; of those to convert so many for each
  /// source, so that one whose routes stand still hides no other.
  virtual std::optional<std::vector<deposit>> deposits_to_credit(std::uint32_t limit) = 0;
  virtual std::optional<std::vector<deposit>> deposits_to_convert(std::uint32_t limit) = 0;
  virtual std::optional<std::optional<conversion>> find_conversion(const conversion_id& id) = 0;
  /// Whether `text` can be a `next_cursor` of ours. One that cannot gives an empty page.
  [[nodiscard]] virtual bool is_cursor(const std::string& text) const {
    static_cast<void>(text);
    return true;
  }
  /// Newest first.
  virtual std::optional<conversion_page> list_conversions(const std::string& cursor,
                                                          std::uint32_t limit) = 0;
  virtual std::optional<std::vector<conversion>> running_conversions() = 0;
  /// Completed ones that a reorganisation may still undo, the oldest first.
  virtual std::optional<std::vector<conversion>> conversions_by_depth() = 0;
  virtual std::optional<conversion_metrics> metrics_of_conversions() = 0;
  /// By route and day, the last `days` of them.
  virtual std::optional<pricing_report> report_of_pricing(std::uint32_t days) = 0;
  virtual std::optional<trial_balance> trial() = 0;
  /// Sum of accepted bets per day, averaged over the last 30 days or as many as there are.
  virtual std::optional<usdc> average_daily_volume() = 0;
  /// What left the buffer in the last hour and day, by its history, and what is on its way to it.
  virtual std::optional<buffer_flows> flows_of_buffer() = 0;
  /// The oldest, at most so many of each.
  virtual std::optional<unfinished_work> unfinished(std::uint32_t bets, std::uint32_t deposits) = 0;
  virtual std::optional<std::optional<sale>> find_sale(const sale_id& id) = 0;
  virtual std::optional<std::optional<withdrawal>> find_withdrawal(const withdrawal_id& id) = 0;
  virtual std::optional<withdrawal_page> list_withdrawals(const withdrawal_filter& filter) = 0;
  /// Whether an operator has stopped withdrawals (switch_withdrawals).
  virtual std::optional<bool> withdrawals_paused() = 0;
  virtual std::optional<position_page> list_positions(const position_filter& filter) = 0;
  virtual std::optional<std::optional<delegation>> find_delegation(const delegation_id& id) = 0;
  /// 50: those that have not ended, then the others, the newest of each first.
  virtual std::optional<std::vector<delegation>> list_delegations(const address& user) = 0;
  virtual std::optional<user_holdings> find_holdings(const address& user) = 0;
  virtual std::optional<history_page> list_history(const history_filter& filter) = 0;
  /// The user's position in a token, with its market where it is recorded.
  virtual std::optional<std::optional<position>> find_position(const address& user,
                                                               const uint256& token) = 0;
  /// At most `limit` of each; conditions from the one after `after` on, in their order, so that
  /// whoever asks again sees all of them.
  virtual std::optional<settlement_work> work_of_settlements(const hash256& after,
                                                             std::uint32_t limit) = 0;
  /// Nothing inside for a condition whose market is not recorded.
  virtual std::optional<std::optional<settlement_view>> find_settlement(
      const hash256& condition) = 0;
  /// Unpaid ones with shares, by token and user; those of which something is offered, or that a bet
  /// at the venue may still add to, are left out: settle_position would be refused.
  virtual std::optional<std::vector<position>> positions_to_pay(const hash256& condition,
                                                                std::uint32_t limit) = 0;
  /// By token, from the one after `after` on.
  virtual std::optional<std::vector<token_shares>> shares_held(const uint256& after,
                                                               std::uint32_t limit) = 0;
  /// Attempts still `stored`, by nonce, for one account of one chain.
  virtual std::optional<std::vector<chain_operation>> open_operations(std::uint64_t chain_id,
                                                                      const address& account) = 0;
  /// All attempts of one operation, oldest first; empty when it was never stored.
  virtual std::optional<std::vector<chain_operation>> find_operation(const operation_id& id) = 0;
  /// All attempts of an account with nonces from `from` on, by nonce, at most `limit`.
  virtual std::optional<std::vector<chain_operation>> operations_from(std::uint64_t chain_id,
                                                                      const address& account,
                                                                      std::uint64_t from,
                                                                      std::uint32_t limit) = 0;
  /// The stored rows of these transactions; those that are not ours are left out.
  virtual std::optional<std::vector<chain_operation>> operations_of(
      std::span<const hash256> transactions) = 0;
  /// One above the highest nonce ever stored for the account, 0 when there is none.
  virtual std::optional<std::uint64_t> next_nonce(std::uint64_t chain_id,
                                                  const address& account) = 0;
  /// That operation of a REST service, or none when it was never stored.
  virtual std::optional<std::vector<external_operation>> find_external(const operation_id& id) = 0;
  /// What is open of an account at a service, the oldest first.
  virtual std::optional<std::vector<external_operation>> open_externals(const std::string& service,
                                                                        const address& account) = 0;
  /// Keys that are not revoked.
  virtual std::optional<std::vector<service_key>> active_keys() = 0;
  /// Sessions whose last change comes after that number, by it; closed ones and those that are over
  /// too, for a while.
  virtual std::optional<std::vector<signed_session>> changed_sessions(std::int64_t after,
                                                                      std::uint32_t limit) = 0;
  /// The number of the newest event; 0: there was none.
  virtual std::optional<std::int64_t> newest_event() = 0;
  /// Events numbered above `after`, in order. None is missing: numbers below the newest that is
  /// seen do not appear later.
  virtual std::optional<std::vector<heard_event>> events_after(std::int64_t after,
                                                               std::uint32_t limit) = 0;
  /// Whether the store answers at all (readiness).
  virtual bool ping() = 0;
};

/// What the user's EIP-712 signature over a bet covers (DESIGN.md section 4).
struct bet_intent {
  address user;
  uint256 token;
  usdc amount;
  usdc max_price;
  std::string idempotency_key;  // signed as its keccak-256
  std::int64_t deadline = 0;    // unix seconds
};

/// Likewise over a sale: SellIntent.
struct sell_intent {
  address user;
  uint256 token;
  share_amount shares;
  usdc min_price;
  std::string idempotency_key;  // signed as its keccak-256
  std::int64_t deadline = 0;    // unix seconds
};

/// Likewise over a withdrawal: WithdrawIntent.
struct withdraw_intent {
  address user;
  address to;
  usdc amount;
  std::string idempotency_key;  // signed as its keccak-256
  std::int64_t deadline = 0;    // unix seconds
};

/// What speaks against paying an address, by the operator's lists. Thread-safe.
using address_screen = std::function<screening(const address&)>;

/// Likewise over a key that may sign their bets: BetDelegation (domain/delegations.hpp).
struct bet_delegation {
  address user;
  byte_vector public_key;
  usdc per_bet;
  usdc total;
  std::int64_t expires = 0;  // unix seconds
  hash256 salt;              // the user's, so that the same terms may be given twice
};

/// The EIP-712 domain of what users sign, {Headroom, 1, chain id, verifying contract}: the account
/// that a deployment is paid at, so that a signature is good at one deployment only.
struct signing_domain {
  address verifying_contract;
  std::vector<std::uint64_t> chain_ids;  // any of them
};

enum class address_error : std::uint8_t { none = 0, syntax = 1, checksum = 2 };

/// Pure Ethereum functions that the HTTP edge needs, implemented in chain/. Thread-safe.
class ethereum_port {
 public:
  virtual ~ethereum_port() = default;

  /// Reads an address; mixed case must carry the right EIP-55 checksum.
  virtual address_error parse_address(std::string_view text, address& out) const = 0;
  /// EIP-55 text.
  virtual std::string print_address(const address& a) const = 0;
  virtual hash256 keccak256(byte_view data) const = 0;
  /// Whether the key of `intent.user` signed the intent, under any of the deployment's domains. No
  /// when the signature is malformed or malleable. `signature` is hex of r || s || v.
  virtual bool signed_by_user(const bet_intent& intent, std::string_view signature) const = 0;
  /// What a contract wallet had to sign: one digest per domain.
  virtual std::vector<hash256> digests_of(const bet_intent& intent) const = 0;
  virtual bool signed_by_user(const sell_intent& intent, std::string_view signature) const = 0;
  virtual std::vector<hash256> digests_of(const sell_intent& intent) const = 0;
  virtual bool signed_by_user(const withdraw_intent& intent, std::string_view signature) const = 0;
  virtual std::vector<hash256> digests_of(const withdraw_intent& intent) const = 0;
  virtual bool signed_by_user(const bet_delegation& intent, std::string_view signature) const = 0;
  virtual std::vector<hash256> digests_of(const bet_delegation& intent) const = 0;
  /// What a wallet signs of a text (EIP-191, version 0x45: "personal_sign").
  virtual hash256 digest_of_text(std::string_view text) const = 0;
  /// Whether the key of `user` signed the text. No when the signature is malformed or malleable.
  virtual bool signed_by_user(const address& user, std::string_view text,
                              std::string_view signature) const = 0;
};

/// The texts of a 402: x402 v2 in a header, v1 in the body, both at one URL.
struct payment_required {
  std::string header_v2;  // value of PAYMENT-REQUIRED
  std::string body_v1;    // JSON body
};

/// Pure x402 texts for the HTTP edge, implemented in chain/. Thread-safe.
class x402_port {
 public:
  virtual ~x402_port() = default;

  /// Requirements for paying exactly `amount`, from any source that takes it; `error` is the reason
  /// shown ("" = payment required).
  virtual payment_required require(usdc amount, std::string_view error) const = 0;
  /// Value of PAYMENT-RESPONSE (version 2) or X-PAYMENT-RESPONSE (version 1). `error` "" = success.
  virtual std::string respond(std::uint8_t version, const money_source& source,
                              const hash256& tx_hash, const address& payer, usdc amount,
                              std::string_view error) const = 0;
};

}  // namespace headroom::actors
