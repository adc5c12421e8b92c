#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/treasury/audit_actor.hpp"

/// The users' open positions against what the venue's accounts hold, token by token. Books and
/// chain are read one after the other while bets are filled and markets are paid out, so only what
/// two comparisons in a row show is a difference.
namespace headroom::chain {
namespace {

using actors::share_difference;

constexpr std::string_view shares_alert = "audit.shares";
constexpr std::size_t most_shown = 100;
constexpr std::uint64_t most_tokens = 100'000;  // of one comparison

bool is_missing(const share_difference& d) { return d.on_chain < d.booked; }

void read_page(audit_self self, const uint256& after);

void give_up(audit_self self) {
  auto& st = self->state;
  st.walk.reset();
  st.positions.checked = false;  // the old numbers are not shown as new ones
  st.last.positions = st.positions;
}

void conclude(audit_self self) {
  auto& st = self->state;
  const auto now = std::move(*st.walk);
  st.walk.reset();
  auto& out = st.positions;
  out = {true, now.tokens, {}, st.w->now()};
  for (const auto& [token, d] : now.differences) {
    const auto before = st.seen_before.find(token);
    if (before != st.seen_before.end() && is_missing(before->second) == is_missing(d))
      out.differences.push_back(d);
  }
  st.seen_before = now.differences;
  std::stable_partition(out.differences.begin(), out.differences.end(), is_missing);
  const auto missing = std::count_if(out.differences.begin(), out.differences.end(), is_missing);
  if (out.differences.size() > most_shown) out.differences.resize(most_shown);
  st.last.positions = out;
  auto& alerts = st.w->dir.gauges.alerts();
  if (missing == 0) return alerts.clear(shares_alert, "", st.w->now());
  alerts.raise(shares_alert, "",
               "the venue's accounts lack shares of " + std::to_string(missing) + " tokens, of " +
                   out.differences.front().token.decimal() + " first",
               st.w->now());
}

void compare_page(audit_self self, const std::vector<token_shares>& booked,
                  const std::vector<share_amount>& held) {
  auto& walk = *self->state.walk;
  for (std::size_t i = 0; i < booked.size(); ++i)
    if (held[i] != booked[i].shares)
      walk.differences.insert_or_assign(
          booked[i].token, share_difference{booked[i].token, booked[i].shares, held[i]});
  walk.tokens += booked.size();
  const bool more = booked.size() >= self->state.settings.tokens_at_once;
  if (!more || walk.tokens >= most_tokens) return conclude(self);
  read_page(self, booked.back().token);
}

void read_holdings(audit_self self, const std::vector<token_shares>& booked) {
  auto& st = self->state;
  const auto resolution = st.w->dir.handles.get<actors::resolution_actor>();
  if (!resolution) return give_up(self);
  actors::held_on_chain question;
  for (const auto& x : booked) question.tokens.push_back(x.token);
  self->request(resolution, st.w->settings.patience.append, std::move(question))
      .then(
          [self, booked](const actors::token_holdings& held) {
            if (held.shares.size() != booked.size()) return give_up(self);
            compare_page(self, booked, held.shares);
          },
          [self](const caf::error&) { give_up(self); });
}

void read_page(audit_self self, const uint256& after) {
  auto& st = self->state;
  const auto query = st.w->dir.handles.get<actors::query_actor>();
  if (!query) return give_up(self);
  self->request(query, st.w->settings.patience.append, actors::get_atom::value, after,
                st.settings.tokens_at_once)
      .then(
          [self](const std::vector<token_shares>& booked) {
            if (booked.empty()) return conclude(self);
            read_holdings(self, booked);
          },
          [self](const caf::error&) { give_up(self); });
}

}  // namespace

void compare_positions(audit_self self) {
  auto& st = self->state;
  const auto now = self->clock().now();
  if (st.walk || now < st.next_positions) return;
  if (!st.w->dir.handles.get<actors::resolution_actor>()) return;  // none here, or not yet
  st.next_positions = now + st.settings.positions_every;
  st.walk.emplace();
  read_page(self, {});
}

}  // namespace headroom::chain
