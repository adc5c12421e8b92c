#include "actors/guardian_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/journal_actor.hpp"
#include "actors/log_limit.hpp"
#include "actors/supervision.hpp"
#include "actors/withdrawal_desk.hpp"

namespace headroom::actors {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds tick{250};
constexpr milliseconds resume_wait{500};
constexpr seconds health_wait{2};

class keeper {
 public:
  explicit keeper(guardian_self self) : self_{self}, st_{self->state}, w_{*self->state.w} {}

  // -- life --------------------------------------------------------------------------------------

  void start(guardian_state::child& c) {
    c.handle = c.what.start(self_->system());
    c.alive = true;
    supervision::instance().started(c.what.name, c.handle.id());
    self_->monitor(c.handle);
  }

  void down(const caf::down_msg& x) {
    const auto i = std::find_if(st_.children.begin(), st_.children.end(), [&](const auto& c) {
      return c.alive && c.handle.address() == x.source;
    });
    if (i == st_.children.end()) return;
    i->alive = false;
    i->handle = nullptr;
    supervision::instance().ended(i->what.name, self_->system().render(x.reason));
    w_.dir.handles.forget(key_of(x.source));  // what is sent to a dead actor is lost without a word
    if (st_.stopping) {
      if (st_.drained) stop_next();
      return;
    }
    spdlog::error("guardian.component_died name={} reason={}", i->what.name,
                  self_->system().render(x.reason));
    ++st_.restarts;
    i->restarts.push_back(now());
    while (i->restarts.front() + std::chrono::minutes{1} < now()) i->restarts.pop_front();
    if (i->restarts.size() > w_.settings.guardian.restarts_per_minute) {
      st_.give_up(i->what.name + " died too often");
      return;
    }
    start(*i);
    if (!i->what.holds_promises) return;
    for (const auto& bet : w_.dir.users.all_bets()) self_->send(bet, restarted_atom::value);
    for (const auto& sale : w_.dir.users.all_sales()) self_->send(sale, restarted_atom::value);
  }

  // -- unfinished work ---------------------------------------------------------------------------

  void recover() {
    const auto query = w_.dir.handles.get<query_actor>();
    if (!query) return recover_later();
    if (st_.bets_asked == 0) {
      st_.bets_asked = most_bets();
      st_.deposits_asked = w_.settings.guardian.deposits_recovered;
    }
    self_
        ->request(query, w_.settings.patience.append, work_atom::value, st_.bets_asked,
                  st_.deposits_asked)
        .then([self = self_](unfinished_work& work) { keeper{self}.resume(work); },
              [self = self_](const caf::error& e) {
                if (keeper{self}.may_say("guardian.recovery_waits"))
                  spdlog::warn("guardian.recovery_waits code={} asked_for={}",
                               to_string(code_of(e)), self->state.bets_asked);
                keeper{self}.ask_for_less();
                keeper{self}.recover_later();
              });
  }

  /// It may have been too much for one statement: asked again unchanged it would be for ever.
  void ask_for_less() {
    st_.bets_asked = std::max(1U, st_.bets_asked / 2);
    st_.deposits_asked = std::max(1U, st_.deposits_asked / 2);
  }
  void ask_for_more() {
    st_.bets_asked = std::min(most_bets(), 2 * st_.bets_asked);
    st_.deposits_asked = std::min(w_.settings.guardian.deposits_recovered, 2 * st_.deposits_asked);
  }
  [[nodiscard]] std::uint32_t most_bets() const {
    return static_cast<std::uint32_t>(w_.settings.bet.max_live);
  }

  void recover_later() { self_->delayed_send(self_, resume_wait, recover_atom::value); }

  /// Resumes what is not under way yet. A full page may hide more, and there may be no room for all
  /// of it: as its work ends, the next look shows what comes behind.
  void resume(unfinished_work& work) {
    if (st_.stopping) return;  // what comes too late is the next start's; nobody would end it here
    bool all = work.placing_bets.size() < st_.bets_asked &&
               work.placing_sales.size() < st_.bets_asked &&
               work.settling_deposits.size() < st_.deposits_asked;
    for (auto& row : work.placing_bets)
      all = take_up(w_.dir.users.find_bet(row.id), std::move(row)) && all;
    for (auto& row : work.placing_sales)
      all = take_up(w_.dir.users.find_sale(row.id), std::move(row)) && all;
    for (auto& row : work.open_withdrawals)
      all = take_up(w_.dir.users.find_withdrawal(row.id), std::move(row)) && all;
    for (auto& row : work.settling_deposits)
      if (st_.deposits_seen.insert(row.id).second) resume(std::move(row));
    if (!all) {
      ask_for_more();
      return recover_later();
    }
    st_.deposits_seen.clear();
    st_.recovered = true;
    spdlog::info("guardian.recovered resumed={}", st_.resumed);
  }

