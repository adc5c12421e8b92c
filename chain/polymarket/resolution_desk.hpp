#pragma once

#include <functional>
#include <memory>

#include "chain/polymarket/resolution_actor.hpp"

/// The resolution actor's work, for its own files: resolution_actor (markets, conditions,
/// holdings), resolution_redeem (one redeeming), resolution_search (one that others made).
namespace headroom::chain::polymarket {

/// One question on its way to its answer. Lives in the callbacks of its own questions; answers
/// exactly once.
template <class Answer>
class open_question {
 public:
  open_question(resolution_self self, caf::typed_response_promise<Answer> promise)
      : self_{self}, promise_{std::move(promise)} {
    ++self_->state.open;
    ++self_->state.asked;
  }
  open_question(const open_question&) = delete;
  open_question& operator=(const open_question&) = delete;

  void answer(Answer x) {
    --self_->state.open;
    promise_.deliver(std::move(x));
  }
  void fail(errc why, std::string words) {
    --self_->state.open;
    self_->state.last_problem = words;
    promise_.deliver(make_error(why, std::move(words)));
  }

 private:
  resolution_self self_;
  caf::typed_response_promise<Answer> promise_;
};
template <class Answer>
using question_ptr = std::shared_ptr<open_question<Answer>>;

/// Looks at the redeeming, or sends it.
void redeem(resolution_self self, actors::redeem_condition what,
            question_ptr<actors::redeem_progress> question);

/// The account has nothing left that pays, and the books miss money: looks for a transaction by
/// which somebody else redeemed its shares. Answers `seen` with the first that holds every proof,
/// or `nothing`, with the reason when one did not.
void search_seen(resolution_self self, actors::redeem_condition what, payout_vector payouts,
                 question_ptr<actors::redeem_progress> question);

}  // namespace headroom::chain::polymarket
