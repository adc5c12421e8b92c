// Question: what do the actors cost on top of PostgreSQL, and what does group commit gain over one
// transaction per bet? Expected: at 512 in flight >= 12 times the naive transaction at 32 clients
// and >= half of what one connection can commit; alone >= 0.6 times the naive one at 1 client.
//
// A server of samples for bench/run, which interleaves them with pgbench. One line in, one line
// out:
//   accept IN_FLIGHT MS   bets through the actors until committed and about to be submitted
//   fill IN_FLIGHT MS     the full path: accepted, filled, finished, answered
//   limit BATCH MS        pg_store::commit alone, one connection, no actors
//   cycle BATCH MS        the same with bets' ends among them: bets accepted and finished
//   work IN_FLIGHT MS     as accept, but bets for each second of this process's CPU
//   watch LEVEL 0         what is noted of messages: 0 the counters, 1 all, 2 and every one is
//   traced verify                replays both books; answers how many differences there are
// usage: headroom_bets_bench DATABASE LIMIT_DATABASE USERS SEED    (both databases empty)
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <sstream>

#include "actors/message_taps.hpp"
#include "actors/watching.hpp"
#include "bench/books.hpp"
#include "bench/load.hpp"
#include "persistence/verify.hpp"

namespace headroom::bench {
namespace {

constexpr std::size_t most_in_progress = 200'000;  // parked bets of the longest sample
constexpr std::size_t most_in_flight = 8192;

accept_bet drawn_bet(draw& random, std::uint32_t users) {
  const auto user = user_number(1 + random.next() % users);
  return bet_of(random, user, uint256::of(7));
}

/// Of all threads of this process.
double cpu_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

class samples {
 public:
  samples(std::string database, std::string limit_database, std::uint32_t users, std::uint64_t seed)
      : databases_{std::move(database), std::move(limit_database)}, users_{users}, random_{seed} {
    for (const auto& each : databases_) seed_books(each, users);
    actors_.emplace(house_settings{databases_[0], seed, 1, most_in_progress + most_in_flight});
    limit_.emplace(persistence::store_settings{.conninfo = databases_[1]});
    if (const auto why = limit_->open(); !why.empty()) throw std::runtime_error(why);
    actors_->wake(users);
  }

  /// Bets per second.
  double loaded(std::uint32_t in_flight, std::uint32_t ms, bool until_filled) {
    if (in_flight == 0 || in_flight > most_in_flight) throw std::runtime_error("out of range");
    const auto r =
        run_load(*actors_, {in_flight, ms, most_in_progress, until_filled}, users_, random_.next());
    if (r.refused > 0) throw std::runtime_error(std::to_string(r.refused) + " bets were refused");
    return static_cast<double>(r.through) * 1e9 / static_cast<double>(r.elapsed_ns);
  }

  /// Bets for each second of CPU, of those that were accepted and then ended.
  double worked(std::uint32_t in_flight, std::uint32_t ms) {
    const auto before = cpu_seconds();
    const auto r =
        run_load(*actors_, {in_flight, ms, most_in_progress, false}, users_, random_.next());
    return static_cast<double>(r.through) / (cpu_seconds() - before);
  }

  /// `size` new bets per batch and, `with_ends`, the ends of those accepted by the batch before.
  double limit(std::size_t size, std::uint32_t ms, bool with_ends) {
    std::vector<journal_entry> batch;
    std::vector<entry_outcome> outcomes;
    std::optional<buffer_row> buffer;
    std::chrono::duration<double> elapsed{0};
    std::size_t committed = 0;
    std::vector<journal_entry> ends;
    while (elapsed < std::chrono::milliseconds{ms}) {
      batch = std::exchange(ends, {});
      for (std::size_t i = 0; i < size; ++i) {
        auto bet = drawn_bet(random_, users_);
        if (with_ends) ends.emplace_back(fill_of(bet.row));
        batch.emplace_back(std::move(bet));
      }
      const auto start = std::chrono::steady_clock::now();
      if (limit_->commit(batch, outcomes, buffer) != actors::store_status::ok)
        throw std::runtime_error("a batch was not committed");
      elapsed += std::chrono::steady_clock::now() - start;
      committed += size;
    }
    if (with_ends && limit_->commit(ends, outcomes, buffer) != actors::store_status::ok)
      throw std::runtime_error("the last bets were not finished");
    return static_cast<double>(committed) / elapsed.count();
  }

  double differences() const {
    std::size_t found = 0;
    for (const auto& each : databases_) found += persistence::verify(each).size();
    return static_cast<double>(found);
  }

 private:
  std::string databases_[2];
  std::uint32_t users_;
  draw random_;
  std::optional<house> actors_;
  std::optional<persistence::pg_store> limit_;
};

/// From now on. The trace is taken by nobody: what does not fit is dropped, as for a slow viewer.
double watch(std::uint32_t level) {
  using namespace actors;
  static const auto tap = std::make_shared<message_tap>(tap_filter{}, UINT64_MAX);
  message_taps::instance().close(tap);
  set_watching(level > 0);
  if (level > 1) message_taps::instance().open(tap);
  return level;
}

double answer(samples& s, const std::string& line) {
  std::istringstream in{line};
  std::string what;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  in >> what;
  if (what == "verify") return s.differences();
  if (!(in >> a >> b)) throw std::runtime_error("cannot read: " + line);
  if (what == "accept" || what == "fill") return s.loaded(a, b, what == "fill");
  if (what == "work") return s.worked(a, b);
  if (what == "limit" || what == "cycle") return s.limit(a, b, what == "cycle");
  if (what == "watch") return watch(a);
  throw std::runtime_error("no such sample: " + what);
}

}  // namespace
}  // namespace headroom::bench

int main(int argc, char** argv) try {
  if (argc != 5) {
    std::fputs("usage: headroom_bets_bench DATABASE LIMIT_DATABASE USERS SEED\n", stderr);
    return 2;
  }
  const auto users = static_cast<std::uint32_t>(std::strtoul(argv[3], nullptr, 10));
  headroom::bench::samples s{argv[1], argv[2], users, std::strtoull(argv[4], nullptr, 10)};
  std::puts("ready");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    std::printf("%.1f\n", headroom::bench::answer(s, line));
    std::fflush(stdout);
  }
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "headroom_bets_bench: %s\n", e.what());
  return 1;
}
