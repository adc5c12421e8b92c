#include <spdlog/spdlog.h>

#include <algorithm>

#include "chain/evm/log_search.hpp"
#include "chain/polymarket/venue_desk.hpp"

/// What became of an order: its object and its trades at the venue (venue_trades.cpp), then the
/// exchange's own word on chain, then order_judge. A look-up that follows a match waits for its
/// trades; every other one answers with what it finds.
namespace headroom::chain::polymarket {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t looks_at_most = 16'384;
constexpr std::size_t orders_per_question = 100;
constexpr milliseconds block_is_fresh{10'000};
constexpr milliseconds first_pause{50};

order_facts facts_of(const signed_order& order) {
  const auto& b = order.body;
  const bool buys = b.side == side::buy;
  order_facts out;
  out.hash = order.hash;
  out.money = {buys ? b.maker_amount : b.taker_amount};
  out.shares = {buys ? b.taker_amount : b.maker_amount};
  out.side = b.side;
  out.fill = order.type == order_type::fak ? order_fill::part : order_fill::whole;
  return out;
}

venue_answer unknown_because(std::string reason) {
  return {venue_verdict::unknown, {}, {}, {}, std::move(reason)};
}

}  // namespace

caf::result<venue_answer> venue_desk::look_up(const actors::look_up_order& x) {
  const auto order = read_stored(x.order);
  if (!order) return unknown_because("unreadable order bytes");
  auto* const as = login_of(*order);
  if (as == nullptr) return unknown_because(std::string{not_ours});
  // Whoever gave an answer up and asks again must not queue a second time: in a crowd nobody would
  // ever be answered in time.
  if (const auto i = st_.looking.find(order->hash); i != st_.looking.end()) {
    auto promise = self_->make_response_promise<venue_answer>();
    i->second->askers.push_back(promise);
    return promise;
  }
  if (st_.looking.size() >= looks_at_most) return unknown_because("too many look-ups");
  auto promise = self_->make_response_promise<venue_answer>();
  const auto l = std::make_shared<venue_state::look>();
  st_.looking.emplace(order->hash, l);
  l->as = as;
  l->order = facts_of(*order);
  l->order.settled_down = w_.now() >= x.sent_at.plus(st_.settings.settling_time);
  l->order.money_dust = st_.settings.money_dust;
  l->order.share_dust = st_.settings.share_dust;
  if (order->terms) {
    l->order.fees = order->terms->fees;
    l->block = order->terms->block;
  }
  l->exchange = order->exchange.contract;
  l->token = order->body.token;
  l->sent_at = x.sent_at;
  l->deadline = x.deadline;
  l->order.long_ago = w_.now() >= x.sent_at.plus(st_.settings.young_for);
  l->young = !l->order.long_ago;
  l->follow = x.follow && l->young;
  l->give_up = now() + st_.settings.confirm_wait;
  l->askers.push_back(promise);
  if (!l->follow) read_object(l);
  if (l->young) {
    as->looks.push_back(l);
    as->pass_pause = {};
    if (l->follow) {  // a match is never final at once
      after(first_pause, [self = self_, as] { venue_desk{self}.start_pass(*as); });
    } else {
      start_pass(*as);
    }
  }
  return promise;
}

void venue_desk::read_object(look_ptr l) {
  read_data(*l->as, "/data/order/" + l->order.hash.hex(), {},
            [self = self_, l](const net::http_result& r) {
              venue_desk desk{self};
              l->known.object = r.outcome == net::http_outcome::answered
                                    ? read_order_answer(r.status, r.body)
                                    : order_answer{};
              l->has_object = true;
              const auto& shown = l->known.object;
              if (shown.verdict == read_verdict::found && !shown.value.trades.empty())
                desk.leave_stream(l);  // they are asked for by name
              if (!l->young) return desk.read_own_trades(l);
              if (l->has_trades) desk.trades_seen(l);
            });
}

void venue_desk::leave_stream(const look_ptr& l) {
  l->young = false;
  std::erase(l->as->looks, l);
  l->as->pass.erase(l->order.hash);
}

/// Its trades were read, by the shared stream or by themselves.
void venue_desk::trades_seen(const look_ptr& l) {
  std::vector<look_ptr> asking;
  consider(l, asking);
  ask_exchange(std::move(asking));
}

/// Goes on with a look whose trades were read: waits for more of them, for the order's object, asks
/// the exchange (then it is added to `asking`), or ends.
void venue_desk::consider(const look_ptr& l, std::vector<look_ptr>& asking) {
  l->has_trades = true;
  if (l->at_exchange || l->ended) return;
  const auto& trades = l->known.trades;
  if (l->follow) {
    const auto f = fill_of(trades, l->order.fees.value_or(fee_schedule{}));
    const bool ended = f && f->open == 0 && is_all(l->order, f->matched_shares, f->matched);
    if (!ended && now() < l->give_up) return;
    // It may not have matched after all; or the rest of a FAK was dropped, says the order's object.
    if (!ended && (trades.empty() || l->order.fill == order_fill::part)) {
      l->follow = false;
      return read_object(l);
    }
  } else if (!l->has_object) {
    return;
  }
  // From the deadline on the exchange's word may end what the venue never calls final.
  if (!needs_exchange(l->order, l->known) && w_.now() < l->deadline) return conclude(l);
  l->at_exchange = true;
  asking.push_back(l);
}

// -- the exchange --------------------------------------------------------------------------------

void venue_desk::ask_exchange(std::vector<look_ptr> looks) {
  if (looks.empty()) return;
  const auto& rule = st_.settings.finality;
  ask_one_node(self_, st_.chain, head_calls(rule), std::nullopt,
               [self = self_, looks = std::move(looks)](const std::vector<rpc_result>& results) {
                 venue_desk desk{self};
                 const auto head = read_head(self->state.settings.finality, results);
                 if (!head) {
                   for (const auto& l : looks) desk.conclude(l);
                   return;
                 }
                 self->state.chain_block = head->latest.number;
                 self->state.chain_block_at = desk.now();
                 desk.ask_events(looks, *head);
               });
}

/// The events of orders that were sent lately are asked for together.
void venue_desk::ask_events(std::vector<look_ptr> looks, const chain_head& head) {
  std::map<address, std::vector<look_ptr>> lately;
  for (const auto& l : looks) {
    if (l->block == 0 || l->block > head.latest.number)
      l->block = block_before(head.latest.number, l->sent_at, w_.now());
    const bool near = head.latest.number - l->block < st_.settings.logs.chunk;
    if (!near) {
      ask_old_events(l, head);
      continue;
    }
    auto& group = lately[l->exchange];
    group.push_back(l);
    if (group.size() == orders_per_question) ask_events_of(std::exchange(group, {}), head);
  }
  for (auto& [exchange, group] : lately)
    if (!group.empty()) ask_events_of(std::move(group), head);
}

void venue_desk::ask_events_of(std::vector<look_ptr> group, const chain_head& head) {
  std::vector<hash256> hashes;
  auto from = head.latest.number;
  for (const auto& l : group) {
    hashes.push_back(l->order.hash);
    from = std::min(from, l->block);
  }
  const auto heard = [self = self_, group, head](const std::vector<log_entry>* logs) {
    for (const auto& l : group) venue_desk{self}.events_read(l, logs, head);
  };
  const auto in_pieces = [self = self_, group, head] {
    for (const auto& l : group) venue_desk{self}.ask_old_events(l, head);
  };
  auto question = order_fills(group.front()->exchange, hashes, from);
  question.node = head.node;  // it has the blocks that its head speaks of
  self_->request(st_.chain, caf::infinite, std::move(question))
      .then(
          [heard, in_pieces](const rpc_result& r) {
            if (r.status == rpc_status::error && is_range_refusal(r.error)) return in_pieces();
            const auto logs = eth::answer(r, eth::read_logs);
            heard(logs ? &*logs : nullptr);
          },
          [heard](const caf::error&) { heard(nullptr); });
}

/// The fills of an order are in the blocks after it was sent: the oldest piece first.
void venue_desk::ask_old_events(look_ptr l, const chain_head& head) {
  log_search s;
  s.filter.emitter = l->exchange;
  s.filter.topics = {order_filled_topic(), l->order.hash};
  s.lowest = l->block;
  s.highest = head.latest.number;
  s.chunk = st_.settings.logs.chunk;
  s.max_chunks = st_.settings.logs.chunks;
  search_logs_forward(
      self_, st_.chain, std::move(s), [self = self_, l, head](const log_findings& found) {
        const bool known = found.readable && (found.complete || !found.logs.empty());
        venue_desk{self}.events_read(l, known ? &found.logs : nullptr, head);
      });
}

void venue_desk::events_read(const look_ptr& l, const std::vector<log_entry>* logs,
                             const chain_head& head) {
  auto& x = l->known.exchange;
  if (logs != nullptr) {
    const auto& hash = l->order.hash;
    const auto all = charged_in(*logs, l->exchange, hash, l->order.side, UINT64_MAX);
    const auto final = charged_in(*logs, l->exchange, hash, l->order.side, head.final_number);
    x.events_known = all && final;
    if (x.events_known) {
      x.filled = *all;
      x.final = *final;
    }
  }
  const auto f = fill_of(l->known.trades, l->order.fees.value_or(fee_schedule{}));
  const bool stands = f && f->confirmed > 0 && f->failed == 0;
  if (x.filled || stands || (f && f->open > 0)) return conclude(l);
  ask_status(l, head);
}

/// Whether the exchange knows the order: in the newest final block, and now. The final block's time
/// says up to when nothing was filled. "Nothing" moves money, so every node is asked.
void venue_desk::ask_status(look_ptr l, const chain_head& head) {
  const auto at = eth::quantity(head.final_number);
  auto final = eth::block(at);
  final.node = head.node;
  const eth::call_parameters question{
      std::nullopt, l->exchange, order_status_call(l->order.hash), {}};
  ask_every_node(self_, st_.chain, eth::call(question, at),
                 [self = self_, l, question, final](const std::vector<rpc_result>& then) {
                   ask_every_node(self, self->state.chain, eth::call(question),
                                  [self, l, final, then](const std::vector<rpc_result>& now) {
                                    ask_all(
                                        self, self->state.chain, {final},
                                        [self, l, then, now](const std::vector<rpc_result>& block) {
                                          venue_desk{self}.status_read(l, then, now, block.front());
                                        });
                                  });
                 });
}

/// One node's "untouched" counts only beside a second one's, where there is another; a node that
/// says nothing is waited for until the order has settled down.
void venue_desk::status_read(const look_ptr& l, const std::vector<rpc_result>& then,
                             const std::vector<rpc_result>& now, const rpc_result& block) {
  const auto touched = [](const rpc_result& answer) {
    const auto data = eth::bytes_of(answer);
    return data ? read_order_status(*data) : std::nullopt;
  };
  auto& x = l->known.exchange;
  std::size_t witnesses = 0;
  for (std::size_t i = 0; i < std::min(then.size(), now.size()); ++i) {
    const auto before = touched(then[i]);
    const auto after = touched(now[i]);
    x.touched = x.touched || before.value_or(false) || after.value_or(false);
    witnesses += before && after ? 1 : 0;
  }
  const auto final = eth::answer(block, eth::read_block);
  const std::size_t needed = then.size() > 1 && !l->order.settled_down ? 2 : 1;
  x.status_known = witnesses >= needed && final && *final;
  if (x.status_known)
    x.final_time = timestamp::of_seconds(static_cast<std::int64_t>((*final)->timestamp));
  conclude(l);
}

// -- the end -------------------------------------------------------------------------------------

void venue_desk::conclude(const look_ptr& l) {
  if (std::exchange(l->ended, true)) return;
  auto answer = judge(l->order, l->known);
  std::erase(l->as->looks, l);
  st_.looking.erase(l->order.hash);
  count(answer);
  for (auto& asker : l->askers) asker.deliver(answer);
}

/// Keeps a block at hand that is older than the next order.
void venue_desk::note_block() {
  if (st_.chain_block_asked) return;
  if (st_.chain_block != 0 && now() < st_.chain_block_at + block_is_fresh) return;
  st_.chain_block_asked = true;
  self_->request(st_.chain, caf::infinite, eth::block_number())
      .then(
          [self = self_](const rpc_result& r) {
            auto& st = self->state;
            st.chain_block_asked = false;
            const auto number = eth::answer(r, eth::read_number);
            if (!number) return;
            st.chain_block = *number;
            st.chain_block_at = self->clock().now();
          },
          [self = self_](const caf::error&) { self->state.chain_block_asked = false; });
}

}  // namespace headroom::chain::polymarket
