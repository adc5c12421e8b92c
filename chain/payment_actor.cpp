#include "chain/payment_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/abi.hpp"
#include "chain/erc1271.hpp"
#include "chain/log_search.hpp"

namespace headroom::chain {
namespace {

using actors::payment_finding;
using actors::signed_payment;
using actors::verified_payment;
using finding_state = actors::payment_state;

constexpr std::string_view invalid_payload = "invalid_payload";
constexpr auto nonce_used = "invalid_exact_evm_nonce_already_used";
constexpr auto window_over = "invalid_exact_evm_payload_authorization_valid_before";
constexpr std::uint64_t token_decimals = 6;  // micro-USDC is the token's unit
constexpr std::size_t recounted_at_once = 32;
constexpr std::string_view domain_alert = "payment.domain_differs";

caf::error refusal(std::string_view code) {
  return make_error(errc::invalid_payment, std::string{code});
}

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

using eth::bytes_of;

std::optional<bool> flag_of(const rpc_result& r) {
  const auto data = bytes_of(r);
  return data ? abi::reader{*data}.flag(0) : std::nullopt;
}

std::optional<uint256> word_of(const rpc_result& r) {
  const auto data = bytes_of(r);
  return data ? abi::reader{*data}.word(0) : std::nullopt;
}

/// Reads of the token, one line each.
class facilitator {
 public:
  explicit facilitator(payment_self self)
      : self_{self}, st_{self->state}, terms_{self->state.settings.terms} {}

  [[nodiscard]] rpc_request ask_token(byte_vector data, std::string_view block = "latest") const {
    return eth::call({std::nullopt, terms_.asset, std::move(data), {}}, block);
  }

  // -- the domain --------------------------------------------------------------------------------

  void check_domain() {
    ask_all(
        self_, st_.rpc,
        {eth::chain_id(), ask_token(eip3009::domain_separator_call()), ask_token(decimals_call())},
        [self = self_](std::vector<rpc_result>& r) { facilitator{self}.heard_domain(r); });
  }

  void heard_domain(const std::vector<rpc_result>& r) {
    const auto& s = st_.settings;
    const auto id = r[0].status == rpc_status::ok ? eth::read_number(r[0].value) : std::nullopt;
    const auto separator = word_of(r[1]);
    const auto decimals = word_of(r[2]);
    // A node that answers in form but without data speaks of a token without code.
    const bool no_token = bytes_of(r[1]) && !separator;
    if (!no_token && (!id || !separator || !decimals)) {
      self_->delayed_send(self_, s.domain_retry, actors::tick_atom::value);
      return;  // silent: the last word stands
    }
    const bool same = !no_token && *id == terms_.chain_id &&
                      separator->bytes == eip712::separator(terms_.token_domain()).bytes &&
                      *decimals == uint256::of(token_decimals);
    const auto found = same ? domain_state::matches : domain_state::differs;
    if (found != st_.domain && same)
      spdlog::info("payment.domain_matches chain={} token={}", terms_.chain_id, terms_.asset.hex());
    auto& alerts = st_.w->dir.alerts();
    const auto subject = std::to_string(terms_.chain_id);
    if (same) {
      alerts.clear(domain_alert, subject, st_.w->now());
    } else {
      alerts.raise(domain_alert, subject,
                   "token " + terms_.asset.hex() + " is not \"" + terms_.token_name +
                       "\" version " + terms_.token_version + " with 6 decimals",
                   st_.w->now());
    }
    st_.domain = found;
    self_->delayed_send(self_, same ? s.domain_check : s.domain_retry, actors::tick_atom::value);
  }

  // -- what no time changes ----------------------------------------------------------------------

