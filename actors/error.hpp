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

/// Our code of an error, whoever made it: CAF's own errors become unavailable (nobody took the
/// request), timed_out (no answer in time, whatever was done) or internal (anything else).
[[nodiscard]] errc code_of(const caf::error& e);
/// The words given to make_error, or "".
[[nodiscard]] std::string detail_of(const caf::error& e);
/// How long to wait, as given to make_error; zero when nobody said.
[[nodiscard]] std::chrono::seconds retry_after_of(const caf::error& e);
/// True when the one asked refused: its own word, not CAF's about a lost or late answer.
[[nodiscard]] bool is_verdict(const caf::error& e);
/// True when the one asked has refused for good: its own word, and one that asking again does not
/// change (headroom::is_final). False for CAF's own errors: `internal` is their code too, and they
/// say nothing of what was done.
[[nodiscard]] bool is_final(const caf::error& e);
/// True when whoever held the request ended with it unread in its mailbox, or was gone already: it
/// did nothing with it. That is all it says. A receiver that passed the request on (delegate) may
/// have acted before, and one that dies in the middle of the work sends no answer at all.
[[nodiscard]] bool never_received(const caf::error& e);

}  // namespace headroom::actors
