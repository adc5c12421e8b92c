#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace headroom::net {

/// One event of a stream of server-sent events.
struct server_event {
  std::string name;  // "message" where the stream names none
  std::string data;  // its lines, joined by '\n'
};

/// The bytes of such a stream, cut anywhere, become events (WHATWG HTML, 9.2.6). What one event may
/// take is bounded.
class event_text {
 public:
  explicit event_text(std::size_t max_event) : max_event_{max_event} {}

  /// Tells what is complete; false when it said "enough".
  using told = std::function<bool(const server_event&)>;
  enum class outcome : unsigned char { more, enough, too_large };
  [[nodiscard]] outcome feed(std::string_view bytes, const told& tell);

  /// To be sent as Last-Event-ID by who comes back; "" when the stream gave none.
  [[nodiscard]] const std::string& last_id() const noexcept { return last_id_; }
  /// How long the stream asks to wait before coming back.
  [[nodiscard]] std::optional<std::chrono::milliseconds> retry() const noexcept { return retry_; }
  /// Of another connection: what was begun on the last one is not completed by it.
  void begin_again();

 private:
  [[nodiscard]] bool take_line(const told& tell);  // false: enough
  void take_field(std::string_view name, std::string_view value);

  std::size_t max_event_;
  std::string line_;  // begun and not ended
  bool after_cr_ = false;
  std::string name_;
  std::string data_;
  bool has_data_ = false;
  std::string last_id_;
  std::optional<std::chrono::milliseconds> retry_;
};

}  // namespace headroom::net
