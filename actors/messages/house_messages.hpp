#pragma once

#include <map>
#include <string>
#include <vector>

#include "actors/inspect.hpp"

/// What actors say about themselves and the house about its actors.
namespace headroom::actors {

/// What an actor says about itself: business facts, beside the counters that the observed base
/// keeps.
struct status_report {
  std::string name;
  std::map<std::string, std::string> facts;
};
HEADROOM_INSPECT(status_report, x.name, x.facts)

/// One actor as the observed base sees it.
struct actor_info {
  std::uint64_t id = 0;
  std::string name;
  std::string business_id;    // user address, bet id, or ""
  std::uint64_t mailbox = 0;  // messages waiting
  std::uint64_t received = 0;
  std::uint64_t processed = 0;
  std::uint64_t busy_us = 0;  // time in handlers
  std::uint64_t age_ms = 0;
};
HEADROOM_INSPECT(actor_info, x.id, x.name, x.business_id, x.mailbox, x.received, x.processed,
                 x.busy_us, x.age_ms)

/// All actors of one kind together. `processed` and `busy_us` count those that ended too, so they
/// never fall.
struct kind_info {
  std::string name;
  std::uint64_t live = 0;
  std::uint64_t mailbox = 0;  // messages waiting
  std::uint64_t processed = 0;
  std::uint64_t busy_us = 0;
};
HEADROOM_INSPECT(kind_info, x.name, x.live, x.mailbox, x.processed, x.busy_us)

struct actor_listing {
  std::vector<kind_info> kinds;
  std::vector<actor_info> actors;  // the busiest first, bounded
  std::uint64_t total = 0;
};
HEADROOM_INSPECT(actor_listing, x.kinds, x.actors, x.total)

struct readiness {
  bool ready = false;
  std::map<std::string, std::string> parts;  // "journal" -> "ok" or why not
};
HEADROOM_INSPECT(readiness, x.ready, x.parts)

}  // namespace headroom::actors
