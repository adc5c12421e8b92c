#include "chain/treasury/across_run.hpp"

/// What an amount would become by Across now: asked whole and, where that is above what is filled
/// at once, part by part. The guards speak here already: a route that would be held is not chosen.
namespace headroom::chain {
namespace {

usdc amount_of(std::uint64_t micro) {
  return {micro > static_cast<std::uint64_t>(INT64_MAX) ? INT64_MAX
                                                        : static_cast<std::int64_t>(micro)};
}

std::optional<std::uint64_t> time_of(const rpc_result& r) {
  const auto block = eth::answer(r, eth::read_block);
  return block && *block ? std::optional{(*block)->timestamp} : std::nullopt;
}

/// One quote on its way. Lives in the callbacks of its own questions.
class across_quoting : public std::enable_shared_from_this<across_quoting> {
 public:
  using answer = std::function<void(std::optional<leg_quote>)>;

  across_quoting(actors::route_actor::pointer self, const across_desk& desk, usdc amount,
                 answer then)
      : self_{self}, desk_{desk}, amount_{amount}, then_{std::move(then)} {}

  void start() {
    ask(amount_, [q = shared_from_this()](const across::fee_answer& offer) { q->heard(offer); });
  }

 private:
  struct offered {
    usdc amount;
    across::fee_answer offer;
  };

  void ask(usdc amount, std::function<void(const across::fee_answer&)> then) {
    const auto& s = desk_.settings;
    self_
        ->request(desk_.door.web, caf::infinite,
                  http_call{across::fees_request(s.api_url, desk_.door.key, s.integrator_id,
                                                 question_of(desk_, amount)),
                            s.timeout})
        .then(
            [q = shared_from_this(), then = std::move(then)](const net::http_result& r) {
              const auto fees = across::read_fees(r);
              if (fees.offer) return then(*fees.offer);
              q->out_.refusal = fees.problem;
              q->then_(fees.refused ? std::optional{q->out_} : std::nullopt);
            },
            [q = shared_from_this()](const caf::error&) { q->then_(std::nullopt); });
  }

  void heard(const across::fee_answer& offer) {
    const auto& s = desk_.settings;
    out_.least = amount_of(offer.least);
    for (std::uint32_t i = 0; i < s.most_parts; ++i)
      out_.most = add_saturating(out_.most, amount_of(offer.most_at_once));
    parts_ = step_parts::parts_of(amount_, offer.most_at_once, s.most_parts);
    if (!parts_.empty()) return ask_part();
    offers_.push_back({amount_, offer});
    read_times();
  }

  /// Once for those of one size: most are.
  void ask_part() {
    if (offers_.size() == parts_.size()) return read_times();
    const auto amount = parts_[offers_.size()].amount;
    if (!offers_.empty() && offers_.back().amount == amount) {
      offers_.push_back(offered{offers_.back()});
      return ask_part();
    }
    ask(amount, [q = shared_from_this(), amount](const across::fee_answer& offer) {
      q->offers_.push_back({amount, offer});
      q->ask_part();
    });
  }

  void read_times() {
    ask_all(self_, desk_.pair.from.nodes, {eth::block("latest")},
            [q = shared_from_this()](std::vector<rpc_result>& here) {
              ask_all(q->self_, q->desk_.pair.to.nodes, {eth::block("latest")},
                      [q, source = time_of(here[0])](std::vector<rpc_result>& there) {
                        const auto destination = time_of(there[0]);
                        if (!source || !destination) return q->then_(std::nullopt);
                        q->judge(*source, *destination);
                      });
            });
  }

  /// Each by itself, so what all of them cost is within the cap too.
  void judge(std::uint64_t source_time, std::uint64_t destination_time) {
    std::uint64_t seconds = 0;
    for (const auto& [amount, offer] : offers_) {
      out_.out = add_saturating(out_.out, amount_of(offer.output_amount));
      seconds = std::max(seconds, std::min<std::uint64_t>(offer.fill_seconds, 86'400));
      auto terms = terms_of(desk_, amount);
      terms.source_time = source_time;
      terms.destination_time = destination_time;
      const auto judged = across::guard(desk_.settings.guards, terms, offer);
      if (!judged.call && out_.refusal.empty()) out_.refusal = "guard " + judged.violated;
    }
    const auto at_once = std::max(desk_.settings.parts_at_once, 1U);
    const auto rounds = (static_cast<std::uint32_t>(offers_.size()) + at_once - 1) / at_once;
    out_.seconds = (static_cast<std::uint32_t>(seconds) + desk_.settings.settle_seconds) * rounds;
    then_(out_);
  }

  actors::route_actor::pointer self_;
  const across_desk& desk_;
  const usdc amount_;
  answer then_;
  leg_quote out_;
  std::vector<step_parts::part> parts_;
  std::vector<offered> offers_;
};

}  // namespace

void across_leg::quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) {
  std::make_shared<across_quoting>(house().self, desk_, amount, std::move(then))->start();
}

}  // namespace headroom::chain
