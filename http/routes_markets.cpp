#include <algorithm>

#include "http/asking.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/market_documents.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

constexpr std::size_t longest_query = 200;     // characters
constexpr std::size_t longest_cursor = 1'000;  // the venue's own are longer than ours
constexpr std::uint32_t most_markets = 100;

/// Opaque and the venue's: any visible characters.
std::string read_venue_cursor(std::string_view text) {
  const bool visible =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (text.empty() || text.size() > longest_cursor || !visible)
    throw bad_field("cursor", "must be the next_cursor of an earlier page");
  return std::string{text};
}

/// Also with capitals, as explorers show it. What is no condition id is no market.
hash256 read_condition(std::string_view text) {
  const auto hash = text.starts_with("0x") ? hash256::parse(text) : std::nullopt;
  if (!hash) throw bad_field("condition_id", "must be 0x and 64 hex digits");
  return *hash;
}

}  // namespace

task<> get_markets(exchange& x) {
  const query_fields query{x.asked().query, {"query", "cursor", "limit"}};
  actors::list_markets wanted;
  if (const auto text = query.text("query"); text && !text->empty())
    wanted.query = read_text("query", *text, longest_query);
  if (const auto text = query.text("cursor")) wanted.cursor = read_venue_cursor(*text);
  wanted.limit = read_count("limit", query.text("limit").value_or("50"), 1, most_markets);
  const auto page = or_refuse(co_await ask<actors::market_page>(
                                  x, x.services().dir.handles.get<actors::market_actor>(), wanted),
                              "cursor");
  x.reply_json(
      to_text(page_document("markets", list_of(page.markets, market_document), page.next_cursor)));
}

task<> get_market(exchange& x) {
  const query_fields none{x.asked().query, {}};
  const actors::get_market wanted{read_condition(x.id())};
  const auto market = or_refuse(co_await ask<actors::market_view>(
      x, x.services().dir.handles.get<actors::market_actor>(), wanted));
  x.reply_json(to_text(market_document(market)));
}

}  // namespace headroom::http
