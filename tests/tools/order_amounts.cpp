#include <iostream>

#include "chain/polymarket/amounts.hpp"

/// Amounts of immediate orders, for the comparison with the official client
/// (tests/e2e/order_amounts.test.mjs): reads lines "BUY <micro-dollars> <micro-price>" and "SELL
/// <micro-shares> <micro-price>", writes "<maker> <taker>" for each, or "-" where there is no
/// order.
int main() {
  using namespace headroom;
  std::ios::sync_with_stdio(false);
  std::string side;
  std::int64_t size = 0;
  usdc price;
  while (std::cin >> side >> size >> price.micro) {
    const auto a = side == "BUY" ? chain::polymarket::immediate_buy({size}, price)
                                 : chain::polymarket::immediate_sell({size}, price);
    if (a) {
      std::cout << a->maker << ' ' << a->taker << '\n';
    } else {
      std::cout << "-\n";
    }
  }
}
