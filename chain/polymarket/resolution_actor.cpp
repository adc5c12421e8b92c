#include "chain/polymarket/resolution_actor.hpp"

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/polymarket/market.hpp"
#include "chain/polymarket/resolution_desk.hpp"

/// Which market a token is of, whether a condition is resolved, and what the accounts hold.
namespace headroom::chain::polymarket {
namespace {

using actors::condition_state;
using actors::token_holdings;

constexpr std::size_t looks_kept = 100'000;

using http_done = std::function<void(const net::http_result&)>;
using stage_done = std::function<void(std::optional<market_stage>)>;

void fetch(resolution_self self, std::string url, http_done done) {
  const auto& st = self->state;
  self->request(st.doors.api, caf::infinite,
                http_call{{"GET", std::move(url), {}, {}}, st.settings.read_timeout})
      .then([done](const net::http_result& r) { done(r); },
            [done](const caf::error&) { done({}); });
}

bool is_ok(const net::http_result& r) {
  return r.outcome == net::http_outcome::answered && r.status == 200;
}
bool is_absent(const net::http_result& r) {
  return r.outcome == net::http_outcome::answered && (r.status == 404 || r.status == 400);
}

/// Gamma lists open and closed markets apart; the CLOB's own word is the next best.
void read_stage(resolution_self self, const hash256& condition, stage_done done) {
  const auto& s = self->state.settings;
  const auto gamma = s.gamma_url + "/markets?condition_ids=" + condition.hex() + "&closed=";
  fetch(self, gamma + "false", [=](const net::http_result& open) {
    if (auto found = is_ok(open) ? read_gamma_stage(open.body, condition) : std::nullopt)
      return done(std::move(found));
    fetch(self, gamma + "true", [=](const net::http_result& closed) {
      if (auto found = is_ok(closed) ? read_gamma_stage(closed.body, condition) : std::nullopt)
        return done(std::move(found));
      fetch(self, self->state.settings.clob_url + "/markets/" + condition.hex(),
            [done](const net::http_result& r) {
              done(is_ok(r) ? read_clob_stage(r.body) : std::nullopt);
            });
    });
  });
}

// -- markets -------------------------------------------------------------------------------------

void find(resolution_self self, const uint256& token, question_ptr<record_market> q) {
  const auto& url = self->state.settings.clob_url;
  const auto missing = [q](const net::http_result& r) {
    if (is_absent(r)) return q->fail(errc::not_found, "the venue knows no such token");
    q->fail(errc::unavailable, "the venue does not answer");
  };
  fetch(self, url + "/markets-by-token/" + token.decimal(), [=](const net::http_result& by_token) {
    if (!is_ok(by_token)) return missing(by_token);
    const auto condition = read_condition(by_token.body);
    if (!condition) return q->fail(errc::unavailable, "the token's condition cannot be read");
    fetch(self, self->state.settings.clob_url + "/clob-markets/" + *condition,
          [=](const net::http_result& r) {
            if (!is_ok(r)) return missing(r);
            auto market = read_outcomes(r.body, token);
            if (!market || market->condition.hex() != *condition)
              return q->fail(errc::unavailable, "the market cannot be read");
            read_stage(self, market->condition, [=](std::optional<market_stage> stage) {
              auto out = *market;
              if (stage) out.question = std::move(stage->question);
              q->answer(std::move(out));
            });
          });
  });
}

// -- conditions ----------------------------------------------------------------------------------

/// The chain's word: each node's payout vector, all at one final block. It moves money, so one
/// node's counts only beside a second one's, where there is another.
class payout_look : public std::enable_shared_from_this<payout_look> {
 public:
  payout_look(resolution_self self, const hash256& condition, std::string stage,
              question_ptr<condition_state> question)
      : self_{self},
        condition_{condition},
        stage_{std::move(stage)},
        question_{std::move(question)} {}

  void start() {
    const auto& rule = self_->state.settings.finality;
    ask_one_node(self_, self_->state.doors.chain, head_calls(rule), std::nullopt,
                 [look = shared_from_this()](const std::vector<rpc_result>& r) {
                   const auto head = read_head(look->self_->state.settings.finality, r);
                   if (!head) return look->unreadable("the chain is silent");
                   look->at_ = eth::quantity(head->final_number);
                   look->ask_denominator();
                 });
  }

 private:
  struct node_word {
    bool readable = true;
    payout_vector payouts;
  };

