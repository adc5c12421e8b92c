#include "actors/journal_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <functional>

#include "actors/house_counters.hpp"
#include "actors/log_limit.hpp"
#include "actors/work_switches.hpp"
#include "domain/ledger.hpp"

namespace headroom::actors {

journal_state::~journal_state() {
  for (auto& r : reads) r.promise.deliver(make_error(errc::unavailable));
}

void batch_limit::heard(store_status how, std::size_t tried) noexcept {
  if (how == store_status::too_slow) {
    size_ = std::max<std::size_t>(1, tried / 2);
    good_ = 0;
  }
  if (how != store_status::ok || tried < size_ || ++good_ < good_before_more) return;
  size_ = std::min(most_, 2 * size_);
  good_ = 0;
}

namespace {

/// Whose tentative deduction is over when the books have this entry: an accepted bet or withdrawal
/// is committed, and an ended one holds nothing, whatever was lost on the way. Zero: nobody's.
hold_id hold_ended_by(const journal_entry& entry) {
  if (const auto* x = std::get_if<accept_bet>(&entry)) return hold_of(x->row.id);
  if (const auto* x = std::get_if<finish_bet>(&entry)) return hold_of(x->id);
  if (const auto* x = std::get_if<accept_withdrawal>(&entry)) return hold_of(x->row.id);
  if (const auto* x = std::get_if<finish_withdrawal>(&entry)) return hold_of(x->id);
  return {};
}

/// One round: the reads that wait for no entry, then the next batch. Returns false when the store
/// failed at one of them; it may be away for one and not for the other.
class flush {
 public:
  flush(journal_state& state, const world& w, ledger_store& store)
      : state_{state}, world_{w}, store_{store} {}

  bool run() {
    const bool read = answer_reads();
    const bool written = state_.entries.empty() || commit();
    return read && written;
  }

 private:
  bool commit() {
    const auto n = std::min(state_.entries.size(), state_.entries_at_once.size());
    state_.batch.clear();
    for (std::size_t i = 0; i < n; ++i) state_.batch.push_back(std::move(state_.entries[i].entry));
    std::optional<buffer_row> buffer;
    auto status = store_status::ok;
    {
      const stopwatch timed{world_.dir.gauges.counters().commit};
      status = store_.commit(state_.batch, state_.outcomes, buffer);
    }
    if (status == store_status::in_doubt) ++state_.in_doubt;
    if (status == store_status::in_doubt || status == store_status::too_slow)
      state_.buffer_unsure = true;
    state_.entries_at_once.heard(status, n);
    if (status == store_status::ok && !buffer && missed_by_buffer())
      status = store_.load_buffer(buffer.emplace());
    if (status != store_status::ok) {  // keep them: committing again finds out what happened
      for (std::size_t i = 0; i < n; ++i) state_.entries[i].entry = std::move(state_.batch[i]);
      return false;
    }
    ++state_.batches;
    const bool unsure = state_.buffer_unsure;
    if (buffer) tell_buffer(*buffer);
    for (std::size_t i = 0; i < n; ++i)
      if (state_.outcomes[i].verdict == errc::none)
        tell_balance(state_.batch[i], state_.outcomes[i].result);
    for (std::size_t i = 0; i < n; ++i) {
      auto& out = state_.outcomes[i];
      if (out.verdict == errc::none) {
        ++state_.committed_entries;
        // A repeated one was counted, unless the COMMIT that nobody heard the end of was its own.
        if (!out.result.replayed || unsure) world_.dir.gauges.counters().count(state_.batch[i]);
        if (const auto* x = std::get_if<switch_work>(&state_.batch[i]))
          heard_switch(world_.dir.gauges, *x);
        state_.entries[i].promise.deliver(out.result);
      } else {
        ++state_.refused_entries;
        state_.entries[i].promise.deliver(make_error(out.verdict));
      }
    }
    state_.entries.erase(state_.entries.begin(),
                         state_.entries.begin() + static_cast<std::ptrdiff_t>(n));
    return true;
  }

  /// The batch changed nothing, so it was committed before: by a COMMIT whose answer was lost, or
  /// by a journal that died before it told the buffer. Its deductions must end there all the same.
  [[nodiscard]] bool missed_by_buffer() const {
    if (state_.buffer_unsure) return true;
    for (std::size_t i = 0; i < state_.batch.size(); ++i)
      if (accepted(i)) return true;  // a new bet would have touched the buffer
    return false;
  }

