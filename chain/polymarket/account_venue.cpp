#include <algorithm>

#include "chain/polymarket/balance_allowance.hpp"
#include "chain/polymarket/keeper_desk.hpp"

/// The venue refuses orders by its own view of an account's approvals, so it is asked once, when
/// the chain has all of them. A venue that does not answer, or not us, stops nothing here: its own
/// stops are venue_session's.
namespace headroom::chain::polymarket {
namespace {

constexpr std::int64_t behind_seconds = 2;  // a timestamp ahead of the venue's clock is refused

bool is_ok(const net::http_result& r) {
  return r.outcome == net::http_outcome::answered && r.status == 200;
}

}  // namespace

void keeper_desk::ask_venue(std::size_t i) {
  const auto& a = st_.accounts[i];
  if (!a.credentials) return derive_key(i);
  fetch(a, allowance_path,
        [self = self_, i](const net::http_result& r) { keeper_desk{self}.venue_said(i, r); });
}

/// The key of (account, nonce 0), which the venue's own actor makes when there is none.
void keeper_desk::derive_key(std::size_t i) {
  const auto& a = st_.accounts[i];
  net::http_request what{
      "GET",
      st_.settings.venue_url + "/auth/derive-api-key",
      l1_headers(*a.who.key, st_.settings.venue_chain_id, w_.now().seconds() - behind_seconds, 0),
      {}};
  what.headers.emplace_back("User-Agent", "headroom");
  self_
      ->request(st_.doors.venue, caf::infinite,
                http_call{std::move(what), st_.settings.account.read_timeout})
      .then(
          [self = self_, i](const net::http_result& r) {
            keeper_desk desk{self};
            auto& credentials = desk.st_.accounts[i].credentials;
            credentials = is_ok(r) ? read_credentials(r.body) : std::nullopt;
            if (!credentials) return desk.try_orders(i);
            desk.ask_venue(i);
          },
          [self = self_, i](const caf::error&) { keeper_desk{self}.try_orders(i); });
}

void keeper_desk::venue_said(std::size_t i, const net::http_result& r) {
  auto& a = st_.accounts[i];
  if (!is_ok(r)) a.credentials.reset();  // perhaps it is the key: derived anew next time
  const auto seen = is_ok(r) ? read_allowances(r.body) : std::nullopt;
  if (!seen) return try_orders(i);
  std::string blind;
  for (const auto& x : st_.needed) {
    const bool none = std::any_of(seen->begin(), seen->end(), [&](const auto& s) {
      return s.first == x.spender && s.second.is_zero();
    });
    if (x.kind == approval_kind::allowance && none) blind += (blind.empty() ? "" : ", ") + x.name;
  }
  a.venue_agrees = blind.empty();
  if (a.venue_agrees) return try_orders(i);
  a.why = "the chain has all approvals, the venue does not see: " + blind;
  fetch(a, allowance_update_path,
        [self = self_, i](const net::http_result&) { keeper_desk{self}.try_orders(i); });
}

void keeper_desk::fetch(const account_watch& a, std::string_view path,
                        std::function<void(const net::http_result&)> done) {
  auto proof = l2_headers(*a.credentials, a.who.key->address_of(),
                          w_.now().seconds() - behind_seconds, "GET", path, "");
  if (!proof) return done(net::http_result{});
  proof->emplace_back("User-Agent", "headroom");
  net::http_request what{
      "GET",
      st_.settings.venue_url + std::string{path} + allowance_query(a.who.signature_type),
      std::move(*proof),
      {}};
  self_
      ->request(st_.doors.venue, caf::infinite,
                http_call{std::move(what), st_.settings.account.read_timeout})
      .then([done](const net::http_result& r) { done(r); },
            [done](const caf::error&) { done(net::http_result{}); });
}

}  // namespace headroom::chain::polymarket
