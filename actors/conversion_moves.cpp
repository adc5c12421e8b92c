#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/conversion_driver.hpp"
#include "actors/work_switches.hpp"

/// A conversion whose route went silent before anything was sent: another one may take its deposits
/// over (docs/decisions/0044). Its money is still where users paid it. The books have the last word
/// on whether it is; until they have spoken it is not driven.
namespace headroom::actors {
namespace {

/// By its steps; the outbox, which knows more, is asked in the commit.
bool has_sent(const conversion& row) {
  return std::any_of(row.steps.begin(), row.steps.end(),
                     [](const auto& s) { return !s.operations.empty() || !s.tx_hash.is_zero(); });
}

/// Routes that offer and then hold send one and the same money around: each move makes the next one
/// wait twice as long, an hour at most.
std::chrono::milliseconds rest_after(std::uint32_t moves_made, std::chrono::milliseconds first) {
  constexpr std::chrono::milliseconds longest = std::chrono::hours{1};
  for (; moves_made > 1 && first < longest; --moves_made) first *= 2;
  return std::min(first, longest);
}

}  // namespace

bool conversion_driver::look_elsewhere(const conversion_id& id, running& r) {
  const auto& c = w_.settings.conversion;
  const auto& row = r.progress.row();
  const bool tried = r.troubled_at && now() - *r.troubled_at >= c.alert_after;
  if (!tried || r.short_looks > 0 || r.progress.step_index() > 0 || has_sent(row) ||
      row.deposits.empty())
    return false;
  if (now() < r.elsewhere_next || st_.choices.contains(row.source) || w_.dir.users.draining() ||
      w_.dir.gauges.switches().paused(pausable::conversions))
    return false;
  // Each try costs every route a quote, and while it lasts nothing else of this source is chosen:
  // the more of them look, the rarer. In between it is driven on where it is.
  r.elsewhere_next = now() + (c.choice + c.choose_again) * static_cast<int>(st_.live.size());
  auto run = std::make_shared<choice_run>();
  run->replaces = id;
  run->without = row.route;
  run->waiting = {{row.deposits.front(), row.amount, row.created_at}};  // one: whole, or not
  r.busy = true;
  if (!begin_choice(row.source, run)) r.busy = false;
  return r.busy;  // not either when the choice is over already
}

void conversion_driver::move_to(const run_ptr& run, conversion row) {
  auto* r = find(run->replaces);
  end_choice(run);
  if (r == nullptr || r->stopped) return;
  const auto& old = r->progress.row();
  row.deposits = old.deposits;
  row.choice += ", in place of " + old.id.text() + " on " + old.route;
  r->moves = std::move(row);
  ask_to_move(run->replaces);
}

/// Without an answer the next poll asks again: committing it twice changes nothing.
void conversion_driver::ask_to_move(const conversion_id& id) {
  const auto journal = w_.dir.handles.get<journal_actor>();
  if (!journal) return;
  auto* const asked = find(id);
  asked->busy = true;
  self_
      ->request(journal, w_.settings.patience.append,
                append{replace_conversion{id, *asked->moves, w_.now()}})
      .then(
          [self = self_, id](const committed& c) {
            conversion_driver d{self};
            auto* const r = d.find(id);
            if (r == nullptr || !r->moves) return;
            auto row = *std::exchange(r->moves, std::nullopt);
            ++d.st_.replaced;
            spdlog::warn("conversion.replaced conversion={} route={} by={} on={} choice=\"{}\"",
                         id.text(), r->progress.row().route, row.id.text(), row.route, row.choice);
            d.took_over(id, std::move(row), c.replayed);
          },
          [self = self_, id](const caf::error& e) {
            conversion_driver d{self};
            auto* const r = d.find(id);
            if (r == nullptr) return;
            r->busy = false;
            if (is_final(e)) r->moves.reset();  // something of it was sent after all: it goes on
            if (d.may_say("replace " + id.text()))
              spdlog::warn("conversion.not_replaced conversion={} code={}", id.text(),
                           to_string(code_of(e)));
          });
}

/// Its trouble goes on with the new one until a step of that is well: it is one alert's affair.
/// A repeated answer may be old, and the row may have moved on: the next poll finds it as it is.
void conversion_driver::took_over(const conversion_id& id, conversion row, bool repeated) {
  const auto& old = *find(id);
  const auto since = old.troubled_at;
  const auto moves_made = old.moves_made + 1;
  ended(id);
  if (repeated) return;
  const auto next = row.id;
  auto& r = st_.live.emplace(next, running_of(std::move(row))).first->second;
  r.troubled_at = since;
  r.moves_made = moves_made;
  r.elsewhere_next = now() + rest_after(moves_made, w_.settings.conversion.alert_after);
  drive(next);
}

}  // namespace headroom::actors
