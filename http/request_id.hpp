#pragma once

#include <string>
#include <string_view>

namespace headroom::http {

/// 1 to 128 characters of A-Z a-z 0-9 . _ ~ + / = : @ -: what may stand in a header and a log line.
[[nodiscard]] bool is_request_id(std::string_view text) noexcept;

/// Makes `out` a fresh one of 16 hex digits, to tell requests apart; no secret. Any thread.
void make_request_id(std::string& out);

}  // namespace headroom::http
