#include "chain/treasury/cashier_actor.hpp"

#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/evm/finality.hpp"
#include "chain/evm/wallet_actor.hpp"
#include "chain/treasury/covered_usdc.hpp"
#include "chain/treasury/receipt_search.hpp"
#include "domain/operation.hpp"

namespace headroom::chain {
namespace {

using actors::operation_report;
using actors::transfer_progress;
using actors::transfer_state;

constexpr std::size_t most_waiting = 1'024;  // to be sent
constexpr std::chrono::seconds forget_every{30};

/// The wallet neither has it nor is about to, or the books have it, which count it themselves.
bool is_definite(const operation_report& r) { return r.detail != being_prepared; }

// -- what an earlier life asked for --------------------------------------------------------------

void past_answered(cashier_self self, bool clear) {
  auto& st = self->state;
  st.past_unclear = st.past_unclear || !clear;
  if (--st.past_unanswered > 0) return;
  st.before = st.past_unclear ? cashier_state::past::unread : cashier_state::past::known;
}

/// Of its tries the newest counts: the ones before it are over.
void ask_past(cashier_self self, const withdrawal& x, std::uint8_t attempt) {
  auto& st = self->state;
  ++st.past_unanswered;
  const auto wallet = st.w->dir.handles.wallet({st.settings.chain_id, st.settings.account});
  if (!wallet) return past_answered(self, false);
  const auto id = transfer_of(x.id, attempt);
  self->request(wallet, st.w->settings.patience.load, actors::get_atom::value, id)
      .then(
          [self, x, attempt, id](const operation_report& r) {
            if (!is_definite(r)) self->state.unheard[id] = paid_out(x);
            const bool ended =
                r.state == operation_state::reverted || r.state == operation_state::dropped;
            if (ended && attempt < UINT8_MAX) ask_past(self, x, attempt + 1);
            past_answered(self, true);
          },
          [self](const caf::error&) { past_answered(self, false); });
}

void read_past(cashier_self self) {
  auto& st = self->state;
  const auto query = st.w->dir.handles.get<actors::query_actor>();
  if (!query) return;
  st.before = cashier_state::past::being_read;
  st.past_unclear = false;
  st.past_unanswered = 1;
  self->request(query, st.w->settings.patience.load, actors::work_atom::value, std::uint32_t{0},
                std::uint32_t{0})
      .then(
          [self](const unfinished_work& work) {
            for (const auto& x : work.open_withdrawals)
              if (!waits_for_approval(x)) ask_past(self, x, 0);
            past_answered(self, true);
          },
          [self](const caf::error&) { past_answered(self, false); });
}

// -- what is over --------------------------------------------------------------------------------

/// Only the wallet's word ends it: that nobody asks any more says nothing of the money.
void ask_unheard(cashier_self self, const operation_id& id) {
  const auto& st = self->state;
  const auto wallet = st.w->dir.handles.wallet({st.settings.chain_id, st.settings.account});
  if (!wallet) return;
  self->request(wallet, st.w->settings.patience.load, actors::get_atom::value, id)
      .then(
          [self, id](const operation_report& r) {
            if (is_definite(r)) self->state.unheard.erase(id);
          },
          [](const caf::error&) {});
}

void ask_all_unheard(cashier_self self) {
  for (const auto& [id, amount] : self->state.unheard) ask_unheard(self, id);
}

/// Whoever waits asks again: what nobody has asked for so long is over, or an operator's.
void forget_old(cashier_self self) {
  auto& st = self->state;
  const auto& waits = st.w->settings.withdrawal;
  const auto before = self->clock().now() - 3 * (waits.longest_poll + waits.step_timeout);
  std::erase_if(st.told_short, [&](const auto& x) { return x.second < before; });
  if (st.told_short.empty())
    st.w->dir.gauges.alerts().clear(withdrawal_short_alert, "", st.w->now());
}

/// One answer to one question. Lives in the callbacks of its own questions; answers exactly once.
class transfer_run : public std::enable_shared_from_this<transfer_run> {
 public:
  using promise = caf::typed_response_promise<transfer_progress>;

