#pragma once

#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include "domain/events.hpp"
#include "domain/journal.hpp"
#include "domain/reports.hpp"

/// Rows of the tables as domain values. Each reader takes the columns of the list beside it, in
/// that order; they throw on anything the schema rules out.
namespace headroom::persistence {

inline constexpr const char* bet_columns =
    "bet_id, user_address, token, amount, max_price, status, shares, spent, fee, refunded, failure,"
    " request_hash, order_hash, signed_order, us_of(deadline), us_of(created_at),"
    " us_of(updated_at), placed_by, result, payout ";
[[nodiscard]] bet read_bet(const pqxx::row& row);

/// Of `bet_promises`, as the bets that they may become: nothing of them is in the books.
inline constexpr const char* promise_columns =
    "bet_id, user_address, token, amount, max_price, status, 0, 0, 0,"
    " CASE status WHEN 'failed' THEN amount ELSE 0 END, failure, NULL, NULL, ''::bytea,"
    " us_of(deadline), us_of(created_at), us_of(updated_at), placed_by, 'none', 0 ";

inline constexpr const char* sale_columns =
    "sale_id, user_address, token, shares, min_price, status, sold, proceeds, fee, failure,"
    " request_hash, order_hash, signed_order, us_of(deadline), us_of(created_at),"
    " us_of(updated_at), placed_by ";
[[nodiscard]] sale read_sale(const pqxx::row& row);

/// Of positions `p` and their outcomes `o`, which may be missing.
inline constexpr const char* position_columns =
    "p.user_address, p.token, p.shares, p.selling, p.cost, o.condition_id, o.name, p.result,"
    " p.payout, us_of(p.updated_at) ";
[[nodiscard]] position read_position(const pqxx::row& row);

/// Without its redemptions.
inline constexpr const char* settlement_columns =
    "condition_id, array_to_string(numerators, ','), denominator, status, received, paid,"
    " remainder, us_of(created_at), us_of(updated_at) ";
[[nodiscard]] settlement read_settlement(const pqxx::row& row);

inline constexpr const char* redemption_columns =
    "operation_id, account, tx_hash, received, array_to_string(burned, ','), us_of(created_at) ";
[[nodiscard]] redemption read_redemption(const pqxx::row& row);

/// Until the proof is booked, the hash is that of the newest transaction sent for it.
inline constexpr const char* deposit_columns =
    "deposit_id, user_address, amount, status, chain_id, token, from_address, to_address, value,"
    " valid_after, valid_before, nonce, signature, x402_version,"
    " coalesce(tx_hash, (SELECT o.tx_hash FROM chain_operations o"
    " WHERE o.operation_id BETWEEN (left(deposit_id::text, 34) || '00')::uuid"  // settlement_of
    " AND (left(deposit_id::text, 34) || 'ff')::uuid"
    " ORDER BY o.created_at DESC, o.attempt DESC LIMIT 1)), log_index, failure,"
    " conversion_id, us_of(created_at), us_of(credited_at), us_of(updated_at), idempotency_key,"
    " payment_identifier, fee ";
[[nodiscard]] deposit read_deposit(const pqxx::row& row);

/// One column lists its deposits as one text of comma-separated ids.
inline constexpr const char* conversion_columns =
    "conversion_id, route, status, amount, received, loss, steps, attempts, failure,"
    " us_of(created_at), us_of(updated_at), us_of(completed_at),"
    " (SELECT string_agg(d.deposit_id::text, ',' ORDER BY d.created_at, d.deposit_id)"
    " FROM deposits d WHERE d.conversion_id = conversions.conversion_id),"
    " source_chain_id, source_token, expected_out, expected_seconds, choice, undone, replaced_by ";
[[nodiscard]] conversion read_conversion(const pqxx::row& row);

inline constexpr const char* operation_columns =
    "operation_id, attempt, chain_id, account, nonce, tx_hash, raw, purpose, status, block_number,"
    " us_of(created_at), fee_wei ";
[[nodiscard]] chain_operation read_operation(const pqxx::row& row);

inline constexpr const char* external_columns =
    "operation_id, service, account, sequence, request_hash, request, us_of(give_up_at), purpose,"
    " status, remote_id, tx_hash, detail, us_of(created_at), us_of(updated_at) ";
[[nodiscard]] external_operation read_external(const pqxx::row& row);

/// Nine columns. A change returns them with a new version; a reader sees the last one taken.
[[nodiscard]] const std::string& buffer_columns_changed();
[[nodiscard]] const std::string& buffer_columns();
[[nodiscard]] buffer_row read_buffer(const pqxx::row& row, pqxx::row::size_type at = 0);

inline constexpr const char* key_columns =
    "id, name, secret_hash, scopes, us_of(created_at), us_of(revoked_at) ";
[[nodiscard]] service_key read_key(const pqxx::row& row);

inline constexpr const char* delegation_columns =
    "delegation_id, user_address, public_key, per_bet, total, used, us_of(created_at),"
    " us_of(expires_at), us_of(revoked_at), revoked_by ";
[[nodiscard]] delegation read_delegation(const pqxx::row& row);

inline constexpr const char* session_columns =
    "token_hash, nonce_hash, user_address, key_id, us_of(created_at), us_of(expires_at),"
    " us_of(closed_at), change ";
[[nodiscard]] signed_session read_session(const pqxx::row& row);

/// Of events `e` and the balances `b` of their users.
inline constexpr const char* event_columns =
    "e.id, e.type, e.subject, e.user_address, e.amount, us_of(e.created_at),"
    " coalesce(b.balance, 0) ";
[[nodiscard]] heard_event read_event(const pqxx::row& row);

/// Steps as the JSON that is stored.
[[nodiscard]] std::string steps_to_json(const std::vector<conversion_step>& steps);

}  // namespace headroom::persistence
