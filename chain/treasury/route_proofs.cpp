#include <algorithm>

#include "chain/treasury/receipt_search.hpp"
#include "chain/treasury/route_leg.hpp"

/// How sure a step must be of what it saw (docs/decisions/0030): small amounts by the chain's rule,
/// large ones and what was undone before by `finalized` alone. While that stands still they are
/// held. What was done by depth is looked for again until it is finalized, or gone.
namespace headroom::chain {

bool route_step::demands_tag(const finality_rule& rule) const noexcept {
  return x_.wish != step_wish::go_on || rule.is_large(at_stake_);
}

finality_rule route_step::rule_on(const leg_chain& chain) const noexcept {
  return demands_tag(chain.finality) ? chain.finality.by_tag() : chain.finality;
}

void route_step::when_final(const leg_chain& chain, const block_ref& block,
                            std::optional<std::uint32_t> node, std::string_view place,
                            std::string what, std::function<void()> then) {
  const auto rule = rule_on(chain);
  calls_ += static_cast<std::uint32_t>(head_call_count(rule) + 1);
  ask_standing(
      self_, chain.nodes, rule, block, node,
      [run = shared_from_this(), chain, rule, number = block.number, place = std::string{place},
       what = std::move(what), then = std::move(then)](const block_standing& s) {
        if (s.word != finality::unreadable) run->saw_tag(chain, s.tagged);
        switch (s.word) {
          case finality::unreadable: return run->unreadable("the " + place + " chain is silent");
          case finality::replaced: return run->waiting(what + " in a block that was replaced");
          case finality::pending:
            if (run->asked_again()) break;
            return run->not_final(chain, rule, what + ": not final yet");
          case finality::reached: break;
        }
        if (run->is_by_depth(chain, number, s.tagged)) run->by_depth_ = true;
        then();
      });
}

void route_step::saw_tag(const leg_chain& chain, std::optional<std::uint64_t> tagged) {
  if (chain.finality.asks_for_tag())
    tally_.tags[chain.chain_id].saw(tagged.value_or(0), self_->clock().now());
}

/// A chain whose nodes never name a finalized block has nothing to wait for.
bool route_step::is_by_depth(const leg_chain& chain, std::uint64_t block,
                             std::optional<std::uint64_t> tagged) const {
  if (!chain.finality.asks_for_tag() || block <= tagged.value_or(0)) return false;
  const auto seen = tally_.tags.find(chain.chain_id);
  const bool was_named = seen != tally_.tags.end() && seen->second.number() > 0;
  return tagged.has_value() || was_named || asked_again();
}

void route_step::not_final(const leg_chain& chain, const finality_rule& rule, std::string what) {
  if (!demands_tag(chain.finality)) return waiting(std::move(what));
  const auto& tag = tally_.tags[chain.chain_id];
  if (!tag.stands_still(rule.tag_patience, self_->clock().now())) return waiting(std::move(what));
  money_left_ = true;
  held("waits: " + chain.name + "'s finalized block stands still at " +
       std::to_string(tag.number()));
}

void route_step::judge_receipt(const leg_chain& chain, const report& r, std::string_view place,
                               std::string what, std::function<void(const report&)> then) {
  ++calls_;
  ask_every_node(self_, chain.nodes, eth::transaction_receipt(r.tx_hash),
                 [run = shared_from_this(), chain, r, place = std::string{place},
                  what = std::move(what), then = std::move(then)](std::vector<rpc_result>& words) {
                   std::optional<eth::receipt> shown;
                   std::uint32_t node = 0;
                   for (const auto& word : words)
                     if (const auto receipt = eth::answer(word, eth::read_receipt);
                         receipt && *receipt) {
                       shown = **receipt;
                       node = word.node;
                       break;
                     }
                   if (!shown)
                     return run->not_seen(chain, r.tx_hash, what + ": not shown by any node");
                   auto now = r;
                   now.block_number = shown->block_number;
                   now.logs.clear();
                   for (const auto& log : shown->logs)
                     now.logs.push_back({log.emitter, log.topics, log.data});
                   run->when_final(chain, block_of(*shown), node, place, what,
                                   [run, now, ok = shown->succeeded, then] {
                                     if (ok) return then(now);
                                     // Its end was another before: only a finalized one is
                                     // believed.
                                     run->gone_ = run->asked_again() && !run->by_depth_;
                                     if (run->by_depth_ || run->gone_)
                                       return run->waiting("mined anew, and reverted");
                                     run->failed(now.tx_hash, "it reverted after a reorganisation");
                                   });
                 });
}

/// The wallet watches its own transactions too: of one that it knows to be finalized nothing is
/// asked.
void route_step::when_confirmed(const leg_chain& chain, const report& r, std::string what,
                                std::function<void(const report&)> then) {
  if (!r.by_depth) return then(r);
  if (demands_tag(chain.finality))
    return judge_receipt(chain, r, "destination", std::move(what), std::move(then));
  by_depth_ = true;
  then(r);
}

void route_step::when_left(const leg_chain& chain, const report& r,
                           std::function<void(const report&)> then) {
  if (!r.by_depth || asked_again() || !demands_tag(chain.finality)) return then(r);
  tx_ = r.tx_hash;
  judge_receipt(chain, r, "source", "sent", [run = shared_from_this(), then](const report& now) {
    run->by_depth_ = false;  // what arrives is judged by itself
    then(now);
  });
}

void route_step::not_seen(const leg_chain& chain, const hash256& tx, std::string note) {
  if (!asked_again() || tx.is_zero()) return waiting(std::move(note));
  ++calls_;
  search_receipts(self_, chain.nodes, {tx},
                  [run = shared_from_this(), note = std::move(note)](const std::string& problem) {
                    run->gone_ = problem.empty();
                    run->waiting(note);
                  });
}

}  // namespace headroom::chain
