#include "http/stream_writer.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace headroom::http {

void stream_writer::append(std::string& out, std::string_view text) const {
  if (!chunked_) {
    out.append(text);
    return;
  }
  char size[16];
  auto* const end = std::to_chars(size, size + sizeof size, text.size(), 16).ptr;
  out.append(size, end).append("\r\n").append(text).append("\r\n");
}

bool stream_writer::next(std::string& out, clock::time_point now) {
  if (ended_) return false;
  std::string text;
  if (!std::exchange(begun_, true)) {
    text = "retry: " + std::to_string(rhythm_.retry.count()) + "\n\n";
    heartbeat_at_ = now + rhythm_.heartbeat;
  }
  if (now >= not_before_ || from_->ended()) {
    const auto batch = from_->take();
    if (!batch.text.empty()) not_before_ = now + rhythm_.pace;
    text += batch.text;
    counts_.sent += batch.counts.sent;
    counts_.dropped += batch.counts.dropped;
    counts_.replaced += batch.counts.replaced;
    ended_ = batch.last;
  }
  if (text.empty() && now >= heartbeat_at_) text = ":\n\n";
  if (text.empty() && !ended_) return false;
  heartbeat_at_ = now + rhythm_.heartbeat;
  if (!text.empty()) append(out, text);
  if (ended_ && chunked_) out.append("0\r\n\r\n");
  return true;
}

stream_writer::clock::time_point stream_writer::due() const {
  return from_->waits() ? std::min(not_before_, heartbeat_at_) : heartbeat_at_;
}

event_stream::tally stream_writer::take_counts() noexcept { return std::exchange(counts_, {}); }

}  // namespace headroom::http
