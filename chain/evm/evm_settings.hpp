#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "domain/final_by.hpp"
#include "domain/money.hpp"

/// What decides about money or patience on one chain. Defaults are for production and stand here
/// alone; config/ gives them names, units and bounds.
namespace headroom::chain {

/// When a block counts as final. By default whichever comes first of depth and the nodes' own word:
/// the tag makes it earlier than the confirmations, never later. To have a chain's finality
/// demanded, ask for the `tag`, or for `both`; then nothing is final while the tag stands still or
/// is missing.
struct finality_rule {
  std::uint64_t confirmations = 12;  // blocks on top of it; 0: mined is deep enough
  final_by word = final_by::either;
  /// What a conversion moves of so much and more is final by the tag alone, whatever its depth;
  /// zero: none is. Under `confirmations` there is no tag to ask for, and all are alike.
  usdc large_from = 10'000_usdc;
  /// A tag that has not moved for so long stands still: what waits for it is held, and says so.
  std::chrono::milliseconds tag_patience{300'000};

  [[nodiscard]] bool asks_for_tag() const noexcept { return word != final_by::confirmations; }
  [[nodiscard]] bool is_large(usdc amount) const noexcept {
    return asks_for_tag() && large_from.is_positive() && amount >= large_from;
  }
  /// The same rule, if the tag alone is to count wherever it is asked for.
  [[nodiscard]] finality_rule by_tag() const noexcept {
    auto out = *this;
    if (word == final_by::either) out.word = final_by::tag;
    return out;
  }
};

/// eth_getLogs: how much one search may ask.
struct log_limits {
  std::uint64_t chunk = 2'000;  // blocks of one call
  std::uint32_t chunks = 50;    // calls of one search
};

/// When a node of a chain is left alone, and for how long.
struct node_rules {
  std::chrono::milliseconds skip_after_failure{3'000};
  std::chrono::milliseconds skip_after_silence{30'000};  // each try costs its share of the timeout
  /// After "too many requests" without a time: the first wait, doubled while it goes on.
  std::chrono::milliseconds rest_after_limit{1'000};
  std::chrono::milliseconds longest_rest{30'000};  // whatever a node asks for
  /// A node of another chain (a copied line of the settings) is asked again who it is after this.
  std::chrono::milliseconds foreign_again{60'000};
  /// A node that nothing was asked of lately is asked for its chain again after this.
  std::chrono::milliseconds identity_kept{60'000};
  std::uint64_t most_blocks_behind = 10;         // the best head of the same round
  std::chrono::seconds most_seconds_behind{30};  // likewise, by the blocks' own time
};

struct json_rpc_options {
  /// Of a whole call, over all nodes: each gets an equal share of what is left. Below the patience
  /// of those who ask (core_settings::patience.load), or a silent node would hide the next one.
  std::chrono::milliseconds timeout{4'500};
  node_rules rules{};
  /// The chain that every node must be on, asked at its first use, after a failure, and when it
  /// takes over from another; 0: not asked.
  std::uint64_t chain_id = 0;
  /// Several nodes: how often their heads are compared while calls are made; 0: never.
  std::chrono::milliseconds compare_heads{10'000};
  /// Told when a node has not answered well for a minute, and when it does again; by any thread.
  std::function<void(std::uint32_t node, bool failed)> on_health{};
};

struct wallet_settings {
  std::uint64_t chain_id = 0;
  /// No other account of ours has a wallet on this chain. Then alerts and metrics know this one by
  /// the chain's id alone; else as "chain/account", which the wiring decides for all of a chain's
  /// wallets, so that none clears what another has raised.
  bool alone_on_chain = true;
  finality_rule finality;
  std::chrono::milliseconds poll_interval{1'000};
  std::chrono::milliseconds bump_after{30'000};  // in line and not mined: a higher fee
  std::size_t max_open = 256;                    // more are refused with `overloaded`

  // prices: the highest one bounds how often a fee is raised, nothing else does
  std::uint32_t bump_percent = 25;
  std::uint32_t base_fee_percent = 200;           // of the base fee, in the first max fee
  std::uint32_t gas_pad_percent = 50;             // on top of an estimate
  std::uint64_t min_tip_wei = 0;                  // Polygon: 30 gwei
  std::uint64_t max_fee_wei = 5'000'000'000'000;  // per gas
  std::uint64_t max_tx_fee_wei = 1'000'000'000'000'000'000ULL;  // gas limit x max fee; geth: 1 coin

  std::uint32_t gas_low_hours = 24;  // of spending as lately that the coins must last; or an alert

  // when the nonce is used and no receipt of ours is shown (docs/decisions/0017)
  std::uint32_t looks_before_search = 5;          // then the transaction that used it is searched
  std::chrono::milliseconds search_again{2'000};  // first pause between searches, doubles
  std::chrono::milliseconds longest_search{60'000};
  std::chrono::milliseconds doubt_after{60'000};  // without a name: in_doubt, and an alert
  /// Between the two words of the only node; zero: its word is never enough.
  std::chrono::milliseconds lone_witness{10'000};

  /// With nothing open and nothing to wait for: is the account still where we think?
  std::chrono::milliseconds idle_look{60'000};
};

}  // namespace headroom::chain
