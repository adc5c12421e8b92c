#include "chain/polymarket/collateral_calls.hpp"

#include <algorithm>

#include "chain/evm/abi.hpp"

namespace headroom::chain::polymarket {
namespace {

constexpr std::int64_t whole_bps = 10'000;

uint256 word_of(usdc amount) { return uint256::of(static_cast<uint128>(amount.micro)); }

rpc_request call(const address& to, byte_vector data) {
  return eth::call({std::nullopt, to, std::move(data), {}});
}

std::optional<uint256> read_amount(const rpc_result& r) {
  const auto data = eth::bytes_of(r);
  return data ? abi::reader{*data}.word(0) : std::nullopt;
}

/// A balance that does not fit is no balance.
std::optional<usdc> balance_in(const rpc_result& r) {
  const auto value = read_amount(r);
  const auto small = value ? value->to_u64() : std::nullopt;
  if (!small || *small > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return usdc{static_cast<std::int64_t>(*small)};
}

std::optional<usdc> allowance_in(const rpc_result& r) {
  const auto value = read_amount(r);
  if (!value) return std::nullopt;
  const auto small = value->to_u64();
  const auto most = static_cast<std::uint64_t>(INT64_MAX);
  return usdc{static_cast<std::int64_t>(std::min(small.value_or(most), most))};
}

usdc above(usdc has, usdc less) { return has > less ? sub_saturating(has, less) : usdc{}; }

/// A mark, rounded down: a share of the buffer.
usdc mark(usdc buffer, std::uint32_t bps) {
  return {mul_div_floor(buffer.micro, bps, whole_bps).value_or(INT64_MAX)};
}

}  // namespace

std::string_view to_string(ramp way) noexcept { return way == ramp::wrap ? "wrap" : "unwrap"; }

std::vector<rpc_request> ask_collateral(const venue_contracts& c, const address& owner) {
  return {call(c.collateral, balance_of_call(owner)), call(c.usdc_e, balance_of_call(owner)),
          call(c.usdc_e, allowance_call(owner, c.onramp)),
          call(c.collateral, allowance_call(owner, c.offramp))};
}

std::optional<collateral_view> read_collateral(std::span<const rpc_result> r) {
  if (r.size() != 4) return std::nullopt;
  const auto held = balance_in(r[0]);
  const auto loose = balance_in(r[1]);
  const auto onramp = allowance_in(r[2]);
  const auto offramp = allowance_in(r[3]);
  if (!held || !loose || !onramp || !offramp) return std::nullopt;
  return collateral_view{*held, *loose, *onramp, *offramp};
}

collateral_plan plan_collateral(const collateral_view& has, usdc buffer,
                                const account_settings& marks, usdc waiting) {
  collateral_plan out;
  if (buffer.micro < 0) return out;
  const auto spare = above(has.loose, waiting);
  const auto lack = std::min(above(waiting, has.loose), has.collateral);
  const auto low = mark(buffer, marks.collateral_low_bps);
  const auto high = mark(buffer, marks.collateral_high_bps);
  collateral_move m;
  if (has.collateral < low) {
    m = {ramp::wrap, std::min(sub_saturating(buffer, has.collateral), spare)};
    const auto reached = add_saturating(has.collateral, spare);
    if (reached < low) out.missing = sub_saturating(low, reached);
  } else if (has.collateral > high) {
    m = {ramp::unwrap, sub_saturating(has.collateral, buffer)};
  }
  if (lack.is_positive()) {  // however small: somebody waits for it
    const auto beyond = m.way == ramp::unwrap ? m.amount : usdc{};
    const auto enough = std::min(std::max(lack, marks.collateral_least), has.collateral);
    out.move = collateral_move{ramp::unwrap, std::max(beyond, enough)};
  } else if (m.amount.is_positive() && m.amount >= marks.collateral_least) {
    out.move = m;
  }
  return out;
}

actors::contract_call approve_ramp(const venue_contracts& c, const collateral_move& m) {
  const bool wraps = m.way == ramp::wrap;
  actors::contract_call out;
  out.to = wraps ? c.usdc_e : c.collateral;
  out.data = approve_call(wraps ? c.onramp : c.offramp, word_of(m.amount));
  return out;
}

actors::contract_call through_ramp(const venue_contracts& c, const address& owner,
                                   const collateral_move& m) {
  const bool wraps = m.way == ramp::wrap;
  actors::contract_call out;
  out.to = wraps ? c.onramp : c.offramp;
  out.data =
      abi::encoder{wraps ? "wrap(address,address,uint256)" : "unwrap(address,address,uint256)"}
          .account(c.usdc_e)
          .account(owner)
          .word(word_of(m.amount).view())
          .done();
  return out;
}

usdc may_take(const collateral_view& has, ramp way) noexcept {
  return way == ramp::wrap ? has.onramp_may_take : has.offramp_may_take;
}

bool may_go(const collateral_view& has, const collateral_move& m) noexcept {
  return may_take(has, m.way) >= m.amount;
}

std::optional<usdc> brought(const venue_contracts& c, const address& owner, ramp way,
                            std::span<const actors::event_log> logs) {
  std::vector<log_entry> events;
  for (const auto& x : logs) {
    log_entry e;
    e.emitter = x.emitter;
    e.topics = x.topics;
    e.data = x.data;
    events.push_back(std::move(e));
  }
  const auto sum = received(events, way == ramp::wrap ? c.collateral : c.usdc_e, owner);
  if (!sum) return std::nullopt;
  return usdc{*sum};
}

}  // namespace headroom::chain::polymarket
