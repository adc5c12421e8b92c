#include "chain/treasury/oneinch.hpp"

#include <algorithm>
#include <charconv>

#include "chain/evm/abi.hpp"
#include "chain/evm/eip55.hpp"
#include "domain/money.hpp"
#include "net/json.hpp"

namespace headroom::chain::oneinch {
namespace {

using nlohmann::json;

constexpr std::size_t selector_size = 4;
constexpr std::size_t word_size = 32;
constexpr std::size_t longest_word = 64;
constexpr std::size_t longest_tail = 32;  // behind the data stands at most a mark of the API's own
constexpr std::int64_t whole_bps = 10'000;

/// swap(executor, (srcToken, dstToken, srcReceiver, dstReceiver, amount, minReturnAmount, flags),
/// data): the description is static, so its members are words of the head.
enum head_word : std::size_t {
  executor = 0,
  source_token = 1,
  destination_token = 2,
  source_receiver = 3,
  destination_receiver = 4,
  amount = 5,
  minimum_return = 6,
  flags = 7,
  data_offset = 8,
  head_words = 9,
};

/// 0x07ed2379
byte_vector swap_selector() {
  return abi::encoder{
      "swap(address,(address,address,address,address,uint256,uint256,uint256),bytes)"}
      .done();
}

/// "0.3" of 30: percent, two decimals.
std::string percent_of(std::uint32_t bps) {
  const auto rest = bps % 100;
  return std::to_string(bps / 100) + "." + (rest < 10 ? "0" : "") + std::to_string(rest);
}

std::optional<std::uint64_t> read_digits(const std::string* text) {
  if (text == nullptr || text->empty()) return std::nullopt;
  std::uint64_t out = 0;
  const auto* const end = text->data() + text->size();
  const auto [stop, failed] = std::from_chars(text->data(), end, out);
  if (failed != std::errc{} || stop != end) return std::nullopt;
  return out;
}

std::string printable(std::string_view text) {
  std::string out{text.substr(0, longest_word)};
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '.');
  return out;
}

/// The least that its own promise and the asked slippage allow; it may round a unit down.
std::optional<std::uint64_t> promised_minimum(std::uint64_t out, std::uint32_t slippage_bps) {
  if (out > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  const auto least =
      mul_div_floor(static_cast<std::int64_t>(out), whole_bps - slippage_bps, whole_bps);
  return least ? std::optional{static_cast<std::uint64_t>(*least)} : std::nullopt;
}

/// The field that is not what was asked for; nothing: the call does what it should.
std::optional<std::string> wrong_field(byte_view data, std::uint64_t out, const swap_terms& t) {
  const auto selector = swap_selector();
  if (data.size() < selector_size || !std::equal(selector.begin(), selector.end(), data.begin()))
    return "selector";
  const auto body = data.subspan(selector_size);
  const abi::reader words{body};
  if (words.words() < head_words + 1) return "length";
  if (words.account(source_token) != t.token_in) return "source token";
  if (words.account(destination_token) != t.token_out) return "destination token";
  if (words.account(destination_receiver) != t.wallet) return "receiver";
  if (words.number(amount) != t.amount) return "amount";
  if (words.number(flags) != 0U) return "flags";
  for (const auto role : {executor, source_receiver}) {
    const auto who = words.account(role);
    if (!who || who->is_zero() || *who == t.wallet || *who == t.token_in || *who == t.token_out)
      return role == executor ? "executor" : "source receiver";
  }
  const auto minimum = words.number(minimum_return);
  const auto promised = promised_minimum(out, t.slippage_bps);
  if (!minimum || *minimum == 0 || !promised ||
      *minimum < *promised - std::min<std::uint64_t>(*promised, 1))
    return "minimum";
  if (words.number(data_offset) != head_words * word_size) return "data";
  const auto route = words.bytes(data_offset);
  if (!route) return "data";
  const auto padded = (route->size() + word_size - 1) / word_size * word_size;
  const auto used = (head_words + 1) * word_size;
  // The last word of the data may lack its padding; what the router never reads is bounded.
  if (body.size() > used + padded + longest_tail) return "data";
  return std::nullopt;
}

/// `value` is digits as text, or a number.
bool is_nothing(const json& tx) {
  const auto number = net::count_member(tx, "value");
  const auto* text = net::text_member(tx, "value");
  return (number && *number == 0) || (text != nullptr && (*text == "0" || *text == "0x0"));
}

bool is_account(const json& tx, const char* key, const address& wanted) {
  const auto* text = net::text_member(tx, key);
  return text != nullptr && address::parse(*text) == wanted;
}

swap_reading read_offer(const json& body, const swap_terms& t) {
  swap_reading out;
  const auto promised = read_digits(net::text_member(body, "dstAmount"));
  const auto* tx = net::object_member(body, "tx");
  const auto* text = tx == nullptr ? nullptr : net::text_member(*tx, "data");
  auto data = text == nullptr ? std::nullopt : from_hex(*text);
  if (!promised || *promised == 0 || !data) {
    out.problem = "1inch's answer cannot be read";
    return out;
  }
  if (!is_account(*tx, "to", t.router)) out.unsafe = "router";
  if (!is_account(*tx, "from", t.wallet)) out.unsafe = "from";
  if (!is_nothing(*tx)) out.unsafe = "value";
  if (auto wrong = wrong_field(*data, *promised, t)) out.unsafe = *wrong;
  if (!out.unsafe.empty()) return out;
  const abi::reader words{byte_view{*data}.subspan(selector_size)};
  const auto minimum = words.number(minimum_return).value_or(0);
  out.swap = checked_swap{*promised, minimum, std::move(*data)};
  return out;
}

}  // namespace

net::http_request swap_request(const std::string& api_url, const std::string& key,
                               const swap_terms& t) {
  net::http_request out;
  const auto wallet = checksummed(t.wallet);
  out.url = api_url + "/swap?src=" + checksummed(t.token_in) + "&dst=" + checksummed(t.token_out) +
            "&amount=" + std::to_string(t.amount) + "&from=" + wallet + "&origin=" + wallet +
            "&receiver=" + wallet + "&slippage=" + percent_of(t.slippage_bps) +
            "&allowPartialFill=false&compatibility=true&disableEstimate=true";
  out.headers.emplace_back("Authorization", "Bearer " + key);
  return out;
}

swap_reading read_swap(const net::http_result& r, const swap_terms& t) {
  swap_reading out;
  if (r.outcome != net::http_outcome::answered) {
    out.problem = "1inch does not answer";
    return out;
  }
  const auto body = net::read_json(r.body);
  if (r.status == 200) {
    if (body) return read_offer(*body, t);
    out.problem = "1inch's answer cannot be read";
    return out;
  }
  const auto* why = body ? net::text_member(*body, "description") : nullptr;
  out.problem = "1inch says " + std::to_string(r.status);
  if (why != nullptr) out.problem += " " + printable(*why);
  out.refused = r.status == 400;  // the rest says nothing of the amount
  return out;
}

byte_vector with_minimum(const checked_swap& s, std::uint64_t least) {
  auto out = s.data;
  const auto word = uint256::of(std::max(least, s.minimum));
  std::copy(word.bytes.begin(), word.bytes.end(),
            out.begin() + static_cast<std::ptrdiff_t>(selector_size + minimum_return * word_size));
  return out;
}

}  // namespace headroom::chain::oneinch
