#include "actors/settlement_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/settlement_driver.hpp"

/// What is to be looked at: pages of conditions from the books, and tokens whose market nobody has
/// recorded.
namespace headroom::actors {
namespace {

constexpr std::size_t most_waiting = 10'000;
constexpr std::size_t most_by_hand = 16;  // looks that operators want, beside the others
constexpr std::size_t most_askers = 64;   // of one look

hash256 digest_of_text(const digest_function& digest, const std::string& text) {
  return digest({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

payout_id payout_of_position(const digest_function& digest, const uint256& token,
                             const address& user) {
  return payout_id::from_digest(digest_of_text(digest, "payout/" + token.hex() + "/" + user.hex()));
}

operation_id redeeming_of(const digest_function& digest, const hash256& condition,
                          const address& account, std::size_t round) {
  return operation_id::from_digest(digest_of_text(
      digest, "redeem/" + condition.hex() + "/" + account.hex() + "/" + std::to_string(round)));
}

operation_id redemption_seen_in(const digest_function& digest, const hash256& condition,
                                const address& account, const hash256& transaction) {
  return operation_id::from_digest(digest_of_text(
      digest, "redeemed/" + condition.hex() + "/" + account.hex() + "/" + transaction.hex()));
}

// -- conditions ----------------------------------------------------------------------------------

void settlement_driver::poll() {
  self_->delayed_send(self_, bounds().poll, poll_atom::value);
  drop_lost_slices();
  start_waiting();
  if (st_.waiting.empty()) read_work();
  ask_tokens();
}

void settlement_driver::read_work() {
  const auto query = w_.dir.handles.get<query_actor>();
  if (!query || std::exchange(st_.reading, true)) return;
  self_->request(query, w_.settings.patience.append, work_atom::value, st_.after, bounds().page)
      .then(
          [self = self_](const settlement_work& work) {
            self->state.reading = false;
            settlement_driver{self}.found(work);
          },
          [self = self_](const caf::error& e) {
            self->state.reading = false;
            if (settlement_driver{self}.may_say("work"))
              spdlog::warn("settlement.work_unread code={}", to_string(code_of(e)));
          });
}

/// A full page may hide more: the next one is read as soon as this one is through.
void settlement_driver::found(const settlement_work& work) {
  const bool full = work.conditions.size() >= bounds().page;
  st_.after = full ? work.conditions.back() : hash256{};
  for (const auto& condition : work.conditions)
    if (is_due(condition) && !st_.live.contains(condition) && st_.waiting.size() < most_waiting)
      st_.waiting.push_back(condition);
  for (const auto& token : work.unrecorded)
    if (st_.tokens.size() < bounds().page && !st_.asked.contains(token) &&
        std::find(st_.tokens.begin(), st_.tokens.end(), token) == st_.tokens.end())
      st_.tokens.push_back(token);
  ask_tokens();
  start_waiting();
}

bool settlement_driver::is_due(const hash256& condition) const {
  const auto i = st_.known.find(condition);
  return i == st_.known.end() || now() >= i->second.next_look;
}

void settlement_driver::start_waiting() {
  while (!st_.waiting.empty() && st_.live.size() < bounds().at_once) {
    const auto next = st_.waiting.front();
    st_.waiting.pop_front();
    if (!st_.live.contains(next) && is_due(next)) begin(next, false, {});
  }
  if (st_.waiting.empty() && !st_.after.is_zero()) read_work();
}

caf::result<settlement_view> settlement_driver::look_now(const hash256& condition) {
  const auto i = st_.live.find(condition);
  const bool full = i == st_.live.end() ? st_.live.size() >= bounds().at_once + most_by_hand
                                        : i->second.askers.size() >= most_askers;
  if (full) return make_error(errc::overloaded);
  auto promise = self_->make_response_promise<settlement_view>();
  if (i == st_.live.end()) {
    begin(condition, true, {promise});
  } else {
    i->second.askers.push_back(promise);
  }
  return promise;
}

// -- markets -------------------------------------------------------------------------------------

void settlement_driver::ask_tokens() {
  const auto resolution = w_.dir.handles.get<resolution_actor>();
  while (resolution && !st_.tokens.empty() && st_.asked.size() < bounds().at_once) {
    const auto token = st_.tokens.front();
    st_.tokens.pop_front();
    const auto rests = st_.next_ask.find(token);
    if (rests != st_.next_ask.end() && now() < rests->second) continue;
    st_.asked.insert(token);
    self_->request(resolution, bounds().step_timeout, find_market{token})
        .then(
            [self = self_, token](record_market& market) {
              settlement_driver{self}.record(token, std::move(market));
            },
            [self = self_, token](const caf::error& e) {
              settlement_driver d{self};
              const bool unknown = code_of(e) == errc::not_found;
              if (unknown)
                d.w_.dir.gauges.alerts().raise(settlement_alert::unknown_market, token.decimal(),
                                               "the venue knows no market of this token",
                                               d.w_.now());
              d.token_ended(token, unknown ? d.bounds().look_interval : d.bounds().poll);
            });
  }
}

void settlement_driver::record(const uint256& token, record_market market) {
  const auto journal = w_.dir.handles.get<journal_actor>();
  if (!journal) return token_ended(token, bounds().poll);
  market.at = w_.now();
  const auto condition = market.condition;
  self_->request(journal, w_.settings.patience.append, append{std::move(market)})
      .then(
          [self = self_, token, condition](const committed&) {
            settlement_driver d{self};
            ++d.st_.recorded;
            d.w_.dir.gauges.alerts().clear(settlement_alert::unknown_market, token.decimal(),
                                           d.w_.now());
            spdlog::info("settlement.market condition={} token={}", condition.hex(),
                         token.decimal());
            d.token_ended(token, d.bounds().poll);
          },
          [self = self_, token](const caf::error& e) {
            settlement_driver d{self};
            if (is_final(e))
              d.w_.dir.gauges.alerts().raise(
                  settlement_alert::unknown_market, token.decimal(),
                  "the books refuse its market: " + std::string{to_string(code_of(e))}, d.w_.now());
            d.token_ended(token, is_final(e) ? d.bounds().look_interval : d.bounds().poll);
          });
}

void settlement_driver::token_ended(const uint256& token, std::chrono::milliseconds again) {
  st_.asked.erase(token);
  if (st_.next_ask.size() >= most_waiting) st_.next_ask.erase(st_.next_ask.begin());
  // Half a poll less: the tick that is due then must not come too early.
  st_.next_ask.insert_or_assign(token, now() + again - bounds().poll / 2);
  ask_tokens();
}

settlement_actor::behavior_type settlement_behavior(settlement_self self, world_ptr w,
                                                    digest_function digest) {
  self->state.w = std::move(w);
  self->state.digest = std::move(digest);
  // What an earlier one raised it may have ended without seeing it: found again, if it lasts.
  for (const auto kind : settlement_alert::all)
    self->state.w->dir.gauges.alerts().clear_all(kind, self->state.w->now());
  self->send(self, poll_atom::value);
  return {
      [self](poll_atom, const hash256& condition) {
        return settlement_driver{self}.look_now(condition);
      },
      [self](poll_atom) { settlement_driver{self}.poll(); },
      [self](wake_atom, const hash256& condition) {
        settlement_driver{self}.next_slice(condition);
      },
      [self](status_atom) {
        const auto& st = self->state;
        return status_report{settlement_state::name,
                             {{"looking", std::to_string(st.live.size())},
                              {"waiting", std::to_string(st.waiting.size())},
                              {"open", std::to_string(st.open.size())},
                              {"markets_recorded", std::to_string(st.recorded)},
                              {"redeemed", std::to_string(st.redeemed)},
                              {"positions_paid", std::to_string(st.paid)},
                              {"closed", std::to_string(st.closed)}}};
      },
  };
}

}  // namespace headroom::actors
