#pragma once

#include <functional>

#include "chain/evm/wallet_actor.hpp"

/// The wallet's work, for its own files: wallet_actor (what was left open), wallet_send (from a
/// request to a stored row), wallet_nonce (how many nonces are used), wallet_signing (who signs
/// it), wallet_fees (broadcasts and prices), wallet_watch (from there to finality), wallet_doubt (a
/// used nonce without a receipt), wallet_undone (what a reorganisation took back).
namespace headroom::chain {

using actors::operation_report;
using report_promise = caf::typed_response_promise<operation_report>;

/// What the chain takes now.
struct gas_market {
  gas_fees fees;  // suggested
  std::uint64_t base_fee = 0;
};

class wallet_outbox {
 public:
  explicit wallet_outbox(wallet_self self) : self_{self}, st_{self->state}, w_{*self->state.w} {}

  // start
  void start();
  void adopt(std::vector<chain_operation> rows);
  void read_attempts(std::uint64_t nonce, std::function<void(open_operation&)> then);

  // send
  [[nodiscard]] caf::result<operation_report> send(actors::send_transaction& x);
  [[nodiscard]] caf::result<operation_report> report(const operation_id& id);
  void store_next();
  void append();

  // watch
  void poll();
  void broadcast(open_operation& op);

 private:
  // start
  void read_backlog();
  void check_signer(actors::wallet_backlog backlog);
  void check_chain(actors::wallet_backlog backlog);
  void begin(std::vector<chain_operation> open, std::optional<std::uint64_t> final_count);
  void start_later(std::string why);

  // send
  void checked(const operation_id& id, const std::vector<chain_operation>& rows);
  void price(const operation_id& id);
  void priced(const operation_id& id, std::vector<rpc_result>& results);
  void enqueue(const operation_id& id);
  void stored();
  void not_stored(const caf::error& e);
  void resolve_duplicate(const operation_id& id);
  void answer(const operation_id& id, const operation_report& r);
  void refuse(const operation_id& id, const caf::error& why);
  void refuse_for_coin(const operation_id& id, const std::optional<uint256>& coins);
  void report_rows(const std::vector<chain_operation>& rows, report_promise promise);

  // nonce
  void weigh_count(std::uint64_t count, std::function<void(bool)> then);
  [[nodiscard]] bool believe_counts(const std::vector<rpc_result>& words);
  [[nodiscard]] bool repeats_jump(std::uint64_t count);
  void forget_jump();
  void skip_used_nonces(std::uint64_t count);

  // signing
  void sign_batch();
  void signed_batch(std::vector<signing>& results);
  void note_signer(const std::vector<signing>& results);
  void rest_signer();
  void refuse_unsigned();
  void look_for_signer();

  // fees
  [[nodiscard]] std::optional<gas_market> market_of(std::span<const rpc_result> results) const;
  [[nodiscard]] std::optional<gas_fees> within_limits(gas_fees wanted, const gas_market& market,
                                                      std::uint64_t gas_limit);
  [[nodiscard]] uint128 promised() const;
  void note_coins(const uint256& wei);
  void heard_of_broadcast(std::uint64_t nonce, const hash256& hash, const rpc_result& r);
  void bump(open_operation& op);
  void sign_bump(open_operation& op, const gas_market& market);
  void signed_bump(std::uint64_t nonce, std::vector<signing>& results);
  void store_bump(open_operation& op);
  void heard_of_bump(std::uint64_t nonce, const caf::error& e);

  // watch
  void look();
  void looked(const chain_head& head);
  void note_head(const chain_head& head);
  void look_for_coins();
  void advance_line();
  void judge(std::uint64_t nonce, const chain_head& head, std::span<const rpc_result> receipts);
  void weigh(std::uint64_t nonce, const eth::receipt& r, std::uint32_t node);
  void finish(open_operation& op, operation_report outcome);
  void book(open_operation& op);
  void booked(std::uint64_t nonce);

  // doubt
  void missed(open_operation& op);
  void ask_witnesses(open_operation& op);
  void name_user(std::uint64_t nonce);
  void named(std::uint64_t nonce, const std::vector<nonce_use>& words);
  void drop(open_operation& op, const nonce_use& by);
  void doubt(open_operation& op, std::string why);

  // undone
  void keep_booked(const open_operation& op);
  void read_booked(std::uint64_t from);
  void adopt_booked(const std::vector<chain_operation>& rows);
  void watch_booked(const chain_head& head);
  void judge_booked(std::uint64_t nonce, const rpc_result& receipt);
  void mend_gap();
  void send_again(booked_operation& op);

  [[nodiscard]] open_operation* find(std::uint64_t nonce);
  [[nodiscard]] booked_operation* find_booked(std::uint64_t nonce);
  /// What is told of an operation that has ended: and whether it may be undone yet.
  [[nodiscard]] operation_report told(const operation_id& id, operation_report r) const;
  void correct(const operation_id& id, const eth::receipt& r);
  [[nodiscard]] chain_operation row_of(const operation_id& id, const std::string& purpose,
                                       std::uint32_t attempt, const signed_transaction& tx) const;
  void remember(const operation_id& id, operation_report r);
  /// On the alert board, about this wallet; kinds are "wallet.no_gas" and so on.
  void raise(const std::string& kind, std::string what);
  void clear(const std::string& kind);
  [[nodiscard]] caf::actor_clock::time_point now() const { return self_->clock().now(); }
  /// Of repeats: the poll's interval, doubled up to 5 s.
  [[nodiscard]] std::chrono::milliseconds pause_after(std::uint32_t tries) const;

  wallet_self self_;
  wallet_state& st_;
  const actors::world& w_;
};

/// The most it can cost: gas, and the value that goes along.
[[nodiscard]] uint128 cost_at_most(const unsigned_transaction& body);

/// What is asked before signing: read by market_of in this order.
[[nodiscard]] std::vector<rpc_request> fee_calls();

[[nodiscard]] operation_report report_of(const open_operation& op);
[[nodiscard]] actors::event_log to_event(const log_entry& log);

/// Kinds of alerts; the subject is the wallet's (wallet_settings::alone_on_chain).
namespace wallet_alert {
inline const std::string waits = "wallet.waits";            // cannot start
inline const std::string no_gas = "wallet.no_gas";          // native coin is missing
inline const std::string gas_low = "gas.low";               // it will be missing before long
inline const std::string price = "wallet.price";            // the chain asks more than we pay
inline const std::string stuck = "wallet.stuck";            // at the highest price we pay
inline const std::string refused = "wallet.refused";        // nodes refuse a transaction
inline const std::string standstill = "wallet.standstill";  // the chain makes no blocks
inline const std::string in_doubt = "wallet.in_doubt";      // mined or not: nobody shows
inline const std::string nonce = "wallet.nonce";            // one node says it is far higher
inline const std::string foreign = "wallet.foreign";        // somebody else uses the key
inline const std::string undone = "wallet.undone";          // booked, and no longer on the chain
inline const std::string gap = "wallet.gap";                // a nonce that nothing fills
inline const std::string books = "wallet.books";            // the books contradict the chain
inline const std::string row = "wallet.row";                // a stored transaction is no use
inline const std::string no_signer = "signer.unavailable";  // silent, or it refuses
inline const std::string wrong = "signer.wrong";            // it signed something else
}  // namespace wallet_alert

}  // namespace headroom::chain
