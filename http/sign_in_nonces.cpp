#include "http/sign_in_nonces.hpp"

#include "http/secrets.hpp"

namespace headroom::http {
namespace {

// Hex digits of each part, in order.
constexpr std::size_t time_digits = 16;
constexpr std::size_t random_digits = 32;
constexpr std::size_t cookie_digits = 32;
constexpr std::size_t seal_digits = 32;
constexpr std::size_t body_digits = time_digits + random_digits + cookie_digits;

std::string print(std::uint64_t seconds) {
  std::array<std::uint8_t, 8> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[bytes.size() - 1 - i] = static_cast<std::uint8_t>(seconds >> (8 * i));
  return to_hex(bytes);
}

std::int64_t seconds_in(std::string_view digits) {
  std::array<std::uint8_t, 8> bytes{};
  std::uint64_t out = 0;
  if (!from_hex_exact(digits, bytes)) return 0;
  for (const auto b : bytes) out = out << 8 | b;
  return static_cast<std::int64_t>(out);
}

std::string mark_of(std::string_view cookie) {
  return to_hex(sha256(cookie).bytes).substr(0, cookie_digits);
}

bool same_text(std::string_view a, std::string_view b) noexcept {
  const auto bytes = [](std::string_view x) {
    return byte_view{reinterpret_cast<const std::uint8_t*>(x.data()), x.size()};
  };
  return same_secret(bytes(a), bytes(b));
}

}  // namespace

sign_in_nonces::sign_in_nonces() { random_bytes(key_); }

std::string sign_in_nonces::seal(std::string_view body) const {
  return to_hex(hmac_sha256(key_, body).bytes).substr(0, seal_digits);
}

std::string sign_in_nonces::make(std::string_view bound_to, timestamp now) const {
  auto out = print(static_cast<std::uint64_t>(now.seconds())) + random_hex(random_digits / 2) +
             mark_of(bound_to);
  return out + seal(out);
}

sign_in_nonces::verdict sign_in_nonces::check(std::string_view nonce,
                                              std::optional<std::string_view> shown,
                                              timestamp now) const {
  if (nonce.size() != body_digits + seal_digits) return verdict::not_ours;
  const auto body = nonce.substr(0, body_digits);
  if (!same_text(nonce.substr(body_digits), seal(body))) return verdict::not_ours;
  const auto made = timestamp::of_seconds(seconds_in(body.substr(0, time_digits)));
  if (now >= made.plus(good_for)) return verdict::too_old;
  if (shown && !same_text(body.substr(time_digits + random_digits), mark_of(*shown)))
    return verdict::of_another;
  return verdict::good;
}

}  // namespace headroom::http
