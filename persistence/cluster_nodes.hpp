#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/time.hpp"

/// What operators see and do of nodes (migration 0029), from a terminal.
namespace headroom::persistence {

struct node_row {
  std::int64_t incarnation = 0;
  std::string name;
  std::string address;
  std::string state;  // "up", "left", "dead"
  bool keeps = false;
  timestamp since;    // it joined, or, when it has ended, when it did
  std::string words;  // how old its last heartbeat is, or why it ended
};

/// Those that live, the keeper first, then the last 20 that have ended. Throws what pqxx throws.
[[nodiscard]] std::vector<node_row> list_nodes(const std::string& conninfo);

/// Declares the living node of that name dead, as another node would that has proof; `by` stands in
/// its row. False: none of that name lives. Throws what pqxx throws.
bool evict_node(const std::string& conninfo, const std::string& name, const std::string& by);

}  // namespace headroom::persistence
