#pragma once

#include <cstddef>

/// File descriptors: every connection is one, and so is each of the database's and of the calls to
/// chains and venue, which clients must not be able to use up.
namespace headroom::http {

/// What stays free for the house's own use, whatever clients do.
inline constexpr std::size_t reserved_descriptors = 256;

/// Raises the process's soft limit to its hard one. Answers how many descriptors it may hold.
std::size_t raise_descriptor_limit() noexcept;

/// How many of `wanted` connections a process that may hold `limit` descriptors can promise: at
/// least half of them are its own when the limit is tiny.
[[nodiscard]] std::size_t affordable_connections(std::size_t wanted, std::size_t limit) noexcept;

}  // namespace headroom::http
