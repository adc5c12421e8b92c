#include "chain/treasury/direct_route.hpp"

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/treasury/route_leg.hpp"

namespace headroom::chain {
namespace {

/// Payments proven in one look: each costs two calls.
constexpr std::size_t payments_at_once = 20;

/// One look at the conversion's payments: the books name each one's transaction, a node shows the
/// transfer in it, and that node's own chain says whether its block is final.
class direct_run final : public route_step {
 public:
  direct_run(direct_self self, actors::run_step x, promise p)
      : route_step{self, *self->state.w, self->state.tally, std::move(x), std::move(p)},
        st_{self->state},
        chain_{"Polygon", st_.settings.chain_id, st_.settings.wallet, st_.settings.finality, {},
               st_.rpc},
        rule_{rule_on(chain_)} {}

  void start() {
    if (!begin()) return;
    if (x_.step != 0) return unreadable("the route has no such step");
    if (!asked_again()) st_.open.insert_or_assign(x_.conversion, x_.amount_in);
    const auto query = w_.dir.handles.get<actors::query_actor>();
    if (!query) return books_are_silent();
    self_->request(query, w_.settings.patience.load, actors::get_atom::value, x_.conversion)
        .then([run = me()](const conversion& c) { run->read_payments(c.deposits); },
              [run = me()](const caf::error&) { run->books_are_silent(); });
  }

 private:
  [[nodiscard]] std::shared_ptr<direct_run> me() {
    return std::static_pointer_cast<direct_run>(shared_from_this());
  }
  void books_are_silent() { unreadable("the books cannot be read"); }

  /// The next ones that were not proven yet.
  void read_payments(const std::vector<deposit_id>& all) {
    count_ = all.size();
    const auto query = w_.dir.handles.get<actors::query_actor>();
    if (!query || all.empty()) return books_are_silent();
    const auto from = std::min(proven(), count_);
    const auto until = std::min(count_, from + payments_at_once);
    payments_.resize(until - from);
    if (payments_.empty()) return check_wallet();
    unread_ = payments_.size();
    for (auto i = from; i < until; ++i)
      self_->request(query, w_.settings.patience.load, actors::get_atom::value, all[i])
          .then([run = me(), at = i - from](deposit& d) { run->read(at, std::move(d)); },
                [run = me()](const caf::error&) { run->read({}, {}); });
  }

  /// Without a transaction it was not read.
  void read(std::size_t at, deposit d) {
    if (!d.tx_hash.is_zero()) payments_[at] = std::move(d);
    if (--unread_ > 0) return;
    if (std::any_of(payments_.begin(), payments_.end(),
                    [](const auto& p) { return p.tx_hash.is_zero(); }))
      return books_are_silent();
    look_for_transfers();
  }

  /// How many of the payments are proven as this look demands.
  [[nodiscard]] std::size_t& proven() {
    return (x_.wish == step_wish::go_on ? st_.proven : st_.tagged)[x_.conversion];
  }

  void look_for_transfers() {
    auto calls = head_calls(rule_);
    for (const auto& p : payments_) calls.push_back(eth::transaction_receipt(p.tx_hash));
    calls_ += static_cast<std::uint32_t>(calls.size());
    ask_one_node(self_, st_.rpc, std::move(calls), std::nullopt,
                 [run = me()](std::vector<rpc_result>& r) { run->found_transfers(r); });
  }

  /// What a node does not show is not gone: it is waited for.
  void found_transfers(std::vector<rpc_result>& r) {
    head_ = read_head(rule_, r);
    if (!head_) return unreadable("the chain is silent");
    saw_tag(chain_, head_->tagged);
    tx_ = payments_.front().tx_hash;
    const auto first = head_call_count(rule_);
    std::vector<rpc_request> calls;
    for (std::size_t i = 0; i < payments_.size(); ++i) {
      const auto receipt = eth::answer(r[first + i], eth::read_receipt);
      if (!receipt) return unreadable("a payment's receipt cannot be read");
      if (!*receipt) break;
      if (!(*receipt)->succeeded || !pays(**receipt, payments_[i]))
        return unreadable("in doubt: " + payments_[i].tx_hash.hex() + " is not the payment");
      blocks_.push_back(block_of(**receipt));
      calls.push_back(eth::block(eth::quantity(blocks_.back().number)));
    }
    calls_ += static_cast<std::uint32_t>(calls.size());
    ask_one_node(self_, st_.rpc, std::move(calls), head_->node,
                 [run = me()](std::vector<rpc_result>& b) { run->judge(b); });
  }

