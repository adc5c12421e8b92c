#pragma once

#include <map>
#include <random>
#include <set>

#include "actors/ports.hpp"
#include "tests/support/memory_externals.hpp"
#include "tests/support/memory_outbox.hpp"
#include "tests/support/memory_positions.hpp"
#include "tests/support/memory_withdrawals.hpp"

namespace headroom::test {

/// The books in memory, with the rules of the real store: a second commit of an entry changes
/// nothing, a CHECK refuses what must never be. Survives the crash of the actors that use it. Bets
/// and what became of them are memory_positions'.
struct memory_books : memory_positions {
  std::map<address, balance_row> balances;
  std::map<bet_id, bet> promises;
  std::map<deposit_id, deposit> deposits;
  std::map<conversion_id, conversion> conversions;
  std::map<replenish_id, usdc> replenishes;
  memory_outbox operations;
  memory_externals externals;
  memory_withdrawals withdrawals;
  std::set<conversion_id> sent_for;  // something of them is or was in an outbox
  buffer_row buffer;
  usdc in_transit;
  usdc loss;
  usdc venue_loss;
  usdc capital;
  usdc revenue;
  usdc daily_volume;                     // what the reader says it is
  buffer_flows flows;                    // likewise
  std::map<timestamp, usdc> history;     // buffer and reserve
  std::vector<order_conversion> orders;  // of operators, so far
  std::map<adoption_id, usdc> claimed;   // transfers that a human named, by their place
  std::map<pausable, switch_work> switches;
  std::map<hash256, signed_session> sessions;  // by their tokens
  std::int64_t session_changes = 0;
  std::map<delegation_id, delegation> delegations;
  std::vector<heard_event> events;  // by their numbers, from 1 on

  /// What the store does wrong next; each is a probability in 1/1000.
  struct faults {
    unsigned unavailable = 0;         // nothing happened
    unsigned lost_after_commit = 0;   // committed, answer lost
    unsigned lost_before_commit = 0;  // not committed, answer lost
  } faults;
  std::mt19937_64 rng{1};

  errc apply(const journal_entry& e, committed& out);
  void tell(const journal_entry& e, const entry_outcome& outcome);
  [[nodiscard]] usdc owed_to_users() const;
};

class memory_store final : public actors::ledger_store {
 public:
  explicit memory_store(memory_books& books) : books_{books} {}
  actors::store_status commit(std::span<const journal_entry> batch,
                              std::vector<entry_outcome>& outcomes,
                              std::optional<buffer_row>& buffer) override;
  actors::store_status load_balances(std::span<const address> users,
                                     std::vector<balance_row>& rows) override;
  actors::store_status load_buffer(buffer_row& row) override;
  actors::store_status find_bets(std::span<const bet_id> ids,
                                 std::vector<std::optional<bet>>& rows) override;
  actors::store_status find_sale(const sale_id& id, std::optional<sale>& row) override;
  actors::store_status find_withdrawal(const withdrawal_id& id,
                                       std::optional<withdrawal>& row) override;

 private:
  bool chance(unsigned per_mille) { return books_.rng() % 1000 < per_mille; }
  memory_books& books_;
};

class memory_reader : public actors::ledger_reader {
 public:
  explicit memory_reader(memory_books& books) : books_{books} {}
  std::optional<std::optional<bet>> find_bet(const bet_id& id) override;
  std::optional<std::optional<bet>> find_promise(const bet_id& id) override;
  std::optional<balance_row> find_balance(const address& user) override;
  std::optional<bet_page> list_bets(const bet_filter& filter) override;
  std::optional<std::optional<deposit>> find_deposit(const deposit_id& id) override;
  std::optional<std::optional<deposit>> find_deposit_by_payment(const authorization& p) override;
  std::optional<deposit_page> list_deposits(const deposit_filter& filter) override;
  std::optional<money_on_its_way> on_its_way(const address& user) override;
  std::optional<std::optional<deposit>> find_deposit_by_keys(const address&, const hash256&,
                                                             const hash256&) override;
  std::optional<std::vector<deposit>> deposits_to_credit(std::uint32_t limit) override;
  std::optional<std::vector<deposit>> deposits_to_convert(std::uint32_t limit) override;
  std::optional<std::optional<conversion>> find_conversion(const conversion_id& id) override;
  std::optional<conversion_page> list_conversions(const std::string&, std::uint32_t) override;
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
  std::optional<bool> withdrawals_paused() override { return books_.withdrawals.paused; }
  std::optional<position_page> list_positions(const position_filter& filter) override;
  std::optional<std::optional<delegation>> find_delegation(const delegation_id& id) override;
  std::optional<std::vector<delegation>> list_delegations(const address&) override { return {}; }
  std::optional<user_holdings> find_holdings(const address&) override {
    return {};
  }  // no page here
  std::optional<history_page> list_history(const history_filter&) override { return {}; }
  std::optional<std::optional<position>> find_position(const address&, const uint256&) override;
  std::optional<settlement_work> work_of_settlements(const hash256&, std::uint32_t) override;
  std::optional<std::optional<settlement_view>> find_settlement(const hash256&) override;
  std::optional<std::vector<position>> positions_to_pay(const hash256&, std::uint32_t) override;
  std::optional<std::vector<token_shares>> shares_held(const uint256&, std::uint32_t) override;
  std::optional<std::vector<chain_operation>> open_operations(std::uint64_t,
                                                              const address&) override;
  std::optional<std::vector<chain_operation>> find_operation(const operation_id&) override;
  std::optional<std::vector<chain_operation>> operations_from(std::uint64_t, const address&,
                                                              std::uint64_t,
                                                              std::uint32_t) override;
  std::optional<std::vector<chain_operation>> operations_of(std::span<const hash256>) override;
  std::optional<std::uint64_t> next_nonce(std::uint64_t, const address&) override;
  std::optional<std::vector<external_operation>> find_external(const operation_id&) override;
  std::optional<std::vector<external_operation>> open_externals(const std::string&,
                                                                const address&) override;
  std::optional<std::vector<service_key>> active_keys() override;
  std::optional<std::vector<signed_session>> changed_sessions(std::int64_t, std::uint32_t) override;
  std::optional<std::int64_t> newest_event() override {
    return static_cast<std::int64_t>(books_.events.size());
  }
  std::optional<std::vector<heard_event>> events_after(std::int64_t, std::uint32_t) override;
  bool ping() override { return true; }

 private:
  memory_books& books_;
};

}  // namespace headroom::test
