#include "http/user_signature.hpp"

namespace headroom::http {
namespace {

constexpr std::size_t longest_signature = 4'096;  // bytes

}  // namespace

byte_vector read_signature(std::string_view text) {
  auto bytes = text.starts_with("0x") ? from_hex(text) : std::nullopt;
  if (!bytes || bytes->size() > longest_signature)
    throw bad_field("signature", "must be 0x and the hex digits of at most 4096 bytes");
  return std::move(*bytes);
}

std::int64_t signed_deadline(bool given, timestamp deadline, std::string_view what) {
  if (!given) throw bad_field("deadline", "is required in a signed " + std::string{what});
  if (deadline.us % 1'000'000 != 0)
    throw bad_field("deadline", "must be in whole seconds in a signed " + std::string{what});
  return deadline.seconds();
}

problem not_signed(std::string_view intent) {
  return problem_of(errc::unauthorized,
                    "the signature is not user_address's over this " + std::string{intent},
                    "signature");
}

}  // namespace headroom::http
