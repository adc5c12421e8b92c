#pragma once

#include "chain/evm/finality.hpp"

namespace headroom::chain {

/// Which transaction used a nonce of an account, by one node's word. "No receipt" proves nothing:
/// an index may lag, a node may have forgotten. A block that holds another transaction of the same
/// account and nonce is something that can be pointed at.
struct nonce_use {
  enum class word : std::uint8_t {
    unreadable = 0,
    not_final = 1,  // not used in any final block of that node
    named = 2,
  };
  word says = word::unreadable;
  block_ref block;
  hash256 tx;
};

/// One search at one node: the block in which the account's count passed `nonce`, found by doubling
/// steps back from the last final block and then by halves; then that block's transactions.
template <class Self, class Done>
class nonce_search : public std::enable_shared_from_this<nonce_search<Self, Done>> {
 public:
  nonce_search(Self* self, rpc_actor rpc, const finality_rule& rule, const address& account,
               std::uint64_t nonce, std::uint32_t node, Done done)
      : self_{self},
        rpc_{std::move(rpc)},
        rule_{rule},
        account_{account},
        nonce_{nonce},
        node_{node},
        done_{std::move(done)} {}

  void start() {
    ask_one_node(self_, rpc_, head_calls(rule_), node_,
                 [me = this->shared_from_this()](std::vector<rpc_result>& r) {
                   const auto head = read_head(me->rule_, r);
                   if (!head) return me->done_(nonce_use{});
                   me->used_ = head->final_number;
                   me->ask_count(me->used_, [](auto& s, bool used) {
                     if (!used) return s.done_(nonce_use{nonce_use::word::not_final, {}, {}});
                     s.step_back(1);
                   });
                 });
  }

 private:
  /// Whether the nonce is used as of `block`; an unreadable answer ends the search.
  template <class Then>
  void ask_count(std::uint64_t block, Then then) {
    auto call = eth::transaction_count(account_, eth::quantity(block));
    call.node = node_;
    self_->request(rpc_, caf::infinite, std::move(call))
        .then(
            [me = this->shared_from_this(), then](const rpc_result& r) {
              const auto count = eth::answer(r, eth::read_number);
              if (!count) return me->done_(nonce_use{});
              then(*me, *count > me->nonce_);
            },
            [me = this->shared_from_this()](const caf::error&) { me->done_(nonce_use{}); });
  }

  void step_back(std::uint64_t step) {
    if (used_ == 0) return done_(nonce_use{});  // genesis has no transactions
    const auto at = used_ > step ? used_ - step : 0;
    ask_count(at, [at, step](auto& s, bool used) {
      if (used) {
        s.used_ = at;
        return s.step_back(step * 2);
      }
      s.unused_ = at;
      s.halve();
    });
  }

  void halve() {
    if (used_ - unused_ == 1) return read_block();
    const auto middle = unused_ + (used_ - unused_) / 2;
    ask_count(middle, [middle](auto& s, bool used) {
      (used ? s.used_ : s.unused_) = middle;
      s.halve();
    });
  }

  void read_block() {
    auto call = eth::full_block(eth::quantity(used_));
    call.node = node_;
    self_->request(rpc_, caf::infinite, std::move(call))
        .then(
            [me = this->shared_from_this()](const rpc_result& r) {
              nonce_use out;
              const auto block = eth::answer(r, eth::read_block);
              const auto tx = eth::answer(r, [&](const nlohmann::json& value) {
                return eth::find_transaction(value, me->account_, me->nonce_);
              });
              if (block && *block && tx)
                out = {nonce_use::word::named, {(*block)->number, (*block)->hash}, *tx};
              me->done_(out);
            },
            [me = this->shared_from_this()](const caf::error&) { me->done_(nonce_use{}); });
  }

  Self* self_;
  rpc_actor rpc_;
  finality_rule rule_;
  address account_;
  std::uint64_t nonce_;
  std::uint32_t node_;
  Done done_;
  std::uint64_t used_ = 0;    // the nonce is used as of this block
  std::uint64_t unused_ = 0;  // and not yet as of this one
};

/// Asks each of `nodes` nodes by itself; `done(std::vector<nonce_use>)` runs in `self`, in their
/// order.
template <class Self, class Done>
void find_nonce_use(Self* self, const rpc_actor& rpc, const finality_rule& rule,
                    const address& account, std::uint64_t nonce, std::uint32_t nodes, Done done) {
  struct gathering {
    std::vector<nonce_use> words;
    std::size_t missing;
    Done done;
  };
  auto all =
      std::make_shared<gathering>(gathering{std::vector<nonce_use>(nodes), nodes, std::move(done)});
  for (std::uint32_t node = 0; node < nodes; ++node) {
    const auto heard = [all, node](const nonce_use& word) {
      all->words[node] = word;
      if (--all->missing == 0) all->done(std::move(all->words));
    };
    std::make_shared<nonce_search<Self, decltype(heard)>>(self, rpc, rule, account, nonce, node,
                                                          heard)
        ->start();
  }
}

}  // namespace headroom::chain
