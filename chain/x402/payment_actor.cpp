#include "chain/x402/payment_actor.hpp"

#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/evm/abi.hpp"
#include "chain/x402/payment_desk.hpp"
#include "chain/x402/source_gate.hpp"

namespace headroom::chain {
namespace {

constexpr std::uint64_t token_decimals = 6;  // micro-USDC is the token's unit

}  // namespace

std::optional<bool> flag_of(const rpc_result& r) {
  const auto data = eth::bytes_of(r);
  return data ? abi::reader{*data}.flag(0) : std::nullopt;
}

std::optional<uint256> word_of(const rpc_result& r) {
  const auto data = eth::bytes_of(r);
  return data ? abi::reader{*data}.word(0) : std::nullopt;
}

std::optional<bool> used_by_any(const std::vector<rpc_result>& results) {
  std::optional<bool> out;
  for (const auto& r : results)
    if (const auto used = flag_of(r)) out = out.value_or(false) || *used;
  return out;
}

// -- the domain ----------------------------------------------------------------------------------

void payment_desk::check_domain() {
  ask_all(
      self_, st_.nodes.settlements,
      {eth::chain_id(), ask_token(eip3009::domain_separator_call()), ask_token(decimals_call())},
      [self = self_](std::vector<rpc_result>& r) { payment_desk{self}.heard_domain(r); });
}

void payment_desk::heard_domain(const std::vector<rpc_result>& r) {
  const auto& s = st_.settings;
  const auto id = eth::answer(r[0], eth::read_number);
  const auto separator = word_of(r[1]);
  const auto decimals = word_of(r[2]);
  // A node that answers in form but without data speaks of a token without code.
  const bool no_token = eth::bytes_of(r[1]) && !separator;
  if (!no_token && (!id || !separator || !decimals)) {
    self_->delayed_send(self_, s.domain_retry, actors::wake_atom::value);
    return;  // silent: the last word stands
  }
  const bool same = !no_token && *id == terms_.chain_id &&
                    separator->bytes == eip712::separator(terms_.token_domain()).bytes &&
                    *decimals == uint256::of(token_decimals);
  st_.domain = same ? domain_state::matches : domain_state::differs;
  if (s.gate) s.gate->refuse(terms_.money(), !same);
  constexpr auto differs = "source.domain";
  auto& alerts = st_.w->dir.gauges.alerts();
  const auto now = st_.w->now();
  if (same)
    alerts.clear(differs, terms_.source, now);
  else
    alerts.raise(differs, terms_.source,
                 "nothing is taken from this source: the token at " + terms_.asset.hex() +
                     " on chain " + std::to_string(terms_.chain_id) + " does not sign as " +
                     terms_.token_name + " version " + terms_.token_version,
                 now);
  self_->delayed_send(self_, same ? s.domain_check : s.domain_retry, actors::wake_atom::value);
}

// -- the mailbox ---------------------------------------------------------------------------------

payment_impl::behavior_type payment_behavior(payment_self self, actors::world_ptr w,
                                             payment_settings settings, payment_nodes nodes) {
  auto& st = self->state;
  st.w = std::move(w);
  st.settings = std::move(settings);
  st.nodes = std::move(nodes);
  const auto at_once = st.settings.checks_at_once;
  const auto per_second = st.settings.checks_per_second;
  st.checks = net::share{at_once, per_second};
  st.searches = net::share{st.settings.searches_at_once, st.settings.searches_per_second};
  st.contract_checks = net::share{std::max<std::size_t>(at_once >> 2, 1), per_second * 0.25};
  self->send(self, actors::wake_atom::value);
  return {
      [self](const actors::pay_deposit& x) { return payment_desk{self}.read(x); },
      [self](actors::prove_atom, const actors::signed_payment& x) {
        return payment_desk{self}.prove(x);
      },
      [self](const actors::signed_payment& x) { return payment_desk{self}.verify(x); },
      [self](actors::get_atom, const authorization& a) { return payment_desk{self}.find(a); },
      [self](actors::get_atom, const authorization& a, const hash256& tx) {
        return payment_desk{self}.find_in(a, tx);
      },
      [self](const authorization& a) { return payment_desk{self}.settlement(a); },
      [self](actors::wake_atom) {
        auto& s = self->state;
        s.open.sweep(s.w->now());
        payment_desk{self}.check_domain();
      },
      [self](actors::status_atom) {
        static constexpr const char* domains[] = {"unknown", "matches", "differs"};
        const auto& s = self->state;
        return actors::status_report{
            payment_state::name,
            {{"source", s.settings.terms.source},
             {"enabled", s.settings.terms.enabled ? "yes" : "no"},
             {"network", s.settings.terms.network()},
             {"token", s.settings.terms.asset.hex()},
             {"domain", domains[static_cast<std::size_t>(s.domain)]},
             {"checks", std::to_string(s.checks.inside())},
             {"checks_turned_away", std::to_string(s.checks.turned_away())},
             {"contract_checks", std::to_string(s.contract_checks.inside())},
             {"contract_checks_turned_away", std::to_string(s.contract_checks.turned_away())},
             {"findings", std::to_string(s.findings)},
             {"open", std::to_string(s.open.size())},
             {"verified", std::to_string(s.verified)},
             {"refused", std::to_string(s.refused)},
             {"unreadable", std::to_string(s.unreadable)}}};
      },
  };
}

}  // namespace headroom::chain
