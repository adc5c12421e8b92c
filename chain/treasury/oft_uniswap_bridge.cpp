#include <spdlog/spdlog.h>

#include "chain/evm/abi.hpp"
#include "chain/treasury/layerzero.hpp"
#include "chain/treasury/oft.hpp"
#include "chain/treasury/oft_uniswap_run.hpp"
#include "chain/treasury/unowned_sends.hpp"

/// The first step: USDT0 into the messenger on Plasma, one transaction, one message.
namespace headroom::chain {
namespace {

constexpr std::uint64_t may_still_change = 1'000;  // blocks below the head
constexpr uint128 wei_per_coin = 1'000'000'000'000'000'000;

oft::send_parameters parameters_of(const oft_uniswap_settings& s, usdc amount) {
  const auto micro = static_cast<std::uint64_t>(amount.micro);
  return {s.polygon.eid, s.polygon_wallet, micro, micro};
}

}  // namespace

void oft_uniswap_run::start_bridge() {
  const auto id = operation_of(x_, "send");
  where_is(on_plasma(s_), id, [run = me(), id](const report& r) {
    switch (r.state) {
      case operation_state::unsent: return run->quote_bridge(id);
      case operation_state::pending: return run->in_flight(r, "not final on the source chain");
      case operation_state::confirmed: return run->find_message(r);
      case operation_state::reverted: return run->failed(r.tx_hash, "the bridge call reverted");
      case operation_state::dropped: return run->check_dropped(run->st_.plasma, id);
      case operation_state::in_doubt: return run->undecided(r);
    }
  });
}

/// The fee in the source chain's coin, and the block from which the arrival will be looked for.
void oft_uniswap_run::quote_bridge(const operation_id& id) {
  ask(st_.polygon, {eth::block_number()}, [run = me(), id](std::vector<rpc_result>& r) {
    const auto block = eth::answer(r[0], eth::read_number);
    if (!block) return run->unreadable("the destination chain is silent");
    if (!run->detail_.from_block) run->detail_.from_block = *block;
    run->quote_fee(id);
  });
}

void oft_uniswap_run::quote_fee(const operation_id& id) {
  const auto call = [&](const address& to, byte_vector data) {
    return eth::call({s_.plasma_wallet, to, std::move(data), {}});
  };
  ask(st_.plasma,
      {call(s_.plasma.messenger, oft::peers_call(s_.polygon.eid)),
       call(s_.plasma.messenger, oft::quote_send_call(parameters_of(s_, x_.amount_in))),
       call(s_.plasma.usdt0, balance_of_call(s_.plasma_wallet)), eth::block_number()},
      [run = me(), id](std::vector<rpc_result>& r) { run->quoted_fee(id, r); });
}

void oft_uniswap_run::quoted_fee(const operation_id& id, std::vector<rpc_result>& r) {
  const auto peer = eth::bytes_of(r[0]);
  if (!peer) return unreadable("the bridge's pathway cannot be read");
  if (abi::account_of(*peer) != s_.polygon.messenger) {
    if (may_say("pathway"))
      spdlog::error("route.pathway_not_wired conversion={} eid={} peer={}", x_.conversion.text(),
                    s_.polygon.eid, to_0x(*peer));
    return held("waits: the bridge does not lead to our messenger");
  }
  if (!covered(r[2], "Plasma")) return;
  const auto now = eth::answer(r[3], eth::read_number);
  if (!now) return unreadable("the source chain is silent");
  if (!detail_.since_block && x_.attempt == 0) detail_.since_block = *now;
  const auto data = eth::bytes_of(r[1]);
  auto fee = data ? oft::read_quote(*data) : std::nullopt;
  const auto native = fee ? fee->native.to_u128() : std::nullopt;
  if (!native) return unreadable("the bridge's fee cannot be read");
  if (*native > s_.max_bridge_fee * wei_per_coin) {
    if (may_say("fee"))
      spdlog::error("route.bridge_fee_too_high conversion={} wei={}", x_.conversion.text(),
                    fee->native.decimal());
    return held("waits: the bridge asks for more than max_bridge_fee");
  }
  fee->native = uint256::of(*native / 100 * s_.fee_pad_percent + 1);
  if (x_.attempt == 0) return send_bridge(id, *fee);
  check_sends(*now, [run = me(), id, fee = *fee] { run->send_bridge(id, fee); });
}

/// Before a second send: nothing of this amount may have left by a transaction that no operation
/// of ours owns, whatever the earlier attempts are believed to have been.
void oft_uniswap_run::check_sends(std::uint64_t head, std::function<void()> then) {
  const auto query = w_.dir.handles.get<actors::query_actor>();
  if (!query) return unreadable("the outbox cannot be read");
  send_search x;
  x.messenger = s_.plasma.messenger;
  x.wallet = s_.plasma_wallet;
  x.from_block = detail_.since_block.value_or(head - std::min(head, s_.searched_at_least));
  x.to_block = head;
  x.chunk = s_.plasma.logs.chunk;
  x.max_chunks = s_.plasma.logs.chunks;
  calls_ += static_cast<std::uint32_t>(1 + (head - std::min(head, x.from_block)) / x.chunk);
  find_unowned_sends(
      self_, st_.plasma, query, w_.settings.patience.load, x,
      [run = me(), then, head](const send_findings& found) {
        if (!found.readable) return run->unreadable("earlier sends cannot be read");
        const auto ours = uint256::of(static_cast<std::uint64_t>(run->x_.amount_in.micro));
        for (const auto& log : found.unowned) {
          const auto sent = oft::find_sent({&log, 1}, run->s_.plasma.messenger);
          if (sent && sent->amount_sent == ours)
            return run->unreadable("in doubt: " + log.tx_hash.hex() +
                                   " sent this amount and belongs to no live operation");
        }
        if (found.whole) return then();
        // What was searched and cannot change any more is done with; the next look goes on.
        auto& since = run->detail_.since_block;
        const auto settled = head - std::min(head, may_still_change);
        since = std::max(since.value_or(0), std::min(found.next, settled));
        run->held("waits: looks for earlier sends of ours, block by block");
      });
}

void oft_uniswap_run::send_bridge(const operation_id& id, const oft::messaging_fee& fee) {
  send(on_plasma(s_), id, "bridge",
       {s_.plasma.messenger, oft::send_call(parameters_of(s_, x_.amount_in), fee, s_.plasma_wallet),
        fee.native, 0});
}

void oft_uniswap_run::find_message(const report& r) {
  tx_ = r.tx_hash;
  const auto logs = entries_of(r);
  const auto sent = oft::find_sent(logs, s_.plasma.messenger);
  if (!sent) return unreadable("the bridge call has no message");
  detail_.guid = sent->guid;
  if (auto found = layerzero::find_packet(logs, sent->guid))
    packet_ = std::make_shared<const layerzero::packet>(std::move(*found));
  look_for_arrival();
}

}  // namespace headroom::chain
