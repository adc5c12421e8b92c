#pragma once

#include <ostream>

#include "domain/order_kind.hpp"
#include "tests/actors/core.hpp"
#include "tests/chain/polymarket/scripted_order.hpp"

namespace headroom::test {

/// Who dies, and when: while the first POST is open, or twenty seconds later, when the answer was
/// heard and no end can be committed. What is stored is then resumed, as the guardian would.
enum class crash : std::uint8_t {
  none,
  bet_before,    // the bet or the sale alone
  house_before,  // all actors
  bet_after,     // its end may be in the journal's hands, and is committed later
  house_after    // what the journal had in hand is lost
};
inline constexpr crash crashes[] = {crash::none, crash::bet_before, crash::house_before,
                                    crash::bet_after, crash::house_after};
[[nodiscard]] std::string to_string(crash c);

enum class money_end : std::uint8_t {
  filled,      // as much as the exchange took
  given_back,  // all of it
  unresolved   // nobody can prove anything: placing, and an alert for a human
};

struct crossed_case {
  std::string name;
  order_side side = order_side::buy;
  order_plan plan{};
  money_end end = money_end::given_back;
  crash when = crash::none;
  order_fill fill = order_fill::whole;
};
inline void PrintTo(const crossed_case& c, std::ostream* out) { *out << c.name; }
/// "buy_" or "sell_", then `what`, then the crash.
[[nodiscard]] std::string name_of(order_side side, const std::string& what, crash when);

/// The real core over books in memory, and the real venue actor before one scripted order. Alice
/// has a hundred dollars and a hundred shares that cost her fifty: she bets ten dollars at 0.50 at
/// most, or offers forty shares at 0.40 at least.
struct CrossedHouse : Core, testing::WithParamInterface<crossed_case> {
  CrossedHouse();

  /// The whole story: the order is placed, somebody dies, time passes, the money is right.
  void play();

 private:
  [[nodiscard]] static bool buys() { return GetParam().side == order_side::buy; }
  void start_real_venue();
  void place();
  void die_and_resume();
  void kill_order();
  void restart_house();
  void resume();
  /// As `advance`, from one timer to the next: hours cost nothing when nothing happens.
  void pass(std::chrono::milliseconds by);

  [[nodiscard]] bool is_open() const;
  [[nodiscard]] hash256 hash_in_books() const;
  [[nodiscard]] usdc user_available();
  [[nodiscard]] int answers() const;
  void expect_end();
  void expect_bet();
  void expect_sale();
  void expect_money(usdc user_has, usdc buffer_has);

  std::shared_ptr<scripted_order> there;  // the actors keep it too
  address alice = user(1);
  uint256 token = uint256::of(7);
  reply_ptr<bet> told_of_bet;
  reply_ptr<sale> told_of_sale;
  std::uint64_t salts = 0;
};

}  // namespace headroom::test
