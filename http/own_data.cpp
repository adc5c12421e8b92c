#include "http/own_data.hpp"

#include "http/auth.hpp"

namespace headroom::http {

bool reads(const principal& who) noexcept {
  return who.type == principal::kind::user || who.may(scope::read) || who.may(scope::trade);
}

bool may_read(const principal& who, const address& whose) noexcept {
  return reads(who) && (who.type == principal::kind::service_key || who.user == whose);
}

void require_own(const principal& who, const address& whose) {
  if (!may_read(who, whose)) throw problem_of(errc::not_found);
}

std::optional<address> listed_for(const principal& who, const std::optional<address>& asked_for) {
  if (asked_for) require_own(who, *asked_for);
  if (!asked_for && who.type == principal::kind::user) return who.user;
  return asked_for;
}

const principal* reader_of(exchange& x) {
  const auto* who = presented_key(x);
  return who != nullptr && reads(*who) ? who : nullptr;
}

const principal& require_reader(exchange& x) {
  if (const auto* who = reader_of(x)) return *who;
  return require_scope(x, {scope::read, scope::trade});
}

}  // namespace headroom::http