  transfer_run(cashier_self self, actors::transfer_usdc x, promise p)
      : self_{self},
        st_{self->state},
        w_{*self->state.w},
        s_{self->state.settings},
        x_{std::move(x)},
        promise_{std::move(p)} {}

  void start() {
    const auto wallet = w_.dir.handles.wallet({s_.chain_id, s_.account});
    if (!wallet) return unsent("no wallet", true);
    self_->request(wallet, patience(), actors::get_atom::value, x_.id)
        .then([run = me()](const operation_report& r) { run->stands(r); },
              [run = me()](const caf::error& e) { run->no_word(e); });
  }

 private:
  std::shared_ptr<transfer_run> me() { return shared_from_this(); }
  [[nodiscard]] std::chrono::milliseconds patience() const { return w_.settings.patience.load; }

  void stands(const operation_report& r) {
    if (is_definite(r)) {
      st_.unheard.erase(x_.id);
    } else {
      st_.unheard[x_.id] = x_.amount;
    }
    switch (r.state) {
      case operation_state::unsent: return consider_sending();
      case operation_state::pending: return answer(transfer_state::under_way, r.tx_hash, "");
      case operation_state::confirmed: return confirmed(r);
      case operation_state::reverted: return check_revert(r.tx_hash);
      case operation_state::dropped: return check_dropped(r);
      case operation_state::in_doubt: return answer(transfer_state::unknown, r.tx_hash, r.detail);
    }
  }

  // -- sending -----------------------------------------------------------------------------------

  /// Asked again when its turn has come: a pause stops what waits in line as well.
  [[nodiscard]] bool may_go_out() const {
    using word = actors::withdrawal_gauge::word;
    const auto now = w_.dir.gauges.withdrawals().look();
#ifdef HEADROOM_PLANTED_PAUSE_IGNORED  // for tests/simulation alone, which must notice
    return now != word::unknown;
#endif
    return now == word::open;
  }

  void consider_sending() {
    if (!x_.may_send) return unsent("it may not be sent", false);
    if (!may_go_out()) return unsent("paused", false);
    if (st_.before != cashier_state::past::known) {
      if (st_.before == cashier_state::past::unread) read_past(self_);
      return unsent("what was asked for before is being read", false);
    }
    if (st_.sending == x_.id) return unsent("it is being sent", false);
    cashier_turn turn{x_.id, [run = me()] { run->read_books(); },
                      [run = me()] { run->unsent("it was asked for again", false); }};
    const auto waits = std::find_if(st_.to_send.begin(), st_.to_send.end(),
                                    [&](const auto& other) { return other.id == x_.id; });
    if (waits != st_.to_send.end()) {  // who asked before has given up: the place in line stays
      std::swap(*waits, turn);
      return turn.give_way();
    }
    if (st_.to_send.size() >= most_waiting) return unsent("too many transfers wait", true);
    st_.to_send.push_back(std::move(turn));
    if (!st_.sending) send_next(self_);
  }

  /// The next one's turn, once the one before is over.
  static void send_next(cashier_self self) {
    auto& st = self->state;
    st.sending.reset();
    if (st.to_send.empty()) return;
    const auto turn = std::move(st.to_send.front());
    st.to_send.pop_front();
    st.sending = turn.id;
    turn.begin();
  }

  void read_books() {
    in_turn_ = true;
    const auto query = w_.dir.handles.get<actors::query_actor>();
    if (!query) return unsent("the books cannot be read", true);
    self_->request(query, patience(), actors::solvency_atom::value)
        .then([run = me()](const trial_balance& t) { run->read_head(t.leaving); },
              [run = me()](const caf::error&) { run->unsent("the books cannot be read", true); });
  }

