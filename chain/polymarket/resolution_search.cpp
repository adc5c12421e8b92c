#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/evm/block_search.hpp"
#include "chain/evm/log_search.hpp"
#include "chain/polymarket/resolution_desk.hpp"
#include "chain/polymarket/seen_redemption.hpp"

/// A redemption that somebody else made, found by the transfers of the account's shares to the
/// adapter that redeems them. A search that finds nothing proves nothing, and books nothing.
namespace headroom::chain::polymarket {
namespace {

using actors::redeem_progress;
using actors::redeem_state;

/// A human may have been faster than our own look at the condition.
constexpr std::uint64_t seconds_before = 24 * 3'600;
constexpr std::uint32_t pieces_at_once = 5;  // then the clock is looked at
constexpr std::chrono::seconds longest{25};  // of a search: its asker waits a minute
constexpr std::size_t most_candidates = 8;   // transactions judged by one look

class seen_search : public std::enable_shared_from_this<seen_search> {
 public:
  seen_search(resolution_self self, actors::redeem_condition what, payout_vector payouts,
              question_ptr<redeem_progress> question)
      : self_{self},
        st_{self->state},
        x_{std::move(what)},
        payouts_{std::move(payouts)},
        question_{std::move(question)},
        until_{self->clock().now() + longest} {}

  void start() {
    ask_one_node(self_, st_.doors.chain, head_calls(st_.settings.finality), std::nullopt,
                 [run = shared_from_this()](const std::vector<rpc_result>& r) {
                   const auto head = read_head(run->st_.settings.finality, r);
                   if (!head) return run->nothing("the chain is silent");
                   run->final_ = head->final_number;
                   run->find_start();
                 });
  }

 private:
  void find_start() {
    const auto since = static_cast<std::uint64_t>(std::max<std::int64_t>(x_.since.seconds(), 0));
    const auto oldest = final_ - std::min(final_, log_limits{}.chunk * log_limits{}.chunks);
    search_block(self_, st_.doors.chain, since - std::min(since, seconds_before), oldest, final_,
                 [run = shared_from_this()](std::optional<std::uint64_t> block) {
                   if (!block) return run->nothing("the chain is silent");
                   run->walk(*block);
                 });
  }

  void walk(std::uint64_t from) {
    if (from > final_ || self_->clock().now() >= until_) return nothing(refused_);
    const auto& c = st_.settings.contracts;
    log_search s;
    s.filter.emitter = c.conditional_tokens;
    const auto& adapter = x_.market.neg_risk ? c.neg_risk_collateral_adapter : c.collateral_adapter;
    // From the account to the adapter, one token or several, whoever moves them.
    s.filter.topics = {std::nullopt, std::nullopt, abi::word_of(x_.account), abi::word_of(adapter)};
    s.lowest = from;
    s.highest = final_;
    s.chunk = chunk_;
    s.max_chunks = pieces_at_once;
    search_logs_forward(self_, st_.doors.chain, std::move(s),
                        [run = shared_from_this()](const log_findings& f) { run->found(f); });
  }

  void found(const log_findings& f) {
    if (!f.readable) return nothing("the events of its shares cannot be read");
    chunk_ = f.chunk;
    next_ = f.walked;
    for (const auto& log : f.logs) {
      const bool known =
          std::find(x_.booked.begin(), x_.booked.end(), log.tx_hash) != x_.booked.end();
      const bool twice = std::find(found_.begin(), found_.end(), log.tx_hash) != found_.end();
      if (!known && !twice && takes_shares(log, x_.account, x_.market.tokens))
        found_.push_back(log.tx_hash);
    }
    judge_next();
  }

  void judge_next() {
    if (judged_ >= most_candidates) return nothing(refused_);
    if (judged_ == found_.size()) return walk(next_);
    const auto tx = found_[judged_++];
    ask_every_node(
        self_, st_.doors.chain, eth::transaction_receipt(tx),
        [run = shared_from_this(), tx](const std::vector<rpc_result>& words) {
          auto word = judge_receipts(words, tx);
          if (!word.refused.empty())
            return run->refuse(tx.hex() + " is not booked: " + std::string{word.refused});
          run->check_final(std::move(word));
        });
  }

  void check_final(receipt_word word) {
    const auto block = block_of(word.receipt);
    const auto node = word.node;
    ask_finality(self_, st_.doors.chain, st_.settings.finality, block, node,
                 [run = shared_from_this(), word = std::move(word)](finality f) {
                   if (f == finality::reached) return run->judge(word.receipt);
                   run->refuse(word.receipt.tx_hash.hex() +
                               " is not booked: " + std::string{unproven::not_final});
                 });
  }

  void judge(const eth::receipt& receipt) {
    auto seen = judge_seen(receipt, st_.settings.contracts, x_.account, x_.market.condition,
                           x_.market.tokens, payouts_);
    if (!seen.refused.empty()) return refuse(std::string{seen.refused} + ": " + seen.detail);
    question_->answer({redeem_state::seen, receipt.tx_hash, seen.received, std::move(seen.burned),
                       "redeemed by others"});
  }

  void refuse(std::string why) {
    refused_ = std::move(why);
    judge_next();
  }
  void nothing(std::string why) {
    if (!why.empty()) st_.last_problem = why;
    question_->answer({redeem_state::nothing, {}, {}, {}, std::move(why)});
  }

  resolution_self self_;
  resolution_state& st_;
  actors::redeem_condition x_;
  payout_vector payouts_;
  question_ptr<redeem_progress> question_;
  caf::actor_clock::time_point until_;
  std::uint64_t final_ = 0;
  std::uint64_t next_ = 0;
  std::uint64_t chunk_ = log_limits{}.chunk;
  std::vector<hash256> found_;
  std::size_t judged_ = 0;
  std::string refused_;
};

}  // namespace

void search_seen(resolution_self self, actors::redeem_condition what, payout_vector payouts,
                 question_ptr<redeem_progress> question) {
  std::make_shared<seen_search>(self, std::move(what), std::move(payouts), std::move(question))
      ->start();
}

}  // namespace headroom::chain::polymarket
