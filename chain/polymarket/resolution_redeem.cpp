#include <spdlog/spdlog.h>

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/evm/wallet_actor.hpp"
#include "chain/polymarket/resolution_desk.hpp"

/// One redeeming of one condition for one account: looked at first, then tried by eth_call, then
/// sent through the account's wallet; proven by its receipt.
namespace headroom::chain::polymarket {
namespace {

using actors::operation_report;
using actors::redeem_progress;
using actors::redeem_state;

/// Transactions of one redeeming: one that reverted, or lost its nonce, is followed by another. A
/// call that would revert is never sent, so this is for what changed in between.
constexpr std::uint32_t most_attempts = 20;

operation_id attempt_of(const operation_id& id, std::uint32_t attempt) {
  if (attempt == 0) return id;
  return operation_id::from_digest(
      keccak256("redeem/" + id.text() + "/" + std::to_string(attempt)));
}

/// A way to redeem.
struct candidate {
  address adapter;
  byte_vector call;
};

class redeem_run : public std::enable_shared_from_this<redeem_run> {
 public:
  redeem_run(resolution_self self, actors::redeem_condition what,
             question_ptr<redeem_progress> question)
      : self_{self}, st_{self->state}, x_{std::move(what)}, question_{std::move(question)} {}

  void start() {
    const bool ours =
        std::find(st_.accounts.begin(), st_.accounts.end(), x_.account) != st_.accounts.end();
    if (!ours || x_.market.tokens.size() < 2 || x_.market.tokens.size() > most_slots)
      return question_->fail(errc::invalid_field, "not an account or a market of ours");
    look();
  }

 private:
  // -- where it stands ---------------------------------------------------------------------------

  void look() {
    const auto wallet = this->wallet();
    if (!wallet) return preview();  // an account that holds nothing of it needs none
    self_
        ->request(wallet, st_.w->settings.patience.append, actors::get_atom::value,
                  attempt_of(x_.id, attempt_))
        .then([run = shared_from_this()](const operation_report& r) { run->heard(r); },
              [run = shared_from_this()](const caf::error& e) { run->no_word(e); });
  }

  void heard(const operation_report& r) {
    switch (r.state) {
      case operation_state::unsent: return preview();
      case operation_state::pending: return under_way(r, "sent");
      case operation_state::in_doubt: return under_way(r, r.detail);
      case operation_state::confirmed: return r.logs.empty() ? read_receipt(r) : prove(r);
      case operation_state::reverted:
      case operation_state::dropped: break;
    }
    if (++attempt_ < most_attempts) return look();
    refused("reverted or lost its nonce " + std::to_string(most_attempts) + " times, last " +
                r.tx_hash.hex(),
            r.tx_hash);
  }

  void no_word(const caf::error& e) {
    const auto detail = actors::detail_of(e);
    unavailable("wallet: " +
                (detail.empty() ? std::string{to_string(actors::code_of(e))} : detail));
  }

  // -- what it would bring -----------------------------------------------------------------------

  /// What is held and what it is worth, now, by one node.
  void preview() {
    const auto& tokens = x_.market.tokens;
    const std::vector<address> owner{x_.account};
    const auto& ctf = st_.settings.contracts.conditional_tokens;
    std::vector<rpc_request> calls;
    calls.push_back(eth::call({std::nullopt, ctf, shares_held_call(owner, tokens), {}}));
    calls.push_back(
        eth::call({std::nullopt, ctf, payout_denominator_call(x_.market.condition), {}}));
    for (std::size_t slot = 0; slot < tokens.size(); ++slot)
      calls.push_back(
          eth::call({std::nullopt, ctf, payout_numerator_call(x_.market.condition, slot), {}}));
    ask_one_node(
        self_, st_.doors.chain, std::move(calls), std::nullopt,
        [run = shared_from_this()](const std::vector<rpc_result>& r) { run->previewed(r); });
  }