  /// Without the chain, so that a stored payment can be told its answer while the chain is silent.
  caf::result<signed_payment> read(const actors::pay_deposit& x) {
    const auto parsed = x402::parse_payment(x.x402_version, x.header);
    if (!parsed.code.empty()) return refuse(parsed.code);
    const auto& p = parsed.value;
    const auto a = x402::to_authorization(p, terms_);
    if (a && x402::verify(p, terms_, x.amount, std::nullopt).empty())
      return signed_payment{*a, p.version, true};
    // Refused: for the first check in the official order, which has the window among the others.
    const auto now = st_.w->now().seconds();
    const auto why = x402::verify(p, terms_, x.amount, now);
    if (why != codes_of(p.version).signature) return refuse(why.empty() ? invalid_payload : why);
    // Only the signature may be excused: a contract's is the contract's to judge.
    constexpr auto contract = x402::payer_kind::contract;
    if (a && x402::verify(p, terms_, x.amount, std::nullopt, contract).empty())
      return signed_payment{*a, p.version, false};
    return name_refusal(p.message.from, why, x402::verify(p, terms_, x.amount, now, contract));
  }

  /// It is refused either way; whether the payer has code decides which check failed first.
  caf::result<signed_payment> name_refusal(const address& from, std::string_view if_plain,
                                           std::string_view if_contract) {
    if (st_.in_flight >= st_.settings.max_in_flight) return make_error(errc::overloaded);
    auto promise = self_->make_response_promise<signed_payment>();
    ++st_.in_flight;
    ask_all(self_, st_.rpc, {eth::code(from)},
            [=, self = self_](std::vector<rpc_result>& r) mutable {
              facilitator f{self};
              const auto code = bytes_of(r[0]);
              if (!code) return f.cannot_tell(promise);
              f.refuse(promise, code->empty() ? if_plain : if_contract);
            });
    return promise;
  }

  // -- what time and chain say -------------------------------------------------------------------

  using verified_promise = caf::typed_response_promise<verified_payment>;

  caf::result<verified_payment> verify(const signed_payment& x) {
    if (st_.domain != domain_state::matches)
      return make_error(errc::unavailable, "the token's signing domain is not confirmed");
    if (st_.in_flight >= st_.settings.max_in_flight) return make_error(errc::overloaded);
    auto promise = self_->make_response_promise<verified_payment>();
    ++st_.in_flight;
    x.proven ? check_window(x, promise) : ask_contract(x, promise);
    return promise;
  }

  /// ERC-1271. Asked by itself, because the token does not judge a signature any more once the
  /// authorization is used; until then the simulation has the token ask as well.
  void ask_contract(const signed_payment& x, verified_promise promise) {
    const auto& a = x.payment;
    const auto digest = eip3009::digest(terms_.token_domain(), eip3009::message_of(a));
    ask_all(self_, st_.rpc,
            {eth::code(a.from), eth::call({terms_.asset,
                                           a.from,
                                           erc1271::valid_call(digest, a.signature),
                                           {},
                                           st_.settings.most_gas})},
            [=, self = self_](std::vector<rpc_result>& r) {
              facilitator f{self};
              const auto code = bytes_of(r[0]);
              const auto verdict = bytes_of(r[1]);
              const bool reverts = r[1].status == rpc_status::error && eth::is_revert(r[1].error);
              if (!code || (!verdict && !reverts)) return f.cannot_tell(promise);
              if (code->empty() || !verdict || !erc1271::says_valid(*verdict))
                return f.refuse(promise, codes_of(x.x402_version).signature);
              f.check_window(x, promise);
            });
  }

  void check_window(const signed_payment& x, verified_promise promise) {
    const auto late = x402::verify_window(x.payment, terms_, st_.w->now().seconds());
    if (!late.empty()) return refuse(promise, late);
    ask_chain(x, promise);
  }

  /// Used, funded, and would it go through? A used one passes: the finding says what became of it.
  void ask_chain(const signed_payment& x, verified_promise promise) {
    const auto& a = x.payment;
    ask_all(self_, st_.rpc,
            {ask_token(eip3009::state_call(a.from, a.nonce)), ask_token(balance_of_call(a.from)),
             eth::block("latest"),
             eth::call({st_.settings.relayer,
                        terms_.asset,
                        x402::settle_call(a),
                        {},
                        st_.settings.most_gas})},
            [=, self = self_](std::vector<rpc_result>& r) {
              facilitator{self}.heard_chain(x, r, promise);
            });
  }

