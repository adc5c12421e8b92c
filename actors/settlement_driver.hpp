#pragma once

#include "actors/alerts.hpp"
#include "actors/settlement_actor.hpp"

/// The settlement actor's work, for its own files: settlement_actor (what is to be looked at, and
/// markets), settlement_run (one condition: resolved? redeemed? enough?), settlement_payout (its
/// users).
namespace headroom::actors {

class settlement_driver {
 public:
  explicit settlement_driver(settlement_self self)
      : self_{self}, st_{self->state}, w_{*self->state.w} {}

  void poll();
  [[nodiscard]] caf::result<settlement_view> look_now(const hash256& condition);
  void next_slice(const hash256& condition);

 private:
  using run = settlement_state::run;
  using time_point = settlement_state::time_point;
  /// Names one look: what comes after it ended is about nothing.
  struct run_key {
    hash256 condition;
    std::uint64_t epoch = 0;
  };

  // settlement_actor.cpp
  void read_work();
  void found(const settlement_work& work);
  void start_waiting();
  [[nodiscard]] bool is_due(const hash256& condition) const;
  void ask_tokens();
  void record(const uint256& token, record_market market);
  void token_ended(const uint256& token, std::chrono::milliseconds again);

  // settlement_run.cpp
  void begin(const hash256& condition, bool at_chain,
             std::vector<caf::typed_response_promise<settlement_view>> askers);
  void read_view(const run_key& k, void (settlement_driver::*next)(const run_key&, run&));
  void viewed(const run_key& k, run& r);
  void ask_resolved(const run_key& k);
  void resolved(const run_key& k, run& r, const condition_state& state);
  void redeem_next(const run_key& k);
  void redeemed(const run_key& k, run& r, const operation_id& id, const redeem_progress& p);
  void judge(const run_key& k, run& r);
  void rest(const run_key& k, std::chrono::milliseconds wait);
  void end(const run_key& k, const caf::error* why, std::chrono::milliseconds wait);
  void failed(const run_key& k, const char* what, const caf::error& why);
  void note_open(const settlement_view& view);
  void show(std::string_view kind, const hash256& condition, bool lasts, const std::string& text);

  // settlement_payout.cpp
  void read_slice(const run_key& k);
  void send_slice(const run_key& k, run& r, const std::vector<position>& positions);
  void answered(const run_key& k, run& r, const caf::error* why);
  void finish(const run_key& k, run& r);
  void closed(const run_key& k, run& r, usdc remainder);
  void drop_lost_slices();
  void tell_owner(const actors::journal_actor& journal, const address& user);

  [[nodiscard]] run* find(const run_key& k) {
    const auto i = st_.live.find(k.condition);
    return i == st_.live.end() || i->second.epoch != k.epoch ? nullptr : &i->second;
  }
  /// One question of a look; without an answer the look is over.
  template <class Answer, class Handle, class Done, class... Ts>
  void ask(const run_key& k, const char* what, const Handle& to, std::chrono::milliseconds timeout,
           Done done, Ts&&... xs) {
    if (!to) return failed(k, what, make_error(errc::unavailable));
    self_->request(to, timeout, std::forward<Ts>(xs)...)
        .then(
            [self = self_, k, done](Answer& x) {
              settlement_driver d{self};
              if (auto* r = d.find(k)) done(d, *r, x);
            },
            [self = self_, k, what](const caf::error& e) {
              settlement_driver d{self};
              if (d.find(k) != nullptr) d.failed(k, what, e);
            });
  }
  template <class Done>
  void append_entry(const run_key& k, journal_entry entry, Done done) {
    const char* what = name_of(entry);
    ask<committed>(
        k, what, w_.dir.handles.get<journal_actor>(), w_.settings.patience.append,
        [done](settlement_driver d, run& r, const committed&) { done(d, r); },
        append{std::move(entry)});
  }

  [[nodiscard]] time_point now() const { return self_->clock().now(); }
  [[nodiscard]] bool may_say(const std::string& cause) { return st_.lines.due(cause, now()); }
  [[nodiscard]] const settlement_settings& bounds() const { return w_.settings.settlement; }

  settlement_self self_;
  settlement_state& st_;
  const world& w_;
};

/// What is left of what was received, for those who are not paid yet.
[[nodiscard]] inline usdc left_of(const settlement& s) noexcept {
  return sub_saturating(sub_saturating(s.received, s.paid), s.remainder);
}
[[nodiscard]] inline bool is_opened(const settlement& s) noexcept {
  return !s.payouts.numerators.empty();
}

}  // namespace headroom::actors
