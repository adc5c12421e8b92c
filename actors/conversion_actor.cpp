#include "actors/conversion_actor.hpp"

#include <spdlog/spdlog.h>

namespace headroom::actors {
namespace {

using running = conversion_state::running;

step_word word_of(step_state s) {
  switch (s) {
    case step_state::in_flight: return step_word::in_flight;
    case step_state::done: return step_word::done;
    case step_state::failed: return step_word::failed;
    case step_state::unreadable: return step_word::unreadable;
  }
  return step_word::unreadable;
}

class driver {
 public:
  explicit driver(conversion_self self) : self_{self}, st_{self->state}, w_{*self->state.w} {}

  // -- the poll ----------------------------------------------------------------------------------

  void poll() {
    self_->delayed_send(self_, w_.settings.conversion_poll, poll_atom::value);
    if (st_.route.steps.empty()) ask_route();
    for (auto& [id, r] : st_.live)
      if (!r.busy) drive(id);
    credit_again();
    read_work();
  }

  void ask_route() {
    const auto route = w_.dir.get<route_actor>();
    if (!route) return;
    self_->request(route, w_.settings.step_timeout, get_atom::value)
        .then([self = self_](route_info& info) { self->state.route = std::move(info); },
              [](const caf::error&) {});  // asked again at the next poll
  }

  void read_work() {
    const auto query = w_.dir.get<query_actor>();
    if (!query || std::exchange(st_.polling, true)) return;
    st_.ended.clear();
    self_->request(query, w_.settings.step_timeout, work_atom::value)
        .then(
            [self = self_](conversion_work& work) {
              self->state.polling = false;
              driver{self}.found(work);
            },
            [self = self_](const caf::error& e) {
              self->state.polling = false;
              spdlog::warn("conversion.poll_failed code={}", to_string(code_of(e)));
            });
  }

  void found(conversion_work& work) {
    for (const auto& d : work.to_credit)
      if (!st_.crediting.contains(d.id)) credit({d.id, d.user, d.amount, w_.now()}, nobody_asked);
    if (st_.route.steps.empty()) return;
    for (auto& row : work.running) {
      if (st_.live.contains(row.id) || st_.ended.contains(row.id)) continue;
      spdlog::info("conversion.resumed conversion={} step_count={}", row.id.text(),
                   row.steps.size());
      adopt(std::move(row));
    }
    open_next(work.to_convert);
  }

  // -- credit ------------------------------------------------------------------------------------

  static void nobody_asked(const caf::expected<committed>&) {}

  /// The user's money, at once. Committing it twice credits once. It is asked until the journal
  /// answers: the owner of the balance must hear of it.
  template <class Done>
  void credit(const credit_deposit& x, Done done) {
    const auto journal = w_.dir.get<journal_actor>();
    const auto asked = journal ? journal.id() : caf::actor_id{0};
    st_.crediting.insert_or_assign(x.id, conversion_state::open_credit{x, asked});
    if (!journal) return done(make_error(errc::unavailable));
    self_->request(journal, caf::infinite, x)
        .then(
            [self = self_, x, done](const committed& c) mutable {
              self->state.crediting.erase(x.id);
              driver{self}.credited(x, c);
              done(c);
            },
            [self = self_, x, done](caf::error& e) mutable {
              spdlog::warn("deposit.credit_failed deposit={} code={}", x.id.text(),
                           to_string(code_of(e)));
              auto& open = self->state.crediting;
              const auto kind = consequence_of(code_of(e));
              if (kind != consequence::retry && kind != consequence::in_doubt) {
                open.erase(x.id);
              } else if (const auto i = open.find(x.id); i != open.end()) {
                i->second.journal = 0;
              }
              done(std::move(e));
            });
  }

  /// Those that the present journal was not asked for: an earlier one died, or had no room.
  void credit_again() {
    const auto journal = w_.dir.get<journal_actor>();
    if (!journal) return;
    std::vector<credit_deposit> lost;
    for (const auto& [id, x] : st_.crediting)
      if (x.journal != journal.id()) lost.push_back(x.entry);
    for (const auto& x : lost) credit(x, nobody_asked);
  }

