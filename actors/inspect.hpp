#pragma once

#include <boost/pfr/core.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/sec.hpp>
#include <tuple>

#include "domain/events.hpp"
#include "domain/journal.hpp"
#include "domain/money_source.hpp"
#include "domain/reconciliation.hpp"
#include "domain/route_choice.hpp"

/// `inspect` for the domain's types, so that they may stand in messages. The order of the fields is
/// a wire format: append only, and raise actors::wire_version when a change is not compatible.
namespace headroom {

template <class I, std::size_t N, class Tag>
typename I::result_type inspect(I& f, fixed_bytes<N, Tag>& x) {
  return f(x.bytes);
}
template <class I, class Tag>
typename I::result_type inspect(I& f, uuid<Tag>& x) {
  return f(x.bytes);
}
template <class I>
typename I::result_type inspect(I& f, uint256& x) {
  return f(x.bytes);
}

/// An entry of the journal: all its fields, in their order.
template <class I, class Entry>
requires requires { Entry::entry_name; }
typename I::result_type inspect(I& f, Entry& x) {
  return std::apply(
      [&](auto&... fields) { return f(caf::meta::type_name(Entry::entry_name), fields...); },
      boost::pfr::structure_tie(x));
}

/// One of several: its index, then the alternative. An index that names none is an error.
template <class I, class... Ts>
typename I::result_type inspect(I& f, std::variant<Ts...>& x) {
  static_assert(sizeof...(Ts) <= 256);
  if constexpr (I::writes_state) {
    std::uint8_t index = 0;
    if (auto e = f(index)) return e;
    if (index >= sizeof...(Ts)) return caf::sec::unknown_type;
    using reader = caf::error (*)(I&, std::variant<Ts...>&);
    constexpr reader readers[] = {[](I& g, std::variant<Ts...>& to) -> caf::error {
      return g(to.template emplace<Ts>());
    }...};
    return readers[index](f, x);
  } else {
    auto index = static_cast<std::uint8_t>(x.index());
    return std::visit([&](auto& alternative) { return f(index, alternative); }, x);
  }
}

// One line per struct: its wire name and its fields.
#define HEADROOM_INSPECT(type, ...)                     \
  template <class I>                                    \
  typename I::result_type inspect(I& f, type& x) {      \
    return f(caf::meta::type_name(#type), __VA_ARGS__); \
  }

HEADROOM_INSPECT(usdc, x.micro)
HEADROOM_INSPECT(money_source, x.chain_id, x.token)
HEADROOM_INSPECT(share_amount, x.micro)
HEADROOM_INSPECT(timestamp, x.us)
HEADROOM_INSPECT(bet, x.id, x.user, x.token, x.amount, x.max_price, x.status, x.shares, x.spent,
                 x.fee, x.refunded, x.failure, x.request_hash, x.order_hash, x.signed_order,
                 x.deadline, x.created_at, x.updated_at, x.placed_by, x.result, x.payout)
HEADROOM_INSPECT(sale, x.id, x.user, x.token, x.shares, x.min_price, x.status, x.sold, x.proceeds,
                 x.fee, x.failure, x.request_hash, x.order_hash, x.signed_order, x.deadline,
                 x.created_at, x.updated_at, x.placed_by)
HEADROOM_INSPECT(withdrawal, x.id, x.user, x.to, x.amount, x.fee, x.status, x.needs_approval,
                 x.approved_by, x.tx_hash, x.failure, x.request_hash, x.created_at, x.updated_at,
                 x.placed_by)
HEADROOM_INSPECT(position, x.user, x.token, x.shares, x.selling, x.cost, x.condition, x.outcome,
                 x.result, x.payout, x.updated_at)
HEADROOM_INSPECT(payout_vector, x.numerators, x.denominator)
HEADROOM_INSPECT(redemption, x.id, x.account, x.tx_hash, x.received, x.burned, x.at)
HEADROOM_INSPECT(settlement, x.condition, x.payouts, x.status, x.received, x.paid, x.remainder,
                 x.redemptions, x.created_at, x.updated_at)
HEADROOM_INSPECT(authorization, x.chain_id, x.token, x.from, x.to, x.value, x.valid_after,
                 x.valid_before, x.nonce, x.signature)
HEADROOM_INSPECT(deposit, x.id, x.user, x.amount, x.status, x.payment, x.x402_version, x.tx_hash,
                 x.log_index, x.failure, x.conversion, x.created_at, x.credited_at, x.updated_at,
                 x.idempotency_key, x.payment_identifier, x.fee)
HEADROOM_INSPECT(chain_operation, x.id, x.attempt, x.chain_id, x.account, x.nonce, x.tx_hash, x.raw,
                 x.purpose, x.status, x.block_number, x.created_at, x.fee_wei)
HEADROOM_INSPECT(external_operation, x.id, x.service, x.account, x.sequence, x.request_hash,
                 x.request, x.give_up_at, x.purpose, x.status, x.remote_id, x.tx_hash, x.detail,
                 x.created_at, x.updated_at)
HEADROOM_INSPECT(conversion_step, x.name, x.state, x.amount_in, x.amount_out, x.tx_hash, x.attempt,
                 x.detail, x.started_at, x.finished_at, x.operations, x.transactions, x.failures,
                 x.by_depth, x.by_tag)
HEADROOM_INSPECT(transfer_place, x.chain_id, x.tx_hash, x.log_index)
HEADROOM_INSPECT(conversion_order, x.number, x.word, x.received, x.proof, x.by, x.reason, x.at)
HEADROOM_INSPECT(conversion, x.id, x.route, x.status, x.amount, x.received, x.loss, x.steps,
                 x.attempts, x.failure, x.deposits, x.created_at, x.updated_at, x.completed_at,
                 x.source, x.expected_out, x.expected_seconds, x.choice, x.order, x.undone,
                 x.replaced_by)
HEADROOM_INSPECT(route_terms, x.name, x.fee_bps, x.slippage_bps, x.size, x.in_flight)
HEADROOM_INSPECT(route_verdict, x.word, x.detail)
HEADROOM_INSPECT(inventory_marks, x.low, x.target, x.high)
HEADROOM_INSPECT(expected_arrival, x.amount, x.at)
HEADROOM_INSPECT(buffer_flows, x.out_hour, x.hour_seconds, x.out_day, x.day_seconds, x.arrivals,
                 x.arrived_day)
HEADROOM_INSPECT(buffer_forecast, x.marks, x.level, x.measured, x.out_per_hour, x.out_day,
                 x.arriving, x.arrived_day, x.seconds_to_low, x.seconds_to_empty, x.slowest_seconds,
                 x.recommended_by_outflow)
HEADROOM_INSPECT(buffer_row, x.balance, x.min_size, x.has_max, x.max_size, x.reserve,
                 x.total_deposited, x.total_withdrawn, x.version, x.last_replenished_at,
                 x.updated_at)
HEADROOM_INSPECT(buffer_status, x.row, x.available, x.is_low, x.recommended_min_size, x.replayed,
                 x.forecast)
HEADROOM_INSPECT(service_key, x.id, x.name, x.secret_hash, x.scopes, x.created_at, x.revoked_at)

HEADROOM_INSPECT(delegation, x.id, x.user, x.public_key, x.per_bet, x.total, x.used, x.created_at,
                 x.expires_at, x.revoked_at, x.revoked_by)
HEADROOM_INSPECT(delegations_of, x.user)
HEADROOM_INSPECT(signed_session, x.token_hash, x.nonce_hash, x.user, x.key_id, x.created_at,
                 x.expires_at, x.closed_at, x.change)

HEADROOM_INSPECT(heard_event, x.number, x.type, x.subject, x.user, x.amount, x.at, x.balance)

HEADROOM_INSPECT(committed, x.balance, x.balance_version, x.replayed)
HEADROOM_INSPECT(balance_row, x.user, x.balance, x.version)

HEADROOM_INSPECT(time_window, x.since, x.until)
HEADROOM_INSPECT(bet_filter, x.has_user, x.user, x.has_status, x.status, x.cursor, x.limit,
                 x.has_token, x.token, x.created)
HEADROOM_INSPECT(bet_page, x.bets, x.next_cursor)
HEADROOM_INSPECT(deposit_filter, x.user, x.cursor, x.limit, x.has_status, x.status, x.created)
HEADROOM_INSPECT(withdrawal_filter, x.has_user, x.user, x.has_status, x.status, x.cursor, x.limit,
                 x.created)
HEADROOM_INSPECT(withdrawal_page, x.withdrawals, x.next_cursor)
HEADROOM_INSPECT(deposit_page, x.deposits, x.next_cursor)
HEADROOM_INSPECT(money_on_its_way, x.total, x.deposits)
HEADROOM_INSPECT(conversion_page, x.conversions, x.next_cursor)
HEADROOM_INSPECT(chain_fees, x.chain_id, x.wei)
HEADROOM_INSPECT(route_metrics, x.route, x.source, x.completed, x.failed, x.running, x.average_ms,
                 x.p95_ms, x.p99_ms, x.total_in, x.total_received, x.total_loss, x.bridge_fee,
                 x.swap_fee, x.slippage, x.arrived_day)
HEADROOM_INSPECT(pricing_day, x.day, x.route, x.conversions, x.amount, x.charged, x.cost)
HEADROOM_INSPECT(pricing_report, x.days)
HEADROOM_INSPECT(conversion_metrics, x.completed, x.failed, x.running, x.average_ms, x.p95_ms,
                 x.p99_ms, x.total_in, x.total_received, x.total_loss, x.fees, x.routes)
HEADROOM_INSPECT(moving_money, x.id, x.route, x.step, x.state, x.amount, x.where, x.since)
HEADROOM_INSPECT(trial_balance, x.buffer, x.reserve, x.in_transit, x.converting, x.at_venue,
                 x.users, x.capital, x.conversion_loss, x.wagered, x.user_count, x.venue_loss,
                 x.revenue, x.outgoing, x.leaving, x.waits_here, x.moving)
HEADROOM_INSPECT(reconciliation, x.booked, x.backing, x.arrived, x.at_venue, x.unsent, x.waits_here,
                 x.short_of, x.unexplained, x.waiting, x.not_sent, x.sources, x.sources_short_of,
                 x.sources_unexplained, x.between)
HEADROOM_INSPECT(solvency, x.checked, x.solvent, x.difference, x.onchain_known, x.shortfall, x.at,
                 x.insolvent_since)
HEADROOM_INSPECT(unfinished_work, x.placing_bets, x.settling_deposits, x.placing_sales,
                 x.open_withdrawals)
HEADROOM_INSPECT(position_filter, x.user, x.cursor, x.limit, x.open_only)
HEADROOM_INSPECT(position_page, x.positions, x.next_cursor)
HEADROOM_INSPECT(user_holdings_of, x.user)
HEADROOM_INSPECT(user_holdings, x.in_bets, x.open, x.positions, x.deposits)
HEADROOM_INSPECT(history_entry, x.at, x.kind, x.id, x.status, x.amount, x.token, x.tx_hash,
                 x.condition, x.outcome, x.question)
HEADROOM_INSPECT(history_filter, x.user, x.cursor, x.limit)
HEADROOM_INSPECT(history_page, x.entries, x.next_cursor)
HEADROOM_INSPECT(settlement_work, x.unrecorded, x.conditions)
HEADROOM_INSPECT(settlement_view, x.market, x.row, x.owed, x.unpaid, x.at_venue)
HEADROOM_INSPECT(token_shares, x.token, x.shares)

}  // namespace headroom