  void heard_chain(const signed_payment& x, const std::vector<rpc_result>& r,
                   verified_promise promise) {
    const auto& a = x.payment;
    const auto used = flag_of(r[0]);
    const auto balance = word_of(r[1]);
    const auto block = r[2].status == rpc_status::ok ? eth::read_block(r[2].value) : std::nullopt;
    if (!used || !balance || !block || !*block) return cannot_tell(promise);
    if (*used) return accept(promise, a);
    const auto& code = codes_of(x.x402_version);
    const auto chain_time = static_cast<std::int64_t>((*block)->timestamp);
    const auto late = x402::verify_window(a, terms_, std::max(st_.w->now().seconds(), chain_time));
    if (!late.empty()) return refuse_unless_used(a, late, promise);
    if (*balance < uint256::of(static_cast<std::uint64_t>(a.value.micro)))
      return refuse_unless_used(a, code.balance, promise);
    const auto& simulation = r[3];
    if (simulation.status == rpc_status::ok)
      return take_if_covered(a, *balance, (*block)->number, code.balance, promise);
    if (simulation.status != rpc_status::error || !eth::is_revert(simulation.error))
      return cannot_tell(promise);
    refuse_unless_used(a, code.simulation, promise);
  }

  /// One balance pays once: what other open payments of this payer will take is not there any more.
  void take_if_covered(const authorization& a, const uint256& balance, std::uint64_t block,
                       std::string_view code, verified_promise promise) {
    if (covers(balance, a)) return take(promise, a);
    recount(a, block, code, promise);
  }

  [[nodiscard]] bool covers(const uint256& balance, const authorization& a) const {
    const auto promised = add_saturating(a.value, st_.open.beside(a, st_.w->now()));
    return balance >= uint256::of(static_cast<std::uint64_t>(promised.micro));
  }

  /// Some of the others may be mined already, out of the balance and still counted: one block tells
  /// both.
  void recount(const authorization& a, std::uint64_t block, std::string_view why,
               verified_promise promise) {
    const auto at = eth::quantity(block);
    const auto others = st_.open.nonces_beside(a, st_.w->now(), recounted_at_once);
    std::vector<rpc_request> calls{ask_token(balance_of_call(a.from), at)};
    for (const auto& nonce : others)
      calls.push_back(ask_token(eip3009::state_call(a.from, nonce), at));
    ask_all(self_, st_.rpc, std::move(calls),
            [=, self = self_, code = std::string{why}](std::vector<rpc_result>& r) {
              facilitator f{self};
              const auto balance = word_of(r[0]);
              if (!balance) return f.cannot_tell(promise);
              for (std::size_t i = 0; i < others.size(); ++i)
                if (flag_of(r[i + 1]).value_or(false)) self->state.open.release(a.from, others[i]);
              f.covers(*balance, a) ? f.take(promise, a) : f.refuse_unless_used(a, code, promise);
            });
  }

  /// The reads above are of no single block: a transaction of ours (sent for the same payment just
  /// before, or before a restart) may have been mined between them, and then nothing is wrong.
  void refuse_unless_used(const authorization& a, std::string_view why, verified_promise promise) {
    ask_all(self_, st_.rpc, {ask_token(eip3009::state_call(a.from, a.nonce))},
            [=, self = self_, code = std::string{why}](std::vector<rpc_result>& r) {
              facilitator f{self};
              const auto used = flag_of(r[0]);
              if (!used) return f.cannot_tell(promise);
              *used ? f.accept(promise, a) : f.refuse(promise, code);
            });
  }

  // -- findings ----------------------------------------------------------------------------------

  using finding_promise = caf::typed_response_promise<payment_finding>;

