#pragma once

#include "actors/ports.hpp"
#include "domain/buffer.hpp"
#include "http/json_writer.hpp"

/// The public JSON of our records: field names are the contract (DESIGN section 4, openapi.json).
/// Each function writes the fields of one object; the caller opens and closes it.
namespace headroom::http {

void write_bet(json_writer& w, const bet& b, const actors::ethereum_port& ethereum);
void write_deposit(json_writer& w, const deposit& d, const actors::ethereum_port& ethereum);
/// What the payer may see of it: no account, nothing of the conversion.
void write_receipt(json_writer& w, const deposit& d);
/// The part of a conversion that its deposits show.
void write_conversion_progress(json_writer& w, const conversion& c);
void write_conversion(json_writer& w, const conversion& c);
void write_buffer_status(json_writer& w, const buffer_status& s);

/// a / b in millionths, rounded towards zero; 0 when b is 0.
[[nodiscard]] std::int64_t ratio_of(std::int64_t a, std::int64_t b) noexcept;

}  // namespace headroom::http
