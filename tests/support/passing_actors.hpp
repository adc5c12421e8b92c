#pragma once

#include <caf/all.hpp>
#include <chrono>
#include <memory>
#include <vector>

#include "actors/atoms.hpp"

/// Actors that live for one answer or one question, under the seeded scheduler. Whoever ends the
/// house ends them as well: each is put into `all`.
namespace headroom::test {

using passing_actors = std::vector<caf::strong_actor_ptr>;

template <class Answer>
using late_actor =
    caf::typed_actor<typename caf::replies_to<actors::get_atom>::template with<Answer>,
                     caf::reacts_to<actors::wake_atom>>;

/// Late: the question goes to a helper with a timer, so that the one who was asked goes on
/// meanwhile. The helper answers while it runs itself: a promise leans on the scheduler of its
/// actor's last turn, which is gone by then.
template <class Self, class Answer>
caf::result<Answer> answer_after(Self self, passing_actors& all, std::chrono::milliseconds wait,
                                 Answer a) {
  using late = late_actor<Answer>;
  auto helper =
      self->spawn([a = std::move(a)](typename late::pointer h) -> typename late::behavior_type {
        const auto asked = std::make_shared<caf::typed_response_promise<Answer>>();
        return {
            [=](actors::get_atom) -> caf::result<Answer> {
              *asked = h->template make_response_promise<Answer>();
              return *asked;
            },
            [=](actors::wake_atom) {
              asked->deliver(a);
              h->quit();
            },
        };
      });
  all.push_back(caf::actor_cast<caf::strong_actor_ptr>(helper));
  caf::delayed_anon_send(helper, wait, actors::wake_atom::value);
  return self->delegate(helper, actors::get_atom::value);
}

/// An actor of this life asks: an answer of a crashed service reaches nobody.
/// @param ok    called with (const Answer&)
/// @param fail  called with (const caf::error&), after `patience` too
template <class Answer, class Handle, class Question, class Ok, class Fail>
void ask_as_somebody(caf::actor_system& system, passing_actors& all, const Handle& to,
                     std::chrono::milliseconds patience, Question question, Ok ok, Fail fail) {
  auto one = system.spawn([=](caf::event_based_actor* me) -> caf::behavior {
    me->request(to, patience, question)
        .then(
            [=](const Answer& answer) {
              ok(answer);
              me->quit();
            },
            [=](const caf::error& e) {
              fail(e);
              me->quit();
            });
    me->set_default_handler(caf::drop);
    return {[](actors::wake_atom) {}};
  });
  all.push_back(caf::actor_cast<caf::strong_actor_ptr>(one));
}

}  // namespace headroom::test
