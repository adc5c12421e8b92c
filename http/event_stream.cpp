#include "http/event_stream.hpp"

#include <algorithm>
#include <utility>

namespace headroom::http {
namespace {

/// The name of the field that `data` goes into begins every line of it; CR, LF and both together
/// end one.
void append_data(std::string& out, std::string_view data) {
  for (;;) {
    const auto end = std::min(data.find_first_of("\r\n"), data.size());
    out.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == data.size()) return;
    data.remove_prefix(data.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
}

}  // namespace

std::string wire_text(const stream_event& e) {
  std::string out;
  out.reserve(48 + e.name.size() + e.data.size());
  if (!e.name.empty()) out.append("event: ").append(e.name).append("\n");
  if (e.id != 0) out.append("id: ").append(std::to_string(e.id)).append("\n");
  append_data(out, e.data);
  return out.append("\n");
}

bool event_stream::push(const stream_event& e) {
  entry next{wire_text(e), e.topic};
  const std::lock_guard lock{mutex_};
  if (ended_) return false;
  if (!e.topic.empty()) {
    const auto older = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const entry& w) { return w.topic == e.topic; });
    if (older != waiting_.end()) {
      bytes_ -= older->size();
      waiting_.erase(older);
      ++lost_.replaced;
    }
  }
  bytes_ += next.size();
  waiting_.push_back(std::move(next));
  while (bytes_ > most_bytes_) drop_front();
  wake();
  return true;
}

void event_stream::drop_front() {
  bytes_ -= waiting_.front().size();
  waiting_.pop_front();
  ++lost_.dropped;
}

/// Once for all that comes before the next take.
void event_stream::wake() {
  if (wake_ && !std::exchange(woken_, true)) wake_();
}

/// Also when what waits was told already: an end is not put off like what comes before it.
void event_stream::end() {
  const std::lock_guard lock{mutex_};
  if (!std::exchange(ended_, true) && wake_) wake_();
}

bool event_stream::ended() const {
  const std::lock_guard lock{mutex_};
  return ended_;
}

event_stream::batch event_stream::take() {
  const std::lock_guard lock{mutex_};
  woken_ = false;
  batch out;
  out.counts = std::exchange(lost_, {});
  out.counts.sent = waiting_.size();
  out.last = ended_;
  if (out.counts.dropped > 0)
    out.text =
        wire_text({"resync", R"({"dropped":)" + std::to_string(out.counts.dropped) + "}", 0, {}});
  for (const auto& e : waiting_) out.text += e.text;
  waiting_.clear();
  bytes_ = 0;
  return out;
}

bool event_stream::waits() const {
  const std::lock_guard lock{mutex_};
  return ended_ || !waiting_.empty() || lost_.dropped > 0;
}

event_stream::tally event_stream::close() {
  const std::lock_guard lock{mutex_};
  ended_ = true;
  wake_ = nullptr;
  auto out = std::exchange(lost_, {});
  out.dropped += waiting_.size();
  waiting_.clear();
  bytes_ = 0;
  return out;
}

}  // namespace headroom::http
