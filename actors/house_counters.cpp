#include "actors/house_counters.hpp"

namespace headroom::actors {
namespace {

/// One line for each kind of entry that is counted.
struct counting {
  house_counters& to;

  void operator()(const accept_bet& x) const noexcept { to.bets_accepted.add(x.row.amount); }
  void operator()(const finish_bet& x) const noexcept {
    if (x.status == bet_status::failed) return to.bets_failed.add(x.refunded);
    to.bets_filled.add(x.spent);
    to.bet_fees.add(x.fee);
    if (x.refunded.is_positive()) to.bet_refunds.add(x.refunded);
  }
  void operator()(const open_deposit& x) const noexcept { to.deposits_opened.add(x.row.amount); }
  void operator()(const settle_deposit&) const noexcept { to.deposits_settled.add(); }
  void operator()(const fail_deposit&) const noexcept { to.deposits_failed.add(); }
  void operator()(const credit_deposit& x) const noexcept { to.deposits_credited.add(x.amount); }
  void operator()(const open_conversion& x) const noexcept {
    to.conversions_opened.add(x.row.amount);
  }
  void operator()(const complete_conversion& x) const noexcept {
    to.conversions_completed.add(add_saturating(x.to_buffer, x.to_reserve));
    if (x.loss.is_positive()) to.conversion_losses.add(x.loss);
  }
  void operator()(const undo_conversion& x) const noexcept {
    to.conversions_undone.add(add_saturating(x.from_buffer, x.from_reserve));
  }
  void operator()(const fail_conversion&) const noexcept { to.conversions_failed.add(); }
  void operator()(const write_off_conversion& x) const noexcept {
    to.conversions_failed.add();
    to.conversion_losses.add(x.lost);
  }
  void operator()(const replenish& x) const noexcept {
    to.replenished.add(add_saturating(x.to_buffer, x.to_reserve));
  }
  void operator()(const finish_sale& x) const noexcept {
    if (x.status == sale_status::failed) return to.sales_failed.add();
    to.sales_sold.add(sub_saturating(x.proceeds, x.fee));
    to.sale_fees.add(x.fee);
  }
  void operator()(const book_redemption& x) const noexcept { to.redemptions.add(x.received); }
  void operator()(const settle_position& x) const noexcept { to.positions_paid.add(x.payout); }
  void operator()(const close_settlement& x) const noexcept {
    to.settlements_closed.add(x.remainder);
  }
  void operator()(const accept_withdrawal& x) const noexcept {
    to.withdrawals_requested.add(x.row.amount);
  }
  void operator()(const finish_withdrawal& x) const noexcept {
    if (x.status == withdrawal_status::failed) return to.withdrawals_failed.add(x.amount);
    to.withdrawals_confirmed.add(sub_saturating(x.amount, x.fee));
    to.withdrawal_fees.add(x.fee);
  }
  template <class Other>
  void operator()(const Other&) const noexcept {}  // moves no money over our border
};

}  // namespace

void house_counters::count(const journal_entry& entry) noexcept {
  std::visit(counting{*this}, entry);
}

latency_histogram& house_counters::rpc(std::uint64_t chain_id) {
  const std::lock_guard lock{mutex_};
  return rpc_[chain_id];
}

void house_counters::saw_coin(const std::string& wallet, double coins, timestamp at) {
  const std::lock_guard lock{mutex_};
  coins_.saw(wallet, coins, at);
}

std::map<std::string, coin_gauge::sight> house_counters::coins() const {
  const std::lock_guard lock{mutex_};
  return coins_.list();
}

std::optional<double> house_counters::gas_hours_left(const std::string& wallet) const {
  const std::lock_guard lock{mutex_};
  return coins_.hours_left(wallet);
}

}  // namespace headroom::actors
