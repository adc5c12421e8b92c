#include <spdlog/spdlog.h>

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/treasury/oft_uniswap_run.hpp"

/// The second step: USDT0 to USDC in one Uniswap pool on Polygon.
namespace headroom::chain {
namespace {

uint256 every_token() {
  uint256 out;
  out.bytes.fill(0xff);
  return out;
}

}  // namespace

uniswap_v3::swap swap_of(const oft_uniswap_settings& s, usdc amount) {
  uniswap_v3::swap out;
  out.token_in = s.polygon.usdt0;
  out.token_out = s.usdc;
  out.fee = s.pool_fee;
  out.recipient = s.polygon_wallet;
  out.amount_in = static_cast<std::uint64_t>(amount.micro);
  return out;
}

void oft_uniswap_run::start_swap() {
  const auto id = operation_of(x_, "swap");
  where_is(on_polygon(s_), id, [run = me(), id](const report& r) {
    switch (r.state) {
      case operation_state::unsent: return run->check_allowance(id);
      case operation_state::pending: return run->in_flight(r, "not final");
      case operation_state::confirmed: return run->swapped(r);
      case operation_state::reverted: return run->failed(r.tx_hash, "the swap reverted");
      case operation_state::dropped: return run->check_dropped(run->st_.polygon, id);
      case operation_state::in_doubt: return run->undecided(r);
    }
  });
}

void oft_uniswap_run::check_allowance(const operation_id& swap) {
  ask(st_.polygon,
      {eth::call(
          {std::nullopt, s_.polygon.usdt0, allowance_call(s_.polygon_wallet, s_.router), {}})},
      [run = me(), swap](std::vector<rpc_result>& r) {
        const auto data = eth::bytes_of(r[0]);
        const auto allowed = data ? abi::reader{*data}.word(0) : std::nullopt;
        if (!allowed) return run->unreadable("the allowance cannot be read");
        const auto need = uint256::of(static_cast<std::uint64_t>(run->x_.amount_in.micro));
        if (*allowed >= need) return run->quote_swap(swap);
        run->approve();
      });
}

/// Once for all swaps: conversions run side by side, and exact approvals would overwrite each
/// other. The router can spend the wallet's USDT0 only in calls that the wallet itself makes.
void oft_uniswap_run::approve() {
  const auto id = operation_of(x_, "approve");
  where_is(on_polygon(s_), id, [run = me(), id](const report& r) {
    switch (r.state) {
      case operation_state::unsent:
        return run->send(
            on_polygon(run->s_), id, "approve",
            {run->s_.polygon.usdt0, approve_call(run->s_.router, every_token()), {}, 0});
      case operation_state::pending: return run->in_flight(r, "approval not final");
      case operation_state::confirmed:
        return run->failed(r.tx_hash, "approved, but the allowance is used up");
      case operation_state::reverted: return run->failed(r.tx_hash, "the approval reverted");
      case operation_state::dropped: return run->check_dropped(run->st_.polygon, id);
      case operation_state::in_doubt: return run->undecided(r);
    }
  });
}

void oft_uniswap_run::quote_swap(const operation_id& id) {
  ask(st_.polygon,
      {eth::call({std::nullopt, s_.quoter, uniswap_v3::quote_call(swap_of(s_, x_.amount_in)), {}}),
       eth::block("latest"),
       eth::call({std::nullopt, s_.polygon.usdt0, balance_of_call(s_.polygon_wallet), {}})},
      [run = me(), id](std::vector<rpc_result>& r) { run->quoted_swap(id, r); });
}

void oft_uniswap_run::quoted_swap(const operation_id& id, std::vector<rpc_result>& r) {
  if (!covered(r[2], "Polygon")) return;
  if (r[0].status == rpc_status::error && eth::is_revert(r[0].error))
    return held("waits: the pool gives no quote");
  const auto data = eth::bytes_of(r[0]);
  const auto quoted = data ? uniswap_v3::read_quote(*data) : std::nullopt;
  const auto block = eth::answer(r[1], eth::read_block);
  if (!quoted || !block || !*block) return unreadable("no quote");
  const auto floor = mul_div_ceil(x_.amount_in.micro, s_.least_bps, 10'000);
  const auto least = uniswap_v3::min_out_of(*quoted, s_.slippage_bps);
  if (!floor || !least) return unreadable("no quote");
  if (*quoted < static_cast<std::uint64_t>(*floor)) {
    if (may_say("price"))
      spdlog::warn("route.price_below_floor conversion={} quoted={} floor={}", x_.conversion.text(),
                   *quoted, *floor);
    return held("waits: the price is below the floor");
  }
  auto swap = swap_of(s_, x_.amount_in);
  swap.min_out = std::max(*least, static_cast<std::uint64_t>(*floor));
  swap.deadline = (*block)->timestamp + static_cast<std::uint64_t>(s_.swap_deadline.count());
  send(on_polygon(s_), id, "swap", {s_.router, uniswap_v3::swap_call(swap), {}, 0});
}

void oft_uniswap_run::swapped(const report& r) {
  tx_ = r.tx_hash;
  const auto got = received(entries_of(r), s_.usdc, s_.polygon_wallet);
  if (!got || *got <= 0) return unreadable("the swap's receipt shows no USDC for us");
  done(usdc{*got});
}

}  // namespace headroom::chain
