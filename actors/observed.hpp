#pragma once

#include <atomic>
#include <caf/all.hpp>
#include <chrono>

#include "actors/registry.hpp"

namespace headroom::actors {

/// The base every actor of the house derives from: keeps its card in the registry, counts messages
/// and times handlers. Two virtual hooks of CAF are enough: `enqueue` (any thread) and `consume`
/// (the owner). Counters are relaxed atomics with one writer, so watching costs nearly nothing and
/// never races.
template <class Base>
class observed : public Base {
 public:
  template <class... Ts>
  explicit observed(caf::actor_config& cfg, Ts&&... xs) : Base(cfg, std::forward<Ts>(xs)...) {
    card_.id = this->id();
    registry::instance().add(card_);
  }
  ~observed() override { registry::instance().remove(card_); }

  /// The end of its life, by whatever cause: dead actors that somebody still refers to are not
  /// shown.
  bool cleanup(caf::error&& reason, caf::execution_unit* host) override {
    registry::instance().remove(card_);
    return Base::cleanup(std::move(reason), host);
  }

  using Base::enqueue;
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* unit) override {
    card_.received.fetch_add(1, std::memory_order_relaxed);
    Base::enqueue(std::move(message), unit);
  }

  /// Names the business behind this actor: a user, a bet. Call from the actor's function.
  void describe(id_kind kind, byte_view id) {
    card_.set_business_id(kind, id);
    card_.name.store(this->name(), std::memory_order_release);
  }

  [[nodiscard]] actor_card& card() noexcept { return card_; }

 protected:
  caf::invoke_message_result consume(caf::mailbox_element& message) override {
    if (card_.processed.load(std::memory_order_relaxed) == 0)
      card_.name.store(this->name(), std::memory_order_release);
    const auto start = now_ns();
    const auto result = Base::consume(message);
    if (result == caf::invoke_message_result::skipped) return result;
    card_.busy_ns.store(card_.busy_ns.load(std::memory_order_relaxed) + now_ns() - start,
                        std::memory_order_relaxed);
    card_.processed.store(card_.processed.load(std::memory_order_relaxed) + 1,
                          std::memory_order_release);  // with what the handler showed
    return result;
  }

 private:
  static std::uint64_t now_ns() noexcept {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  }

  actor_card card_;
};

/// The self pointer of an observed actor with interface `Handle` and state `State`.
template <class Handle, class State>
using self_pointer = caf::stateful_actor<State, observed<typename Handle::base>>*;

}  // namespace headroom::actors
