#include "chain/treasury/across_split.hpp"

#include <algorithm>

#include "chain/evm/transaction.hpp"
#include "domain/backoff.hpp"

/// The parts of one step: found in the books' detail or, where that was lost, in the outbox; looked
/// at one after the other; put together.
namespace headroom::chain {

using step_parts::part;
using step_parts::part_state;

across_split::across_split(const across_place& place, actors::run_step x, promise p)
    : route_step{place.house.self, *place.house.w, *place.house.tally, std::move(x), std::move(p)},
      place_{place} {}

// -- what is known of the parts ------------------------------------------------------------------

void across_split::start() {
  if (!begin()) return;
  parts_ = step_parts::read_parts(detail_.parts, x_.amount_in);
  if (first_is_sent()) return look();
  look_for_whole();
}

bool across_split::first_is_sent() const {
  return !parts_.empty() && (parts_[0].was_sent() || parts_[0].attempt > 0);
}

/// It may have been sent whole, and the word of it lost.
void across_split::look_for_whole() {
  where_is(place_.desk.pair.from.account(), operation_of(x_, whole_operation),
           [run = me()](const report& r) {
             if (!is_unsent(r)) return run->go_whole();
             run->look_for_first();
           });
}

void across_split::go_whole() {
  detail_.parts.clear();
  auto x = x_;
  x.detail = detail_.text();
  std::make_shared<across_run>(place_, std::move(x), hand_over())->start();
}

void across_split::look_for_first() {
  const auto id = operation_of(x_, first_operation);
  where_is(place_.desk.pair.from.account(), id, [run = me(), id](const report& r) {
    if (r.state != operation_state::unsent) return run->read_first(id);
    if (!is_unsent(r)) return run->waiting("its first part is being prepared");
    if (run->parts_.empty()) return run->go_whole();  // nothing was sent, and nothing is planned
    run->look();
  });
}

/// What was planned may have been lost or planned anew: the transaction that is stored says what
/// the first part is, and so what the others are.
void across_split::read_first(const operation_id& id) {
  const auto query = w_.dir.handles.get<actors::query_actor>();
  if (!query) return unreadable("the outbox cannot be read");
  self_->request(query, w_.settings.patience.load, actors::get_atom::value, id)
      .then([run = me()](const std::vector<chain_operation>& rows) { run->adopt(rows); },
            [run = me()](const caf::error&) { run->unreadable("the outbox cannot be read"); });
}

void across_split::adopt(const std::vector<chain_operation>& rows) {
  if (rows.empty()) return waiting("its first part is not stored yet");
  parts stored;
  for (const auto& row : rows) {
    const auto tx = decode_transaction(row.raw);
    if (!tx || tx->body.to != place_.desk.pair.spoke_pool) continue;
    if (const auto amount = across::deposited_by(tx->body.data))
      stored = step_parts::parts_like(x_.amount_in, *amount);
  }
  if (stored.empty()) return unreadable("the stored first part is none of this amount");
  if (stored.size() != parts_.size()) {
    parts_ = std::move(stored);
    for (auto& p : parts_) p.since_block = detail_.since_block;
  }
  parts_[0].state = part_state::sent;
  look();
}

// -- one look at each ----------------------------------------------------------------------------

/// Those that were sent first: while one of them cannot be read nothing is sent.
void across_split::look() {
  notes_.assign(parts_.size(), {});
  const bool look_again = x_.wish != step_wish::go_on;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const auto& p = parts_[i];
    if (p.is_filled() ? look_again && p.by_depth : p.was_sent()) to_look_at_.push_back(i);
  }
  for (std::size_t i = 0; i < parts_.size() && !asked_again(); ++i)
    if (!parts_[i].was_sent()) to_look_at_.push_back(i);
  looked_twice_ = look_again;
  next();
}

