#include "tests/simulation/world_actors.hpp"
#include "tests/support/passing_actors.hpp"

namespace headroom::test {
namespace {

using namespace actors;

/// What is done is done, whoever hears of it.
template <class Self, class Answer>
caf::result<Answer> unreliably(Self self, outside& out, route_double& way, Answer a) {
  if (way.chance(way.wrong.never)) return self->template make_response_promise<Answer>();
  if (way.chance(way.wrong.lost)) return make_error(errc::unavailable);
  if (!way.chance(way.wrong.answers_late)) return a;
  return answer_after(self, out.helpers, way.delay(), std::move(a));
}

}  // namespace

route_actor::behavior_type other_route(self_pointer<route_actor, other_route_state> self,
                                       outside* out, route_double* way, wall_clock now) {
  return {
      [=](get_atom) { return way->law().info; },
      [=](usdc amount) -> caf::result<route_quote> {
        return unreliably(self, *out, *way, way->quote(amount));
      },
      [=](const run_step& x) -> caf::result<step_progress> {
        return unreliably(self, *out, *way, way->run(x, now()));
      },
      [=](in_flight_atom) -> caf::result<route_flight> {
        return unreliably(self, *out, *way, way->flight(now()));
      },
      [=](const rescue_step& x) -> caf::result<step_progress> {
        return unreliably(self, *out, *way, way->run(x.step, now()));
      },
      [](status_atom) {
        return status_report{other_route_state::name, {}};
      },
  };
}

}  // namespace headroom::test
