#pragma once

#include <functional>

#include "chain/x402/payment_actor.hpp"

/// The payment actor's work, by what it is for: payment_verify.cpp (strangers' payments),
/// payment_findings.cpp (what became of one), payment_actor.cpp (the token's domain, the mailbox).
namespace headroom::chain {

/// A verification on its way: where the answer goes, and whose share it uses.
template <class T>
struct check {
  caf::typed_response_promise<T> promise;
  net::share payment_state::*lane;
};

/// Made anew for every message; all that lasts is in the state.
class payment_desk {
 public:
  explicit payment_desk(payment_self self)
      : self_{self}, st_{self->state}, terms_{self->state.settings.terms} {}

  void check_domain();

  // -- payments that anybody may send ------------------------------------------------------------

  /// Without the chain, so that a stored payment can be told its answer while the chain is silent.
  caf::result<actors::signed_payment> read(const actors::pay_deposit& x);
  caf::result<actors::signed_payment> prove(const actors::signed_payment& x);
  caf::result<actors::verified_payment> verify(const actors::signed_payment& x);

  // -- payments in the books ---------------------------------------------------------------------

  caf::result<actors::payment_finding> find(const authorization& a);
  /// In one transaction that is known from elsewhere: paid, or nothing is said.
  caf::result<actors::payment_finding> find_in(const authorization& a, const hash256& tx);
  [[nodiscard]] actors::contract_call settlement(const authorization& a) const;

 private:
  using verification = check<actors::verified_payment>;
  using finding_promise = caf::typed_response_promise<actors::payment_finding>;
  /// `unused` is never told by it: the authorization is used.
  using told = std::function<void(const actors::payment_finding&)>;

  [[nodiscard]] rpc_request ask_token(byte_vector data, std::string_view block = "latest") const {
    return eth::call({std::nullopt, terms_.asset, std::move(data), {}}, block);
  }
  void heard_domain(const std::vector<rpc_result>& r);

  caf::result<actors::signed_payment> name_refusal(const address& from, std::string_view if_plain,
                                                   std::string_view if_contract);
  void ask_chain(const actors::signed_payment& x, verification c);
  void heard_chain(const actors::signed_payment& x, const std::vector<rpc_result>& r,
                   verification c);
  void take_if_covered(const authorization& a, const uint256& balance, std::uint64_t block,
                       std::string_view code, verification c);
  [[nodiscard]] bool covers(const uint256& balance, const authorization& a) const;
  void recount(const authorization& a, std::uint64_t block, std::string_view code, verification c);
  void refuse_unless_used(const authorization& a, std::string_view code, verification c);
  void look_for_use(const authorization& a, verification c);
  [[nodiscard]] bool may_search(const authorization& a);
  void searched(const authorization& a, bool in_vain);

  [[nodiscard]] caf::error begin_finding(const authorization& a);
  void find_expiry(const authorization& a, const chain_head& head, finding_promise promise);
  /// @param chunks  pieces of the log that are searched, at most; where both ways are tried, twice.
  void find_use(const rpc_actor& rpc, const authorization& a, const chain_head& head,
                std::uint32_t chunks, told done);
  void search_use(const rpc_actor& rpc, const authorization& a, std::uint64_t highest,
                  std::uint32_t chunks, told done);
  void read_use(const rpc_actor& rpc, const authorization& a, const hash256& tx, bool uses_it,
                told done);
  void conclude(finding_promise promise, const authorization& a, const actors::payment_finding& f);

  // -- answers -----------------------------------------------------------------------------------

  [[nodiscard]] bool enter(net::share payment_state::*lane) {
    return (st_.*lane).enter(self_->clock().now());
  }
  caf::error refusal(std::string_view code) {
    ++st_.refused;
    return make_error(errc::invalid_payment, std::string{code});
  }
  template <class T>
  void refuse(check<T> c, std::string_view code) {
    (st_.*c.lane).leave();
    c.promise.deliver(refusal(code));
  }
  template <class T>
  void cannot_tell(check<T> c) {
    (st_.*c.lane).leave();
    ++st_.unreadable;
    c.promise.deliver(make_error(errc::unavailable, "the chain does not answer"));
  }
  void accept(verification c, const authorization& a, bool paid) {
    (st_.*c.lane).leave();
    ++st_.verified;
    c.promise.deliver(actors::verified_payment{a, paid});
  }
  /// A payment to come is accepted, and the payer's balance reserved for it.
  void take(verification c, const authorization& a) {
    hold(a);
    accept(c, a, false);
  }
  void hold(const authorization& a) { st_.open.hold(a, st_.w->now().plus(st_.settings.hold)); }

  payment_self self_;
  payment_state& st_;
  const x402::terms& terms_;
};

/// Readers of single answers; nothing unless it is good.
[[nodiscard]] std::optional<bool> flag_of(const rpc_result& r);
[[nodiscard]] std::optional<uint256> word_of(const rpc_result& r);
/// Several nodes' words on one authorization: used when one of them has seen it; nothing when none
/// of them can be read.
[[nodiscard]] std::optional<bool> used_by_any(const std::vector<rpc_result>& results);

/// With `unknown`: the log was searched and does not show the use.
inline constexpr std::string_view no_event = "no_event";
inline constexpr std::string_view nonce_used = "invalid_exact_evm_nonce_already_used";

}  // namespace headroom::chain
