#include "actors/venue_gauge.hpp"

namespace headroom::actors {

std::string_view sentence_of(venue_stop why) noexcept {
  switch (why) {
    case venue_stop::none: return "the venue takes bets";
    case venue_stop::silent: return "the venue does not answer";
    case venue_stop::version: return "the venue's version is not known";
    case venue_stop::account: return "betting is stopped: the venue takes no orders from us";
    case venue_stop::credentials:
      return "betting is stopped: the venue does not accept our credentials";
    case venue_stop::waiting: return "betting is stopped for a while: the venue asked to wait";
    case venue_stop::approvals:
      return "betting is stopped: our account at the venue has not passed its self-test";
  }
  return "the venue takes no bets";
}

std::string_view to_string(venue_stop why) noexcept {
  switch (why) {
    case venue_stop::none: return "none";
    case venue_stop::silent: return "silent";
    case venue_stop::version: return "version";
    case venue_stop::account: return "account";
    case venue_stop::credentials: return "credentials";
    case venue_stop::waiting: return "waiting";
    case venue_stop::approvals: return "approvals";
  }
  return "unknown";
}

}  // namespace headroom::actors
