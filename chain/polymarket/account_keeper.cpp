#include "chain/polymarket/account_keeper.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "chain/evm/eip55.hpp"
#include "chain/polymarket/deposit_wallet.hpp"
#include "chain/polymarket/keeper_desk.hpp"
#include "chain/polymarket/relayed_wallet_actor.hpp"

namespace headroom::chain::polymarket {
namespace {

using actors::venue_stop;

/// A contract that holds the money must be there too, and is looked at last.
std::vector<named_contract> contracts_for(const account_watch& a, const venue_contracts& c) {
  auto out = betting_contracts(c);
  if (a.who.signature_type != 0) out.push_back({"the account's own wallet", a.who.holder});
  return out;
}

std::string listed(const std::vector<approval>& all) {
  std::string out;
  for (const auto& a : all) out += (out.empty() ? "" : ", ") + a.name;
  return out;
}

}  // namespace

// -- one look ------------------------------------------------------------------------------------

void keeper_desk::poll() {
  if (now() < st_.next_look || std::exchange(st_.looking, true)) return;
  if (st_.settings.pays_withdrawals && st_.settings.account.keeps_collateral) return ask_books();
  look_at(0);
}

/// What accepted withdrawals wait for is no bet's any more: it has left the buffer.
void keeper_desk::ask_books() {
  const auto query = w_.dir.handles.get<actors::query_actor>();
  if (!query) return look_at(0);
  self_->request(query, w_.settings.patience.load, actors::solvency_atom::value)
      .then(
          [self = self_](const trial_balance& books) {
            self->state.waiting = sub_saturating(books.outgoing, books.leaving);
            keeper_desk{self}.look_at(0);
          },
          [self = self_](const caf::error&) { keeper_desk{self}.look_at(0); });
}

/// One account after the other; the answers are read in this order: the block, the approvals, the
/// contracts while they have not been seen, and the money.
std::vector<rpc_request> keeper_desk::questions(std::size_t i) const {
  const auto& a = st_.accounts[i];
  const auto& c = st_.settings.contracts;
  std::vector<rpc_request> out{eth::block_number()};
  for (const auto& x : st_.needed) out.push_back(ask_approval(x, a.who.holder));
  if (!a.contracts_seen)
    for (const auto& x : contracts_for(a, c)) out.push_back(eth::code(x.at));
  if (!keeps_money_of(i)) return out;
  for (auto& x : ask_collateral(c, a.who.holder)) out.push_back(std::move(x));
  if (!a.ramps_seen)
    for (const auto& x : ramp_contracts(c)) out.push_back(eth::code(x.at));
  return out;
}

void keeper_desk::look_at(std::size_t i) {
  if (i >= st_.accounts.size()) return end_look();
  ask_two_nodes(self_, st_.doors.chain, questions(i),
                [self = self_, i](answers& said) { keeper_desk{self}.heard(i, said); });
}

void keeper_desk::heard(std::size_t i, answers& said) {
  auto& a = st_.accounts[i];
  std::erase_if(said, [&](const auto& node) {
    const auto block = eth::answer(node.front(), eth::read_number);
    return !block || *block < a.block;
  });
  a.money.reset();
  if (said.empty()) {
    if (!a.passed) a.why = "the chain does not answer";
    return look_at(i + 1);  // what was so counts until it is known to be otherwise
  }
  const auto contracts_at = 1 + st_.needed.size();
  const auto money_at =
      contracts_at + (a.contracts_seen ? 0 : contracts_for(a, st_.settings.contracts).size());
  if (keeps_money_of(i)) judge_money(a, said, money_at);
  a.why = a.contracts_seen ? "" : judge_contracts(a, said, contracts_at);
  if (!a.why.empty()) return settle(i);
  judge_approvals(i, said, 1);
  if (a.why.empty() && !a.venue_agrees) return ask_venue(i);
  try_orders(i);
}

/// "" when all are there.
std::string keeper_desk::judge_contracts(account_watch& a, const answers& said, std::size_t at) {
  for (const auto& c : contracts_for(a, st_.settings.contracts)) {
    const auto word = told_by(said, at++, has_code);
    if (word == told::nothing) return "the venue's contracts cannot be read";
    if (word != told::no) continue;
    if (c.at == a.who.holder && a.who.signature_type == 3) return no_wallet(a);
    return "there is no contract at " + checksummed(c.at) + ": " + std::string{c.name};
  }
  a.contracts_seen = true;
  if (std::exchange(a.wallet, own_wallet::seen) == own_wallet::to_be_made) {
    a.line.failures = 0;  // they were of its making
    a.line.not_before = {};
    a.trouble.clear();
    clear(relayer_alert, a);
  }
  clear(account_alert::wallet, a);
  return {};
}

/// Only the wallet that the relayer would make for this key is asked for: money that went to
/// another address could be anybody's.
std::string keeper_desk::no_wallet(account_watch& a) {
  const auto& c = st_.settings.contracts;
  const auto own = beacon_wallet_of(a.who.key->address_of(), c.wallet_factory, c.wallet_beacon);
  a.to_give.clear();
  const auto at = "no deposit wallet stands at " + checksummed(a.who.holder);
  if (own != a.who.holder) {
    a.wallet = own_wallet::not_its_own;
    const auto why = at + ", and the one that its key gets is " + checksummed(own);
    raise(account_alert::wallet, a, why);
    return why;
  }
  a.wallet = own_wallet::to_be_made;
  clear(account_alert::wallet, a);
  return at + ": the relayer is asked to make it" + (a.trouble.empty() ? "" : "; " + a.trouble);
}

void keeper_desk::judge_approvals(std::size_t i, const answers& said, std::size_t at) {
  auto& a = st_.accounts[i];
  std::vector<approval> missing;
  bool open = false;
  for (const auto& x : st_.needed) {
    const auto word = told_by(said, at++, [&](const rpc_result& r) { return read_approval(x, r); });
    if (word == told::no) missing.push_back(x);
    if (word == told::nothing || word == told::both) open = true;
  }
  mend(i, missing);
  if (!missing.empty()) {
    a.why = "missing: " + listed(missing) + (a.trouble.empty() ? "" : "; " + a.trouble);
  } else if (open && !a.passed) {
    a.why = "its approvals cannot be read, or two nodes disagree about them";
  }
}

/// The view of one node: parts of two are none.
void keeper_desk::judge_money(account_watch& a, const answers& said, std::size_t at) {
  constexpr std::size_t parts = 4;  // ask_collateral
  const auto& node = said.front();
  a.money = read_collateral(std::span{node}.subspan(at, parts));
  if (a.ramps_seen) return;
  at += parts;
  bool all = true;
  for (std::size_t k = 0; k < ramp_contracts(st_.settings.contracts).size(); ++k)
    all = told_by(said, at++, has_code) == told::yes && all;
  a.ramps_seen = all;
}

void keeper_desk::settle(std::size_t i) {
  auto& a = st_.accounts[i];
  if (a.why.empty() && !a.passed)
    spdlog::info("venue.account_ready name={} holder={}", a.who.name, a.who.holder.hex());
  a.passed = a.why.empty();
  if (!a.passed) a.trial.passed = false;  // what is mended is tried again
  go_on(i, next_step(i));
  look_at(i + 1);
}

// -- the verdict ---------------------------------------------------------------------------------

bool keeper_desk::is_busy() const {
  return std::any_of(st_.accounts.begin(), st_.accounts.end(), [](const account_watch& a) {
    return !a.passed || a.line.in_flight || a.line.asking || !a.in_hand.empty();
  });
}

void keeper_desk::end_look() {
  const auto& s = st_.settings.account;
  std::string reasons;
  for (const auto& a : st_.accounts) {
    const bool tried = a.failed_trial();
    if (a.passed || tried) clear(account_alert::approvals, a);
    if (a.passed || !tried) clear(account_alert::self_test, a);
    if (a.passed) continue;
    raise(tried ? account_alert::self_test : account_alert::approvals, a, a.why);
    if (!a.who.enabled) continue;
    reasons += (reasons.empty() ? "" : "; ") + a.who.name + ": " + a.why;
  }
  const auto pause = is_busy() ? s.check_soon : s.check_every;
  st_.next_look = now() + pause;
  st_.looking = false;
  const auto why = reasons.empty() || !s.self_test ? venue_stop::none : venue_stop::approvals;
  w_.dir.gauges.venue_state().show_accounts({why, st_.next_look}, std::move(reasons));
}

/// A successor goes on with its predecessor's verdict.
void keeper_desk::show_first() {
  auto& gauge = w_.dir.gauges.venue_state();
  if (!st_.settings.account.self_test) return gauge.show_accounts({}, "");
  if (gauge.accounts_shown()) return;
  gauge.show_accounts({venue_stop::approvals, now() + st_.settings.account.check_soon},
                      "it has not run yet");
}

// -- the actor -----------------------------------------------------------------------------------

account_keeper::behavior_type keeper_behavior(keeper_self self, actors::world_ptr w,
                                              keeper_settings settings,
                                              std::vector<kept_account> accounts,
                                              keeper_doors doors) {
  auto& st = self->state;
  st.w = std::move(w);
  st.settings = std::move(settings);
  st.doors = std::move(doors);
  st.needed = needed_approvals(st.settings.contracts);
  for (auto& who : accounts) {
    account_watch a;
    a.who = std::move(who);
    // Linked: they end together, and both find their way again by the outbox.
    if (a.who.signature_type == 3) {
      a.relayer = self->spawn<caf::linked>(
          relayer_behavior, st.w, st.settings.account.relayer,
          relayed_wallet{a.who.name, a.who.holder, st.settings.chain_id,
                         st.settings.contracts.wallet_factory, a.who.key, st.doors.relayer_api_key},
          st.doors.relayer, st.doors.outbox);
      st.w->dir.handles.set_wallet(
          {st.settings.chain_id, a.who.holder},
          self->spawn<caf::linked>(relayed_wallet_behavior, st.w, a.relayer));
    }
    st.accounts.push_back(std::move(a));
  }
  keeper_desk{self}.show_first();
  self->send(self, actors::poll_atom::value);
  return {
      [self](actors::poll_atom) {
        self->delayed_send(self, self->state.settings.account.check_soon, actors::poll_atom::value);
        keeper_desk{self}.poll();
      },
      [self](actors::status_atom) {
        const auto& s = self->state;
        actors::status_report out{keeper_state::name, {{"moves", std::to_string(s.moves)}}};
        for (const auto& a : s.accounts) {
          out.facts[a.who.name] = a.passed ? "ready" : a.why;
          out.facts[a.who.name + ".holder"] = a.who.holder.hex();
          out.facts[a.who.name + ".operations"] = std::to_string(a.line.sent);
          if (a.money) out.facts[a.who.name + ".collateral"] = to_string(a.money->collateral);
        }
        return out;
      },
  };
}

}  // namespace headroom::chain::polymarket