  /// One that is under way is a repeated request's, which may leave it.
  template <class Owner, class Row>
  bool take_up(const Owner& owner, Row row) {
    if (!owner) return resume(std::move(row));
    self_->send(owner, resume_atom::value, std::move(row));
    return true;
  }

  /// False when no more bets may be in progress.
  bool resume(bet row) { return resume(w_.dir.users.open_bet(row.id), std::move(row)); }
  bool resume(sale row) { return resume(w_.dir.users.open_sale(row.id), std::move(row)); }
  bool resume(withdrawal row) {
    return resume(w_.dir.users.resume_withdrawal(row.id), std::move(row));
  }

  template <class Owner, class Row>
  bool resume(const Owner& owner, Row row) {
    if (!owner) return false;
    ++st_.resumed;
    self_->send(owner, resume_atom::value, std::move(row));
    return true;
  }

  void resume(deposit row) {
    const auto actor = w_.dir.users.resume_deposit();
    if (!actor) return;  // draining: the next start finds it
    ++st_.resumed;
    self_->send(actor, resume_atom::value, std::move(row));
  }

  void look_after(const abandoned& x) {
    switch (x.kind) {
      case hold_kind::bet: return look_after<bet>(x, bet_of(x.hold));
      case hold_kind::sale: return look_after<sale>(x, sale_of(x.hold));
      case hold_kind::withdrawal: return look_after<withdrawal>(x, withdrawal_of(x.hold));
    }
  }

  static bool may_go_on(const withdrawal& row) { return is_open(row); }
  template <class Order>
  static bool may_go_on(const Order& row) {
    return row.status == decltype(row.status)::placing;
  }

  /// Whoever owned it died. The journal is asked, because its mailbox still holds what it had sent.
  template <class Row, class Id>
  void look_after(const abandoned& x, const Id& id) {
    if (st_.stopping) return;  // the next start finds it
    const auto again = [self = self_, x] { self->delayed_send(self, resume_wait, x); };
    const auto journal = w_.dir.handles.get<journal_actor>();
    if (!journal) return again();
    self_->request(journal, w_.settings.patience.append, get_atom::value, id)
        .then(
            [self = self_, again](Row& row) {
              const bool open = may_go_on(row);
              if (open && !self->state.stopping && !keeper{self}.resume(std::move(row))) again();
            },
            [again](const caf::error& e) {
              if (code_of(e) != errc::not_found) again();
            });
  }

  // -- the end -----------------------------------------------------------------------------------

  /// New work is refused; what runs may end by itself for a while.
  caf::result<bool> stop() {
    if (st_.stopping) return make_error(errc::shutting_down);
    st_.stopping = true;
    st_.stop_by = now() + w_.settings.guardian.drain;
    w_.dir.users.drain();
    st_.stopped = self_->make_response_promise<bool>();
    spdlog::info("guardian.draining bets={}", w_.dir.users.live_bets());
    self_->send(self_, watch_atom::value);
    return st_.stopped;
  }

