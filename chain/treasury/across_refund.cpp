#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/treasury/across_run.hpp"

/// A deposit that nobody filled in time comes back on the source chain by a bundle, hours later,
/// and what comes back names no deposit (across_refunds.hpp). All our deposits of that time and all
/// that came back are read from the chain, forwards and in as many looks as it takes: what was read
/// is not read again, and the next look goes on.
namespace headroom::chain {
namespace {

constexpr std::chrono::minutes remembered{15};  // whom nobody asks for, an operator has ended
constexpr std::uint32_t most_rounds = 64;       // pieces of one look that had events
constexpr std::uint32_t most_fills = 32;        // asked for in one look
/// Blocks before the deposit: what was deposited earlier has long been paid back.
constexpr std::uint64_t looked_back = 50'000;

}  // namespace

void across_run::expired() {
  stage_ = step_parts::part_state::expired;
  const auto now = self_->clock().now();
  auto& all = desk_.expired;
  all.try_emplace(detail_.guid, across_desk::waiting{now, now}).first->second.seen = now;
  std::erase_if(all, [&](const auto& r) { return now - r.second.seen > remembered; });
  desk_.refunds.reach_back_to(deposited_in_ - std::min(deposited_in_, looked_back));
  desk_.refunds.deposits[detail_.guid] = {static_cast<std::uint64_t>(x_.amount_in.micro),
                                          relay_->fill_deadline, across_refunds::fill::never};
  const auto& from = desk_.pair.from;
  const auto rule = rule_on(from);
  calls_ += static_cast<std::uint32_t>(head_call_count(rule));
  ask_one_node(self_, from.nodes, head_calls(rule), std::nullopt,
               [run = me(), rule](std::vector<rpc_result>& r) {
                 const auto head = read_head(rule, r);
                 if (!head) return run->unreadable("the source chain is silent");
                 run->read_deposits(run->desk_.refunds.next_deposits, head->final_number, 0);
               });
}

/// Final blocks only: what they show stays. A piece without events is done with when more than one
/// node shows it so; `then` once that is all of them.
void across_run::walk(std::uint64_t lowest, std::uint64_t highest, std::uint32_t rounds,
                      event_place place, std::uint64_t across_refunds::*next,
                      std::function<void(const log_entry&)> each, std::function<void()> then) {
  if (desk_.refunds.*next > highest) return then();
  if (lowest > highest) return waiting("expired: looks for the refund, block by block");
  const auto& p = desk_.pair;
  log_search s;
  s.filter.emitter = place.emitter;
  s.filter.topics = place.topics;
  s.lowest = lowest;
  s.highest = highest;
  s.chunk = p.from.logs.chunk;
  s.max_chunks = p.from.logs.chunks;
  s.every_node = true;
  search_logs_forward(
      self_, p.from.nodes, std::move(s),
      [run = me(), lowest, highest, rounds, place = std::move(place), next, each = std::move(each),
       then = std::move(then)](const log_findings& f) mutable {
        run->calls_ += f.requests;
        if (!f.readable) return run->unreadable("the source chain is silent");
        for (const auto& log : f.logs) each(log);
        auto& read = run->desk_.refunds.*next;
        if (read == lowest) read = f.next;  // else something before it is not proven empty
        if (read > highest) return then();
        if (f.proven && !f.logs.empty() && rounds < most_rounds)
          return run->walk(f.walked, highest, rounds + 1, std::move(place), next, std::move(each),
                           std::move(then));
        run->waiting("expired: looks for the refund, block by block");
      });
}

void across_run::read_deposits(std::uint64_t lowest, std::uint64_t highest, std::uint32_t rounds) {
  const auto& p = desk_.pair;
  hash256 there;
  there.bytes = uint256::of(p.to.chain_id).bytes;
  walk(
      lowest, highest, rounds,
      {p.spoke_pool, {across::deposited_topic(), there, std::nullopt, abi::word_of(p.from.wallet)}},
      &across_refunds::next_deposits,
      [run = me()](const log_entry& log) {
        const auto& pair = run->desk_.pair;
        const auto d = across::find_deposit({&log, 1}, pair.spoke_pool, pair.from.wallet,
                                            pair.from.chain_id, pair.to.chain_id);
        const auto amount = d ? d->input_amount.to_u64() : std::nullopt;
        if (!amount || d->input_token != abi::word_of(pair.input_token)) return;
        run->desk_.refunds.deposits.try_emplace(
            across::relay_hash(*d, pair.to.chain_id),
            across_refunds::deposit{*amount, d->fill_deadline, across_refunds::fill::unknown});
      },
      [run = me(), highest] { run->read_refunds(run->desk_.refunds.next_refunds, highest, 0); });
}

void across_run::read_refunds(std::uint64_t lowest, std::uint64_t highest, std::uint32_t rounds) {
  const auto& p = desk_.pair;
  walk(
      lowest, highest, rounds,
      {p.input_token, {transfer_topic(), abi::word_of(p.spoke_pool), abi::word_of(p.from.wallet)}},
      &across_refunds::next_refunds,
      [run = me()](const log_entry& log) {
        const auto transfer = decode_transfer(log);
        const auto value = transfer ? transfer->value.to_u64() : std::nullopt;
        if (value)
          run->desk_.refunds.back.try_emplace({log.block_number, log.index},
                                              across_refunds::refund{log.tx_hash, *value});
      },
      [run = me()] { run->ask_times(); });
}

void across_run::ask_times() {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> places;
  std::vector<rpc_request> calls;
  for (const auto& [place, r] : desk_.refunds.back) {
    if (r.time != 0) continue;
    places.push_back(place);
    calls.push_back(eth::block(eth::quantity(place.first)));
  }
  ask(desk_.pair.from.nodes, std::move(calls), [run = me(), places](std::vector<rpc_result>& r) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      const auto block = eth::answer(r[i], eth::read_block);
      if (!block || !*block) return run->unreadable("the source chain is silent");
      const auto found = run->desk_.refunds.back.find(places[i]);
      if (found != run->desk_.refunds.back.end()) found->second.time = (*block)->timestamp;
    }
    run->ask_fills(0);
  });
}

