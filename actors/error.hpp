#pragma once

#include <caf/error.hpp>
#include <caf/message.hpp>
#include <chrono>
#include <string>

#include "domain/errc.hpp"

namespace headroom {

/// Lets a handler `return errc::x;` and an asker compare `err == errc::x`. Found by ADL.
caf::error make_error(errc e);
/// With words for the caller, shown as `detail` in problem+json.
caf::error make_error(errc e, std::string detail);
/// Likewise, when it is known how long the same request must wait (HTTP: Retry-After).
caf::error make_error(errc e, std::string detail, std::chrono::seconds retry_after);

}  // namespace headroom

namespace headroom::actors {

/// Our code of an error, whoever made it: CAF's own errors become unavailable, timed_out or
/// internal.
[[nodiscard]] errc code_of(const caf::error& e);
/// The words given to make_error, or "".
[[nodiscard]] std::string detail_of(const caf::error& e);
/// How long to wait, as given to make_error; zero when nobody said.
[[nodiscard]] std::chrono::seconds retry_after_of(const caf::error& e);
/// True when the one asked refused: its own word, not CAF's about a lost or late answer.
[[nodiscard]] bool is_verdict(const caf::error& e);
/// True when the receiver was dead before it looked at the request: nothing happened.
[[nodiscard]] bool never_received(const caf::error& e);

}  // namespace headroom::actors