  /// By who paid whom, not by its place: a block that was replaced may have had another order.
  [[nodiscard]] bool pays(const eth::receipt& r, const deposit& d) const {
    return std::any_of(r.logs.begin(), r.logs.end(), [&](const log_entry& log) {
      const auto t = decode_transfer(log);
      return t && t->token == st_.settings.token && t->from == d.payment.from &&
             t->to == st_.settings.wallet &&
             t->value >= uint256::of(static_cast<std::uint64_t>(d.amount.micro));
    });
  }

  /// Those behind one that is not final yet wait for it.
  void judge(const std::vector<rpc_result>& at_those_heights) {
    std::size_t final_ones = 0;
    std::size_t there = 0;  // the chain's own, final or not
    for (; there < blocks_.size(); ++there) {
      const auto word = judge_block(blocks_[there], *head_, at_those_heights[there]);
      if (word != finality::reached && word != finality::pending) break;
      if (word == finality::reached && final_ones == there) ++final_ones;
      if (is_by_depth(chain_, blocks_[there].number, head_->tagged)) by_depth_ = true;
    }
    if (by_depth_ && !asked_again()) st_.by_depth.insert(x_.conversion);
    proven() += final_ones;
    if (proven() >= count_) return check_wallet();
    if (!asked_again())
      return not_final(
          chain_, rule_,
          std::to_string(proven()) + " of " + std::to_string(count_) + " payments are final");
    if (there < payments_.size())
      return not_seen(chain_, payments_[there].tx_hash, "a payment is not seen");
    by_depth_ = true;  // what was looked at is there, the rest is looked at later
    finish();
  }

  /// What came may have been spent since: of what is asked for again only the payments count.
  void check_wallet() {
    if (asked_again()) return finish();
    ask(st_.rpc,
        {eth::call({std::nullopt, st_.settings.token, balance_of_call(st_.settings.wallet), {}})},
        [run = me()](std::vector<rpc_result>& r) { run->weigh(r[0]); });
  }

  void weigh(const rpc_result& balance) {
    const auto data = eth::bytes_of(balance);
    const auto there = data ? abi::reader{*data}.word(0) : std::nullopt;
    if (!there) return unreadable("the wallet's balance cannot be read");
    const auto need = add_saturating(x_.amount_in, x_.owed_before);
    if (*there < uint256::of(static_cast<std::uint64_t>(need.micro))) {
      short_of_money_ = true;
      return held("short: the wallet holds less than the " + to_string(need) +
                  " USDC that were paid");
    }
    st_.open.erase(x_.conversion);
    st_.proven.erase(x_.conversion);
    finish();
  }

  /// An earlier look may have been content with depth.
  void finish() {
    if (!asked_again() && st_.by_depth.erase(x_.conversion) > 0) by_depth_ = true;
    if (!by_depth_) st_.tagged.erase(x_.conversion);
    done(x_.amount_in);
  }

  direct_state& st_;
  const leg_chain chain_;
  const finality_rule rule_;
  std::vector<deposit> payments_;
  std::vector<block_ref> blocks_;  // of the first of them
  std::optional<chain_head> head_;
  std::size_t count_ = 0;  // of all payments
  std::size_t unread_ = 0;
};

caf::result<actors::step_progress> run(direct_self self, actors::run_step x) {
  auto promise = self->make_response_promise<actors::step_progress>();
  std::make_shared<direct_run>(self, std::move(x), promise)->start();
  return promise;
}

}  // namespace

actors::route_actor::behavior_type direct_behavior(direct_self self, actors::world_ptr w,
                                                   direct_settings settings, rpc_actor rpc) {
  auto& st = self->state;
  st.w = std::move(w);
  st.settings = settings;
  st.rpc = std::move(rpc);
  return {
      [self](actors::get_atom) {
        const auto& s = self->state.settings;
        return actors::route_info{
            direct_route_name, {"final"}, s.expected_seconds, {s.chain_id, s.token}};
      },
      [self](usdc amount) -> caf::result<actors::route_quote> {
        if (!amount.is_positive()) return make_error(errc::invalid_field);
        return actors::route_quote{amount, self->state.settings.expected_seconds};
      },
      [self](actors::run_step& x) { return run(self, std::move(x)); },
      [self](actors::in_flight_atom) {
        actors::route_flight out{true, static_cast<std::uint32_t>(self->state.open.size()), {}};
        for (const auto& [id, amount] : self->state.open)
          out.amount = add_saturating(out.amount, amount);
        return out;
      },
      [self](actors::rescue_step& x) { return run(self, std::move(x.step)); },
      [self](actors::status_atom) {
        return actors::status_report{direct_state::name,
                                     self->state.tally.facts(direct_route_name)};
      },
  };
}

}  // namespace headroom::chain
