#include "net/base64.hpp"

#include <openssl/evp.h>

#include <limits>

namespace headroom::net {
namespace {

constexpr std::size_t most_bytes = std::numeric_limits<int>::max() / 2;  // OpenSSL counts in int

}  // namespace

std::string to_base64(std::span<const std::uint8_t> bytes) {
  std::string out((bytes.size() + 2) / 3 * 4, '\0');
  // It ends with a NUL of its own, where the string has one.
  EVP_EncodeBlock(reinterpret_cast<std::uint8_t*>(out.data()), bytes.data(),
                  static_cast<int>(bytes.size()));
  return out;
}

std::string to_base64(std::string_view bytes) {
  return to_base64(std::span<const std::uint8_t>{
      reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text) {
  std::string padded{text};
  if (text.size() % 4 != 0) {
    if (text.find('=') != std::string_view::npos) return std::nullopt;  // half a padding
    padded.append(4 - text.size() % 4, '=');
  }
  if (padded.size() > most_bytes) return std::nullopt;
  std::vector<std::uint8_t> out(padded.size() / 4 * 3);
  const auto size =
      EVP_DecodeBlock(out.data(), reinterpret_cast<const std::uint8_t*>(padded.data()),
                      static_cast<int>(padded.size()));
  if (size < 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < padded.size() && padded[padded.size() - 1 - padding] == '=')
    ++padding;
  out.resize(static_cast<std::size_t>(size) < padding ? 0
                                                      : static_cast<std::size_t>(size) - padding);
  // It forgives blanks and bits that mean nothing; we take one text for each value.
  if (to_base64(out) != padded) return std::nullopt;
  return out;
}

}  // namespace headroom::net
