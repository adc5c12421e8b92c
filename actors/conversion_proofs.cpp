#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/alerts.hpp"
#include "actors/conversion_driver.hpp"

/// What was done by depth may be undone by a reorganisation: until `finalized` has passed its proof
/// it is asked for again, of running and of completed conversions. What no node shows any more goes
/// back to in flight, and what a completed one had brought is posted back (docs/decisions/0030).
namespace headroom::actors {
namespace {

constexpr std::string_view undone_alert = "conversion.undone";
constexpr std::uint32_t watched_at_ease = 8;  // each at its own pace

}  // namespace

/// Those that an earlier life completed. One that this one watches stays as it is.
void conversion_driver::take_up_arrived(std::vector<conversion>& rows) {
  for (auto& row : rows) {
    if (known(row.id) != nullptr || st_.ended.contains(row.id)) continue;
    const auto route = st_.routes.find(row.route);
    if (route != st_.routes.end() && runs_along(row, route->second.steps))
      keep_watch(std::move(row));
  }
}

void conversion_driver::keep_watch(conversion row) {
  const auto id = row.id;
  auto watched = running_of(std::move(row));
  watched.next_proof = now() + w_.settings.conversion.call_interval;
  st_.arrived.insert_or_assign(id, std::move(watched));
}

bool conversion_driver::prove(const conversion_id& id, running& r) {
  const auto step = r.progress.first_by_depth();
  if (!step || r.busy || r.stopped || now() < r.next_proof) return false;
  const auto& row = r.progress.row();
  const auto route = w_.dir.handles.route(row.route);
  if (!route) return false;
  r.busy = true;
  const auto& s = row.steps[*step];
  const run_step question{id,
                          static_cast<std::uint32_t>(*step),
                          s.attempt,
                          s.amount_in,
                          s.detail,
                          {},
                          step_wish::again,
                          s.tx_hash};
  const auto said = [self = self_, id, step = *step](const step_progress& x) {
    conversion_driver{self}.heard_proof(id, step, x);
  };
  self_->request(route, w_.settings.conversion.step_timeout, question)
      .then(said, [said](const caf::error&) {
        step_progress silent;
        silent.state = step_state::unreadable;
        said(silent);
      });
  return true;
}

void conversion_driver::heard_proof(const conversion_id& id, std::size_t step,
                                    const step_progress& x) {
  auto* r = known(id);
  if (r == nullptr) return;
  r->busy = false;
  // While a tag stands still many may be watched: together they ask little more than a few do.
  const auto crowd = 1 + static_cast<std::uint32_t>(st_.arrived.size()) / watched_at_ease;
  r->next_proof = now() + w_.settings.conversion.call_interval * std::max(x.calls, 1U) * crowd;
  // An operator may have ended it, or it was taken up anew, while the route was asked.
  if (r->progress.first_by_depth() != step) return;
  const auto& s = r->progress.row().steps[step];
  if (x.state == step_state::done && x.amount_out == s.amount_out) {
    stands(id, *r);
    if (!x.by_depth) settled(id, *r, step);
  } else if (x.state == step_state::done || x.gone) {
    // Mined anew with another outcome: what is in the books is wrong for sure.
    missing(id, *r, step, x.state == step_state::done);
  }
}

void conversion_driver::stands(const conversion_id& id, running& r) {
  if (std::exchange(r.gone_since, std::nullopt))
    spdlog::warn("conversion.proof_back conversion={}", id.text());
  tell_buffer(id, {});
}

/// Of a completed one once the books know it; until then it is asked for again.
void conversion_driver::settled(const conversion_id& id, running& r, std::size_t step) {
  if (find(id) != nullptr) {
    r.progress.settle(step);
    return record(id);
  }
  auto proven = r.progress;
  proven.settle(step);
  tell(w_.dir.handles.get<journal_actor>(), id, "settle",
       append{settle_proofs{id, proven.row().steps, w_.now()}},
       [id, step](conversion_driver d, running& one) {
         one.progress.settle(step);
         if (!one.progress.first_by_depth()) d.st_.arrived.erase(id);
       });
}

/// At first nothing is paid of it; what does not come back in time is undone.
void conversion_driver::missing(const conversion_id& id, running& r, std::size_t step,
                                bool for_sure) {
  const auto& row = r.progress.row();
  if (!r.gone_since) {
    r.gone_since = now();
    spdlog::warn("conversion.proof_missing conversion={} step={} tx={}", id.text(),
                 row.steps[step].name, row.steps[step].tx_hash.hex());
  }
  tell_buffer(id, row.received);
  if (for_sure || now() - *r.gone_since >= w_.settings.conversion.undone_after) undo(id, r, step);
}

void conversion_driver::undo(const conversion_id& id, running& r, std::size_t step) {
  auto rolled_back = r.progress;
  rolled_back.undo(step, w_.now());
  auto row = rolled_back.row();
  w_.dir.gauges.alerts().raise(undone_alert, id.text(),
                               "a reorganisation took back step " + row.steps[step].name + " (" +
                                   row.steps[step].tx_hash.hex() + "): it is in flight again",
                               w_.now());
  if (find(id) != nullptr) {
    ++st_.undone;
    r.progress = std::move(rolled_back);
    r.gone_since.reset();
    r.moved_at = r.step_began = now();
    r.next_look = {};
    return record(id);
  }
  ++row.undone;
  const undo_conversion entry{id, row.undone, row.steps, row.received, {}, row.loss, w_.now()};
  tell(w_.dir.handles.get<buffer_actor>(), id, "undo", entry,
       [row](conversion_driver d, running&) { d.undone(row); });
}

/// In the books it runs again.
void conversion_driver::undone(conversion row) {
  ++st_.undone;
  spdlog::error("conversion.undone conversion={} received={} times={}", row.id.text(),
                to_string(row.received), row.undone);
  row.status = conversion_status::running;
  row.received = row.loss = {};
  st_.arrived.erase(row.id);
  adopt(std::move(row));
}

/// Of a completed one only: what a running one brought is not the buffer's yet.
void conversion_driver::tell_buffer(const conversion_id& id, usdc held_back) {
  const auto buffer = w_.dir.handles.get<buffer_actor>();
  if (buffer && st_.arrived.contains(id)) self_->send(buffer, hold_back{id, held_back});
}

}  // namespace headroom::actors
