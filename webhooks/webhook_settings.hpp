#pragma once

#include <chrono>
#include <cstdint>

/// How receivers are told. Defaults are for production and stand here alone; config/ gives them
/// names, units and bounds.
namespace headroom::webhooks {

struct webhook_settings {
  std::chrono::milliseconds poll{250};        // between two looks at the events
  std::chrono::milliseconds timeout{15'000};  // of one try, from the name to the last byte
  std::uint64_t max_answer = 64 * 1024;       // bytes of an answer that are read
  std::uint32_t at_once = 8;                  // tries under way at one receiver
  double pace = 1;  // of the standard's waits between tries; less is for tests
  std::chrono::milliseconds old_secret{24 * 3'600'000};   // how long it signs after a rotation
  std::chrono::milliseconds failing_after{3'600'000};     // without a success: an alert
  std::chrono::milliseconds kept{30LL * 24 * 3'600'000};  // of the log
  bool sandbox = false;  // loopback and plain http may be named; nothing else private ever
};

}  // namespace headroom::webhooks
