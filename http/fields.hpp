#pragma once

#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/ports.hpp"
#include "domain/order_kind.hpp"
#include "domain/reports.hpp"
#include "domain/webhooks.hpp"

/// Strict reading of bodies and queries. Everything here throws `problem` (400) naming the field.
namespace headroom::http {

/// A JSON body: one flat object whose values are strings or null, where a route asks for it true or
/// false, or a list of strings. Unknown and repeated fields, other nesting, numbers and text after
/// the object are refused.
class body_fields {
 public:
  /// @param lists  fields of `allowed` that are a list
  body_fields(std::string_view text, std::initializer_list<std::string_view> allowed,
              std::initializer_list<std::string_view> lists = {});

  /// Nothing when the field is absent. Null or a value that is no string: 400.
  [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const;
  /// As text, and absent is refused too.
  [[nodiscard]] std::string_view required(std::string_view name) const;
  /// Likewise true or false.
  [[nodiscard]] std::optional<bool> flag(std::string_view name) const;
  /// Likewise one of the `lists`.
  [[nodiscard]] std::optional<std::vector<std::string>> list(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const noexcept { return find(name) != nullptr; }
  [[nodiscard]] bool is_null(std::string_view name) const noexcept;

 private:
  enum class kind : std::uint8_t { text, null, yes, no, list, other };
  struct entry {
    std::string name;
    kind type;
    std::string text;
    std::vector<std::string> items{};
  };
  struct reader;
  [[nodiscard]] const entry* find(std::string_view name) const noexcept;

  std::vector<entry> entries_;
};

/// The query string, percent-decoded. Unknown and repeated parameters are refused. Views into
/// `query` and into itself: a hot request allocates nothing here.
class query_fields {
 public:
  query_fields(std::string_view query, std::initializer_list<std::string_view> allowed);
  query_fields(const query_fields&) = delete;
  query_fields& operator=(const query_fields&) = delete;

  [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const;
  [[nodiscard]] std::string_view required(std::string_view name) const;

 private:
  struct entry {
    std::string_view name;  // one of `allowed`: literals of the route
    std::string_view raw;   // as sent, when nothing was encoded
    std::string decoded;
    [[nodiscard]] std::string_view text() const noexcept { return decoded.empty() ? raw : decoded; }
  };
  static constexpr std::size_t max_parameters = 8;  // more than any route has

  std::array<entry, max_parameters> entries_;
  std::size_t count_ = 0;
};

// -- one function per kind of value; `name` is the field for the error ---------------------------

/// A positive amount.
[[nodiscard]] usdc read_amount(std::string_view name, std::string_view text);
/// Zero is fine.
[[nodiscard]] usdc read_amount_or_zero(std::string_view name, std::string_view text);
/// USDC per share, 0 < p < 1.
[[nodiscard]] usdc read_price(std::string_view name, std::string_view text);
/// A positive number of shares, at most 6 decimals.
[[nodiscard]] share_amount read_shares(std::string_view name, std::string_view text);
/// "FOK" (all or nothing) or "FAK" (whatever is there); `otherwise` when absent.
[[nodiscard]] order_fill read_order_type(std::string_view name,
                                         const std::optional<std::string_view>& text,
                                         order_fill otherwise);
/// "0x" and 40 hex digits; mixed case must carry the EIP-55 checksum.
[[nodiscard]] address read_address(const actors::ethereum_port& ethereum, std::string_view name,
                                   std::string_view text);
[[nodiscard]] uint256 read_token(std::string_view name, std::string_view text);
[[nodiscard]] timestamp read_time(std::string_view name, std::string_view text);
/// How far ahead the deadline of a bet or a sale may be.
inline constexpr std::chrono::seconds longest_deadline = std::chrono::hours{24};
/// Nothing when absent.
[[nodiscard]] std::optional<timestamp> read_deadline(std::string_view name,
                                                     const std::optional<std::string_view>& text,
                                                     timestamp now);
/// Decimal digits, from `least` to `most`.
[[nodiscard]] std::uint32_t read_count(std::string_view name, std::string_view text,
                                       std::uint32_t least, std::uint32_t most);
/// The parameters `since` and `until` of a list, both optional; 400 when nothing can be between.
[[nodiscard]] time_window read_window(const query_fields& query);
/// A page's cursor: opaque, up to 200 visible characters.
[[nodiscard]] std::string read_cursor(std::string_view name, std::string_view text);
/// Human text of 1 to `most` characters (code points, not bytes), no control characters.
[[nodiscard]] std::string read_text(std::string_view name, std::string_view text, std::size_t most);

template <class Id>
[[nodiscard]] Id read_id(std::string_view name, std::string_view text);
extern template bet_id read_id<bet_id>(std::string_view, std::string_view);
extern template deposit_id read_id<deposit_id>(std::string_view, std::string_view);
extern template conversion_id read_id<conversion_id>(std::string_view, std::string_view);
extern template sale_id read_id<sale_id>(std::string_view, std::string_view);
extern template withdrawal_id read_id<withdrawal_id>(std::string_view, std::string_view);
extern template quote_id read_id<quote_id>(std::string_view, std::string_view);
extern template delegation_id read_id<delegation_id>(std::string_view, std::string_view);
extern template webhook_id read_id<webhook_id>(std::string_view, std::string_view);

}  // namespace headroom::http
