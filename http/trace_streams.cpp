#include "http/trace_streams.hpp"

#include <algorithm>

#include "http/inspector_documents.hpp"
#include "http/problem.hpp"

namespace headroom::http {
namespace {

problem too_many(std::string detail) {
  auto p = problem_of(errc::rate_limited, std::move(detail));
  p.retry_after = 5;
  return p;
}

/// The last word: why it ended, and what was never heard.
stream_event end_event(std::string_view why, std::uint64_t sent, std::uint64_t dropped) {
  return {"end", to_text(object({{"reason", why}, {"sent", sent}, {"dropped", dropped}})), 0, {}};
}

}  // namespace

trace_streams::claim::~claim() {
  if (from_ != nullptr) from_->give_back(owner_);
}

trace_streams::~trace_streams() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  auto left = std::move(fresh_);  // their claims come back here
}

trace_streams::claim trace_streams::take(std::string owner) {
  const std::lock_guard lock{mutex_};
  if (owners_.contains(owner)) throw too_many("one trace at a time: end the other one first");
  if (owners_.size() >= most) throw too_many("all traces are taken");
  owners_.insert(owner);
  return claim{*this, std::move(owner)};
}

void trace_streams::give_back(const std::string& owner) {
  const std::lock_guard lock{mutex_};
  owners_.erase(owner);
}

void trace_streams::begin(claim right, std::shared_ptr<event_stream> to, const terms& t) {
  auto tap = std::make_shared<actors::message_tap>(t.filter, t.limit);
  actors::message_taps::instance().open(tap);
  const std::lock_guard lock{mutex_};
  fresh_.push_back({std::move(right), std::move(to), std::move(tap), clock::now() + t.time, {}});
  if (!thread_.joinable()) thread_ = std::thread{[this] { run(); }};
  changed_.notify_all();
}

std::size_t trace_streams::open() const {
  const std::lock_guard lock{mutex_};
  return fresh_.size() + running_;
}

/// False when it has ended.
bool trace_streams::go_on(trace& t, clock::time_point now) {
  if (t.to->ended()) return false;
  auto got = t.tap->take();
  t.backlog.insert(t.backlog.end(), got.events.begin(), got.events.end());
  t.all_taken = t.all_taken || got.last;
  t.dropped += got.dropped;
  if (got.dropped > 0) t.to->push({"dropped", to_text(object({{"messages", got.dropped}})), 0, {}});
  for (std::size_t n = 0; n < at_once && !t.backlog.empty(); ++n, t.backlog.pop_front()) {
    t.to->push({"message", to_text(flight_document(t.backlog.front())), 0, {}});
    ++t.sent;
  }
  const bool whole = t.all_taken && t.backlog.empty();
  if (!whole && now < t.until) return true;
  t.dropped += t.backlog.size();
  t.to->push(end_event(whole ? "limit" : "seconds", t.sent, t.dropped));
  t.to->end();
  return false;
}

void trace_streams::run() {
  std::vector<trace> mine;
  std::unique_lock lock{mutex_};
  for (;;) {
    if (mine.empty()) {
      changed_.wait(lock, [this] { return stopping_ || !fresh_.empty(); });
    } else {
      changed_.wait_for(lock, pace, [this] { return stopping_; });
    }
    const bool stop = stopping_;
    for (auto& t : fresh_) mine.push_back(std::move(t));
    fresh_.clear();
    running_ = mine.size();
    lock.unlock();
    const auto now = clock::now();
    std::vector<trace> going;
    for (auto& t : mine) {
      if (!stop && go_on(t, now)) {
        going.push_back(std::move(t));
        continue;
      }
      actors::message_taps::instance().close(t.tap);
      t.to->end();
    }
    mine = std::move(going);
    lock.lock();
    running_ = mine.size();
    if (stop) return;
  }
}

}  // namespace headroom::http
