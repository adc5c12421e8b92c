#pragma once

#include <pqxx/pqxx>
#include <string>
#include <utility>
#include <vector>

#include "domain/time.hpp"

namespace headroom::persistence {

/// One line of `operator_actions`: who did what to what. `detail` are names and plain texts, never
/// a secret.
struct operator_action {
  std::string by;
  std::string action;  // "replenish", "configure_buffer", "key_added", ...
  std::string target;
  std::vector<std::pair<std::string, std::string>> detail;
  timestamp at;
};

/// Writes the line in the transaction of the change itself.
void note_action(pqxx::transaction_base& tx, const operator_action& x);

}  // namespace headroom::persistence