/// What was filled by depth while others were under way is looked at once more when all are filled.
void across_split::next() {
  while (!to_look_at_.empty()) {
    const auto i = to_look_at_.front();
    to_look_at_.pop_front();
    if (!parts_[i].was_sent()) notes_[i] = why_not_sent(i);
    if (notes_[i].empty()) return run_part(i);
    if (parts_[i].attempt > 0) return look_for_try(i);
  }
  const bool filled =
      std::all_of(parts_.begin(), parts_.end(), [](const part& p) { return p.is_filled(); });
  if (filled && !std::exchange(looked_twice_, true)) {
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (parts_[i].by_depth && notes_[i].empty()) to_look_at_.push_back(i);
    if (!to_look_at_.empty()) return next();
  }
  conclude();
}

/// "" when it may be sent now. The others follow once the first one's stored transaction was read,
/// in their order, so that the first one missing is the last one that could be sent.
std::string across_split::why_not_sent(std::size_t i) const {
  const auto& p = parts_[i];
  if (!unknown_.empty()) return "waits: another part cannot be read";
  if (i > 0 && p.attempt == 0 &&
      !(first_is_sent() && (parts_[i - 1].was_sent() || parts_[i - 1].attempt > 0)))
    return "waits for the part before it";
  // The limit is what one relayer has: what others of ours wait for is not taken off it.
  const auto waiting =
      std::count_if(parts_.begin(), parts_.end(), [](const part& x) { return x.waits_for_fill(); });
  if (waiting >= place_.desk.settings.parts_at_once) return "waits for a fill of another part";
  if (p.attempt == 0 || place_.at_once) return {};
  const auto tries = w_.settings.conversion.attempts;
  if (tries > 0 && p.attempt >= tries)
    return std::to_string(p.attempt) + " tries failed: waits for an operator's retry";
  if (static_cast<std::uint64_t>(w_.now().seconds()) < p.not_before)
    return "failed: tried again after a pause";
  return {};
}

/// The wallet must hold what of the step is still to be sent, not this part alone.
void across_split::run_part(std::size_t i) {
  const auto& p = parts_[i];
  route_detail known;
  known.from_block = p.from_block;
  known.since_block = p.since_block;
  known.seen_at = p.seen_at;
  auto x = x_;
  x.amount_in = p.amount;
  x.detail = known.text();
  x.owed_before = add_saturating(x_.owed_before, still_here(i));
  x.proof = p.tx;
  across_share share{step_parts::part_name(i, p.attempt), p.attempt > 0, x_.amount_in,
                     [run = me(), i](const part_news& news) { run->heard(i, news); }};
  std::make_shared<across_run>(place_, std::move(x), promise{}, std::move(share))->start();
}

void across_split::heard(std::size_t i, const part_news& news) {
  include(news.said);
  const auto seen = route_detail::parse(news.said.detail);
  auto& p = parts_[i];
  notes_[i] = seen.note;
  if (!news.stops.empty()) stop_route(news.stops);
  if (news.said.state != step_state::unreadable) {
    p.from_block = seen.from_block;
    p.since_block = seen.since_block;
    p.seen_at = seen.seen_at;
  }
  switch (news.said.state) {
    case step_state::unreadable:
      if (unknown_.empty()) unknown_ = "part " + std::to_string(i + 1) + ": " + seen.note;
      break;
    case step_state::failed:
      if (i == 0 && !first_is_sent()) {  // its approval: the whole step is tried anew
        failure_ = "part 1: " + notes_[i];
        failed_tx_ = news.said.tx_hash;
        break;
      }
      failed_part(i, news.said);
      return look_for_try(i);
    case step_state::held:
      short_of_money_ = short_of_money_ || news.said.short_of_money;
      above_limit_ = above_limit_ || news.above_limit;
      under_way_ = under_way_ || asked_again();  // it was done, and is not
      if (news.said.money_left) moved(i, news);
      break;
    case step_state::in_flight:
      under_way_ = true;
      gone_ = gone_ || news.said.gone;
      moved(i, news);
      break;
    case step_state::done: moved(i, news); break;
  }
  next();
}

/// The first part counts as sent once its stored transaction was read, in the next look.
void across_split::moved(std::size_t i, const part_news& news) {
  auto& p = parts_[i];
  const bool done = news.said.state == step_state::done;
  const bool first = i == 0 && !first_is_sent();
  if (!first) p.state = done ? part_state::filled : news.state;
  p.out = done ? news.said.amount_out : usdc{};
  p.by_depth = done && news.said.by_depth;
  if (!news.said.tx_hash.is_zero()) p.tx = news.said.tx_hash;
  if (!news.relay) return;
  p.deposit_id = news.relay->deposit_id;
  p.deadline = news.relay->fill_deadline;
}

