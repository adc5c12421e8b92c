#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/treasury/across_run.hpp"

/// A deposit that nobody filled in time comes back on the source chain by a bundle, hours later. A
/// bundle pays what belongs to one account in one transfer and names no deposit, so money is
/// matched by sum: what came after this deposit's deadline must cover every expired deposit that we
/// know of.
namespace headroom::chain {
namespace {

constexpr std::chrono::minutes remembered{15};  // whom nobody asks for, an operator has ended
constexpr std::uint32_t most_rounds = 64;       // pieces of one look that had refunds

std::uint64_t sum_of(const std::map<hash256, across_desk::refund>& refunds) {
  std::uint64_t out = 0;
  for (const auto& [hash, r] : refunds)
    if (__builtin_add_overflow(out, r.amount, &out)) return UINT64_MAX;
  return out;
}

}  // namespace

void across_run::expired() {
  const auto amount = static_cast<std::uint64_t>(x_.amount_in.micro);
  const auto now = self_->clock().now();
  auto& all = desk_.refunds;
  all.try_emplace(detail_.guid, across_desk::refund{amount, now, now}).first->second.seen = now;
  std::erase_if(all, [&](const auto& r) { return now - r.second.seen > remembered; });
  const auto& from = desk_.pair.from;
  const auto rule = rule_on(from);
  calls_ += static_cast<std::uint32_t>(head_call_count(rule));
  ask_one_node(self_, from.nodes, head_calls(rule), std::nullopt,
               [run = me(), rule](std::vector<rpc_result>& r) {
                 const auto head = read_head(rule, r);
                 if (!head) return run->unreadable("the source chain is silent");
                 run->collect_refunds(run->deposited_in_, head->final_number, {});
               });
}

/// Final blocks only: what they show stays.
void across_run::collect_refunds(std::uint64_t lowest, std::uint64_t highest,
                                 std::vector<log_entry> found) {
  const auto& p = desk_.pair;
  log_search s;
  s.filter.emitter = p.input_token;
  s.filter.topics = {transfer_topic(), abi::word_of(p.spoke_pool), abi::word_of(p.from.wallet)};
  s.lowest = lowest;
  s.highest = highest;
  s.chunk = p.from.logs.chunk;
  s.max_chunks = p.from.logs.chunks;
  search_logs_forward(
      self_, p.from.nodes, std::move(s),
      [run = me(), highest, found = std::move(found)](const log_findings& f) mutable {
        run->calls_ += f.requests;
        if (!f.readable) return run->unreadable("the source chain is silent");
        found.insert(found.end(), f.logs.begin(), f.logs.end());
        if (!f.complete && !f.logs.empty() && found.size() < most_rounds)
          return run->collect_refunds(f.walked, highest, std::move(found));
        run->count_refunds(found);
      });
}

void across_run::count_refunds(const std::vector<log_entry>& logs) {
  if (logs.empty()) return waiting("expired: waits for the refund");
  std::vector<rpc_request> calls;
  for (const auto& log : logs) calls.push_back(eth::block(eth::quantity(log.block_number)));
  ask(desk_.pair.from.nodes, std::move(calls), [run = me(), logs](std::vector<rpc_result>& r) {
    std::uint64_t sum = 0;
    hash256 last;
    for (std::size_t i = 0; i < logs.size(); ++i) {
      const auto block = eth::answer(r[i], eth::read_block);
      if (!block || !*block) return run->unreadable("the source chain is silent");
      if ((*block)->timestamp <= run->relay_->fill_deadline) continue;  // another's, and earlier
      const auto transfer = decode_transfer(logs[i]);
      const auto value = transfer ? transfer->value.to_u64() : std::nullopt;
      if (!value || __builtin_add_overflow(sum, *value, &sum))
        return run->unreadable("a refund cannot be read");
      last = logs[i].tx_hash;
    }
    run->refunded(sum, last);
  });
}

void across_run::refunded(std::uint64_t sum, const hash256& tx) {
  const auto i = desk_.refunds.find(detail_.guid);
  if (i == desk_.refunds.end() || sum < sum_of(desk_.refunds))
    return waiting("expired: waits for the refund");
  if (self_->clock().now() - i->second.since < s_.refund_settle)
    return waiting("expired: refunded, waits whether others claim it");
  desk_.refunds.erase(i);
  memory_.waited.erase(detail_.guid);
  failed(tx_, "refunded: nobody filled it in time, back by " + tx.hex());
}

}  // namespace headroom::chain