  void credited(const credit_deposit& x, const committed& c) {
    ++st_.credited;
    if (const auto owner = w_.dir.find_balance(x.user))
      self_->send(owner, balance_committed{{}, c.balance, c.balance_version});
    spdlog::info("deposit.credited deposit={} user={} amount={}", x.id.text(), x.user.hex(),
                 to_string(x.amount));
  }

  // -- opening -----------------------------------------------------------------------------------

  void open_next(const std::vector<deposit>& credited_deposits) {
    if (st_.opening || st_.route_unreadable() || w_.dir.draining() ||
        st_.live.size() >= w_.settings.conversions_at_once)
      return;
    conversion row;
    for (const auto& d : credited_deposits) {
      const auto sum = add(row.amount, d.amount);
      if (!sum || row.deposits.size() >= w_.settings.deposits_per_conversion) break;
      row.amount = *sum;
      row.deposits.push_back(d.id);
    }
    // A small sum waits for company, but many small ones must not keep those behind them waiting.
    const bool full = row.deposits.size() >= w_.settings.deposits_per_conversion;
    if (row.deposits.empty() || (!full && row.amount < w_.settings.conversion_minimum)) return;
    const auto journal = w_.dir.get<journal_actor>();
    if (!journal) return;
    row.id = conversion_id::from_digest(w_.random());
    row.route = st_.route.name;
    row.created_at = row.updated_at = w_.now();
    st_.opening = true;
    self_->request(journal, w_.settings.append_timeout, open_conversion{row})
        .then(
            [self = self_, row](const committed&) mutable {
              self->state.opening = false;
              spdlog::info("conversion.opened conversion={} amount={} deposits={}", row.id.text(),
                           to_string(row.amount), row.deposits.size());
              driver{self}.adopt(std::move(row));
            },
            [self = self_](const caf::error& e) {
              // Refused, or unknown: the next poll reads what is true.
              self->state.opening = false;
              spdlog::warn("conversion.open_failed code={}", to_string(code_of(e)));
            });
  }

  void adopt(conversion row) {
    const auto id = row.id;
    if (st_.live.contains(id)) return;
    const conversion_progress::limits limits{w_.settings.stuck_after,
                                             w_.settings.conversion_attempts};
    st_.live.emplace(
        id, running{{std::move(row), st_.route.steps, limits, w_.now()}, false, false, false});
    drive(id);
  }

  // -- driving -----------------------------------------------------------------------------------

  running* find(const conversion_id& id) {
    const auto i = st_.live.find(id);
    return i == st_.live.end() ? nullptr : &i->second;
  }

  void drive(const conversion_id& id) {
    auto* r = find(id);
    if (r == nullptr || r->busy || r->stopped) return;
    auto& p = r->progress;
    if (p.finished()) return arrive(id);
    if (p.given_up()) return give_up(id);  // until the books know; no step runs any more
    if (p.stuck(w_.now())) {
      ++st_.retried;
      spdlog::warn("conversion.stuck conversion={} step={} attempts={} detail=\"{}\"", id.text(),
                   p.step().name, p.row().attempts, p.step().detail);
      // The step may be in flight, so it is looked at again, not repeated: only the route may say
      // `failed`.
      p.retry(w_.now());
      return record(id);
    }
    const auto route = w_.dir.get<route_actor>();
    if (!route) return;
    r->busy = true;
    self_
        ->request(
            route, w_.settings.step_timeout,
            run_step{id, p.step_index(), p.step().attempt, p.step().amount_in, p.step().detail})
        .then([self = self_, id](const step_progress& x) { driver{self}.heard(id, x); },
              [self = self_, id](const caf::error& e) {
                step_progress silent;
                silent.state = step_state::unreadable;
                silent.detail = to_string(code_of(e));
                driver{self}.heard(id, silent);
              });
  }

  void heard(const conversion_id& id, const step_progress& x) {
    auto* r = find(id);
    if (r == nullptr) return;
    r->busy = false;
    r->unreadable = x.state == step_state::unreadable;
    const auto name = r->progress.finished() ? std::string{} : r->progress.step().name;
    switch (r->progress.heard(word_of(x.state), x.amount_out, x.tx_hash, x.detail, w_.now())) {
      case conversion_move::wait: return;
      case conversion_move::record:
        spdlog::info("conversion.step conversion={} step={} tx={} detail=\"{}\"", id.text(), name,
                     x.tx_hash.hex(), x.detail);
        return record(id);
      case conversion_move::arrive: return arrive(id);
      case conversion_move::give_up: return give_up(id);
    }
  }

