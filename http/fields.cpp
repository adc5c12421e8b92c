#include "http/fields.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "domain/text.hpp"
#include "http/problem.hpp"

namespace headroom::http {
namespace {

constexpr std::size_t max_fields = 32;
constexpr std::size_t max_items = 64;  // of a list

[[noreturn]] void refuse(std::string_view name, std::string detail) {
  throw bad_field(std::string{name}, std::move(detail));
}

/// What may be shown of a name that the caller chose.
std::string shown(std::string_view name) { return std::string{name.substr(0, 64)}; }

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_encoded(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(), [](char c) { return c == '%' || c == '+'; });
}

std::string decoded(std::string_view name, std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) refuse(name, "is not percent-encoded correctly");
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

bool visible(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

constexpr auto amount_form =
    "must be a decimal string of USDC with at most 6 decimals, for example \"25.37\"";

}  // namespace

// -- body ----------------------------------------------------------------------------------------

/// nlohmann's SAX events: no tree is built, so depth and size cost nothing before they are refused.
struct body_fields::reader {
  using json = nlohmann::json;

  std::vector<entry>& entries;
  std::initializer_list<std::string_view> allowed;
  std::initializer_list<std::string_view> lists;
  std::size_t depth = 0;  // 1: inside the object
  bool in_list = false;
  std::string failure;

  bool put(kind type, std::string text = {}) {
    if (depth == 0) return fail("the body must be a JSON object");
    if (in_list) return put_item(type, std::move(text));
    if (depth == 1) {
      entries.back().type = type;
      entries.back().text = std::move(text);
    }
    return true;
  }
  bool fail(std::string why) {
    failure = std::move(why);
    return false;
  }
  bool put_item(kind type, std::string text) {
    auto& to = entries.back();
    if (type != kind::text) refuse(shown(to.name), "must be a list of strings");
    if (to.items.size() >= max_items) refuse(shown(to.name), "is too long a list");
    to.items.push_back(std::move(text));
    return true;
  }
  bool nest() {
    if (depth == 0) return fail("the body must be a JSON object");
    if (in_list) refuse(shown(entries.back().name), "must be a list of strings");
    refuse(shown(entries.back().name), "must be a string");
  }

