#include "actors/alerts.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace headroom::actors {

alert_board::alert_board(steady_clock clock) : clock_{std::move(clock)} {}

void alert_board::raise(std::string_view kind, std::string_view subject, std::string_view text,
                        timestamp now) {
  const std::lock_guard lock{mutex_};
  auto i = entries_.find(key{kind, subject});
  if (i == entries_.end()) {
    if (entries_.size() >= most && !make_room()) return;
    entry fresh;
    fresh.what.kind = kind;
    fresh.what.subject = subject;
    fresh.refilled = clock_();
    i = entries_.emplace(key{kind, subject}, std::move(fresh)).first;
    ++cleared_;
  }
  auto& x = i->second;
  x.what.text = text;
  x.what.last = now;
  if (!x.what.lasts) {
    x.what.since = now;
    x.what.cleared_at = {};
    x.what.lasts = true;
    x.said = false;
    --cleared_;
    lasting_.fetch_add(1);
    ++raised_[x.what.kind];
  }
  if (!x.said) say(x);
}

void alert_board::clear(std::string_view kind, std::string_view subject, timestamp now) {
  if (lasting_.load() == 0) return;
  const std::lock_guard lock{mutex_};
  const auto i = entries_.find(key{kind, subject});
  if (i != entries_.end()) end(i->second, now);
}

void alert_board::clear_all(std::string_view kind, timestamp now) {
  if (lasting_.load() == 0) return;
  const std::lock_guard lock{mutex_};
  for (auto i = entries_.lower_bound(key{kind, ""}); i != entries_.end() && i->first.first == kind;
       ++i)
    end(i->second, now);
}

/// What cannot be said now is said by a later raise, if it lasts that long.
void alert_board::say(entry& x) {
  const auto now = clock_();
  const auto due = (now - x.refilled) / line_every;
  if (due > 0) {
    x.lines = static_cast<std::uint32_t>(std::min<std::int64_t>(lines_at_once, x.lines + due));
    x.refilled += due * line_every;
  }
  if (x.lines == 0) return;
  if (x.lines == lines_at_once) x.refilled = now;
  --x.lines;
  x.said = true;
  spdlog::error("alert.raised kind={} subject={} since={} text=\"{}\"", x.what.kind, x.what.subject,
                to_rfc3339(x.what.since), x.what.text);
}

void alert_board::end(entry& x, timestamp now) {
  if (!x.what.lasts) return;
  x.what.lasts = false;
  x.what.cleared_at = now;
  ++cleared_;
  lasting_.fetch_sub(1);
  if (x.said)
    spdlog::info("alert.cleared kind={} subject={} since={}", x.what.kind, x.what.subject,
                 to_rfc3339(x.what.since));
  if (cleared_ > most_cleared) (void)make_room();
}

/// Forgets what ended first. False when everything lasts: then nothing more can be kept, and the
/// board says enough as it is.
bool alert_board::make_room() {
  const auto older = [](const auto& a, const auto& b) {
    const auto& x = a.second.what;
    const auto& y = b.second.what;
    if (x.lasts != y.lasts) return y.lasts;
    return x.cleared_at < y.cleared_at;
  };
  const auto oldest = std::min_element(entries_.begin(), entries_.end(), older);
  if (oldest == entries_.end() || oldest->second.what.lasts) return false;
  entries_.erase(oldest);
  --cleared_;
  return true;
}

bool alert_board::lasts(std::string_view kind, std::string_view subject) const {
  const std::lock_guard lock{mutex_};
  const auto i = entries_.find(key{kind, subject});
  return i != entries_.end() && i->second.what.lasts;
}

std::vector<alert> alert_board::list() const {
  std::vector<alert> out;
  {
    const std::lock_guard lock{mutex_};
    out.reserve(entries_.size());
    for (const auto& [name, x] : entries_) out.push_back(x.what);
  }
  std::stable_sort(out.begin(), out.end(), [](const alert& a, const alert& b) {
    if (a.lasts != b.lasts) return a.lasts;
    return a.lasts ? a.since > b.since : a.cleared_at > b.cleared_at;
  });
  return out;
}

std::map<std::string, std::uint64_t> alert_board::raised() const {
  const std::lock_guard lock{mutex_};
  return raised_;
}

}  // namespace headroom::actors
