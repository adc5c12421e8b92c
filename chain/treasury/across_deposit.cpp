#include <spdlog/spdlog.h>

#include "actors/alerts.hpp"
#include "chain/evm/abi.hpp"
#include "chain/treasury/across_split.hpp"

/// From the quote to the deposit: both chains' clocks, the offer, the guards, the allowance, one
/// transaction.
namespace headroom::chain {
namespace {

constexpr std::string_view late_alert = "route.late_deposit";

/// What a deposit of ours says has left.
std::optional<uint256> deposited_amount(const log_entry& log) {
  return log.topics.empty() || log.topics[0] != across::deposited_topic()
             ? std::nullopt
             : abi::reader{log.data}.word(2);
}

}  // namespace

across_run::across_run(const across_place& place, actors::run_step x, promise p,
                       std::optional<across_share> share)
    : bridge_step{place.house, std::move(x), std::move(p), place.desk.memory, place.desk.pair.to},
      place_{place},
      desk_{place.desk},
      s_{place.desk.settings},
      share_{std::move(share)} {
  if (share_) at_stake_ = share_->whole;
}

std::string across_run::operation_word() const {
  return share_ ? "across/" + share_->name : std::string{whole_operation};
}

std::string across_run::alert_subject() const {
  return x_.conversion.text() + (share_ ? "/" + share_->name : "");
}

bool across_run::sent_before() const noexcept {
  return x_.attempt > 0 || (share_ && share_->sent_before);
}

void across_run::deliver(actors::step_progress said, const std::string& stops) {
  if (!share_) return bridge_step::deliver(std::move(said), stops);
  share_->then({std::move(said), stops, stage_, relay_, above_limit_});
}

void across_run::start() {
  if (!share_ && !begin()) return;
  const auto id = operation_of(x_, operation_word());
  where_is(desk_.pair.from.account(), id, [run = me(), id](const report& r) {
    if (r.state != operation_state::pending)
      run->w_.dir.gauges.alerts().clear(late_alert, run->alert_subject(), run->w_.now());
    if (r.state != operation_state::unsent) run->stage_ = step_parts::part_state::sent;
    switch (r.state) {
      case operation_state::unsent:
        if (!run->share_) return run->look_for_parts(id);
        return is_unsent(r) ? run->read_chains(id) : run->waiting(r.detail);
      case operation_state::pending: return run->not_final_yet(r);
      case operation_state::confirmed:
        return run->when_left(run->desk_.pair.from, r,
                              [run](const report& now) { run->find_deposit(now); });
      case operation_state::reverted: return run->failed(r.tx_hash, "the deposit reverted");
      case operation_state::dropped: return run->check_dropped(run->desk_.pair.from.nodes, id);
      case operation_state::in_doubt: return run->undecided(r);
    }
  });
}

/// Mined after its own deadline nobody would fill it, and the money would be back hours later only:
/// a human may still take its nonce away.
void across_run::not_final_yet(const report& r) {
  const auto since = timestamp::of_seconds(static_cast<std::int64_t>(detail_.seen_at.value_or(0)));
  if (!since.is_set() || w_.now() < since.plus(s_.fill_window))
    return in_flight(r, "sent: not final on the source chain");
  const auto why = "the deposit " + r.tx_hash.hex() +
                   " is not final by its own fill deadline: where it is not mined, its nonce is "
                   "better cancelled";
  w_.dir.gauges.alerts().raise(late_alert, alert_subject(), why, w_.now());
  stop_route(why);
  in_flight(r, "sent: not final on the source chain, past its fill deadline");
}

/// It may be on its way in parts, whatever is remembered of it.
void across_run::look_for_parts(const operation_id& id) {
  where_is(desk_.pair.from.account(), operation_of(x_, first_operation),
           [run = me(), id](const report& r) {
             if (is_unsent(r)) return run->read_chains(id);
             std::make_shared<across_split>(run->place_, run->x_, run->hand_over())->start();
           });
}

void across_run::read_chains(const operation_id& id) {
  const auto& p = desk_.pair;
  ask(p.from.nodes,
      {eth::block("latest"),
       eth::call({std::nullopt, p.input_token, balance_of_call(p.from.wallet), {}}),
       eth::call({std::nullopt, p.input_token, allowance_call(p.from.wallet, p.spoke_pool), {}})},
      [run = me(), id](std::vector<rpc_result>& r) { run->read_there(id, r); });
}

void across_run::read_there(const operation_id& id, std::vector<rpc_result>& r) {
  const auto head = eth::answer(r[0], eth::read_block);
  if (!head || !*head) return unreadable("the source chain is silent");
  if (!covered(r[1], desk_.pair.input_name, desk_.pair.from.name)) return;
  const auto data = eth::bytes_of(r[2]);
  const auto allowed = data ? abi::reader{*data}.word(0) : std::nullopt;
  if (!allowed) return unreadable("the allowance cannot be read");
  if (!detail_.since_block && !sent_before()) detail_.since_block = (*head)->number;
  if (*allowed < uint256::of(static_cast<std::uint64_t>(x_.amount_in.micro)))
    return approve(
        desk_.pair.from,
        operation_of(x_, share_ && share_->sent_before ? "approve/" + share_->name : "approve"),
        desk_.pair.input_token, desk_.pair.spoke_pool);
  ask(desk_.pair.to.nodes, {eth::block("latest")},
      [run = me(), id, here = **head](std::vector<rpc_result>& there) {
        const auto block = eth::answer(there[0], eth::read_block);
        if (!block || !*block) return run->unreadable("the destination chain is silent");
        if (!run->detail_.from_block) run->detail_.from_block = (*block)->number;
        run->ask_price(id, here.number, here.timestamp, (*block)->timestamp);
      });
}

/// Last, so that nothing is older than the offer when it is signed.
void across_run::ask_price(const operation_id& id, std::uint64_t head, std::uint64_t source_time,
                           std::uint64_t destination_time) {
  fetch(desk_.door.web,
        {across::fees_request(s_.api_url, desk_.door.key, s_.integrator_id,
                              question_of(desk_, x_.amount_in)),
         s_.timeout},
        [run = me(), id, head, source_time, destination_time](const net::http_result& r) {
          const auto fees = across::read_fees(r);
          if (!fees.offer) return run->held("waits: " + fees.problem);
          auto terms = terms_of(run->desk_, run->x_.amount_in);
          terms.source_time = source_time;
          terms.destination_time = destination_time;
          run->judge_offer(id, head, terms, *fees.offer);
        });
}

void across_run::judge_offer(const operation_id& id, std::uint64_t head,
                             const across::deposit_terms& terms, const across::fee_answer& offer) {
  const auto judged = across::guard(s_.guards, terms, offer);
  if (judged.call) return deposit(id, head, *judged.call);
  above_limit_ = judged.violated == across::instant_guard;
  if (above_limit_ && !share_)
    if (auto parts = step_parts::parts_of(x_.amount_in, offer.most_at_once, s_.most_parts);
        !parts.empty())
      return plan(std::move(parts));
  if (may_say("guard"))
    spdlog::warn("route.guard conversion={} guard={} output={} fee={}", x_.conversion.text(),
                 judged.violated, offer.output_amount, offer.total_fee);
  held("waits: guard " + judged.violated);
}

/// The books have it before the first part is sent. That look follows at once: it is not one that
/// waits.
void across_run::plan(std::vector<step_parts::part> parts) {
  if (asked_again()) return waiting("not as it was done");
  for (auto& p : parts) p.since_block = detail_.since_block;
  detail_.parts = step_parts::text_of(parts);
  calls_ = 0;
  held("goes in " + std::to_string(parts.size()) + " parts: more than is filled at once");
}

void across_run::deposit(const operation_id& id, std::uint64_t head,
                         const across::deposit_call& call) {
  const auto& p = desk_.pair;
  auto go = [run = me(), id, call] {
    run->stage_ = step_parts::part_state::sent;
    run->detail_.seen_at = static_cast<std::uint64_t>(run->w_.now().seconds());
    run->send(
        run->desk_.pair.from.account(), id, "across",
        {run->desk_.pair.spoke_pool, across::deposit_data(call, run->desk_.integrator), {}, 0});
  };
  if (!sent_before()) return go();
  check_sends(
      p.from, head,
      {p.spoke_pool,
       {across::deposited_topic(), std::nullopt, std::nullopt, abi::word_of(p.from.wallet)}},
      deposited_amount, std::move(go));
}

void across_run::find_deposit(const report& r) {
  tx_ = r.tx_hash;
  deposited_in_ = r.block_number;
  const auto& p = desk_.pair;
  relay_ = across::find_deposit(entries_of(r), p.spoke_pool, p.from.wallet, p.from.chain_id,
                                p.to.chain_id);
  const auto ours = uint256::of(static_cast<std::uint64_t>(x_.amount_in.micro));
  if (!relay_ || relay_->input_amount != ours ||
      relay_->input_token != abi::word_of(p.input_token) ||
      relay_->output_token != abi::word_of(p.output_token) ||
      relay_->recipient != abi::word_of(p.to.wallet))
    return unreadable("the deposit's receipt does not show it");
  detail_.guid = across::relay_hash(*relay_, p.to.chain_id);
  stage_ = step_parts::part_state::deposited;
  look_for_arrival();
}

}  // namespace headroom::chain
