#include <spdlog/spdlog.h>

#include <algorithm>

#include "chain/evm/wallet_outbox.hpp"
#include "domain/backoff.hpp"

/// The nonce is used and no receipt of ours is shown. That is a node's silence, not a fact: an
/// index may lag, a pool may hold a node that has forgotten. So first the books are asked for
/// attempts we do not know and every node for the receipts, then for the transaction that used the
/// nonce, by name. Only a name ends an operation without a receipt (docs/decisions/0017).
namespace headroom::chain {
namespace {

using word = nonce_use::word;

bool is_ours(const open_operation& op, const hash256& tx) {
  return std::any_of(op.attempts.begin(), op.attempts.end(),
                     [&](const auto& a) { return a.hash == tx; });
}

}  // namespace

void wallet_outbox::missed(open_operation& op) {
  if (op.missing++ == 0) op.missing_since = now();
  if (op.missing < st_.settings.looks_before_search || now() < op.next_search) return;
  const auto& s = st_.settings;
  op.next_search = now() + backoff(s.search_again, op.searches++, s.longest_search);
  op.judging = true;
  read_attempts(op.nonce(), [self = self_](open_operation& found) {
    wallet_outbox{self}.ask_witnesses(found);
  });
}

void wallet_outbox::ask_witnesses(open_operation& op) {
  op.judging = true;
  std::vector<rpc_request> calls;
  for (std::uint32_t node = 0; node < st_.nodes; ++node)
    for (const auto& a : op.attempts) {
      calls.push_back(eth::transaction_receipt(a.hash));
      calls.back().node = node;
    }
  ask_all(self_, st_.rpc, std::move(calls),
          [self = self_, nonce = op.nonce()](std::vector<rpc_result>& words) {
            wallet_outbox box{self};
            auto* found = box.find(nonce);
            if (found == nullptr) return;
            for (const auto& r : words) {
              const auto receipt = eth::answer(r, eth::read_receipt);
              if (receipt && *receipt) return box.weigh(nonce, **receipt, r.node);
            }
            box.name_user(nonce);
          });
}

/// What is dropped is made anew, so the chain must not change its mind about who took the nonce:
/// the nodes' own word counts, where they have one.
void wallet_outbox::name_user(std::uint64_t nonce) {
  const auto& usual = st_.settings.finality;
  find_nonce_use(self_, st_.rpc, st_.tagged ? usual.by_tag() : usual, st_.account, nonce, st_.nodes,
                 [self = self_, nonce](const std::vector<nonce_use>& x) {
                   wallet_outbox{self}.named(nonce, x);
                 });
}

void wallet_outbox::named(std::uint64_t nonce, const std::vector<nonce_use>& words) {
  auto* op = find(nonce);
  if (op == nullptr) return;
  op->judging = false;
  std::vector<const nonce_use*> foreign;
  for (const auto& x : words) {
    if (x.says != word::named) continue;
    if (is_ours(*op, x.tx))
      return doubt(*op, "mined in block " + std::to_string(x.block.number) + " as " + x.tx.hex() +
                            ", but no node shows its receipt");
    foreign.push_back(&x);
  }
#ifdef HEADROOM_PLANTED_DROPPED_UNNAMED  // for tests/simulation alone, which must notice
  if (foreign.empty()) return drop(*op, {});
#endif
  if (foreign.empty())
    return doubt(*op, "nonce " + std::to_string(nonce) + " is used, and no node shows by what");
  const auto& first = *foreign.front();
  const bool agree =
      std::all_of(foreign.begin(), foreign.end(), [&](const auto* x) { return x->tx == first.tx; });
  if (!agree)
    return doubt(*op, "nodes name different transactions for nonce " + std::to_string(nonce));
  if (foreign.size() >= 2) return drop(*op, first);
  if (words.size() > 1)
    return doubt(*op, "only one of " + std::to_string(words.size()) + " nodes names " +
                          first.tx.hex() + " for nonce " + std::to_string(nonce));
  if (st_.settings.lone_witness.count() == 0)
    return doubt(*op, "nonce " + std::to_string(nonce) + " was used by " + first.tx.hex() +
                          ", by the word of the only node");
  // The only node there is must say it twice, some time apart, of the same block.
  const bool same = op->foreign.tx == first.tx && op->foreign.block.hash == first.block.hash;
  if (same && now() - op->foreign_since >= st_.settings.lone_witness) return drop(*op, first);
  if (!same) {
    op->foreign = first;
    op->foreign_since = now();
  }
  op->next_search = op->foreign_since + st_.settings.lone_witness;
  doubt(*op, "nonce " + std::to_string(nonce) + " was used by " + first.tx.hex());
}

void wallet_outbox::drop(open_operation& op, const nonce_use& by) {
  operation_report out;
  out.state = operation_state::dropped;
  out.tx_hash = op.attempts.back().hash;
  out.detail = "nonce " + std::to_string(op.nonce()) + " went to " + by.tx.hex() + " in block " +
               std::to_string(by.block.number);
  raise(wallet_alert::foreign, out.detail);
  finish(op, std::move(out));
}

/// Patiently at first: most of these end by themselves.
void wallet_outbox::doubt(open_operation& op, std::string why) {
  if (now() - op.missing_since < st_.settings.doubt_after) return;
  if (op.doubt.empty())
    spdlog::error("wallet.in_doubt chain={} operation={} purpose={} nonce={} reason=\"{}\"",
                  st_.settings.chain_id, op.id.text(), op.purpose, op.nonce(), why);
  raise(wallet_alert::in_doubt, why);
  op.doubt = std::move(why);
}

}  // namespace headroom::chain
