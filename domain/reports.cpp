#include "domain/reports.hpp"

namespace headroom {

std::string_view to_string(history_kind k) noexcept {
  switch (k) {
    case history_kind::deposit: return "deposit";
    case history_kind::bet: return "bet";
    case history_kind::sale: return "sale";
    case history_kind::payout: return "payout";
    case history_kind::withdrawal: return "withdrawal";
  }
  return "unknown";
}

}  // namespace headroom
