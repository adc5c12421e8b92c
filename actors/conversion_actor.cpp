#include "actors/conversion_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/alerts.hpp"
#include "actors/conversion_driver.hpp"
#include "actors/deliver.hpp"
#include "actors/work_switches.hpp"

namespace headroom::actors {
namespace {

constexpr std::string_view refused_alert = "deposit.credit_refused";
constexpr std::string_view unknown_route_alert = "conversion.unknown_route";

void nobody_asked(const caf::expected<committed>&) {}

std::string names_of(const std::map<std::string, route_info>& routes) {
  std::string out;
  for (const auto& [name, info] : routes) out += (out.empty() ? "" : " ") + name;
  return out;
}

}  // namespace

// -- the poll ----------------------------------------------------------------------------------

void conversion_driver::poll() {
  self_->delayed_send(self_, w_.settings.conversion.poll, poll_atom::value);
  ask_routes();
  look_at_routes();
  read_forecast();
  for (auto& [id, r] : st_.live)
    if (!r.busy) drive(id);
  for (auto& [id, r] : st_.arrived) prove(id, r);
  credit_again();
  read_work();
}

/// What each route is made of, until it has said so.
void conversion_driver::ask_routes() {
  for (const auto& name : w_.dir.handles.route_names()) {
    const auto route = w_.dir.handles.route(name);
    if (!route || st_.routes.contains(name)) continue;
    self_->request(route, w_.settings.conversion.step_timeout, get_atom::value)
        .then([self = self_,
               name](route_info& info) { conversion_driver{self}.learned(name, std::move(info)); },
              [](const caf::error&) {});  // asked again at the next poll
  }
}

/// One that calls itself something else would run the steps of another route's conversions.
void conversion_driver::learned(const std::string& name, route_info info) {
  if (info.name == name && !info.steps.empty()) {
    st_.routes.insert_or_assign(name, std::move(info));
  } else if (may_say("route " + name)) {
    spdlog::error("conversion.wrong_route route={} calls_itself={} steps={}", name, info.name,
                  info.steps.size());
  }
}

void conversion_driver::read_work() {
  const auto query = w_.dir.handles.get<query_actor>();
  if (!query || std::exchange(st_.polling, true)) return;
  st_.ended.clear();
  st_.asked_at = now();
  st_.taken.clear();
  self_->request(query, w_.settings.conversion.step_timeout, work_atom::value)
      .then(
          [self = self_](conversion_work& work) {
            self->state.polling = false;
            conversion_driver{self}.found(work);
          },
          [self = self_](const caf::error& e) {
            self->state.polling = false;
            if (conversion_driver{self}.may_say("poll"))
              spdlog::warn("conversion.poll_failed code={}", to_string(code_of(e)));
          });
}

void conversion_driver::found(conversion_work& work) {
  for (const auto& d : work.to_credit)
    if (!st_.crediting.contains(d.id) && !is_held(d))
      credit({d.id, d.user, d.amount, w_.now(), d.fee}, nobody_asked);
  obey(work.running);
  forget_ghosts(work.running);
  take_up(work.running);
  take_up_arrived(work.by_depth);
  if (!w_.dir.gauges.switches().paused(pausable::conversions)) open_next(work.to_convert);
}

/// What the books ended or replaced for this actor's predecessor, after they were read here, is not
/// driven. One that is through, or was refused, waits for its own answer.
void conversion_driver::forget_ghosts(const std::vector<conversion>& running_rows) {
  constexpr std::size_t whole = 1'000;  // a list so short names all that run
  if (running_rows.size() >= whole) return;
  std::vector<conversion_id> ghosts;
  for (const auto& [id, r] : st_.live)
    if (!r.busy && !r.stopped && !r.moves && !r.progress.finished() &&
        r.adopted_at < st_.asked_at &&
        std::none_of(running_rows.begin(), running_rows.end(),
                     [&id = id](const auto& row) { return row.id == id; }))
      ghosts.push_back(id);
  for (const auto& id : ghosts) {
    spdlog::warn("conversion.over conversion={}: the books say so", id.text());
    ended(id);
  }
}

/// Those whose route has not said yet what it is made of wait for it. One that no route of this
/// process can drive stays as it is: a human must hear of it, and nothing else waits for it.
void conversion_driver::take_up(std::vector<conversion>& running_rows) {
  const auto before = std::exchange(st_.unclaimed, {});
  for (auto& row : running_rows) {
    if (st_.live.contains(row.id) || st_.ended.contains(row.id)) continue;
    const auto arrived = st_.arrived.find(row.id);
    if (arrived != st_.arrived.end() && arrived->second.busy)
      continue;  // its undoing is on its way
    if (const auto why = why_unclaimed(row); !why.empty()) {
      w_.dir.gauges.alerts().raise(unknown_route_alert, row.id.text(), why, w_.now());
      st_.unclaimed.emplace(row.id, row.route);
    } else if (st_.routes.contains(row.route)) {
      spdlog::info("conversion.resumed conversion={} route={} step_count={}", row.id.text(),
                   row.route, row.steps.size());
      tell_buffer(row.id, {});  // undone, and the answer was lost
      st_.arrived.erase(row.id);
      adopt(std::move(row));
    }
  }
  for (const auto& [id, route] : before)
    if (!st_.unclaimed.contains(id))
      w_.dir.gauges.alerts().clear(unknown_route_alert, id.text(), w_.now());
}

/// Why no route of this process can drive it; "" when one can, or will once it has answered.
std::string conversion_driver::why_unclaimed(const conversion& row) const {
  const auto names = w_.dir.handles.route_names();
  if (std::find(names.begin(), names.end(), row.route) == names.end())
    return "no route here is called \"" + row.route + "\"";
  const auto i = st_.routes.find(row.route);
  if (i == st_.routes.end() || runs_along(row, i->second.steps)) return {};
  return "its steps are not those of the route \"" + row.route + "\"";
}

// -- credit ------------------------------------------------------------------------------------

/// Credited by a later poll, when its source is held no more.
bool conversion_driver::is_held(const deposit& d) const {
  return !w_.dir.gauges.credit_holds().why({d.payment.chain_id, d.payment.token}).empty();
}

template <class Done>
void conversion_driver::credit(const credit_deposit& x, Done done) {
  const auto journal = w_.dir.handles.get<journal_actor>();
  const auto asked = journal ? journal.id() : caf::actor_id{0};
  st_.crediting.insert_or_assign(x.id, conversion_state::open_credit{x, asked});
  if (!journal) return done(make_error(errc::unavailable));
  self_->request(journal, caf::infinite, append{x})
      .then(
          [self = self_, x, done](const committed& c) mutable {
            self->state.crediting.erase(x.id);
            conversion_driver{self}.credited(x);
            done(c);
          },
          [self = self_, x, done](caf::error& e) mutable {
            if (conversion_driver{self}.may_say("credit"))
              spdlog::warn("deposit.credit_failed deposit={} code={}", x.id.text(),
                           to_string(code_of(e)));
            auto& open = self->state.crediting;
            if (is_final(e)) {
              self->state.w->dir.gauges.alerts().raise(
                  refused_alert, x.id.text(), "the books refuse the credit of a settled deposit",
                  self->state.w->now());
              open.erase(x.id);
            } else if (const auto i = open.find(x.id); i != open.end()) {
              i->second.journal = 0;
            }
            done(std::move(e));
          });
}

/// Those that the present journal was not asked for: an earlier one died, or had no room.
void conversion_driver::credit_again() {
  const auto journal = w_.dir.handles.get<journal_actor>();
  if (!journal) return;
  std::vector<credit_deposit> lost;
  for (const auto& [id, x] : st_.crediting)
    if (x.journal != journal.id()) lost.push_back(x.entry);
  for (const auto& x : lost) credit(x, nobody_asked);
}

void conversion_driver::credited(const credit_deposit& x) {
  ++st_.credited;
  w_.dir.gauges.alerts().clear(refused_alert, x.id.text(), w_.now());
  spdlog::info("deposit.credited deposit={} user={} amount={}", x.id.text(), x.user.hex(),
               to_string(x.amount));
}

conversion_actor::behavior_type conversion_behavior(conversion_self self, world_ptr w) {
  self->state.w = std::move(w);
  self->send(self, poll_atom::value);
  return {
      [self](const credit_deposit& x) -> caf::result<committed> {
        auto promise = self->make_response_promise<committed>();
        conversion_driver{self}.credit(x, [promise](caf::expected<committed> outcome) {
          deliver(promise, std::move(outcome));
        });
        return promise;
      },
      [self](get_atom) { return conversion_driver{self}.listing(); },
      [self](poll_atom) { conversion_driver{self}.poll(); },
      [self](status_atom) {
        const auto& st = self->state;
        return status_report{conversion_state::name,
                             {{"route", st.w->settings.conversion.route},
                              {"routes", names_of(st.routes)},
                              {"running", std::to_string(st.live.size())},
                              {"credited", std::to_string(st.credited)},
                              {"completed", std::to_string(st.completed)},
                              {"held", std::to_string(st.held())},
                              {"retried", std::to_string(st.retried)},
                              {"by_depth", std::to_string(st.arrived.size())},
                              {"undone", std::to_string(st.undone)},
                              {"replaced", std::to_string(st.replaced)},
                              {"stopped", std::to_string(st.stopped())},
                              {"unclaimed", std::to_string(st.unclaimed.size())},
                              {"readable", st.readable() ? "yes" : "no"}}};
      },
  };
}

}  // namespace headroom::actors