  void ask(byte_vector data, std::function<void(const std::vector<rpc_result>&)> then) {
    const auto& st = self_->state;
    ask_every_node(
        self_, st.doors.chain,
        eth::call({std::nullopt, st.settings.contracts.conditional_tokens, std::move(data), {}},
                  at_),
        [then = std::move(then)](const std::vector<rpc_result>& r) { then(r); });
  }
  static std::optional<std::uint64_t> number_of(const rpc_result& r) {
    const auto data = eth::bytes_of(r);
    return data ? abi::reader{*data}.number(0) : std::nullopt;
  }

  void ask_denominator() {
    ask(payout_denominator_call(condition_),
        [look = shared_from_this()](const std::vector<rpc_result>& r) {
          std::size_t unresolved = 0;
          for (const auto& word : r) {
            const auto value = number_of(word);
            look->words_.push_back({value && *value > 0, {{}, value.value_or(0)}});
            unresolved += value && *value == 0 ? 1 : 0;
          }
          if (look->witnesses() >= look->needed()) return look->ask_slot_count();
          if (unresolved > 0) return look->open();
          look->unreadable("too few nodes say whether it is resolved");
        });
  }

  void ask_slot_count() {
    ask(slot_count_call(condition_), [look = shared_from_this()](const std::vector<rpc_result>& r) {
      for (std::size_t i = 0; i < look->words_.size(); ++i) {
        const auto count = i < r.size() ? number_of(r[i]) : std::nullopt;
        if (!count || *count < 2 || *count > most_slots) look->words_[i].readable = false;
        if (look->words_[i].readable) look->slots_ = static_cast<std::size_t>(*count);
      }
      if (look->slots_ == 0) return look->unreadable("its outcomes cannot be counted");
      look->ask_numerator(0);
    });
  }

  void ask_numerator(std::size_t slot) {
    if (slot == slots_) return conclude();
    ask(payout_numerator_call(condition_, slot),
        [look = shared_from_this(), slot](const std::vector<rpc_result>& r) {
          for (std::size_t i = 0; i < look->words_.size(); ++i) {
            const auto value = i < r.size() ? number_of(r[i]) : std::nullopt;
            if (!value) look->words_[i].readable = false;
            look->words_[i].payouts.numerators.push_back(value.value_or(0));
          }
          look->ask_numerator(slot + 1);
        });
  }

  void conclude() {
    for (auto& word : words_) word.readable = word.readable && is_valid(word.payouts);
    if (witnesses() < needed()) return unreadable("too few nodes show its payouts");
    const auto first =
        std::find_if(words_.begin(), words_.end(), [](const auto& x) { return x.readable; });
    const bool agreed = std::all_of(words_.begin(), words_.end(), [&](const auto& x) {
      return !x.readable || x.payouts == first->payouts;
    });
    if (!agreed) return unreadable("the nodes show different payouts");
    ++self_->state.resolved;
    question_->answer({true, first->payouts, "resolved"});
  }

  void open() { question_->answer({false, {}, std::move(stage_)}); }
  void unreadable(std::string why) { question_->fail(errc::unavailable, std::move(why)); }
  [[nodiscard]] std::size_t witnesses() const {
    return static_cast<std::size_t>(
        std::count_if(words_.begin(), words_.end(), [](const auto& x) { return x.readable; }));
  }
  [[nodiscard]] std::size_t needed() const { return std::min<std::size_t>(words_.size(), 2); }

