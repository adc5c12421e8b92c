#include <spdlog/spdlog.h>

#include "chain/evm/abi.hpp"
#include "chain/treasury/relay_run.hpp"

/// From the offer to the deposit: both chains, the allowance, the offer and its guards, one
/// transaction of our own making.
namespace headroom::chain {
namespace {

std::optional<uint256> paid_amount(const log_entry& log) {
  const auto paid = decode_transfer(log);
  return paid ? std::optional{paid->value} : std::nullopt;
}

}  // namespace

relay_run::relay_run(const leg_house& house, relay_desk& desk, actors::run_step x, promise p,
                     bool at_once)
    : bridge_step{house, std::move(x), std::move(p), desk.memory, desk.pair.to},
      desk_{desk},
      s_{desk.settings},
      at_once_{at_once} {}

void relay_run::start() {
  if (!begin()) return;
  const auto id = operation_of(x_, "deposit");
  where_is(desk_.pair.from.account(), id, [run = me(), id](const report& r) {
    switch (r.state) {
      case operation_state::unsent: return run->read_chains(id);
      case operation_state::pending:
        return run->in_flight(r, "sent: not final on the source chain");
      case operation_state::confirmed:
        return run->when_left(run->desk_.pair.from, r,
                              [run](const report& now) { run->find_deposit(now); });
      case operation_state::reverted: return run->failed(r.tx_hash, "the deposit reverted");
      case operation_state::dropped: return run->check_dropped(run->desk_.pair.from.nodes, id);
      case operation_state::in_doubt: return run->undecided(r);
    }
  });
}

void relay_run::read_chains(const operation_id& id) {
  const auto& p = desk_.pair;
  ask(p.from.nodes,
      {eth::block_number(),
       eth::call({std::nullopt, p.input_token, balance_of_call(p.from.wallet), {}}),
       eth::call({std::nullopt, p.input_token, allowance_call(p.from.wallet, s_.depository), {}})},
      [run = me(), id](std::vector<rpc_result>& r) { run->read_there(id, r); });
}

void relay_run::read_there(const operation_id& id, std::vector<rpc_result>& r) {
  const auto head = eth::answer(r[0], eth::read_number);
  if (!head) return unreadable("the source chain is silent");
  if (!covered(r[1], desk_.pair.input_name, desk_.pair.from.name)) return;
  const auto data = eth::bytes_of(r[2]);
  const auto allowed = data ? abi::reader{*data}.word(0) : std::nullopt;
  if (!allowed) return unreadable("the allowance cannot be read");
  if (!detail_.since_block && x_.attempt == 0) detail_.since_block = *head;
  if (*allowed < uint256::of(static_cast<std::uint64_t>(x_.amount_in.micro)))
    return approve(desk_.pair.from, operation_of(x_, "approve"), desk_.pair.input_token,
                   s_.depository);
  ask(desk_.pair.to.nodes, {eth::block_number()},
      [run = me(), id, here = *head](std::vector<rpc_result>& there) {
        const auto block = eth::answer(there[0], eth::read_number);
        if (!block) return run->unreadable("the destination chain is silent");
        if (!run->detail_.from_block) run->detail_.from_block = *block;
        run->ask_price(id, here);
      });
}

/// Last, so that nothing is older than the offer when it is signed.
void relay_run::ask_price(const operation_id& id, std::uint64_t head) {
  fetch(desk_.web, {relay::quote_request(s_.api_url, order_of(desk_, x_.amount_in)), s_.timeout},
        [run = me(), id, head](const net::http_result& r) {
          const auto now = run->w_.now();
          const auto guards = guards_of(run->desk_, run->x_.amount_in, now);
          if (!guards) return run->unreadable("the least amount cannot be said");
          const auto quoted =
              relay::read_quote(r, order_of(run->desk_, run->x_.amount_in), *guards);
          tell_of_offer(run->w_, quoted);
          if (quoted.good) return run->deposit(id, head, quoted.good->id, now);
          if (!quoted.violated.empty() && run->may_say("guard"))
            spdlog::warn("route.guard conversion={} guard={}", run->x_.conversion.text(),
                         quoted.violated);
          run->held("waits: " + quoted.problem);
        });
}

void relay_run::deposit(const operation_id& id, std::uint64_t head, const hash256& order,
                        timestamp offered_at) {
  const auto& p = desk_.pair;
  auto go = [run = me(), id, order, offered_at] {
    if (run->w_.now() > offered_at.plus(run->s_.quote_age))
      return run->held("waits: the offer is too old");
    run->send(run->desk_.pair.from.account(), id, relay_purpose,
              {run->s_.depository,
               relay::deposit_data(order_of(run->desk_, run->x_.amount_in), order),
               {},
               0});
  };
  if (x_.attempt == 0) return go();
  check_sends(
      p.from, head,
      {p.input_token, {transfer_topic(), abi::word_of(p.from.wallet), abi::word_of(s_.depository)}},
      paid_amount, std::move(go));
}

void relay_run::find_deposit(const report& r) {
  tx_ = r.tx_hash;
  const auto order =
      relay::find_deposit(entries_of(r), s_.depository, order_of(desk_, x_.amount_in));
  if (!order) return unreadable("the deposit's receipt does not show it");
  detail_.guid = *order;
  ask_status();
}

}  // namespace headroom::chain
