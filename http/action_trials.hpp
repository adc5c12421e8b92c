#pragma once

#include "http/exchange.hpp"
#include "http/operator_wishes.hpp"

/// What an operator's action would do, without doing it.
namespace headroom::http {

/// In words for a human; "" is null in the answer.
struct action_outcome {
  bool dry_run = false;
  std::string effect{};  // what follows from it
  std::string before{};  // how what it acts on stands now
  std::string after{};   // how it will stand; "": the chains decide
  std::string done{};    // what was done, where the action's name does not say it
};

void answer_action(exchange& x, const wanted_action& wanted, const action_outcome& out);

/// Answers the effect, and what is before and after it, by the books and by what this process
/// knows; or refuses as the action itself would for what stands there. Nothing is changed, asked of
/// a chain or noted.
task<> try_action(exchange& x, wanted_action wanted, operator_wish w);

/// What cannot be ordered (409), whether tried or done.
[[nodiscard]] problem conversion_is_over();
[[nodiscard]] problem withdrawal_is_over(bool approves);

}  // namespace headroom::http
