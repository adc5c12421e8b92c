#pragma once

#include "tests/persistence/books.hpp"

namespace headroom::test {

/// Books with money in them and one market of two outcomes, to buy, to sell and to be settled.
struct market_books : books {
  static const hash256 condition;
  static const uint256 yes, no;
  static const address alice, bob;

  /// 1000 USDC in the buffer, 100 of alice's, 100 of bob's; the market is not recorded yet.
  void SetUp() override;

  /// A bet of `spent` and `fee` on a token, as it is accepted and as it is filled.
  static bet a_bet_on(const uint256& token, std::uint64_t n, const address& user, usdc amount);
  static finish_bet filled_with(const bet& b, share_amount shares, usdc spent, usdc fee);
  /// Both, committed.
  void buy(std::uint64_t n, const address& user, const uint256& token, share_amount shares,
           usdc spent, usdc fee = {});

  static accept_sale a_sale(std::uint64_t n, const address& user, const uint256& token,
                            share_amount shares);
  static finish_sale sold(const accept_sale& of, share_amount shares, usdc proceeds, usdc fee = {});
  static finish_sale unsold(const accept_sale& of);

  static record_market the_market();
  static open_settlement resolved(std::uint64_t yes_pays, std::uint64_t no_pays);
  static book_redemption redeemed(std::uint64_t n, usdc received);
  static settle_position payout(const address& user, const uint256& token, usdc amount);
  static close_settlement closed_with(usdc remainder);

  /// Commits them and expects each to be taken.
  void all_taken(const std::vector<journal_entry>& batch);
  /// "shares+selling cost" of a position, with ": result payout" behind it once it is settled; ""
  /// when there is none.
  std::string held(const address& user, const uint256& token);
  settlement_view view();
};

}  // namespace headroom::test
