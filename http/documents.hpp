#pragma once

#include "actors/credit_holds.hpp"
#include "actors/ports.hpp"
#include "domain/buffer.hpp"
#include "http/json_values.hpp"

/// The public JSON of our records: field names are the contract (DESIGN section 4, openapi.json).
namespace headroom::http {

/// @param progress  of one in placing, where it is known: actors::open_state's words
[[nodiscard]] json bet_document(const bet& b, const actors::ethereum_port& ethereum,
                                std::string_view progress = {});
[[nodiscard]] json sale_document(const sale& s, const actors::ethereum_port& ethereum,
                                 std::string_view progress = {});
/// @param bid  what a share of an open one could be sold for; zero: not known
[[nodiscard]] json position_document(const position& p, const actors::ethereum_port& ethereum,
                                     usdc bid);
/// Why a proven deposit is not credited yet; "": nothing holds it, or it is not at that point.
[[nodiscard]] std::string waiting_of(const deposit& d, const actors::credit_holds& holds);
/// @param waiting  waiting_of it.
[[nodiscard]] json deposit_document(const deposit& d, const actors::ethereum_port& ethereum,
                                    std::string_view waiting = {});
[[nodiscard]] json withdrawal_document(const withdrawal& w, const actors::ethereum_port& ethereum);
/// What the payer may see of it: no account, nothing of the conversion.
[[nodiscard]] json receipt_document(const deposit& d, std::string_view waiting = {});
/// The part of a conversion that its deposits show.
[[nodiscard]] json conversion_progress_document(const conversion& c);
[[nodiscard]] json conversion_document(const conversion& c, const actors::ethereum_port& ethereum);
/// {network (CAIP-2), chain_id, token}; null when it is not known.
[[nodiscard]] json source_document(const money_source& s, const actors::ethereum_port& ethereum);
[[nodiscard]] json buffer_document(const buffer_status& s);

/// One page of a list, which is called `name`; the cursor is null on the last page.
[[nodiscard]] json page_document(std::string_view name, json list, std::string_view next_cursor);

/// a / b in millionths, rounded towards zero; 0 when b is 0.
[[nodiscard]] std::int64_t ratio_of(std::int64_t a, std::int64_t b) noexcept;

}  // namespace headroom::http
