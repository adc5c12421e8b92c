#include "domain/solvency.hpp"

namespace headroom {
namespace {

usdc lacking(usdc needed, usdc there) noexcept {
  const auto missing = sub_saturating(needed, there);
  return missing.is_positive() ? missing : usdc{};
}

}  // namespace

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
  const auto unsent = sub_saturating(books.outgoing, books.leaving);
  const auto beside = add_saturating(books.waits_here, unsent);
  const auto needed = add_saturating(add_saturating(books.buffer, books.reserve), beside);
  const auto waits =
      sub_saturating(books.in_transit, add_saturating(books.converting, books.waits_here));
  return add_saturating(lacking(needed, chains.backing), lacking(waits, chains.sources));
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
