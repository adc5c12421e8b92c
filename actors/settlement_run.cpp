#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "actors/settlement_driver.hpp"

/// One condition: is it resolved, is all of it redeemed, and does what came cover what is owed?
namespace headroom::actors {
namespace {

namespace alert = settlement_alert;

constexpr std::size_t most_known = 200'000;
/// Redeemings of one condition for one account. More than a few would be for crumbs.
constexpr std::size_t most_rounds = 32;

constexpr std::string_view all_alerts[] = {alert::shortage,   alert::paid_nothing, alert::refused,
                                           alert::burned,     alert::surplus,      alert::stopped,
                                           alert::unreadable, alert::elsewhere};

/// The books owe more than what is left: shares came after an earlier redeeming, or too little did.
bool is_short(const settlement_view& v) { return v.owed > left_of(v.row); }

/// Our own redeemings in the books: what somebody else redeemed is none, or a transaction of ours
/// that was on its way meanwhile would never be looked at again.
std::size_t rounds_of(const digest_function& digest, const settlement& row,
                      const address& account) {
  const auto is_booked = [&](std::size_t round) {
    const auto id = redeeming_of(digest, row.condition, account, round);
    return std::any_of(row.redemptions.begin(), row.redemptions.end(),
                       [&](const redemption& r) { return r.id == id; });
  };
  std::size_t rounds = 0;
  while (rounds < most_rounds && is_booked(rounds)) ++rounds;
  return rounds;
}

bool has_booked(const settlement& row, const address& account, const hash256& transaction) {
  return std::any_of(row.redemptions.begin(), row.redemptions.end(), [&](const redemption& r) {
    return r.account == account && r.tx_hash == transaction;
  });
}

redeem_condition redeeming(const operation_id& id, const address& account,
                           const settlement_view& v) {
  redeem_condition out{id, account, v.market};
  out.missing = is_short(v) && v.at_venue == 0;
  if (!out.missing) return out;
  out.since = v.row.created_at;
  for (const auto& r : v.row.redemptions)
    if (r.account == account) out.booked.push_back(r.tx_hash);
  return out;
}

/// What the shares that were burned are worth by the payout vector.
usdc worth_of_burned(const settlement& row) {
  usdc out;
  for (std::size_t slot = 0; slot < row.payouts.numerators.size(); ++slot) {
    share_amount burned;
    for (const auto& r : row.redemptions)
      if (slot < r.burned.size())
        burned.micro = add_saturating({burned.micro}, {r.burned[slot].micro}).micro;
    out = add_saturating(out, payout_of(burned, slot, row.payouts).value_or(usdc{}));
  }
  return out;
}

std::string sum_text(const settlement_view& v) {
  return "received " + to_string(v.row.received) + ", paid " + to_string(v.row.paid) + ", owed " +
         to_string(v.owed) + " to " + std::to_string(v.unpaid) + " positions";
}

/// What to do where the accounts hold nothing that pays and too little came.
std::string elsewhere_text(const hash256& condition, const std::string& seen) {
  const std::string out =
      "no account holds shares of it that pay, and no known redemption brought enough; was it "
      "redeemed by hand? headroom markets settle " +
      condition.hex() + " --tx HASH";
  return seen.empty() ? out : out + "; " + seen;
}

}  // namespace

void settlement_driver::begin(const hash256& condition, bool at_chain,
                              std::vector<caf::typed_response_promise<settlement_view>> askers) {
  auto& r = st_.live[condition];
  r.epoch = ++st_.epochs;
  r.at_chain = at_chain;
  r.askers = std::move(askers);
  read_view({condition, r.epoch}, &settlement_driver::viewed);
}

void settlement_driver::read_view(const run_key& k,
                                  void (settlement_driver::*next)(const run_key&, run&)) {
  ask<settlement_view>(
      k, "view", w_.dir.handles.get<query_actor>(), w_.settings.patience.append,
      [k, next](settlement_driver d, run& r, settlement_view& view) {
        r.view = std::move(view);
        d.note_open(r.view);
        (d.*next)(k, r);
      },
      get_atom::value, k.condition);
}

/// Everything starts here, again after each thing that was booked.
void settlement_driver::viewed(const run_key& k, run& r) {
  const auto& row = r.view.row;
  if (!is_opened(row)) return ask_resolved(k);
  if (row.status == settlement_status::closed && r.view.unpaid == 0)
    return rest(k, bounds().look_interval);
  if (r.redeemed) return judge(k, r);
  ask<std::vector<address>>(
      k, "accounts", w_.dir.handles.get<resolution_actor>(), bounds().step_timeout,
      [k](settlement_driver d, run& found, std::vector<address>& accounts) {
        found.accounts = std::move(accounts);
        d.redeem_next(k);
      },
      get_atom::value);
}

// -- resolved? -----------------------------------------------------------------------------------

void settlement_driver::ask_resolved(const run_key& k) {
  ask<condition_state>(
      k, "condition", w_.dir.handles.get<resolution_actor>(), bounds().step_timeout,
      [k](settlement_driver d, run& r, const condition_state& state) { d.resolved(k, r, state); },
      look_at_condition{k.condition, find(k)->at_chain});
}

void settlement_driver::resolved(const run_key& k, run&, const condition_state& state) {
  if (!state.resolved) return rest(k, bounds().look_interval);
  open_settlement entry;
  entry.condition = k.condition;
  entry.numerators = state.payouts.numerators;
  entry.denominator = state.payouts.denominator;
  entry.at = w_.now();
  append_entry(k, std::move(entry), [k](settlement_driver d, run&) {
    spdlog::info("settlement.opened condition={}", k.condition.hex());
    d.read_view(k, &settlement_driver::viewed);
  });
}

// -- redeemed? -----------------------------------------------------------------------------------

/// Each account once, and once more as long as the books owe more than came: shares of a bet that
/// was filled late are redeemed by a transaction of their own, and what somebody else redeemed is
/// looked for once the account has nothing left.
void settlement_driver::redeem_next(const run_key& k) {
  auto* r = find(k);
  for (; r->next_account < r->accounts.size(); ++r->next_account, r->known_rounds = 0) {
    const auto account = r->accounts[r->next_account];
    const auto round = rounds_of(st_.digest, r->view.row, account) + r->known_rounds;
    if (round > 0 && !is_short(r->view)) continue;
    if (round >= most_rounds) {
      r->refused = "redeemed too often for " + account.hex();
      continue;
    }
    const auto id = redeeming_of(st_.digest, k.condition, account, round);
    return ask<redeem_progress>(
        k, "redeem", w_.dir.handles.get<resolution_actor>(), bounds().step_timeout,
        [k, id](settlement_driver d, run& found, const redeem_progress& p) {
          d.redeemed(k, found, id, p);
        },
        redeeming(id, account, r->view));
  }
  r->redeemed = true;
  if (!r->booked) return judge(k, *r);
  read_view(k, &settlement_driver::judge);
}

void settlement_driver::redeemed(const run_key& k, run& r, const operation_id& id,
                                 const redeem_progress& p) {
  const auto account = r.accounts[r.next_account++];
  const auto known_rounds = std::exchange(r.known_rounds, 0);
  switch (p.state) {
    case redeem_state::under_way: r.under_way = true; return redeem_next(k);
    case redeem_state::nothing:
      ++r.empty_handed;
      if (!p.detail.empty()) r.seen = account.hex() + ": " + p.detail;
      return redeem_next(k);
    case redeem_state::refused: r.refused = account.hex() + ": " + p.detail; return redeem_next(k);
    case redeem_state::done:
    case redeem_state::seen: break;
  }
  if (has_booked(r.view.row, account, p.tx_hash)) {           // by a human's command
    if (p.state == redeem_state::done && is_short(r.view)) {  // shares that came later are the next
      --r.next_account;
      r.known_rounds = known_rounds + 1;
    }
    return redeem_next(k);
  }
  if (!p.received.is_positive()) {  // shares that pay were sent: an alarm, not a booking
    r.paid_nothing = true;
    r.refused = account.hex() + ": " + p.tx_hash.hex() + " paid nothing";
    return redeem_next(k);
  }
  // One node's receipt is behind it: more than the burned shares are worth is not believed.
  auto most = usdc{static_cast<std::int64_t>(p.burned.size())};
  for (std::size_t slot = 0; slot < p.burned.size(); ++slot)
    most =
        add_saturating(most, payout_of(p.burned[slot], slot, r.view.row.payouts).value_or(usdc{}));
  if (p.received > most) {
    r.refused = account.hex() + ": " + p.tx_hash.hex() + " shows " + to_string(p.received) +
                " for shares worth " + to_string(most);
    return redeem_next(k);
  }
  const bool ours = p.state == redeem_state::done;
  const auto name = ours ? id : redemption_seen_in(st_.digest, k.condition, account, p.tx_hash);
  book_redemption entry{k.condition, name, account, p.tx_hash, p.received, p.burned, w_.now()};
  append_entry(k, std::move(entry), [k, p, account, ours](settlement_driver d, run& found) {
    found.booked = true;
    ++d.st_.redeemed;
    spdlog::info(
        "settlement.redeemed condition={} account={} tx={} by={} received={} detail=\"{}\"",
        k.condition.hex(), account.hex(), p.tx_hash.hex(), ours ? "us" : "others",
        to_string(p.received), p.detail);
    d.redeem_next(k);
  });
}

// -- enough? -------------------------------------------------------------------------------------

/// Nobody is paid while what came does not cover everybody: who would be the one that is not? But
/// what a sale has given away on chain, and the books do not know yet, is missed by nobody: while
/// something is at the venue, whoever can be paid is. A redeeming that is under way, perhaps in
/// doubt for good, keeps nobody from what is here already.
void settlement_driver::judge(const run_key& k, run& r) {
  const auto& v = r.view;
  const auto left = left_of(v.row);
  const bool enough = v.owed <= left;
  const bool nothing = r.paid_nothing || (!enough && !v.row.received.is_positive());
  const auto sums = sum_text(v);
  show(alert::refused, k.condition, !r.refused.empty() && !r.paid_nothing, r.refused);
  if (r.under_way && !enough) return rest(k, bounds().poll);
  const bool whole = v.at_venue == 0;
  show(alert::paid_nothing, k.condition, r.paid_nothing || (whole && nothing && r.refused.empty()),
       r.paid_nothing ? r.refused : sums);
  show(alert::shortage, k.condition, whole && !enough && !nothing, sums);
  const bool elsewhere =
      whole && !enough && !r.accounts.empty() && r.empty_handed == r.accounts.size();
  show(alert::elsewhere, k.condition, elsewhere, elsewhere_text(k.condition, r.seen));
  const bool redeemed = !v.row.redemptions.empty();
  show(alert::burned, k.condition,
       whole && redeemed && worth_of_burned(v.row) < add_saturating(v.owed, v.row.paid),
       "fewer shares were burned than the books have: " + sums);
  show(alert::surplus, k.condition,
       v.at_venue == 0 && sub_saturating(left, v.owed) > bounds().surplus, sums);
  if (!enough && whole) return rest(k, bounds().look_interval);
  if (!enough && !left.is_positive()) return rest(k, bounds().poll);
  read_slice(k);
}

// -- the end of a look ---------------------------------------------------------------------------

void settlement_driver::rest(const run_key& k, std::chrono::milliseconds wait) {
  show(alert::unreadable, k.condition, false, {});
  show(alert::stopped, k.condition, false, {});
  end(k, nullptr, wait);
}

/// What is due is read again at the next look; only a long silence is a human's business, or a
/// refusal that every look would get.
void settlement_driver::failed(const run_key& k, const char* what, const caf::error& why) {
  const auto code = code_of(why);
  const bool opened = is_opened(find(k)->view.row);
  if (may_say(std::string{what} + k.condition.hex()))
    spdlog::warn("settlement.look_failed condition={} at={} code={} detail=\"{}\"",
                 k.condition.hex(), what, to_string(code), detail_of(why));
  if (code == errc::not_found) return end(k, &why, bounds().look_interval);  // no market of ours
  if (is_final(why)) {
    show(alert::stopped, k.condition, true,
         std::string{what} + " was refused: " + std::string{to_string(code)});
    return end(k, &why, bounds().look_interval);
  }
  auto& since = st_.known[k.condition].troubled_since;
  if (!since) since = now();
  show(alert::unreadable, k.condition, now() - *since >= bounds().alert_after,
       std::string{what} + ": " + std::string{to_string(code)} + " " + detail_of(why));
  end(k, &why, opened ? bounds().poll : bounds().look_interval);
}

void settlement_driver::end(const run_key& k, const caf::error* why,
                            std::chrono::milliseconds wait) {
  auto node = st_.live.extract(k.condition);
  if (st_.known.size() >= most_known && !st_.known.contains(k.condition))
    st_.known.erase(st_.known.begin());
  auto& seen = st_.known[k.condition];
  // Half a poll less: the tick that is due then must not come too early.
  seen.next_look = now() + wait - bounds().poll / 2;
  if (why == nullptr) seen.troubled_since.reset();
  for (auto& p : node.mapped().askers) {
    if (why != nullptr) {
      p.deliver(*why);
    } else {
      p.deliver(node.mapped().view);
    }
  }
  start_waiting();
}

void settlement_driver::note_open(const settlement_view& view) {
  const auto& row = view.row;
  if (is_opened(row) && row.status == settlement_status::open) {
    st_.open.insert_or_assign(row.condition, row.created_at);
  } else if (st_.open.erase(row.condition) > 0) {
    for (const auto kind : all_alerts)
      if (kind != alert::surplus)  // it is revenue by now, and somebody should see it
        w_.dir.gauges.alerts().clear(kind, row.condition.hex(), w_.now());
  }
  timestamp oldest;
  for (const auto& [condition, since] : st_.open)
    if (!oldest.is_set() || since < oldest) oldest = since;
  w_.dir.gauges.settlements().show_open(st_.open.size(), oldest);
}

void settlement_driver::show(std::string_view kind, const hash256& condition, bool lasts,
                             const std::string& text) {
  auto& alerts = w_.dir.gauges.alerts();
  if (lasts) return alerts.raise(kind, condition.hex(), text, w_.now());
  alerts.clear(kind, condition.hex(), w_.now());
}

}  // namespace headroom::actors
