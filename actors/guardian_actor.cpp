#include "actors/guardian_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace headroom::actors {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t restarts_per_minute = 5;
constexpr milliseconds tick{250};
constexpr milliseconds resume_wait{500};

class keeper {
 public:
  explicit keeper(guardian_self self) : self_{self}, st_{self->state}, w_{*self->state.w} {}

  // -- life --------------------------------------------------------------------------------------

  void start(guardian_state::child& c) {
    c.handle = c.what.start(self_->system());
    c.alive = true;
    self_->monitor(c.handle);
  }

  void down(const caf::down_msg& x) {
    const auto i = std::find_if(st_.children.begin(), st_.children.end(), [&](const auto& c) {
      return c.alive && c.handle.address() == x.source;
    });
    if (i == st_.children.end()) return;
    i->alive = false;
    i->handle = nullptr;
    if (st_.stopping) {
      if (st_.drained) stop_next();
      return;
    }
    spdlog::error("guardian.component_died name={} reason={}", i->what.name,
                  self_->system().render(x.reason));
    ++st_.restarts;
    const auto now = w_.now();
    i->restarts.push_back(now);
    while (i->restarts.front().plus(std::chrono::minutes{1}) < now) i->restarts.pop_front();
    if (i->restarts.size() > restarts_per_minute) {
      st_.give_up(i->what.name + " died too often");
      return;
    }
    start(*i);
    if (!i->what.holds_promises) return;
    for (const auto& bet : w_.dir.all_bets()) self_->send(bet, recover_atom::value);
  }

  // -- unfinished work
  // -----------------------------------------------------------------------------

  void recover() {
    const auto query = w_.dir.get<query_actor>();
    if (!query) return recover_later();
    const auto limit = static_cast<std::uint32_t>(w_.settings.max_live_bets);
    self_->request(query, w_.settings.append_timeout, work_atom::value, limit)
        .then([self = self_](unfinished_work& work) { keeper{self}.resume(work); },
              [self = self_](const caf::error& e) {
                spdlog::warn("guardian.recovery_waits code={}", to_string(code_of(e)));
                keeper{self}.recover_later();
              });
  }

  void recover_later() { self_->delayed_send(self_, resume_wait, recover_atom::value); }

  void resume(unfinished_work& work) {
    for (auto& row : work.placing_bets) resume(std::move(row));
    for (auto& row : work.settling_deposits) resume(std::move(row));
    st_.recovered = true;
    spdlog::info("guardian.recovered bets={} deposits={}", work.placing_bets.size(),
                 work.settling_deposits.size());
  }

  void resume(bet row) {
    const auto actor = w_.dir.open_bet(row.id);
    if (!actor) return resume_later(row.id);
    ++st_.resumed;
    self_->send(actor, resume_atom::value, std::move(row));
  }

  void resume(deposit row) {
    ++st_.resumed;
    self_->send(w_.dir.resume_deposit(), resume_atom::value, std::move(row));
  }

  void resume_later(const bet_id& id) { self_->delayed_send(self_, resume_wait, abandoned{id}); }

  /// A bet's actor died. The journal is asked, because its mailbox still holds what the bet had
  /// sent.
  void look_after(const bet_id& id) {
    if (st_.stopping) return;  // the next start finds it
    const auto journal = w_.dir.get<journal_actor>();
    if (!journal) return resume_later(id);
    self_->request(journal, w_.settings.append_timeout, get_atom::value, id)
        .then(
            [self = self_](bet& row) {
              if (row.status == bet_status::placing) keeper{self}.resume(std::move(row));
            },
            [self = self_, id](const caf::error& e) {
              if (code_of(e) != errc::not_found) keeper{self}.resume_later(id);
            });
  }

  // -- the end
  // -------------------------------------------------------------------------------------

  /// New work is refused; what runs may end by itself for a while.
  caf::result<bool> stop() {
    if (st_.stopping) return make_error(errc::shutting_down);
    st_.stopping = true;
    st_.stop_by = w_.now().plus(w_.settings.drain);
    w_.dir.drain();
    st_.stopped = self_->make_response_promise<bool>();
    spdlog::info("guardian.draining bets={}", w_.dir.live_bets());
    self_->send(self_, tick_atom::value);
    return st_.stopped;
  }

