// Question: do running bets notice that a big market is settled? Expected: 10^5 positions of one
// condition hold no bet's commit up for over 50 ms.
//
// The real settlement actor over a chain that says "resolved" and redeems at once; every position
// is paid (a split), which costs the books most, while bets on another market go on. A server of
// samples for bench/run. One line in, one line of JSON out; times are [p50, p99, most] in
// microseconds from place_bet on.
//   quiet MS   bets alone: {bets, accepted, answered}
//   settle     and the next market is settled meanwhile: {settled_ms, positions, bets, ...}
//   verify     replays the books; answers how many differences there are
// usage: headroom_settlement_bench DATABASE USERS MARKETS SEED    (an empty database)
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "actors/settlement_actor.hpp"
#include "bench/books.hpp"
#include "bench/load.hpp"
#include "bench/spread.hpp"
#include "chain/evm/keccak.hpp"
#include "persistence/verify.hpp"

namespace headroom::bench {
namespace {

using namespace actors;
using clock = std::chrono::steady_clock;

constexpr std::uint32_t in_flight = 64;
constexpr std::uint64_t most_bets = 1'000'000;  // of a sample
constexpr std::size_t most_live = 8'192;
constexpr auto patience = std::chrono::minutes{5};

/// Both outcomes pay a half.
payout_vector split_evenly() { return {{1, 1}, 2}; }

redeem_progress redeemed(const seeded_market& x) {
  redeem_progress out;
  out.state = redeem_state::done;
  out.tx_hash = x.market.condition;
  out.burned = x.shares;
  for (const auto& shares : x.shares) out.received.micro += shares.micro / 2;
  return out;
}

/// One market is resolved, and redeemed at once for the one account; of others nothing is known.
resolution_actor spawn_resolution(caf::actor_system& sys, const seeded_market& x) {
  return sys.spawn([x]() -> resolution_actor::behavior_type {
    return {
        [](status_atom) {
          return status_report{"stub_resolution", {}};
        },
        [](const find_market&) -> caf::result<record_market> {
          return make_error(errc::not_found);
        },
        [x](const look_at_condition& which) {
          const bool resolved = which.condition == x.market.condition;
          return condition_state{resolved, split_evenly(), resolved ? "resolved" : "open"};
        },
        [x](const redeem_condition&) { return redeemed(x); },
        [](get_atom) { return std::vector<address>{user_number(1)}; },
        [](const held_on_chain& asked) {
          return token_holdings{std::vector<share_amount>(asked.tokens.size())};
        },
    };
  });
}

/// Those of a house, for as long as one market takes.
class settling {
 public:
  settling(house& h, const seeded_market& x) : house_{h}, condition_{x.market.condition} {
    auto& handles = h.dir().handles;
    handles.set<resolution_actor>(spawn_resolution(h.system(), x));
    handles.set<settlement_actor>(h.system().spawn(
        settlement_behavior, h.world(), [](byte_view data) { return chain::keccak256(data); }));
  }
  ~settling() {
    end<settlement_actor>();
    end<resolution_actor>();
  }
  settling(const settling&) = delete;
  settling& operator=(const settling&) = delete;

  /// Until the books say that everybody is paid.
  void run() {
    caf::scoped_actor self{house_.system()};
    settlement_view seen;
    std::string failure;
    self->request(house_.dir().handles.get<settlement_actor>(), patience, poll_atom::value,
                  condition_)
        .receive([&](const settlement_view& view) { seen = view; },
                 [&](const caf::error& e) { failure = house_.system().render(e); });
    if (!failure.empty()) throw std::runtime_error("the settlement failed: " + failure);
    if (seen.row.status != settlement_status::closed || seen.unpaid > 0)
      throw std::runtime_error("the settlement was not closed");
  }

 private:
  template <class Handle>
  void end() {
    auto& handles = house_.dir().handles;
    caf::anon_send_exit(handles.template get<Handle>(), caf::exit_reason::user_shutdown);
    handles.template set<Handle>({});
  }

  house& house_;
  hash256 condition_;
};

std::string text_of(const load_report& r) {
  if (r.refused > 0) throw std::runtime_error(std::to_string(r.refused) + " bets were refused");
  const auto accepted = spread_of(r.accepted_us);
  const auto answered = spread_of(r.answered_us);
  return "\"bets\": " + std::to_string(r.through) + ", \"accepted\": " + accepted.json() +
         ", \"answered\": " + answered.json() + '}';
}

class samples {
 public:
  samples(std::string database, std::uint32_t users, std::uint8_t markets, std::uint64_t seed)
      : database_{std::move(database)}, users_{users}, random_{seed} {
    seed_books(database_, users);
    for (std::uint8_t n = 1; n <= markets; ++n)
      markets_.push_back(seed_positions(database_, n, users, random_));
    house_.emplace(house_settings{database_, seed, 1, most_live});
    house_->wake(users);
  }

  std::string quiet(std::int64_t ms) {
    running_load bets{*house_, plan(ms), users_, random_.next()};
    return '{' + text_of(bets.finish());
  }

  std::string settle() {
    if (next_ == markets_.size()) throw std::runtime_error("all markets are settled");
    settling market{*house_, markets_[next_++]};
    running_load bets{*house_, plan(std::chrono::milliseconds{patience}.count()), users_,
                      random_.next()};
    const auto start = clock::now();
    market.run();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - start);
    bets.stop();
    return "{\"settled_ms\": " + std::to_string(took.count()) +
           ", \"positions\": " + std::to_string(users_) + ", " + text_of(bets.finish());
  }

  [[nodiscard]] std::string differences() const {
    return std::to_string(persistence::verify(database_).size());
  }

 private:
  static load_plan plan(std::int64_t ms) { return {in_flight, ms, most_bets, true, true}; }

  std::string database_;
  std::uint32_t users_;
  draw random_;
  std::vector<seeded_market> markets_;
  std::size_t next_ = 0;
  std::optional<house> house_;
};

std::string answer(samples& s, const std::string& line) {
  std::istringstream in{line};
  std::string what;
  std::int64_t ms = 0;
  in >> what;
  if (what == "settle") return s.settle();
  if (what == "verify") return s.differences();
  if (what != "quiet" || !(in >> ms)) throw std::runtime_error("cannot read: " + line);
  return s.quiet(ms);
}

}  // namespace
}  // namespace headroom::bench

int main(int argc, char** argv) try {
  if (argc != 5) {
    std::fputs("usage: headroom_settlement_bench DATABASE USERS MARKETS SEED\n", stderr);
    return 2;
  }
  const auto users = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
  const auto markets = static_cast<std::uint8_t>(std::strtoul(argv[3], nullptr, 10));
  headroom::bench::samples s{argv[1], users, markets, std::strtoull(argv[4], nullptr, 10)};
  std::puts("ready");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    std::puts(headroom::bench::answer(s, line).c_str());
    std::fflush(stdout);
  }
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "headroom_settlement_bench: %s\n", e.what());
  return 1;
}
