#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

/// A request and an answer as the routes see them: no Beast, no sockets.
namespace headroom::http {

enum class verb : std::uint8_t { get, head, post, put, patch, delete_, options, other };
[[nodiscard]] std::string_view to_string(verb v) noexcept;

/// The request headers that are looked for while a request is read: what hot routes and the front
/// itself ask for. Every other is found by its name (request::operator[]).
enum class header : std::uint8_t {
  authorization = 0,
  idempotency_key = 1,
  payment_signature = 2,  // x402 version 2
  x_payment = 3,          // x402 version 1
  content_type = 4,
  content_encoding = 5,
  request_id = 6,
  origin = 7,
  if_none_match = 8,
  cookie = 9,
};
inline constexpr std::size_t header_count = 10;
inline constexpr std::array<std::string_view, header_count> header_names{
    "Authorization", "Idempotency-Key", "PAYMENT-SIGNATURE",
    "X-PAYMENT",     "Content-Type",    "Content-Encoding",
    "Request-Id",    "Origin",          "If-None-Match",
    "Cookie"};

/// `count` tells a missing header from an empty one, and a repeated one from a single one.
struct header_value {
  std::string_view text;
  unsigned count = 0;
};

/// Views into the connection's buffers: valid until the answer is given.
struct request {
  verb method = verb::other;
  std::string_view path;   // before '?', as sent
  std::string_view query;  // after '?', as sent
  std::string_view body;
  std::array<header_value, header_count> headers;
  std::string_view lines;  // all headers as sent: "name: value", CR LF behind each

  [[nodiscard]] const header_value& operator[](header h) const noexcept {
    return headers[static_cast<std::size_t>(h)];
  }
  /// Any header by its name, in whatever case; of several the last. Reads over all lines.
  [[nodiscard]] header_value operator[](std::string_view name) const noexcept;
};

inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view problem_type = "application/problem+json";
inline constexpr std::string_view event_stream_type = "text/event-stream";

struct response {
  unsigned status = 200;
  std::string_view content_type = json_type;  // static lifetime
  std::string headers;                        // further lines, each ending in CR LF
  std::string body;

  /// Adds a header line; a value that is not printable ASCII would split the answer and is dropped.
  response& with(std::string_view name, std::string_view value);
};

[[nodiscard]] std::string_view reason_phrase(unsigned status) noexcept;

}  // namespace headroom::http