  void drain() {
    const bool quiet = w_.dir.live_bets() == 0 && w_.dir.all_deposits().empty();
    if (!quiet && w_.now() < st_.stop_by) {
      self_->delayed_send(self_, tick, tick_atom::value);
      return;
    }
    st_.drained = true;
    const auto end = [this](const auto& actors) {
      for (const auto& a : actors) self_->send_exit(a, caf::exit_reason::user_shutdown);
    };
    end(w_.dir.all_deposits());
    end(w_.dir.all_bets());
    end(w_.dir.all_balances());
    // The journal answers a sync after everything that was sent to it: then nobody needs it any
    // more.
    const auto journal = w_.dir.get<journal_actor>();
    if (!journal) return stop_next();
    const auto go_on = [self = self_] { keeper{self}.stop_next(); };
    self_->request(journal, w_.settings.drain, sync_atom::value)
        .then([go_on](bool) { go_on(); }, [go_on](const caf::error&) { go_on(); });
  }

  /// The last started goes first; its `down` calls this again.
  void stop_next() {
    for (auto i = st_.children.rbegin(); i != st_.children.rend(); ++i) {
      if (!i->alive) continue;
      self_->send_exit(i->handle, caf::exit_reason::user_shutdown);
      return;
    }
    spdlog::info("guardian.stopped");
    st_.stopped.deliver(true);
    self_->quit();
  }

  /// One timer for all users instead of one each: a timer per idle actor would cost as much memory
  /// as its balance. Two ticks without use, and it leaves.
  void tick_balances() {
    if (w_.now() < st_.next_balance_tick) return;
    st_.next_balance_tick = w_.now().plus(w_.settings.balance_idle);
    for (const auto& balance : w_.dir.all_balances()) self_->send(balance, tick_atom::value);
  }

  // -- health
  // --------------------------------------------------------------------------------------

  void check_store() {
    const auto query = w_.dir.get<query_actor>();
    if (!query) {
      st_.store_answers = false;
      return;
    }
    self_->request(query, seconds{2}, ping_atom::value)
        .then([self = self_](bool ok) { self->state.store_answers = ok; },
              [self = self_](const caf::error&) { self->state.store_answers = false; });
  }

  readiness health() const {
    readiness out;
    out.ready = st_.recovered && st_.store_answers && !st_.stopping;
    out.parts["recovery"] = st_.recovered ? "ok" : "running";
    out.parts["database"] = st_.store_answers ? "ok" : "not answering";
    if (st_.stopping) out.parts["service"] = "draining";
    for (const auto& c : st_.children) {
      out.parts[c.what.name] = c.alive ? "ok" : "down";
      out.ready = out.ready && c.alive;
    }
    return out;
  }

 private:
  guardian_self self_;
  guardian_state& st_;
  const world& w_;
};

}  // namespace

guardian_actor::behavior_type guardian_behavior(guardian_self self, world_ptr w,
                                                std::vector<component> components,
                                                std::function<void(const std::string&)> give_up) {
  auto& st = self->state;
  st.w = std::move(w);
  st.give_up = std::move(give_up);
  self->set_down_handler([self](caf::down_msg& x) { keeper{self}.down(x); });
  for (auto& c : components) {
    st.children.push_back({std::move(c), nullptr, false, {}});
    keeper{self}.start(st.children.back());
  }
  keeper{self}.recover();
  self->send(self, tick_atom::value);
  return {
      [self](get_atom) { return keeper{self}.health(); },
      [self](const abandoned& x) { keeper{self}.look_after(x.bet); },
      [self](resume_atom, deposit& row) {
        if (self->state.stopping) return;
        keeper{self}.resume(std::move(row));
      },
      [self](recover_atom) {
        if (!self->state.stopping) keeper{self}.recover();
      },
      [self](stop_atom) { return keeper{self}.stop(); },
      [self](tick_atom) {
        if (self->state.drained) return;
        if (self->state.stopping) return keeper{self}.drain();
        keeper{self}.check_store();
        keeper{self}.tick_balances();
        self->delayed_send(self, tick * 4, tick_atom::value);
      },
      [self](status_atom) {
        const auto& s = self->state;
        return status_report{guardian_state::name,
                             {{"components", std::to_string(s.children.size())},
                              {"restarts", std::to_string(s.restarts)},
                              {"resumed", std::to_string(s.resumed)},
                              {"recovered", s.recovered ? "yes" : "no"}}};
      },
  };
}

}  // namespace headroom::actors
