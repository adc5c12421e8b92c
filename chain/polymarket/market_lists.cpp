#include <algorithm>
#include <charconv>

#include "chain/polymarket/market_desk.hpp"
#include "net/url.hpp"

/// Lists of markets, searches, and one market with its prices.
namespace headroom::chain::polymarket {
namespace {

constexpr std::uint32_t events_of_a_search = 5;  // each may have a hundred markets
constexpr std::uint32_t most_pages = 1'000;

using list_promise = caf::typed_response_promise<actors::market_page>;

/// A place in a search: a page of Gamma's, which counts events, and how many of its markets were
/// shown. As text "3.20".
struct search_place {
  std::uint32_t page = 0;
  std::uint32_t shown = 0;

  [[nodiscard]] std::string text() const {
    return std::to_string(page) + "." + std::to_string(shown);
  }
};

std::optional<search_place> read_place(std::string_view text) {
  search_place out;
  if (text.empty()) return out;
  const auto* const end = text.data() + text.size();
  const auto page = std::from_chars(text.data(), end, out.page);
  if (page.ec != std::errc{} || page.ptr == end || *page.ptr != '.') return std::nullopt;
  const auto shown = std::from_chars(page.ptr + 1, end, out.shown);
  if (shown.ec != std::errc{} || shown.ptr != end || out.page > most_pages) return std::nullopt;
  return out;
}

caf::error wrong_cursor() {
  return make_error(errc::invalid_field, "must be the next_cursor of an earlier page of this list");
}

/// Gamma refuses a cursor that it did not make. To a first page it has nothing to object.
caf::error why_no_list(const caf::error& why, bool has_cursor) {
  if (actors::code_of(why) != errc::not_found) return why;
  return has_cursor ? wrong_cursor()
                    : make_error(errc::unavailable, "the venue's list of markets cannot be read");
}

/// What of a found page is shown from this place on.
actors::market_page shown_of(const gamma_page& found, search_place from, std::uint32_t limit,
                             timestamp as_of) {
  actors::market_page out;
  std::uint32_t open = 0;
  for (const auto& m : found.markets) {
    if (m.closed || open++ < from.shown) continue;
    if (out.markets.size() == limit) {
      out.next_cursor = search_place{from.page, from.shown + limit}.text();
      return out;
    }
    out.markets.push_back(view_of(m, as_of));
  }
  if (found.more && from.page < most_pages) out.next_cursor = search_place{from.page + 1}.text();
  return out;
}

}  // namespace

caf::result<actors::market_page> market_desk::list(const actors::list_markets& x) {
  const bool searches = !x.query.empty();
  const auto place = searches ? read_place(x.cursor) : search_place{};
  if (!place) return wrong_cursor();
  const auto limit = std::clamp<std::uint32_t>(x.limit, 1, 100);
  auto path = searches
                  ? "/public-search?events_status=active&limit_per_type=" +
                        std::to_string(events_of_a_search) +
                        "&page=" + std::to_string(place->page) + "&q=" + net::query_value(x.query)
                  : "/markets/keyset?closed=false&order=volume24hr&ascending=false&limit=" +
                        std::to_string(limit);
  if (!searches && !x.cursor.empty()) path += "&after_cursor=" + net::query_value(x.cursor);
  auto promise = self_->make_response_promise<actors::market_page>();
  with_page(path, searches ? read_gamma_search : read_gamma_page,
            [promise, searches, limit, cursor = x.cursor, from = *place](
                const page_ptr& found, const caf::error& why) mutable {
              if (!found) {
                promise.deliver(why_no_list(why, !cursor.empty()));
                return;
              }
              const auto& page = found->value;
              if (searches) {
                promise.deliver(shown_of(page, from, limit, found->as_of));
                return;
              }
              actors::market_page out;
              for (const auto& m : page.markets) out.markets.push_back(view_of(m, found->as_of));
              if (page.next_cursor != cursor)
                out.next_cursor = page.next_cursor;  // or it goes in circles
              promise.deliver(std::move(out));
            });
  return promise;
}

// -- one market ----------------------------------------------------------------------------------

struct market_desk::showing {
  caf::typed_response_promise<actors::market_view> promise;
  hash256 condition;
  actors::market_view view;
  std::size_t books_missing = 0;
  timestamp oldest_book;
};

caf::result<actors::market_view> market_desk::show(const actors::get_market& x) {
  auto promise = self_->make_response_promise<actors::market_view>();
  look_for(std::make_shared<showing>(showing{promise, x.condition, {}, 0, {}}), false);
  return promise;
}

/// Gamma lists open and closed markets apart.
void market_desk::look_for(std::shared_ptr<showing> s, bool closed) {
  with_page("/markets/keyset?closed=" + std::string{closed ? "true" : "false"} +
                "&condition_ids=" + s->condition.hex(),
            read_gamma_page, [self = self_, s, closed](const page_ptr& found, const caf::error&) {
              market_desk desk{self};
              if (!found) return desk.look_at_clob(s);
              for (const auto& m : found->value.markets) {
                if (m.condition != s->condition) continue;
                s->view = view_of(m, found->as_of);
                return desk.add_prices(s);
              }
              closed ? desk.look_at_clob(s) : desk.look_for(s, true);
            });
}

/// Gamma is away, or does not list it: bets need the CLOB alone, so what that knows is shown.
void market_desk::look_at_clob(std::shared_ptr<showing> s) {
  with_terms(s->condition, [self = self_, s](const terms_ptr& found, const caf::error& why) {
    if (!found) {
      s->promise.deliver(why);
      return;
    }
    s->view = view_of(found->value, found->as_of);
    market_desk{self}.add_prices(s);
  });
}

/// From the books, as far as they can be read; Gamma's prices are minutes old at times.
void market_desk::add_prices(std::shared_ptr<showing> s) {
  const auto status = s->view.status;
  const bool trades =
      status == actors::market_status::open || status == actors::market_status::paused;
  if (!trades || s->view.outcomes.empty()) {
    s->promise.deliver(std::move(s->view));
    return;
  }
  std::vector<uint256> tokens;  // the last answer takes the view away, and may come at once
  for (const auto& o : s->view.outcomes) tokens.push_back(o.token);
  s->books_missing = tokens.size();
  for (std::size_t i = 0; i < tokens.size(); ++i)
    with_book(tokens[i], [s, i](const book_ptr& found, const caf::error&) {
      if (found) {
        show_book(s->view.outcomes[i], found->value);
        const bool older = !s->oldest_book.is_set() || found->as_of < s->oldest_book;
        if (older) s->oldest_book = found->as_of;
      }
      if (--s->books_missing > 0) return;
      if (s->oldest_book.is_set()) s->view.as_of = s->oldest_book;
      s->promise.deliver(std::move(s->view));
    });
}

}  // namespace headroom::chain::polymarket
