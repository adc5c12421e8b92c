#pragma once

#include <deque>

#include "actors/actors.hpp"
#include "tests/payout/story_world.hpp"

/// Those who bet and sell, with what they were told. They ask again until they know.
namespace headroom::test {

/// One request, asked under one id until it has a final answer.
template <class Request, class Row>
struct wish {
  Request request;
  std::size_t market = 0;
  bool asked = false;     // a request is open
  bool answered = false;  // a final answer was given
  bool refused = false;   // it was a refusal: the books must not have it
  Row answer;
  timestamp ask_again_at;
};
using bet_wish = wish<actors::place_bet, bet>;
using sale_wish = wish<actors::sell_position, sale>;

/// All of them, in the order in which they were thought of; the last ones are still open.
template <class Wish>
struct wishes {
  std::deque<Wish> all;  // never moved
  std::vector<Wish*> open;
  std::size_t kept = 0;  // answered, and not refused

  /// Those that were answered leave `open`.
  void tidy() {
    std::erase_if(open, [&](const Wish* x) {
      if (x->answered && !x->refused) ++kept;
      return x->answered;
    });
  }
  /// A crash answers nobody.
  void forget_questions() {
    for (auto* x : open) x->asked = false;
  }
};

class story_people {
 public:
  story_people(const story_scale& scale, story_world& out);

  /// Thinks of new bets and sales and has markets reported, so that always some are under way.
  void go_on(timestamp now);
  /// A filled bet was heard of: its user may sell from now on.
  void may_sell(const bet_wish& x);
  void refused(const bet_wish& x) { --out_.markets[x.market].bets; }

  /// Every bet was asked for, every answer given, every market reported.
  [[nodiscard]] bool are_done() const;
  [[nodiscard]] std::string waiting_for() const;
  /// How far the story is, in bets that the books took.
  [[nodiscard]] std::size_t told() const { return bets.kept; }

  wishes<bet_wish> bets;
  wishes<sale_wish> sales;
  std::map<address, std::int64_t> deposited;
  std::int64_t buffer_paid_in = 0;

 private:
  struct holding {
    address user;
    uint256 token;
    std::size_t market = 0;
    std::int64_t shares = 0;
  };

  void want_bet(timestamp now);
  void want_sale(timestamp now);
  void report(story_market& m, timestamp now);
  /// Bets on one market.
  [[nodiscard]] std::size_t quota() const;

  story_scale scale_;
  story_world& out_;
  std::vector<std::size_t> betting_;  // markets that are bet on now
  std::size_t next_market_ = 0;
  std::vector<holding> holdings_;
};

}  // namespace headroom::test
