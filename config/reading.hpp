#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <stdexcept>

#include "config/row.hpp"

namespace headroom::config {

/// What is wrong with a file, in one line that names the field and never shows its value.
struct wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Puts what the document says at the places of the rows; what it does not say stays. Answers the
/// paths of what it said. Throws `wrong` at the first field of a wrong type, too large for its
/// place, or unknown. The first of `sections` is the document itself.
std::set<std::string> fill(std::span<const section> sections, const nlohmann::json& document);

[[nodiscard]] bool is_ip_address(const std::string& text);  // IPv4 or IPv6, in digits

}  // namespace headroom::config