  void read_head(usdc leaving) {
    ask_one_node(self_, st_.rpc, head_calls(s_.finality), std::nullopt,
                 [run = me(), leaving](std::vector<rpc_result>& r) {
                   const auto head = chain::read_head(run->s_.finality, r);
                   if (!head) return run->unsent("the chain's head cannot be read", true);
                   run->read_balance(*head, leaving);
                 });
  }

  void read_balance(const chain_head& head, usdc leaving) {
    const eth::call_parameters balance{std::nullopt, s_.usdc, balance_of_call(s_.account), {}, 0};
    ask_one_node(self_, st_.rpc,
                 {eth::call(balance, eth::quantity(head.final_number)), eth::call(balance)},
                 head.node, [run = me(), leaving](std::vector<rpc_result>& r) {
                   const auto there = covered_by(r[0], r[1]);
                   if (!there) return run->unsent("the account's USDC cannot be read", true);
                   run->send_if_covered(sub_saturating(*there, leaving));
                 });
  }

  void send_if_covered(usdc free) {
    if (!may_go_out()) return unsent("paused", false);
    for (const auto& [id, amount] : st_.unheard)
      if (id != x_.id) free = sub_saturating(free, amount);
    if (free < x_.amount) {
      const auto why = "a withdrawal of " + to_string(x_.amount) +
                       " USDC waits: the account's final USDC, less what is on its way, is " +
                       to_string(free);
      st_.told_short[x_.id] = self_->clock().now();
      w_.dir.gauges.alerts().raise(withdrawal_short_alert, "", why, w_.now());
      is_short_ = true;
      return unsent(why, false);
    }
    const auto wallet = w_.dir.handles.wallet({s_.chain_id, s_.account});
    if (!wallet) return unsent("no wallet", true);
    const auto amount = uint256::of(static_cast<std::uint64_t>(x_.amount.micro));
    const auto gas = x_.prove_revert ? s_.proof_gas : 0;  // 0: estimated, which finds a revert
    self_
        ->request(wallet, w_.settings.patience.append,
                  actors::send_transaction{x_.id,
                                           std::string{withdrawal_purpose},
                                           {s_.usdc, transfer_call(x_.to, amount), {}, gas}})
        .then(
            [run = me()](const operation_report& r) {
              run->st_.unheard.erase(run->x_.id);
              run->answer(transfer_state::under_way, r.tx_hash, "sent");
            },
            [run = me()](const caf::error& e) { run->not_sent(e); });
  }

  /// A call that would revert now, or cannot be paid for, is not sent. Anything else may be on its
  /// way to the outbox: the next look finds out.
  void not_sent(const caf::error& e) {
    const bool heard = actors::is_verdict(e) && actors::code_of(e) != errc::in_doubt;
    if (heard)
      st_.unheard.erase(x_.id);
    else if (!actors::never_received(e))
      st_.unheard[x_.id] = x_.amount;
    const auto detail = actors::detail_of(e);
    transfer_progress out;
    out.would_revert = detail.starts_with(would_revert);
    out.detail =
        "the wallet: " + (detail.empty() ? std::string{to_string(actors::code_of(e))} : detail);
    st_.last_problem = out.detail;
    deliver(std::move(out));
  }

  // -- looking -----------------------------------------------------------------------------------

  [[nodiscard]] bool is_ours(const log_entry& log) const {
    const auto moved = decode_transfer(log);
    return moved && moved->token == s_.usdc && moved->from == s_.account && moved->to == x_.to &&
           moved->value == uint256::of(static_cast<std::uint64_t>(x_.amount.micro));
  }

  void paid(const hash256& tx) {
    ++st_.done;
    answer(transfer_state::done, tx, "");
  }

  /// Finality by amount, as for conversions: the end of a large one is the chain's own final word,
  /// of which nothing is taken back.
  void confirmed(const operation_report& r) {
    const bool shows_it = std::any_of(r.logs.begin(), r.logs.end(), [&](const auto& log) {
      return is_ours({log.emitter, log.topics, log.data, r.tx_hash, r.block_number});
    });
    if (!shows_it) return unknown(r.tx_hash, "its receipt does not show this transfer");
    if (!s_.finality.is_large(x_.amount)) return paid(r.tx_hash);
    ask_settled([tx = r.tx_hash](transfer_run& run, const std::optional<chain_head>& head) {
      if (!head)
        return run.answer(transfer_state::under_way, tx, "mined; the chain's head cannot be read");
      run.read_payment(tx, head->final_number);
    });
  }