/// Of each whose deadline passed before ours, once: after it a fill comes no more. That it was
/// filled is believed of two nodes where there are two; else it takes its place in the line.
void across_run::ask_fills(std::uint32_t asked) {
  const auto& all = desk_.refunds.deposits;
  const auto i = std::find_if(all.begin(), all.end(), [&](const auto& d) {
    return d.second.end == across_refunds::fill::unknown &&
           d.second.deadline <= relay_->fill_deadline;
  });
  if (i == all.end()) return judge_refund();
  if (asked == most_fills) return waiting("expired: looks at the deposits before it");
  ++calls_;
  ask_every_node(
      self_, to_.nodes,
      eth::call(
          {std::nullopt, desk_.pair.destination_spoke_pool, across::fill_status_call(i->first), {}},
          judged_at_),
      [run = me(), asked, hash = i->first](const std::vector<rpc_result>& words) {
        std::size_t filled = 0;
        std::size_t heard = 0;
        for (const auto& word : words) {
          const auto data = eth::bytes_of(word);
          const auto status = data ? across::read_fill_status(*data) : std::nullopt;
          if (status) ++heard;
          if (status == across::fill_status::filled) ++filled;
        }
        const auto needed = std::min<std::size_t>(words.size(), 2);
        if (heard < needed || (filled > 0 && filled < needed))
          return run->waiting("expired: looks at the deposits before it");
        const auto found = run->desk_.refunds.deposits.find(hash);
        if (found != run->desk_.refunds.deposits.end())
          found->second.end =
              filled > 0 ? across_refunds::fill::filled : across_refunds::fill::never;
        run->ask_fills(asked + 1);
      });
}

void across_run::judge_refund() {
  const auto i = desk_.expired.find(detail_.guid);
  const auto tx = desk_.refunds.returned_by(detail_.guid);
  if (!tx || i == desk_.expired.end()) return waiting("expired: waits for the refund");
  if (self_->clock().now() - i->second.since < s_.refund_settle)
    return waiting("expired: refunded, waits whether others claim it");
  desk_.expired.erase(i);
  if (desk_.expired.empty()) desk_.refunds = {};  // read anew for the next one
  memory_.waited.erase(detail_.guid);
  failed(*tx, "refunded: nobody filled it in time, back by " + tx->hex());
}

}  // namespace headroom::chain
