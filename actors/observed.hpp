#pragma once

#include <caf/all.hpp>

#include "actors/watching.hpp"

namespace headroom::actors {

/// The base every actor of the house derives from: keeps its card in the registry, counts messages
/// and times handlers, for itself and for its kind (State::name), and notes what whoever inspects
/// wants to know (watching.hpp). Two virtual hooks of CAF are enough: `enqueue` (any thread) and
/// `consume` (the owner). Counters are relaxed atomics, a card's with one writer, so watching costs
/// little and never races.
template <class Base, class State>
class observed : public Base {
 public:
  template <class... Ts>
  explicit observed(caf::actor_config& cfg, Ts&&... xs) : Base(cfg, std::forward<Ts>(xs)...) {
    card_.id = this->id();
    card_.name = State::name;
    card_.control = this->ctrl();
    registry::instance().add(card_);
    kind_.born();
    this->set_default_handler(unhandled);
  }
  ~observed() override {
    leave({});
    kind_.lost(card_.waiting() - lost_);  // what came to the dead; nobody can send any more
  }

  /// The end of its life, by whatever cause: dead actors that somebody still refers to are not
  /// shown.
  bool cleanup(caf::error&& reason, caf::execution_unit* host) override {
    leave(reason);
    return Base::cleanup(std::move(reason), host);
  }

  using Base::enqueue;
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* unit) override {
    note_arrival(card_, kind_, *message);
    Base::enqueue(std::move(message), unit);
  }

  /// Names the business behind this actor: a user, a bet. Call from the actor's function.
  void describe(id_kind kind, byte_view id) { card_.set_business_id(kind, id); }

  [[nodiscard]] actor_card& card() noexcept { return card_; }

 protected:
  caf::invoke_message_result consume(caf::mailbox_element& message) override {
    const auto h = note_start(card_, message);
    const auto result = Base::consume(message);
    note_end(card_, kind_, h, result);
    return result;
  }

 private:
  /// A stranger's message: kept for whoever looks, and refused.
  static caf::result<caf::message> unhandled(caf::scheduled_actor* self, caf::message_view& x) {
    const auto& from = self->current_sender();
    note_unhandled(static_cast<observed*>(self)->card_, x.content(), from ? from->id() : 0);
    return caf::sec::unexpected_message;
  }

  void leave(const caf::error& reason) {
    card_.ended.store(true, std::memory_order_relaxed);
    if (!registry::instance().remove(card_)) return;
    kind_.gone();
    lost_ = card_.waiting();
    kind_.lost(lost_);
    note_leaving(card_, reason ? this->system().render(reason) : std::string{}, lost_);
  }

  actor_card card_;
  kind_counters& kind_ = kind();
  std::int64_t lost_ = 0;  // of its messages, as told to the kind

  static kind_counters& kind() {
    static kind_counters& counters = registry::instance().kind(State::name);
    return counters;
  }
};

/// The self pointer of an observed actor with interface `Handle` and state `State`.
template <class Handle, class State>
using self_pointer = caf::stateful_actor<State, observed<typename Handle::base, State>>*;

}  // namespace headroom::actors
