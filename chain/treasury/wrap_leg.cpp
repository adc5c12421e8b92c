#include "chain/treasury/wrap_leg.hpp"

#include "chain/evm/abi.hpp"
#include "chain/evm/eth.hpp"

namespace headroom::chain {
namespace {

constexpr const char* wrap_purpose = "wrap";

/// The wrapping: approve once, then one transaction.
class wrap_run final : public route_step {
 public:
  wrap_run(const leg_house& house, const wrap_terms& terms, actors::run_step x, promise p)
      : route_step{house.self, *house.w, *house.tally, std::move(x), std::move(p)}, t_{terms} {}

  void start() {
    if (!begin()) return;
    const auto id = operation_of(x_, wrap_purpose);
    where_is(t_.chain.account(), id, [run = me(), id](const report& r) {
      switch (r.state) {
        case operation_state::unsent: return run->look_at_money(id);
        case operation_state::pending: return run->in_flight(r, "not final");
        case operation_state::confirmed:
          return run->when_confirmed(run->t_.chain, r, "wrapped",
                                     [run](const report& now) { run->wrapped(now); });
        case operation_state::reverted: return run->failed(r.tx_hash, "the wrapping reverted");
        case operation_state::dropped: return run->check_dropped(run->t_.chain.nodes, id);
        case operation_state::in_doubt: return run->undecided(r);
      }
    });
  }

 private:
  [[nodiscard]] std::shared_ptr<wrap_run> me() {
    return std::static_pointer_cast<wrap_run>(shared_from_this());
  }

  void look_at_money(const operation_id& id) {
    const auto call = [&](byte_vector data) {
      return eth::call({std::nullopt, t_.usdc_e, std::move(data), {}});
    };
    ask(t_.chain.nodes,
        {call(balance_of_call(t_.chain.wallet)), call(allowance_call(t_.chain.wallet, t_.onramp))},
        [run = me(), id](std::vector<rpc_result>& r) {
          const auto& t = run->t_;
          if (!run->covered(r[0], "USDC.e", t.chain.name)) return;
          const auto data = eth::bytes_of(r[1]);
          const auto allowed = data ? abi::reader{*data}.word(0) : std::nullopt;
          if (!allowed) return run->unreadable("the allowance cannot be read");
          if (*allowed < uint256::of(static_cast<std::uint64_t>(run->x_.amount_in.micro)))
            return run->approve(t.chain, operation_of(run->x_, "approve/onramp"), t.usdc_e,
                                t.onramp);
          run->send(t.chain.account(), id, wrap_purpose,
                    {t.onramp, wrap_call(t, run->x_.amount_in), {}, 0});
        });
  }

  void wrapped(const report& r) {
    tx_ = r.tx_hash;
    const auto got = received(entries_of(r), t_.collateral, t_.to);
    if (!got || *got <= 0) return unreadable("the wrapping's receipt shows no pUSD for us");
    done(usdc{*got});
  }

  const wrap_terms& t_;
};

}  // namespace

byte_vector wrap_call(const wrap_terms& t, usdc amount) {
  return abi::encoder{"wrap(address,address,uint256)"}
      .account(t.usdc_e)
      .account(t.to)
      .number(static_cast<std::uint64_t>(amount.micro))
      .done();
}

void wrap_leg::quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) {
  leg_quote out;
  out.out = amount;
  then(out);
}

void wrap_leg::run(actors::run_step x, route_step::promise p, bool) {
  std::make_shared<wrap_run>(house(), terms_, std::move(x), std::move(p))->start();
}

std::vector<leg_sight> wrap_leg::sights() const { return {{terms_.chain, {wrap_purpose}}}; }

}  // namespace headroom::chain
