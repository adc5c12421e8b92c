#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "actors/actor_snapshots.hpp"
#include "actors/alerts.hpp"
#include "actors/incidents.hpp"
#include "actors/open_requests.hpp"

namespace headroom::actors {

/// Something that looks wrong, by itself; leads to an actor where there is one.
struct lint {
  std::string code;            // stable: "mailbox_grows"
  std::string kind;            // of the actor
  std::uint64_t actor_id = 0;  // 0: of the kind, or of the house
  std::string business_id;
  std::string text;          // one sentence
  std::uint64_t for_ms = 0;  // how long it has been so, or took; 0: not known
  std::uint64_t count = 1;   // of the same, of which this is the worst
};

struct lint_report {
  std::vector<lint> lints;
  std::uint64_t looked_at = 0;  // actors
};

/// What was seen before, for what can be said only over a time: how many messages waited for each
/// kind. Told every few seconds, also while nobody looks; costs as much however many actors live.
class lint_memory {
 public:
  static constexpr std::chrono::seconds growing_for{60};

  void remember(std::int64_t now_ns);
  /// Kinds whose mailboxes have not shrunk for a minute and hold more than then, by how much.
  [[nodiscard]] std::map<std::string, std::uint64_t> growing() const;

 private:
  struct sample {
    std::int64_t at_ns;
    std::map<std::string, std::uint64_t> mailbox;
  };
  std::deque<sample> samples_;
};

/// All that looks wrong now.
[[nodiscard]] std::vector<lint> find_lints(const actor_snapshots& all, const lint_memory& memory,
                                           const std::vector<alert>& alerts);
/// Of one actor.
[[nodiscard]] std::vector<lint> find_lints(const actor_sighting& x, std::int64_t now_ns);

/// Cycles among these requests: each actor waits for the next, the last for the first.
[[nodiscard]] std::vector<std::vector<std::uint64_t>> cycles_in(
    const std::vector<open_request>& requests);

}  // namespace headroom::actors