  [[nodiscard]] bool accepted(std::size_t i) const {
    return state_.outcomes[i].verdict == errc::none &&
           (std::holds_alternative<accept_bet>(state_.batch[i]) ||
            std::holds_alternative<accept_withdrawal>(state_.batch[i]));
  }

  /// Before the answers: when a bet hears of its commit, the buffer knows already.
  void tell_buffer(const buffer_row& row) {
    state_.buffer_unsure = false;
    const auto buffer = world_.dir.handles.get<buffer_actor>();
    if (!buffer) return;
    buffer_committed news{row, {}};
    for (std::size_t i = 0; i < state_.batch.size(); ++i)
      if (accepted(i)) news.accepted.push_back(hold_ended_by(state_.batch[i]));
    caf::anon_send(buffer, std::move(news));
  }

  /// Whoever owns the user's balance now, before the answer too. An owner that comes later reads
  /// the books, behind this entry; one that is reading them has this word in its mailbox, and its
  /// version says which is newer. A repeated entry is told again: the journal that committed it may
  /// have died before it told.
  void tell_balance(const journal_entry& entry, const committed& now) {
    const auto hold = hold_ended_by(entry);
    if (now.balance_version == 0 && hold.is_zero()) return;  // no balance moved
    const auto user = moves_of(entry).user;
    if (!user) return;
    if (const auto owner = world_.dir.users.find_balance(*user))
      caf::anon_send(owner, balance_committed{hold, now.balance, now.balance_version});
  }

  /// Of the reads whose earlier entries are all committed, as many as may be asked at once. Each
  /// kind of row is loaded once for all who ask.
  bool answer_reads() {
    const auto committed = state_.taken - state_.entries.size();
    const auto end = std::find_if(state_.reads.begin(), state_.reads.end(),
                                  [&](const auto& r) { return r.after > committed; });
    const auto n =
        std::min(static_cast<std::size_t>(end - state_.reads.begin()), state_.reads_at_once.size());
    if (n == 0) return true;
    const auto asked = std::span{state_.reads}.first(n);
    const auto users = asked_for<address>(asked);
    const auto ids = asked_for<bet_id>(asked);
    std::vector<balance_row> balances;
    std::vector<std::optional<bet>> bets;
    std::vector<std::optional<sale>> sales;
    std::vector<std::optional<withdrawal>> withdrawals;
    buffer_row buffer;
    auto status = store_status::ok;
    if (!users.empty()) status = store_.load_balances(users, balances);
    if (status == store_status::ok && !ids.empty()) status = store_.find_bets(ids, bets);
    for (const auto& id : asked_for<sale_id>(asked))
      if (status == store_status::ok) status = store_.find_sale(id, sales.emplace_back());
    for (const auto& id : asked_for<withdrawal_id>(asked))
      if (status == store_status::ok)
        status = store_.find_withdrawal(id, withdrawals.emplace_back());
    if (status == store_status::ok && !asked_for<journal_state::the_buffer>(asked).empty())
      status = store_.load_buffer(buffer);
    state_.reads_at_once.heard(status, n);
    if (status != store_status::ok) return false;
    auto balance = balances.begin();
    auto found = bets.begin();
    auto found_sale = sales.begin();
    auto found_withdrawal = withdrawals.begin();
    for (auto& r : asked) {
      if (std::holds_alternative<address>(r.what)) {
        r.promise.deliver(*balance++);
      } else if (std::holds_alternative<bet_id>(r.what)) {
        answer(r, std::move(*found++));
      } else if (std::holds_alternative<sale_id>(r.what)) {
        answer(r, std::move(*found_sale++));
      } else if (std::holds_alternative<withdrawal_id>(r.what)) {
        answer(r, std::move(*found_withdrawal++));
      } else if (std::holds_alternative<journal_state::the_buffer>(r.what)) {
        r.promise.deliver(buffer);
      } else {
        r.promise.deliver(true);
      }
    }
    state_.reads.erase(state_.reads.begin(), state_.reads.begin() + static_cast<std::ptrdiff_t>(n));
    return true;
  }

  template <class What>
  static std::vector<What> asked_for(std::span<const journal_state::read> reads) {
    std::vector<What> out;
    for (const auto& r : reads)
      if (const auto* x = std::get_if<What>(&r.what)) out.push_back(*x);
    return out;
  }

