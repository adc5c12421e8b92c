#pragma once

#include "chain/wallet_actor.hpp"

/// The wallet's work, for its own three files: wallet_actor (what was left open), wallet_send (from
/// a request to a stored row), wallet_watch (from a broadcast to finality).
namespace headroom::chain {

using actors::operation_report;
using actors::operation_state;
using report_promise = caf::typed_response_promise<operation_report>;

class wallet_outbox {
 public:
  explicit wallet_outbox(wallet_self self) : self_{self}, st_{self->state}, w_{*self->state.w} {}

  // start
  void start();
  void adopt(std::vector<chain_operation> rows);

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
  void check_chain(actors::wallet_backlog backlog);
  void start_later(std::string why);

  // send
  void checked(const operation_id& id, const std::vector<chain_operation>& rows);
  void price(const operation_id& id);
  void priced(const operation_id& id, std::vector<rpc_result>& results);
  void stored();
  void not_stored(const caf::error& e);
  void resolve_duplicate(const operation_id& id);
  void answer(const operation_id& id, const operation_report& r);
  void refuse(const operation_id& id, const caf::error& why);
  void report_rows(const std::vector<chain_operation>& rows, report_promise promise);

  // watch
  void look();
  void looked(const chain_head& head);
  void advance_line();
  void judge(std::uint64_t nonce, const chain_head& head, std::span<const rpc_result> receipts);
  void confirm_canonical(std::uint64_t nonce, const eth::receipt& r);
  void missed(open_operation& op, const chain_head& head);
  void finish(open_operation& op, operation_report outcome);
  void book(open_operation& op);
  void booked(std::uint64_t nonce);
  void heard_of_broadcast(std::uint64_t nonce, const hash256& hash, const rpc_result& r);
  void bump(open_operation& op);
  void store_bump(open_operation& op);

  [[nodiscard]] std::optional<gas_fees> fees_of(std::span<const rpc_result> results) const;
  [[nodiscard]] bool affordable(const gas_fees& fees);
  [[nodiscard]] uint128 promised() const;
  [[nodiscard]] open_operation* find(std::uint64_t nonce);
  [[nodiscard]] chain_operation row_of(const operation_id& id, const std::string& purpose,
                                       std::uint32_t attempt, const signed_transaction& tx) const;
  void remember(const operation_id& id, operation_report r);
  void raise(std::string what);
  [[nodiscard]] caf::actor_clock::time_point now() const { return self_->clock().now(); }

  wallet_self self_;
  wallet_state& st_;
  const actors::world& w_;
};

/// The most it can cost: gas, and the value that goes along.
[[nodiscard]] uint128 cost_at_most(const unsigned_transaction& body);

/// What is asked before signing: read by fees_of in this order.
[[nodiscard]] std::vector<rpc_request> fee_calls();

[[nodiscard]] operation_report report_of(const open_operation& op);
[[nodiscard]] actors::event_log to_event(const log_entry& log);

}  // namespace headroom::chain
