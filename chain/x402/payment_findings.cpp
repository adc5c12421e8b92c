#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/evm/block_search.hpp"
#include "chain/evm/log_search.hpp"
#include "chain/x402/payment_desk.hpp"

/// What the chain says of an authorization: paid, spendable still, or never any more.
namespace headroom::chain {
namespace {

using actors::payment_finding;
using finding_state = actors::payment_state;

constexpr std::string_view window_over = "invalid_exact_evm_payload_authorization_valid_before";

constexpr std::int64_t lone_witness = 600;  // seconds after the window

payment_finding nothing_said() { return {}; }

}  // namespace

/// none: the caller has a place, given back by conclude.
caf::error payment_desk::begin_finding(const authorization& a) {
  if (a.chain_id != terms_.chain_id || a.token != terms_.asset)
    return make_error(errc::unavailable, "another chain or token");
  if (st_.findings >= st_.settings.max_findings) return make_error(errc::overloaded);
  ++st_.findings;
  return caf::none;
}

caf::result<payment_finding> payment_desk::find(const authorization& a) {
  if (terms_.is_own(a.from)) {  // however it got into the books: it can bring us nothing
    payment_finding f;
    f.state = finding_state::void_;
    f.code = "payer_is_payee";
    return f;
  }
  if (auto why = begin_finding(a)) return why;
  auto promise = self_->make_response_promise<payment_finding>();
  const auto rule = st_.settings.finality_of(a.value);
  auto calls = head_calls(rule);
  calls.push_back(ask_token(eip3009::state_call(a.from, a.nonce)));
  ask_one_node(self_, st_.nodes.settlements, std::move(calls), std::nullopt,
               [=, self = self_](std::vector<rpc_result>& r) {
                 payment_desk desk{self};
                 const auto head = read_head(rule, r);
                 const auto used = flag_of(r.back());
                 if (!head || !used) return desk.conclude(promise, a, nothing_said());
                 if (!*used) return desk.find_expiry(a, *head, promise);
                 desk.find_use(
                     desk.st_.nodes.settlements, a, *head, desk.st_.settings.logs.chunks,
                     [=](const payment_finding& f) { payment_desk{self}.conclude(promise, a, f); });
               });
  return promise;
}

caf::result<payment_finding> payment_desk::find_in(const authorization& a, const hash256& tx) {
  if (auto why = begin_finding(a)) return why;
  auto promise = self_->make_response_promise<payment_finding>();
  read_use(st_.nodes.settlements, a, tx, false, [=, self = self_](const payment_finding& f) {
    payment_desk{self}.conclude(promise, a, f);
  });
  return promise;
}

/// Unused at a final block whose time is past the window: unused for ever, when every node that can
/// be read says so, two of them at least. Long after the window one that is alone is believed.
void payment_desk::find_expiry(const authorization& a, const chain_head& head,
                               finding_promise promise) {
  const auto at = eth::quantity(head.final_number);
  self_->request(st_.nodes.settlements, caf::infinite, eth::block(at))
      .then(
          [=, self = self_](const rpc_result& r) {
            payment_desk desk{self};
            payment_finding unused;
            unused.state = finding_state::unused;
            const auto block = eth::answer(r, eth::read_block);
            const bool past =
                block && *block && static_cast<std::int64_t>((*block)->timestamp) >= a.valid_before;
            if (!past) return desk.conclude(promise, a, unused);
            ask_every_node(self, desk.st_.nodes.settlements,
                           desk.ask_token(eip3009::state_call(a.from, a.nonce), at),
                           [=](std::vector<rpc_result>& words) {
                             const auto used = used_by_any(words);
                             const auto said = std::count_if(
                                 words.begin(), words.end(),
                                 [](const rpc_result& word) { return flag_of(word).has_value(); });
                             const bool long_ago =
                                 self->state.w->now().seconds() >= a.valid_before + lone_witness;
                             const bool enough = said >= 2 || words.size() == 1 || long_ago;
                             auto f = unused;
                             if (used && !*used && enough) {
                               f.state = finding_state::void_;
                               f.code = window_over;
                             }
                             payment_desk{self}.conclude(promise, a, f);
                           });
          },
          [=, self = self_](const caf::error&) {
            payment_desk{self}.conclude(promise, a, nothing_said());
          });
}

/// Used or cancelled, by anyone. It can only have been used before its end, so one that we hear of
/// long after is looked for there first; a late cancellation is found from the newest block.
void payment_desk::find_use(const rpc_actor& rpc, const authorization& a, const chain_head& head,
                            std::uint32_t chunks, told done) {
  constexpr std::uint64_t long_after = 3'600;  // seconds
  const auto end = static_cast<std::uint64_t>(a.valid_before);
  const auto newest = head.latest.number;
  if (head.latest.timestamp < end + long_after) return search_use(rpc, a, newest, chunks, done);
  search_block(self_, rpc, end, 0, newest, [=, self = self_](std::optional<std::uint64_t> highest) {
    if (!highest) return done(nothing_said());
    payment_desk{self}.search_use(rpc, a, *highest, chunks, [=](const payment_finding& f) {
      if (f.state != finding_state::unknown) return done(f);
      payment_desk{self}.search_use(rpc, a, newest, chunks, done);
    });
  });
}

/// The event tells which, and leads to the transaction. A node may have forgotten it: all are
/// asked.
void payment_desk::search_use(const rpc_actor& rpc, const authorization& a, std::uint64_t highest,
                              std::uint32_t chunks, told done) {
  log_search s;
  s.filter.emitter = terms_.asset;
  s.filter.topics = {std::nullopt, abi::word_of(a.from), a.nonce};
  s.highest = highest;
  s.chunk = st_.settings.logs.chunk;
  s.max_chunks = chunks;
  s.every_node = true;
  search_logs(self_, rpc, std::move(s), [=, self = self_](const log_findings& found) {
    for (const auto& log : found.logs) {
      const auto event = eip3009::decode_event(log);
      if (event && event->authorizer == a.from && event->nonce == a.nonce)
        return payment_desk{self}.read_use(rpc, a, log.tx_hash, true, done);
    }
    auto nothing = nothing_said();
    nothing.code = no_event;
    done(nothing);
  });
}

/// `uses_it`: the transaction is known to have used the authorization, one way or another. Nothing
/// is said of a receipt whose block is not final, or not the chain's own (finality.hpp).
void payment_desk::read_use(const rpc_actor& rpc, const authorization& a, const hash256& tx,
                            bool uses_it, told done) {
  ask_every_node(
      self_, rpc, eth::transaction_receipt(tx), [=, self = self_](std::vector<rpc_result>& words) {
        for (const auto& r : words) {
          const auto receipt = eth::answer(r, eth::read_receipt);
          if (!receipt || !*receipt) continue;  // forgotten, or not seen yet
          if (!(*receipt)->succeeded) break;
          payment_finding out;
          if (const auto proof = eip3009::proof_of(a, (*receipt)->logs)) {
            out.state = finding_state::paid;
            out.tx_hash = tx;
            out.log_index = proof->index;
          } else if (uses_it) {  // cancelled, or spent on something else under the same nonce
            out.state = finding_state::void_;
            out.code = nonce_used;
          }
          return ask_finality(
              self, rpc, self->state.settings.finality_of(a.value), block_of(**receipt), r.node,
              [=](finality f) { done(f == finality::reached ? out : nothing_said()); });
        }
        done(nothing_said());
      });
}

void payment_desk::conclude(finding_promise promise, const authorization& a,
                            const payment_finding& f) {
  --st_.findings;
  switch (f.state) {
    case finding_state::unknown: ++st_.unreadable; break;
    case finding_state::unused: hold(a); break;
    case finding_state::paid:
    case finding_state::void_: st_.open.release(a.from, a.nonce); break;
  }
  promise.deliver(f);
}

}  // namespace headroom::chain
