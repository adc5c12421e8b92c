#include "domain/repairs.hpp"

namespace headroom {
namespace {

constexpr order_word all_words[] = {order_word::look,    order_word::retry,  order_word::hold,
                                    order_word::release, order_word::settle, order_word::write_off};

}  // namespace

std::string_view to_string(order_word w) noexcept {
  switch (w) {
    case order_word::none: return "none";
    case order_word::look: return "look";
    case order_word::retry: return "retry";
    case order_word::hold: return "hold";
    case order_word::release: return "release";
    case order_word::settle: return "settle";
    case order_word::write_off: return "write_off";
  }
  return "unknown";
}

std::optional<order_word> parse_order_word(std::string_view text) noexcept {
  for (const auto w : all_words)
    if (to_string(w) == text) return w;
  return std::nullopt;
}

adoption_id adoption_of(const transfer_place& x) noexcept {
  auto digest = x.tx_hash;
  for (std::size_t i = 0; i < 8; ++i) {
    const auto shift = 8 * (7 - i);
    digest.bytes[i] ^= static_cast<std::uint8_t>(x.chain_id >> shift);
    digest.bytes[8 + i] ^= static_cast<std::uint8_t>(x.log_index >> shift);
  }
  return adoption_id::from_digest(digest);
}

std::string_view to_string(pausable p) noexcept {
  switch (p) {
    case pausable::bets: return "bets";
    case pausable::deposits: return "deposits";
    case pausable::conversions: return "conversions";
  }
  return "unknown";
}

}  // namespace headroom
