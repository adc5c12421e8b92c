#include "persistence/detail/wire.hpp"

#include <algorithm>
#include <stdexcept>

namespace headroom::persistence {
namespace {

constexpr std::size_t header_size = 20;  // dimensions, flags, type, length, lower bound

/// Length of the UTF-8 sequence at the front of `text`; 0 when there is none (RFC 3629).
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto lead = at(0);
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((at(i) & 0xc0) != 0x80) return 0;
  if (lead == 0xe0 && at(1) < 0xa0) return 0;  // overlong
  if (lead == 0xed && at(1) > 0x9f) return 0;  // surrogates
  if (lead == 0xf0 && at(1) < 0x90) return 0;  // overlong
  if (lead == 0xf4 && at(1) > 0x8f) return 0;  // above U+10FFFF
  return size;
}

}  // namespace

void wire_array::clear() {
  count_ = 0;
  bytes_.assign(header_size, '\0');
}

void wire_array::put_u32(std::uint32_t value) {
  const char out[] = {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
                      static_cast<char>(value >> 8), static_cast<char>(value)};
  bytes_.append(out, sizeof out);
}

void wire_array::push(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  put_u32(8);
  put_u32(static_cast<std::uint32_t>(bits >> 32));
  put_u32(static_cast<std::uint32_t>(bits));
  ++count_;
}

void wire_array::push(byte_view value) {
  put_u32(static_cast<std::uint32_t>(value.size()));
  bytes_.append(reinterpret_cast<const char*>(value.data()), value.size());
  ++count_;
}

pqxx::binarystring wire_array::parameter() {
  const std::uint32_t header[] = {count_ == 0 ? 0U : 1U, 0U, static_cast<std::uint32_t>(type_),
                                  count_, 1U};
  for (std::size_t i = 0; i < header_size; ++i)
    bytes_[i] = static_cast<char>(header[i / 4] >> (24 - 8 * (i % 4)));
  return {bytes_.data(), count_ == 0 ? 12 : bytes_.size()};  // an empty array has no dimensions
}

std::string clean_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto size = utf8_length(text);
    if (size == 0) {
      out.push_back('?');
    } else {
      out.append(text.substr(0, size));
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

byte_vector read_bytes(const pqxx::field& f) {
  if (f.is_null()) return {};
  const std::string_view text{f.c_str(), f.size()};
  auto out = text.starts_with("\\x") ? from_hex(text.substr(2)) : std::nullopt;
  if (!out) throw std::runtime_error("malformed bytea in an answer of the database");
  return std::move(*out);
}

void read_exact(const pqxx::field& f, std::span<std::uint8_t> out) {
  if (f.is_null()) {
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    return;
  }
  const std::string_view text{f.c_str(), f.size()};
  if (!text.starts_with("\\x") || !from_hex_exact(text.substr(2), out))
    throw std::runtime_error("bytea of another length in the database");
}

}  // namespace headroom::persistence
