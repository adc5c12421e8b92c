#include "domain/events.hpp"

#include "domain/ledger.hpp"

namespace headroom {
namespace {

using optional_event = std::optional<event>;

/// What an entry is to the outside. Those that are not listed are the house's own affair.
struct own_event {
  optional_event operator()(const accept_bet& x) const {
    const auto& b = x.row;
    return event{event_type::bet_placed, b.id.text(), b.user, b.amount, b.created_at};
  }
  optional_event operator()(const finish_bet& x) const {
    const bool filled = x.status == bet_status::filled;
    return event{filled ? event_type::bet_filled : event_type::bet_failed, x.id.text(), x.user,
                 filled ? add_saturating(x.spent, x.fee) : x.refunded, x.at};
  }
  optional_event operator()(const open_deposit& x) const {
    const auto& d = x.row;
    return event{event_type::deposit_opened, d.id.text(), d.user, d.amount, d.created_at};
  }
  optional_event operator()(const settle_deposit& x) const {
    return event{event_type::deposit_settled, x.id.text(), {}, {}, x.at};
  }
  optional_event operator()(const fail_deposit& x) const {
    return event{event_type::deposit_failed, x.id.text(), {}, {}, x.at};
  }
  optional_event operator()(const credit_deposit& x) const {
    return event{event_type::deposit_credited, x.id.text(), x.user, sub_saturating(x.amount, x.fee),
                 x.at};
  }
  optional_event operator()(const open_conversion& x) const {
    const auto& c = x.row;
    return event{event_type::conversion_opened, c.id.text(), {}, c.amount, c.created_at};
  }
  optional_event operator()(const replace_conversion& x) const {
    const auto& c = x.row;
    return event{event_type::conversion_opened, c.id.text(), {}, c.amount, c.created_at};
  }
  optional_event operator()(const complete_conversion& x) const {
    const auto received = add_saturating(x.to_buffer, x.to_reserve);
    return event{event_type::conversion_completed, x.id.text(), {}, received, x.at};
  }
  optional_event operator()(const undo_conversion& x) const {
    const auto taken_back = add_saturating(x.from_buffer, x.from_reserve);
    return event{event_type::conversion_undone, x.id.text(), {}, taken_back, x.at};
  }
  optional_event operator()(const fail_conversion& x) const {
    return event{event_type::conversion_failed, x.id.text(), {}, {}, x.at};
  }
  optional_event operator()(const write_off_conversion& x) const {
    return event{event_type::conversion_failed, x.id.text(), {}, {}, x.at};
  }
  optional_event operator()(const configure_buffer& x) const {
    return event{event_type::buffer_changed, "", {}, {}, x.at};
  }
  optional_event operator()(const accept_sale& x) const {
    const auto& s = x.row;
    return event{event_type::position_offered, s.id.text(), s.user, {}, s.created_at};
  }
  optional_event operator()(const finish_sale& x) const {
    const bool sold = x.status == sale_status::sold;
    return event{sold ? event_type::position_sold : event_type::position_kept, x.id.text(), x.user,
                 sub_saturating(x.proceeds, x.fee), x.at};
  }
  optional_event operator()(const settle_position& x) const {
    return event{event_type::position_settled, x.token.decimal(), x.user, x.payout, x.at};
  }
  optional_event operator()(const accept_withdrawal& x) const {
    const auto& w = x.row;
    return event{event_type::withdrawal_requested, w.id.text(), w.user, w.amount, w.created_at};
  }
  optional_event operator()(const approve_withdrawal& x) const {
    return event{event_type::withdrawal_approved, x.id.text(), {}, {}, x.at};
  }
  optional_event operator()(const finish_withdrawal& x) const {
    const bool paid = x.status == withdrawal_status::confirmed;
    return event{paid ? event_type::withdrawal_confirmed : event_type::withdrawal_failed,
                 x.id.text(), x.user, paid ? sub_saturating(x.amount, x.fee) : x.amount, x.at};
  }
  template <class Other>
  optional_event operator()(const Other&) const {
    return {};
  }
};

}  // namespace

std::string_view to_string(event_type t) noexcept {
  switch (t) {
    case event_type::bet_placed: return "bet.placed";
    case event_type::bet_filled: return "bet.filled";
    case event_type::bet_failed: return "bet.failed";
    case event_type::deposit_opened: return "deposit.opened";
    case event_type::deposit_settled: return "deposit.settled";
    case event_type::deposit_credited: return "deposit.credited";
    case event_type::deposit_failed: return "deposit.failed";
    case event_type::conversion_opened: return "conversion.opened";
    case event_type::conversion_completed: return "conversion.completed";
    case event_type::conversion_failed: return "conversion.failed";
    case event_type::conversion_undone: return "conversion.undone";
    case event_type::balance_changed: return "balance.changed";
    case event_type::buffer_changed: return "buffer.changed";
    case event_type::position_offered: return "position.offered";
    case event_type::position_sold: return "position.sold";
    case event_type::position_kept: return "position.kept";
    case event_type::position_settled: return "position.settled";
    case event_type::withdrawal_requested: return "withdrawal.requested";
    case event_type::withdrawal_approved: return "withdrawal.approved";
    case event_type::withdrawal_confirmed: return "withdrawal.confirmed";
    case event_type::withdrawal_failed: return "withdrawal.failed";
  }
  return "unknown.unknown";
}

std::string_view topic_of(event_type t) noexcept {
  const auto name = to_string(t);
  return name.substr(0, name.find('.'));
}

std::vector<event> events_of(const journal_entry& entry, const entry_outcome& outcome) {
  std::vector<event> out;
  if (outcome.verdict != errc::none || outcome.result.replayed) return out;
  if (auto own = std::visit(own_event{}, entry)) out.push_back(std::move(*own));
  const auto moves = moves_of(entry);
  if (!change_of(account::user, moves).is_zero())
    out.push_back({event_type::balance_changed, "", moves.user, outcome.result.balance, moves.at});
  if (const auto change = change_of(account::buffer, moves); !change.is_zero())
    out.push_back({event_type::buffer_changed, "", {}, change, moves.at});
  return out;
}

std::optional<event> told_of(const journal_entry& entry, const entry_outcome& outcome) {
  auto all = events_of(entry, outcome);
  if (all.empty()) return std::nullopt;
  return std::move(all.front());
}

}  // namespace headroom
