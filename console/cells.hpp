#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "console/columns.hpp"

/// JSON of the service in a table's cells. Nothing here throws on any JSON.
namespace headroom::console {

/// One column of a list: the member of a row that it shows.
struct field {
  const char* title;
  const char* member;
  columns::side at = columns::side::left;
};

/// One value in one cell: a list by its length, an object by its JSON; "-" when it is not there.
[[nodiscard]] std::string cell_of(const nlohmann::json* value);
[[nodiscard]] std::string cell_of(const nlohmann::json& row, const char* member);
/// One line for each row, under one of titles.
[[nodiscard]] std::string table_of(std::span<const field> fields, const nlohmann::json& rows);

}  // namespace headroom::console
