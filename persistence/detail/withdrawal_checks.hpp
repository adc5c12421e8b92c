#pragma once

#include <string>
#include <vector>

/// What `headroom verify` compares of withdrawals: their rows, their postings and the outbox.
namespace headroom::persistence {

/// Queries for (what, stored, replayed) of what differs.
[[nodiscard]] std::vector<std::string> withdrawal_checks();

}  // namespace headroom::persistence
