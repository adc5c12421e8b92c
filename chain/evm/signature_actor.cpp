#include "chain/evm/signature_actor.hpp"

#include <algorithm>
#include <span>

#include "actors/lone_word.hpp"
#include "chain/evm/erc1271.hpp"
#include "chain/evm/eth.hpp"
#include "chain/evm/evm_failure.hpp"

namespace headroom::chain {
namespace {

using actors::contract_signature;

constexpr std::size_t accounts_kept = 16'384;
constexpr std::size_t wallets_at_most = 4'096;

enum class finding : std::uint8_t { unknown, no_code, refused, signed_it };

/// What one node says: the account's code, then one verdict per digest.
finding said_by_node(std::span<const rpc_result> r) {
  const auto code = eth::bytes_of(r.front());
  if (!code) return finding::unknown;
  if (code->empty()) return finding::no_code;
  bool all_known = true;
  for (const auto& x : r.subspan(1)) {
    const auto verdict = eth::bytes_of(x);
    if (verdict && erc1271::says_valid(*verdict)) return finding::signed_it;
    const bool reverts = x.status == rpc_status::error && failed_in_evm(x.error);
    all_known = all_known && (verdict || reverts);
  }
  return all_known ? finding::refused : finding::unknown;
}

/// What the nodes of one chain say together: yes when two of them do (the only one, where there is
/// one) and none says no. Nodes that contradict each other are asked again another time.
finding said_by_chain(const std::vector<rpc_result>& r, std::uint32_t nodes) {
  const auto each = r.size() / nodes;
  std::uint32_t yes = 0, no = 0, no_code = 0;
  for (std::uint32_t node = 0; node < nodes; ++node) {
    const auto word = said_by_node(std::span{r}.subspan(node * each, each));
    if (word == finding::signed_it) ++yes;
    if (word == finding::refused) ++no;
    if (word == finding::no_code) ++no_code;
  }
  if (no_code == nodes) return finding::no_code;
  if (yes == 0 && no + no_code > 0) return finding::refused;
  const bool sure = no + no_code == 0 && yes >= std::min<std::uint32_t>(2, nodes);
  return sure ? finding::signed_it : finding::unknown;
}

/// One check under way: it is over when every chain has said its word.
struct contract_check {
  address signer;
  caf::typed_response_promise<bool> promise;
  std::size_t missing = 0;             // chains
  finding worst = finding::signed_it;  // of those that said theirs
};

/// One no is a no; what is unknown comes before a yes.
finding worse_of(finding a, finding b) {
  for (const auto x : {finding::no_code, finding::refused, finding::unknown})
    if (a == x || b == x) return x;
  return finding::signed_it;
}

/// Why it cannot be asked now.
std::optional<caf::error> kept_back(signature_self self, const address& signer) {
  auto& st = self->state;
  const auto now = self->clock().now();
  if (st.in_flight >= st.settings.max_in_flight)
    return make_error(errc::overloaded,
                      "too many signatures of contract wallets are being checked");
  std::chrono::milliseconds wait{0};
  if (st.contracts.contains(signer)) {
    wait = st.wallets.take(signer.hex(), now);
  } else if (!st.strangers.take(now)) {
    wait = st.strangers.wait(now);
  }
  if (wait.count() == 0) return std::nullopt;
  return make_error(errc::rate_limited, "too many signatures of contract wallets",
                    std::chrono::ceil<std::chrono::seconds>(wait));
}

void keep_out(signature_self self, const address& signer, std::chrono::seconds ttl) {
  auto& kept = self->state.no_wallets;
  if (kept.size() >= accounts_kept) kept.erase(kept.begin());
  kept[signer] = self->clock().now() + ttl;
}

void remember(signature_self self, const address& signer, finding what) {
  auto& st = self->state;
  if (what == finding::no_code) keep_out(self, signer, st.settings.no_code_ttl);
  if (what == finding::signed_it) {
    if (st.contracts.size() >= accounts_kept) st.contracts.erase(st.contracts.begin());
    st.contracts.insert(signer);
  }
}

/// Any of the digests will do, as for a key: each names this deployment, and the act but once.
std::vector<rpc_request> questions(const contract_signature& x, std::uint32_t nodes,
                                   std::uint64_t most_gas) {
  std::vector<rpc_request> out;
  for (std::uint32_t node = 0; node < nodes; ++node) {
    out.push_back(eth::code(x.signer));
    out.back().node = node;
    for (const auto& digest : x.digests) {
      out.push_back(eth::call(
          {std::nullopt, x.signer, erc1271::valid_call(digest, x.signature), {}, most_gas}));
      out.back().node = node;
    }
  }
  return out;
}

void heard_chain(signature_self self, contract_check& c, finding word) {
  c.worst = worse_of(c.worst, word);
  if (--c.missing > 0) return;
  --self->state.in_flight;
  remember(self, c.signer, c.worst);
  if (c.worst == finding::unknown) {
    c.promise.deliver(make_error(errc::unavailable, "the chain does not answer"));
  } else {
    c.promise.deliver(c.worst == finding::signed_it);
  }
}

caf::result<bool> check(signature_self self, const contract_signature& x) {
  auto& st = self->state;
  if (x.digests.empty()) return false;
  if (const auto i = st.no_wallets.find(x.signer); i != st.no_wallets.end()) {
    if (self->clock().now() < i->second) return false;
    st.no_wallets.erase(i);
  }
  if (auto why = kept_back(self, x.signer)) return *why;
  const auto paid_on = st.paid_on(x.signer);
  if (!paid_on) return make_error(errc::unavailable, "the books do not answer");
  if (paid_on->empty()) {
    keep_out(self, x.signer, st.settings.unpaid_ttl);
    return false;
  }
  std::vector<const signature_chain*> chains;
  for (const auto id : *paid_on) {
    const auto i = std::find_if(st.chains.begin(), st.chains.end(),
                                [&](const auto& c) { return c.chain_id == id; });
    if (i == st.chains.end())
      return make_error(errc::unavailable, "the wallet has paid on chain " + std::to_string(id) +
                                               ", which is not asked here");
    chains.push_back(&*i);
  }
  auto c = std::make_shared<contract_check>();
  c->signer = x.signer;
  c->promise = self->make_response_promise<bool>();
  c->missing = chains.size();
  ++st.in_flight;
  ++st.asked;
  for (const auto* chain : chains)
    ask_all(self, chain->rpc, questions(x, chain->nodes, st.settings.most_gas),
            [self, c, nodes = chain->nodes](std::vector<rpc_result>& r) {
              heard_chain(self, *c, said_by_chain(r, nodes));
            });
  return c->promise;
}

}  // namespace

actors::signature_actor::behavior_type signature_behavior(signature_self self,
                                                          signature_settings settings,
                                                          std::vector<signature_chain> chains,
                                                          chains_paid_on paid_on) {
  auto& st = self->state;
  st.settings = settings;
  st.chains = std::move(chains);
  st.paid_on = std::move(paid_on);
  st.strangers = {settings.strangers_per_second, settings.strangers_burst};
  st.wallets = {settings.wallet_per_second, settings.wallet_burst, wallets_at_most};
  return {
      [self](const contract_signature& x) { return check(self, x); },
      [self](actors::status_atom) {
        const auto& s = self->state;
        const bool two =
            s.settings.nodes_are_ours ||
            std::all_of(s.chains.begin(), s.chains.end(), [](auto& c) { return c.nodes >= 2; });
        return actors::status_report{signature_state::name,
                                     {{actors::two_nodes_fact, two ? "yes" : "no"},
                                      {"asked", std::to_string(s.asked)},
                                      {"in_flight", std::to_string(s.in_flight)},
                                      {"contracts", std::to_string(s.contracts.size())}}};
      },
  };
}

}  // namespace headroom::chain
