#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/principal.hpp"

namespace headroom::http {

[[nodiscard]] std::string_view to_string(scope s) noexcept;
[[nodiscard]] std::optional<scope> parse_scope(std::string_view text) noexcept;

/// A service key as its owner gets it, once: "hr_<id>_<secret>", id 16 and secret 64 hex digits.
struct new_key {
  std::string text;
  service_key record;  // what is stored: the secret's SHA-256 only
};
/// From the system's random source; throws std::runtime_error when there is none.
[[nodiscard]] new_key make_key(std::string name, std::uint8_t scopes, timestamp now);

/// The active service keys: an immutable snapshot, replaced as a whole. Thread-safe. A generation
/// number lets a connection remember that its key was good, until the snapshot changes.
class key_ring {
 public:
  /// Takes over what the store says; an equal set keeps the generation.
  void replace(const std::vector<service_key>& keys);
  /// 0 until the first `replace`.
  [[nodiscard]] std::uint64_t generation() const noexcept {
    return generation_.load(std::memory_order_acquire);
  }
  /// The key's owner when `text` is an active key; compares in constant time. Keys of one name are
  /// one owner: a rotation keeps the idempotency keys (docs/decisions/0006).
  [[nodiscard]] std::optional<principal> find(std::string_view text) const;
  /// The owner of an active key by its id: who signed in with it.
  [[nodiscard]] std::optional<principal> find_id(const std::string& id) const;

 private:
  struct entry {
    std::string name;
    hash256 secret_hash;
    std::uint8_t scopes = 0;
    friend bool operator==(const entry&, const entry&) = default;
  };
  using snapshot = std::unordered_map<std::string, entry>;

  [[nodiscard]] static principal owner_of(const std::string& id, const entry& e);
  [[nodiscard]] std::shared_ptr<const snapshot> current() const;

  mutable std::mutex mutex_;  // for the pointer; held for a copy of it
  std::shared_ptr<const snapshot> keys_ = std::make_shared<const snapshot>();
  std::atomic<std::uint64_t> generation_{0};
};

}  // namespace headroom::http
