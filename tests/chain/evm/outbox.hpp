#pragma once

#include <algorithm>
#include <map>
#include <mutex>

#include "actors/ports.hpp"
#include "domain/operation_purpose.hpp"

namespace headroom::test {

/// The outbox table in memory, with the real one's rules, behind the journal's and the query's
/// interfaces. Outlives the wallets that write to it: a "restart" is a new wallet on the same rows.
class outbox {
 public:
  using rows_of_one = std::vector<chain_operation>;

  void fail(actors::store_status how, int times) {
    const std::lock_guard lock{mutex_};
    failure_ = how;
    failures_ = times;
  }
  /// Whatever has a row of `id` is refused as a whole.
  void refuse(const operation_id& id) {
    const std::lock_guard lock{mutex_};
    refused_ = id;
  }
  /// Rows of the largest entry that was refused so.
  [[nodiscard]] std::size_t refused_together() const {
    const std::lock_guard lock{mutex_};
    return refused_together_;
  }
  [[nodiscard]] uint256 fee_of(const operation_id& id) const {
    const std::lock_guard lock{mutex_};
    return fees_.at(id);
  }
  void refuse_next(errc why) {
    const std::lock_guard lock{mutex_};
    refusal_ = why;
  }
  [[nodiscard]] rows_of_one find(const operation_id& id) const {
    const std::lock_guard lock{mutex_};
    const auto i = operations_.find(id);
    return i == operations_.end() ? rows_of_one{} : i->second;
  }
  [[nodiscard]] rows_of_one all() const {
    const std::lock_guard lock{mutex_};
    rows_of_one out;
    for (const auto& [id, rows] : operations_) out.insert(out.end(), rows.begin(), rows.end());
    return out;
  }
  void put(const chain_operation& row) {
    const std::lock_guard lock{mutex_};
    operations_[row.id].push_back(row);
  }

  actors::store_status commit(std::span<const journal_entry> batch,
                              std::vector<entry_outcome>& outcomes) {
    const std::lock_guard lock{mutex_};
    if (failures_ > 0) {
      --failures_;
      return failure_;
    }
    outcomes.clear();
    for (const auto& entry : batch) {
      errc verdict = std::exchange(refusal_, errc::none);
      if (verdict == errc::none) {
        if (const auto* x = std::get_if<record_operations>(&entry)) verdict = record(*x);
        if (const auto* x = std::get_if<finish_operation>(&entry)) verdict = finish(*x);
      }
      outcomes.push_back({verdict, {}});
    }
    return actors::store_status::ok;
  }

 private:
  errc record(const record_operations& x) {
    for (const auto& row : x.rows) {
      if (row.id == refused_) {
        refused_together_ = std::max(refused_together_, x.rows.size());
        return errc::invalid_field;
      }
      for (const auto& [id, rows] : operations_)
        for (const auto& known : rows) {
          const bool same = known.id == row.id && known.attempt == row.attempt;
          if (same && known.tx_hash != row.tx_hash) return errc::duplicate;
          if (!same && known.id != row.id && known.status != operation_status::dropped &&
              known.chain_id == row.chain_id && known.account == row.account &&
              known.nonce == row.nonce && known.attempt == row.attempt)
            return errc::duplicate;
        }
    }
    for (const auto& row : x.rows) {
      auto& rows = operations_[row.id];
      if (rows.size() > row.attempt) continue;
      rows.push_back(row);
      rows.back().purpose = parse_purpose(row.purpose).word;
    }
    return errc::none;
  }

  errc finish(const finish_operation& x) {
    const auto i = operations_.find(x.id);
    if (i == operations_.end()) return errc::not_found;
    fees_[x.id] = x.fee_wei;
    for (auto& row : i->second) {
      row.status = row.tx_hash == x.tx_hash ? x.status : operation_status::dropped;
      if (row.tx_hash == x.tx_hash) row.block_number = x.block_number;
    }
    return errc::none;
  }

  mutable std::mutex mutex_;
  std::map<operation_id, rows_of_one> operations_;
  actors::store_status failure_ = actors::store_status::unavailable;
  int failures_ = 0;
  errc refusal_ = errc::none;
  operation_id refused_;
  std::size_t refused_together_ = 0;
  std::map<operation_id, uint256> fees_;
};

class outbox_store final : public actors::ledger_store {
 public:
  explicit outbox_store(outbox& books) : books_{books} {}
  actors::store_status commit(std::span<const journal_entry> batch,
                              std::vector<entry_outcome>& outcomes,
                              std::optional<buffer_row>&) override {
    return books_.commit(batch, outcomes);
  }
  actors::store_status load_balances(std::span<const address>, std::vector<balance_row>&) override {
    return actors::store_status::unavailable;
  }
  /// A journal reads it with its first batch.
  actors::store_status load_buffer(buffer_row& row) override {
    row = {};
    return actors::store_status::ok;
  }
  actors::store_status find_bets(std::span<const bet_id>,
                                 std::vector<std::optional<bet>>&) override {
    return actors::store_status::unavailable;
  }
  actors::store_status find_sale(const sale_id&, std::optional<sale>&) override {
    return actors::store_status::unavailable;
  }
  actors::store_status find_withdrawal(const withdrawal_id&, std::optional<withdrawal>&) override {
    return actors::store_status::unavailable;
  }

 private:
  outbox& books_;
};

/// Only the outbox is there; everything else is a database that does not answer.
class outbox_reader final : public actors::ledger_reader {
 public:
  explicit outbox_reader(outbox& books) : books_{books} {}

