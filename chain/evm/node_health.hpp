#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "chain/evm/evm_settings.hpp"

namespace headroom::chain {

/// What is known of the nodes of one chain: one rule for all chains. Plain data and a clock that is
/// handed in; the owner guards it.
class node_health {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  node_health(std::size_t nodes, node_rules rules) : nodes_(nodes), rules_(rules) {}

  /// In which order they are tried: as listed, those with an old head behind them, those that
  /// failed lately last. Left out: those that asked for a rest, and those of another chain.
  [[nodiscard]] std::vector<std::uint32_t> order(time_point now) const;
  /// Whether it may be asked at all now.
  [[nodiscard]] bool may_ask(std::uint32_t node, time_point now) const;
  /// Its chain must be asked for before anything else is believed: at the first use, after a
  /// failure, and when it takes over from another one.
  [[nodiscard]] bool needs_identity(std::uint32_t node, time_point now) const;

  /// It has done nothing but fail for so long, or is of another chain.
  static constexpr std::chrono::seconds failed_after{60};
  [[nodiscard]] bool is_down(std::uint32_t node, time_point now) const;

  void worked(std::uint32_t node);
  void failed(std::uint32_t node, bool silent, time_point now);
  /// `wait`: what the node asked for; nothing: it did not say.
  void limited(std::uint32_t node, std::optional<std::chrono::milliseconds> wait, time_point now);
  void identified(std::uint32_t node, time_point now);
  void foreign(std::uint32_t node, time_point now);

  struct head {
    std::uint64_t number = 0;
    std::uint64_t timestamp = 0;  // unix seconds, the chain's
  };
  /// The heads of all nodes, asked at the same moment; nothing for those that did not answer.
  void compare(std::span<const std::optional<head>> heads);
  [[nodiscard]] bool lags(std::uint32_t node) const { return nodes_[node].lags; }

 private:
  struct one {
    time_point skip_until{};
    time_point rest_until{};  // asked for by the node: until then it is not asked anything
    time_point foreign_until{};
    time_point identified_at{};
    std::optional<time_point> failing_since{};
    bool identified = false;
    bool lags = false;
    std::uint32_t limits = 0;  // in a row
  };

  std::vector<one> nodes_;
  node_rules rules_;
  std::uint32_t last_used_ = 0;
};

}  // namespace headroom::chain
