#pragma once

#include "actors/guardian_actor.hpp"
#include "persistence/pg_reader.hpp"
#include "persistence/pg_store.hpp"
#include "tests/payout/faulty_store.hpp"
#include "tests/payout/story_people.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/seeded_scheduler.hpp"

namespace headroom::test {

/// What happened on the way, to know whether the story was worth telling.
struct story_counts {
  std::uint64_t steps = 0;
  std::uint64_t kills = 0;
  std::uint64_t commits = 0;
  std::uint64_t failed_commits = 0;
  timestamp ended_at{};  // the last life, with the deaths of its actors
};

/// One life of the service over the real books: from start to a crash or to rest.
class story_life {
 public:
  story_life(const fresh_database& db, story_world& out, story_people& people,
             std::int64_t epoch_us, story_counts& counts);
  ~story_life();
  story_life(const story_life&) = delete;
  story_life& operator=(const story_life&) = delete;

  [[nodiscard]] timestamp now() { return {epoch_us_ + scheduler_.now_us()}; }

  /// Until so many bets are in the books: then it crashes.
  void run_until(std::size_t bets);
  /// Until nothing is left to be done; "" or what was, after `budget` steps.
  std::string run_to_rest(std::uint64_t budget);
  /// Every living owner's view must be the books', and no settlement's alarm may last.
  std::string compare_views();

  [[nodiscard]] const std::string& died_of() const { return died_of_; }

 private:
  template <class Handle, class Spawn>
  actors::component part(std::string name, bool holds_promises, Spawn spawn) {
    return {std::move(name),
            [this, spawn](caf::actor_system&) {
              Handle h = spawn();
              dir_.handles.set(h);
              return caf::actor_cast<caf::actor>(h);
            },
            holds_promises};
  }
  std::vector<actors::component> parts();
  [[nodiscard]] std::vector<caf::strong_actor_ptr> everybody();
  [[nodiscard]] hash256 random_hash();
  bool step();
  void kill_somebody();
  void calm_down();
  /// What the books have to do yet; "" when everything is over.
  [[nodiscard]] std::string unrest();

  template <class Row, class Open, class Wish, class Heard>
  void ask_open(wishes<Wish>& some, Open open, Heard heard);
  void people_ask();

  const fresh_database& db_;
  story_world& out_;
  story_people& people_;
  story_counts& counts_;
  persistence::pg_store real_store_;
  persistence::pg_reader reader_;
  faulty_store store_;
  virtual_config config_;
  caf::actor_system system_;
  seeded_scheduler scheduler_;
  actors::directory dir_;
  std::int64_t epoch_us_;
  actors::world_ptr world_;
  actors::guardian_actor guardian_;
  bool calm_ = false;
  std::string died_of_;
};

}  // namespace headroom::test
