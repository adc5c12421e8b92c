#include <algorithm>

#include "chain/evm/wallet_outbox.hpp"
#include "domain/backoff.hpp"

/// Who signs, when the key is not here: a signer may be silent, refuse, or sign something else.
/// What is not signed as it was asked for is nobody's: its nonce is free again, its asker is told
/// that nothing will come of it.
namespace headroom::chain {
namespace {

using fault = signing::fault;
using phase = requested_operation::phase;

constexpr std::chrono::milliseconds longest_rest{30'000};
constexpr std::chrono::milliseconds bump_again{3'000};

}  // namespace

/// A local key has answered when this returns.
void wallet_outbox::sign_batch() {
  std::vector<unsigned_transaction> bodies;
  for (const auto& id : st_.storing) bodies.push_back(st_.requested.at(id).body);
  st_.signer.sign(self_, std::move(bodies),
                  [self = self_](auto& results) { wallet_outbox{self}.signed_batch(results); });
}

/// The rows before the first without a signature go to the journal. Those behind it would leave a
/// gap: they are signed anew, under the nonces that are free.
void wallet_outbox::signed_batch(std::vector<signing>& results) {
  note_signer(results);
  auto ids = std::exchange(st_.storing, {});
  // Somebody used the key meanwhile: what is signed under a used nonce can only be dropped.
  const bool late = st_.requested.at(ids.front()).body.nonce != st_.next_nonce;
  std::vector<operation_id> again;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!results[i].is_good()) {
      refuse(ids[i], make_error(errc::unavailable,
                                std::string{no_signature} + ": " + std::move(results[i].why)));
    } else if (late || st_.storing.size() < i) {
      st_.requested.at(ids[i]).at = phase::ready;
      again.push_back(ids[i]);
    } else {
      st_.requested.at(ids[i]).at = phase::storing;
      st_.storing.push_back(ids[i]);
      st_.storing_signed.push_back(std::move(results[i].tx));
    }
  }
  st_.to_store.insert(st_.to_store.begin(), again.begin(), again.end());
  if (st_.storing.empty()) return store_next();
  append();
}

/// One that says no to one transaction may sign the next. One that is silent is left alone for a
/// while, or everything would wait for its time-out again and again.
void wallet_outbox::note_signer(const std::vector<signing>& results) {
  if (!st_.signer.is_remote()) return;
  const auto first = [&](auto... any_of) {
    return std::find_if(results.begin(), results.end(),
                        [=](const auto& r) { return ((r.what == any_of) || ...); });
  };
  const auto none = results.end();
  const auto wrong = first(fault::wrong);
  const auto away = first(fault::silent, fault::refused);
  if (wrong != none) raise(wallet_alert::wrong, wrong->why);
  if (away != none) raise(wallet_alert::no_signer, away->why);
  if (first(fault::none, fault::refused, fault::wrong) == none) return rest_signer();
  st_.signer_silences = 0;
  st_.signer_again = {};
  if (first(fault::none) == none) return;
  if (wrong == none) clear(wallet_alert::wrong);
  if (away == none) clear(wallet_alert::no_signer);
}

void wallet_outbox::rest_signer() {
  st_.signer_again =
      now() + backoff(st_.settings.poll_interval, st_.signer_silences++, longest_rest);
}

void wallet_outbox::refuse_unsigned() {
  for (const auto& id : std::exchange(st_.to_store, {}))
    refuse(id, make_error(errc::unavailable, std::string{no_signature}));
}

/// Whoever asked may never ask again: is it back? What it refused or signed wrongly is not asked
/// for anew: those alerts last until it has signed something right.
void wallet_outbox::look_for_signer() {
  if (st_.signer_silences == 0 || now() < st_.signer_again || !st_.storing.empty() ||
      std::exchange(st_.signer_probed, true))
    return;
  st_.signer.look_for_account(self_, [self = self_](std::optional<bool> has) {
    wallet_outbox box{self};
    auto& st = self->state;
    st.signer_probed = false;
    if (has != true) return box.rest_signer();
    st.signer_silences = 0;
    st.signer_again = {};
    box.clear(wallet_alert::no_signer);
  });
}

void wallet_outbox::signed_bump(std::uint64_t nonce, std::vector<signing>& results) {
  note_signer(results);
  auto* op = find(nonce);
  if (op == nullptr) return;
  auto& result = results.front();
  if (result.is_good() && !op->outcome) {
    op->bump = std::move(result.tx);
    return store_bump(*op);
  }
  op->bumping = false;
  op->next_bump = std::max(now() + bump_again, st_.signer_again);
}

}  // namespace headroom::chain
