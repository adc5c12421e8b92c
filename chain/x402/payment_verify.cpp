#include <algorithm>

#include "chain/evm/erc1271.hpp"
#include "chain/evm/evm_failure.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/x402/payment_desk.hpp"

/// What a stranger's payment goes through before anything of it is stored. Only the share of the
/// chain that strangers have is used here, and only their nodes.
namespace headroom::chain {
namespace {

using actors::signed_payment;
using actors::verified_payment;
using finding_state = actors::payment_state;

constexpr std::string_view invalid_payload = "invalid_payload";
constexpr std::string_view no_factory = "eip6492_factory_not_allowed";
constexpr std::size_t recounted_at_once = 32;
constexpr std::size_t searches_kept = 4'096;

/// Codes that only the chain can give, by version.
struct chain_codes {
  std::string_view signature, balance, simulation;
};
chain_codes codes_of(std::uint8_t version) {
  if (version == 1)
    return {"invalid_exact_evm_payload_signature", "insufficient_funds",
            "invalid_transaction_state"};
  return {"invalid_exact_evm_signature", "invalid_exact_evm_insufficient_balance",
          "invalid_exact_evm_transaction_simulation_failed"};
}

/// What a transaction pays before its contract runs, at most: EIP-2028, EIP-7623.
std::uint64_t intrinsic_gas(const byte_vector& data) { return 21'000 + 40 * data.size(); }

/// For a settlement: the check of the signature, of which a call passes on 63/64, and the transfer
/// itself (85,527 measured with a plain account).
std::uint64_t settlement_gas(const byte_vector& data, std::uint64_t signature_gas) {
  return intrinsic_gas(data) + signature_gas + (signature_gas >> 5) + 150'000;
}

hash256 key_of(std::string_view kind, std::string_view key) {
  if (key.empty()) return {};
  return keccak256(std::string{kind} + '\0' + std::string{key});
}

}  // namespace

actors::contract_call payment_desk::settlement(const authorization& a) const {
  auto data = x402::settle_call(a);
  const auto most = settlement_gas(data, st_.settings.signature_gas);
  return {a.token, std::move(data), {}, 0, most};
}

// -- what no time changes ------------------------------------------------------------------------

caf::result<signed_payment> payment_desk::read(const actors::pay_deposit& x) {
  using x402::payer_kind;
  const auto parsed = x402::parse_payment(x.x402_version, x.header);
  if (!parsed.code.empty()) return refusal(parsed.code);
  const auto& p = parsed.value;
  const auto a = x402::to_authorization(p, terms_);
  const auto sound = [&](payer_kind kind) {
    return a && x402::verify(p, terms_, x.amount, std::nullopt, kind).empty();
  };
  const bool proven = sound(payer_kind::plain);
  if (proven || sound(payer_kind::contract))
    return signed_payment{*a,
                          p.version,
                          proven,
                          p.wrapped,
                          key_of("Idempotency-Key", x.idempotency_key),
                          key_of("payment-identifier", p.identifier)};
  // Refused: for the first check in the official order, which has the window among the others.
  const auto now = st_.w->now().seconds();
  const auto if_plain = x402::verify(p, terms_, x.amount, now);
  const auto if_contract = x402::verify(p, terms_, x.amount, now, payer_kind::contract);
  if (if_plain == if_contract) return refusal(if_plain.empty() ? invalid_payload : if_plain);
  return name_refusal(p.message.from, if_plain, if_contract);
}

/// It is refused either way; whether the payer has code decides which check failed first. That is
/// not worth a place when strangers' places are rare.
caf::result<signed_payment> payment_desk::name_refusal(const address& from,
                                                       std::string_view if_plain,
                                                       std::string_view if_contract) {
  if (!enter(&payment_state::contract_checks)) return refusal(if_plain);
  check<signed_payment> c{self_->make_response_promise<signed_payment>(),
                          &payment_state::contract_checks};
  ask_all(self_, st_.nodes.strangers, {eth::code(from)},
          [=, self = self_](std::vector<rpc_result>& r) {
            payment_desk desk{self};
            const auto code = eth::bytes_of(r[0]);
            if (!code) return desk.cannot_tell(c);
            desk.refuse(c, code->empty() ? if_plain : if_contract);
          });
  return c.promise;
}

// -- the signature of a contract (ERC-1271) ------------------------------------------------------

/// Asked by itself, because the token does not judge a signature any more once the authorization is
/// used; until then the simulation has the token ask as well.
caf::result<signed_payment> payment_desk::prove(const signed_payment& x) {
  if (x.proven) return x;
  if (st_.domain != domain_state::matches)
    return make_error(errc::unavailable, "the token's signing domain is not confirmed");
  if (!enter(&payment_state::contract_checks)) return make_error(errc::overloaded);
  check<signed_payment> c{self_->make_response_promise<signed_payment>(),
                          &payment_state::contract_checks};
  const auto& a = x.payment;
  const auto digest = eip3009::digest(terms_.token_domain(), eip3009::message_of(a));
  auto data = erc1271::valid_call(digest, a.signature);
  const auto gas = intrinsic_gas(data) + st_.settings.signature_gas;
  ask_one_node(self_, st_.nodes.strangers,
               {eth::code(a.from), eth::call({terms_.asset, a.from, std::move(data), {}, gas})},
               std::nullopt, [=, self = self_](std::vector<rpc_result>& r) {
                 payment_desk desk{self};
                 const auto code = eth::bytes_of(r[0]);
                 const auto verdict = eth::bytes_of(r[1]);
                 const bool breaks = r[1].status == rpc_status::error && failed_in_evm(r[1].error);
                 if (!code) return desk.cannot_tell(c);
                 const auto no = codes_of(x.x402_version).signature;
                 if (code->empty()) return desk.refuse(c, x.wrapped ? no_factory : no);
                 if (!verdict && !breaks) return desk.cannot_tell(c);
                 if (!verdict || !erc1271::says_valid(*verdict)) return desk.refuse(c, no);
                 desk.st_.contract_checks.leave();
                 auto proven = x;
                 proven.proven = true;
                 auto promise = c.promise;
                 promise.deliver(std::move(proven));
               });
  return c.promise;
}

// -- what time and chain say ---------------------------------------------------------------------

/// "Used?" comes before the window: an authorization that paid us is ours, however late we hear.
caf::result<verified_payment> payment_desk::verify(const signed_payment& x) {
  if (!x.proven) return refusal(codes_of(x.x402_version).signature);
  if (st_.domain != domain_state::matches)
    return make_error(errc::unavailable, "the token's signing domain is not confirmed");
  if (!enter(&payment_state::checks)) return make_error(errc::overloaded);
  verification c{self_->make_response_promise<verified_payment>(), &payment_state::checks};
  // What has paid us already is the payer's, whatever is offered today.
  if (!terms_.takes(x.payment.value)) {
    refuse_unless_used(x.payment, x402::source_not_offered, c);
    return c.promise;
  }
  const auto late = x402::verify_window(x.payment, terms_, st_.w->now().seconds());
  late.empty() ? ask_chain(x, c) : refuse_unless_used(x.payment, late, c);
  return c.promise;
}

/// Used, funded, and would it go through?
void payment_desk::ask_chain(const signed_payment& x, verification c) {
  const auto& a = x.payment;
  auto settle = settlement(a);
  ask_one_node(
      self_, st_.nodes.strangers,
      {ask_token(eip3009::state_call(a.from, a.nonce)), ask_token(balance_of_call(a.from)),
       eth::block("latest"),
       eth::call({st_.settings.relayer, settle.to, std::move(settle.data), {}, settle.most_gas})},
      std::nullopt,
      [=, self = self_](std::vector<rpc_result>& r) { payment_desk{self}.heard_chain(x, r, c); });
}

void payment_desk::heard_chain(const signed_payment& x, const std::vector<rpc_result>& r,
                               verification c) {
  const auto& a = x.payment;
  const auto used = flag_of(r[0]);
  const auto balance = word_of(r[1]);
  const auto block = eth::answer(r[2], eth::read_block);
  if (!used || !balance || !block || !*block) return cannot_tell(c);
  if (*used) return look_for_use(a, c);
  const auto& code = codes_of(x.x402_version);
  const auto chain_time = static_cast<std::int64_t>((*block)->timestamp);
  const auto late = x402::verify_window(a, terms_, std::max(st_.w->now().seconds(), chain_time));
  if (!late.empty()) return refuse_unless_used(a, late, c);
  if (*balance < uint256::of(static_cast<std::uint64_t>(a.value.micro)))
    return refuse_unless_used(a, code.balance, c);
  const auto& simulation = r[3];
  const bool breaks = simulation.status == rpc_status::error && failed_in_evm(simulation.error);
  if (simulation.status != rpc_status::ok && !breaks) return cannot_tell(c);
  // At the latest block it is too early for one that begins now; its owner sends it later.
  const bool begins_later = chain_time <= a.valid_after;
  if (breaks && !begins_later) return refuse_unless_used(a, code.simulation, c);
  take_if_covered(a, *balance, (*block)->number, code.balance, c);
}

/// One balance pays once: what other open payments of this payer will take is not there any more.
void payment_desk::take_if_covered(const authorization& a, const uint256& balance,
                                   std::uint64_t block, std::string_view code, verification c) {
  covers(balance, a) ? take(c, a) : recount(a, block, code, c);
}

bool payment_desk::covers(const uint256& balance, const authorization& a) const {
  const auto promised = add_saturating(a.value, st_.open.beside(a, st_.w->now()));
  return balance >= uint256::of(static_cast<std::uint64_t>(promised.micro));
}

/// Some of the others may be mined already, out of the balance and still counted: one block tells
/// both.
void payment_desk::recount(const authorization& a, std::uint64_t block, std::string_view code,
                           verification c) {
  const auto at = eth::quantity(block);
  const auto others = st_.open.nonces_beside(a, st_.w->now(), recounted_at_once);
  std::vector<rpc_request> calls{ask_token(balance_of_call(a.from), at)};
  for (const auto& nonce : others)
    calls.push_back(ask_token(eip3009::state_call(a.from, nonce), at));
  ask_one_node(self_, st_.nodes.strangers, std::move(calls), std::nullopt,
               [=, self = self_](std::vector<rpc_result>& r) {
                 payment_desk desk{self};
                 const auto balance = word_of(r[0]);
                 if (!balance) return desk.cannot_tell(c);
                 for (std::size_t i = 0; i < others.size(); ++i)
                   if (flag_of(r[i + 1]).value_or(false)) desk.st_.open.release(a.from, others[i]);
                 desk.covers(*balance, a) ? desk.take(c, a) : desk.refuse_unless_used(a, code, c);
               });
}

/// Two ways to be used after all: somebody submitted it while its window was open, and the reads
/// before this one are of no single block: a transaction of ours (sent for the same payment just
/// before, or before a restart) may have been mined between them. One node that has not seen it is
/// no evidence, so every node is asked.
void payment_desk::refuse_unless_used(const authorization& a, std::string_view code,
                                      verification c) {
  ask_every_node(self_, st_.nodes.strangers, ask_token(eip3009::state_call(a.from, a.nonce)),
                 [=, self = self_](std::vector<rpc_result>& r) {
                   payment_desk desk{self};
                   const auto used = used_by_any(r);
                   if (!used) return desk.cannot_tell(c);
                   *used ? desk.look_for_use(a, c) : desk.refuse(c, code);
                 });
}

/// Many calls for a header that costs its sender nothing: within a share of their own.
bool payment_desk::may_search(const authorization& a) {
  auto& in_vain = st_.searched_in_vain;
  const auto now = self_->clock().now();
  std::erase_if(in_vain, [&](const auto& x) { return x.second <= now; });
  if (in_vain.contains({a.from, a.nonce}) || in_vain.size() >= searches_kept) return false;
  return st_.searches.enter(now);
}

void payment_desk::searched(const authorization& a, bool in_vain) {
  st_.searches.leave();
  if (in_vain)
    st_.searched_in_vain[{a.from, a.nonce}] = self_->clock().now() + st_.settings.search_again;
}

/// Paid to us, or used up otherwise.
void payment_desk::look_for_use(const authorization& a, verification c) {
  if (!may_search(a)) return cannot_tell(c);
  const auto rule = st_.settings.finality_of(a.value);
  ask_one_node(self_, st_.nodes.strangers, head_calls(rule), std::nullopt,
               [=, self = self_](std::vector<rpc_result>& r) {
                 payment_desk desk{self};
                 const auto head = read_head(rule, r);
                 if (!head) {
                   desk.searched(a, false);
                   return desk.cannot_tell(c);
                 }
                 desk.find_use(desk.st_.nodes.strangers, a, *head,
                               desk.st_.settings.strangers_chunks,
                               [=](const actors::payment_finding& f) {
                                 payment_desk then{self};
                                 then.searched(a, f.code == no_event);
                                 if (f.state == finding_state::paid) return then.accept(c, a, true);
                                 if (f.state == finding_state::void_) return then.refuse(c, f.code);
                                 then.cannot_tell(c);
                               });
               });
}

}  // namespace headroom::chain
