#pragma once

#include "actors/external_outbox_actor.hpp"
#include "actors/journal_actor.hpp"
#include "actors/query_actor.hpp"
#include "tests/support/memory_books.hpp"

namespace headroom::test {

/// The external outbox as the service has it, over books in memory. The books outlive its actors,
/// which the test ends.
struct books_outbox {
  memory_books books;
  memory_store store{books};
  memory_reader reader{books};
  actors::external_outbox_actor outbox;

  void start(caf::actor_system& sys, actors::directory& dir, const actors::world_ptr& w) {
    const auto journal = sys.spawn(actors::journal_behavior, w, &store);
    const auto query = sys.spawn(actors::query_behavior, &reader);
    dir.handles.set(journal);
    dir.handles.set(query);
    outbox = sys.spawn(actors::external_outbox_behavior, w);
    started_ = {caf::actor_cast<caf::strong_actor_ptr>(journal),
                caf::actor_cast<caf::strong_actor_ptr>(query),
                caf::actor_cast<caf::strong_actor_ptr>(outbox)};
  }
  /// Whom to end, once.
  [[nodiscard]] std::vector<caf::strong_actor_ptr> take() { return std::exchange(started_, {}); }

 private:
  std::vector<caf::strong_actor_ptr> started_;
};

}  // namespace headroom::test
