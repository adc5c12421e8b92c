#include "domain/conversion.hpp"

namespace headroom {

conversion_progress::conversion_progress(conversion row, std::vector<std::string> step_names,
                                         const limits& l, timestamp now)
    : row_{std::move(row)}, limits_{l}, last_progress_{now} {
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

bool conversion_progress::stuck(timestamp now) const noexcept {
  return now >= last_progress_.plus(limits_.stuck_after);
}

void conversion_progress::retry(timestamp now) noexcept {
  last_progress_ = now;
  ++row_.attempts;
}

conversion_move conversion_progress::heard(step_word word, usdc amount_out, const hash256& tx_hash,
                                           const std::string& detail, timestamp now) {
  if (finished()) return conversion_move::arrive;
  if (given_up()) return conversion_move::give_up;
  auto& s = row_.steps[step_];
  switch (word) {
    case step_word::unreadable: return conversion_move::wait;
    case step_word::in_flight:
      if (s.tx_hash == tx_hash && s.detail == detail) return conversion_move::wait;
      s.tx_hash = tx_hash;
      s.detail = detail;
      last_progress_ = now;
      return conversion_move::record;
    case step_word::failed:
      s.detail = detail;
      s.tx_hash = tx_hash;
      ++s.attempt;  // nothing moved: a new attempt makes new transactions
      retry(now);
      if (s.attempt > limits_.max_attempts) {
        s.state = "failed";
        s.finished_at = now;
        row_.failure = s.name + ": " + detail;
        return conversion_move::give_up;
      }
      return conversion_move::record;
    case step_word::done: break;
  }
  s.state = "done";
  s.amount_out = amount_out;
  s.tx_hash = tx_hash;
  s.detail = detail;
  s.finished_at = now;
  last_progress_ = now;
  ++step_;
  if (finished()) return conversion_move::arrive;
  start_step(now);
  return conversion_move::record;
}

usdc conversion_progress::received() const noexcept {
  return row_.steps.empty() ? usdc{} : row_.steps.back().amount_out;
}

}  // namespace headroom
