#pragma once

#include "actors/conversion_actor.hpp"

/// The conversion actor's work, for its own two files: conversion_actor (credits, what is opened)
/// and conversion_drive (one conversion along its route).
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

 private:
  using running = conversion_state::running;

  // conversion_actor.cpp
  void ask_routes();
  void learned(const std::string& name, route_info info);
  void read_work();
  void found(conversion_work& work);
  void take_up(std::vector<conversion>& running_rows);
  [[nodiscard]] std::string why_unclaimed(const conversion& row) const;
  [[nodiscard]] bool is_held(const deposit& d) const;
  void credit_again();
  void credited(const credit_deposit& x);
  void open_next(const std::vector<deposit>& credited_deposits);

  // conversion_drive.cpp
  void adopt(conversion row);
  void drive(const conversion_id& id);
  void heard(const conversion_id& id, const step_progress& x);
  void record(const conversion_id& id);
  void arrive(const conversion_id& id);
  void ended(const conversion_id& id);
  void untold(const conversion_id& id, const char* what, const caf::error& e);
  void pace(running& r, const step_progress& x, bool sent);
  void alarm(const conversion_id& id, running& r, const step_progress& x);
  [[nodiscard]] usdc owed_before(const conversion& row, std::uint32_t step) const;
  /// Sends one entry about a conversion, which waits for the answer. Without one, or with one that
  /// may be another later, the next poll sends it again: committing twice changes nothing.
  template <class Handle, class Message, class Done>
  void tell(const Handle& to, const conversion_id& id, const char* what, Message message,
            Done done);
  [[nodiscard]] running* find(const conversion_id& id);
  [[nodiscard]] conversion_state::time_point now() const { return self_->clock().now(); }
  /// Whether the line may be written now: at most once a minute for one cause.
  [[nodiscard]] bool may_say(const std::string& cause) { return st_.lines.due(cause, now()); }

  conversion_self self_;
  conversion_state& st_;
  const world& w_;
};

}  // namespace headroom::actors
