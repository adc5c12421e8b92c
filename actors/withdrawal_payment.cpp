#include "actors/withdrawal_saga.hpp"

/// A stored withdrawal on its way to its receiver: by the cashier, one transfer at a time, until
/// the chain's word is final.
namespace headroom::actors {
namespace {

/// A call that reverts by a node's word is not sent. After so many looks it is, so that the chain
/// itself says it: only a final receipt gives the money back.
constexpr std::uint32_t looks_before_proof = 3;
/// Final transfers that reverted: then it will not be paid.
constexpr std::uint32_t most_reverts = 2;
/// Of all kinds; dropped ones cost nothing. A human looks at what had more.
constexpr std::uint8_t most_attempts = 32;

}  // namespace

void withdrawal_saga::take_step() {
  const auto& s = w_.settings.withdrawal;
  if (waits_for_approval(st_.row)) return wait_for_approval();
  if (st_.raised) w_.dir.gauges.alerts().clear(withdrawal_approval_alert, st_.id.text(), w_.now());
  const auto cashier = neighbour<cashier_actor>();
  if (!cashier) return on(withdrawal_event::later, s.poll);
  const bool refused = w_.screen && w_.screen(st_.row.to) != screening::clear;
  if (refused) {
    raise(withdrawal_address_alert, st_.id.text(),
          "nothing is paid to this address any more: refuse the withdrawal, or clear the address");
  } else if (st_.raised) {
    w_.dir.gauges.alerts().clear(withdrawal_address_alert, st_.id.text(), w_.now());
  }
  ask_cashier(cashier, !refused);
}

/// Nothing else tells an operator of it, and only they can end it.
void withdrawal_saga::wait_for_approval() {
  const auto& row = st_.row;
  raise(withdrawal_approval_alert, st_.id.text(),
        to_string(row.amount) + " USDC of " + row.user.hex() + " to " + row.to.hex() +
            " wait for an operator: approve or refuse it");
  on(withdrawal_event::later, w_.settings.withdrawal.longest_poll);
}

void withdrawal_saga::ask_cashier(const cashier_actor& cashier, bool may_send) {
  const auto& s = w_.settings.withdrawal;
  ask(cashier, s.step_timeout,
      transfer_usdc{transfer_of(st_.id, st_.attempt), st_.row.to, paid_out(st_.row), may_send,
                    st_.would_revert >= looks_before_proof})
      .then<transfer_progress>(
          [](withdrawal_saga w, const transfer_progress& x) { w.heard(x); },
          [](withdrawal_saga w, const caf::error& e) {
            w.raise_if_unresolved("the cashier: " + std::string{to_string(code_of(e))});
            w.wait_longer();
          });
}

void withdrawal_saga::heard(const transfer_progress& x) {
  if (st_.raised && x.state != transfer_state::unknown)
    w_.dir.gauges.alerts().clear(withdrawal_in_doubt_alert, st_.id.text(), w_.now());
  switch (x.state) {
    case transfer_state::unsent: return nothing_sent(x);
    case transfer_state::under_way: return on_its_way(x);
    case transfer_state::done: return decide(withdrawal_status::confirmed, x.tx_hash, {});
    case transfer_state::reverted: return reverted(x);
    case transfer_state::dropped: return next_attempt();
    case transfer_state::unknown:
      st_.row.tx_hash = x.tx_hash;
      raise(withdrawal_in_doubt_alert, st_.id.text(),
            "it may have been paid, nothing is sent in its place: " + x.detail);
      return wait_longer();
  }
}

void withdrawal_saga::nothing_sent(const transfer_progress& x) {
  if (x.would_revert) {
    ++st_.would_revert;
  } else {
    st_.would_revert = 0;
  }
  raise_if_unresolved(x.detail);
  wait_longer();
}

void withdrawal_saga::on_its_way(const transfer_progress& x) {
  st_.row.status = withdrawal_status::sent;
  st_.row.tx_hash = x.tx_hash;
  st_.waits = 0;
  st_.would_revert = 0;
  raise_if_unresolved(x.detail);
  on(withdrawal_event::later, w_.settings.withdrawal.poll);
}

/// An address that the token refuses always reverts.
void withdrawal_saga::reverted(const transfer_progress& x) {
  if (++st_.reverts >= most_reverts)
    return decide(withdrawal_status::failed, x.tx_hash,
                  "the transfer to this address reverts: " + x.tx_hash.hex());
  next_attempt();
}

/// Nothing of the one before moved, nor ever will.
void withdrawal_saga::next_attempt() {
  if (st_.attempt + 1 >= most_attempts) {
    raise(withdrawal_unresolved_alert, st_.id.text(),
          "none of " + std::to_string(most_attempts) + " attempts was mined: refuse it");
    return wait_longer();
  }
  ++st_.attempt;
  take_step();
}

void withdrawal_saga::wait_longer() {
  const auto& s = w_.settings.withdrawal;
  on(withdrawal_event::later, backoff(s.poll, st_.waits++, s.longest_poll));
}

/// One that stays open this long after it was asked for, or approved, needs a human.
void withdrawal_saga::raise_if_unresolved(const std::string& reason) {
  if (w_.now() < st_.row.updated_at.plus(w_.settings.withdrawal.unresolved_after)) return;
  raise(withdrawal_unresolved_alert, st_.id.text(), "it has no end after a long time: " + reason);
}

void withdrawal_saga::decide(withdrawal_status status, const hash256& tx, std::string failure) {
  const auto& row = st_.row;
  st_.ending = {st_.id, row.user,           row.amount, row.fee, status,
                tx,     std::move(failure), w_.now(),   {}};
  on(withdrawal_event::decided);
}

}  // namespace headroom::actors
