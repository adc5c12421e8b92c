#pragma once

#include "http/message.hpp"

namespace headroom::http {

/// What stands before a body is read as JSON: its Content-Type, when it has one, is
/// application/json in UTF-8, and it is not encoded. Throws 415. A body without a type is taken for
/// JSON; a request without a body may say what it likes.
void require_json_body(const request& r);

}  // namespace headroom::http