  bool null() { return put(kind::null); }
  bool boolean(bool yes) { return put(yes ? kind::yes : kind::no); }
  bool number_integer(json::number_integer_t) { return put(kind::other); }
  bool number_unsigned(json::number_unsigned_t) { return put(kind::other); }
  bool number_float(json::number_float_t, const std::string&) { return put(kind::other); }
  bool string(std::string& text) { return put(kind::text, std::move(text)); }
  bool binary(json::binary_t&) { return false; }
  bool start_object(std::size_t) {
    if (depth > 0) return nest();
    ++depth;
    return true;
  }
  bool key(std::string& name) {
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
      refuse(shown(name), "is not a field of this request");
    for (const auto& e : entries)
      if (e.name == name) refuse(shown(name), "appears more than once");
    if (entries.size() >= max_fields) return fail("the body has too many fields");
    entries.push_back({std::move(name), kind::null, {}});
    return true;
  }
  bool end_object() { return --depth, true; }
  bool start_array(std::size_t) {
    const bool may_be = depth == 1 && !in_list &&
                        std::find(lists.begin(), lists.end(), entries.back().name) != lists.end();
    if (!may_be) return nest();
    entries.back().type = kind::list;
    return in_list = true;
  }
  bool end_array() {
    in_list = false;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
    return fail("the body is not valid JSON (near byte " + std::to_string(position) + ")");
  }
};

body_fields::body_fields(std::string_view json, std::initializer_list<std::string_view> allowed,
                         std::initializer_list<std::string_view> lists) {
  if (json.find('\0') != std::string_view::npos)  // the parser would take it for the end
    throw problem_of(errc::bad_request, "the body is not valid JSON: it has a NUL byte");
  reader events{entries_, allowed, lists, 0, false, {}};
  if (!nlohmann::json::sax_parse(json, &events))
    throw problem_of(errc::bad_request,
                     events.failure.empty() ? "the body is not valid JSON" : events.failure);
}

const body_fields::entry* body_fields::find(std::string_view name) const noexcept {
  const auto i = std::find_if(entries_.begin(), entries_.end(),
                              [&](const entry& e) { return e.name == name; });
  return i == entries_.end() ? nullptr : &*i;
}

bool body_fields::is_null(std::string_view name) const noexcept {
  const auto* e = find(name);
  return e != nullptr && e->type == kind::null;
}

std::optional<std::string_view> body_fields::text(std::string_view name) const {
  const auto* e = find(name);
  if (e == nullptr) return std::nullopt;
  if (e->type != kind::text) refuse(name, "must be a string");
  return e->text;
}

std::optional<bool> body_fields::flag(std::string_view name) const {
  const auto* e = find(name);
  if (e == nullptr) return std::nullopt;
  if (e->type != kind::yes && e->type != kind::no) refuse(name, "must be true or false");
  return e->type == kind::yes;
}

std::optional<std::vector<std::string>> body_fields::list(std::string_view name) const {
  const auto* e = find(name);
  if (e == nullptr) return std::nullopt;
  if (e->type != kind::list) refuse(name, "must be a list of strings");
  return e->items;
}

std::string_view body_fields::required(std::string_view name) const {
  if (const auto found = text(name)) return *found;
  refuse(name, "is required");
}

// -- query ---------------------------------------------------------------------------------------

query_fields::query_fields(std::string_view query,
                           std::initializer_list<std::string_view> allowed) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const auto name = pair.substr(0, equals);
    const auto* known = std::find(allowed.begin(), allowed.end(), name);
    if (known == allowed.end()) refuse(shown(name), "is not a parameter of this request");
    if (text(*known)) refuse(*known, "appears more than once");
    auto& e = entries_.at(count_++);
    e.name = *known;
    if (equals != std::string_view::npos) e.raw = pair.substr(equals + 1);
    if (is_encoded(e.raw)) e.decoded = decoded(*known, std::exchange(e.raw, {}));
  }
}

std::optional<std::string_view> query_fields::text(std::string_view name) const {
  for (std::size_t i = 0; i < count_; ++i)
    if (entries_[i].name == name) return entries_[i].text();
  return std::nullopt;
}

std::string_view query_fields::required(std::string_view name) const {
  if (const auto found = text(name)) return *found;
  refuse(name, "is required");
}

// -- values --------------------------------------------------------------------------------------

usdc read_amount_or_zero(std::string_view name, std::string_view text) {
  const auto amount = parse_usdc(text);
  if (!amount) refuse(name, amount_form);
  return *amount;
}

usdc read_amount(std::string_view name, std::string_view text) {
  const auto amount = read_amount_or_zero(name, text);
  if (!amount.is_positive()) refuse(name, "must be greater than zero");
  return amount;
}

usdc read_price(std::string_view name, std::string_view text) {
  const auto price = parse_usdc(text);
  if (!price)
    refuse(name,
           "must be a decimal string of USDC per share with at most 6 decimals, for example "
           "\"0.55\"");
  if (!price->is_positive() || *price >= 1_usdc) refuse(name, "must be above 0 and below 1");
  return *price;
}

share_amount read_shares(std::string_view name, std::string_view text) {
  const auto shares = parse_usdc(text);
  if (!shares)
    refuse(name,
           "must be a decimal string of shares with at most 6 decimals, for example \"44.5\"");
  if (!shares->is_positive()) refuse(name, "must be above 0");
  return {shares->micro};
}

order_fill read_order_type(std::string_view name, const std::optional<std::string_view>& text,
                           order_fill otherwise) {
  if (!text) return otherwise;
  if (*text == "FOK") return order_fill::whole;
  if (*text == "FAK") return order_fill::part;
  refuse(name, "must be FOK or FAK");
}