  template <class Row>
  static void answer(journal_state::read& r, std::optional<Row> found) {
    if (found) {
      r.promise.deliver(std::move(*found));
    } else {
      r.promise.deliver(make_error(errc::not_found));
    }
  }

  journal_state& state_;
  const world& world_;
  ledger_store& store_;
};

std::chrono::milliseconds retry_wait(const core_settings& s, std::uint32_t failures) {
  const auto wait = s.journal.retry * (std::int64_t{1} << std::min(failures, 6U));
  return std::min(wait, std::chrono::milliseconds{2'000});
}

/// The store is away: reads that have waited long are refused, their askers may come again. Entries
/// stay, for what was asked to be committed must not be forgotten, and so do those who wait for
/// them.
void refuse_late_reads(journal_state& st, const world& w, caf::actor_clock::time_point now) {
  const auto late = [&](const journal_state::read& r) {
    return !std::holds_alternative<journal_state::nothing>(r.what) &&
           r.since + w.settings.patience.load <= now;
  };
  const auto first = std::stable_partition(st.reads.begin(), st.reads.end(), std::not_fn(late));
  std::for_each(first, st.reads.end(),
                [](auto& r) { r.promise.deliver(make_error(errc::unavailable)); });
  st.reads.erase(first, st.reads.end());
}

/// One flush message at a time: it runs after everything that is in the mailbox already.
void ask_flush(journal_self self) {
  if (std::exchange(self->state.flush_due, true)) return;
  self->send(self, flush_atom::value);
}

caf::result<committed> take(journal_self self, const world_ptr& w, journal_entry& entry) {
  auto& st = self->state;
  if (st.entries.size() >= w->settings.journal.queue) return make_error(errc::overloaded);
  auto promise = self->make_response_promise<committed>();
  st.entries.push_back({std::move(entry), promise});
  ++st.taken;
  ask_flush(self);
  return promise;
}

template <class Answer, class What>
caf::result<Answer> take_read(journal_self self, const world_ptr& w, What what) {
  auto& st = self->state;
  if (st.reads.size() >= w->settings.journal.queue) return make_error(errc::overloaded);
  auto promise = self->template make_response_promise<Answer>();
  st.reads.push_back({promise, what, st.taken, self->clock().now()});
  ask_flush(self);
  return promise;
}

}  // namespace

journal_actor::behavior_type journal_behavior(journal_self self, world_ptr w, ledger_store* store) {
  self->state.entries_at_once = batch_limit{w->settings.journal.batch};
  self->state.reads_at_once = batch_limit{w->settings.journal.batch};
  return {
      [self, w](append& x) { return take(self, w, x.entry); },
      [self, w](get_atom, const address& user) { return take_read<balance_row>(self, w, user); },
      [self, w](get_atom) { return take_read<buffer_row>(self, w, journal_state::the_buffer{}); },
      [self, w](get_atom, const bet_id& id) { return take_read<bet>(self, w, id); },
      [self, w](get_atom, const sale_id& id) { return take_read<sale>(self, w, id); },
      [self, w](get_atom, const withdrawal_id& id) { return take_read<withdrawal>(self, w, id); },
      [self, w](sync_atom) { return take_read<bool>(self, w, journal_state::nothing{}); },
      [self, w, store](flush_atom) {
        auto& st = self->state;
        st.flush_due = false;
        if (!flush{st, *w, *store}.run()) {
          refuse_late_reads(st, *w, self->clock().now());
          const auto wait = retry_wait(w->settings, st.failures++);
          if (w->dir.gauges.lines().due("journal.store_away", self->clock().now()))
            spdlog::warn("journal.store_away waiting={} failures={} retry_ms={}",
                         st.entries.size() + st.reads.size(), st.failures, wait.count());
          st.flush_due = true;
          self->delayed_send(self, wait, flush_atom::value);
          return;
        }
        st.failures = 0;
        if (!st.entries.empty() || !st.reads.empty()) ask_flush(self);
      },
      [self](status_atom) {
        const auto& st = self->state;
        return status_report{journal_state::name,
                             {{"waiting", std::to_string(st.entries.size())},
                              {"batches", std::to_string(st.batches)},
                              {"committed", std::to_string(st.committed_entries)},
                              {"refused", std::to_string(st.refused_entries)},
                              {"in_doubt", std::to_string(st.in_doubt)},
                              {journal_state::failures_fact, std::to_string(st.failures)}}};
      },
  };
}

}  // namespace headroom::actors
