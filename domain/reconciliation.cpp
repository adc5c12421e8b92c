#include "domain/reconciliation.hpp"

#include <algorithm>

#include "domain/unposted_income.hpp"

namespace headroom {
namespace {

usdc above_zero(usdc x) noexcept { return x.is_positive() ? x : usdc{}; }

usdc* part_of(reconciliation& r, money_place where) noexcept {
  switch (where) {
    case money_place::at_source: return &r.not_sent;
    case money_place::under_way: return &r.between;
    case money_place::arrived: return &r.arrived;
    case money_place::beside: return &r.waits_here;
  }
  return &r.between;
}

/// What of it `after` has at the same place, in the same step.
usdc stood_still(const moving_money& x, const trial_balance& after) noexcept {
  const auto same = std::find_if(after.moving.begin(), after.moving.end(), [&](const auto& y) {
    return x.id == y.id && x.step == y.step && x.where == y.where;
  });
  return same == after.moving.end() ? usdc{} : std::min(x.amount, same->amount);
}

}  // namespace

reconciliation reconcile(const trial_balance& books, const holdings& chains,
                         const unposted_income& income) noexcept {
  reconciliation out;
  out.booked = add_saturating(books.buffer, books.reserve);
  out.backing = chains.backing;
  out.at_venue = books.at_venue;
  out.sources = chains.sources;
  out.unsent = sub_saturating(books.outgoing, books.leaving);
  out.waits_here = books.waits_here;
  // Below zero while one that is done is on its way to the books.
  out.waiting = above_zero(
      sub_saturating(books.in_transit, add_saturating(books.converting, books.waits_here)));
  for (const auto& x : books.moving) {
    auto* to = part_of(out, x.where);
    *to = add_saturating(*to, x.amount);
  }
  const auto beside = add_saturating(out.unsent, out.waits_here);
  const auto should_be = add_saturating(add_saturating(out.booked, out.arrived), beside);
  out.short_of = above_zero(sub_saturating(should_be, out.backing));
  // Gone or not, come or not: what is there may be any of these, so none of it is a stranger's.
  const auto perhaps = add_saturating(add_saturating(out.at_venue, books.leaving), income.sum());
  out.unexplained = above_zero(sub_saturating(out.backing, add_saturating(should_be, perhaps)));
  const auto still_there = add_saturating(out.waiting, out.not_sent);
  out.sources_short_of = above_zero(sub_saturating(still_there, out.sources));
  out.sources_unexplained =
      above_zero(sub_saturating(out.sources, add_saturating(still_there, out.between)));
  return out;
}

reconciliation reconcile(const trial_balance& books, const holdings& chains) noexcept {
  return reconcile(books, chains, unposted_income{});
}

void keep_what_stood_still(trial_balance& before, const trial_balance& after) {
  std::vector<moving_money> parts_that_left;
  for (auto& x : before.moving) {
    const auto stood = stood_still(x, after);
    if (stood == x.amount) continue;
    auto left = x;
    left.amount = sub_saturating(x.amount, stood);
    left.where = money_place::under_way;
    if (stood.is_positive()) {
      x.amount = stood;
      parts_that_left.push_back(std::move(left));
    } else {
      x = std::move(left);
    }
  }
  before.moving.insert(before.moving.end(), parts_that_left.begin(), parts_that_left.end());
}

void keep_nothing_standing(trial_balance& before) noexcept {
  for (auto& x : before.moving) x.where = money_place::under_way;
}

}  // namespace headroom
