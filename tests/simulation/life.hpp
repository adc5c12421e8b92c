#pragma once

#include <array>

#include "actors/guardian_actor.hpp"
#include "tests/simulation/people.hpp"
#include "tests/support/seeded_scheduler.hpp"

namespace headroom::test {

/// One life of the service: from start to a crash or to rest.
class life {
 public:
  life(outside& out, people& all, std::mt19937_64& rng, std::int64_t epoch_us,
       schedule_result& result);
  ~life();
  life(const life&) = delete;
  life& operator=(const life&) = delete;

  [[nodiscard]] timestamp now() { return {epoch_us_ + scheduler_.now_us()}; }

  /// Runs until everything is at rest or `budget` steps are over; true when at rest.
  bool run(std::size_t budget, bool with_kills);
  /// Lets virtual time pass.
  void run_for(std::chrono::milliseconds time);

  /// Every live owner's view must be the books' (nothing is tentative at rest), and the audit's
  /// word must be true.
  std::string compare_views();

  /// What is still to happen, "" when everything is final.
  [[nodiscard]] std::string unrest() const;
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
  actors::component wallet_part(std::string name, const actors::wallet_account& who,
                                const chain_double& chain, const chain::rpc_actor& rpc);
  void add_route_parts(std::vector<actors::component>& all);
  void add_withdrawal_parts(std::vector<actors::component>& all);
  std::vector<actors::component> parts();
  [[nodiscard]] std::vector<caf::strong_actor_ptr> everybody();
  hash256 random_hash();
  void scheduler_settle();
  /// Asks and runs the house until it answers; nothing when it does not.
  template <class Answer, class Handle, class... Question>
  std::optional<Answer> ask(const Handle& to, const Question&... question) {
    std::optional<Answer> out;
    if (!to) return out;
    caf::scoped_actor self{system_};
    auto pending = self->request(to, caf::infinite, question...);
    for (int n = 0; n < 2000 && !self->has_next_message() && scheduler_.step(); ++n) {
    }
    if (!self->has_next_message()) return out;
    pending.receive([&](Answer& a) { out = std::move(a); }, [](const caf::error&) {});
    return out;
  }

  // the people's side: life_people.cpp, life_takers.cpp
  void customers_act();
  void operator_acts();
  void payers_act();
  void takers_act();
  void desk_acts();
  void pause_or_resume(const actors::withdrawal_desk_actor& desk);
  void decide_withdrawals(const actors::withdrawal_desk_actor& desk);
  void order_conversions();
  void heard(customer_bet& c, const bet& b);
  void heard(customer_bet& c, const caf::error& e);
  [[nodiscard]] timestamp soon(std::uint64_t at_most_ms);
  template <class Answer, class Handle, class Question, class Ok, class Fail>
  void ask_as_somebody(const Handle& to, Question question, Ok ok, Fail fail);

  void kill_somebody();
  /// What must hold at every moment.
  void watch();

  std::array<unsigned, 16> kills_{};
  outside& out_;
  people& people_;
  std::mt19937_64& rng_;
  schedule_result& result_;
  memory_store store_;
  memory_reader reader_;
  virtual_config config_;
  caf::actor_system system_;
  seeded_scheduler scheduler_;
  actors::directory dir_;
  std::int64_t epoch_us_;
  actors::world_ptr world_;
  chain::rpc_actor plasma_;
  chain::rpc_actor polygon_;
  actors::guardian_actor guardian_;
  std::string died_of_;
};

}  // namespace headroom::test
