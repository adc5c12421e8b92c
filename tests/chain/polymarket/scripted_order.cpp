#include "tests/chain/polymarket/scripted_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/evm/eth.hpp"
#include "chain/polymarket/venue_settings.hpp"
#include "tests/chain/polymarket/post_rows.hpp"

namespace headroom::test {
namespace {

using chain::polymarket::charged;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t first_block = 50'000'000;
constexpr auto genesis = timestamp::of_seconds(1'800'000'000);
constexpr std::int64_t block_us = 2'000'000;
constexpr std::uint64_t blocks_until_final = 3;
constexpr std::int64_t bought_at = 490'000;  // below any cap of the tests, above any floor
constexpr std::int64_t sold_at = 450'000;
constexpr std::int64_t fee_rate_micro = 50'000;

net::http_result no_answer() {
  net::http_result r;
  r.outcome = net::http_outcome::maybe_sent;
  r.failure = net::http_failure::broken;
  return r;
}

bool passed(timestamp since, seconds age, timestamp now) { return now >= since.plus(age); }

const char* trade_status(match_end end, timestamp since, timestamp now) {
  const auto is = [&](int age) { return passed(since, seconds{age}, now); };
  switch (end) {
    case match_end::confirmed: return !is(2) ? "MATCHED" : !is(6) ? "MINED" : "CONFIRMED";
    case match_end::retried:
      return !is(2) ? "MATCHED" : !is(4) ? "RETRYING" : !is(8) ? "MINED" : "CONFIRMED";
    case match_end::failed:
    case match_end::failed_but_filled:
      return !is(2) ? "MATCHED" : !is(6) ? "RETRYING" : "TRADE_STATUS_FAILED";
    case match_end::stuck:
    case match_end::stuck_but_filled: break;
  }
  return "MATCHED";
}

std::optional<seconds> on_chain_after(match_end end) {
  switch (end) {
    case match_end::confirmed: return seconds{2};
    case match_end::retried:
    case match_end::failed_but_filled:
    case match_end::stuck_but_filled: return seconds{4};
    case match_end::failed:
    case match_end::stuck: break;
  }
  return std::nullopt;
}

/// shares x rate x p x (1 - p), cut at 5 decimals.
std::int64_t fee_of(std::int64_t shares, std::int64_t price) {
  constexpr uint128 per_step = 10'000'000'000'000'000'000ULL;  // 10^-5 of a dollar
  const auto exact = static_cast<uint128>(shares) * static_cast<uint128>(fee_rate_micro) *
                     static_cast<uint128>(price) * static_cast<uint128>(micro_per_usdc - price);
  return static_cast<std::int64_t>(exact / per_step) * 10;
}

std::string trade_id(std::size_t n) { return "trade-" + std::to_string(n); }

std::string with_hash(std::string body, const std::string& hash) {
  const auto placeholder = chain::test::row_hash().hex();
  if (const auto at = body.find(placeholder); at != body.npos)
    body.replace(at, placeholder.size(), hash);
  return body;
}

}  // namespace

// -- the venue -----------------------------------------------------------------------------------

scripted_order::reply scripted_order::heard(const net::http_request& x, milliseconds timeout) {
  const auto path = x.url.substr(std::string_view{"http://venue"}.size());
  const auto plain = path.substr(0, path.find('?'));
  if (plain == "/order" && x.method == "POST") return posted(json::parse(x.body), timeout);
  if (plain == "/order" && x.method == "DELETE") return {cancelled(json::parse(x.body)), {}};
  if (plan_.reads_fail && plain.starts_with("/data/"))
    return {fake_venue::refusal(500, "internal server error"), {}};
  if (plain.starts_with("/data/order/")) return {object(plain.substr(12)), {}};
  if (plain == "/data/trades") return {trades(), {}};
  return {venue.heard(x), {}};
}

scripted_order::reply scripted_order::posted(const json& body, milliseconds timeout) {
  const auto& order = body.at("order");
  EXPECT_FALSE(stored_hash().is_zero()) << "sent before its intent was in the books";
  posted_.insert(order.dump());
  hash_ = stored_hash().hex();
  sells_ = order.at("side") == "SELL";
  gives_ = std::stoll(order.at("makerAmount").get<std::string>());
  const auto& plan = plan_.posts[std::min(posts_++, plan_.posts.size() - 1)];
  const bool known = is_there();
  if (plan.takes && !known) taken_at_ = clock().plus(plan.lands_after);
  if (known && !plan.insists)
    return {fake_venue::refusal(400, "order " + hash_ + " is invalid. Duplicated."), answer_takes};
  if (plan.silent) return {no_answer(), timeout};
  if (plan.status == 0) return {no_answer(), answer_takes};
  return {fake_venue::answer(plan.status, with_hash(plan.body, hash_)), answer_takes};
}

bool scripted_order::is_there() const { return taken_at_ && clock() >= *taken_at_; }

std::string scripted_order::status() const {
  if (!is_there()) return {};
  if (cancelled_at_) return "ORDER_STATUS_CANCELED";
  std::string out;
  for (const auto& v : plan_.shown)
    if (clock() >= taken_at_->plus(v.from)) out = v.status;
  return out;
}

std::optional<timestamp> scripted_order::matched_at() const {
  if (!is_there() || !plan_.fills_after) return std::nullopt;
  const auto at = taken_at_->plus(*plan_.fills_after);
  const bool stopped = cancelled_at_ && *cancelled_at_ < at;
  return clock() >= at && !stopped ? std::optional{at} : std::nullopt;
}

/// By the exchange's arithmetic: everything is floored.
charged scripted_order::part(std::int64_t percent) const {
  const auto given = gives_ * percent / 100;
  const auto price = sells_ ? sold_at : bought_at;
  const auto shares = sells_ ? given : given * micro_per_usdc / price;
  return {{shares}, {shares * price / micro_per_usdc}, {fee_of(shares, price)}};
}

net::http_result scripted_order::object(const std::string& hash) const {
  const auto word = status();
  if (word.empty() || hash != hash_ || plan_.object_hidden) return fake_venue::answer(200, "null");
  auto named = json::array();
  std::int64_t matched = 0;
  if (matched_at() && !plan_.trades_hidden)
    for (std::size_t i = 0; i < plan_.matches.size(); ++i) {
      named.push_back(trade_id(i));
      matched += part(plan_.matches[i].percent).shares.micro;
    }
  return fake_venue::answer(200, json{{"id", hash_},
                                      {"status", word},
                                      {"size_matched", to_string(usdc{matched})},
                                      {"associate_trades", named}}
                                     .dump());
}

net::http_result scripted_order::trades() const {
  auto data = json::array();
  const auto since = matched_at();
  for (std::size_t i = 0; since && !plan_.trades_hidden && i < plan_.matches.size(); ++i) {
    const auto& m = plan_.matches[i];
    json row{{"id", trade_id(i)},
             {"taker_order_id", hash_},
             {"size", to_string(usdc{part(m.percent).shares.micro})},
             {"price", to_string(usdc{sells_ ? sold_at : bought_at})},
             {"status", trade_status(m.end, *since, clock())}};
    if (plan_.trades_repeated) data.push_back(row);
    data.push_back(std::move(row));
  }
  return fake_venue::answer(200, json{{"next_cursor", "LTE="}, {"data", data}}.dump());
}

net::http_result scripted_order::cancelled(const json& body) {
  const auto id = body.at("orderID").get<std::string>();
  const auto word = status();
  const bool open = id == hash_ && (word == "LIVE" || word == "DELAYED");
  const auto refused = [&](const char* why) {
    return fake_venue::answer(
        200, json{{"canceled", json::array()}, {"not_canceled", {{id, why}}}}.dump());
  };
  if (!open) return refused("order can't be found - already canceled or matched");
  if (plan_.cancels == cancel_word::deaf) return refused("try again later");
  if (plan_.cancels == cancel_word::works) cancelled_at_ = clock();
  return fake_venue::answer(
      200, json{{"canceled", json::array({id})}, {"not_canceled", json::object()}}.dump());
}

// -- the exchange's chain ------------------------------------------------------------------------

std::uint64_t scripted_order::head() const {
  return first_block + static_cast<std::uint64_t>((clock().us - genesis.us) / block_us);
}

/// What happens between two blocks is in the later one.
std::vector<scripted_order::event> scripted_order::events() const {
  std::vector<event> out;
  const auto since = matched_at();
  for (std::size_t i = 0; since && i < plan_.matches.size(); ++i) {
    const auto& m = plan_.matches[i];
    const auto wait = on_chain_after(m.end);
    if (!wait) continue;
    const auto at = since->plus(*wait).us - genesis.us;
    const auto number = first_block + static_cast<std::uint64_t>((at + block_us - 1) / block_us);
    if (number <= head()) out.push_back({number, i, part(m.percent)});
  }
  return out;
}

charged scripted_order::taken() const {
  charged sum;
  for (const auto& e : events()) {
    sum.shares.micro += e.what.shares.micro;
    sum.spent.micro += e.what.spent.micro;
    sum.fee.micro += e.what.fee.micro;
  }
  return sum;
}

json scripted_order::block(std::uint64_t number) const {
  if (number > head()) return nullptr;
  const auto age = static_cast<std::int64_t>(number - first_block) * block_us / 1'000'000;
  return {{"number", chain::eth::quantity(number)},
          {"hash", "0x" + std::string(64, 'b')},
          {"timestamp", chain::eth::quantity(static_cast<std::uint64_t>(genesis.seconds() + age))}};
}

json scripted_order::logs(const json& filter) const {
  const auto from = chain::eth::read_number(filter.at("fromBlock")).value();
  const auto& to = filter.at("toBlock");
  const auto last = to == "latest" ? head() : chain::eth::read_number(to).value();
  const auto zero = hash256{}.hex();
  auto out = json::array();
  for (const auto& e : events()) {
    if (e.block < from || e.block > last) continue;
    const auto money = static_cast<std::uint64_t>(e.what.spent.micro);
    const auto shares = static_cast<std::uint64_t>(e.what.shares.micro);
    chain::abi::encoder data;
    data.number(sells_ ? 1 : 0).number(7).number(sells_ ? shares : money);
    data.number(sells_ ? money : shares).number(static_cast<std::uint64_t>(e.what.fee.micro));
    data.number(0).number(0);
    out.push_back({{"address", chain::polymarket::venue_settings{}.exchange.hex()},
                   {"topics", json::array({chain::polymarket::order_filled_topic().hex(), hash_,
                                           zero, zero})},
                   {"data", to_0x(data.done())},
                   {"transactionHash", "0x" + std::string(64, 'c')},
                   {"blockHash", "0x" + std::string(64, 'b')},
                   {"blockNumber", chain::eth::quantity(e.block)},
                   {"logIndex", chain::eth::quantity(e.index)}});
  }
  return out;
}

chain::rpc_result scripted_order::on_chain(const chain::rpc_request& x) const {
  chain::rpc_result out;
  if (plan_.chain_silent) return out;
  const auto number_of = [&](const json& tag) {
    if (tag == "latest") return head();
    if (tag == "finalized") return head() - blocks_until_final;
    return chain::eth::read_number(tag).value();
  };
  out.status = chain::rpc_status::ok;
  if (x.method == "eth_blockNumber") {
    out.value = chain::eth::quantity(head());
  } else if (x.method == "eth_getBlockByNumber") {
    out.value = block(number_of(x.params.at(0)));
  } else if (x.method == "eth_getLogs") {
    out.value = logs(x.params.at(0));
  } else {  // getOrderStatus: not filled whole, so much remains
    const auto all = events();
    const bool touched = std::any_of(all.begin(), all.end(), [&](const event& e) {
      return e.block <= number_of(x.params.at(1));
    });
    out.value = "0x" + std::string(127, '0') + (touched ? "1" : "0");
  }
  return out;
}

}  // namespace headroom::test
