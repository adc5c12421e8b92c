#pragma once

#include <optional>
#include <span>
#include <vector>

#include "chain/evm/eth.hpp"
#include "chain/evm/evm_settings.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "domain/final_by.hpp"

/// The one rule for "this happened for good": a block counts when it is final **and** still the
/// chain's own at its height. A receipt or an event names its block by number and hash; the number
/// alone would believe a block that a reorganisation has replaced.
namespace headroom::chain {

/// How far a chain is, by one look at one node.
struct chain_head {
  eth::block_info latest;
  std::uint64_t final_number = 0;         // the newest block that is final
  std::optional<std::uint64_t> tagged{};  // the node's own `finalized`, when it says
  std::uint32_t node = 0;                 // who said so

  [[nodiscard]] bool is_final(std::uint64_t block) const noexcept { return block <= final_number; }
};

/// The calls of one look, to be read by read_head in the same order. Ask them with ask_one_node:
/// two nodes' answers are no head.
[[nodiscard]] std::vector<rpc_request> head_calls(const finality_rule& rule);
/// Nothing when `latest` is unreadable.
[[nodiscard]] std::optional<chain_head> read_head(const finality_rule& rule,
                                                  std::span<const rpc_result> results);
[[nodiscard]] inline std::size_t head_call_count(const finality_rule& rule) noexcept {
  return rule.asks_for_tag() ? 2 : 1;
}

// -- one block -----------------------------------------------------------------------------------

/// A block as a receipt or an event names it.
struct block_ref {
  std::uint64_t number = 0;
  hash256 hash;
};
[[nodiscard]] inline block_ref block_of(const eth::receipt& r) {
  return {r.block_number, r.block_hash};
}
[[nodiscard]] inline block_ref block_of(const log_entry& l) {
  return {l.block_number, l.block_hash};
}

enum class finality : std::uint8_t {
  unreadable = 0,
  pending = 1,   // the chain's own, not final yet
  replaced = 2,  // the chain has another block at that height (or none): look again for the event
  reached = 3,
};

/// What `block` is by the head of a node and that node's block of the same height.
[[nodiscard]] finality judge_block(const block_ref& block, const chain_head& head,
                                   const rpc_result& at_that_height);

/// Asks one node for its head and its block of that height. `done(finality)` runs in `self`.
/// `node`: who must answer, for example the one that showed the receipt; nothing: any.
template <class Self, class Done>
void ask_finality(Self* self, const rpc_actor& rpc, const finality_rule& rule,
                  const block_ref& block, std::optional<std::uint32_t> node, Done done) {
  auto calls = head_calls(rule);
  calls.push_back(eth::block(eth::quantity(block.number)));
  ask_one_node(self, rpc, std::move(calls), node,
               [rule, block, done = std::move(done)](std::vector<rpc_result>& r) mutable {
                 const auto head = read_head(rule, r);
                 done(head ? judge_block(block, *head, r.back()) : finality::unreadable);
               });
}

// -- how sure ------------------------------------------------------------------------------------

/// A block by one look at one node.
struct block_standing {
  finality word = finality::unreadable;
  std::optional<std::uint64_t> tagged{};  // its `finalized`, when it says
};

/// As ask_finality, and what the node calls finalized.
template <class Self, class Done>
void ask_standing(Self* self, const rpc_actor& rpc, const finality_rule& rule,
                  const block_ref& block, std::optional<std::uint32_t> node, Done done) {
  auto calls = head_calls(rule);
  calls.push_back(eth::block(eth::quantity(block.number)));
  ask_one_node(self, rpc, std::move(calls), node,
               [rule, block, done = std::move(done)](std::vector<rpc_result>& r) mutable {
                 block_standing out;
                 if (const auto head = read_head(rule, r)) {
                   out.word = judge_block(block, *head, r.back());
                   out.tagged = head->tagged;
                 }
                 done(out);
               });
}

/// How long a chain's `finalized` has not moved, by looks that may be far apart: one that is where
/// it was has stood there all the while.
class tag_watch {
 public:
  using time_point = caf::actor_clock::time_point;

  void saw(std::uint64_t tagged, time_point at) noexcept {
    if (since_ && tagged <= number_) return;
    number_ = tagged;
    since_ = at;
  }
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  [[nodiscard]] bool stands_still(std::chrono::milliseconds patience,
                                  time_point now) const noexcept {
    return since_ && now - *since_ > patience;
  }

 private:
  std::uint64_t number_ = 0;
  std::optional<time_point> since_;
};

}  // namespace headroom::chain
