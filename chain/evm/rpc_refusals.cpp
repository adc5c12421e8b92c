#include "chain/evm/rpc_refusals.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace headroom::chain {
namespace {

constexpr std::array<std::int64_t, 8> limit_codes{
    429,     // HTTP's, repeated in the body
    -32005,  // Infura and many others
    -32007,  // QuickNode
    -32011,  // Arc
    -32016,  // Base
    -32029,  // "too many requests"
    -32090,  // "call rate limit exhausted"
    -32097,
};
constexpr std::array<std::string_view, 7> limit_words{
    "rate limit",      "too many requests", "request limit",      "limit exceeded",
    "app is inactive", "requests per",      "exceeded the quota",
};

constexpr std::array<std::int64_t, 4> range_codes{413, -32600, -32602, -32614};
constexpr std::array<std::string_view, 8> range_words{
    "range",     "query returned more", "logs matched", "response size",
    "too large", "too many results",    "max results",  "limited to",
};

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

template <class Codes>
bool has_code(const Codes& codes, std::int64_t code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

template <class Words>
bool has_words(const Words& words, std::string_view message) {
  const auto text = lower(message);
  return std::any_of(words.begin(), words.end(),
                     [&](auto part) { return text.find(part) != std::string::npos; });
}

}  // namespace

/// Never by the words of a revert: those are the contract's, and a contract may be anybody's.
bool is_limit(const rpc_error& e) {
  constexpr std::int64_t reverted = 3;
  if (e.code == reverted || lower(e.message).find("revert") != std::string::npos) return false;
  return has_code(limit_codes, e.code) || has_words(limit_words, e.message);
}

bool is_range_refusal(const rpc_error& e) {
  return has_code(range_codes, e.code) || has_words(range_words, e.message);
}

std::optional<std::chrono::seconds> wait_in_words(std::string_view message) {
  const auto text = lower(message);
  constexpr std::string_view lead = "retry in ";
  const auto at = text.find(lead);
  if (at == std::string::npos) return std::nullopt;
  const auto* from = text.data() + at + lead.size();
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(from, text.data() + text.size(), seconds);
  const bool in_seconds = end != text.data() + text.size() && *end == 's';
  if (error != std::errc{} || !in_seconds) return std::nullopt;
  return std::chrono::seconds{seconds};
}

}  // namespace headroom::chain
