#include "domain/delegations.hpp"

namespace headroom {
namespace {

constexpr std::string_view mark = " delegation:";

}  // namespace

std::string placed_under(const delegation_id& id, const address& user) {
  return "user:" + user.hex() + std::string{mark} + id.text();
}

std::optional<delegation_id> delegation_in(std::string_view placed_by) {
  const auto at = placed_by.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  return delegation_id::parse(placed_by.substr(at + mark.size()));
}

errc refusal_under(const delegation& d, const address& user, usdc amount, timestamp now) noexcept {
  if (d.user != user) return errc::exceeds_delegation;
  if (d.revoked_at.is_set() || now >= d.expires_at) return errc::delegation_ended;
  const bool within = amount <= d.per_bet && add_saturating(d.used, amount) <= d.total;
  return within ? errc::none : errc::exceeds_delegation;
}

}  // namespace headroom