std::optional<timestamp> read_deadline(std::string_view name,
                                       const std::optional<std::string_view>& text, timestamp now) {
  if (!text) return std::nullopt;
  const auto deadline = read_time(name, *text);
  if (deadline > now.plus(longest_deadline)) refuse(name, "must be at most 24 hours ahead");
  return deadline;
}

address read_address(const actors::ethereum_port& ethereum, std::string_view name,
                     std::string_view text) {
  address out;
  const auto verdict = text.size() == 42 && text.starts_with("0x")
                           ? ethereum.parse_address(text, out)
                           : actors::address_error::syntax;
  switch (verdict) {
    case actors::address_error::none: return out;
    case actors::address_error::checksum:
      refuse(name, "has a wrong EIP-55 checksum; write it in lower case or copy it again");
    case actors::address_error::syntax: break;
  }
  refuse(name, "must be an address: 0x and 40 hex digits");
}

uint256 read_token(std::string_view name, std::string_view text) {
  const auto token = uint256::parse_decimal(text);
  if (!token || token->is_zero())
    refuse(name, "must be a decimal string of an integer from 1 to 2^256 - 1");
  return *token;
}

timestamp read_time(std::string_view name, std::string_view text) {
  const auto t = parse_rfc3339(text);
  if (!t) refuse(name, "must be an RFC 3339 time, for example \"2026-11-21T04:31:05Z\"");
  return *t;
}

std::uint32_t read_count(std::string_view name, std::string_view text, std::uint32_t least,
                         std::uint32_t most) {
  std::uint32_t out = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed != std::errc{} || end != text.data() + text.size() || out < least || out > most)
    refuse(name, "must be a number from " + std::to_string(least) + " to " + std::to_string(most));
  return out;
}

time_window read_window(const query_fields& query) {
  time_window out;
  if (const auto text = query.text("since")) out.since = read_time("since", *text);
  if (const auto text = query.text("until")) out.until = read_time("until", *text);
  if (out.since.is_set() && out.until.is_set() && out.until <= out.since)
    refuse("until", "must be after since");
  return out;
}

std::string read_cursor(std::string_view name, std::string_view text) {
  if (text.empty() || text.size() > 200 || !visible(text))
    refuse(name, "must be the next_cursor of an earlier page");
  return std::string{text};
}

namespace {
/// Nothing of what is not UTF-8: a query may be anything.
std::optional<std::size_t> characters_of(std::string_view text) noexcept {
  std::size_t out = 0;
  for (; !text.empty(); ++out) {
    const auto length = utf8_length(text);
    if (length == 0) return std::nullopt;
    text.remove_prefix(length);
  }
  return out;
}
}  // namespace

std::string read_text(std::string_view name, std::string_view text, std::size_t most) {
  const bool clean = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
  });
  if (text.empty() || characters_of(text).value_or(most + 1) > most || !clean)
    refuse(name,
           "must have 1 to " + std::to_string(most) + " characters and no control characters");
  return std::string{text};
}

template <class Id>
Id read_id(std::string_view name, std::string_view text) {
  const auto id = Id::parse(text);
  if (!id) refuse(name, "must be a UUID");
  return *id;
}
template bet_id read_id<bet_id>(std::string_view, std::string_view);
template deposit_id read_id<deposit_id>(std::string_view, std::string_view);
template conversion_id read_id<conversion_id>(std::string_view, std::string_view);
template sale_id read_id<sale_id>(std::string_view, std::string_view);
template withdrawal_id read_id<withdrawal_id>(std::string_view, std::string_view);
template quote_id read_id<quote_id>(std::string_view, std::string_view);
template delegation_id read_id<delegation_id>(std::string_view, std::string_view);
template webhook_id read_id<webhook_id>(std::string_view, std::string_view);

}  // namespace headroom::http
