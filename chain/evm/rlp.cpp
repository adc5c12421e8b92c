#include "chain/evm/rlp.hpp"

#include <algorithm>

namespace headroom::chain::rlp {
namespace {

byte_view stripped(byte_view big_endian) {
  const auto first =
      std::find_if(big_endian.begin(), big_endian.end(), [](std::uint8_t b) { return b != 0; });
  return big_endian.subspan(static_cast<std::size_t>(first - big_endian.begin()));
}

/// `base` is 0x80 for strings, 0xc0 for lists.
void put_header(byte_vector& out, std::uint8_t base, std::size_t size) {
  if (size < 56) {
    out.push_back(static_cast<std::uint8_t>(base + size));
    return;
  }
  const auto length = uint256::of(size);
  const auto digits = stripped(length.view());
  out.push_back(static_cast<std::uint8_t>(base + 55 + digits.size()));
  out.insert(out.end(), digits.begin(), digits.end());
}

/// Size announced by a long header; nothing if it is not canonical or not there.
std::optional<std::size_t> long_size(byte_view data, std::size_t digits) {
  if (digits > 8 || data.size() < digits || data[0] == 0) return std::nullopt;
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < digits; ++i) size = size << 8 | data[i];
  if (size < 56 || size > data.size() - digits) return std::nullopt;
  return static_cast<std::size_t>(size);
}

/// Takes the first item off `data`.
std::optional<item> take(byte_view& data) {
  const auto head = data[0];
  if (head < 0x80) {
    const item out{false, data.first(1)};
    data = data.subspan(1);
    return out;
  }
  const bool is_list = head >= 0xc0;
  std::size_t size = head - (is_list ? 0xc0U : 0x80U);
  data = data.subspan(1);
  if (size > 55) {
    const auto digits = size - 55;
    const auto announced = long_size(data, digits);
    if (!announced) return std::nullopt;
    size = *announced;
    data = data.subspan(digits);
  }
  if (size > data.size()) return std::nullopt;
  const item out{is_list, data.first(size)};
  if (!is_list && size == 1 && out.payload[0] < 0x80) return std::nullopt;  // is its own item
  data = data.subspan(size);
  return out;
}

}  // namespace

byte_vector bytes(byte_view data) {
  byte_vector out;
  if (data.size() != 1 || data[0] >= 0x80) put_header(out, 0x80, data.size());
  out.insert(out.end(), data.begin(), data.end());
  return out;
}

byte_vector integer(byte_view big_endian) { return bytes(stripped(big_endian)); }

byte_vector integer(std::uint64_t value) { return integer(uint256::of(value).view()); }

byte_vector list(std::span<const byte_vector> items) {
  std::size_t size = 0;
  for (const auto& x : items) size += x.size();
  byte_vector out;
  put_header(out, 0xc0, size);
  for (const auto& x : items) out.insert(out.end(), x.begin(), x.end());
  return out;
}

std::optional<uint256> item::word() const {
  if (is_list || payload.size() > 32 || (!payload.empty() && payload[0] == 0)) return std::nullopt;
  uint256 out;
  std::copy(payload.begin(), payload.end(),
            out.bytes.end() - static_cast<std::ptrdiff_t>(payload.size()));
  return out;
}

std::optional<std::uint64_t> item::number() const {
  const auto value = word();
  return value ? value->to_u64() : std::nullopt;
}

std::optional<std::vector<item>> items(byte_view data) {
  std::vector<item> out;
  while (!data.empty()) {
    const auto next = take(data);
    if (!next) return std::nullopt;
    out.push_back(*next);
  }
  return out;
}

}  // namespace headroom::chain::rlp
