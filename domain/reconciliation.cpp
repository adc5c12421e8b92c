#include "domain/reconciliation.hpp"

#include <algorithm>

namespace headroom {
namespace {

usdc above_zero(usdc x) noexcept { return x.is_positive() ? x : usdc{}; }

/// The running step, or none when all that it has are done.
const conversion_step* running_step(const conversion& c) noexcept {
  const auto i =
      std::find_if(c.steps.begin(), c.steps.end(), [](const auto& s) { return s.state != "done"; });
  return i == c.steps.end() ? nullptr : &*i;
}

bool sent_nothing(const conversion_step& s) noexcept {
  return s.tx_hash.is_zero() && s.operations.empty();
}

}  // namespace

reconciliation reconcile(const trial_balance& books, const holdings& chains,
                         std::span<const conversion> running,
                         const money_source& backing) noexcept {
  reconciliation out;
  out.booked = add_saturating(books.buffer, books.reserve);
  out.backing = chains.backing;
  out.at_venue = books.at_venue;
  out.sources = chains.sources;
  out.unsent = sub_saturating(books.outgoing, books.leaving);
  out.waits_here = books.waits_here;
  out.waiting =
      sub_saturating(books.in_transit, add_saturating(books.converting, books.waits_here));
  for (const auto& c : running) {
    if (const auto* s = running_step(c); s == nullptr) {
      // Before its first step is stored nothing was sent; with all of them done all of it arrived.
      auto& to = !c.steps.empty()      ? out.arrived
                 : c.source == backing ? out.waits_here
                                       : out.not_sent;
      to = add_saturating(to, c.steps.empty() ? c.amount : c.steps.back().amount_out);
    } else if (c.source == backing) {
      out.waits_here = add_saturating(out.waits_here, s->amount_in);
    } else {
      auto& to = sent_nothing(*s) ? out.not_sent : out.between;
      to = add_saturating(to, s->amount_in);
    }
  }
  const auto beside = add_saturating(out.unsent, out.waits_here);
  const auto should_be = add_saturating(add_saturating(out.booked, out.arrived), beside);
  out.short_of = above_zero(sub_saturating(should_be, out.backing));
  out.unexplained =
      above_zero(sub_saturating(out.backing, add_saturating(should_be, out.at_venue)));
  out.sources_short_of =
      above_zero(sub_saturating(add_saturating(out.waiting, out.not_sent), out.sources));
  return out;
}

}  // namespace headroom
