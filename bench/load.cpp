#include "bench/load.hpp"

#include <stdexcept>

#include "bench/books.hpp"

namespace headroom::bench {
namespace {

using clock = std::chrono::steady_clock;

struct load_state {
  static inline const char* name = "load";
  draw random{0};
  load_plan plan;
  load_report report;
  std::uint64_t placed = 0;
  std::uint64_t ended = 0;
  bool over = false;
  clock::time_point start;
  caf::typed_response_promise<load_report> answer;
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
            [*this](const headroom::bet&) {
              if (st_.plan.until_filled) through(true);
            },
            [*this](const caf::error&) { through(false); });
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
    if (st_.ended == st_.placed) st_.answer.deliver(r);
  }

 private:
  load_self self_;
  load_state& st_;
  actors::world_ptr w_;
  std::uint32_t users_;
};

caf::behavior load_behavior(load_self self, const actors::world_ptr& w, std::uint32_t users,
                            std::uint64_t seed) {
  self->state.random = draw{seed};
  const loop bets{self, w, users};
  return {
      [self, bets](const load_plan& plan) {
        auto& st = self->state;
        st.plan = plan;
        st.answer = self->make_response_promise<load_report>();
        st.start = clock::now();
        for (std::uint32_t i = 0; i < plan.in_flight; ++i) bets.place();
        return st.answer;
      },
      [bets](accepted_atom) { bets.through(true); },
  };
}

}  // namespace

load_report run_load(house& h, const load_plan& plan, std::uint32_t users, std::uint64_t seed) {
  caf::scoped_actor self{h.system()};
  const auto load = h.system().spawn(load_behavior, h.world(), users, seed);
  if (!plan.until_filled) caf::anon_send(h.venue(), park_atom::value, load);
  load_report out;
  std::string failure;
  self->request(load, std::chrono::minutes{2}, plan)
      .receive([&](const load_report& r) { out = r; },
               [&](const caf::error& e) { failure = h.system().render(e); });
  caf::anon_send(h.venue(), fill_atom::value);
  h.settle();
  caf::anon_send_exit(load, caf::exit_reason::user_shutdown);
  if (!failure.empty()) throw std::runtime_error("the load did not end: " + failure);
  return out;
}

}  // namespace headroom::bench
