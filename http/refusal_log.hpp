#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "domain/records.hpp"

namespace headroom::http {

/// A request that was refused: what was asked, by which route, and why. Nothing the asker wrote is
/// kept but the name of its key or session: no path, no body, no header, no address of a network.
struct refusal {
  timestamp at;
  std::string method;
  std::string route;  // its pattern; "": none
  unsigned status = 0;
  std::string code;
  std::string field;   // "": none
  std::string caller;  // "key:<name>", "user:0x.."; "": nobody known
};

/// The newest refusals, and how many there were of each code. Thread-safe.
class refusal_log {
 public:
  static constexpr std::size_t kept = 100;

  void note(refusal x);

  struct count {
    std::string code;
    unsigned status = 0;
    std::uint64_t refused = 0;  // since the start
    timestamp last;
  };
  [[nodiscard]] std::vector<count> counts() const;  // by code
  [[nodiscard]] std::vector<refusal> last() const;  // the newest first

 private:
  mutable std::mutex mutex_;
  std::deque<refusal> last_;
  std::map<std::string, count> counts_;  // codes are a closed set of ours
};

}  // namespace headroom::http
