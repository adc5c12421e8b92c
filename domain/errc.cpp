#include "domain/errc.hpp"

namespace headroom {

std::string_view to_string(errc e) noexcept {
  switch (e) {
    case errc::none: return "none";
    case errc::bad_request: return "bad_request";
    case errc::invalid_field: return "invalid_field";
    case errc::insufficient_balance: return "insufficient_balance";
    case errc::unsupported_market: return "unsupported_market";
    case errc::insufficient_shares: return "insufficient_shares";
    case errc::exceeds_max_bet: return "exceeds_max_bet";
    case errc::venue_rejected: return "venue_rejected";
    case errc::exceeds_max_withdrawal: return "exceeds_max_withdrawal";
    case errc::exceeds_daily_limit: return "exceeds_daily_limit";
    case errc::address_refused: return "address_refused";
    case errc::delegation_ended: return "delegation_ended";
    case errc::exceeds_delegation: return "exceeds_delegation";
    case errc::unknown_market: return "unknown_market";
    case errc::price_off_tick: return "price_off_tick";
    case errc::amount_too_small: return "amount_too_small";
    case errc::deadline_passed: return "deadline_passed";
    case errc::unauthorized: return "unauthorized";
    case errc::forbidden: return "forbidden";
    case errc::not_found: return "not_found";
    case errc::payment_required: return "payment_required";
    case errc::invalid_payment: return "invalid_payment";
    case errc::payload_too_large: return "payload_too_large";
    case errc::method_not_allowed: return "method_not_allowed";
    case errc::market_closed: return "market_closed";
    case errc::idempotency_key_required: return "idempotency_key_required";
    case errc::quote_expired: return "quote_expired";
    case errc::key_reused: return "key_reused";
    case errc::duplicate: return "duplicate";
    case errc::overloaded: return "overloaded";
    case errc::unavailable: return "unavailable";
    case errc::shutting_down: return "shutting_down";
    case errc::timed_out: return "timed_out";
    case errc::rate_limited: return "rate_limited";
    case errc::paused: return "paused";
    case errc::in_doubt: return "in_doubt";
    case errc::internal: return "internal";
    case errc::invariant_violated: return "invariant_violated";
  }
  return "unknown";
}

}  // namespace headroom
