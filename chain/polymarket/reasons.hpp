#pragma once

#include <string>
#include <string_view>

namespace headroom::chain::polymarket {

/// Our sentence for a `post_answer::reason`. Users see this, never the venue's words.
[[nodiscard]] std::string_view sentence_of(std::string_view reason) noexcept;

/// "fok_not_filled: the book cannot fill the whole order at this price"
[[nodiscard]] std::string explained(std::string_view reason);

}  // namespace headroom::chain::polymarket
