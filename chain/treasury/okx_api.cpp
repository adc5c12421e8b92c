#include "chain/treasury/okx_api.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "net/base64.hpp"
#include "net/json.hpp"

namespace headroom::chain::okx {
namespace {

using nlohmann::json;

constexpr std::size_t longest_words = 120;
constexpr std::size_t micro_digits = 6;

std::string printable(std::string_view text) {
  std::string out{text.substr(0, longest_words)};
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~' || c == '"'; }, '.');
  return out;
}

std::string text_of(const json& object, const char* key) {
  const auto* text = net::text_member(object, key);
  return text == nullptr ? std::string{} : *text;
}

bool is_all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Digits beyond the sixth are cut off, or counted as one millionth more.
std::optional<usdc> decimal(std::string_view text, bool round_up) {
  const auto point = text.find('.');
  std::string kept{text};
  bool more = false;
  if (point != text.npos && text.size() > point + 1 + micro_digits) {
    const auto rest = text.substr(point + 1 + micro_digits);
    if (!is_all_digits(rest)) return std::nullopt;
    more = rest.find_first_not_of('0') != rest.npos;
    kept.resize(point + 1 + micro_digits);
  }
  const auto out = parse_usdc(kept);
  return out && more && round_up ? add(*out, 1_micro) : out;
}

std::optional<usdc> amount_member(const json& object, const char* key, bool round_up = false) {
  const auto* text = net::text_member(object, key);
  return text == nullptr ? std::nullopt : decimal(*text, round_up);
}

/// Absent and "" are zero: nothing was filled, nothing is bounded.
std::optional<usdc> amount_or_none(const json& object, const char* key, bool round_up = false) {
  return text_of(object, key).empty() ? usdc{} : amount_member(object, key, round_up);
}

std::optional<address> address_member(const json& object, const char* key) {
  return address::parse(text_of(object, key));
}

/// Words after which the request may have been done, whatever their status.
bool is_unknown_code(std::string_view code) {
  constexpr std::string_view all[] = {"50001", "50004", "50013", "50026", "50005"};
  return std::find(std::begin(all), std::end(all), code) != std::end(all);
}

/// 50100 to 50119: key, passphrase, signature, time, IP address.
bool is_about_us(std::string_view code) {
  return code.size() == 5 && is_all_digits(code) && code >= "50100" && code <= "50119";
}

bool is_seen_before(std::string_view code, std::string_view words) {
  return code == "51016" || (code == "51000" && (words.find("clientId") != words.npos ||
                                                 words.find("clOrdId") != words.npos));
}

std::string words_of(std::string_view code, std::string_view words) {
  std::string out = "OKX says " + printable(code);
  if (code == "50110") out += " (our IP address is not on the key's whitelist)";
  if (!words.empty()) out += ": " + printable(words);
  return out;
}

/// An operation's own refusal stands inside the data.
void look_inside(const json& body, std::string& code, std::string& words) {
  const auto* data = net::array_member(body, "data");
  if (data == nullptr || data->empty()) return;
  auto inner = text_of(data->front(), "sCode");
  if (inner.empty() || inner == "0") return;
  code = std::move(inner);
  words = text_of(data->front(), "sMsg");
}

const json* row_where(const json& rows, const char* key, std::string_view value) {
  for (const auto& row : rows)
    if (text_of(row, key) == value) return &row;
  return nullptr;
}

}  // namespace

std::string signature(std::string_view secret, std::string_view time, std::string_view method,
                      std::string_view target, std::string_view body) {
  std::string message{time};
  message.append(method).append(target).append(body);
  std::array<std::uint8_t, 32> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), mac.data(), &size);
  return net::to_base64(byte_view{mac});
}

net::http_request signed_request(const std::string& url, const credentials& c, timestamp now,
                                 const std::string& method, const std::string& target,
                                 std::string body) {
  const auto time = to_rfc3339(now);
  net::http_request out;
  out.method = method;
  out.url = url + target;
  out.headers = {{"OK-ACCESS-KEY", c.key},
                 {"OK-ACCESS-SIGN", signature(c.secret, time, method, target, body)},
                 {"OK-ACCESS-TIMESTAMP", time},
                 {"OK-ACCESS-PASSPHRASE", c.passphrase},
                 {"Content-Type", "application/json"}};
  out.body = std::move(body);
  return out;
}

answer read_answer(const net::http_result& r) {
  answer out;
  if (r.outcome == net::http_outcome::refused_before_send) {
    out.is = verdict::refused;
    out.words = "OKX cannot be reached";
    return out;
  }
  if (r.outcome != net::http_outcome::answered) {
    out.words = "OKX does not answer";
    return out;
  }
  const auto body = net::read_json(r.body);
  out.code = body ? text_of(*body, "code") : std::string{};
  auto words = body ? text_of(*body, "msg") : std::string{};
  if (r.status == 200 && out.code == "0") {
    if (const auto* data = net::array_member(*body, "data")) {
      out.is = verdict::done;
      out.rows = *data;
    } else {
      out.words = "OKX' answer cannot be read";
    }
    return out;
  }
  const bool its_own = !out.code.empty() && out.code != "0";
  if (its_own) look_inside(*body, out.code, words);
  out.words = words_of(its_own ? out.code : std::to_string(r.status), words);
  if (!its_own) out.code = std::to_string(r.status);
  if (r.status == 429) {
    out.is = verdict::refused;
  } else if (its_own && r.status < 500 && !is_unknown_code(out.code) &&
             !is_seen_before(out.code, words)) {
    out.is = verdict::refused;
    out.not_us = is_about_us(out.code);
  }
  return out;
}

