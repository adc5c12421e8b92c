#include "actors/alerts.hpp"
#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/treasury/oft_run.hpp"

/// The message on its way: its arrival is looked for by guid. One that is verified and that nobody
/// executes is executed by our own outbox, once; one that nobody verifies stops the route.
namespace headroom::chain {
namespace {

constexpr std::string_view stuck_alert = "route.delivery_stuck";
constexpr std::string_view unverified_alert = "route.unverified";

/// Of the message, whatever conversion it belongs to: it can be executed once.
operation_id rescue_of(const hash256& guid) {
  return operation_id::from_digest(keccak256("deliver/" + guid.hex()));
}

}  // namespace

bridge_step::event_place oft_run::place_of_arrival() const {
  return {s_.polygon.messenger, {oft::received_topic(), detail_.guid}};
}

std::optional<usdc> oft_run::brought_by(const log_entry& log) const {
  const auto event = oft::find_received({&log, 1}, s_.polygon.messenger, detail_.guid);
  const auto amount = event ? event->amount.to_u64() : std::nullopt;
  if (!amount || *amount > static_cast<std::uint64_t>(INT64_MAX) || event->to != s_.polygon_wallet)
    return std::nullopt;
  return usdc{static_cast<std::int64_t>(*amount)};
}

void oft_run::arrived() {
  for (const auto kind : {stuck_alert, unverified_alert})
    w_.dir.gauges.alerts().clear(kind, detail_.guid.hex(), w_.now());
}

void oft_run::not_arrived(arrival_memory::entry& waited) {
  const auto now = self_->clock().now();
  // Most messages come by themselves: nothing more is asked at first.
  const bool young = !at_once_ && now - waited.first_look < s_.rescue_after / 2;
  if (!packet_ || young) return waiting("sent: waits for delivery");
  consider_rescue();
}

void oft_run::consider_rescue() {
  const auto id = rescue_of(detail_.guid);
  where_is(desk_.to.account(), id, [run = me(), id](const report& r) {
    switch (r.state) {
      case operation_state::unsent: break;
      case operation_state::pending: return run->waiting("verified: executes the delivery");
      case operation_state::confirmed: return run->waiting("executed: not seen yet");
      case operation_state::reverted:
        return run->rescue_is_stuck("our execution of it reverted in " + r.tx_hash.hex());
      case operation_state::dropped:
        return run->rescue_is_stuck("the nonce of our execution of it was used by another");
      case operation_state::in_doubt: return run->waiting("verified: executes the delivery");
    }
    if (run->desk_.endpoint) return run->ask_verified(id, *run->desk_.endpoint);
    run->ask(run->desk_.to.nodes,
             {eth::call({std::nullopt, run->s_.polygon.messenger, layerzero::endpoint_call(), {}})},
             [run, id](std::vector<rpc_result>& found) {
               const auto data = eth::bytes_of(found[0]);
               const auto endpoint = data ? abi::reader{*data}.account(0) : std::nullopt;
               if (!endpoint) return run->waiting("sent: waits for delivery");
               run->desk_.endpoint = *endpoint;
               run->ask_verified(id, *endpoint);
             });
  });
}

void oft_run::ask_verified(const operation_id& rescue, const address& endpoint) {
  ask(desk_.to.nodes,
      {eth::call({std::nullopt, endpoint, layerzero::payload_hash_call(*packet_), {}}),
       eth::call({std::nullopt, endpoint, layerzero::executed_nonce_call(*packet_), {}})},
      [run = me(), rescue, endpoint](std::vector<rpc_result>& r) {
        const auto hash_data = eth::bytes_of(r[0]);
        const auto nonce_data = eth::bytes_of(r[1]);
        const auto hash = hash_data ? abi::reader{*hash_data}.word(0) : std::nullopt;
        const auto last = nonce_data ? abi::reader{*nonce_data}.number(0) : std::nullopt;
        if (!hash || !last) return run->waiting("sent: waits for delivery");
        if (*hash != uint256{}) return run->verified(rescue, endpoint);
        run->not_verified(run->packet_->nonce <= *last);
      });
}

/// No payload hash: nobody has verified it, or it was executed and its event is not seen yet.
void oft_run::not_verified(bool executed) {
  const auto i = memory_.waited.find(detail_.guid);
  if (i != memory_.waited.end()) i->second.ready_since.reset();
  if (executed) return waiting("executed: not seen yet");
  const auto since = timestamp::of_seconds(static_cast<std::int64_t>(detail_.seen_at.value_or(0)));
  if (!since.is_set() || w_.now() < since.plus(s_.verified_within()))
    return waiting("sent: waits for delivery");
  const auto why = "message " + detail_.guid.hex() + " is not verified by twice its time";
  w_.dir.gauges.alerts().raise(unverified_alert, detail_.guid.hex(), why, w_.now());
  stop_route(why);
  waiting("sent: waits for delivery, not verified by twice its time");
}

void oft_run::verified(const operation_id& rescue, const address& endpoint) {
  w_.dir.gauges.alerts().clear(unverified_alert, detail_.guid.hex(), w_.now());
  const auto now = self_->clock().now();
  const auto i = memory_.waited.find(detail_.guid);
  if (i == memory_.waited.end()) return waiting("sent: waits for delivery");
  auto& since = i->second.ready_since;
  if (!since) since = now;
  if (!at_once_ && now - *since < s_.rescue_after)
    return waiting("verified: waits for delivery, not executed");
  send(desk_.to.account(), rescue, "deliver", {endpoint, layerzero::receive_call(*packet_), {}, 0});
}

void oft_run::rescue_is_stuck(std::string_view why) {
  w_.dir.gauges.alerts().raise(stuck_alert, detail_.guid.hex(), why, w_.now());
  waiting("verified, but its execution fails: " + std::string{why});
}

}  // namespace headroom::chain
