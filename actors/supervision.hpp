#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace headroom::actors {

/// The guardian's children as it sees them, for whoever inspects: the guardian writes, anybody
/// reads, so a stuck guardian is shown too.
class supervision {
 public:
  static supervision& instance();

  struct child {
    std::string name;
    std::uint64_t actor_id = 0;
    bool alive = false;
    std::uint64_t restarts = 0;
    std::string last_reason;       // why it ended the last time; "": never
    std::uint64_t last_actor = 0;  // which actor that was
  };

  void started(const std::string& name, std::uint64_t actor_id);
  void ended(const std::string& name, const std::string& reason);
  /// In the order they are started.
  [[nodiscard]] std::vector<child> children() const;

 private:
  mutable std::mutex mutex_;
  std::vector<child> children_;
};

}  // namespace headroom::actors
