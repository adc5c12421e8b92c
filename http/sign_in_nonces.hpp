#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "domain/time.hpp"

namespace headroom::http {

/// Nonces of sign-ins. Whoever asks gets one and nothing is kept of it: it says itself when it was
/// made and for which cookie, under a key that this process made at its start. That it is used once
/// is held by the books. Thread-safe.
class sign_in_nonces {
 public:
  sign_in_nonces();

  static constexpr std::chrono::minutes good_for{10};

  /// Letters and digits alone (EIP-4361). `bound_to`: the value of the cookie it is good with.
  [[nodiscard]] std::string make(std::string_view bound_to, timestamp now) const;

  enum class verdict : std::uint8_t { good = 0, not_ours = 1, too_old = 2, of_another = 3 };
  /// `shown`: the value of the cookie that came along. Without one a nonce is good too: whether
  /// that is enough is up to the caller.
  [[nodiscard]] verdict check(std::string_view nonce, std::optional<std::string_view> shown,
                              timestamp now) const;

 private:
  [[nodiscard]] std::string seal(std::string_view body) const;

  std::array<std::uint8_t, 32> key_{};
};

}  // namespace headroom::http
