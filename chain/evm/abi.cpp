#include "chain/evm/abi.hpp"

#include <algorithm>

#include "chain/evm/keccak.hpp"

namespace headroom::chain::abi {

encoder::encoder(std::string_view signature) {
  const auto digest = keccak256(signature);
  selector_.assign(digest.bytes.begin(), digest.bytes.begin() + 4);
}

encoder& encoder::word(byte_view word_of_32) {
  heads_.insert(heads_.end(), word_of_32.begin(), word_of_32.end());
  return *this;
}

encoder& encoder::number(std::uint64_t value) { return word(uint256::of(value).view()); }
encoder& encoder::flag(bool value) { return number(value ? 1 : 0); }
encoder& encoder::account(const address& a) { return word(word_of(a).view()); }

encoder& encoder::dynamic(const byte_vector& encoded) {
  references_.push_back({heads_.size(), tails_.size()});
  heads_.resize(heads_.size() + 32);
  tails_.insert(tails_.end(), encoded.begin(), encoded.end());
  return *this;
}

encoder& encoder::bytes(byte_view data) {
  const auto size = uint256::of(data.size());
  byte_vector encoded(size.bytes.begin(), size.bytes.end());
  encoded.insert(encoded.end(), data.begin(), data.end());
  encoded.resize((encoded.size() + 31) / 32 * 32);
  return dynamic(encoded);
}

encoder& encoder::tuple(const encoder& members) { return dynamic(members.done()); }

byte_vector encoder::done() const {
  auto heads = heads_;
  for (const auto& [head, start] : references_) {
    const auto offset = uint256::of(heads_.size() + start);
    std::copy(offset.bytes.begin(), offset.bytes.end(),
              heads.begin() + static_cast<std::ptrdiff_t>(head));
  }
  auto out = selector_;
  out.insert(out.end(), heads.begin(), heads.end());
  out.insert(out.end(), tails_.begin(), tails_.end());
  return out;
}

std::optional<uint256> reader::word(std::size_t index) const {
  if (index >= words()) return std::nullopt;
  uint256 out;
  std::copy_n(data_.begin() + static_cast<std::ptrdiff_t>(index * 32), 32, out.bytes.begin());
  return out;
}

std::optional<std::uint64_t> reader::number(std::size_t index) const {
  const auto value = word(index);
  return value ? value->to_u64() : std::nullopt;
}

std::optional<address> reader::account(std::size_t index) const {
  const auto value = word(index);
  return value ? account_of(value->view()) : std::nullopt;
}

std::optional<bool> reader::flag(std::size_t index) const {
  const auto value = number(index);
  if (!value || *value > 1) return std::nullopt;
  return *value == 1;
}

std::optional<reader> reader::tuple(std::size_t index) const {
  const auto offset = number(index);
  if (!offset || *offset > data_.size()) return std::nullopt;
  return reader{data_.subspan(static_cast<std::size_t>(*offset))};
}

std::optional<byte_view> reader::bytes(std::size_t index) const {
  const auto tail = tuple(index);
  if (!tail) return std::nullopt;
  const auto size = tail->number(0);
  if (!size || *size > tail->data_.size() - 32) return std::nullopt;
  return tail->data_.subspan(32, static_cast<std::size_t>(*size));
}

std::optional<address> account_of(byte_view word_of_32) {
  if (word_of_32.size() != 32 ||
      !std::all_of(word_of_32.begin(), word_of_32.begin() + 12, [](auto b) { return b == 0; }))
    return std::nullopt;
  address out;
  std::copy(word_of_32.begin() + 12, word_of_32.end(), out.bytes.begin());
  return out;
}

hash256 word_of(const address& a) {
  hash256 out;
  std::copy(a.bytes.begin(), a.bytes.end(), out.bytes.begin() + 12);
  return out;
}

}  // namespace headroom::chain::abi