  resolution_self self_;
  hash256 condition_;
  std::string stage_;
  question_ptr<condition_state> question_;
  std::string at_;  // the block
  std::vector<node_word> words_;
  std::size_t slots_ = 0;
};

/// Whether the chain is asked although the API may call it open: at the first look, and now and
/// then.
bool is_chains_turn(resolution_state& st, const hash256& condition) {
  if (st.looks.size() >= looks_kept && !st.looks.contains(condition))
    st.looks.erase(st.looks.begin());
  return st.looks[condition]++ % std::max(1U, st.settings.chain_every) == 0;
}

void look(resolution_self self, const actors::look_at_condition& x,
          question_ptr<condition_state> q) {
  const bool at_chain = is_chains_turn(self->state, x.condition) || x.at_chain;
  read_stage(self, x.condition, [=, condition = x.condition](std::optional<market_stage> found) {
    auto stage = found ? found->stage : std::string{};
    if (found && stage != "resolved" && !at_chain) return q->answer({false, {}, std::move(stage)});
    std::make_shared<payout_look>(self, condition, std::move(stage), q)->start();
  });
}

// -- holdings ------------------------------------------------------------------------------------

/// A call for each part of the tokens, all at one final block of one node.
void sum_up(resolution_self self, const std::vector<uint256>& tokens, const chain_head& head,
            question_ptr<token_holdings> q) {
  const auto& st = self->state;
  const auto owners = st.accounts.size();
  const auto part = std::max<std::size_t>(1, shares_per_call / owners);
  std::vector<rpc_request> calls;
  for (std::size_t from = 0; from < tokens.size(); from += part) {
    const auto some = std::span{tokens}.subspan(from, std::min(part, tokens.size() - from));
    calls.push_back(eth::call({std::nullopt,
                               st.settings.contracts.conditional_tokens,
                               shares_held_call(st.accounts, some),
                               {}},
                              eth::quantity(head.final_number)));
  }
  ask_one_node(self, st.doors.chain, std::move(calls), head.node,
               [=, count = tokens.size()](const std::vector<rpc_result>& r) {
                 token_holdings out;
                 for (std::size_t i = 0; i < r.size(); ++i) {
                   const auto here = std::min(part, count - i * part);
                   const auto data = eth::bytes_of(r[i]);
                   const auto held = data ? read_shares_held(*data, owners * here) : std::nullopt;
                   if (!held) return q->fail(errc::unavailable, "holdings cannot be read");
                   for (std::size_t t = 0; t < here; ++t) {
                     share_amount sum;
                     for (std::size_t o = 0; o < owners; ++o)
                       sum.micro = add_saturating({sum.micro}, {(*held)[o * here + t].micro}).micro;
                     out.shares.push_back(sum);
                   }
                 }
                 q->answer(std::move(out));
               });
}

void count_held(resolution_self self, std::vector<uint256> tokens, question_ptr<token_holdings> q) {
  if (tokens.empty() || self->state.accounts.empty())
    return q->answer({std::vector<share_amount>(tokens.size())});
  ask_one_node(self, self->state.doors.chain, head_calls(self->state.settings.finality),
               std::nullopt, [=](const std::vector<rpc_result>& r) {
                 const auto head = read_head(self->state.settings.finality, r);
                 if (!head) return q->fail(errc::unavailable, "the chain is silent");
                 sum_up(self, tokens, *head, q);
               });
}

template <class Answer, class Begin>
caf::result<Answer> take(resolution_self self, Begin begin) {
  if (self->state.open >= self->state.settings.max_open) return make_error(errc::overloaded);
  auto promise = self->make_response_promise<Answer>();
  begin(std::make_shared<open_question<Answer>>(self, promise));
  return promise;
}

}  // namespace

actors::resolution_actor::behavior_type resolution_behavior(resolution_self self,
                                                            actors::world_ptr w,
                                                            resolution_settings settings,
                                                            std::vector<address> accounts,
                                                            resolution_doors doors) {
  auto& st = self->state;
  st.w = std::move(w);
  st.settings = std::move(settings);
  st.accounts = std::move(accounts);
  st.doors = std::move(doors);
  return {
      [self](const actors::find_market& x) {
        return take<record_market>(self, [&](auto q) { find(self, x.token, q); });
      },
      [self](const actors::look_at_condition& x) {
        return take<condition_state>(self, [&](auto q) { look(self, x, q); });
      },
      [self](actors::redeem_condition& x) {
        return take<actors::redeem_progress>(self, [&](auto q) { redeem(self, std::move(x), q); });
      },
      [self](actors::get_atom) { return self->state.accounts; },
      [self](actors::held_on_chain& x) -> caf::result<token_holdings> {
        if (x.tokens.size() > self->state.settings.most_tokens)
          return make_error(errc::invalid_field, "too many tokens at once");
        return take<token_holdings>(self,
                                    [&](auto q) { count_held(self, std::move(x.tokens), q); });
      },
      [self](actors::status_atom) {
        const auto& s = self->state;
        return actors::status_report{resolution_state::name,
                                     {{"accounts", std::to_string(s.accounts.size())},
                                      {"asked", std::to_string(s.asked)},
                                      {"open", std::to_string(s.open)},
                                      {"seen_resolved", std::to_string(s.resolved)},
                                      {"redeems_sent", std::to_string(s.sent)},
                                      {"last_problem", s.last_problem}}};
      },
  };
}

}  // namespace headroom::chain::polymarket