  void previewed(const std::vector<rpc_result>& r) {
    const auto slots = x_.market.tokens.size();
    const auto data = eth::bytes_of(r[0]);
    auto held = data ? read_shares_held(*data, slots) : std::nullopt;
    payout_vector payouts;
    for (std::size_t i = 1; i < r.size(); ++i) {
      const auto word = eth::bytes_of(r[i]);
      const auto value = word ? abi::reader{*word}.number(0) : std::nullopt;
      if (!value) return unavailable("its payouts cannot be read");
      if (i == 1) {
        payouts.denominator = *value;
      } else {
        payouts.numerators.push_back(*value);
      }
    }
    if (!held) return unavailable("what is held cannot be read");
    if (!is_valid(payouts)) return unavailable("this node does not show it resolved yet");
    for (std::size_t slot = 0; slot < slots; ++slot)
      worth_ = add_saturating(worth_, payout_of((*held)[slot], slot, payouts).value_or(usdc{}));
    if (!worth_.is_positive() && x_.missing)
      return search_seen(self_, x_, std::move(payouts), question_);
    if (!worth_.is_positive()) return nothing();
    find_ways(*held);
    ask_gains(r[0].node);
  }

  void find_ways(const std::vector<share_amount>& held) {
    const auto& c = st_.settings.contracts;
    const auto& condition = x_.market.condition;
    const auto adapter = x_.market.neg_risk ? c.neg_risk_collateral_adapter : c.collateral_adapter;
    ways_.push_back({adapter, redeem_all_call(c.collateral, condition, held.size())});
    if (x_.market.neg_risk) ways_.push_back({adapter, redeem_amounts_call(condition, held)});
  }

  void ask_gains(std::uint32_t node) {
    std::vector<rpc_request> calls;
    for (const auto& way : ways_)
      calls.push_back(
          ask_gain(x_.account, st_.settings.contracts.collateral, way.adapter, way.call));
    ask_one_node(self_, st_.doors.chain, std::move(calls), node,
                 [run = shared_from_this()](const std::vector<rpc_result>& r) { run->choose(r); });
  }

  /// The way that pays. Less than the shares are worth, rounding aside, is a human's decision: once
  /// they are burned nothing brings them back.
  void choose(const std::vector<rpc_result>& r) {
    std::optional<std::size_t> best;
    bool unreadable = false;
    bool unasked = false;
    std::vector<gain> gains;
    for (const auto& word : r) gains.push_back(read_gain(word));
    for (std::size_t i = 0; i < gains.size(); ++i) {
      unreadable = unreadable || gains[i].is == gain::word::unreadable;
      unasked = unasked || gains[i].is == gain::word::unasked;
      if (gains[i].is == gain::word::known && (!best || gains[i].amount > gains[*best].amount))
        best = i;
    }
    const auto rounding = usdc{static_cast<std::int64_t>(x_.market.tokens.size())};
    if (best && add_saturating(gains[*best].amount, rounding) >= worth_) return send(*best);
    if (unreadable) return unavailable("the redeeming cannot be tried");
    if (unasked) return ask_plainly();
    if (!best) return refused("would revert: " + gains.front().why, {});
    refused(
        "would pay " + to_string(gains[*best].amount) + " for shares worth " + to_string(worth_),
        {});
  }

  /// For nodes that take no state override: whether it reverts, and no more.
  void ask_plainly() {
    std::vector<rpc_request> calls;
    for (const auto& way : ways_)
      calls.push_back(eth::call({x_.account, way.adapter, way.call, {}}));
    ask_all(self_, st_.doors.chain, std::move(calls),
            [run = shared_from_this()](const std::vector<rpc_result>& r) {
              for (std::size_t i = 0; i < r.size(); ++i)
                if (r[i].status == rpc_status::ok) return run->send(i);
              if (r.front().status == rpc_status::error)
                return run->refused("would revert: " + eth::revert_reason(r.front().error), {});
              run->unavailable("the redeeming cannot be tried");
            });
  }

  // -- sending -----------------------------------------------------------------------------------