  conversion_page listed;  // what the books have of conversions

  std::optional<std::vector<chain_operation>> open_operations(std::uint64_t chain,
                                                              const address& who) override {
    std::vector<chain_operation> out;
    for (const auto& row : books_.all())
      if (row.chain_id == chain && row.account == who && row.status == operation_status::stored)
        out.push_back(row);
    return out;
  }
  std::optional<std::vector<chain_operation>> find_operation(const operation_id& id) override {
    return books_.find(id);
  }
  std::optional<std::vector<chain_operation>> operations_from(std::uint64_t chain,
                                                              const address& who,
                                                              std::uint64_t from,
                                                              std::uint32_t limit) override {
    std::vector<chain_operation> out;
    for (const auto& row : books_.all())
      if (row.chain_id == chain && row.account == who && row.nonce >= from) out.push_back(row);
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
      return std::pair{a.nonce, a.attempt} < std::pair{b.nonce, b.attempt};
    });
    if (out.size() > limit) out.resize(limit);
    return out;
  }
  std::optional<std::vector<chain_operation>> operations_of(
      std::span<const hash256> transactions) override {
    std::vector<chain_operation> out;
    for (const auto& row : books_.all())
      if (std::find(transactions.begin(), transactions.end(), row.tx_hash) != transactions.end())
        out.push_back(row);
    return out;
  }
  std::optional<std::uint64_t> next_nonce(std::uint64_t chain, const address& who) override {
    std::uint64_t next = 0;
    for (const auto& row : books_.all())
      if (row.chain_id == chain && row.account == who) next = std::max(next, row.nonce + 1);
    return next;
  }

  std::optional<std::optional<bet>> find_bet(const bet_id&) override { return {}; }
  std::optional<std::optional<bet>> find_promise(const bet_id&) override { return {}; }
  std::optional<balance_row> find_balance(const address&) override { return {}; }
  std::optional<bet_page> list_bets(const bet_filter&) override { return {}; }
  std::optional<std::optional<deposit>> find_deposit(const deposit_id&) override { return {}; }
  std::optional<std::optional<deposit>> find_deposit_by_payment(const authorization&) override {
    return {};
  }
  std::optional<deposit_page> list_deposits(const deposit_filter&) override { return {}; }
  std::optional<money_on_its_way> on_its_way(const address&) override { return {}; }
  std::optional<std::optional<deposit>> find_deposit_by_keys(const address&, const hash256&,
                                                             const hash256&) override {
    return {};
  }
  std::optional<std::vector<deposit>> deposits_to_credit(std::uint32_t) override { return {}; }
  std::optional<std::vector<deposit>> deposits_to_convert(std::uint32_t) override { return {}; }
  std::optional<std::optional<conversion>> find_conversion(const conversion_id&) override {
    return {};
  }
  std::optional<conversion_page> list_conversions(const std::string&, std::uint32_t) override {
    return listed;
  }
  std::optional<std::vector<conversion>> running_conversions() override { return {}; }
  std::optional<std::vector<conversion>> conversions_by_depth() override { return {}; }
  std::optional<conversion_metrics> metrics_of_conversions() override { return {}; }
  std::optional<pricing_report> report_of_pricing(std::uint32_t) override { return {}; }
  std::optional<trial_balance> trial() override { return trial_balance{}; }
  std::optional<usdc> average_daily_volume() override { return {}; }
  std::optional<buffer_flows> flows_of_buffer() override { return {}; }
  std::optional<unfinished_work> unfinished(std::uint32_t, std::uint32_t) override { return {}; }
  std::optional<std::optional<sale>> find_sale(const sale_id&) override { return {}; }
  std::optional<std::optional<withdrawal>> find_withdrawal(const withdrawal_id&) override {
    return {};
  }
  std::optional<withdrawal_page> list_withdrawals(const withdrawal_filter&) override { return {}; }
  std::optional<bool> withdrawals_paused() override { return {}; }
  std::optional<position_page> list_positions(const position_filter&) override { return {}; }
  std::optional<std::optional<position>> find_position(const address&, const uint256&) override {
    return {};
  }
  std::optional<settlement_work> work_of_settlements(const hash256&, std::uint32_t) override {
    return {};
  }
  std::optional<std::optional<settlement_view>> find_settlement(const hash256&) override {
    return {};
  }
  std::optional<std::vector<position>> positions_to_pay(const hash256&, std::uint32_t) override {
    return {};
  }
  std::optional<std::vector<token_shares>> shares_held(const uint256&, std::uint32_t) override {
    return {};
  }
  std::optional<std::vector<external_operation>> find_external(const operation_id&) override {
    return {};
  }
  std::optional<std::vector<external_operation>> open_externals(const std::string&,
                                                                const address&) override {
    return {};
  }
  std::optional<std::optional<delegation>> find_delegation(const delegation_id&) override {
    return {};
  }
  std::optional<std::vector<delegation>> list_delegations(const address&) override { return {}; }
  std::optional<user_holdings> find_holdings(const address&) override { return {}; }
  std::optional<history_page> list_history(const history_filter&) override { return {}; }
  std::optional<std::int64_t> newest_event() override { return {}; }
  std::optional<std::vector<heard_event>> events_after(std::int64_t, std::uint32_t) override {
    return {};
  }
  std::optional<std::vector<signed_session>> changed_sessions(std::int64_t,
                                                              std::uint32_t) override {
    return {};
  }
  std::optional<std::vector<service_key>> active_keys() override { return {}; }
  bool ping() override { return true; }

 private:
  outbox& books_;
};

}  // namespace headroom::test
