#pragma once

#include "webhooks/webhook_actor.hpp"

namespace headroom::webhooks {

/// Deliveries from the books and back: what the actor does by its timer, and when a try ends.
class webhook_delivering {
 public:
  explicit webhook_delivering(webhook_self self) : self_{self}, st_{self->state} {}

  /// Everything that is due: ends go to the books, events become deliveries, deliveries tries.
  void work();
  /// Reads the webhooks, once. False: they cannot be read.
  bool load();
  /// Ends to the books. False: they stay here.
  bool flush();
  void answered(const actors::webhook_answered& x);
  /// Sends it beside what waits.
  void send(webhook_state::receiver& to, due_delivery what);
  /// Nothing of it is sent any more; what is under way may end.
  void drop_waiting(webhook_state::receiver& of);
  void show_alerts();

 private:
  void tell_events();
  void fetch_due();
  void send_waiting(webhook_state::receiver& to);
  void wake();
  void note_result(webhook_state::receiver& of, const due_delivery& what, delivery_result r);
  void answer_test(const due_delivery& what, const delivery_result& r);
  void disable_gone();
  void forget_old();

  webhook_self self_;
  webhook_state& st_;
};

}  // namespace headroom::webhooks
