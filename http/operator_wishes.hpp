#pragma once

#include <string>
#include <variant>

#include "actors/messages/withdrawal_messages.hpp"
#include "http/repair_wishes.hpp"

/// What POST /operator/actions asks for: read here, tried by action_trials, done by routes_actions.
namespace headroom::http {

/// As it is noted and answered.
struct wanted_action {
  std::string name;
  std::string target;  // "" where there is none to name
  std::string reason;
  std::string by;
  timestamp at;
};

/// Who is asked, and in which words: the journal, the desk of withdrawals, or who asks the chains.
using operator_wish =
    std::variant<journal_entry, actors::pause_withdrawals, actors::decide_withdrawal, repair_wish>;

/// Throws 400 naming the field.
[[nodiscard]] operator_wish read_wish(const wanted_action& a, const body_fields& body,
                                      const actors::ethereum_port& ethereum);

}  // namespace headroom::http
