#include "chain/treasury/swap_leg.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/evm/eth.hpp"
#include "chain/treasury/uniswap_v3.hpp"

namespace headroom::chain {
namespace {

/// Of what was put in: a receipt that shows more is no swap of dollars for dollars.
constexpr std::int64_t most_percent = 102;

using venue_list = std::vector<std::shared_ptr<swap_venue>>;

swap_order order_of(const swap_terms& t, usdc amount) {
  return {t.token_in, t.token_out, static_cast<std::uint64_t>(amount.micro), t.chain.wallet};
}

/// All venues' offers, in the venues' order.
void ask_venues(const leg_house& house, const venue_list& venues, const swap_order& order,
                std::function<void(const std::vector<swap_offer>&)> then) {
  struct gathering {
    std::vector<swap_offer> offers;
    std::size_t missing;
    std::function<void(const std::vector<swap_offer>&)> then;
  };
  auto all = std::make_shared<gathering>(
      gathering{std::vector<swap_offer>(venues.size()), venues.size(), std::move(then)});
  for (std::size_t i = 0; i < venues.size(); ++i)
    venues[i]->quote(house, order, [all, i](swap_offer offer) {
      all->offers[i] = std::move(offer);
      if (--all->missing == 0) all->then(all->offers);
    });
}

/// The best offer's place; nothing when nobody offers anything.
std::optional<std::size_t> best_of(const std::vector<swap_offer>& offers) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    const bool good = offers[i].readable && offers[i].refusal.empty() && offers[i].out > 0 &&
                      offers[i].out <= static_cast<std::uint64_t>(INT64_MAX);
    if (good && (!best || offers[i].out > offers[*best].out)) best = i;
  }
  return best;
}

/// Why nobody offers anything: a venue's own no, or nothing when one cannot be read.
std::optional<std::string> refusal_of(const std::vector<swap_offer>& offers) {
  for (const auto& o : offers)
    if (!o.readable) return std::nullopt;
  return offers.empty() || offers.front().refusal.empty() ? "no venue gives a quote"
                                                          : offers.front().refusal;
}

/// The swap: approve once for each venue, then one transaction.
class swap_run final : public route_step {
 public:
  swap_run(const leg_house& house, const swap_terms& terms, const venue_list& venues,
           actors::run_step x, promise p)
      : route_step{house.self, *house.w, *house.tally, std::move(x), std::move(p)},
        house_{house},
        t_{terms},
        venues_{venues} {}

  void start() {
    if (!begin()) return;
    const auto id = operation_of(x_, "swap");
    where_is(t_.chain.account(), id, [run = me(), id](const report& r) {
      switch (r.state) {
        case operation_state::unsent: return run->quote(id);
        case operation_state::pending: return run->in_flight(r, "not final");
        case operation_state::confirmed:
          return run->when_confirmed(run->t_.chain, r, "swapped",
                                     [run](const report& now) { run->swapped(now); });
        case operation_state::reverted: return run->failed(r.tx_hash, "the swap reverted");
        case operation_state::dropped: return run->check_dropped(run->t_.chain.nodes, id);
        case operation_state::in_doubt: return run->undecided(r);
      }
    });
  }

 private:
  [[nodiscard]] std::shared_ptr<swap_run> me() {
    return std::static_pointer_cast<swap_run>(shared_from_this());
  }

  void quote(const operation_id& id) {
    ask(t_.chain.nodes,
        {eth::block("latest"),
         eth::call({std::nullopt, t_.token_in, balance_of_call(t_.chain.wallet), {}})},
        [run = me(), id](std::vector<rpc_result>& r) {
          if (!run->covered(r[1], run->t_.token_in_name, run->t_.chain.name)) return;
          const auto block = eth::answer(r[0], eth::read_block);
          if (!block || !*block) return run->unreadable("no quote");
          ask_venues(run->house_, run->venues_, order_of(run->t_, run->x_.amount_in),
                     [run, id, time = (*block)->timestamp](const std::vector<swap_offer>& offers) {
                       for (const auto& o : offers) run->calls_ += o.calls;
                       run->offers_ = offers;
                       run->deadline_ = time + static_cast<std::uint64_t>(run->t_.deadline.count());
                       run->take_best(id, {});
                     });
        });
  }

