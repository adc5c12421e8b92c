#include "persistence/detail/wire.hpp"

#include <algorithm>
#include <stdexcept>

#include "domain/text.hpp"

namespace headroom::persistence {
namespace {

constexpr std::size_t header_size = 20;  // dimensions, flags, type, length, lower bound

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
    const auto size = text.front() == '\0' ? 0 : utf8_length(text);  // PostgreSQL has no NUL
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
