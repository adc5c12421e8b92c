#include "config/row.hpp"

#include <cstdio>

namespace headroom::config {
namespace {

/// What a place holds as a number. Pointers as the variant has them: to const the last would win.
struct reading_of {
  unit in;

  number operator()(std::uint16_t* x) const { return *x; }
  number operator()(std::uint32_t* x) const { return *x; }
  number operator()(std::uint64_t* x) const { return static_cast<number>(*x); }
  number operator()(double* x) const { return *x; }
  number operator()(milliseconds* x) const {
    return static_cast<number>(x->count()) / (in == unit::sec ? 1'000 : 1);
  }
  number operator()(seconds* x) const { return static_cast<number>(x->count()); }
  number operator()(usdc* x) const { return static_cast<number>(x->micro); }
  number operator()(share_amount* x) const { return static_cast<number>(x->micro); }
  template <class Words>
  number operator()(const Words&) const {
    return 0;
  }
};

}  // namespace

const char* to_string(unit u) noexcept {
  switch (u) {
    case unit::none: return "";
    case unit::ms: return "ms";
    case unit::sec: return "s";
    case unit::per_second: return "a second";
    case unit::bytes: return "bytes";
    case unit::wei: return "wei";
    case unit::percent: return "%";
    case unit::bps: return "basis points";
    case unit::gas: return "gas";
    case unit::blocks: return "blocks";
    case unit::coins: return "whole coins";
    case unit::dollars: return "USDC";
    case unit::shares: return "shares";
  }
  return "";
}

bool row::is_amount() const noexcept {
  return std::holds_alternative<usdc*>(at) || std::holds_alternative<share_amount*>(at);
}

bool row::is_fraction() const noexcept { return std::holds_alternative<double*>(at); }

bool row::is_number() const noexcept {
  return is_amount() || is_fraction() || std::holds_alternative<std::uint16_t*>(at) ||
         std::holds_alternative<std::uint32_t*>(at) || std::holds_alternative<std::uint64_t*>(at) ||
         std::holds_alternative<milliseconds*>(at) || std::holds_alternative<seconds*>(at);
}

number row::value() const { return std::visit(reading_of{in}, at); }

std::string row::text(number x) const {
  if (is_amount()) return to_string(usdc{static_cast<std::int64_t>(x)});
  char out[64];
  std::snprintf(out, sizeof out, is_fraction() ? "%.15Lg" : "%.0Lf", x);
  return out;
}

std::string section::path_of(const row& r) const {
  return path.empty() ? std::string{r.name} : path + "." + r.name;
}

std::string section::name() const { return path.substr(path.rfind('.') + 1); }

bool section::is_inside(const section& outer) const {
  if (path.empty()) return false;
  const auto dot = path.rfind('.');
  return outer.path == path.substr(0, dot == std::string::npos ? 0 : dot);
}

}  // namespace headroom::config
