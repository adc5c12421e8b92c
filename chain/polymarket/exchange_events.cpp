#include "chain/polymarket/exchange_events.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "chain/evm/abi.hpp"
#include "net/json.hpp"

namespace headroom::chain::polymarket {
namespace {

/// Words of the event's data.
constexpr std::size_t side_word = 0;
constexpr std::size_t maker_filled_word = 2;
constexpr std::size_t taker_filled_word = 3;
constexpr std::size_t fee_word = 4;

std::optional<std::int64_t> amount_of(const abi::reader& data, std::size_t which) {
  const auto value = data.number(which);
  if (!value || *value > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

/// False when the event is of the other side or a sum overflows.
bool add_event(charged& sum, const log_entry& log, order_side side) {
  const bool sells = side == order_side::sell;
  const abi::reader data{log.data};
  const auto is_sell = data.flag(side_word);
  const auto spent = amount_of(data, sells ? taker_filled_word : maker_filled_word);
  const auto shares = amount_of(data, sells ? maker_filled_word : taker_filled_word);
  const auto paid = amount_of(data, fee_word);
  if (is_sell != sells || !spent || !shares || !paid) return false;
  const auto add_to = [](std::int64_t& to, std::int64_t x) {
    return !__builtin_add_overflow(to, x, &to);
  };
  return add_to(sum.spent.micro, *spent) && add_to(sum.shares.micro, *shares) &&
         add_to(sum.fee.micro, *paid);
}

}  // namespace

hash256 order_filled_topic() {
  static const auto topic =
      hash256::parse("0xd543adfd945773f1a62f74f0ee55a5e3b9b1a28262980ba90b1a89f2ea84d8ee").value();
  return topic;
}

rpc_request order_fills(const address& exchange, std::span<const hash256> orders,
                        std::uint64_t from_block) {
  auto hashes = nlohmann::json::array();
  for (const auto& order : orders) hashes.push_back(order.hex());
  nlohmann::json filter{
      {"address", exchange.hex()}, {"fromBlock", eth::quantity(from_block)}, {"toBlock", "latest"}};
  filter["topics"] = nlohmann::json::array({order_filled_topic().hex(), std::move(hashes)});
  return {"eth_getLogs", nlohmann::json::array({std::move(filter)})};
}

std::optional<std::optional<charged>> charged_in(std::span<const log_entry> logs,
                                                 const address& exchange, const hash256& order,
                                                 order_side side, std::uint64_t last_block) {
  std::optional<charged> out{std::nullopt};
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;  // block, index: each event once
  for (const auto& log : logs) {
    const bool ours = log.emitter == exchange && log.topics.size() >= 2 &&
                      log.topics[0] == order_filled_topic() && log.topics[1] == order;
    if (!ours || log.block_number > last_block || !seen.emplace(log.block_number, log.index).second)
      continue;
    if (!out) out.emplace();
    if (!add_event(*out, log, side)) return std::nullopt;
  }
  return std::optional<std::optional<charged>>{std::in_place, out};
}

std::uint64_t block_before(std::uint64_t latest, timestamp sent_at, timestamp now) {
  const auto age = std::max<std::int64_t>(now.seconds() - sent_at.seconds(), 0);
  return latest - std::min(latest, static_cast<std::uint64_t>(4 * age + 600));
}

}  // namespace headroom::chain::polymarket
