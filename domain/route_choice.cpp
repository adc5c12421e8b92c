#include "domain/route_choice.hpp"

#include <algorithm>
#include <tuple>

namespace headroom {
namespace {

constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t ppm_of_bps = 100;

/// "3.21 bps".
std::string bps_text(std::int64_t ppm) {
  const auto rest = ppm % ppm_of_bps;
  return std::to_string(ppm / ppm_of_bps) + (rest < 10 ? ".0" : ".") + std::to_string(rest) +
         " bps";
}

std::string offer_text(const route_offer& o) {
  return bps_text(cost_ppm(o)) + " in " + std::to_string(o.seconds) + " s";
}

std::int64_t ppm_of(usdc part, usdc whole) noexcept {
  if (!whole.is_positive() || !part.is_positive()) return 0;
  return mul_div_ceil(part.micro, million, whole.micro).value_or(INT64_MAX);
}

auto by_cost(const route_offer& o) { return std::tuple{cost_ppm(o), o.seconds, o.name}; }
auto by_time(const route_offer& o) { return std::tuple{o.seconds, cost_ppm(o), o.name}; }

template <class Indices, class Key>
std::size_t least(const Indices& among, std::span<const route_offer> offers, Key key) {
  return *std::min_element(among.begin(), among.end(), [&](std::size_t a, std::size_t b) {
    return key(offers[a]) < key(offers[b]);
  });
}

}  // namespace

std::string_view to_string(route_word w) noexcept {
  switch (w) {
    case route_word::not_asked: return "not_asked";
    case route_word::chosen: return "chosen";
    case route_word::dearer: return "dearer";
    case route_word::slower: return "slower";
    case route_word::not_enabled: return "not_enabled";
    case route_word::missing: return "missing";
    case route_word::unknown: return "unknown";
    case route_word::other_source: return "other_source";
    case route_word::disabled: return "disabled";
    case route_word::unreadable: return "unreadable";
    case route_word::late: return "late";
    case route_word::busy: return "busy";
    case route_word::in_flight_full: return "in_flight_full";
    case route_word::silent: return "silent";
    case route_word::refused: return "refused";
    case route_word::too_small: return "too_small";
    case route_word::too_large: return "too_large";
    case route_word::fee_cap: return "fee_cap";
    case route_word::slippage_cap: return "slippage_cap";
    case route_word::short_of_money: return "short_of_money";
    case route_word::draining: return "draining";
  }
  return "unknown";
}

// -- which deposits ------------------------------------------------------------------------------

deposit_batch fitting(std::span<const waiting_deposit> waiting, std::optional<usdc> most,
                      std::uint32_t most_deposits) {
  deposit_batch out;
  for (const auto& d : waiting) {
    if (out.deposits.size() >= most_deposits) break;
    const auto sum = add(out.amount, d.amount);
    if (!sum || (most && *sum > *most)) continue;
    out.amount = *sum;
    out.deposits.push_back(d.id);
  }
  return out;
}

std::string why_wait(std::span<const waiting_deposit> waiting, const batch_rules& r,
                     money_need need, timestamp now) {
  const auto batch = fitting(waiting, std::nullopt, r.most_deposits);
  if (batch.deposits.empty()) return "nothing waits";
  if (need == money_need::at_once || batch.amount >= r.minimum ||
      batch.deposits.size() >= r.most_deposits)
    return {};
  const auto patience =
      need == money_need::soon ? std::min(r.wait_below_target, r.longest_wait) : r.longest_wait;
  if (waiting.front().since.plus(patience) <= now) return {};
  return to_string(batch.amount) + " of " + to_string(r.minimum) +
         " USDC together; at the latest " + to_rfc3339(waiting.front().since.plus(patience));
}

// -- what a route may take -----------------------------------------------------------------------

std::optional<usdc> smaller(std::optional<usdc> a, std::optional<usdc> b) noexcept {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

std::optional<usdc> room_of(const route_terms& t, usdc under_way) noexcept {
  std::optional<usdc> out;
  if (t.size.is_positive()) out = t.size;
#ifdef HEADROOM_PLANTED_CAP_BY_ONE  // for tests/simulation alone, which must notice
  if (t.in_flight.is_positive() && !under_way.is_positive()) out = smaller(out, t.in_flight);
#else
  if (t.in_flight.is_positive()) out = smaller(out, sub_saturating(t.in_flight, under_way));
#endif
  return out;
}

std::optional<route_verdict> before_asking(const route_facts& f, const route_terms& t,
                                           const money_source& from, std::uint32_t at_once) {
  const auto says = [](route_word word, std::string detail = {}) {
    return std::optional{route_verdict{word, std::move(detail)}};
  };
  if (!f.enabled) return says(route_word::not_enabled);
  if (!f.present) return says(route_word::missing);
  if (!f.known) return says(route_word::unknown);
  if (f.from != from) return says(route_word::other_source);
  if (!f.disabled.empty()) return says(route_word::disabled, f.disabled);
  if (f.unreadable) return says(route_word::unreadable);
#ifndef HEADROOM_PLANTED_LATE_TAKEN  // for tests/simulation alone, which must notice
  if (f.late) return says(route_word::late);
#endif
  if (f.running >= at_once)
    return says(route_word::busy, std::to_string(f.running) + " of " + std::to_string(at_once) +
                                      " conversions at once");
  if (const auto room = room_of(t, f.amount_running); room && !room->is_positive())
    return says(route_word::in_flight_full,
                to_string(f.amount_running) + " USDC under way, at most " + to_string(t.in_flight));
  return std::nullopt;
}

usdc cost_of(const route_offer& o) noexcept {
  return std::max({usdc{}, o.fee, sub_saturating(o.amount, o.expected_out)});
}

std::int64_t cost_ppm(const route_offer& o) noexcept { return ppm_of(cost_of(o), o.amount); }

std::optional<route_verdict> against_caps(const route_offer& o, const route_terms& t) {
  const auto cap_text = [](std::int64_t ppm, std::uint32_t bps) {
    return bps_text(ppm) + ", at most " + std::to_string(bps);
  };
  if (!o.expected_out.is_positive())
    return route_verdict{route_word::refused, "its quote promises nothing"};
  const auto lost = ppm_of(sub_saturating(o.amount, o.expected_out), o.amount);
  if (t.slippage_bps > 0 && lost > ppm_of_bps * std::int64_t{t.slippage_bps})
    return route_verdict{route_word::slippage_cap, cap_text(lost, t.slippage_bps)};
  if (t.fee_bps > 0 && cost_ppm(o) > ppm_of_bps * std::int64_t{t.fee_bps})
    return route_verdict{route_word::fee_cap, cap_text(cost_ppm(o), t.fee_bps)};
  return std::nullopt;
}

// -- the choice ----------------------------------------------------------------------------------

route_choice choose_route(std::span<const route_offer> offers, std::int64_t allowed) {
  route_choice out;
  if (offers.empty()) return out;
  std::vector<std::size_t> all;
  std::vector<std::size_t> in_time;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    all.push_back(i);
    if (allowed == buffer_forecast::never || offers[i].seconds <= allowed) in_time.push_back(i);
  }
  const bool cheapest = !in_time.empty();
  const auto winner = cheapest ? least(in_time, offers, by_cost) : least(all, offers, by_time);
  out.chosen = winner;
  const auto& best = offers[winner];
  const auto against = "; " + best.name + ": " + offer_text(best);
  for (const auto i : all) {
    const auto& o = offers[i];
    if (i == winner) {
      out.words.push_back(
          {route_word::chosen, std::string{cheapest ? "the cheapest" : "the fastest"} + " of " +
                                   std::to_string(all.size()) + ": " + offer_text(o)});
      continue;
    }
    const bool late = cheapest && allowed != buffer_forecast::never && o.seconds > allowed;
    const bool slower = late || (!cheapest && o.seconds > best.seconds) ||
                        (cheapest && cost_ppm(o) == cost_ppm(best));
    out.words.push_back(
        {slower ? route_word::slower : route_word::dearer, offer_text(o) + against});
  }
  return out;
}

}  // namespace headroom