std::optional<currency> find_currency(const json& rows, std::string_view coin,
                                      std::string_view chain) {
  for (const auto& row : rows) {
    if (text_of(row, "ccy") != coin || text_of(row, "chain") != chain) continue;
    const auto deposit = net::flag_member(row, "canDep");
    const auto withdraw = net::flag_member(row, "canWd");
    const auto min_deposit = amount_or_none(row, "minDep", true);
    const auto least = amount_or_none(row, "minWd", true);
    const auto most = amount_or_none(row, "maxWd");
    auto fee = amount_or_none(row, "fee", true);
    if (fee && fee->is_zero()) fee = amount_or_none(row, "minFee", true);
    if (!deposit || !withdraw || !min_deposit || !least || !most || !fee) return std::nullopt;
    return currency{*deposit, *withdraw, *min_deposit, *least, *most, *fee};
  }
  return std::nullopt;
}

std::optional<address> find_deposit_address(const json& rows, std::string_view chain) {
  const auto* row = row_where(rows, "chain", chain);
  return row == nullptr ? std::nullopt : address_member(*row, "addr");
}

std::optional<std::optional<deposit_row>> find_deposit_of(const json& rows, const hash256& tx) {
  for (const auto& row : rows) {
    if (hash256::parse(text_of(row, "txId")) != tx) continue;
    const auto amount = amount_member(row, "amt");
    const auto to = address_member(row, "to");
    if (!amount || !to) return std::nullopt;
    return deposit_row{text_of(row, "state"), text_of(row, "ccy"), text_of(row, "chain"), *amount,
                       *to};
  }
  return std::optional<deposit_row>{};
}

std::optional<book_price> price_of(const json& rows, usdc amount) {
  const auto* asks = rows.empty() ? nullptr : net::array_member(rows.front(), "asks");
  if (asks == nullptr) return std::nullopt;
  book_price out;
  auto left = amount.micro;
  for (const auto& level : *asks) {
    if (!level.is_array() || level.size() < 2 || !level[0].is_string() || !level[1].is_string())
      return std::nullopt;
    const auto price = decimal(level[0].get_ref<const std::string&>(), true);
    const auto size = decimal(level[1].get_ref<const std::string&>(), false);
    if (!price || !size || !price->is_positive()) return std::nullopt;
    if (out.best.is_zero()) out.best = *price;
    const auto cost = mul_div_ceil(size->micro, price->micro, micro_per_usdc);
    if (!cost) return std::nullopt;
    if (*cost < left) {
      left -= *cost;
      out.out = add_saturating(out.out, *size);
      continue;
    }
    const auto rest = mul_div_floor(left, micro_per_usdc, price->micro);
    if (!rest) return std::nullopt;
    out.out = add_saturating(out.out, {*rest});
    return out;
  }
  return std::nullopt;  // the book that was shown is too small
}

std::optional<order_row> find_order(const json& rows, std::string_view client_id) {
  const auto* row = row_where(rows, "clOrdId", client_id);
  if (row == nullptr) return std::nullopt;
  const auto state = text_of(*row, "state");
  const auto size = amount_or_none(*row, "accFillSz");
  const auto price = amount_or_none(*row, "avgPx", true);
  auto fee_text = text_of(*row, "fee");
  const bool rebate = !fee_text.empty() && fee_text.front() != '-';
  if (!fee_text.empty() && !rebate) fee_text.erase(0, 1);
  const auto fee = fee_text.empty() ? usdc{} : decimal(fee_text, true);
  if (!size || !price || !fee) return std::nullopt;
  const auto spent = mul_div_ceil(size->micro, price->micro, micro_per_usdc);
  if (!spent) return std::nullopt;
  order_row out{
      state == "filled" || state == "canceled" || state == "mmp_canceled", *size, {*spent}};
  if (rebate) return out;  // what is given back stays at the exchange
  auto& paid = text_of(*row, "feeCcy") == "USDT" ? out.spent : out.bought;
  paid = &paid == &out.spent ? add_saturating(paid, *fee) : sub_saturating(paid, *fee);
  if (out.bought.micro < 0) return std::nullopt;
  return out;
}

std::optional<std::string> find_transfer(const json& rows, std::string_view client_id) {
  const auto* row = row_where(rows, "clientId", client_id);
  if (row == nullptr) return rows.empty() ? std::optional{std::string{}} : std::nullopt;
  auto state = text_of(*row, "state");
  return state.empty() ? std::nullopt : std::optional{std::move(state)};
}

std::optional<std::vector<withdrawal_row>> find_withdrawals(const json& rows,
                                                            std::string_view client_id) {
  std::vector<withdrawal_row> out;
  for (const auto& row : rows) {
    if (text_of(row, "clientId") != client_id) continue;
    const auto amount = amount_member(row, "amt");
    const auto to = address_member(row, "to");
    const auto word = text_of(row, "state");
    int state = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), state);
    if (!amount || !to || read.ec != std::errc{} || read.ptr != word.data() + word.size())
      return std::nullopt;
    out.push_back({state, text_of(row, "ccy"), text_of(row, "chain"), text_of(row, "wdId"), *amount,
                   *to, hash256::parse(text_of(row, "txId")).value_or(hash256{})});
  }
  return out;
}

withdrawal_word word_of(int state) noexcept {
  switch (state) {
    case 2: return withdrawal_word::sent;
    case -1:
    case -2: return withdrawal_word::ended_unpaid;
    case -3:
    case 0:
    case 1:
    case 7:   // approved
    case 10:  // waits for its transfer
      return withdrawal_word::on_its_way;
    default: return withdrawal_word::reviewed;
  }
}

deposit_word deposit_word_of(std::string_view state) noexcept {
  if (state == "0") return deposit_word::waiting;
  if (state == "1") return deposit_word::credited;
  if (state == "2") return deposit_word::successful;
  return deposit_word::reviewed;
}

}  // namespace headroom::chain::okx