  caf::result<payment_finding> find(const authorization& a) {
    if (a.chain_id != terms_.chain_id || a.token != terms_.asset)
      return make_error(errc::unavailable, "another chain or token");
    if (st_.in_flight >= st_.settings.max_in_flight) return make_error(errc::overloaded);
    auto promise = self_->make_response_promise<payment_finding>();
    ++st_.in_flight;
    auto calls = head_calls(st_.settings.finality);
    calls.push_back(ask_token(eip3009::state_call(a.from, a.nonce)));
    ask_all(self_, st_.rpc, std::move(calls), [=, self = self_](std::vector<rpc_result>& r) {
      facilitator f{self};
      const auto head = read_head(self->state.settings.finality, r);
      const auto used = flag_of(r.back());
      if (!head || !used) return f.conclude(promise, a, {});
      if (*used) return f.find_use(a, *head, promise);
      f.find_expiry(a, *head, promise);
    });
    return promise;
  }

  /// In one transaction that is known from elsewhere: paid, or nothing is said.
  caf::result<payment_finding> find_in(const authorization& a, const hash256& tx) {
    if (a.chain_id != terms_.chain_id || a.token != terms_.asset)
      return make_error(errc::unavailable, "another chain or token");
    if (st_.in_flight >= st_.settings.max_in_flight) return make_error(errc::overloaded);
    auto promise = self_->make_response_promise<payment_finding>();
    ++st_.in_flight;
    ask_all(self_, st_.rpc, head_calls(st_.settings.finality),
            [=, self = self_](std::vector<rpc_result>& r) {
              facilitator f{self};
              const auto head = read_head(self->state.settings.finality, r);
              if (!head) return f.conclude(promise, a, {});
              f.read_use(a, *head, tx, promise, false);
            });
    return promise;
  }

  /// Unused at a final block whose time is past the window: unused for ever.
  void find_expiry(const authorization& a, const chain_head& head, finding_promise promise) {
    const auto at = eth::quantity(head.final_number);
    ask_all(self_, st_.rpc, {eth::block(at), ask_token(eip3009::state_call(a.from, a.nonce), at)},
            [=, self = self_](std::vector<rpc_result>& r) {
              const auto block =
                  r[0].status == rpc_status::ok ? eth::read_block(r[0].value) : std::nullopt;
              const auto used = flag_of(r[1]);
              const bool over = block && *block && used && !*used &&
                                static_cast<std::int64_t>((*block)->timestamp) >= a.valid_before;
              payment_finding f;
              f.state = over ? finding_state::void_ : finding_state::unused;
              if (over) f.code = window_over;
              facilitator{self}.conclude(promise, a, f);
            });
  }

  /// Used or cancelled, by anyone: the event tells which, and leads to the transaction.
  void find_use(const authorization& a, const chain_head& head, finding_promise promise) {
    log_search s;
    s.filter.emitter = terms_.asset;
    s.filter.topics = {std::nullopt, abi::word_of(a.from), a.nonce};
    s.highest = head.latest.number;
    s.chunk = st_.settings.logs_chunk;
    s.max_chunks = st_.settings.logs_chunks;
    search_logs(self_, st_.rpc, std::move(s), [=, self = self_](const log_findings& found) {
      facilitator f{self};
      for (const auto& log : found.logs) {
        const auto event = eip3009::decode_event(log);
        if (event && event->authorizer == a.from && event->nonce == a.nonce)
          return f.read_use(a, head, log.tx_hash, promise);
      }
      f.conclude(promise, a, {});
    });
  }