  void read_payment(const hash256& tx, std::uint64_t final_number) {
    ask_every_node(self_, st_.rpc, eth::transaction_receipt(tx),
                   [run = me(), tx, final_number](const std::vector<rpc_result>& words) {
                     bool shown = false;
                     for (const auto& word : words) {
                       const auto receipt = eth::answer(word, eth::read_receipt);
                       if (!receipt || !*receipt) continue;
                       const auto& logs = (*receipt)->logs;
                       if (std::none_of(logs.begin(), logs.end(),
                                        [&](const auto& log) { return run->is_ours(log); }))
                         return run->unknown(tx,
                                             "booked as mined, but a node shows no transfer by it");
                       if ((*receipt)->block_number > final_number)
                         return run->answer(transfer_state::under_way, tx, "mined, not final");
                       shown = true;
                     }
                     if (!shown)
                       return run->answer(transfer_state::under_way, tx, "mined, no receipt now");
                     run->paid(tx);
                   });
  }

  /// Asks for the chain's own last word: the newest block that the nodes call final, not depth
  /// alone where they name one. `then(run, head)`, nothing when it cannot be read.
  template <class Then>
  void ask_settled(Then then) {
    auto rule = s_.finality;
    if (rule.word == final_by::either) rule.word = final_by::both;
    ask_one_node(self_, st_.rpc, head_calls(rule), std::nullopt,
                 [run = me(), rule, then](std::vector<rpc_result>& r) {
                   auto head = chain::read_head(rule, r);
                   if (head && !head->tagged) head = chain::read_head(run->s_.finality, r);
                   then(*run, head);
                 });
  }

  /// Money is given back for it, so the block must be settled, and then the receipt is read again.
  void check_revert(const hash256& tx) {
    ask_settled([tx](transfer_run& run, const std::optional<chain_head>& head) {
      if (!head)
        return run.answer(transfer_state::under_way, tx,
                          "reverted; the chain's head cannot be read");
      run.read_revert(tx, head->final_number);
    });
  }

  void read_revert(const hash256& tx, std::uint64_t final_number) {
    ask_every_node(
        self_, st_.rpc, eth::transaction_receipt(tx),
        [run = me(), tx, final_number](const std::vector<rpc_result>& words) {
          bool shown = false;
          for (const auto& word : words) {
            const auto receipt = eth::answer(word, eth::read_receipt);
            if (!receipt || !*receipt) continue;
            if ((*receipt)->succeeded)
              return run->unknown(tx, "booked as reverted, but a node shows that it succeeded");
            if ((*receipt)->block_number > final_number)
              return run->answer(transfer_state::under_way, tx, "reverted, not final");
            shown = true;
          }
          if (!shown) return run->answer(transfer_state::under_way, tx, "reverted, no receipt now");
          run->answer(transfer_state::reverted, tx, "");
        });
  }

  /// The wallet has named the transaction that used the nonce instead, however long ago.
  void check_dropped(const operation_report& r) {
    const auto query = w_.dir.handles.get<actors::query_actor>();
    if (!query) return unknown(r.tx_hash, "dropped; the outbox cannot be read");
    self_->request(query, patience(), actors::get_atom::value, x_.id)
        .then(
            [run = me(), tx = r.tx_hash](const std::vector<chain_operation>& rows) {
              if (rows.empty()) return run->unknown(tx, "dropped, and not in the outbox");
              search_receipts(run->self_, run->st_.rpc, acting_attempts(rows),
                              [run, tx, nonce = rows.front().nonce](const std::string& problem) {
                                if (!problem.empty()) return run->unknown(tx, problem);
                                run->check_nonce(tx, nonce);
                              });
            },
            [run = me(), tx = r.tx_hash](const caf::error&) {
              run->unknown(tx, "dropped; the outbox cannot be read");
            });
  }

