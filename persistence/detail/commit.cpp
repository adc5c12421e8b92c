#include "persistence/detail/commit.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <unordered_set>

#include "persistence/detail/entries.hpp"
#include "persistence/detail/event_entries.hpp"
#include "persistence/detail/sql_failure.hpp"

namespace headroom::persistence {
namespace {

using actors::store_status;

constexpr int max_tries = 4;  // of one part, after serialization failures

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};

const char* kind_of(std::span<const journal_entry> part) {
  return part.size() == 1 ? name_of(part.front()) : "batch";
}

/// The message without its DETAIL, which may quote whole rows.
std::string headline(const std::exception& e) {
  const std::string_view text = e.what();
  return std::string{text.substr(0, text.find('\n'))};
}

/// Bets and their ends alone: one statement writes them. A loss on one takes a second.
bool only_bets(std::span<const journal_entry> part) {
  return std::all_of(part.begin(), part.end(), [](const auto& x) {
    if (const auto* end = std::get_if<finish_bet>(&x)) return end->excess.is_zero();
    return std::holds_alternative<accept_bet>(x);
  });
}

/// The entries of one kind in a run, and their places in it.
template <class Entry>
struct group {
  std::vector<const Entry*> entries;
  std::vector<std::size_t> places;

  explicit group(std::span<const journal_entry> run) {
    for (std::size_t i = 0; i < run.size(); ++i)
      if (const auto* x = std::get_if<Entry>(&run[i])) {
        entries.push_back(x);
        places.push_back(i);
      }
  }
  void tell(std::span<entry_outcome> outcomes, std::span<const entry_outcome> of_these) const {
    for (std::size_t i = 0; i < places.size(); ++i) outcomes[places[i]] = of_these[i];
  }
};

/// Writes a run: the rare entries one by one, then the payouts, then the bets and their ends.
void write_run(attempt& a, std::span<const journal_entry> run, std::span<entry_outcome> outcomes,
               const minute& seen) {
  for (std::size_t i = 0; i < run.size(); ++i) {
    const auto replays = a.replays();
    outcomes[i].verdict =
        std::visit(overloaded{[](const accept_bet&) { return errc::none; },
                              [](const finish_bet&) { return errc::none; },
                              [](const settle_position&) { return errc::none; },
                              [&](const note_buffer& x) { return note_minute(a, x, seen); },
                              [&](const auto& x) { return apply(a, x); }},
                   run[i]);
    outcomes[i].result.replayed = a.replays() != replays;
  }
  const group<settle_position> payouts{run};
  if (!payouts.entries.empty()) payouts.tell(outcomes, write_payouts(a, payouts.entries));
  const group<finish_bet> ends{run};
  const group<accept_bet> bets{run};
  if (ends.entries.empty() && bets.entries.empty()) return;
  const auto written = write_bets(a, ends.entries, bets.entries);
  ends.tell(outcomes, written.ends);
  bets.tell(outcomes, written.bets);
}

/// Whether an entry sees what others of its batch do to positions.
bool sees_positions(const journal_entry& x) {
  return std::holds_alternative<accept_sale>(x) || std::holds_alternative<finish_sale>(x) ||
         std::holds_alternative<settle_position>(x) || std::holds_alternative<close_settlement>(x);
}

/// What stands in a run so far and would be written after an entry that comes behind it: a bet that
/// its own end must see, and whatever changes the positions that a sale, a payout or the end of a
/// settlement looks at.
class run_so_far {
 public:
  /// Most batches are bets alone: then no user is remembered.
  explicit run_so_far(std::span<const journal_entry> part)
      : positions_count_{std::any_of(part.begin(), part.end(), sees_positions)} {}

  [[nodiscard]] bool must_precede(const journal_entry& next) const {
    if (const auto* x = std::get_if<finish_bet>(&next)) return accepted_.contains(x->id);
    if (const auto* x = std::get_if<settle_position>(&next)) return bettors_.contains(x->user);
    if (const auto* x = std::get_if<accept_sale>(&next)) return is_late(x->row.user);
    if (const auto* x = std::get_if<finish_sale>(&next)) return is_late(x->user);
    if (std::holds_alternative<close_settlement>(next)) return !bettors_.empty() || !paid_.empty();
    return false;
  }

  void add(const journal_entry& entry) {
    if (const auto* x = std::get_if<accept_bet>(&entry)) {
      accepted_.insert(x->row.id);
      if (positions_count_) bettors_.insert(x->row.user);
    }
    if (!positions_count_) return;
    if (const auto* x = std::get_if<finish_bet>(&entry)) bettors_.insert(x->user);
    if (const auto* x = std::get_if<settle_position>(&entry)) paid_.insert(x->user);
  }

 private:
  [[nodiscard]] bool is_late(const address& user) const {
    return bettors_.contains(user) || paid_.contains(user);
  }

  bool positions_count_;
  std::unordered_set<bet_id> accepted_;
  std::unordered_set<address> bettors_;
  std::unordered_set<address> paid_;
};

/// Length of the first run: up to an entry that must see what the run writes after it.
std::size_t run_length(std::span<const journal_entry> part) {
  run_so_far seen{part};
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (seen.must_precede(part[i])) return i;
    seen.add(part[i]);
  }
  return part.size();
}

}  // namespace

