#include "http/asking.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/own_data.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

position_filter read_filter(const exchange& x, const principal& reader, const query_fields& query) {
  std::optional<address> user;
  if (const auto text = query.text("user_address"))
    user = read_address(x.services().ethereum, "user_address", *text);
  user = listed_for(reader, user);
  if (!user) throw bad_field("user_address", "is required");
  position_filter out{*user};
  if (const auto text = query.text("status")) {
    if (*text != "open" && *text != "all") throw bad_field("status", "must be open or all");
    out.open_only = *text == "open";
  }
  if (const auto text = query.text("cursor")) out.cursor = read_cursor("cursor", *text);
  out.limit = read_count("limit", query.text("limit").value_or("50"), 1, 200);
  return out;
}

task<> list_positions(exchange& x, position_filter filter) {
  auto page = or_refuse(
      co_await ask<position_page>(x, x.services().dir.handles.public_query(), std::move(filter)),
      "cursor");
  const auto& ethereum = x.services().ethereum;
  auto list =
      list_of(page.positions, [&](const position& p) { return position_document(p, ethereum); });
  x.reply_json(to_text(page_document("positions", std::move(list), page.next_cursor)));
}

}  // namespace

task<> get_positions(exchange& x) {
  const auto& reader = require_reader(x);
  const query_fields query{x.asked().query, {"user_address", "status", "cursor", "limit"}};
  return list_positions(x, read_filter(x, reader, query));
}

}  // namespace headroom::http
