#include "domain/solvency.hpp"

#include "domain/reconciliation.hpp"

namespace headroom {

usdc assets_of(const trial_balance& books) noexcept {
  auto out = books.buffer;
  for (const auto part : {books.reserve, books.in_transit, books.at_venue, books.outgoing})
    out = add_saturating(out, part);
  return out;
}

usdc liabilities_of(const trial_balance& books) noexcept {
  return add_saturating(add_saturating(books.users, books.at_venue), books.outgoing);
}

usdc difference_of(const trial_balance& books) noexcept {
  return sub_saturating(assets_of(books), liabilities_of(books));
}

usdc shortfall_of(const trial_balance& books, const holdings& chains) noexcept {
  const auto found = reconcile(books, chains);
  return add_saturating(found.short_of, found.sources_short_of);
}

solvency_news solvency_watch::look(const trial_balance& books,
                                   const std::optional<holdings>& chains, timestamp now) noexcept {
  const bool was_good = !last_.checked || last_.solvent;  // nobody expects a bad start
  last_.checked = true;
  last_.at = now;
  last_.difference = difference_of(books);
  last_.onchain_known = chains.has_value();
  if (chains) {
    last_.shortfall = shortfall_of(books, *chains);
    const bool lacks = last_.shortfall.is_positive();
    short_ = lacks && short_before_;
    short_before_ = lacks;
  }
  last_.solvent = last_.difference.micro >= 0 && !short_;
  if (last_.solvent) {
    last_.insolvent_since = {};
  } else if (!last_.insolvent_since.is_set()) {
    last_.insolvent_since = now;
  }
  if (was_good == last_.solvent) return solvency_news::none;
  return last_.solvent ? solvency_news::turned_good : solvency_news::turned_bad;
}

}  // namespace headroom