store_status batch_commit::run(std::span<const journal_entry> batch,
                               std::span<entry_outcome> outcomes,
                               std::optional<buffer_row>& buffer) {
  const auto status = commit_part(batch, outcomes);
  buffer = buffer_;
  if (status == store_status::unavailable && any_committed_) return store_status::in_doubt;
  return status;
}

store_status batch_commit::commit_part(std::span<const journal_entry> part,
                                       std::span<entry_outcome> outcomes) {
  for (int tries = 0; tries < max_tries; ++tries) {
    const auto [what, verdict] = try_part(part, outcomes);
    switch (what) {
      case result::kind::committed: return store_status::ok;
      case result::kind::conflict: continue;
      case result::kind::too_slow: return store_status::too_slow;
      case result::kind::unavailable: return store_status::unavailable;
      case result::kind::in_doubt: return store_status::in_doubt;
      case result::kind::refused: break;
    }
    if (part.size() == 1) {
      outcomes.front() = {verdict, {}};
      return store_status::ok;
    }
    const auto half = part.size() / 2;
    const auto first = commit_part(part.first(half), outcomes.first(half));
    if (first != store_status::ok) return first;
    return commit_part(part.subspan(half), outcomes.subspan(half));
  }
  return store_status::unavailable;
}

bool batch_commit::may_say(std::string_view cause) {
  return lines_.due(cause, actors::log_limit::time_point::clock::now());
}

batch_commit::result batch_commit::try_part(std::span<const journal_entry> part,
                                            std::span<entry_outcome> outcomes) {
  using kind = result::kind;
  sent_ = took_effect_ = false;
  const auto lost = [&](const std::exception& e) -> result {
    if (may_say("journal.session_lost"))
      spdlog::warn("journal.session_lost kind={} in_doubt={} reason=\"{}\"", kind_of(part), sent_,
                   headline(e));
    drop_();
    return {sent_ ? kind::in_doubt : kind::unavailable};
  };
  try {
    write(link_(), part, outcomes);
    return {kind::committed};
  } catch (const pqxx::sql_error& e) {
    const auto [consequence, verdict] = read_failure(e);
    if (consequence == sql_consequence::too_slow) {
      if (may_say("journal.too_slow"))
        spdlog::warn("journal.too_slow kind={} entries={} sqlstate={} reason=\"{}\"", kind_of(part),
                     part.size(), e.sqlstate(), headline(e));
      return {kind::too_slow};
    }
    if (consequence == sql_consequence::session_lost || took_effect_) return lost(e);
    if (consequence == sql_consequence::conflict) return {kind::conflict};
    if (consequence == sql_consequence::unavailable) {
      if (may_say("journal.unavailable"))
        spdlog::error("journal.unavailable sqlstate={} reason=\"{}\"", e.sqlstate(), headline(e));
      return {kind::unavailable};
    }
    if (part.size() == 1 && consequence_of(verdict) == headroom::consequence::broken)
      spdlog::error("journal.entry_refused kind={} sqlstate={} verdict={} reason=\"{}\"",
                    kind_of(part), e.sqlstate(), to_string(verdict), headline(e));
    return {kind::refused, verdict};
  } catch (const std::exception& e) {
    // No session, a lost one, or an answer we cannot read: then nothing of it may be trusted.
    return lost(e);
  }
}

void batch_commit::write(pqxx::connection& link, std::span<const journal_entry> part,
                         std::span<entry_outcome> outcomes) {
  std::fill(outcomes.begin(), outcomes.end(), entry_outcome{});
  if (only_bets(part) && run_length(part) == part.size()) {
    pqxx::nontransaction tx{link};  // one statement is one transaction: one round trip
    attempt a{tx};
    sent_ = true;
    try {
      write_run(a, part, outcomes, seen_);
      a.load_missing();
    } catch (...) {
      took_effect_ = a.took_effect();
      throw;
    }
    keep(a, part, outcomes);
    return;
  }
  pqxx::work tx{link};
  enter_turn(tx, writer_of_events::journal);
  attempt a{tx};
  for (auto rest = part, left = part; !rest.empty(); rest = left) {
    const auto length = run_length(rest);
    write_run(a, rest.first(length), outcomes.subspan(part.size() - rest.size(), length), seen_);
    left = rest.subspan(length);
  }
  a.load_missing();
  write_events(a, part, outcomes);
  sent_ = true;
  tx.commit();
  keep(a, part, outcomes);
}

void batch_commit::keep(const attempt& a, std::span<const journal_entry> part,
                        std::span<entry_outcome> outcomes) {
  any_committed_ = true;
  if (a.buffer()) buffer_ = a.buffer();
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (outcomes[i].verdict != errc::none) continue;
    if (const auto user = moves_of(part[i]).user) a.show_user(*user, outcomes[i].result);
  }
}

}  // namespace headroom::persistence