  /// The best offer that is left. When none is, what stopped the last one is the reason.
  void take_best(const operation_id& id, const std::string& problem) {
    const auto best = best_of(offers_);
    if (!best) {
      const auto why = problem.empty() ? refusal_of(offers_) : std::optional{problem};
      return why ? held("waits: " + *why) : unreadable("no quote");
    }
    const auto out = offers_[*best].out;
    const auto floor = mul_div_ceil(x_.amount_in.micro, t_.least_bps, 10'000);
    const auto least = uniswap_v3::min_out_of(out, t_.slippage_bps);
    if (!floor || !least) return unreadable("no quote");
    if (out < static_cast<std::uint64_t>(*floor)) {
      if (!problem.empty()) return held("waits: " + problem);
      if (may_say("price"))
        spdlog::warn("route.price_below_floor conversion={} quoted={} floor={}",
                     x_.conversion.text(), out, *floor);
      return held("waits: the price is below the floor");
    }
    taken_ = *best;
    check_allowance(id, venues_[*best], std::max(*least, static_cast<std::uint64_t>(*floor)));
  }

  /// The venue whose offer was taken cannot keep it: the others may.
  void leave_out(const operation_id& id, const std::string& why) {
    if (may_say("venue"))
      spdlog::warn("route.venue_left_out conversion={} venue={} reason=\"{}\"",
                   x_.conversion.text(), venues_[taken_]->name(), why);
    offers_[taken_].refusal = why;
    take_best(id, why);
  }

  void check_allowance(const operation_id& id, const std::shared_ptr<swap_venue>& venue,
                       std::uint64_t least) {
    ask(t_.chain.nodes,
        {eth::call(
            {std::nullopt, t_.token_in, allowance_call(t_.chain.wallet, venue->router()), {}})},
        [run = me(), id, venue, least](std::vector<rpc_result>& r) {
          const auto data = eth::bytes_of(r[0]);
          const auto allowed = data ? abi::reader{*data}.word(0) : std::nullopt;
          if (!allowed) return run->unreadable("the allowance cannot be read");
          const auto need = uint256::of(static_cast<std::uint64_t>(run->x_.amount_in.micro));
          if (*allowed < need)
            return run->approve(run->t_.chain, operation_of(run->x_, venue->approval()),
                                run->t_.token_in, venue->router());
          venue->prepare(run->house_, order_of(run->t_, run->x_.amount_in), least, run->deadline_,
                         [run, id](const prepared_swap& p) {
                           if (!p.call) return run->leave_out(id, p.problem);
                           run->swapping_ = true;
                           run->send(run->t_.chain.account(), id, run->t_.purpose, *p.call);
                         });
        });
  }

  /// Nothing left us: what one venue's call cannot do another's may.
  void not_sent(bool reverts, const std::string& why) override {
    if (!reverts || !swapping_) return route_step::not_sent(reverts, why);
    swapping_ = false;
    leave_out(operation_of(x_, "swap"), why);
  }

  void swapped(const report& r) {
    tx_ = r.tx_hash;
    const auto got = received(entries_of(r), t_.token_out, t_.chain.wallet);
    if (!got || *got <= 0) return unreadable("the swap's receipt shows no USDC for us");
    const auto most = mul_div_floor(x_.amount_in.micro, most_percent, 100);
    if (most && *got > *most)
      return unreadable("the swap's receipt shows " + to_string(usdc{*got}) + " for " +
                        to_string(x_.amount_in));
    done(usdc{*got});
  }

  const leg_house& house_;
  const swap_terms& t_;
  const venue_list& venues_;
  std::vector<swap_offer> offers_;  // in the venues' order
  std::size_t taken_ = 0;
  std::uint64_t deadline_ = 0;
  bool swapping_ = false;  // what is being sent is the swap
};

}  // namespace

swap_leg::swap_leg(swap_terms terms, venue_list venues)
    : terms_{std::move(terms)}, venues_{std::move(venues)} {}

void swap_leg::quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) {
  ask_venues(house(), venues_, order_of(terms_, amount),
             [this, amount, then = std::move(then)](const std::vector<swap_offer>& offers) {
               const auto best = best_of(offers);
               leg_quote out;
               if (!best) {
                 const auto why = refusal_of(offers);
                 if (!why) return then(std::nullopt);
                 out.refusal = *why;
                 return then(out);
               }
               out.out = {static_cast<std::int64_t>(offers[*best].out)};
               const auto floor = mul_div_ceil(amount.micro, terms_.least_bps, 10'000);
               if (!floor || out.out.micro < *floor) out.refusal = "the price is below the floor";
               then(out);
             });
}

void swap_leg::run(actors::run_step x, route_step::promise p, bool) {
  std::make_shared<swap_run>(house(), terms_, venues_, std::move(x), std::move(p))->start();
}

std::vector<leg_sight> swap_leg::sights() const { return {{terms_.chain, {terms_.purpose}}}; }

}  // namespace headroom::chain
