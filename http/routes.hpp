#pragma once

#include "http/exchange.hpp"

/// Every route's function; the table is in router.cpp. One file per resource.
namespace headroom::http {

/// How far ahead a bet's deadline may be.
inline constexpr std::chrono::seconds longest_deadline = std::chrono::hours{24};

// routes_house.cpp
void get_healthz(exchange& x);  // the constant
void get_readyz(exchange& x);
void get_openapi(exchange& x);
void get_actors(exchange& x);
// routes_config.cpp
void get_app_config(exchange& x);
// routes_metrics.cpp
void get_metrics(exchange& x);
// routes_balance.cpp
void get_balance(exchange& x);
void get_max_bet(exchange& x);
// routes_buffer.cpp
void get_buffer_status(exchange& x);
void post_replenish(exchange& x);
void patch_buffer(exchange& x);
// routes_bets.cpp
void post_bet(exchange& x);
void get_bet(exchange& x);
void get_bets(exchange& x);
// routes_deposit.cpp
void post_deposit(exchange& x);
void get_deposit(exchange& x);
void get_deposits(exchange& x);
// routes_conversions.cpp
void get_conversion(exchange& x);
void get_conversions(exchange& x);
void get_conversion_metrics(exchange& x);
// routes_audit.cpp
void get_solvency(exchange& x);
// routes_operator.cpp
void get_alerts(exchange& x);

}  // namespace headroom::http
