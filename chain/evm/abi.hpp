#pragma once

#include <optional>
#include <string_view>

#include "domain/bytes.hpp"

/// Solidity's contract ABI, for the types we use: one-word values, `bytes`, dynamic tuples.
namespace headroom::chain::abi {

/// Builds the arguments of a call, or one dynamic tuple inside it. A static tuple is written as its
/// members, one after the other.
class encoder {
 public:
  /// Plain arguments or a tuple's members.
  encoder() = default;
  /// A call: `signature` is the canonical one, for example "balanceOf(address)".
  explicit encoder(std::string_view signature);

  encoder& word(byte_view word_of_32);
  encoder& number(std::uint64_t value);
  encoder& flag(bool value);
  encoder& account(const address& a);
  encoder& bytes(byte_view data);
  encoder& tuple(const encoder& members);  // a tuple with at least one dynamic member

  /// Selector (if any), heads, tails.
  [[nodiscard]] byte_vector done() const;

 private:
  struct reference {
    std::size_t head;   // where in heads_ the offset goes
    std::size_t start;  // where in tails_ it points
  };
  encoder& dynamic(const byte_vector& encoded);

  byte_vector selector_;
  byte_vector heads_;
  byte_vector tails_;
  std::vector<reference> references_;
};

/// Reads return data, log data or a tuple in it. Every access is checked: nothing instead of a read
/// past the end.
class reader {
 public:
  explicit reader(byte_view data) : data_(data) {}

  [[nodiscard]] std::size_t words() const noexcept { return data_.size() / 32; }
  [[nodiscard]] std::optional<uint256> word(std::size_t index) const;
  [[nodiscard]] std::optional<std::uint64_t> number(std::size_t index) const;
  /// The upper 12 bytes must be zero.
  [[nodiscard]] std::optional<address> account(std::size_t index) const;
  /// 0 or 1 and nothing else.
  [[nodiscard]] std::optional<bool> flag(std::size_t index) const;
  /// A `bytes` or `string` whose offset stands in word `index`.
  [[nodiscard]] std::optional<byte_view> bytes(std::size_t index) const;
  /// A dynamic tuple whose offset stands in word `index`.
  [[nodiscard]] std::optional<reader> tuple(std::size_t index) const;

 private:
  byte_view data_;
};

/// The address in the lower 20 bytes of a word (an indexed topic), if the rest is zero.
[[nodiscard]] std::optional<address> account_of(byte_view word_of_32);
/// The word an address is encoded as.
[[nodiscard]] hash256 word_of(const address& a);

}  // namespace headroom::chain::abi