  // -- telling the books -------------------------------------------------------------------------

  /// Stores the steps, then goes on at once.
  void record(const conversion_id& id) {
    const auto& row = find(id)->progress.row();
    tell(w_.dir.get<journal_actor>(), "advance",
         advance_conversion{id, row.steps, row.attempts, w_.now()},
         [id](driver d, running&) { d.drive(id); });
  }

  /// The buffer takes it in: it alone knows what its cap allows.
  void arrive(const conversion_id& id) {
    const auto& progress = find(id)->progress;
    const auto& row = progress.row();
    const auto received = progress.received();
    const auto loss = sub_saturating(row.amount, received);
    tell(w_.dir.get<buffer_actor>(), "complete",
         complete_conversion{id, row.steps, received, {}, loss, w_.now()},
         [id, received, loss](driver d, running&) {
           ++d.st_.completed;
           d.ended(id);
           spdlog::info("conversion.completed conversion={} received={} loss={}", id.text(),
                        to_string(received), to_string(loss));
         });
  }

  void give_up(const conversion_id& id) {
    const auto& row = find(id)->progress.row();
    tell(w_.dir.get<journal_actor>(), "fail", fail_conversion{id, row.steps, row.failure, w_.now()},
         [id](driver d, running& r) {
           spdlog::error("conversion.failed conversion={} reason=\"{}\"", id.text(),
                         r.progress.row().failure);
           ++d.st_.failed;
           d.ended(id);
         });
  }

  void ended(const conversion_id& id) {
    st_.live.erase(id);
    st_.ended.insert(id);
  }

  /// Sends one entry about a conversion, which waits for the answer. Without one, or with one that
  /// may be another later, the next poll sends it again: committing twice changes nothing.
  template <class Handle, class Entry, class Done>
  void tell(const Handle& to, const char* what, Entry entry, Done done) {
    if (!to) return;
    const auto id = entry.id;
    find(id)->busy = true;
    self_->request(to, w_.settings.append_timeout, std::move(entry))
        .then(
            [self = self_, id, done](const committed&) {
              driver d{self};
              auto* r = d.find(id);
              if (r == nullptr) return;
              r->busy = false;
              done(d, *r);
            },
            [self = self_, id, what](const caf::error& e) { driver{self}.untold(id, what, e); });
  }

  /// What the books refuse for good they would refuse every second: it is said once, and the
  /// conversion rests until a human has looked and the service starts anew.
  void untold(const conversion_id& id, const char* what, const caf::error& e) {
    auto* r = find(id);
    if (r == nullptr) return;
    r->busy = false;
    const auto code = code_of(e);
    const auto then = consequence_of(code);
    r->stopped = is_verdict(e) && then != consequence::retry && then != consequence::in_doubt;
    spdlog::log(r->stopped ? spdlog::level::err : spdlog::level::warn,
                "conversion.{} conversion={} entry={} code={}",
                r->stopped ? "stopped" : "not_recorded", id.text(), what, to_string(code));
  }

 private:
  conversion_self self_;
  conversion_state& st_;
  const world& w_;
};

}  // namespace

conversion_actor::behavior_type conversion_behavior(conversion_self self, world_ptr w) {
  self->state.w = std::move(w);
  self->send(self, poll_atom::value);
  return {
      [self](const credit_deposit& x) -> caf::result<committed> {
        auto promise = self->make_response_promise<committed>();
        driver{self}.credit(x, [promise](caf::expected<committed> outcome) mutable {
          if (outcome) {
            promise.deliver(*outcome);
          } else {
            promise.deliver(std::move(outcome.error()));
          }
        });
        return promise;
      },
      [self](poll_atom) { driver{self}.poll(); },
      [self](status_atom) {
        const auto& st = self->state;
        return status_report{conversion_state::name,
                             {{"route", st.route.name},
                              {"running", std::to_string(st.live.size())},
                              {"credited", std::to_string(st.credited)},
                              {"completed", std::to_string(st.completed)},
                              {"failed", std::to_string(st.failed)},
                              {"retried", std::to_string(st.retried)},
                              {"stopped", std::to_string(st.stopped())},
                              {"readable", st.route_unreadable() ? "no" : "yes"}}};
      },
  };
}

}  // namespace headroom::actors
