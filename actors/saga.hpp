#pragma once

#include <spdlog/spdlog.h>

#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "actors/alerts.hpp"
#include "actors/log_limit.hpp"
#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "domain/backoff.hpp"

/// A saga goes on by one question at a time: each answer starts the next one, and what cannot be
/// asked now is tried again by a timer. Its own table (domain/*_flow.hpp) says what follows what;
/// its verbs are a class made from `saga`, with the actor's stem.
///
/// It may die anywhere. So its intent is in the books before anything is done outside; its state's
/// destructor hands over what may be in the books, and whoever takes that up reads it again once it
/// is the owner: another one may have gone on with it meanwhile.
namespace headroom::actors {

inline constexpr std::chrono::milliseconds neighbour_wait{50};  // for one that is being restarted
inline constexpr std::uint32_t most_tries = 5;                  // with one that leaves

/// What each saga keeps beside its phase and its row.
template <class Answer>
struct saga_state {
  world_ptr w;
  actor_key self_key;
  std::uint64_t epoch = 0;  // of the question whose answer counts
  /// Of that question; not set when none is open.
  std::optional<caf::actor_clock::time_point> asked_at;
  actor_key asked_whom;
  bool wake_due = false;      // a timer is set; what comes from an older one is nothing
  std::uint32_t tries = 0;    // that came to nobody
  std::uint32_t appends = 0;  // of the intent: what was sent before may be in the books
  bool raised = false;        // that it has no end
  std::vector<caf::typed_response_promise<Answer>> askers;
};

/// The verbs that every saga has. `Saga` is the saga's own class, made of a self pointer: whatever
/// an answer starts gets a fresh one.
template <class Saga, class Self>
class saga {
 public:
  explicit saga(Self self) : self_{self}, st_{self->state}, w_{*self->state.w} {}

 protected:
  using state_type = std::remove_reference_t<decltype(std::declval<Self>()->state)>;

  // -- questions ---------------------------------------------------------------------------------

  /// A question that was asked. An answer that comes after the next one was asked is dropped: what
  /// it said is found out again.
  template <class Response>
  class question {
   public:
    question(Self self, Response response)
        : self_{self}, epoch_{self->state.epoch}, response_{response} {}

    /// @param ok    called with (Saga, Answer&)
    /// @param fail  called with (Saga, caf::error&)
    template <class Answer, class Ok, class Fail>
    void then(Ok ok, Fail fail) const {
      response_.then(
          [self = self_, epoch = epoch_, ok](Answer& answer) {
            if (heard_in_time(self, epoch)) ok(Saga{self}, answer);
          },
          [self = self_, epoch = epoch_, fail](caf::error& e) {
            if (heard_in_time(self, epoch)) fail(Saga{self}, e);
          });
    }

   private:
    static bool heard_in_time(Self self, std::uint64_t epoch) {
      if (self->state.epoch != epoch) return false;
      self->state.asked_at.reset();
      return true;
    }

    Self self_;
    std::uint64_t epoch_;
    Response response_;
  };

  /// One at a time. With caf::infinite: local neighbours answer or die; should one forget a
  /// question all the same, it is overdue one day.
  template <class Handle, class Timeout, class... Ts>
  auto ask(const Handle& to, Timeout timeout, Ts&&... xs) {
    drop_question();
    st_.wake_due = false;  // a timer set before this question is about nothing any more
    st_.asked_at = self_->clock().now();
    st_.asked_whom = key_of(to);
    auto response = self_->request(to, timeout, std::forward<Ts>(xs)...);
    return question<decltype(response)>{self_, response};
  }

  /// Whatever its answer will be, the saga goes on without it.
  void drop_question() {
    ++st_.epoch;
    st_.asked_at.reset();
  }

  /// Its answer is taken as lost. Should it come before the next question, it counts all the same.
  void give_up_waiting() { st_.asked_at.reset(); }

  template <class Handle>
  [[nodiscard]] bool is_asked(const Handle& whom) const {
    return st_.asked_at && whom && key_of(whom) == st_.asked_whom;
  }
  [[nodiscard]] bool is_overdue() const {
    return st_.asked_at && self_->clock().now() >= *st_.asked_at + w_.settings.bet.overdue;
  }

  /// True when nobody had the question and another one may be there by now: ask again. Not for
  /// ever.
  [[nodiscard]] bool worth_another_try(const caf::error& e) {
    return never_received(e) && ++st_.tries < most_tries;
  }

  template <class Handle>
  [[nodiscard]] Handle neighbour() const {
    return w_.dir.handles.template get<Handle>();
  }

  // -- time --------------------------------------------------------------------------------------

  void wake_after(std::chrono::milliseconds wait) {
    st_.wake_due = true;
    self_->delayed_send(self_, wait, wake_atom::value);
  }

  /// Of a tick: whether it is the one that was set.
  [[nodiscard]] bool woken() { return std::exchange(st_.wake_due, false); }

  // -- whoever waits for the outcome: each is answered once --------------------------------------

  template <class Answer>
  void answer_askers(const Answer& x) {
    for (auto& p : std::exchange(st_.askers, {})) p.deliver(x);
  }
  void fail_askers(const caf::error& why) {
    for (auto& p : std::exchange(st_.askers, {})) p.deliver(why);
  }

  // -- what a human should know ------------------------------------------------------------------

  /// Ends with the actor: whoever takes over raises it again.
  void raise(std::string_view kind, const std::string& id, const std::string& text) {
    st_.raised = true;
    w_.dir.gauges.alerts().raise(kind, id, text, w_.now());
  }

  [[nodiscard]] bool may_say(std::string_view cause) const {
    return w_.dir.gauges.lines().due(cause, self_->clock().now());
  }

  /// The table has no answer to what happened.
  void stop_on_impossible(std::string_view id, std::string_view phase, std::string_view event) {
    spdlog::error("{}.impossible id={} phase={} event={}", state_type::name, id, phase, event);
    self_->quit(make_error(errc::invariant_violated));
  }

  Self self_;
  state_type& st_;
  const world& w_;
};

}  // namespace headroom::actors
