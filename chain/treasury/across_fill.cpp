#include "chain/evm/abi.hpp"
#include "chain/treasury/across_run.hpp"

/// The deposit's fill, by its event in a final block; and whether it can still come. Of its relay
/// hash the destination keeps the state: after the deadline, and unfilled in a final block, nobody
/// can fill it any more.
namespace headroom::chain {
namespace {

constexpr std::uint32_t judge_every = 8;  // looks

}  // namespace

bridge_step::event_place across_run::place_of_arrival() const {
  hash256 origin;
  origin.bytes = uint256::of(desk_.pair.from.chain_id).bytes;
  hash256 deposit;
  deposit.bytes = relay_->deposit_id.bytes;
  return {desk_.pair.destination_spoke_pool, {across::filled_topic(), origin, deposit}};
}

/// Whatever the fill's kind: what was really paid, to us.
std::optional<usdc> across_run::brought_by(const log_entry& log) const {
  const auto fill = across::read_fill(log, desk_.pair.destination_spoke_pool);
  if (!fill || fill->of != *relay_ || fill->recipient != desk_.pair.to.wallet) return std::nullopt;
  const auto amount = fill->amount.to_u64();
  if (!amount || *amount == 0 || *amount > static_cast<std::uint64_t>(INT64_MAX))
    return std::nullopt;
  return usdc{static_cast<std::int64_t>(*amount)};
}

void across_run::arrived() {
  desk_.expired.erase(detail_.guid);
  desk_.refunds.deposits.erase(detail_.guid);  // it was filled: no refund is its own
}

/// Whether it is too late is asked when our own clock is past the deadline, and now and then, for
/// the chain's may be another.
void across_run::not_arrived(arrival_memory::entry& waited) {
  const auto now = static_cast<std::uint64_t>(w_.now().seconds());
  if (now <= relay_->fill_deadline && waited.looks % judge_every != 0)
    return waiting("deposited: waits for a fill");
  const auto rule = rule_on(to_);
  calls_ += static_cast<std::uint32_t>(head_call_count(rule));
  ask_one_node(self_, to_.nodes, head_calls(rule), std::nullopt,
               [run = me(), rule](std::vector<rpc_result>& r) {
                 const auto head = read_head(rule, r);
                 if (!head) return run->unreadable("the destination chain is silent");
                 run->judge_deadline(*head);
               });
}

void across_run::judge_deadline(const chain_head& head) {
  const auto block = eth::quantity(head.final_number);
  ask(to_.nodes, {eth::block(block)}, [run = me(), block](std::vector<rpc_result>& r) {
    const auto last = eth::answer(r[0], eth::read_block);
    if (!last || !*last) return run->unreadable("the destination chain is silent");
    if ((*last)->timestamp <= run->relay_->fill_deadline)
      return run->waiting("deposited: waits for a fill");
    run->judged_at_ = block;
    ++run->calls_;
    ask_every_node(run->self_, run->to_.nodes,
                   eth::call({std::nullopt,
                              run->desk_.pair.destination_spoke_pool,
                              across::fill_status_call(run->detail_.guid),
                              {}},
                             block),
                   [run](const std::vector<rpc_result>& words) { run->heard_status(words); });
  });
}

/// A slow fill that was asked for is refused after the deadline like any other.
void across_run::heard_status(const std::vector<rpc_result>& words) {
  std::size_t unfilled = 0;
  for (const auto& word : words) {
    const auto data = eth::bytes_of(word);
    const auto status = data ? across::read_fill_status(*data) : std::nullopt;
    if (!status) continue;  // it says nothing
    if (*status == across::fill_status::filled) return waiting("filled: its event is not seen yet");
    ++unfilled;
  }
  if (unfilled < std::min<std::size_t>(words.size(), 2))
    return unreadable("past its deadline; too few nodes say whether it was filled");
  expired();
}

}  // namespace headroom::chain
