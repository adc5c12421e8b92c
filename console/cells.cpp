#include "console/cells.hpp"

#include "net/json.hpp"

namespace headroom::console {

using nlohmann::json;

std::string cell_of(const json* value) {
  if (value == nullptr || value->is_null()) return "-";
  if (const auto* text = value->get_ptr<const std::string*>())
    return text->empty() ? "-" : printable(*text);
  if (value->is_boolean()) return value->get<bool>() ? "yes" : "no";
  if (value->is_array()) return std::to_string(value->size());
  return printable(net::to_text(*value));
}

std::string cell_of(const json& row, const char* member) {
  return cell_of(net::member(row, member));
}

std::string table_of(std::span<const field> fields, const json& rows) {
  std::vector<columns::column> heads;
  for (const auto& f : fields) heads.push_back({f.title, f.at});
  columns out{std::move(heads)};
  for (const auto& row : rows) {
    std::vector<std::string> cells;
    for (const auto& f : fields) cells.push_back(cell_of(row, f.member));
    out.add(std::move(cells));
  }
  return out.text();
}

}  // namespace headroom::console
