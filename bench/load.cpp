#include "bench/load.hpp"

#include <stdexcept>
#include <unordered_map>

#include "bench/books.hpp"

namespace headroom::bench {
namespace {

using clock = std::chrono::steady_clock;
using report_promise = std::shared_ptr<std::promise<load_report>>;
using start_atom = caf::atom_constant<caf::atom("start")>;
using stop_atom = caf::atom_constant<caf::atom("stop")>;

constexpr auto patience = std::chrono::minutes{2};

std::uint32_t microseconds(clock::duration d) {
  return static_cast<std::uint32_t>(
      std::chrono::microseconds{std::chrono::duration_cast<std::chrono::microseconds>(d)}.count());
}

struct load_state {
  static inline const char* name = "load";
  draw random{0};
  load_plan plan;
  load_report report;
  std::uint64_t placed = 0;
  std::uint64_t ended = 0;
  bool over = false;
  clock::time_point start;
  std::unordered_map<hash256, clock::time_point> accepted;  // by order, until answered
  report_promise answer;
};

using load_self = caf::stateful_actor<load_state>*;

class loop {
 public:
  loop(load_self self, actors::world_ptr w, std::uint32_t users)
      : self_{self}, st_{self->state}, w_{std::move(w)}, users_{users} {}

  void place() const {
    ++st_.placed;
    actors::place_bet bet;
    bet.id = st_.random.next_bet();
    bet.user = user_number(1 + st_.random.next() % users_);
    bet.token = uint256::of(7);
    bet.amount = 1_usdc;
    bet.max_price = 500'000_micro;
    bet.deadline = w_->now().plus(std::chrono::minutes{10});
    const auto actor = w_->dir.users.open_bet(bet.id);
    if (!actor) return through(false);
    self_->request(actor, caf::infinite, std::move(bet))
        .then(
            [*this, placed_at = clock::now()](const headroom::bet& b) {
              if (st_.plan.times) note(b.order_hash, placed_at);
              if (st_.plan.until_filled) through(true);
            },
            [*this](const caf::error&) { through(false); });
  }

  void accepted(const hash256& order) const {
    if (!st_.plan.until_filled) return through(true);
    st_.accepted.emplace(order, clock::now());
  }

  void through(bool accepted) const {
    ++st_.ended;
    auto& r = st_.report;
    if (!accepted) ++r.refused;
    if (!st_.over) {
      const auto elapsed = clock::now() - st_.start;
      r.elapsed_ns = std::chrono::nanoseconds{elapsed}.count();
      if (accepted) ++r.through;
      st_.over =
          elapsed >= std::chrono::milliseconds{st_.plan.duration_ms} || st_.placed >= st_.plan.most;
    }
    if (!st_.over) return place();
    if (st_.ended == st_.placed) st_.answer->set_value(std::move(r));
  }

 private:
  /// The venue tells of an order before its bet can be answered.
  void note(const hash256& order, clock::time_point placed_at) const {
    const auto at = st_.accepted.extract(order);
    if (at.empty()) return;
    st_.report.accepted_us.push_back(microseconds(at.mapped() - placed_at));
    st_.report.answered_us.push_back(microseconds(clock::now() - placed_at));
  }

  load_self self_;
  load_state& st_;
  actors::world_ptr w_;
  std::uint32_t users_;
};

caf::behavior load_behavior(load_self self, const load_plan& plan, const actors::world_ptr& w,
                            std::uint32_t users, std::uint64_t seed, report_promise answer) {
  self->state.random = draw{seed};
  self->state.plan = plan;
  self->state.answer = std::move(answer);
  const loop bets{self, w, users};
  return {
      [self, bets](start_atom) {
        self->state.start = clock::now();
        for (std::uint32_t i = 0; i < self->state.plan.in_flight; ++i) bets.place();
      },
      [self](stop_atom) { self->state.over = true; },
      [bets](accepted_atom, const hash256& order) { bets.accepted(order); },
  };
}

}  // namespace

running_load::running_load(house& h, const load_plan& plan, std::uint32_t users, std::uint64_t seed)
    : house_{h} {
  auto answer = std::make_shared<std::promise<load_report>>();
  report_ = answer->get_future();
  load_ = h.system().spawn(load_behavior, plan, h.world(), users, seed, std::move(answer));
  if (!plan.until_filled) {
    caf::anon_send(h.venue(), park_atom::value, load_);
  } else if (plan.times) {
    caf::anon_send(h.venue(), watch_atom::value, load_);
  }
  caf::anon_send(load_, start_atom::value);
}

running_load::~running_load() { caf::anon_send_exit(load_, caf::exit_reason::user_shutdown); }

void running_load::stop() { caf::anon_send(load_, stop_atom::value); }

load_report running_load::finish() {
  const bool ended = report_.wait_for(patience) == std::future_status::ready;
  caf::anon_send(house_.venue(), fill_atom::value);
  house_.settle();
  if (!ended) throw std::runtime_error("the load did not end");
  return report_.get();
}

load_report run_load(house& h, const load_plan& plan, std::uint32_t users, std::uint64_t seed) {
  return running_load{h, plan, users, seed}.finish();
}

}  // namespace headroom::bench
