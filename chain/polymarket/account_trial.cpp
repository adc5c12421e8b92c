#include <spdlog/spdlog.h>

#include <deque>

#include "chain/polymarket/gamma.hpp"
#include "chain/polymarket/keeper_desk.hpp"
#include "chain/polymarket/order_making.hpp"
#include "chain/polymarket/order_trial.hpp"
#include "domain/backoff.hpp"

/// The self-test's last part: an order is made and signed as a bet's is, on one ordinary and one
/// neg-risk market, and the exchange says by eth_call whether it would take it. It never goes to
/// the venue, and costs nothing. Once for each account and life, and again after a failure.
namespace headroom::chain::polymarket {
namespace {

/// Of the list, by volume: what cannot be tried gives way to the next one.
constexpr std::size_t markets_of_a_list = 100;
constexpr std::size_t candidates_at_most = 5;
constexpr std::chrono::milliseconds longest_wait{60'000};
/// Enough for the venue's minimum of a dollar whatever the fee. It would be paid at the lowest
/// price that there is: a node sees the order, and should it ever reach the venue nobody sells for
/// that.
constexpr usdc trial_budget = 2_usdc;

bool is_ok(const net::http_result& r) {
  return r.outcome == net::http_outcome::answered && r.status == 200;
}

/// The venue says that there is no such market.
bool says_no(const net::http_result& r) {
  return r.outcome == net::http_outcome::answered && (r.status == 400 || r.status == 404);
}

std::string_view kind_of(bool neg_risk) { return neg_risk ? "neg-risk" : "standard"; }

std::string name_of(bool neg_risk, const uint256& token) {
  return std::string{kind_of(neg_risk)} + " market of token " + token.decimal();
}

/// What may be tried. The list says all that an order has to know; of a token of the settings the
/// CLOB is asked.
struct candidate {
  uint256 token;
  std::optional<market> terms{};
};

std::optional<market> terms_of(const gamma_market& m) {
  const auto ticks = rounding_of(m.tick);
  if (!ticks || !m.fees) return std::nullopt;
  const auto& token = m.outcomes.front().token;
  return market{token, m.condition.hex(), *ticks, m.neg_risk, m.accepting, *m.fees};
}

}  // namespace

/// One account's trial: first the ordinary market, then the neg-risk one.
struct keeper_desk::trying {
  std::size_t account = 0;
  bool neg_risk = false;
  std::deque<candidate> candidates;  // of this kind
  bool listed = false;               // those of the list are among them
  std::optional<gamma_page> list;
};

/// The end of an account's look: with nothing missing it is tried, when that is due.
void keeper_desk::try_orders(std::size_t i) {
  auto& a = st_.accounts[i];
  const auto& s = st_.settings;
  const bool wanted = s.account.self_test && a.who.enabled && !s.gamma_url.empty();
  if (!a.why.empty() || !wanted || a.trial.passed) return settle(i);
  if (now() < a.trial.not_before) {
    a.why = a.trial.why;
    return settle(i);
  }
  const auto t = std::make_shared<trying>();
  t->account = i;
  const auto token = uint256::parse_decimal(s.account.self_test_token);
  if (token) t->candidates.push_back({*token});
  next_market(t);
}

void keeper_desk::next_kind(const trying_ptr& t) {
  auto& a = st_.accounts[t->account];
  if (t->neg_risk) {
    spdlog::info("venue.self_test_passed name={}", a.who.name);
    a.trial = {};
    a.trial.passed = true;
    return settle(t->account);
  }
  t->neg_risk = true;
  t->listed = false;
  t->candidates.clear();
  const auto token = uint256::parse_decimal(st_.settings.account.self_test_neg_risk_token);
  if (token) t->candidates.push_back({*token});
  next_market(t);
}

/// A venue without an open market of a kind takes no bets on one either: that is no failure.
void keeper_desk::next_market(const trying_ptr& t) {
  if (t->candidates.empty() && !t->listed) return read_list(t);
  if (t->candidates.empty()) {
    spdlog::info("venue.self_test_no_market name={} kind={}", st_.accounts[t->account].who.name,
                 kind_of(t->neg_risk));
    return next_kind(t);
  }
  const auto next = t->candidates.front();
  t->candidates.pop_front();
  if (is_protocol_v2(next.token)) return next_market(t);
  if (next.terms) return try_market(t, *next.terms);
  find_condition(t, next.token);
}

/// The list is read once for both kinds.
void keeper_desk::read_list(const trying_ptr& t) {
  t->listed = true;
  if (t->list) {
    for (const auto& m : t->list->markets) {
      const bool open = !m.closed && m.accepting && !m.protocol_v2;
      auto terms = open && m.neg_risk == t->neg_risk ? terms_of(m) : std::nullopt;
      if (terms && t->candidates.size() < candidates_at_most)
        t->candidates.push_back({terms->token, std::move(terms)});
    }
    return next_market(t);
  }
  read(st_.settings.gamma_url + "/markets/keyset?closed=false&order=volume24hr&ascending=false" +
           "&limit=" + std::to_string(markets_of_a_list),
       [self = self_, t](const net::http_result& r) {
         keeper_desk desk{self};
         t->list = is_ok(r) ? read_gamma_page(r.body) : std::nullopt;
         if (!t->list) return desk.fail_trial(t, "the venue's list of markets cannot be read");
         desk.read_list(t);
       });
}

void keeper_desk::find_condition(const trying_ptr& t, const uint256& token) {
  read(st_.settings.venue_url + "/markets-by-token/" + token.decimal(),
       [self = self_, t, token](const net::http_result& r) {
         keeper_desk desk{self};
         if (says_no(r)) return desk.next_market(t);
         const auto condition = is_ok(r) ? read_condition(r.body) : std::nullopt;
         if (condition) return desk.read_terms(t, token, *condition);
         desk.fail_trial(t, name_of(t->neg_risk, token) + ": it cannot be read");
       });
}

void keeper_desk::read_terms(const trying_ptr& t, const uint256& token,
                             const std::string& condition) {
  read(st_.settings.venue_url + "/clob-markets/" + condition,
       [self = self_, t, token](const net::http_result& r) {
         keeper_desk desk{self};
         if (says_no(r)) return desk.next_market(t);
         const auto m = is_ok(r) ? read_market(r.body, token) : std::nullopt;
         if (!m) return desk.fail_trial(t, name_of(t->neg_risk, token) + ": it cannot be read");
         if (!m->accepting || m->neg_risk != t->neg_risk) return desk.next_market(t);
         desk.try_market(t, *m);
       });
}

void keeper_desk::try_market(const trying_ptr& t, const market& m) {
  const auto& s = st_.settings;
  const auto& who = st_.accounts[t->account].who;
  const auto quote =
      quote_at(actors::quote_order{m.token, trial_budget, m.ticks.tick, {}, order_fill::whole}, m);
  if (!quote)
    return fail_trial(t, name_of(m.neg_risk, m.token) + ": no order can be made for it, " +
                             actors::detail_of(quote.error()));
  const exchange where{s.venue_chain_id,
                       m.neg_risk ? s.contracts.neg_risk_exchange : s.contracts.exchange};
  const auto made = sign(order_of(*quote, w_.random(), w_.now()), where, type_of(quote->fill),
                         {*who.key, who.key->address_of(),
                          static_cast<signature_kind>(who.signature_type), who.holder});
  ask_two_nodes(self_, st_.doors.chain, ask_exchange(made), [self = self_, t, made](answers& said) {
    keeper_desk{self}.judge_trial(t, made, said);
  });
}

/// Two nodes must agree on a yes; a node that lags behind a new wallet says no for a moment.
void keeper_desk::judge_trial(const trying_ptr& t, const signed_order& o, const answers& said) {
  bool taken = false;
  std::string why;
  for (const auto& node : said) {
    const auto objection = objection_to(o, node);
    if (!objection) continue;
    if (objection->empty()) taken = true;
    if (!objection->empty()) why = *objection;
  }
  if (taken && why.empty()) return next_kind(t);
  if (taken) why += " (another node says that it is taken)";
  if (why.empty()) why = "the exchange cannot be asked";
  fail_trial(t, name_of(t->neg_risk, o.body.token) + ": " + why);
}

void keeper_desk::fail_trial(const trying_ptr& t, std::string why) {
  auto& a = st_.accounts[t->account];
  a.trial.not_before =
      now() + backoff(st_.settings.account.check_soon, a.trial.failures++, longest_wait);
  if (a.trial.why != why)
    spdlog::warn("venue.self_test_failed name={} reason=\"{}\"", a.who.name, why);
  a.trial.why = std::move(why);
  a.why = a.trial.why;
  settle(t->account);
}

void keeper_desk::read(const std::string& url, std::function<void(const net::http_result&)> done) {
  net::http_request what{"GET", url, {{"Accept", "*/*"}, {"User-Agent", "headroom"}}, {}};
  self_
      ->request(st_.doors.venue, caf::infinite,
                http_call{std::move(what), st_.settings.account.read_timeout})
      .then([done](const net::http_result& r) { done(r); },
            [done](const caf::error&) { done(net::http_result{}); });
}

}  // namespace headroom::chain::polymarket
