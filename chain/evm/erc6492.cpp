#include "chain/evm/erc6492.hpp"

#include "chain/evm/abi.hpp"

namespace headroom::chain::erc6492 {
namespace {
constexpr std::size_t magic_size = 32;
}

bool is_wrapped(byte_view signature) noexcept {
  if (signature.size() < magic_size) return false;
  const auto tail = signature.last(magic_size);
  for (std::size_t i = 0; i < magic_size; ++i)
    if (tail[i] != (i % 2 == 0 ? 0x64 : 0x92)) return false;
  return true;
}

std::optional<byte_vector> unwrapped(byte_view signature) {
  if (!is_wrapped(signature)) return std::nullopt;
  const abi::reader fields{signature.first(signature.size() - magic_size)};
  if (!fields.account(0) || !fields.bytes(1)) return std::nullopt;
  const auto inside = fields.bytes(2);
  if (!inside) return std::nullopt;
  return byte_vector{inside->begin(), inside->end()};
}

}  // namespace headroom::chain::erc6492
