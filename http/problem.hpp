#pragma once

#include <caf/error.hpp>
#include <string>
#include <string_view>

#include "domain/errc.hpp"
#include "http/message.hpp"

namespace headroom::http {

/// Why a request is refused; becomes application/problem+json (RFC 9457). Thrown by the parsing
/// helpers, caught where a route is entered (router.cpp, exchange.hpp).
struct problem {
  unsigned status = 500;
  std::string code = "internal";  // stable, public
  std::string title;
  std::string detail;
  std::string field;         // the offending field of body, query, path or header; "" = none
  unsigned retry_after = 0;  // seconds; 0 = no Retry-After
  std::string extra_name;    // one more member, for example bet_id
  std::string extra_value;
  std::string headers;  // further header lines
};

/// The one table errc -> status and title.
[[nodiscard]] problem problem_of(errc e, std::string detail = {}, std::string field = {});
/// An actor's refusal: its code, and the words it gave. When it is about a field, it can only be
/// `field`: actors do not know the names of the public JSON.
[[nodiscard]] problem problem_of(const caf::error& e, std::string_view field = {});
/// A field is missing or malformed (400 invalid_field).
[[nodiscard]] problem bad_field(std::string field, std::string detail);
/// Refusals of the HTTP layer itself that have no errc: "header_too_large" (431),
/// "request_timeout" (408), "unsupported_media_type" (415), "expectation_failed" (417).
[[nodiscard]] problem protocol_problem(unsigned status, std::string code, std::string detail);

/// `instance` is the request's path.
[[nodiscard]] response to_response(const problem& p, std::string_view instance);

}  // namespace headroom::http
