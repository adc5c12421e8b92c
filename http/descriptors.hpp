#pragma once

#include <cstddef>

/// File descriptors: every connection is one, and so is each of the database's and of the calls to
/// chains and venue, which clients must not be able to use up.
namespace headroom::http {

/// For the house's own use, whatever clients do.
inline constexpr std::size_t house_descriptors = 256;
/// Places beyond max_connections where health is still answered (worker.hpp), of all threads
/// together: so many that in a flood a probe has time to say what it wants before it must make
/// room.
inline constexpr std::size_t last_places = 256;
/// At the operators' door.
inline constexpr std::size_t operators_places = 64;
inline constexpr std::size_t reserved_descriptors =
    house_descriptors + last_places + operators_places;

/// Raises the process's soft limit to its hard one. Answers how many descriptors it may hold.
std::size_t raise_descriptor_limit() noexcept;

/// How many of `wanted` connections a process that may hold `limit` descriptors can promise: all
/// but the reserved ones, which are half of them when the limit is tiny.
[[nodiscard]] std::size_t affordable_connections(std::size_t wanted, std::size_t limit) noexcept;

}  // namespace headroom::http