  /// What took the nonce may have been final by depth alone. While a reorganisation can still free
  /// it, nothing is sent in the place of this one: both would be mined.
  void check_nonce(const hash256& tx, std::uint64_t nonce) {
    ask_settled([tx, nonce](transfer_run& run, const std::optional<chain_head>& head) {
      if (!head)
        return run.answer(transfer_state::under_way, tx,
                          "dropped; the chain's head cannot be read");
      ask_one_node(run.self_, run.st_.rpc,
                   {eth::transaction_count(run.s_.account, eth::quantity(head->final_number))},
                   head->node, [run = run.me(), tx, nonce](std::vector<rpc_result>& r) {
                     const auto count = eth::answer(r[0], eth::read_number);
                     const bool settled = count && *count > nonce;
                     run->answer(settled ? transfer_state::dropped : transfer_state::under_way, tx,
                                 settled ? "" : "dropped, in a block that is not final");
                   });
    });
  }

  // -- answers -----------------------------------------------------------------------------------

  /// Where it stands is not known now, and nothing was done.
  void no_word(const caf::error& e) {
    st_.last_problem = "the wallet: " + std::string{to_string(actors::code_of(e))};
    promise_.deliver(make_error(errc::unavailable, st_.last_problem));
  }

  void unsent(std::string why, bool is_problem) {
    if (is_problem) st_.last_problem = why;
    answer(transfer_state::unsent, {}, std::move(why));
  }

  void unknown(const hash256& tx, std::string why) {
    st_.last_problem = why;
    answer(transfer_state::unknown, tx, std::move(why));
  }

  void answer(transfer_state state, const hash256& tx, std::string detail) {
    transfer_progress out;
    out.state = state;
    out.tx_hash = tx;
    out.detail = std::move(detail);
    deliver(std::move(out));
  }

  void deliver(transfer_progress out) {
    if (!is_short_) st_.told_short.erase(x_.id);
    forget_old(self_);
    promise_.deliver(std::move(out));
    if (std::exchange(in_turn_, false)) send_next(self_);
  }

  cashier_self self_;
  cashier_state& st_;
  const actors::world& w_;
  const cashier_settings& s_;
  const actors::transfer_usdc x_;
  promise promise_;
  bool in_turn_ = false;  // the others wait for its end
  bool is_short_ = false;
};

caf::result<transfer_progress> transfer(cashier_self self, const actors::transfer_usdc& x) {
  ++self->state.asked;
  if (!x.amount.is_positive() || x.to.is_zero()) return make_error(errc::invariant_violated);
  auto promise = self->make_response_promise<transfer_progress>();
  std::make_shared<transfer_run>(self, x, promise)->start();
  return promise;
}

}  // namespace

actors::cashier_actor::behavior_type cashier_behavior(cashier_self self, actors::world_ptr w,
                                                      cashier_settings settings, rpc_actor rpc) {
  auto& st = self->state;
  st.w = std::move(w);
  st.settings = settings;
  st.rpc = std::move(rpc);
  self->send(self, actors::poll_atom::value);
  return {
      [self](const actors::transfer_usdc& x) { return transfer(self, x); },
      [self](actors::poll_atom) {
        self->delayed_send(self, forget_every, actors::poll_atom::value);
        if (self->state.before == cashier_state::past::unread) read_past(self);
        ask_all_unheard(self);
        forget_old(self);
      },
      [self](actors::status_atom) {
        const auto& s = self->state;
        return actors::status_report{cashier_state::name,
                                     {{"account", s.settings.account.hex()},
                                      {"asked", std::to_string(s.asked)},
                                      {"done", std::to_string(s.done)},
                                      {"waiting", std::to_string(s.to_send.size())},
                                      {"last_problem", s.last_problem}}};
      },
  };
}

}  // namespace headroom::chain
