#pragma once

#include <memory>
#include <string>
#include <vector>

#include "chain/evm/evm_settings.hpp"
#include "domain/bytes.hpp"
#include "domain/money_source.hpp"
#include "domain/pricing.hpp"

/// What we are paid with, source by source, and what a payment may cost. Defaults are for
/// production and stand here alone; config/ gives them names, units and bounds.
namespace headroom::chain {

namespace eip712 {
struct domain;
}
class source_gate;

namespace x402 {

/// One token on one chain that we accept, apart from the amount. The same for every request.
struct terms {
  std::string source = "plasma";  // what we call it, to operators
  bool enabled = true;            // false: nothing new is taken; what is in the books goes on
  usdc least{};                   // of one payment
  usdc most{};                    // likewise; zero: any
  deposit_pricing pricing{};      // shown before a payment
  std::uint64_t chain_id = 9745;
  /// Names of the chain for version 1; the first is shown. Version 1 clients know a closed list.
  std::vector<std::string> networks_v1{"eip155:9745", "plasma"};
  address asset;
  std::string token_name = "USDT0";  // EIP-712 domain of the token
  std::string token_version = "1";
  address pay_to;
  /// Further accounts of ours. Money that comes from them, or from pay_to, is no deposit.
  std::vector<address> own_accounts;
  std::uint32_t max_timeout_seconds = 300;       // what official clients make the window of
  std::uint32_t longest_window_seconds = 3'600;  // the latest end, from now, that is accepted
  std::string resource;                          // absolute URL
  std::string description = "Deposit USDT0";

  [[nodiscard]] money_source money() const noexcept { return {chain_id, asset}; }
  [[nodiscard]] bool takes(usdc amount) const noexcept {
    return enabled && amount >= least && (!most.is_positive() || amount <= most);
  }
  [[nodiscard]] std::string network() const;  // CAIP-2, for example "eip155:9745"
  [[nodiscard]] eip712::domain token_domain() const;
  [[nodiscard]] bool is_own(const address& a) const;
};

}  // namespace x402

struct payment_settings {
  x402::terms terms;
  std::shared_ptr<source_gate> gate;  // told whether the token is as configured; null: nobody asks
  address relayer;                    // who submits: simulations are made in its name
  finality_rule finality;
  /// Payments of so much and more are proven by `large_final_by`, whatever `finality` says of
  /// smaller ones; zero: there is one rule.
  usdc large{};
  final_by large_final_by = final_by::tag;
  log_limits logs;                 // how far back a used authorization is looked for
  std::size_t max_findings = 256;  // of stored payments, at once
  /// Strangers' share of the chain: payments under verification, at once and a second (each costs
  /// about five calls). A quarter of it is for signatures that only a contract can judge.
  std::size_t checks_at_once = 64;
  double checks_per_second = 50;
  /// What somebody else submitted is searched for, which costs many calls: for payments of
  /// strangers so many pieces of the log, so many searches at once and a second, and none again
  /// soon.
  std::uint32_t strangers_chunks = 8;
  std::size_t searches_at_once = 4;
  double searches_per_second = 2;
  std::chrono::milliseconds search_again{30'000};
  /// What a payer's contract may burn to judge its signature: at a settlement it is our gas.
  std::uint64_t signature_gas = 600'000;
  /// How long a payer's balance stays reserved for a payment that nobody asks about any more: more
  /// than the pause between two looks of its owner.
  std::chrono::milliseconds hold{60'000};
  std::chrono::milliseconds domain_check{300'000};
  std::chrono::milliseconds domain_retry{1'000};

  [[nodiscard]] finality_rule finality_of(usdc amount) const noexcept {
    auto out = finality;
    if (large.is_positive() && amount >= large) out.word = large_final_by;
    return out;
  }
};

}  // namespace headroom::chain
