#pragma once

#include <optional>
#include <string>

#include "domain/ids.hpp"

/// The purpose of an operation travels with the conversion that it is of, where it is of one: so
/// the books know whose it is from the commit on that stores it, whoever dies afterwards. They keep
/// the two apart.
namespace headroom {

struct operation_purpose {
  std::string word;  // "bridge", "swap"
  std::optional<conversion_id> of{};
};

/// "bridge/01234567-89ab-8cde-8f01-23456789abcd"
[[nodiscard]] std::string to_string(const operation_purpose& x);
[[nodiscard]] operation_purpose parse_purpose(std::string text);

}  // namespace headroom
