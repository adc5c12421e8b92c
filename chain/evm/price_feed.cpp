#include "chain/evm/price_feed.hpp"

#include <algorithm>

#include "chain/evm/abi.hpp"

namespace headroom::chain {
namespace {

constexpr std::uint64_t price_digits = 8;
constexpr std::uint64_t most_digits = 18;
constexpr std::int64_t whole_bps = 10'000;

price_reading no_price(std::string why) {
  price_reading out;
  out.problem = std::move(why);
  return out;
}

/// An int256 below zero has its highest bit set.
bool is_positive(const uint256& x) { return !x.is_zero() && (x.bytes[0] & 0x80U) == 0; }

/// In `whole_price`; nothing when it does not fit.
std::optional<std::int64_t> scaled(const uint256& answer, std::uint64_t digits) {
  const auto value = answer.to_u128();
  if (!value) return std::nullopt;
  uint128 out = *value;
  for (auto d = digits; d > price_digits; --d) out /= 10;
  for (auto d = digits; d < price_digits; ++d) {
    if (out > static_cast<uint128>(INT64_MAX)) return std::nullopt;
    out *= 10;
  }
  if (out > static_cast<uint128>(INT64_MAX)) return std::nullopt;
  return static_cast<std::int64_t>(out);
}

}  // namespace

std::vector<rpc_request> ask_price(const price_feed& feed) {
  const auto call = [&](const char* signature) {
    return eth::call({std::nullopt, feed.aggregator, abi::encoder{signature}.done(), {}});
  };
  return {call("decimals()"), call("latestRoundData()"), eth::block("latest")};
}

price_reading read_price(const price_feed& feed, std::span<const rpc_result> answers,
                         timestamp now) {
  if (answers.size() != 3) return no_price("the price feed was not asked");
  for (const auto& r : answers.first(2))
    if (r.status == rpc_status::error && eth::is_revert(r.error))
      return no_price("the price feed has no data");
  const auto digits_data = eth::bytes_of(answers[0]);
  const auto round_data = eth::bytes_of(answers[1]);
  const auto block = eth::answer(answers[2], eth::read_block);
  if (!digits_data || !round_data || !block || !*block)
    return no_price("the price feed cannot be read");
  const auto digits = abi::reader{*digits_data}.number(0);
  // roundId, answer, startedAt, updatedAt, answeredInRound
  const abi::reader round{*round_data};
  const auto answer = round.word(1);
  const auto updated = round.number(3);
  if (!digits || *digits > most_digits || !answer || !updated || round.words() != 5)
    return no_price("the price feed's answer cannot be read");
  if (!is_positive(*answer)) return no_price("the price is not above zero");
  const auto price = scaled(*answer, *digits);
  if (!price) return no_price("the price feed's answer cannot be read");
  const auto ours = static_cast<std::uint64_t>(std::max<std::int64_t>(now.seconds(), 0));
  const auto time = std::max(ours, (*block)->timestamp);
  if (*updated > time) return no_price("the price is from the future");
  if (*updated == 0 || time - *updated > static_cast<std::uint64_t>(feed.heartbeat.count()))
    return no_price("the price is stale: " + std::to_string(time - *updated) + " s old");
  if (*price == 0) return no_price("the price is not above zero");
  return {*price, timestamp::of_seconds(static_cast<std::int64_t>(*updated)), {}};
}

bool is_at_par(const price_reading& p, std::uint32_t within_bps) noexcept {
  if (!p.good() || p.price > 2 * whole_price) return false;
  const auto away = p.price > whole_price ? p.price - whole_price : whole_price - p.price;
  return away * whole_bps <= std::int64_t{within_bps} * whole_price;
}

}  // namespace headroom::chain
