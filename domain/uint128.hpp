#pragma once

namespace headroom {

/// Wide enough for a product of two amounts, and for any amount of native coin in wei.
__extension__ typedef unsigned __int128 uint128;

}  // namespace headroom