  void send(std::size_t way) {
    const auto wallet = this->wallet();
    if (!wallet) return refused("nobody here sends for it: redeem for it by hand", {});
    ++st_.sent;
    const auto& w = ways_[way];
    self_
        ->request(wallet, st_.w->settings.patience.append,
                  actors::send_transaction{
                      attempt_of(x_.id, attempt_), "redeem", {w.adapter, w.call, {}, 0}})
        .then(
            [run = shared_from_this()](const operation_report& r) {
              if (r.state == operation_state::confirmed) return run->heard(r);
              run->under_way(r, "sent");  // an end without success is seen by the next look
            },
            [run = shared_from_this()](const caf::error& e) {
              const auto detail = actors::detail_of(e);
              if (detail.starts_with(would_revert)) return run->refused(detail, {});
              run->no_word(e);
            });
  }

  // -- the proof ---------------------------------------------------------------------------------

  /// Who sent it tells a hash and no events.
  void read_receipt(const operation_report& report) {
    ask_every_node(self_, st_.doors.chain, eth::transaction_receipt(report.tx_hash),
                   [run = shared_from_this(), report](const std::vector<rpc_result>& words) {
                     for (const auto& word : words) {
                       const auto receipt = eth::answer(word, eth::read_receipt);
                       if (receipt && *receipt)
                         return run->check_final(report, **receipt, word.node);
                     }
                     run->under_way(report, "no node shows its receipt");
                   });
  }

  void check_final(operation_report report, const eth::receipt& receipt, std::uint32_t node) {
    if (!receipt.succeeded) return refused("reverted in " + report.tx_hash.hex(), report.tx_hash);
    for (const auto& log : receipt.logs) report.logs.push_back({log.emitter, log.topics, log.data});
    ask_finality(self_, st_.doors.chain, st_.settings.finality, block_of(receipt), node,
                 [run = shared_from_this(), report](finality f) {
                   if (f == finality::reached) return run->prove(report);
                   run->under_way(report, "not final yet");
                 });
  }

  void prove(const operation_report& r) {
    std::vector<log_entry> logs;
    for (const auto& log : r.logs)
      logs.push_back({log.emitter, log.topics, log.data, r.tx_hash, r.block_number});
    const auto proof = read_redemption(logs, st_.settings.contracts, x_.account,
                                       x_.market.condition, x_.market.tokens);
    if (!proof) return refused("the events of " + r.tx_hash.hex() + " cannot be read", r.tx_hash);
    const bool did_nothing =
        proof->received.is_zero() && std::all_of(proof->burned.begin(), proof->burned.end(),
                                                 [](share_amount x) { return x.micro == 0; });
    if (did_nothing && ++attempt_ < most_attempts) return look();  // as if it had reverted
    redeem_progress out{redeem_state::done, r.tx_hash, proof->received, proof->burned, {}};
    if (proof->reported != proof->received)
      out.detail = "the Conditional Tokens paid " + to_string(proof->reported);
    question_->answer(std::move(out));
  }

  // -- answers -----------------------------------------------------------------------------------

  void under_way(const operation_report& r, std::string detail) {
    question_->answer({redeem_state::under_way, r.tx_hash, {}, {}, std::move(detail)});
  }
  void nothing() { question_->answer({redeem_state::nothing, {}, {}, {}, {}}); }
  void refused(std::string why, const hash256& tx) {
    st_.last_problem = why;
    question_->answer({redeem_state::refused, tx, {}, {}, std::move(why)});
  }
  void unavailable(std::string why) { question_->fail(errc::unavailable, std::move(why)); }
  [[nodiscard]] actors::wallet_actor wallet() const {
    return st_.w->dir.handles.wallet({st_.settings.chain_id, x_.account});
  }

  resolution_self self_;
  resolution_state& st_;
  actors::redeem_condition x_;
  question_ptr<redeem_progress> question_;
  std::uint32_t attempt_ = 0;
  usdc worth_;
  std::vector<candidate> ways_;
};

}  // namespace

void redeem(resolution_self self, actors::redeem_condition what,
            question_ptr<redeem_progress> question) {
  std::make_shared<redeem_run>(self, std::move(what), std::move(question))->start();
}

}  // namespace headroom::chain::polymarket
