#include "tests/chain/evm/wallet_fixture.hpp"

/// The books' no, whatever code it has: for good, and the wallet goes on without it.
namespace headroom::test {
namespace {

struct WalletRefused : Wallet {
  static constexpr std::string_view books_alert = "wallet.books";
};

TEST_F(WalletRefused, ARowThatTheBooksCallBrokenGivesItsNonceBackToo) {
  for (const auto why : {errc::invariant_violated, errc::internal, errc::bad_request}) {
    books.refuse_next(why);
    EXPECT_EQ(actors::code_of(ask(call(1)).error()), errc::internal) << to_string(why);
  }
  EXPECT_EQ(ask(call(2))->state, operation_state::pending);
  EXPECT_EQ(books.find(id(2)).front().nonce, 0U);
}

TEST_F(WalletRefused, AnEndThatTheBooksCallBrokenIsAnAlertUntilTheyTakeIt) {
  ASSERT_TRUE(ask(call(1)));
  node.mine();
  node.add_blocks(2);
  books.refuse_next(errc::invariant_violated);
  for (int looks = 0; looks < 3 && !alerted(books_alert); ++looks) pass(1s);
  EXPECT_TRUE(alerted(books_alert));
  pass(3s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
  EXPECT_FALSE(alerted(books_alert));
}

}  // namespace
}  // namespace headroom::test
