#include "chain/treasury/across_guards.hpp"

#include <algorithm>

#include "domain/money.hpp"

namespace headroom::chain::across {
namespace {

/// Up to here the contract takes the parameter for seconds from now, above for a time.
constexpr std::uint64_t longest_relative_exclusivity = 31'536'000;

std::uint64_t count(std::chrono::seconds s) { return static_cast<std::uint64_t>(s.count()); }

bool fits(std::uint64_t x) { return x <= static_cast<std::uint64_t>(INT64_MAX); }

bool output_is_fair(const across_guards_settings& g, std::uint64_t in, std::uint64_t out) {
  if (!fits(in) || !fits(out) || out > in) return false;
  const auto floor = mul_div_ceil(static_cast<std::int64_t>(in), g.least_bps, 10'000);
  return floor && static_cast<std::int64_t>(out) >= *floor;
}

bool fee_is_fair(const across_guards_settings& g, std::uint64_t in, std::uint64_t fee) {
  if (!fits(in) || !fits(fee)) return false;
  const auto most = mul_div_floor(static_cast<std::int64_t>(in), g.max_fee_bps, 10'000);
  return most && static_cast<std::int64_t>(fee) <= *most;
}

bool exclusivity_is_short(const across_guards_settings& g, const deposit_terms& t,
                          const fee_answer& offer) {
  if (offer.exclusivity == 0) return true;
  if (offer.exclusive_relayer.is_zero()) return false;  // the contract refuses it
  const auto seconds = offer.exclusivity <= longest_relative_exclusivity
                           ? offer.exclusivity
                           : offer.exclusivity - std::min(offer.exclusivity, t.source_time);
  return seconds <= count(g.exclusivity);
}

/// Ours, but never later than the offer's own; nothing when that leaves too little or too much.
std::optional<std::uint64_t> deadline_of(const across_guards_settings& g, const deposit_terms& t,
                                         const fee_answer& offer) {
  const auto out = std::min(offer.fill_deadline, t.destination_time + count(t.fill_window));
  if (out < t.destination_time + count(g.fill_least) ||
      out > t.destination_time + count(g.fill_most) || out > UINT32_MAX)
    return std::nullopt;
  return out;
}

}  // namespace

guarded_deposit guard(const across_guards_settings& g, const deposit_terms& t,
                      const fee_answer& offer) {
  const auto violated = [](std::string_view name) {
    guarded_deposit out;
    out.violated = name;
    return out;
  };
  const auto in = t.order.input_amount;
  if (t.spoke_pool.is_zero() || offer.spoke_pool != t.spoke_pool) return violated("spoke_pool");
  if (t.destination_spoke_pool.is_zero() ||
      offer.destination_spoke_pool != t.destination_spoke_pool)
    return violated("destination_spoke_pool");
  if (std::find(t.output_tokens.begin(), t.output_tokens.end(), t.order.output_token) ==
          t.output_tokens.end() ||
      (offer.output_token && *offer.output_token != t.order.output_token))
    return violated("output_token");
  if (offer.too_low || in < offer.least) return violated("min_deposit");
  if (in > offer.most_at_once) return violated(instant_guard);
  if (!output_is_fair(g, in, offer.output_amount)) return violated("output_amount");
  const auto lost = in - offer.output_amount;  // what is kept, whatever the fee is called
  if (!fee_is_fair(g, in, std::max(lost, offer.total_fee))) return violated("total_fee");
  if (offer.quote_timestamp > t.source_time ||
      t.source_time - offer.quote_timestamp > count(g.quote_age))
    return violated("quote_timestamp");
  if (!exclusivity_is_short(g, t, offer)) return violated("exclusivity");
  const auto deadline = deadline_of(g, t, offer);
  if (!deadline) return violated("fill_deadline");
  guarded_deposit out;
  out.call = t.order;
  out.call->output_amount = offer.output_amount;
  out.call->quote_timestamp = offer.quote_timestamp;
  out.call->fill_deadline = *deadline;
  out.call->exclusivity = offer.exclusivity;
  if (offer.exclusivity != 0) out.call->exclusive_relayer = offer.exclusive_relayer;
  return out;
}

}  // namespace headroom::chain::across
