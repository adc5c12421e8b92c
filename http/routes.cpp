#include "http/routes.hpp"

namespace headroom::http {

const router& house_routes() {
  static const router table{std::vector<route>{
      {verb::get, "/buffer/max-bet", get_max_bet},  // the hot ones first
      {verb::post, "/bets", post_bet, route::pages},
      {verb::post, "/bets/quote", post_quote, route::pages},
      {verb::get, "/markets", get_markets, route::pages},
      {verb::get, "/markets/{condition_id}", get_market, route::pages},
      {verb::get, "/healthz", get_healthz, route::probe | route::pages},
      {verb::get, "/balance", get_balance},
      {verb::get, "/bets", get_bets},
      {verb::get, "/bets/{id}", get_bet},
      {verb::get, "/positions", get_positions},
      {verb::post, "/positions/{token_id}/sell", post_sale, route::pages},
      {verb::get, "/sales/{id}", get_sale},
      {verb::post, "/deposit", post_deposit, route::pages},
      {verb::get, "/deposits", get_deposits},
      {verb::get, "/deposits/{id}", get_deposit, route::pages},
      {verb::post, "/withdrawals", post_withdrawal, route::pages},
      {verb::get, "/withdrawals", get_withdrawals},
      {verb::get, "/withdrawals/{id}", get_withdrawal},
      {verb::get, "/buffer/max-withdrawal", get_max_withdrawal},
      {verb::get, "/buffer/status", get_buffer_status, route::pages},
      {verb::post, "/buffer/replenish", post_replenish},
      {verb::patch, "/buffer", patch_buffer},
      {verb::get, "/conversions", get_conversions},
      {verb::get, "/conversions/metrics", get_conversion_metrics},
      {verb::get, "/pricing", get_pricing},
      {verb::get, "/conversions/{id}", get_conversion},
      {verb::get, "/routes", get_routes},
      {verb::get, "/audit/solvency", get_solvency},
      {verb::get, "/operator/alerts", get_alerts},
      {verb::post, "/operator/actions", post_operator_action},
      {verb::post, "/webhooks", post_webhook},
      {verb::get, "/webhooks", get_webhooks},
      {verb::get, "/webhooks/{id}", get_webhook},
      {verb::patch, "/webhooks/{id}", patch_webhook},
      {verb::delete_, "/webhooks/{id}", delete_webhook},
      {verb::get, "/webhooks/{id}/deliveries", get_webhook_deliveries},
      {verb::post, "/webhooks/{id}/test", post_webhook_test},
      {verb::get, "/inspector/actors", get_actors},
      {verb::get, "/readyz", get_readyz, route::probe | route::pages},
      {verb::get, "/metrics", get_metrics, route::probe},
      {verb::get, "/app/config", get_app_config, route::pages},
      {verb::post, "/delegations", post_delegation},
      {verb::get, "/delegations", get_delegations},
      {verb::delete_, "/delegations/{id}", delete_delegation},
      {verb::get, "/me", get_me},
      {verb::get, "/history", get_history},
      {verb::get, "/history.csv", get_history_file},
      {verb::get, "/events", get_events},
      {verb::get, "/session/nonce", get_session_nonce},
      {verb::post, "/session", post_session},
      {verb::get, "/session", get_session},
      {verb::delete_, "/session", delete_session},
      {verb::get, "/openapi.json", get_openapi, route::probe | route::pages},
  }};
  return table;
}

}  // namespace headroom::http