/// Nothing of it is under way any more: it is sent again by itself, under another name.
void across_split::failed_part(std::size_t i, const actors::step_progress& said) {
  auto& p = parts_[i];
  failure_ = "part " + std::to_string(i + 1) + ": " + notes_[i];
  failed_tx_ = said.tx_hash;
  part fresh;
  fresh.amount = p.amount;
  fresh.attempt = p.attempt + 1;
  fresh.since_block = p.since_block;
  const auto& c = w_.settings.conversion;
  const auto pause = backoff(c.retry, p.attempt, c.longest_retry);
  fresh.not_before = static_cast<std::uint64_t>(w_.now().plus(pause).seconds());
  p = fresh;
}

/// The outbox may know of a new try that the books' detail does not. Before it is sent, or is not
/// for now, and before the step may fail, it must be known not to be.
void across_split::look_for_try(std::size_t i) {
  const auto id = operation_of(x_, "across/" + step_parts::part_name(i, parts_[i].attempt));
  where_is(place_.desk.pair.from.account(), id, [run = me(), i](const report& r) {
    if (is_unsent(r)) return run->next();
    run->under_way_ = true;
    if (r.state == operation_state::unsent) return run->next();  // it is being prepared
    run->parts_[i].state = part_state::sent;
    run->run_part(i);
  });
}

// -- what they come to ---------------------------------------------------------------------------

bool across_split::any_out() const {
  return under_way_ ||
         std::any_of(parts_.begin(), parts_.end(), [](const part& p) { return p.was_sent(); });
}

usdc across_split::still_here(std::size_t but) const {
  usdc out;
  for (std::size_t i = 0; i < parts_.size(); ++i)
    if (i != but && !parts_[i].was_sent()) out = add_saturating(out, parts_[i].amount);
  return out;
}

/// Of what is under way; else of what arrived last.
hash256 across_split::newest_tx() const {
  hash256 out;
  for (const auto& p : parts_)
    if (p.is_filled()) out = p.tx;
  for (const auto& p : parts_)
    if (!p.is_filled() && !p.tx.is_zero()) return p.tx;
  return out;
}

std::string across_split::summary() const {
  std::string out;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const auto& note = notes_[i].empty() && parts_[i].is_filled() ? "filled" : notes_[i];
    out += (i == 0 ? "part " : "; part ") + std::to_string(i + 1) + " of " +
           std::to_string(parts_.size()) + ": " + note;
  }
  return out;
}

void across_split::conclude() {
  tx_ = newest_tx();
  if (asked_again()) return conclude_proof();
  const bool plans_anew = above_limit_ && !any_out() && parts_[0].attempt == 0;
  detail_.parts = plans_anew ? std::string{} : step_parts::text_of(parts_);
  if (!unknown_.empty()) {
    // What the others have come to is told first: of an unreadable step nothing is recorded.
    if (detail_.parts == route_detail::parse(x_.detail).parts) return unreadable(unknown_);
    stop_route(unknown_);
    return waiting(summary());
  }
  if (std::all_of(parts_.begin(), parts_.end(), [](const part& p) { return p.is_filled(); }))
    return arrive();
  if (!any_out() && !failure_.empty()) return failed(failed_tx_, failure_);
  if (under_way_) return waiting(summary());
  money_left_ = any_out();
  held(summary());
}

/// In a look `again` what is not as it was done makes the step so.
void across_split::conclude_proof() {
  if (!unknown_.empty()) return unreadable(unknown_);
  if (under_way_ ||
      std::any_of(parts_.begin(), parts_.end(), [](const part& p) { return !p.is_filled(); }))
    return waiting(summary());
  arrive();
}

void across_split::arrive() {
  usdc sum;
  for (const auto& p : parts_) {
    sum = add_saturating(sum, p.out);
    by_depth_ = by_depth_ || p.by_depth;
  }
  detail_.note = "final";
  done(sum);
}

}  // namespace headroom::chain
