#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "config/key_source.hpp"
#include "config/source_setting.hpp"
#include "domain/bytes.hpp"
#include "domain/final_by.hpp"
#include "domain/money.hpp"
#include "domain/records.hpp"
#include "domain/route_choice.hpp"

/// One setting as data: its name in the file, where it is kept, its unit, its bounds and what it
/// is.
namespace headroom::config {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Exact for every whole number that a file can hold.
using number = long double;
static_assert(std::numeric_limits<number>::digits >= 64);

enum class unit : std::uint8_t {
  none,
  ms,
  sec,
  per_second,
  bytes,
  wei,
  percent,
  bps,
  gas,
  blocks,
  coins,  // whole ones of the chain
  dollars,
  shares,
};
[[nodiscard]] const char* to_string(unit u) noexcept;  // as people write it; "" for none

/// Both ends included. A number without a range fits nothing: none passes by accident, for a wait
/// of nothing is a loop that never rests, and a grace of nothing refunds what was filled.
struct range {
  number least = 0;
  number most = 0;
};

/// Where to listen, "127.0.0.1:9464" or "[::1]:9464" in the file; no host: nowhere.
struct door {
  std::string* host;  // an IP address in digits
  std::uint16_t* port;
};

/// An older name of another setting, as true or false: "either" or "confirmations".
struct older_tag {
  final_by* word;
};

using place =
    std::variant<final_by*, older_tag, std::vector<venue_account>*, std::vector<route_terms>*,
                 std::vector<source_setting>*, std::string*, std::vector<std::string>*, bool*,
                 address*, door, std::uint16_t*, std::uint32_t*, std::uint64_t*, double*,
                 milliseconds*, seconds*, usdc*, share_amount*>;

enum class shown : std::uint8_t { openly, as_set_or_not, not_at_all };
inline constexpr auto secret = shown::as_set_or_not;

struct row {
  const char* name;
  place at;
  unit in;
  range within;      // of a number or an amount
  const char* what;  // one line
  shown how = shown::openly;

  /// A number or an amount: something with bounds.
  [[nodiscard]] bool is_number() const noexcept;
  [[nodiscard]] bool is_amount() const noexcept;    // the file says "12.50"
  [[nodiscard]] bool is_fraction() const noexcept;  // the file may say 0.5
  [[nodiscard]] number value() const;  // in the row's unit, an amount in millionths; 0: no number
  /// As the file says such a value, without quotes: 7, 0.5 or 12.50.
  [[nodiscard]] std::string text(number x) const;
};

struct section {
  std::string path;  // "http", "plasma.wallet"; "" for the document itself
  std::vector<row> rows;

  [[nodiscard]] std::string path_of(const row& r) const;  // "http.port"
  [[nodiscard]] std::string name() const;                 // "wallet" of "plasma.wallet"
  /// Whether it stands in `outer` itself, not deeper.
  [[nodiscard]] bool is_inside(const section& outer) const;
};

}  // namespace headroom::config
