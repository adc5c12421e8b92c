#pragma once

#include "actors/conversion_actor.hpp"

/// The conversion actor's work, for its own files: conversion_actor (credits, what is under way),
/// conversion_choice (what is opened, and on which route), conversion_moves (what has sent nothing,
/// and goes elsewhere), conversion_drive (one conversion along its route), conversion_proofs (is
/// what was done still there?), conversion_orders (what operators ordered).
namespace headroom::actors {

class conversion_driver {
 public:
  explicit conversion_driver(conversion_self self)
      : self_{self}, st_{self->state}, w_{*self->state.w} {}

  void poll();
  /// The user's money, at once. Committing it twice credits once. It is asked until the journal
  /// answers: only then has the owner of the balance heard of it.
  template <class Done>
  void credit(const credit_deposit& x, Done done);
  /// Of all routes that there are or should be, and of the money that waits for one.
  [[nodiscard]] route_listing listing() const;

 private:
  using running = conversion_state::running;
  using choice_run = conversion_state::choice_run;
  using run_ptr = std::shared_ptr<choice_run>;

  // conversion_actor.cpp
  void ask_routes();
  void learned(const std::string& name, route_info info);
  void read_work();
  void found(conversion_work& work);
  void take_up(std::vector<conversion>& running_rows);
  void forget_ghosts(const std::vector<conversion>& running_rows);
  [[nodiscard]] std::string why_unclaimed(const conversion& row) const;
  [[nodiscard]] bool is_held(const deposit& d) const;
  void credit_again();
  void credited(const credit_deposit& x);

  // conversion_choice.cpp
  void read_forecast();
  void look_at_routes();
  void look_at(const std::string& name);
  void alarm_of_routes();
  [[nodiscard]] std::string why_stopped(const std::string& name) const;
  void open_next(const std::vector<deposit>& credited_deposits);
  void alarm_of_waiting(const std::map<money_source, waiting_money>& before);
  void consider(const money_source& source, std::vector<waiting_deposit> waiting);
  /// False: no route may be asked.
  bool begin_choice(const money_source& source, const run_ptr& run);
  void ask_flight(const run_ptr& run, const std::string& name);
  void heard_flight(const run_ptr& run, const std::string& name, const route_flight& flight);
  void ask_quote(const run_ptr& run, const std::string& name, bool again);
  void heard_quote(const run_ptr& run, const std::string& name, const route_quote& quote,
                   bool again);
  void no_offer(const run_ptr& run, const std::string& name, route_word word,
                std::string detail = {});
  void answered(const run_ptr& run);
  void settle_choice(const run_ptr& run);
  /// What takes nothing, and may take it at the next try.
  void end_choice(const run_ptr& run);
  [[nodiscard]] conversion row_of(const choice_run& run, const route_offer& offer,
                                  std::string choice) const;
  void open_on(const run_ptr& run, const route_offer& offer, std::string choice);
  void judge(const std::string& name, route_verdict verdict);
  [[nodiscard]] std::vector<std::string> names_of_routes() const;
  [[nodiscard]] std::optional<route_terms> enabled_terms(const std::string& name) const;
  [[nodiscard]] route_facts facts_of(const std::string& name) const;
  [[nodiscard]] bool is_late(const conversion_progress& p) const;
  /// An account lacks what is under way already, and a new conversion would send from it, too.
  /// @param route  "": of the source alone.
  [[nodiscard]] bool is_short(const money_source& source, const std::string& route) const;
  [[nodiscard]] bool pays_at(const std::string& route, const std::string& step) const;
  [[nodiscard]] std::chrono::milliseconds left(const choice_run& run) const;

  // conversion_moves.cpp
  /// True when it looks for another route, or has asked the books for it: it is not driven on now.
  bool look_elsewhere(const conversion_id& id, running& r);
  void move_to(const run_ptr& run, conversion row);
  void ask_to_move(const conversion_id& id);
  void took_over(const conversion_id& id, conversion row, bool repeated);

  // conversion_drive.cpp
  void adopt(conversion row);
  void drive(const conversion_id& id);
  /// Has its route do what is next of the running step; or, as an operator's word, what may be
  /// done once for one that is stuck.
  void ask_route(const conversion_id& id, bool rescue);
  void heard(const conversion_id& id, const step_progress& x);
  void record(const conversion_id& id);
  void arrive(const conversion_id& id);
  void ended(const conversion_id& id);
  void untold(const conversion_id& id, const char* what, const caf::error& e);
  void pace(running& r, const step_progress& x, bool sent);
  void alarm(const conversion_id& id, running& r, const step_progress& x);

  // conversion_proofs.cpp
  void take_up_arrived(std::vector<conversion>& rows);
  void keep_watch(conversion row);
  /// Asks whether the first step that is done by depth is there still. False: nothing to ask now.
  bool prove(const conversion_id& id, running& r);
  void heard_proof(const conversion_id& id, std::size_t step, const step_progress& x);
  void stands(const conversion_id& id, running& r);
  void settled(const conversion_id& id, running& r, std::size_t step);
  void missing(const conversion_id& id, running& r, std::size_t step, bool for_sure);
  void undo(const conversion_id& id, running& r, std::size_t step);
  void undone(conversion row);
  void tell_buffer(const conversion_id& id, usdc held_back);

  // conversion_orders.cpp
  void obey(const std::vector<conversion>& rows);
  void obey(const conversion_id& id, running& r, const conversion_order& order);
  void end_as_ordered(const conversion& row);
  template <class Handle, class Message>
  void end_by(const Handle& to, const conversion_id& id, Message message);

  [[nodiscard]] usdc owed_before(const conversion& row, std::uint32_t step) const;
  /// Sends one entry about a conversion, which waits for the answer. Without one, or with one that
  /// may be another later, the next poll sends it again: committing twice changes nothing.
  template <class Handle, class Message, class Done>
  void tell(const Handle& to, const conversion_id& id, const char* what, Message message,
            Done done);
  [[nodiscard]] running* find(const conversion_id& id);
  /// A completed one that is watched, too.
  [[nodiscard]] running* known(const conversion_id& id);
  [[nodiscard]] running running_of(conversion row) const;
  [[nodiscard]] conversion_state::time_point now() const { return self_->clock().now(); }
  /// Whether the line may be written now: at most once a minute for one cause.
  [[nodiscard]] bool may_say(const std::string& cause) { return st_.lines.due(cause, now()); }

  conversion_self self_;
  conversion_state& st_;
  const world& w_;
};

template <class Handle, class Message, class Done>
void conversion_driver::tell(const Handle& to, const conversion_id& id, const char* what,
                             Message message, Done done) {
  if (!to) return;
  known(id)->busy = true;
  self_->request(to, w_.settings.patience.append, std::move(message))
      .then(
          [self = self_, id, done](const committed&) {
            conversion_driver d{self};
            auto* r = d.known(id);
            if (r == nullptr) return;
            r->busy = false;
            done(d, *r);
          },
          [self = self_, id, what](const caf::error& e) {
            conversion_driver{self}.untold(id, what, e);
          });
}

}  // namespace headroom::actors
