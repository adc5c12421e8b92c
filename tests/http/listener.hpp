#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/http/client.hpp"

namespace headroom::http::test {

/// A client that listens: takes the chunks apart and gives out one event after the other.
class listener {
 public:
  explicit listener(std::uint16_t port, const header_list& headers = {},
                    const std::string& target = "/stream")
      : wire_{port} {
    wire_.send(request_text("GET", target, headers));
    head_ = wire_.receive().value_or(reply{});
    if (head_.status == 200) {
      EXPECT_EQ(next(), "retry: 2000\n\n");
    }
  }

  [[nodiscard]] const reply& head() const { return head_; }
  /// Up to the next empty line; "" when the stream ended, was cut, or 5 seconds passed.
  std::string next() {
    std::size_t end = 0;
    while ((end = text_.find("\n\n")) == std::string::npos)
      if (!chunk()) return {};
    auto out = text_.substr(0, end + 2);
    text_.erase(0, end + 2);
    return out;
  }
  /// True when the last chunk came and nothing behind it.
  bool ended_whole() {
    while (chunk()) continue;
    return whole_ && text_.empty() && wire_.closed_by_server();
  }
  void send(std::string_view bytes) { wire_.send(bytes); }

 private:
  bool chunk() {
    if (whole_) return false;
    const auto line = wire_.read_until("\r\n");
    if (!line) return false;
    const auto size = std::stoul(*line, nullptr, 16);
    const auto bytes = wire_.read(size + 2);
    if (!bytes || !bytes->ends_with("\r\n")) return false;
    text_ += bytes->substr(0, size);
    whole_ = size == 0;
    return !whole_;
  }

  client wire_;
  reply head_;
  std::string text_;
  bool whole_ = false;
};

}  // namespace headroom::http::test
