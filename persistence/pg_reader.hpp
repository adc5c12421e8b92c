#pragma once

#include <memory>

#include "actors/ports.hpp"
#include "persistence/database_settings.hpp"

namespace headroom::persistence {

/// Reads that nobody waits in line for: an own session, read only. A lost session is opened anew
/// at the next use; while PostgreSQL is down every answer is empty. A cursor that is not one of
/// ours gives an empty page. Not thread-safe.
class pg_reader final : public actors::ledger_reader {
 public:
  explicit pg_reader(reader_settings settings);
  ~pg_reader() override;

  std::optional<std::optional<bet>> find_bet(const bet_id& id) override;
  std::optional<std::optional<bet>> find_promise(const bet_id& id) override;
  std::optional<balance_row> find_balance(const address& user) override;
  std::optional<bet_page> list_bets(const bet_filter& filter) override;
  std::optional<std::optional<deposit>> find_deposit(const deposit_id& id) override;
  std::optional<std::optional<deposit>> find_deposit_by_payment(
      const authorization& payment) override;
  std::optional<deposit_page> list_deposits(const deposit_filter& filter) override;
  std::optional<money_on_its_way> on_its_way(const address& user) override;
  std::optional<std::optional<deposit>> find_deposit_by_keys(
      const address& user, const hash256& idempotency_key,
      const hash256& payment_identifier) override;
  std::optional<std::vector<deposit>> deposits_to_credit(std::uint32_t limit) override;
  std::optional<std::vector<deposit>> deposits_to_convert(std::uint32_t limit) override;
  std::optional<std::optional<conversion>> find_conversion(const conversion_id& id) override;
  [[nodiscard]] bool is_cursor(const std::string& text) const override;
  std::optional<conversion_page> list_conversions(const std::string& cursor,
                                                  std::uint32_t limit) override;
  std::optional<std::vector<conversion>> running_conversions() override;
  std::optional<std::vector<conversion>> conversions_by_depth() override;
  std::optional<conversion_metrics> metrics_of_conversions() override;
  std::optional<pricing_report> report_of_pricing(std::uint32_t days) override;
  std::optional<trial_balance> trial() override;
  std::optional<usdc> average_daily_volume() override;
  std::optional<buffer_flows> flows_of_buffer() override;
  std::optional<unfinished_work> unfinished(std::uint32_t bets, std::uint32_t deposits) override;
  std::optional<std::optional<sale>> find_sale(const sale_id& id) override;
  std::optional<std::optional<withdrawal>> find_withdrawal(const withdrawal_id& id) override;
  std::optional<withdrawal_page> list_withdrawals(const withdrawal_filter& filter) override;
  std::optional<bool> withdrawals_paused() override;
  std::optional<position_page> list_positions(const position_filter& filter) override;
  std::optional<std::optional<delegation>> find_delegation(const delegation_id& id) override;
  std::optional<std::vector<delegation>> list_delegations(const address& user) override;
  std::optional<user_holdings> find_holdings(const address& user) override;
  std::optional<history_page> list_history(const history_filter& filter) override;
  std::optional<std::optional<position>> find_position(const address& user,
                                                       const uint256& token) override;
  std::optional<settlement_work> work_of_settlements(const hash256& after,
                                                     std::uint32_t limit) override;
  std::optional<std::optional<settlement_view>> find_settlement(const hash256& condition) override;
  std::optional<std::vector<position>> positions_to_pay(const hash256& condition,
                                                        std::uint32_t limit) override;
  std::optional<std::vector<token_shares>> shares_held(const uint256& after,
                                                       std::uint32_t limit) override;
  std::optional<std::vector<chain_operation>> open_operations(std::uint64_t chain_id,
                                                              const address& account) override;
  std::optional<std::vector<chain_operation>> find_operation(const operation_id& id) override;
  std::optional<std::vector<chain_operation>> operations_from(std::uint64_t chain_id,
                                                              const address& account,
                                                              std::uint64_t from,
                                                              std::uint32_t limit) override;
  std::optional<std::vector<chain_operation>> operations_of(
      std::span<const hash256> transactions) override;
  std::optional<std::uint64_t> next_nonce(std::uint64_t chain_id, const address& account) override;
  std::optional<std::vector<external_operation>> find_external(const operation_id& id) override;
  std::optional<std::vector<external_operation>> open_externals(const std::string& service,
                                                                const address& account) override;
  std::optional<std::vector<service_key>> active_keys() override;
  std::optional<std::vector<signed_session>> changed_sessions(std::int64_t after,
                                                              std::uint32_t limit) override;
  std::optional<std::int64_t> newest_event() override;
  std::optional<std::vector<heard_event>> events_after(std::int64_t after,
                                                       std::uint32_t limit) override;
  bool ping() override;

 private:
  class link;
  money_source backing_;
  std::unique_ptr<link> link_;
};

}  // namespace headroom::persistence