  void drain() {
    const bool quiet = w_.dir.users.live_bets() + w_.dir.users.live_sales() == 0 &&
                       w_.dir.users.all_deposits().empty();
    if (!quiet && now() < st_.stop_by) {
      self_->delayed_send(self_, tick, watch_atom::value);
      return;
    }
    st_.drained = true;
    w_.dir.users.seal();
    spdlog::info("guardian.drained left_bets={} left_sales={} left_deposits={}",
                 w_.dir.users.live_bets(), w_.dir.users.live_sales(),
                 w_.dir.users.all_deposits().size());
    const auto end = [this](const auto& actors) {
      for (const auto& a : actors) self_->send_exit(a, caf::exit_reason::user_shutdown);
    };
    end(w_.dir.users.all_deposits());
    end(w_.dir.users.all_bets());
    end(w_.dir.users.all_sales());
    end(w_.dir.users.all_withdrawals());  // they may wait for days: the next start goes on
    end(w_.dir.users.all_balances());
    // The journal answers a sync after everything that was sent to it: then nobody needs it any
    // more.
    const auto journal = w_.dir.handles.get<journal_actor>();
    if (!journal) return stop_next();
    const auto go_on = [self = self_] { keeper{self}.stop_next(); };
    self_->request(journal, w_.settings.guardian.stop_step, sync_atom::value)
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
  /// as its balance. Two ticks without use, and it leaves. Part by part, for a tick to a million at
  /// once would hold up every message behind it.
  void tick_balances() {
    constexpr auto parts = users::parts;
    const auto every = w_.settings.balance.idle / static_cast<std::int64_t>(parts);
    if (st_.next_balance_tick == guardian_state::time_point{}) st_.next_balance_tick = now();
    for (std::size_t n = 0; n < parts && st_.next_balance_tick <= now(); ++n) {
      for (const auto& balance : w_.dir.users.balances_of_part(st_.next_balance_part))
        self_->send(balance, idle_atom::value);
      st_.next_balance_part = (st_.next_balance_part + 1) % parts;
      st_.next_balance_tick += every;
    }
  }

  /// Likewise for the orders that wait for an answer; each says where it stands.
  void sweep_bets() {
    if (now() < st_.next_bet_sweep) return;
    st_.next_bet_sweep = now() + w_.settings.bet.overdue / 4;
    w_.dir.gauges.open_orders().next_round();
    for (const auto& bet : w_.dir.users.all_bets()) self_->send(bet, sweep_atom::value);
    for (const auto& sale : w_.dir.users.all_sales()) self_->send(sale, sweep_atom::value);
  }

  // -- health ------------------------------------------------------------------------------------

  /// Reading and committing are asked for apart: a database may do the one without the other. A
  /// journal that is stuck in a commit does not answer in time either.
  void check_store() {
    check_reads();
    check_commits();
  }

  void check_reads() {
    const auto query = w_.dir.handles.get<query_actor>();
    if (!query) {
      st_.store_answers = false;
      return;
    }
    self_->request(query, health_wait, ping_atom::value)
        .then([self = self_](bool ok) { self->state.store_answers = ok; },
              [self = self_](const caf::error&) { self->state.store_answers = false; });
  }

  void check_commits() {
    const auto journal = w_.dir.handles.get<journal_actor>();
    if (!journal) {
      st_.store_commits = false;
      return;
    }
    self_->request(journal, health_wait, status_atom::value)
        .then(
            [self = self_](const status_report& x) {
              const auto failures = x.facts.find(journal_state::failures_fact);
              self->state.store_commits = failures != x.facts.end() && failures->second == "0";
            },
            [self = self_](const caf::error&) { self->state.store_commits = false; });
  }

  std::string database() const {
    if (!st_.store_answers) return "not answering";
    return st_.store_commits ? "ok" : "not committing";
  }

  readiness health() const {
    readiness out;
    out.ready = st_.recovered && st_.store_answers && st_.store_commits && !st_.stopping;
    out.parts["recovery"] = st_.recovered ? "ok" : "running";
    out.parts["database"] = database();
    if (st_.stopping) out.parts["service"] = "draining";
    for (const auto& c : st_.children) {
      out.parts[c.what.name] = c.alive ? "ok" : "down";
      out.ready = out.ready && c.alive;
    }
    if (nobody_knows_whether_money_may_leave()) {
      out.parts["withdrawals"] = "not read";
      out.ready = false;
    }
    return out;
  }

 private:
  /// Until their desk has read the books every withdrawal is turned away.
  [[nodiscard]] bool nobody_knows_whether_money_may_leave() const {
    using word = withdrawal_gauge::word;
    return w_.dir.handles.get<withdrawal_desk_actor>() &&
           w_.dir.gauges.withdrawals().look() == word::unknown;
  }
  [[nodiscard]] guardian_state::time_point now() const { return self_->clock().now(); }
  [[nodiscard]] bool may_say(std::string_view line) const {
    return w_.dir.gauges.lines().due(line, now());
  }

  guardian_self self_;
  guardian_state& st_;
  const world& w_;
};

}  // namespace

milliseconds longest_stop(const core_settings& s) {
  return s.guardian.drain + tick + 2 * s.guardian.stop_step;
}

void watch_guardian(const guardian_actor& guardian, const directory& dir,
                    std::function<void(const std::string&)> give_up) {
  guardian->attach_functor([&dir, give_up = std::move(give_up)](const caf::error&) {
    if (!dir.users.draining()) give_up("the guardian died");
  });
}

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
  self->send(self, watch_atom::value);
  return {
      [self](get_atom) { return keeper{self}.health(); },
      [self](const abandoned& x) { keeper{self}.look_after(x); },
      [self](resume_atom, deposit& row) {
        if (self->state.stopping) return;
        keeper{self}.resume(std::move(row));
      },
      [self](recover_atom) {
        if (!self->state.stopping) keeper{self}.recover();
      },
      [self](stop_atom) { return keeper{self}.stop(); },
      [self](watch_atom) {
        if (self->state.drained) return;
        if (self->state.stopping) return keeper{self}.drain();
        keeper{self}.check_store();
        keeper{self}.tick_balances();
        keeper{self}.sweep_bets();
        self->delayed_send(self, tick * 4, watch_atom::value);
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
