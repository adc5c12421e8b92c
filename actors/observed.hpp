#pragma once

#include <atomic>
#include <caf/all.hpp>
#include <chrono>

#include "actors/registry.hpp"

namespace headroom::actors {

/// The base every actor of the house derives from: keeps its card in the registry, counts messages
/// and times handlers, for itself and for its kind (State::name). Two virtual hooks of CAF are
/// enough: `enqueue` (any thread) and `consume` (the owner). Counters are relaxed atomics, a card's
/// with one writer, so watching costs nearly nothing and never races.
template <class Base, class State>
class observed : public Base {
 public:
  template <class... Ts>
  explicit observed(caf::actor_config& cfg, Ts&&... xs) : Base(cfg, std::forward<Ts>(xs)...) {
    card_.id = this->id();
    card_.name = State::name;
    registry::instance().add(card_);
    kind_.born();
  }
  ~observed() override {
    leave();
    kind_.lost(card_.waiting() - lost_);  // what came to the dead; nobody can send any more
  }

  /// The end of its life, by whatever cause: dead actors that somebody still refers to are not
  /// shown.
  bool cleanup(caf::error&& reason, caf::execution_unit* host) override {
    leave();
    return Base::cleanup(std::move(reason), host);
  }

  using Base::enqueue;
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* unit) override {
    card_.received.fetch_add(1, std::memory_order_relaxed);
    kind_.received();
    Base::enqueue(std::move(message), unit);
  }

  /// Names the business behind this actor: a user, a bet. Call from the actor's function.
  void describe(id_kind kind, byte_view id) { card_.set_business_id(kind, id); }

  [[nodiscard]] actor_card& card() noexcept { return card_; }

 protected:
  caf::invoke_message_result consume(caf::mailbox_element& message) override {
    const auto start = now_ns();
    const auto result = Base::consume(message);
    if (result == caf::invoke_message_result::skipped) return result;
    const auto took = now_ns() - start;
    card_.busy_ns.store(card_.busy_ns.load(std::memory_order_relaxed) + took,
                        std::memory_order_relaxed);
    card_.processed.store(card_.processed.load(std::memory_order_relaxed) + 1,
                          std::memory_order_release);  // with what the handler showed
    kind_.processed(took);
    return result;
  }

 private:
  static std::uint64_t now_ns() noexcept {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  }

  void leave() {
    if (!registry::instance().remove(card_)) return;
    kind_.gone();
    lost_ = card_.waiting();
    kind_.lost(lost_);
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
