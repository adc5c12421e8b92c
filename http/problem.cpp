#include "http/problem.hpp"

#include "actors/error.hpp"
#include "http/json_values.hpp"

namespace headroom::http {
namespace {

struct row {
  errc code;
  unsigned status;
  std::string_view title;
};

constexpr row table[] = {
    {errc::bad_request, 400, "The request cannot be read"},
    {errc::invalid_field, 400, "A field is missing or malformed"},
    {errc::idempotency_key_required, 400, "An Idempotency-Key header is required"},
    {errc::unauthorized, 401, "Credentials are missing or wrong"},
    {errc::payment_required, 402, "Payment required"},
    {errc::invalid_payment, 402, "The payment is not valid"},
    {errc::forbidden, 403, "The credentials do not allow this"},
    {errc::not_found, 404, "Not found"},
    {errc::method_not_allowed, 405, "Method not allowed"},
    {errc::key_reused, 409, "The idempotency key was used for another request"},
    {errc::duplicate, 409, "Already done"},
    {errc::quote_expired, 409, "The quote has expired"},
    {errc::payload_too_large, 413, "The body is too large"},
    {errc::insufficient_balance, 422, "The balance cannot pay"},
    {errc::insufficient_shares, 422, "The position has fewer free shares"},
    {errc::exceeds_max_bet, 422, "The bet exceeds the maximum"},
    {errc::exceeds_max_withdrawal, 422, "The withdrawal exceeds the maximum"},
    {errc::exceeds_daily_limit, 422, "The withdrawal exceeds what a user may take out in a day"},
    {errc::delegation_ended, 403, "The delegation has ended"},
    {errc::exceeds_delegation, 422, "The delegation does not allow this bet"},
    {errc::address_refused, 422, "Nothing is paid to this address"},
    {errc::venue_rejected, 422, "The venue refused the order"},
    {errc::unknown_market, 422, "The venue does not know this token"},
    {errc::unsupported_market, 422, "The service does not trade this kind of market"},
    {errc::price_off_tick, 422, "The price is not a multiple of the market's tick"},
    {errc::amount_too_small, 422, "The amount is below the venue's minimum"},
    {errc::deadline_passed, 422, "The deadline has passed"},
    {errc::market_closed, 422, "The market takes no orders"},
    {errc::internal, 500, "Internal error"},
    {errc::invariant_violated, 500, "Internal error"},
    {errc::rate_limited, 429, "Too many requests"},
    {errc::overloaded, 503, "Too much to do, come back"},
    {errc::unavailable, 503, "A part of the service is unavailable"},
    {errc::paused, 503, "Paused by an operator"},
    {errc::shutting_down, 503, "The service is shutting down"},
    {errc::timed_out, 503, "No answer in time"},
    {errc::in_doubt, 503, "The outcome is not known yet"},
};

std::string_view title_of(unsigned status) noexcept {
  return status == 431   ? "The request's header is too large"
         : status == 408 ? "The request came too slowly"
         : status == 415 ? "The body is not JSON"
                         : reason_phrase(status);
}

}  // namespace

problem problem_of(errc e, std::string detail, std::string field) {
  problem out;
  for (const auto& r : table) {
    if (r.code != e) continue;
    out.status = r.status;
    out.code = to_string(r.code);
    out.title = r.title;
  }
  if (out.title.empty()) out.title = "Internal error";
  if (out.status == 503 || out.status == 429) out.retry_after = 1;
  out.detail = std::move(detail);
  out.field = std::move(field);
  return out;
}

problem problem_of(const caf::error& e, std::string_view field) {
  const auto code = actors::code_of(e);
  auto out = problem_of(code, actors::detail_of(e),
                        std::string{code == errc::invalid_field ? field : std::string_view{}});
  if (const auto wait = actors::retry_after_of(e).count(); wait > 0)
    out.retry_after = static_cast<unsigned>(wait);
  if (code == errc::rate_limited) {  // a budget that many share: one more after the wait
    const auto seconds = std::to_string(out.retry_after);
    out.headers = "RateLimit-Policy: \"shared\";q=1;w=" + seconds +
                  "\r\nRateLimit: \"shared\";r=0;t=" + seconds + "\r\n";
  }
  return out;
}

problem bad_field(std::string field, std::string detail) {
  return problem_of(errc::invalid_field, std::move(detail), std::move(field));
}

problem protocol_problem(unsigned status, std::string code, std::string detail) {
  problem out;
  out.status = status;
  out.code = std::move(code);
  out.title = title_of(status);
  out.detail = std::move(detail);
  return out;
}

response to_response(const problem& p, std::string_view instance) {
  auto body = object({
      {"type", "urn:problem-type:headroom:" + p.code},
      {"title", p.title},
      {"status", p.status},
      {"code", p.code},
      {"detail", p.detail.empty() ? p.title : p.detail},
  });
  if (!p.field.empty()) append(body, {{"field", p.field}});
  append(body, {{"instance", instance.substr(0, 256)}});
  if (!p.extra_name.empty()) append(body, {{p.extra_name, p.extra_value}});
  response out;
  out.status = p.status;
  out.content_type = problem_type;
  out.headers = p.headers;
  out.body = to_text(body);
  if (p.retry_after > 0) out.with("Retry-After", std::to_string(p.retry_after));
  if (p.status == 401) out.with("WWW-Authenticate", "Bearer realm=\"headroom\"");
  return out;
}

}  // namespace headroom::http
