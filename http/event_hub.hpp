#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "domain/events.hpp"
#include "http/event_ring.hpp"

namespace headroom::http {

/// What a stream wants to hear.
struct event_topics {
  bool own = false;  // of bets, deposits, positions, withdrawals, and the balance
  bool buffer = false;
  std::vector<uint256> prices;  // of these tokens
};

/// Who listens to what. The books' events come here once, however many listen, and go to whom they
/// are for; the last of them are kept for those who come back. Each stream is bounded by itself
/// (event_stream), so nobody waits for anybody. Thread-safe.
class event_hub {
 public:
  explicit event_hub(std::size_t kept) : ring_{kept} {}

  struct listener {
    std::shared_ptr<event_stream> stream;
    std::optional<address> user;  // whose events; nothing: everybody's
    event_topics wants;
  };
  /// `last_event_id`: what it heard before it came back, as it was sent.
  void join(listener who, std::optional<std::string_view> last_event_id);

  /// What comes after this number will be told. Who listens already may have missed what came
  /// before it, and hears so.
  void begin(std::int64_t newest);
  [[nodiscard]] bool has_begun() const;
  /// The number of the last event that was told.
  [[nodiscard]] std::int64_t heard() const;
  /// In order. Those that were told already are left out.
  void hear(const std::vector<heard_event>& news);

  void tell_buffer(const std::string& data);
  void tell_price(const uint256& token, const std::string& data);
  /// Of which prices anybody wants to hear; those that nobody does any more are forgotten.
  [[nodiscard]] std::vector<uint256> wanted_prices();
  [[nodiscard]] std::size_t listeners() const;
  /// Lets go of streams that have ended.
  void forget_ended();

 private:
  using streams = std::vector<std::shared_ptr<event_stream>>;

  void tell(const streams& to, const stream_event& e);

  mutable std::mutex mutex_;
  event_ring ring_;
  bool begun_ = false;
  std::int64_t heard_ = 0;
  std::unordered_map<address, streams> by_user_;
  streams of_all_;
  streams of_buffer_;
  std::unordered_map<uint256, streams> by_token_;
};

/// The JSON of an event of the books, as a stream shows it; nothing for what is nobody's.
[[nodiscard]] std::optional<stream_event> own_event_of(const heard_event& e);
/// The balance that an event left behind.
[[nodiscard]] stream_event balance_event_of(const heard_event& e);

}  // namespace headroom::http
