#include <spdlog/spdlog.h>

#include "actors/alerts.hpp"
#include "chain/evm/abi.hpp"
#include "chain/treasury/oft_run.hpp"

/// Out of the source chain: USDT0 into the messenger, one transaction, one message.
namespace headroom::chain {
namespace {

constexpr std::string_view fee_alert = "route.bridge_fee";
constexpr uint128 wei_per_coin = 1'000'000'000'000'000'000;

bool is_above(const uint256& wei, std::uint32_t coins) {
  const auto value = wei.to_u128();
  return !value || *value > coins * wei_per_coin;
}

}  // namespace

oft::send_parameters oft_parameters(const oft_uniswap_settings& s, usdc amount) {
  const auto micro = static_cast<std::uint64_t>(amount.micro);
  return {s.polygon.eid, s.polygon_wallet, micro, micro};
}

std::string refusal_of(const oft_uniswap_settings& s, usdc amount, const oft::transfer_quote& q) {
  const auto asked = uint256::of(static_cast<std::uint64_t>(amount.micro));
  if (asked < q.least) return "the bridge takes no less than " + q.least.decimal();
  if (asked > q.most) return "the bridge takes at most " + q.most.decimal() + " now";
  if (q.sent != asked) return "the bridge would send " + q.sent.decimal() + " only";
  const auto floor = mul_div_ceil(amount.micro, s.bridge_least_bps, 10'000);
  if (!floor || q.received < uint256::of(static_cast<std::uint64_t>(*floor)))
    return "the bridge would bring " + q.received.decimal() + " only";
  return {};
}

bool too_dear(const oft_uniswap_settings& s, const oft::messaging_fee& fee) {
  return is_above(fee.native, s.max_bridge_fee);
}

/// The block from which the arrival will be looked for.
void oft_run::quote_bridge(const operation_id& id) {
  ask(desk_.to.nodes, {eth::block_number()}, [run = me(), id](std::vector<rpc_result>& r) {
    const auto block = eth::answer(r[0], eth::read_number);
    if (!block) return run->unreadable("the destination chain is silent");
    if (!run->detail_.from_block) run->detail_.from_block = *block;
    run->quote_transfer(id);
  });
}

void oft_run::quote_transfer(const operation_id& id) {
  const auto call = [&](const address& to, byte_vector data) {
    return eth::call({s_.plasma_wallet, to, std::move(data), {}});
  };
  ask(desk_.from.nodes,
      {call(s_.plasma.messenger, oft::peers_call(s_.polygon.eid)),
       call(s_.plasma.messenger, oft::quote_oft_call(oft_parameters(s_, x_.amount_in))),
       call(s_.plasma.usdt0, balance_of_call(s_.plasma_wallet)), eth::block_number()},
      [run = me(), id](std::vector<rpc_result>& r) { run->quoted_transfer(id, r); });
}

/// What the bridge says that would arrive is the least that we send it for.
void oft_run::quoted_transfer(const operation_id& id, std::vector<rpc_result>& r) {
  const auto peer = eth::bytes_of(r[0]);
  if (!peer) return unreadable("the bridge's pathway cannot be read");
  if (abi::account_of(*peer) != s_.polygon.messenger) {
    if (may_say("pathway"))
      spdlog::error("route.pathway_not_wired conversion={} eid={} peer={}", x_.conversion.text(),
                    s_.polygon.eid, to_0x(*peer));
    return held("waits: the bridge does not lead to our messenger");
  }
  if (!covered(r[2], "USDT0", desk_.from.name)) return;
  const auto now = eth::answer(r[3], eth::read_number);
  if (!now) return unreadable("the source chain is silent");
  if (!detail_.since_block && x_.attempt == 0) detail_.since_block = *now;
  const auto data = eth::bytes_of(r[1]);
  const auto transfer = data ? oft::read_transfer_quote(*data) : std::nullopt;
  if (!transfer) return unreadable("the bridge's word on the amount cannot be read");
  if (auto why = refusal_of(s_, x_.amount_in, *transfer); !why.empty())
    return held("waits: " + why);
  auto p = oft_parameters(s_, x_.amount_in);
  p.min_amount = transfer->received.to_u64().value_or(p.amount);
  ask(desk_.from.nodes,
      {eth::call({s_.plasma_wallet, s_.plasma.messenger, oft::quote_send_call(p), {}})},
      [run = me(), id, head = *now, p](std::vector<rpc_result>& quoted) {
        run->quoted_fee(id, head, p, quoted[0]);
      });
}

void oft_run::quoted_fee(const operation_id& id, std::uint64_t head, const oft::send_parameters& p,
                         const rpc_result& answer) {
  const auto data = eth::bytes_of(answer);
  auto fee = data ? oft::read_quote(*data) : std::nullopt;
  const auto native = fee ? fee->native.to_u128() : std::nullopt;
  if (!native) return unreadable("the bridge's fee cannot be read");
  watch_fee(*fee);
  if (too_dear(s_, *fee)) {
    if (may_say("fee"))
      spdlog::error("route.bridge_fee_too_high conversion={} wei={}", x_.conversion.text(),
                    fee->native.decimal());
    return held("waits: the bridge asks for more than max_bridge_fee");
  }
  fee->native = uint256::of(*native / 100 * s_.fee_pad_percent + 1);
  auto go = [run = me(), id, p, fee = *fee] {
    run->send(
        run->desk_.from.account(), id, "bridge",
        {run->s_.plasma.messenger, oft::send_call(p, fee, run->s_.plasma_wallet), fee.native, 0});
  };
  if (x_.attempt == 0) return go();
  check_sends(
      desk_.from, head,
      {s_.plasma.messenger, {oft::sent_topic(), std::nullopt, abi::word_of(s_.plasma_wallet)}},
      [messenger = s_.plasma.messenger](const log_entry& log) {
        const auto sent = oft::find_sent({&log, 1}, messenger);
        return sent ? std::optional{sent->amount_sent} : std::nullopt;
      },
      std::move(go));
}

void oft_run::watch_fee(const oft::messaging_fee& fee) {
  auto& alerts = w_.dir.gauges.alerts();
  if (is_above(fee.native, s_.alert_bridge_fee))
    return alerts.raise(fee_alert, "oft", "the bridge asks for " + fee.native.decimal() + " wei",
                        w_.now());
  alerts.clear(fee_alert, "oft", w_.now());
}

void oft_run::find_message(const report& r) {
  tx_ = r.tx_hash;
  const auto logs = entries_of(r);
  const auto sent = oft::find_sent(logs, s_.plasma.messenger);
  if (!sent) return unreadable("the bridge call has no message");
  detail_.guid = sent->guid;
  if (!detail_.seen_at) detail_.seen_at = static_cast<std::uint64_t>(w_.now().seconds());
  packet_ = layerzero::find_packet(logs, sent->guid);
  look_for_arrival();
}

}  // namespace headroom::chain
