#include "chain/evm/abi.hpp"
#include "chain/treasury/cctp_run.hpp"

/// Out of the source chain: one burn, one message.
namespace headroom::chain {

cctp_run::cctp_run(const leg_house& house, cctp_desk& desk, actors::run_step x, promise p,
                   bool at_once)
    : bridge_step{house, std::move(x), std::move(p), desk.memory, desk.pair.to},
      desk_{desk},
      s_{desk.settings},
      at_once_{at_once} {}

void cctp_run::start() {
  if (!begin()) return;
  const auto id = operation_of(x_, "burn");
  where_is(desk_.pair.from.account(), id, [run = me(), id](const report& r) {
    switch (r.state) {
      case operation_state::unsent: return run->check_token(id);
      case operation_state::pending:
        return run->in_flight(r, "sent: not final on the source chain");
      case operation_state::confirmed:
        return run->when_left(run->desk_.pair.from, r,
                              [run](const report& now) { run->find_burn(now); });
      case operation_state::reverted: return run->failed(r.tx_hash, "the burn reverted");
      case operation_state::dropped: return run->check_dropped(run->desk_.pair.from.nodes, id);
      case operation_state::in_doubt: return run->undecided(r);
    }
  });
}

/// Once burned, what is sent is the receiving, and the step keeps its own hash.
void cctp_run::sent(const report& r) {
  if (!burned_) return route_step::sent(r);
  waiting("attested: receives it");
}

/// Nothing is burnt here for what is minted there as another token than the route's.
void cctp_run::check_token(const operation_id& id) {
  learn_minted(self_, desk_, [run = me(), id](bool known) {
    if (!known) return run->unreadable("what CCTP mints there cannot be read");
    if (const auto why = run->desk_.refusal(); !why.empty()) return run->held("waits: " + why);
    run->read_chains(id);
  });
}

void cctp_run::read_chains(const operation_id& id) {
  const auto& p = desk_.pair;
  ask(p.from.nodes,
      {eth::block_number(), eth::call({std::nullopt, p.token, balance_of_call(p.from.wallet), {}}),
       eth::call({std::nullopt, p.token, allowance_call(p.from.wallet, s_.token_messenger), {}})},
      [run = me(), id](std::vector<rpc_result>& r) { run->read_there(id, r); });
}

void cctp_run::read_there(const operation_id& id, std::vector<rpc_result>& r) {
  const auto head = eth::answer(r[0], eth::read_number);
  if (!head) return unreadable("the source chain is silent");
  if (!covered(r[1], "USDC", desk_.pair.from.name)) return;
  const auto data = eth::bytes_of(r[2]);
  const auto allowed = data ? abi::reader{*data}.word(0) : std::nullopt;
  if (!allowed) return unreadable("the allowance cannot be read");
  if (!detail_.since_block && x_.attempt == 0) detail_.since_block = *head;
  if (*allowed < uint256::of(static_cast<std::uint64_t>(x_.amount_in.micro)))
    return approve(desk_.pair.from, operation_of(x_, "approve"), desk_.pair.token,
                   s_.token_messenger);
  ask(desk_.pair.to.nodes, {eth::block_number()},
      [run = me(), id, head = *head](std::vector<rpc_result>& there) {
        const auto block = eth::answer(there[0], eth::read_number);
        if (!block) return run->unreadable("the destination chain is silent");
        if (!run->detail_.from_block) run->detail_.from_block = *block;
        run->ask_fee(id, head);
      });
}

void cctp_run::ask_fee(const operation_id& id, std::uint64_t head) {
  if (!s_.fast) return burn(id, head, 0);
  fetch(desk_.web,
        {iris::fees_request(s_.iris_url, desk_.pair.from_domain, desk_.pair.to_domain), s_.timeout},
        [run = me(), id, head](const net::http_result& r) {
          const auto bps = iris::read_fee_bps(r, cctp::fast_finality);
          if (!bps) return run->held("waits: the fee of a fast transfer cannot be read");
          if (*bps > run->s_.max_fee_bps) return run->held("waits: a fast transfer is too dear");
          const auto fee = fast_fee(run->x_.amount_in, *bps);
          if (!fee) return run->held("waits: the fee of a fast transfer cannot be read");
          run->burn(id, head, *fee);
        });
}

void cctp_run::burn(const operation_id& id, std::uint64_t head, std::uint64_t max_fee) {
  cctp::burn_call b;
  b.amount = static_cast<std::uint64_t>(x_.amount_in.micro);
  b.destination_domain = desk_.pair.to_domain;
  b.recipient = desk_.pair.to.wallet;
  b.token = desk_.pair.token;
  b.max_fee = max_fee;
  b.finality = s_.fast ? cctp::fast_finality : cctp::standard_finality;
  auto go = [run = me(), id, b] {
    run->send(run->desk_.pair.from.account(), id, "burn",
              {run->s_.token_messenger, cctp::burn_data(b), {}, 0});
  };
  if (x_.attempt == 0) return go();
  check_sends(desk_.pair.from, head,
              {s_.token_messenger,
               {cctp::burnt_topic(), std::nullopt, abi::word_of(desk_.pair.from.wallet)}},
              cctp::burnt_amount, std::move(go));
}

cctp::transfer cctp_run::transfer_of_ours() const {
  const auto& p = desk_.pair;
  return {p.from_domain,
          p.to_domain,
          p.token,
          p.to.wallet,
          uint256::of(static_cast<std::uint64_t>(x_.amount_in.micro)),
          p.from.wallet};
}

void cctp_run::find_burn(const report& r) {
  tx_ = r.tx_hash;
  burned_ = true;
  const auto found = cctp::find_burn(entries_of(r), s_.message_transmitter, s_.token_messenger,
                                     transfer_of_ours());
  if (!found) return unreadable("the burn's receipt shows no message of it");
  if (!detail_.seen_at) detail_.seen_at = static_cast<std::uint64_t>(w_.now().seconds());
  // Its nonce comes from the attesters; once it is on record, the arrival is looked for first.
  if (detail_.guid.is_zero()) return ask_iris();
  if (!holds(detail_.guid)) return;
  look_for_arrival();
}

}  // namespace headroom::chain
