#include "chain/treasury/uniswap_venue.hpp"

#include "chain/evm/eth.hpp"
#include "chain/treasury/uniswap_v3.hpp"

namespace headroom::chain {
namespace {

uniswap_v3::swap swap_of(const swap_order& order, std::uint32_t pool_fee) {
  uniswap_v3::swap out;
  out.token_in = order.token_in;
  out.token_out = order.token_out;
  out.fee = pool_fee;
  out.recipient = order.wallet;
  out.amount_in = order.amount_in;
  return out;
}

}  // namespace

uniswap_venue::uniswap_venue(address quoter, address router, std::uint32_t pool_fee,
                             rpc_actor nodes)
    : quoter_{quoter}, router_{router}, pool_fee_{pool_fee}, nodes_{std::move(nodes)} {}

void uniswap_venue::quote(const leg_house& house, const swap_order& order,
                          std::function<void(swap_offer)> then) {
  ask_all(
      house.self, nodes_,
      {eth::call({std::nullopt, quoter_, uniswap_v3::quote_call(swap_of(order, pool_fee_)), {}})},
      [then = std::move(then)](std::vector<rpc_result>& r) {
        swap_offer out;
        out.calls = 1;
        if (r[0].status == rpc_status::error && eth::is_revert(r[0].error)) {
          out.refusal = "the pool gives no quote";
          return then(out);
        }
        const auto data = eth::bytes_of(r[0]);
        const auto quoted = data ? uniswap_v3::read_quote(*data) : std::nullopt;
        out.readable = quoted.has_value();
        out.out = quoted.value_or(0);
        then(out);
      });
}

void uniswap_venue::prepare(const leg_house&, const swap_order& order, std::uint64_t least,
                            std::uint64_t deadline, std::function<void(prepared_swap)> then) {
  auto swap = swap_of(order, pool_fee_);
  swap.min_out = least;
  swap.deadline = deadline;
  prepared_swap out;
  out.call = actors::contract_call{router_, uniswap_v3::swap_call(swap), {}, 0};
  then(std::move(out));
}

}  // namespace headroom::chain
