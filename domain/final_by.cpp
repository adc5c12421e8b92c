#include "domain/final_by.hpp"

namespace headroom {

std::string_view to_string(final_by x) noexcept {
  switch (x) {
    case final_by::confirmations: return "confirmations";
    case final_by::tag: return "tag";
    case final_by::either: return "either";
    case final_by::both: return "both";
  }
  return "unknown";
}

std::optional<final_by> parse_final_by(std::string_view text) noexcept {
  for (const auto x : {final_by::confirmations, final_by::tag, final_by::either, final_by::both})
    if (to_string(x) == text) return x;
  return std::nullopt;
}

}  // namespace headroom
