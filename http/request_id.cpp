#include "http/request_id.hpp"

#include <algorithm>
#include <cstdint>
#include <random>

namespace headroom::http {
namespace {

constexpr std::size_t longest = 128;

bool is_id_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"._~+/=:@-"}.find(c) != std::string_view::npos;
}

std::uint64_t random_start() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

/// splitmix64: every state gives another number.
std::uint64_t next_number() {
  thread_local std::uint64_t state = random_start();
  auto z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

bool is_request_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest &&
         std::all_of(text.begin(), text.end(), is_id_char);
}

void make_request_id(std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  out.resize(16);
  auto number = next_number();
  for (auto& c : out) {
    c = digits[number & 15U];
    number >>= 4U;
  }
}

}  // namespace headroom::http
