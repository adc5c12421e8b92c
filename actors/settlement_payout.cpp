#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/settlement_driver.hpp"

/// A resolved condition's users: paid in slices, between which the journal is the bets' again.
namespace headroom::actors {
namespace {

namespace alert = settlement_alert;

std::optional<std::size_t> slot_of(const record_market& market, const uint256& token) {
  const auto i = std::find(market.tokens.begin(), market.tokens.end(), token);
  if (i == market.tokens.end()) return std::nullopt;
  return static_cast<std::size_t>(i - market.tokens.begin());
}

}  // namespace

void settlement_driver::read_slice(const run_key& k) {
  ask<std::vector<position>>(
      k, "slice", w_.dir.handles.get<query_actor>(), w_.settings.patience.append,
      [k](settlement_driver d, run& r, const std::vector<position>& positions) {
        if (positions.empty()) return d.read_view(k, &settlement_driver::finish);
        d.send_slice(k, r, positions);
      },
      unpaid_positions{k.condition, bounds().slice});
}

/// All at once: the journal groups them. It is waited for without a bound, for what it took it
/// keeps, and asking again would only fill its queue; should it die, the next poll notices.
void settlement_driver::send_slice(const run_key& k, run& r,
                                   const std::vector<position>& positions) {
  const auto journal = w_.dir.handles.get<journal_actor>();
  if (!journal) return failed(k, "settle_position", make_error(errc::unavailable));
  r.journal = journal.id();
  r.unanswered = positions.size();
  r.settled = 0;
  r.refusal = errc::none;
  r.paying.clear();
  for (const auto& p : positions) r.paying.push_back(p.user);
  for (const auto& p : positions) {
    const auto slot = slot_of(r.view.market, p.token);
    const auto payout = slot ? payout_of(p.shares, *slot, r.view.row.payouts) : std::nullopt;
    if (!payout) return failed(k, "settle_position", make_error(errc::invariant_violated));
    self_
        ->request(journal, caf::infinite,
                  append{settle_position{payout_of_position(st_.digest, p.token, p.user),
                                         k.condition, p.token, p.user, *payout, w_.now()}})
        .then(
            [self = self_, k](const committed&) {
              settlement_driver d{self};
              if (auto* found = d.find(k)) d.answered(k, *found, nullptr);
            },
            [self = self_, k](const caf::error& e) {
              settlement_driver d{self};
              if (auto* found = d.find(k)) d.answered(k, *found, &e);
            });
  }
}

/// A position that changed since it was read is refused and read again. A slice of which nothing at
/// all was paid is not worth asking for again at once.
void settlement_driver::answered(const run_key& k, run& r, const caf::error* why) {
  if (why == nullptr) ++r.settled;
  if (why != nullptr && is_final(*why)) r.refusal = code_of(*why);
  if (--r.unanswered > 0) return;
  r.journal = 0;
  st_.paid += r.settled;
  if (r.settled == 0)
    return failed(k, "settle_position",
                  make_error(r.refusal == errc::none ? errc::unavailable : r.refusal));
  r.slice_due = true;
  self_->delayed_send(self_, bounds().slice_pause, wake_atom::value, k.condition);
}

void settlement_driver::next_slice(const hash256& condition) {
  const auto i = st_.live.find(condition);
  if (i == st_.live.end() || !std::exchange(i->second.slice_due, false)) return;
  read_slice({condition, i->second.epoch});
}

/// Nobody is left who can be paid now.
void settlement_driver::finish(const run_key& k, run& r) {
  const auto& v = r.view;
  if (v.unpaid > 0 || v.at_venue > 0 || r.under_way) return rest(k, bounds().poll);
  if (!r.refused.empty()) return rest(k, bounds().look_interval);  // shares are left
  const auto remainder = left_of(v.row);
  append_entry(
      k, close_settlement{k.condition, remainder, w_.now()},
      [k, remainder](settlement_driver d, run& now_closed) { d.closed(k, now_closed, remainder); });
}

void settlement_driver::closed(const run_key& k, run& r, usdc remainder) {
  ++st_.closed;
  auto& row = r.view.row;
  row.status = settlement_status::closed;
  row.remainder = add_saturating(row.remainder, remainder);
  w_.dir.gauges.settlements().show_lag(w_.now().us - row.created_at.us);
  spdlog::info("settlement.closed condition={} received={} paid={} remainder={}", k.condition.hex(),
               to_string(row.received), to_string(row.paid), to_string(remainder));
  note_open(r.view);
  rest(k, bounds().look_interval);
}

/// Their journal died with them: what it committed is in the books, and the rest is unpaid there.
/// Nobody asks for what was committed again, so the owners of the balances hear of it from here.
void settlement_driver::drop_lost_slices() {
  const auto journal = w_.dir.handles.get<journal_actor>();
  std::vector<run_key> lost;
  for (const auto& [condition, r] : st_.live)
    if (r.journal != 0 && journal && r.journal != journal.id())
      lost.push_back({condition, r.epoch});
  for (const auto& k : lost) {
    for (const auto& user : st_.live.at(k.condition).paying) tell_owner(journal, user);
    failed(k, "settle_position", make_error(errc::unavailable));
  }
}

void settlement_driver::tell_owner(const actors::journal_actor& journal, const address& user) {
  if (!w_.dir.users.find_balance(user)) return;  // whoever wakes up reads the books
  self_->request(journal, w_.settings.patience.load, get_atom::value, user)
      .then(
          [self = self_](const balance_row& row) {
            if (const auto owner = self->state.w->dir.users.find_balance(row.user))
              self->send(owner, balance_committed{{}, row.balance, row.version});
          },
          [](const caf::error&) {});  // idle owners leave, and read the books when they come back
}

}  // namespace headroom::actors
