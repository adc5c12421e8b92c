#pragma once

#include "http/router.hpp"

/// Every route's function; the table is in routes.cpp. One file per resource.
namespace headroom::http {

[[nodiscard]] const router& house_routes();

// routes_house.cpp
void get_healthz(exchange& x);  // the constant
task<> get_readyz(exchange& x);
void get_openapi(exchange& x);
// routes_inspector.cpp
task<> get_actors(exchange& x);
task<> get_actor(exchange& x);
task<> get_lints(exchange& x);
task<> get_waits(exchange& x);
void get_refused(exchange& x);
void get_tree(exchange& x);
void get_inspector_stream(exchange& x);
// routes_config.cpp
void get_app_config(exchange& x);
// routes_session.cpp
void get_session_nonce(exchange& x);
task<> post_session(exchange& x);
void get_session(exchange& x);
task<> delete_session(exchange& x);
// routes_me.cpp
task<> get_me(exchange& x);
// routes_history.cpp
task<> get_history(exchange& x);
task<> get_history_file(exchange& x);
// routes_delegations.cpp
task<> post_delegation(exchange& x);
task<> get_delegations(exchange& x);
task<> delete_delegation(exchange& x);
// routes_events.cpp
void get_events(exchange& x);
// routes_metrics.cpp
task<> get_metrics(exchange& x);
// routes_balance.cpp
task<> get_balance(exchange& x);
void get_max_bet(exchange& x);
// routes_buffer.cpp
task<> get_buffer_status(exchange& x);
task<> post_replenish(exchange& x);
task<> patch_buffer(exchange& x);
// routes_bets.cpp
void post_bet(exchange& x);
// routes_markets.cpp
task<> get_markets(exchange& x);
task<> get_market(exchange& x);
// routes_quotes.cpp
task<> post_quote(exchange& x);
// routes_bet_reads.cpp
task<> get_bet(exchange& x);
task<> get_bets(exchange& x);
// routes_positions.cpp
task<> get_positions(exchange& x);
// routes_sales.cpp
task<> post_sale(exchange& x);
task<> get_sale(exchange& x);
// routes_withdrawals.cpp
task<> post_withdrawal(exchange& x);
task<> get_withdrawal(exchange& x);
task<> get_withdrawals(exchange& x);
task<> get_max_withdrawal(exchange& x);
// routes_deposit.cpp
task<> post_deposit(exchange& x);
task<> get_deposit(exchange& x);
task<> get_deposits(exchange& x);
// routes_timelines.cpp
task<> get_bet_timeline(exchange& x);
task<> get_sale_timeline(exchange& x);
task<> get_deposit_timeline(exchange& x);
task<> get_conversion_timeline(exchange& x);
task<> get_withdrawal_timeline(exchange& x);
// routes_pricing.cpp
task<> get_pricing(exchange& x);

// routes_conversions.cpp
task<> get_conversion(exchange& x);
task<> get_conversions(exchange& x);
task<> get_conversion_metrics(exchange& x);
// routes_treasury.cpp
task<> get_routes(exchange& x);
// routes_audit.cpp
task<> get_solvency(exchange& x);
// routes_operator.cpp
void get_alerts(exchange& x);
task<> get_deeds(exchange& x);
task<> get_unsettled(exchange& x);
// routes_overview.cpp
task<> get_overview(exchange& x);
// routes_actions.cpp
task<> post_operator_action(exchange& x);
// routes_webhooks.cpp
task<> post_webhook(exchange& x);
task<> get_webhooks(exchange& x);
task<> get_webhook(exchange& x);
task<> patch_webhook(exchange& x);
task<> delete_webhook(exchange& x);
task<> get_webhook_deliveries(exchange& x);
task<> post_webhook_test(exchange& x);

}  // namespace headroom::http
