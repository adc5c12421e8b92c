#include "actors/alerts.hpp"
#include "chain/evm/abi.hpp"
#include "chain/treasury/okx_run.hpp"

/// The first step: what the exchange asks for, our balance, one transfer of ours; then its word
/// that the money may be used.
namespace headroom::chain {
namespace {

constexpr std::string_view address_alert = "route.exchange_address";

byte_vector transfer_data(const address& to, usdc amount) {
  return abi::encoder{"transfer(address,uint256)"}
      .account(to)
      .number(static_cast<std::uint64_t>(amount.micro))
      .done();
}

std::optional<uint256> paid_amount(const log_entry& log) {
  const auto paid = decode_transfer(log);
  return paid ? std::optional{paid->value} : std::nullopt;
}

}  // namespace

void okx_deposit::start() {
  if (!begin()) return;
  const auto id = operation_of(x_, "deposit");
  where_is(desk_->pair.from.account(), id, [run = me(), id](const report& r) {
    switch (r.state) {
      case operation_state::unsent: return run->check_terms(id);
      case operation_state::pending:
        return run->in_flight(r, "sent: not final on the source chain");
      case operation_state::confirmed:
        return run->when_left(run->desk_->pair.from, r,
                              [run](const report& now) { run->find_credit(now); });
      case operation_state::reverted: return run->failed(r.tx_hash, "the deposit reverted");
      case operation_state::dropped: return run->check_dropped(run->desk_->pair.from.nodes, id);
      case operation_state::in_doubt: return run->undecided(r);
    }
  });
}

void okx_deposit::check_terms(const operation_id& id) {
  ask_okx(okx_currencies_target, [run = me(), id](const okx::answer& a) {
    if (!run->desk_->learn(a)) return run->held("waits: " + a.words);
    if (!run->desk_->disabled.empty()) return run->held("waits: " + run->desk_->disabled);
    const auto& least = run->desk_->last_terms->deposit.min_deposit;
    if (run->x_.amount_in < least)
      return run->held("waits: OKX takes no less than " + to_string(least) + " USDT");
    run->check_address(id);
  });
}

/// The API's and ours: whoever can change one of them must not be able to move money.
void okx_deposit::check_address(const operation_id& id) {
  ask_okx("/api/v5/asset/deposit-address?ccy=USDT", [run = me(), id](const okx::answer& a) {
    if (a.is != okx::verdict::done) return run->held("waits: " + a.words);
    const auto there = okx::find_deposit_address(a.rows, run->s_.deposit_chain);
    auto& alerts = run->w_.dir.gauges.alerts();
    if (there == run->s_.deposit_address) {
      alerts.clear(address_alert, okx_name, run->w_.now());
      return run->check_money(id);
    }
    const auto why = "OKX names " + (there ? there->hex() : std::string{"no address"}) + " on " +
                     run->s_.deposit_chain + ", the settings " + run->s_.deposit_address.hex();
    alerts.raise(address_alert, okx_name, why, run->w_.now());
    run->held("waits: " + why);
  });
}

void okx_deposit::check_money(const operation_id& id) {
  const auto& from = desk_->pair.from;
  ask(from.nodes,
      {eth::call({std::nullopt, desk_->pair.usdt0, balance_of_call(from.wallet), {}}),
       eth::block_number()},
      [run = me(), id](std::vector<rpc_result>& r) {
        if (!run->covered(r[0], "USDT0", run->desk_->pair.from.name)) return;
        const auto head = eth::answer(r[1], eth::read_number);
        if (!head) return run->unreadable("the source chain is silent");
        run->pay(id, *head);
      });
}

void okx_deposit::pay(const operation_id& id, std::uint64_t head) {
  if (!detail_.since_block && x_.attempt == 0) detail_.since_block = head;
  auto go = [run = me(), id] {
    run->send(
        run->desk_->pair.from.account(), id, okx_deposit_purpose,
        {run->desk_->pair.usdt0, transfer_data(run->s_.deposit_address, run->x_.amount_in), {}, 0});
  };
  if (x_.attempt == 0) return go();
  const auto& from = desk_->pair.from;
  check_sends(from, head,
              {desk_->pair.usdt0,
               {transfer_topic(), abi::word_of(from.wallet), abi::word_of(s_.deposit_address)}},
              paid_amount, std::move(go));
}

void okx_deposit::find_credit(const report& r) {
  tx_ = r.tx_hash;
  const auto got = received(entries_of(r), desk_->pair.usdt0, s_.deposit_address);
  if (got != x_.amount_in.micro) return unreadable("the deposit's receipt does not show it");
  ask_okx("/api/v5/asset/deposit-history?ccy=USDT&txId=" + r.tx_hash.hex(),
          [run = me(), tx = r.tx_hash](const okx::answer& a) {
            if (a.is != okx::verdict::done) return run->unreadable(a.words);
            const auto found = okx::find_deposit_of(a.rows, tx);
            if (!found) return run->unreadable("OKX' answer cannot be read");
            if (!*found) return run->waiting("sent: OKX has not seen it yet");
            const auto& there = **found;
            if (there.amount != run->x_.amount_in || there.chain != run->s_.deposit_chain ||
                there.coin != "USDT" || there.to != run->s_.deposit_address)
              return run->unreadable("OKX shows another deposit than we sent");
            const auto word = okx::deposit_word_of(there.state);
            if (word == okx::deposit_word::reviewed)
              return run->reviewed("the deposit " + tx.hex() + " is in state " +
                                   there.state.substr(0, 8));
            run->not_reviewed();
            if (word == okx::deposit_word::waiting)
              return run->waiting("sent: waits for OKX' confirmations");
            if (word == okx::deposit_word::credited)
              return run->waiting("credited: cannot be withdrawn yet");
            run->detail_.note = "final";
            run->done(run->x_.amount_in);
          });
}

}  // namespace headroom::chain
