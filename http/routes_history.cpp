#include "http/asking.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/own_data.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

constexpr std::string_view csv_type = "text/csv; charset=utf-8";
constexpr std::uint32_t rows_of_a_page = 200;
constexpr std::size_t most_rows = 10'000;  // of one file

/// A payout is of a token; the others have ids of their own.
std::string id_of(const history_entry& e) {
  return e.kind == history_kind::payout ? e.token.decimal() : e.id;
}

json entry_document(const history_entry& e) {
  return object({
      {"at", e.at},
      {"kind", to_string(e.kind)},
      {"id", id_of(e)},
      {"status", e.status},
      {"amount", e.amount},
      {"token_id", value_if(!e.token.is_zero(), e.token.decimal())},
      {"condition_id", e.condition},
      {"outcome", text_or_null(e.outcome)},
      {"question", text_or_null(e.question)},
      {"tx_hash", e.tx_hash},
  });
}

bool is_number(std::string_view text) noexcept {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// A cell (RFC 4180). What spreadsheets would take for a formula is text: markets name themselves.
void append_cell(std::string& row, std::string_view text) {
  if (!row.empty()) row += ',';
  const bool formula = !text.empty() && !is_number(text) &&
                       std::string_view{"=+-@\t\r"}.find(text.front()) != std::string_view::npos;
  row += '"';
  if (formula) row += '\'';
  for (const char c : text) row.append(c == '"' ? 2U : 1U, c);
  row += '"';
}

std::string row_of(const history_entry& e) {
  std::string out;
  const auto hex = [](const hash256& h) { return h.is_zero() ? std::string{} : h.hex(); };
  for (const auto& cell :
       {to_rfc3339(e.at), std::string{to_string(e.kind)}, id_of(e), e.status, to_string(e.amount),
        e.token.is_zero() ? std::string{} : e.token.decimal(), hex(e.condition), e.outcome,
        e.question, hex(e.tx_hash)})
    append_cell(out, cell);
  return out + "\r\n";
}

/// Whose: their own, or of the user that a key names.
address read_user(const exchange& x, const principal& reader, const query_fields& query) {
  std::optional<address> user;
  if (const auto text = query.text("user_address"))
    user = read_address(x.services().ethereum, "user_address", *text);
  user = listed_for(reader, user);
  if (!user) throw bad_field("user_address", "is required");
  return *user;
}

task<history_page> read_page(exchange& x, history_filter filter) {
  co_return or_refuse(
      co_await ask<history_page>(x, x.services().dir.handles.public_query(), std::move(filter)),
      "cursor");
}

task<> show_page(exchange& x, history_filter filter) {
  const auto page = co_await read_page(x, std::move(filter));
  x.reply_json(
      to_text(page_document("entries", list_of(page.entries, entry_document), page.next_cursor)));
}

/// Of a file each page but the first, which came with the request, counts as a request more.
void count_page(exchange& x) {
  auto& rates = x.shared().session_rates;
  if (!x.caller()->signed_in || !rates.allowed().limits()) return;
  const auto now = rate_bucket::clock::now();
  if (rates.of(x.caller()->name, now)->take(rates.allowed(), now) >
      rate_bucket::clock::duration::zero())
    throw problem_of(errc::rate_limited, "too many requests by one session: slow down");
}

task<> send_file(exchange& x, history_filter filter) {
  std::string out = "at,kind,id,status,amount,token_id,condition_id,outcome,question,tx_hash\r\n";
  for (std::size_t rows = 0; rows < most_rows; rows += rows_of_a_page) {
    const auto page = co_await read_page(x, filter);
    for (const auto& e : page.entries) out += row_of(e);
    if (page.next_cursor.empty()) break;
    count_page(x);
    filter.cursor = page.next_cursor;
  }
  response answer;
  answer.content_type = csv_type;
  answer.with("Content-Disposition", "attachment; filename=\"headroom-history.csv\"");
  answer.with("X-Content-Type-Options", "nosniff");
  answer.body = std::move(out);
  x.reply(std::move(answer));
}

}  // namespace

task<> get_history(exchange& x) {
  const auto& reader = require_reader(x);
  const query_fields query{x.asked().query, {"user_address", "cursor", "limit"}};
  history_filter filter{read_user(x, reader, query)};
  if (const auto text = query.text("cursor")) filter.cursor = read_cursor("cursor", *text);
  filter.limit = read_count("limit", query.text("limit").value_or("50"), 1, 100);
  return show_page(x, std::move(filter));
}

/// The newest 10,000.
task<> get_history_file(exchange& x) {
  const auto& reader = require_reader(x);
  const query_fields query{x.asked().query, {"user_address"}};
  history_filter filter{read_user(x, reader, query)};
  filter.limit = rows_of_a_page;
  return send_file(x, std::move(filter));
}

}  // namespace headroom::http
