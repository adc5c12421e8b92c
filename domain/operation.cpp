#include "domain/operation.hpp"

#include <algorithm>

namespace headroom {

const chain_operation* mined_of(std::span<const chain_operation> attempts) noexcept {
  const auto i = std::find_if(attempts.begin(), attempts.end(),
                              [](const auto& row) { return is_mined(row.status); });
  return i == attempts.end() ? nullptr : &*i;
}

operation_state state_of(std::span<const chain_operation> attempts) noexcept {
  if (attempts.empty()) return operation_state::unsent;
  if (const auto* mined = mined_of(attempts))
    return mined->status == operation_status::confirmed ? operation_state::confirmed
                                                        : operation_state::reverted;
  const bool open = std::any_of(attempts.begin(), attempts.end(), [](const auto& row) {
    return row.status == operation_status::stored;
  });
  return open ? operation_state::pending : operation_state::dropped;
}

std::optional<operation_status> end_of(operation_state s) noexcept {
  switch (s) {
    case operation_state::confirmed: return operation_status::confirmed;
    case operation_state::reverted: return operation_status::reverted;
    case operation_state::dropped: return operation_status::dropped;
    case operation_state::unsent:
    case operation_state::pending:
    case operation_state::in_doubt: break;
  }
  return std::nullopt;
}

}  // namespace headroom
