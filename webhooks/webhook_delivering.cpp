#include "webhooks/webhook_delivering.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/alerts.hpp"
#include "net/retry_after.hpp"
#include "webhooks/schedule.hpp"
#include "webhooks/webhook_message.hpp"

namespace headroom::webhooks {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t events_at_once = 1'000;
constexpr int batches_at_once = 8;       // of events, before what is due is looked for
constexpr std::size_t kept_ready = 400;  // of one receiver's deliveries, read ahead
constexpr std::size_t results_at_once = 500;
constexpr milliseconds test_timeout{5'000};  // somebody waits for it
constexpr std::chrono::minutes forget_every{10};

/// Spreads the tries of what failed together; the same for the same try.
std::uint64_t noise_of(std::int64_t number, std::uint32_t tries) noexcept {
  auto x = static_cast<std::uint64_t>(number) * 0x9e3779b97f4a7c15U + tries;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  return x ^ (x >> 31U);
}

void count(actors::webhook_counters& to, const delivery_result& r, bool gone) {
  auto& which = r.status == delivery_status::delivered ? to.delivered
                : gone                                 ? to.gone
                : r.status == delivery_status::pending ? to.retried
                                                       : to.failed;
  which.fetch_add(1, std::memory_order_relaxed);
}

actors::webhook_answered answer_of(const due_delivery& what, const net::http_result& r,
                                   std::chrono::steady_clock::time_point began) {
  const auto took = std::chrono::steady_clock::now() - began;
  actors::webhook_answered out;
  out.number = what.row.number;
  out.webhook = what.row.webhook;
  out.status = r.status;
  out.error = r.error;
  out.retry_after = r.header("retry-after");
  out.took_ms = static_cast<std::uint32_t>(std::chrono::ceil<milliseconds>(took).count());
  out.untried = r.error == "stopped" || r.error == "overloaded";
  return out;
}

}  // namespace

void webhook_delivering::work() {
  st_.woken = false;
  if (!load()) return;
  if (!flush()) return;
  tell_events();
  fetch_due();
  for (auto& [id, to] : st_.receivers) send_waiting(to);
  forget_old();
  show_alerts();
}

bool webhook_delivering::load() {
  if (st_.loaded) return true;
  auto rows = st_.at.store->list();
  if (!rows) return false;
  for (auto& row : *rows) {
    const auto id = row.id;
    st_.receivers[id].row = std::move(row);
  }
  return st_.loaded = true;
}

// -- the books ------------------------------------------------------------------------------------

bool webhook_delivering::flush() {
  if (!st_.results.empty()) {
    if (!st_.at.store->record(st_.results)) return false;
    for (const auto& r : st_.results)
      if (const auto of = st_.receivers.find(r.webhook); of != st_.receivers.end())
        of->second.ended.erase(r.number);
    st_.results.clear();
  }
  disable_gone();
  return st_.gone.empty();
}

/// 410, by the standard: it wants no more of anything.
void webhook_delivering::disable_gone() {
  for (auto id = st_.gone.begin(); id != st_.gone.end();) {
    const auto of = st_.receivers.find(*id);
    if (of != st_.receivers.end()) {
      actors::webhook_change how;
      how.by = "service";
      how.action = "webhook_disabled";
      how.stop = true;
      if (!st_.at.store->change(of->second.row, how)) return;
      spdlog::warn("webhook.disabled webhook={} reason=gone", id->text());
    }
    id = st_.gone.erase(id);
  }
}

void webhook_delivering::tell_events() {
  const bool anybody = std::any_of(st_.receivers.begin(), st_.receivers.end(),
                                   [](const auto& x) { return x.second.row.is_active(); });
  if (!anybody) return;
  for (int batch = 0; batch < batches_at_once; ++batch) {
    const auto told = st_.at.store->tell(st_.w->now(), events_at_once);
    if (!told) return;
    st_.told += told->told;
    if (told->read < events_at_once) return;
  }
  wake();
}

void webhook_delivering::fetch_due() {
  std::vector<actors::delivery_wish> wishes;
  const auto now = self_->clock().now();
  for (auto& [id, to] : st_.receivers) {
    to.more = false;
    if (!to.row.is_active() || now < to.quiet_until || to.waiting.size() > kept_ready / 2) continue;
    wishes.push_back({id, static_cast<std::uint32_t>(kept_ready + to.here())});
  }
  if (wishes.empty()) return;
  auto due = st_.at.store->due(st_.w->now(), wishes);
  if (!due) return;
  for (auto& d : *due) {
    auto& to = st_.receivers.at(d.row.webhook);
    if (to.has(d.row.number)) continue;
    to.waiting.push_back(std::move(d));
    to.more = to.waiting.size() >= kept_ready;
  }
}

void webhook_delivering::forget_old() {
  const auto now = self_->clock().now();
  if (now < st_.next_forget) return;
  st_.next_forget = now + forget_every;
  st_.at.store->forget(st_.w->now().minus(st_.settings.kept), st_.w->now().minus(expired_after));
}

// -- tries ----------------------------------------------------------------------------------------

void webhook_delivering::send_waiting(webhook_state::receiver& to) {
  if (!to.row.is_active() || self_->clock().now() < to.quiet_until) return;
  while (!to.waiting.empty() && to.sending.size() < st_.settings.at_once) {
    auto next = std::move(to.waiting.front());
    to.waiting.pop_front();
    send(to, std::move(next));
  }
}

void webhook_delivering::send(webhook_state::receiver& to, due_delivery what) {
  ++st_.tried;
  auto request = request_of(to.row, what, st_.w->now());
  const auto timeout =
      what.row.is_test() ? std::min(test_timeout, st_.settings.timeout) : st_.settings.timeout;
  to.sending.emplace(what.row.number, what);
  st_.at.out->post(
      to.row.id, std::move(request), timeout,
      [me = actors::webhook_actor{self_}, what, began = std::chrono::steady_clock::now()](
          const net::http_result& r) { caf::anon_send(me, answer_of(what, r, began)); });
}

void webhook_delivering::answered(const actors::webhook_answered& x) {
  const auto found = st_.receivers.find(x.webhook);
  if (found == st_.receivers.end()) return;  // removed meanwhile
  auto& to = found->second;
  const auto sent = to.sending.find(x.number);
  if (sent == to.sending.end()) return;
  const auto what = std::move(sent->second);
  to.sending.erase(sent);
  if (x.untried && !what.row.is_test()) return;  // the books still have it as due
  delivery_result r;
  r.number = x.number;
  r.webhook = x.webhook;
  r.tries = what.row.tries + 1;
  r.at = r.next_try_at = st_.w->now();
  r.last_status = x.status;
  r.last_error = words_of(x.status, x.error);
  r.last_ms = x.took_ms;
  r.test = what.row.is_test();
  const auto said = verdict_of(x.status);
  const auto asked = net::read_retry_after(x.retry_after, st_.w->now().seconds());
  if (said != verdict::delivered && asked)
    to.quiet_until = self_->clock().now() + std::min(*asked, longest_pause);
  const auto wait =
      r.test ? std::nullopt
             : wait_after(r.tries, st_.settings.pace, noise_of(r.number, r.tries), asked);
  if (said == verdict::delivered) {
    r.status = delivery_status::delivered;
  } else if (said == verdict::gone || !wait) {
    r.status = delivery_status::failed;
  } else {
    r.next_try_at = r.at.plus(*wait);
  }
  count(*st_.at.counters, r, said == verdict::gone);
  if (said == verdict::gone && !r.test && to.row.is_active()) {
    to.row.disabled_at = to.row.updated_at = st_.w->now();
    to.row.disabled_reason = "gone";
    drop_waiting(to);
    st_.gone.insert(to.row.id);
  }
  note_result(to, what, std::move(r));
  send_waiting(to);
}

void webhook_delivering::note_result(webhook_state::receiver& of, const due_delivery& what,
                                     delivery_result r) {
  if (r.test) {
    answer_test(what, r);
  } else if (r.status == delivery_status::delivered) {
    of.row.failing_since = {};
  } else if (!of.row.failing_since.is_set()) {
    of.row.failing_since = r.at;
  }
  of.ended.insert(r.number);
  st_.results.push_back(std::move(r));
  const bool wants_more = of.more && of.waiting.size() <= kept_ready / 2;
  if (st_.results.size() >= results_at_once || wants_more) wake();
}

void webhook_delivering::answer_test(const due_delivery& what, const delivery_result& r) {
  const auto asker = st_.tests.find(r.number);
  if (asker == st_.tests.end()) return;
  auto row = what.row;
  row.status = r.status;
  row.tries = r.tries;
  row.last_try_at = r.at;
  row.last_status = r.last_status;
  row.last_error = r.last_error;
  row.last_ms = r.last_ms;
  asker->second.deliver(std::move(row));
  st_.tests.erase(asker);
}

void webhook_delivering::drop_waiting(webhook_state::receiver& of) {
  of.waiting.clear();
  of.more = false;
}

void webhook_delivering::wake() {
  if (std::exchange(st_.woken, true)) return;
  self_->send(self_, actors::wake_atom::value);
}

void webhook_delivering::show_alerts() {
  auto& board = st_.w->dir.gauges.alerts();
  const auto now = st_.w->now();
  for (const auto& [id, to] : st_.receivers) {
    const auto subject = id.text();
    if (to.row.disabled_reason == "gone")
      board.raise(webhook_alert::disabled, subject, "it answered 410 and is told nothing any more",
                  now);
    else
      board.clear(webhook_alert::disabled, subject, now);
    const auto& since = to.row.failing_since;
    if (to.row.is_active() && since.is_set() && now >= since.plus(st_.settings.failing_after))
      board.raise(webhook_alert::failing, subject,
                  "nothing was delivered since " + to_rfc3339(since), now);
    else
      board.clear(webhook_alert::failing, subject, now);
  }
}

}  // namespace headroom::webhooks
