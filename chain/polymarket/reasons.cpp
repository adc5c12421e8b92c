#include "chain/polymarket/reasons.hpp"

#include <array>
#include <utility>

namespace headroom::chain::polymarket {
namespace {

using row = std::pair<std::string_view, std::string_view>;

constexpr std::array sentences{
    row{"fok_not_filled", "the book cannot fill the whole order at this price"},
    row{"no_match", "nothing is offered at this price"},
    row{"price_off_tick", "the price is not a multiple of the market's tick"},
    row{"amount_too_small", "the amount is below the market's minimum"},
    row{"invalid_amounts", "the venue does not take these amounts"},
    row{"invalid_expiration", "the venue cannot read the order"},
    row{"invalid_nonce", "the venue cannot read the order"},
    row{"invalid_order_payload", "the venue cannot read the order"},
    row{"insufficient_funds", "the venue could not take the order; the service is looking into it"},
    row{"post_only_crosses", "the order would trade at once"},
    row{"market_not_ready", "the market does not take orders yet"},
    row{"orderbook_gone", "the market has no order book any more"},
    row{"order_canceled", "the order was cancelled at the exchange"},
    row{"rounding", "the venue could not settle the order at these amounts"},
    row{"wrong_owner", "the venue takes no orders from this service now"},
    row{"wrong_signer", "the venue takes no orders from this service now"},
    row{"maker_not_allowed", "the venue takes no orders from this service now"},
    row{"address_banned", "the venue takes no orders from this service now"},
    row{"closed_only", "the venue takes no orders from this service now"},
    row{"region_restricted", "the venue takes no orders from this service now"},
    row{"invalid_signature", "the venue does not take our orders on this market"},
    row{"order_version_mismatch", "the venue does not take our orders on this market"},
    row{"unauthorized", "the venue has not accepted our credentials yet"},
    row{"engine_restarting", "the venue is restarting"},
    row{"rate_limited", "the venue asked to wait"},
    row{"trading_paused", "trading is paused at the venue"},
    row{"refused", "the venue refused the order"},
};

}  // namespace

std::string_view sentence_of(std::string_view reason) noexcept {
  for (const auto& [name, sentence] : sentences)
    if (name == reason) return sentence;
  return "the outcome is being looked up";
}

std::string explained(std::string_view reason) {
  return std::string{reason}.append(": ").append(sentence_of(reason));
}

}  // namespace headroom::chain::polymarket
