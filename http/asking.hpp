#pragma once

#include <caf/expected.hpp>

#include "http/exchange.hpp"

namespace headroom::http {

/// A question to an actor, asked at once and awaited when its answer is needed, so that several may
/// be on their way:
///
///     auto buffer = ask<buffer_status>(x, dir.handles.get<buffer_actor>(), get_atom::value);
///     auto verdict = ask<solvency>(x, dir.handles.get<audit_actor>(), solvency_atom::value);
///     if (const auto said = co_await buffer) ...
///
/// The answer comes with the deadline of the request; an empty handle answers `unavailable`. Once
/// the request is answered, or its connection serves another, nobody goes on here.
template <class Answer>
class [[nodiscard]] asking {
 public:
  template <class Handle, class... Ts>
  asking(exchange& x, const Handle& to, Ts&&... message) : place_{std::make_shared<place>()} {
    if (to) {
      x.put(to, std::make_unique<asked>(x, place_), std::forward<Ts>(message)...);
    } else {
      place_->said.emplace(make_error(errc::unavailable));
    }
  }
  asking(const asking&) = delete;
  asking& operator=(const asking&) = delete;
  ~asking() { place_->waiter = nullptr; }

  [[nodiscard]] bool await_ready() const noexcept { return place_->said.has_value(); }
  void await_suspend(std::coroutine_handle<> waiter) noexcept { place_->waiter = waiter; }
  [[nodiscard]] caf::expected<Answer> await_resume() { return std::move(*place_->said); }

 private:
  /// Where the answer arrives: touched on the connection's thread alone, kept by both sides.
  struct place {
    std::optional<caf::expected<Answer>> said;
    std::coroutine_handle<> waiter;
  };

  class asked final : public question {
   public:
    asked(exchange& home, std::shared_ptr<place> to)
        : home_{home.shared_from_this()}, turn_{home.turn()}, to_{std::move(to)} {}

    void heard(std::unique_ptr<question> self, const caf::type_erased_tuple& said) override {
      said_.emplace(answer_in<Answer>(said));
      auto* const home = home_.get();  // `self` owns this object and lives on in the posted work
      home->post(std::move(self));
    }

    void run() override {
      if (!home_->owes(turn_)) return;
      to_->said = std::move(said_);
      if (to_->waiter) home_->go_on(std::exchange(to_->waiter, nullptr));
    }

   private:
    std::shared_ptr<exchange> home_;
    std::uint64_t turn_;
    std::shared_ptr<place> to_;
    std::optional<caf::expected<Answer>> said_;
  };

  std::shared_ptr<place> place_;
};

template <class Answer, class Handle, class... Ts>
[[nodiscard]] asking<Answer> ask(exchange& x, const Handle& to, Ts&&... message) {
  return asking<Answer>{x, to, std::forward<Ts>(message)...};
}

/// What was said, or the refusal that a failure means (thrown). `field`: as in problem_of.
template <class Answer>
[[nodiscard]] Answer or_refuse(caf::expected<Answer> said, std::string_view field = {}) {
  if (!said) throw problem_of(said.error(), field);
  return std::move(*said);
}

}  // namespace headroom::http
