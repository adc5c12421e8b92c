#include "config/chain_limits.hpp"

#include <span>

namespace headroom::config {
namespace {

struct bound {
  const char* field;
  std::uint64_t value;
  std::uint64_t least;
  std::uint64_t most;
};

std::string first_outside(std::span<const bound> bounds, const std::string& name) {
  for (const auto& b : bounds)
    if (b.value < b.least || b.value > b.most)
      return name + "." + b.field + " must be from " + std::to_string(b.least) + " to " +
             std::to_string(b.most);
  return {};
}

/// Negative cannot be read; it would be far above every bound.
template <class Duration>
std::uint64_t count(Duration d) {
  return static_cast<std::uint64_t>(d.count());
}

}  // namespace

std::string check(const wallet_limits& x, const std::string& name) {
  const bound bounds[] = {
      {"wallet.max_fee_wei", x.max_fee_wei, 1'000'000'000, 1'000'000'000'000'000},
      {"wallet.max_tx_fee_wei", x.max_tx_fee_wei, 100'000'000'000'000, 10'000'000'000'000'000'000U},
      {"wallet.bump_percent", x.bump_percent, 11, 100},
      {"wallet.base_fee_percent", x.base_fee_percent, 110, 1'000},
      {"wallet.gas_pad_percent", x.gas_pad_percent, 0, 200},
      {"wallet.looks_before_search", x.looks_before_search, 1, 1'000},
      {"wallet.search_again_ms", count(x.search_again), 100, 60'000},
      {"wallet.lone_witness_ms", count(x.lone_witness), 1'000, 3'600'000},
      {"wallet.doubt_after_seconds", count(x.doubt_after), 5, 3'600},
  };
  return first_outside(bounds, name);
}

std::string check(const node_limits& x, const std::string& name) {
  const bound bounds[] = {
      {"nodes.skip_after_failure_ms", count(x.skip_after_failure), 10, 600'000},
      {"nodes.skip_after_silence_ms", count(x.skip_after_silence), 10, 600'000},
      {"nodes.longest_rest_ms", count(x.longest_rest), 1'000, 600'000},
      {"nodes.compare_heads_ms", count(x.compare_heads), 1'000, 600'000},
      {"nodes.most_blocks_behind", x.most_blocks_behind, 1, 10'000},
      {"nodes.most_seconds_behind", count(x.most_seconds_behind), 5, 3'600},
  };
  return first_outside(bounds, name);
}

std::string check(const log_limits& x, const std::string& name) {
  const bound bounds[] = {
      {"logs.chunk", x.chunk, 1, 100'000},
      {"logs.chunks", x.chunks, 1, 10'000},
  };
  return first_outside(bounds, name);
}

}  // namespace headroom::config