  /// `uses_it`: the transaction is known to have used the authorization, one way or another.
  void read_use(const authorization& a, const chain_head& head, const hash256& tx,
                finding_promise promise, bool uses_it = true) {
    ask_all(self_, st_.rpc, {eth::transaction_receipt(tx)},
            [=, self = self_](std::vector<rpc_result>& r) {
              facilitator f{self};
              const auto receipt =
                  r[0].status == rpc_status::ok ? eth::read_receipt(r[0].value) : std::nullopt;
              if (!receipt || !*receipt || !(*receipt)->succeeded ||
                  !head.is_final((*receipt)->block_number))
                return f.conclude(promise, a, {});
              payment_finding out;
              if (const auto proof = eip3009::proof_of(a, (*receipt)->logs)) {
                out.state = finding_state::paid;
                out.tx_hash = tx;
                out.log_index = proof->index;
              } else if (uses_it) {  // cancelled, or spent on something else under the same nonce
                out.state = finding_state::void_;
                out.code = nonce_used;
              }
              f.conclude(promise, a, out);
            });
  }

  // -- answers -----------------------------------------------------------------------------------

  caf::error refuse(std::string_view code) {
    ++st_.refused;
    return refusal(code);
  }
  template <class T>
  void refuse(caf::typed_response_promise<T> promise, std::string_view code) {
    --st_.in_flight;
    promise.deliver(refuse(code));
  }
  void accept(verified_promise promise, const authorization& a) {
    --st_.in_flight;
    ++st_.verified;
    promise.deliver(verified_payment{a});
  }
  template <class T>
  void cannot_tell(caf::typed_response_promise<T> promise) {
    --st_.in_flight;
    ++st_.unreadable;
    promise.deliver(make_error(errc::unavailable, "the chain does not answer"));
  }
  void conclude(finding_promise promise, const authorization& a, const payment_finding& f) {
    --st_.in_flight;
    switch (f.state) {
      case finding_state::unknown: ++st_.unreadable; break;
      case finding_state::unused: hold(a); break;
      case finding_state::paid:
      case finding_state::void_: st_.open.release(a.from, a.nonce); break;
    }
    promise.deliver(f);
  }

  /// A payment to come is accepted, and the payer's balance reserved for it.
  void take(verified_promise promise, const authorization& a) {
    hold(a);
    accept(promise, a);
  }
  void hold(const authorization& a) { st_.open.hold(a, st_.w->now().plus(st_.settings.hold)); }

 private:
  payment_self self_;
  payment_state& st_;
  const x402::terms& terms_;
};

}  // namespace

payment_impl::behavior_type payment_behavior(payment_self self, actors::world_ptr w,
                                             payment_settings settings, rpc_actor rpc) {
  auto& st = self->state;
  st.w = std::move(w);
  st.settings = std::move(settings);
  st.rpc = std::move(rpc);
  self->send(self, actors::tick_atom::value);
  return {
      [self](const actors::pay_deposit& x) { return facilitator{self}.read(x); },
      [self](const signed_payment& x) { return facilitator{self}.verify(x); },
      [self](actors::get_atom, const authorization& a) { return facilitator{self}.find(a); },
      [self](actors::get_atom, const authorization& a, const hash256& tx) {
        return facilitator{self}.find_in(a, tx);
      },
      [self](const authorization& a) {
        return actors::contract_call{
            a.token, x402::settle_call(a), {}, 0, self->state.settings.most_gas};
      },
      [self](actors::tick_atom) {
        auto& s = self->state;
        s.open.sweep(s.w->now());
        facilitator{self}.check_domain();
      },
      [self](actors::status_atom) {
        static constexpr const char* domains[] = {"unknown", "matches", "differs"};
        const auto& s = self->state;
        return actors::status_report{payment_state::name,
                                     {{"network", s.settings.terms.network()},
                                      {"token", s.settings.terms.asset.hex()},
                                      {"domain", domains[static_cast<std::size_t>(s.domain)]},
                                      {"in_flight", std::to_string(s.in_flight)},
                                      {"open", std::to_string(s.open.size())},
                                      {"verified", std::to_string(s.verified)},
                                      {"refused", std::to_string(s.refused)},
                                      {"unreadable", std::to_string(s.unreadable)}}};
      },
  };
}

}  // namespace headroom::chain
