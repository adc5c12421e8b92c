#include "chain/evm/signature_actor.hpp"

#include <algorithm>

#include "chain/evm/erc1271.hpp"
#include "chain/evm/eth.hpp"
#include "chain/evm/evm_failure.hpp"

namespace headroom::chain {
namespace {

using actors::contract_signature;

constexpr std::size_t accounts_kept = 16'384;
constexpr std::size_t wallets_at_most = 4'096;

enum class finding : std::uint8_t { unknown, no_code, refused, signed_it };

/// The account's code, then one verdict per digest.
finding judge(const std::vector<rpc_result>& r) {
  const auto code = eth::bytes_of(r.front());
  if (!code) return finding::unknown;
  if (code->empty()) return finding::no_code;
  bool all_known = true;
  for (auto i = r.begin() + 1; i != r.end(); ++i) {
    const auto verdict = eth::bytes_of(*i);
    if (verdict && erc1271::says_valid(*verdict)) return finding::signed_it;
    const bool reverts = i->status == rpc_status::error && failed_in_evm(i->error);
    all_known = all_known && (verdict || reverts);
  }
  return all_known ? finding::refused : finding::unknown;
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

void remember(signature_self self, const address& signer, finding what) {
  auto& st = self->state;
  if (what == finding::no_code) {
    if (st.no_code.size() >= accounts_kept) st.no_code.erase(st.no_code.begin());
    st.no_code[signer] = self->clock().now() + st.settings.no_code_ttl;
  }
  if (what == finding::signed_it) {
    if (st.contracts.size() >= accounts_kept) st.contracts.erase(st.contracts.begin());
    st.contracts.insert(signer);
  }
}

caf::result<bool> check(signature_self self, const contract_signature& x) {
  auto& st = self->state;
  if (x.digests.empty()) return false;
  if (const auto i = st.no_code.find(x.signer); i != st.no_code.end()) {
    if (self->clock().now() < i->second) return false;
    st.no_code.erase(i);
  }
  if (auto why = kept_back(self, x.signer)) return *why;
  std::vector<rpc_request> calls{eth::code(x.signer)};
  for (const auto& digest : x.digests)
    calls.push_back(eth::call({std::nullopt,
                               x.signer,
                               erc1271::valid_call(digest, x.signature),
                               {},
                               st.settings.most_gas}));
  auto promise = self->make_response_promise<bool>();
  ++st.in_flight;
  ++st.asked;
  ask_all(self, st.rpc, std::move(calls),
          [self, promise, signer = x.signer](std::vector<rpc_result>& r) mutable {
            --self->state.in_flight;
            const auto what = judge(r);
            remember(self, signer, what);
            if (what == finding::unknown) {
              promise.deliver(make_error(errc::unavailable, "the chain does not answer"));
            } else {
              promise.deliver(what == finding::signed_it);
            }
          });
  return promise;
}

}  // namespace

actors::signature_actor::behavior_type signature_behavior(signature_self self,
                                                          signature_settings settings,
                                                          rpc_actor rpc) {
  auto& st = self->state;
  st.settings = settings;
  st.rpc = std::move(rpc);
  st.strangers = {settings.strangers_per_second, settings.strangers_burst};
  st.wallets = {settings.wallet_per_second, settings.wallet_burst, wallets_at_most};
  return {
      [self](const contract_signature& x) { return check(self, x); },
      [self](actors::status_atom) {
        const auto& s = self->state;
        return actors::status_report{signature_state::name,
                                     {{"asked", std::to_string(s.asked)},
                                      {"in_flight", std::to_string(s.in_flight)},
                                      {"contracts", std::to_string(s.contracts.size())}}};
      },
  };
}

}  // namespace headroom::chain
