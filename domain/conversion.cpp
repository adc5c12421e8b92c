#include "domain/conversion.hpp"

#include <algorithm>

#include "domain/backoff.hpp"

namespace headroom {
namespace {

/// True when any of them is new.
bool remember(conversion_step& s, std::span<const operation_id> operations) {
  bool any = false;
  for (const auto& id : operations) {
    if (std::find(s.operations.begin(), s.operations.end(), id) != s.operations.end()) continue;
    s.operations.push_back(id);
    any = true;
  }
  return any;
}

/// Assigns; true when it differed.
template <class T>
bool set(T& to, const T& value) {
  if (to == value) return false;
  to = value;
  return true;
}

}  // namespace

bool runs_along(const conversion& row, std::span<const std::string> step_names) {
  return row.steps.size() <= step_names.size() &&
         std::equal(row.steps.begin(), row.steps.end(), step_names.begin(),
                    [](const auto& step, const auto& name) { return step.name == name; });
}

conversion_progress::conversion_progress(conversion row, std::vector<std::string> step_names,
                                         const limits& l, timestamp now)
    : row_{std::move(row)}, limits_{l} {
  for (std::size_t i = row_.steps.size(); i < step_names.size(); ++i) {
    conversion_step s;
    s.name = std::move(step_names[i]);
    s.state = "waiting";
    row_.steps.push_back(std::move(s));
  }
  while (step_ < row_.steps.size() && row_.steps[step_].state == "done") ++step_;
  if (!finished() && row_.steps[step_].state == "waiting") start_step(now);
}

void conversion_progress::start_step(timestamp now) {
  auto& s = row_.steps[step_];
  s.state = "in_flight";
  s.amount_in = step_ == 0 ? row_.amount : row_.steps[step_ - 1].amount_out;
  s.started_at = now;
}

void conversion_progress::look_again() noexcept {
  ++row_.attempts;
#ifdef HEADROOM_PLANTED_ATTEMPT_BY_TIMER  // for tests/simulation alone, which must notice
  if (!finished()) ++row_.steps[step_].attempt;
#endif
}

conversion_move conversion_progress::heard(const step_news& news, timestamp now) {
  if (finished()) return conversion_move::arrive;
  if (news.word == step_state::unreadable) return conversion_move::wait;
  auto& s = row_.steps[step_];
  bool changed = remember(s, news.operations);
  changed |= set(s.tx_hash, news.tx_hash);
  changed |= set(s.detail, news.detail);
  switch (news.word) {
    case step_state::unreadable: break;
    case step_state::in_flight: changed |= set<std::string>(s.state, "in_flight"); break;
    case step_state::held: changed |= set<std::string>(s.state, "held"); break;
    case step_state::failed:
      s.state = "held";
      ++s.attempt;  // nothing moved: a new attempt makes new transactions
      ++row_.attempts;
      s.failures.push_back(now);
      if (s.failures.size() > limits_.attempts) s.failures.erase(s.failures.begin());
      return conversion_move::record;
    case step_state::done:
      s.state = "done";
      s.amount_out = news.amount_out;
      s.finished_at = now;
      s.by_depth = news.by_depth;
      s.failures.clear();
      ++step_;
      if (finished()) return conversion_move::arrive;
      start_step(now);
      return conversion_move::record;
  }
  return changed ? conversion_move::record : conversion_move::wait;
}

std::chrono::milliseconds conversion_progress::pause() const noexcept {
  if (finished() || step().attempt == 0) return {};
  return backoff(limits_.first_pause, step().attempt - 1, limits_.longest_pause);
}

bool conversion_progress::awaits_operator() const noexcept {
  if (finished() || step().state != "held" || limits_.attempts == 0) return false;
  const auto& failures = step().failures;
  return failures.size() >= limits_.attempts &&
         failures.back() <= failures.front().plus(limits_.within);
}

bool conversion_progress::forgive(timestamp at) {
  if (finished()) return false;
  return std::erase_if(row_.steps[step_].failures, [&](timestamp t) { return t <= at; }) > 0;
}

std::optional<std::size_t> conversion_progress::first_by_depth() const noexcept {
  const auto i =
      std::find_if(row_.steps.begin(), row_.steps.end(), [](const auto& s) { return s.by_depth; });
  if (i == row_.steps.end()) return std::nullopt;
  return static_cast<std::size_t>(i - row_.steps.begin());
}

step_wish conversion_progress::wish() const noexcept {
  return !finished() && step().by_tag ? step_wish::by_tag : step_wish::go_on;
}

void conversion_progress::undo(std::size_t step, timestamp now) {
  for (std::size_t i = step; i < row_.steps.size(); ++i) {
    auto& s = row_.steps[i];
    s.state = "waiting";
    s.amount_out = {};
    s.finished_at = {};
    s.by_depth = false;
    s.by_tag = true;
  }
  step_ = step;
  start_step(now);
}

usdc conversion_progress::received() const noexcept {
#ifdef HEADROOM_PLANTED_QUOTE_BOOKED  // for tests/simulation alone, which must notice
  if (row_.expected_out.is_positive()) return row_.expected_out;
#endif
  return row_.steps.empty() ? usdc{} : row_.steps.back().amount_out;
}

}  // namespace headroom
