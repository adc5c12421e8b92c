#pragma once

#include <string>
#include <string_view>

#include "actors/ports.hpp"
#include "domain/bytes.hpp"

namespace headroom::chain {

/// EIP-55: "0x" and 40 hex digits whose case is a checksum.
[[nodiscard]] std::string checksummed(const address& a);

/// Reads "0x" and 40 hex digits. All lower and all upper case carry no checksum and pass; mixed
/// case must be the EIP-55 one. `out` is meaningful only after `none`.
[[nodiscard]] actors::address_error parse_address(std::string_view text, address& out);

}  // namespace headroom::chain
