#pragma once

#include "actors/alerts.hpp"
#include "chain/polymarket/account_keeper.hpp"
#include "chain/polymarket/market.hpp"
#include "chain/polymarket/order.hpp"

/// The keeper's work, for its own files: account_keeper (looks and the verdict), account_sending
/// (what is missing, and the line of operations), account_venue (the venue's own view),
/// account_trial (would the exchange take an order).
namespace headroom::chain::polymarket {

class keeper_desk {
 public:
  explicit keeper_desk(keeper_self self) : self_{self}, st_{self->state}, w_{*self->state.w} {}

  void poll();
  void show_first();

 private:
  using answers = node_answers;
  using report_done = std::function<void(const actors::operation_report*)>;  // null: no word

  // looks
  void ask_books();
  void look_at(std::size_t i);
  [[nodiscard]] std::vector<rpc_request> questions(std::size_t i) const;
  void heard(std::size_t i, answers& said);
  [[nodiscard]] std::string judge_contracts(account_watch& a, const answers& said, std::size_t at);
  [[nodiscard]] std::string no_wallet(account_watch& a);
  void judge_approvals(std::size_t i, const answers& said, std::size_t at);
  void judge_money(account_watch& a, const answers& said, std::size_t at);
  void settle(std::size_t i);
  void end_look();
  [[nodiscard]] bool keeps_money_of(std::size_t i) const noexcept {
    return i == 0 && st_.settings.account.keeps_collateral;
  }
  [[nodiscard]] bool is_busy() const;

  // the venue
  void ask_venue(std::size_t i);
  void derive_key(std::size_t i);
  void venue_said(std::size_t i, const net::http_result& r);
  void fetch(const account_watch& a, std::string_view path,
             std::function<void(const net::http_result&)> done);

  // orders that are never sent
  struct trying;
  using trying_ptr = std::shared_ptr<trying>;
  void try_orders(std::size_t i);
  void next_kind(const trying_ptr& t);
  void next_market(const trying_ptr& t);
  void read_list(const trying_ptr& t);
  void find_condition(const trying_ptr& t, const uint256& token);
  void read_terms(const trying_ptr& t, const uint256& token, const std::string& condition);
  void try_market(const trying_ptr& t, const market& m);
  void judge_trial(const trying_ptr& t, const signed_order& o, const answers& said);
  void fail_trial(const trying_ptr& t, std::string why);
  void read(const std::string& url, std::function<void(const net::http_result&)> done);

  // sending
  void mend(std::size_t i, const std::vector<approval>& missing);
  void give(std::size_t i, const approval& a);
  void send_approval(std::size_t i, const approval& a, const operation_id& id);
  [[nodiscard]] std::optional<line_step> next_step(std::size_t i);
  void go_on(std::size_t i, std::optional<line_step> wanted);
  void find_end(std::size_t i);
  void watch(std::size_t i);
  void begin(std::size_t i, line_step step);
  void ended(std::size_t i, const actors::operation_report& r);
  void moved(std::size_t i, const collateral_move& m, const std::vector<actors::event_log>& logs);
  void read_receipt(std::size_t i, const collateral_move& m, const hash256& tx);
  void ask_operation(std::size_t i, const operation_id& id, report_done done);
  [[nodiscard]] operation_id id_of(const account_watch& a, std::uint64_t number) const;
  [[nodiscard]] operation_id id_of(const account_watch& a, const approval& what) const;

  [[nodiscard]] actors::wallet_actor wallet_of(const account_watch& a) const {
    return w_.dir.handles.wallet({st_.settings.chain_id, a.who.holder});
  }
  void raise(std::string_view kind, const account_watch& a, std::string_view text) {
    w_.dir.gauges.alerts().raise(kind, a.who.name, text, w_.now());
  }
  void clear(std::string_view kind, const account_watch& a) {
    w_.dir.gauges.alerts().clear(kind, a.who.name, w_.now());
  }
  [[nodiscard]] caf::actor_clock::time_point now() const { return self_->clock().now(); }

  keeper_self self_;
  keeper_state& st_;
  const actors::world& w_;
};

}  // namespace headroom::chain::polymarket
