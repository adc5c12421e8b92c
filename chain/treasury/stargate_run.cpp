#include "chain/treasury/stargate_run.hpp"

#include "actors/alerts.hpp"
#include "chain/evm/abi.hpp"

namespace headroom::chain {
namespace {

constexpr std::string_view late_alert = "route.unverified";
constexpr std::uint32_t fee_pad_percent = 110;  // what is too much comes back

}  // namespace

oft::send_parameters stargate_parameters(const stargate_pair& pair, usdc amount) {
  return {pair.far_eid, pair.to.wallet, static_cast<std::uint64_t>(amount.micro), 0};
}

bool is_too_dear(const stargate_pair& pair, const oft::messaging_fee& fee) {
  const auto value = fee.native.to_u128();
  return !value || *value > pair.max_fee_wei || !fee.lz_token.is_zero();
}

stargate_run::stargate_run(const leg_house& house, stargate_desk& desk, actors::run_step x,
                           promise p)
    : bridge_step{house, std::move(x), std::move(p), desk.memory, desk.pair.to},
      desk_{desk},
      pair_{desk.pair} {}

void stargate_run::start() {
  if (!begin()) return;
  const auto id = operation_of(x_, "send");
  where_is(pair_.from.account(), id, [run = me(), id](const report& r) {
    switch (r.state) {
      case operation_state::unsent: return run->check_pool(id);
      case operation_state::pending:
        return run->in_flight(r, "sent: not final on the source chain");
      case operation_state::confirmed:
        return run->when_left(run->pair_.from, r,
                              [run](const report& now) { run->find_message(now); });
      case operation_state::reverted: return run->failed(r.tx_hash, "the bridge call reverted");
      case operation_state::dropped: return run->check_dropped(run->pair_.from.nodes, id);
      case operation_state::in_doubt: return run->undecided(r);
    }
  });
}

/// A message that was seen needs no receipt of its sending, which a node may forget.
void stargate_run::no_word(const caf::error& why) {
  if (!detail_.guid.is_zero()) return look_for_arrival();
  route_step::no_word(why);
}

/// Nothing leaves for a pool that pays out another token than the route's.
void stargate_run::check_pool(const operation_id& id) {
  if (pair_.pool.is_zero()) return held("waits: " + no_pool(pair_));
  learn_pool(self_, desk_, [run = me(), id](bool known) {
    if (!known) return run->unreadable("what Stargate's pool there pays out cannot be read");
    if (const auto why = run->desk_.refusal(); !why.empty()) return run->held("waits: " + why);
    run->read_chains(id);
  });
}

/// The block from which the arrival will be looked for.
void stargate_run::read_chains(const operation_id& id) {
  ask(pair_.to.nodes, {eth::block_number()}, [run = me(), id](std::vector<rpc_result>& r) {
    const auto block = eth::answer(r[0], eth::read_number);
    if (!block) return run->unreadable("the destination chain is silent");
    if (!run->detail_.from_block) run->detail_.from_block = *block;
    run->read_pool(id);
  });
}

void stargate_run::read_pool(const operation_id& id) {
  const auto p = stargate_parameters(pair_, x_.amount_in);
  const auto call = [&](const address& to, byte_vector data) {
    return eth::call({pair_.from.wallet, to, std::move(data), {}});
  };
  ask(pair_.from.nodes,
      {eth::block_number(), call(pair_.token, balance_of_call(pair_.from.wallet)),
       call(pair_.token, allowance_call(pair_.from.wallet, pair_.pool)),
       call(pair_.pool, oft::quote_oft_call(p)), call(pair_.pool, oft::quote_send_call(p))},
      [run = me(), id](std::vector<rpc_result>& r) { run->judge_pool(id, r); });
}

/// What the pool says that would arrive is the least that we send it for.
void stargate_run::judge_pool(const operation_id& id, std::vector<rpc_result>& r) {
  const auto head = eth::answer(r[0], eth::read_number);
  if (!head) return unreadable("the source chain is silent");
  if (!covered(r[1], pair_.token_name, pair_.from.name)) return;
  if (!detail_.since_block && x_.attempt == 0) detail_.since_block = *head;
  const auto transfer_data = eth::bytes_of(r[3]);
  const auto fee_data = eth::bytes_of(r[4]);
  const auto transfer = transfer_data ? oft::read_transfer_quote(*transfer_data) : std::nullopt;
  const auto fee = fee_data ? oft::read_quote(*fee_data) : std::nullopt;
  if (!transfer || !fee) return unreadable("the pool's word on the amount cannot be read");
  if (auto why = stargate_refusal(desk_.settings, x_.amount_in, *transfer); !why.empty())
    return held("waits: " + why);
  if (is_too_dear(pair_, *fee)) return held("waits: Stargate's message is too dear");
  const auto allowance = eth::bytes_of(r[2]);
  const auto allowed = allowance ? abi::reader{*allowance}.word(0) : std::nullopt;
  if (!allowed) return unreadable("the allowance cannot be read");
  if (*allowed < uint256::of(static_cast<std::uint64_t>(x_.amount_in.micro)))
    return approve(pair_.from, operation_of(x_, "approve"), pair_.token, pair_.pool);
  // Within max_fee_wei, so that neither product leaves 128 bits.
  const auto value = fee->native.to_u128().value_or(0) / 100 * fee_pad_percent + 1;
  send_it(id, *head, transfer->received.to_u64().value_or(0), uint256::of(value));
}

void stargate_run::send_it(const operation_id& id, std::uint64_t head, std::uint64_t least,
                           const uint256& value) {
  auto p = stargate_parameters(pair_, x_.amount_in);
  p.min_amount = least;
  auto go = [run = me(), id, p, value] {
    run->send(run->pair_.from.account(), id, "bridge",
              {run->pair_.pool, oft::send_call(p, {value, {}}, run->pair_.from.wallet), value, 0});
  };
  if (x_.attempt == 0) return go();
  check_sends(
      pair_.from, head,
      {pair_.pool, {oft::sent_topic(), std::nullopt, abi::word_of(pair_.from.wallet)}},
      [pool = pair_.pool](const log_entry& log) {
        const auto sent = oft::find_sent({&log, 1}, pool);
        return sent ? std::optional{sent->amount_sent} : std::nullopt;
      },
      std::move(go));
}

void stargate_run::find_message(const report& r) {
  tx_ = r.tx_hash;
  const auto sent = oft::find_sent(entries_of(r), pair_.pool);
  // A guid of zero is a bus, which we never take.
  if (!sent || sent->guid.is_zero()) return unreadable("the bridge call has no message");
  detail_.guid = sent->guid;
  if (!detail_.seen_at) detail_.seen_at = static_cast<std::uint64_t>(w_.now().seconds());
  look_for_arrival();
}

bridge_step::event_place stargate_run::place_of_arrival() const {
  return {pair_.far_pool, {oft::received_topic(), detail_.guid}};
}

std::optional<usdc> stargate_run::brought_by(const log_entry& log) const {
  const auto event = oft::find_received({&log, 1}, pair_.far_pool, detail_.guid);
  const auto amount = event ? event->amount.to_u64() : std::nullopt;
  if (!amount || *amount > static_cast<std::uint64_t>(INT64_MAX) || event->to != pair_.to.wallet)
    return std::nullopt;
  return usdc{static_cast<std::int64_t>(*amount)};
}

void stargate_run::not_arrived(arrival_memory::entry&) {
  const auto since = timestamp::of_seconds(static_cast<std::int64_t>(detail_.seen_at.value_or(0)));
  if (!since.is_set() || w_.now() < since.plus(desk_.settings.delivered_within()))
    return waiting("sent: waits for delivery");
  const auto why = "message " + detail_.guid.hex() + " is not delivered by twice its time";
  w_.dir.gauges.alerts().raise(late_alert, detail_.guid.hex(), why, w_.now());
  stop_route(why);
  waiting("sent: waits for delivery, by twice its time");
}

void stargate_run::arrived() {
  w_.dir.gauges.alerts().clear(late_alert, detail_.guid.hex(), w_.now());
}

}  // namespace headroom::chain
