#include "tests/persistence/market_books.hpp"

namespace headroom::test {
namespace {

struct SaleEntries : market_books {
  void SetUp() override {
    market_books::SetUp();
    buy(1, alice, yes, {10'000'000}, 6_usdc, 1_usdc);
  }
  sale stored(const sale_id& id) {
    std::optional<sale> out;
    EXPECT_EQ(store.find_sale(id, out), store_status::ok);
    EXPECT_TRUE(out.has_value());
    return out.value_or(sale{});
  }
};

TEST_F(SaleEntries, WhoBuysTwiceHasOnePosition) {
  EXPECT_EQ(held(alice, yes), "10000000+0 7000000");
  const auto second = a_bet_on(yes, 2, alice, 3_usdc);
  const auto third = a_bet_on(yes, 3, alice, 2_usdc);
  const auto other = a_bet_on(no, 4, alice, 1_usdc);
  all_taken({accept_bet{second}, accept_bet{third}, accept_bet{other}});
  all_taken({filled_with(second, {4'000'000}, 3_usdc, {}), filled_with(third, {1}, 1_usdc, {}),
             failed(other)});
  EXPECT_EQ(held(alice, yes), "14000001+0 11000000");
  EXPECT_EQ(held(alice, no), "") << "nothing was bought";
  EXPECT_EQ(held(bob, yes), "");
  all_taken({filled_with(second, {4'000'000}, 3_usdc, {})});
  EXPECT_EQ(held(alice, yes), "14000001+0 11000000") << "a repeat buys nothing";
  EXPECT_EQ(db.number("SELECT count(*) FROM positions"), 1);
  EXPECT_EQ(differences(), "");
}

/// A position is rewritten with every bet on it: no index may have to follow.
TEST_F(SaleEntries, NoIndexIsOnWhatBetsAndSalesChange) {
  EXPECT_EQ(db.value("SELECT string_agg(DISTINCT a.attname, ' ' ORDER BY a.attname)"
                     " FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indexrelid"
                     " WHERE i.indrelid = 'positions'::regclass"),
            "settled_at token user_address");
  EXPECT_EQ(db.value("SELECT string_agg(DISTINCT pg_get_expr(indpred, indrelid), ' ') FROM pg_index"
                     " WHERE indrelid = 'positions'::regclass"),
            "(result <> 'none'::settlement_result) (result = 'none'::settlement_result)");
}

TEST_F(SaleEntries, AnAcceptedSaleTakesFreeSharesAndMovesNoMoney) {
  const auto balance = balance_of(alice);
  ASSERT_EQ(one(a_sale(1, alice, yes, {4'000'000})), errc::none);
  EXPECT_EQ(outcomes[0].result.balance_version, 0);
  EXPECT_FALSE(buffer.has_value());
  EXPECT_EQ(held(alice, yes), "6000000+4000000 7000000");
  EXPECT_EQ(balance_of(alice), balance);
  EXPECT_EQ(differences(), "");
}

TEST_F(SaleEntries, AStoredSaleReadsBackAsItWas) {
  const auto x = a_sale(1, alice, yes, {4'000'000});
  ASSERT_EQ(one(x), errc::none);
  const auto read = stored(x.row.id);
  EXPECT_EQ(read.user, alice);
  EXPECT_EQ(read.token, yes);
  EXPECT_EQ(read.shares, x.row.shares);
  EXPECT_EQ(read.min_price, x.row.min_price);
  EXPECT_EQ(read.status, sale_status::placing);
  EXPECT_EQ(read.request_hash, x.row.request_hash);
  EXPECT_EQ(read.order_hash, x.row.order_hash);
  EXPECT_EQ(read.signed_order, x.row.signed_order);
  EXPECT_EQ(read.deadline, x.row.deadline);
  EXPECT_EQ(read.created_at, x.row.created_at);
  EXPECT_EQ(read.placed_by, x.row.placed_by);
  std::optional<sale> none;
  EXPECT_EQ(store.find_sale(id_of<sale_id>(9), none), store_status::ok);
  EXPECT_FALSE(none);
  EXPECT_EQ(reader.find_sale(x.row.id).value()->order_hash, x.row.order_hash);
  EXPECT_FALSE(reader.find_sale(id_of<sale_id>(9)).value());
}

TEST_F(SaleEntries, ASoldPartIsPaidToUserAndBufferAndTheRestIsFreeAgain) {
  const auto x = a_sale(1, alice, yes, {4'000'000});
  ASSERT_EQ(one(x), errc::none);
  const auto before = the_buffer();
  auto end = sold(x, {3'000'001}, 2_usdc, 50'000_micro);
  end.at = noon.plus(std::chrono::hours{5});
  ASSERT_EQ(one(end), errc::none);
  EXPECT_EQ(outcomes[0].result.balance, usdc{94'950'000});
  ASSERT_TRUE(buffer.has_value());
  EXPECT_EQ(buffer->balance.micro, before.balance.micro + 1'950'000);
  EXPECT_EQ(buffer->total_deposited.micro, before.total_deposited.micro + 1'950'000);
  EXPECT_EQ(buffer->total_withdrawn, before.total_withdrawn);
  EXPECT_EQ(buffer->last_replenished_at, before.last_replenished_at) << "nobody put money in";
  // floor(7'000'000 x 3'000'001 / 10'000'000) of the cost went with it.
  EXPECT_EQ(held(alice, yes), "6999999+0 4900000");
  const auto read = stored(x.row.id);
  EXPECT_EQ(read.status, sale_status::sold);
  EXPECT_EQ(read.sold, share_amount{3'000'001});
  EXPECT_EQ(read.proceeds, 2_usdc);
  EXPECT_EQ(read.fee, 50'000_micro);
  EXPECT_EQ(read.updated_at, end.at);
  EXPECT_EQ(differences(), "");
}

TEST_F(SaleEntries, AFailedSaleGivesAllSharesBack) {
  const auto x = a_sale(1, alice, yes, {10'000'000});
  ASSERT_EQ(one(x), errc::none);
  EXPECT_EQ(held(alice, yes), "0+10000000 7000000");
  ASSERT_EQ(one(unsold(x)), errc::none);
  EXPECT_FALSE(buffer.has_value());
  EXPECT_EQ(held(alice, yes), "10000000+0 7000000");
  EXPECT_EQ(stored(x.row.id).failure, "no match");
  EXPECT_EQ(balance_of(alice), 93_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(SaleEntries, ASaleThatIsAllFeeMovesNoMoney) {
  const auto x = a_sale(1, alice, yes, {1});
  ASSERT_EQ(one(x), errc::none);
  ASSERT_EQ(one(sold(x, {1}, 1_micro, 1_micro)), errc::none);
  EXPECT_EQ(outcomes[0].result.balance_version, 0);
  EXPECT_EQ(balance_of(alice), 93_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(SaleEntries, NobodySellsWhatIsNotFree) {
  EXPECT_EQ(one(a_sale(1, alice, yes, {10'000'001})), errc::insufficient_shares);
  EXPECT_EQ(one(a_sale(2, alice, no, {1})), errc::insufficient_shares) << "another outcome";
  EXPECT_EQ(one(a_sale(3, bob, yes, {1})), errc::insufficient_shares) << "another's";
  EXPECT_EQ(one(a_sale(4, alice, yes, {0})), errc::invariant_violated);
  EXPECT_EQ(one(a_sale(5, alice, yes, {-1})), errc::invariant_violated);
  EXPECT_EQ(verdicts({a_sale(6, alice, yes, {7'000'000}), a_sale(7, alice, yes, {7'000'000}),
                      a_sale(8, alice, yes, {3'000'000})}),
            (std::vector{errc::none, errc::insufficient_shares, errc::none}));
  EXPECT_EQ(held(alice, yes), "0+10000000 7000000");
  EXPECT_EQ(db.number("SELECT count(*) FROM sales"), 2);
  EXPECT_EQ(differences(), "");
}

TEST_F(SaleEntries, ARepeatChangesNothingAndAnswersThePresent) {
  const auto x = a_sale(1, alice, yes, {4'000'000});
  const auto end = sold(x, {3'000'000}, 2_usdc);
  EXPECT_EQ(verdicts({x, x}), (std::vector{errc::none, errc::none}));
  EXPECT_FALSE(outcomes[0].result.replayed);
  EXPECT_TRUE(outcomes[1].result.replayed);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(one(end), errc::none);
    EXPECT_EQ(outcomes[0].result.replayed, i > 0);
    EXPECT_EQ(outcomes[0].result.balance, 95_usdc);
    EXPECT_GT(outcomes[0].result.balance_version, 0);
    EXPECT_TRUE(buffer.has_value());
    ASSERT_EQ(one(x), errc::none);
    EXPECT_TRUE(outcomes[0].result.replayed) << "also when it is over";
  }
  EXPECT_EQ(held(alice, yes), "7000000+0 4900000");
  EXPECT_EQ(differences(), "");
}

TEST_F(SaleEntries, AnotherOrderUnderTheSameIdIsADuplicate) {
  const auto x = a_sale(1, alice, yes, {4'000'000});
  ASSERT_EQ(one(x), errc::none);
  auto other = x;
  other.row.order_hash = id_of<hash256>(999);
  EXPECT_EQ(one(other), errc::duplicate);
  EXPECT_EQ(held(alice, yes), "6000000+4000000 7000000");
}

TEST_F(SaleEntries, AnotherEndOfAFinishedSaleIsRefused) {
  const auto x = a_sale(1, alice, yes, {4'000'000});
  ASSERT_EQ(one(x), errc::none);
  ASSERT_EQ(one(sold(x, {3'000'000}, 2_usdc)), errc::none);
  EXPECT_EQ(one(unsold(x)), errc::invariant_violated);
  EXPECT_EQ(one(sold(x, {3'000'000}, 3_usdc)), errc::invariant_violated);
  EXPECT_EQ(one(sold(x, {2'000'000}, 2_usdc)), errc::invariant_violated);
  EXPECT_EQ(one(unsold(a_sale(77, alice, yes, {1}))), errc::invariant_violated);
  EXPECT_EQ(balance_of(alice), 95_usdc);
}

TEST_F(SaleEntries, AnEndThatCannotBeIsRefusedAndLeavesTheSalePlacing) {
  const auto x = a_sale(1, alice, yes, {4'000'000});
  ASSERT_EQ(one(x), errc::none);
  EXPECT_EQ(one(sold(x, {4'000'001}, 2_usdc)), errc::invariant_violated) << "more than offered";
  EXPECT_EQ(one(sold(x, {0}, 2_usdc)), errc::invariant_violated);
  EXPECT_EQ(one(sold(x, {-1}, 2_usdc)), errc::invariant_violated);
  EXPECT_EQ(one(sold(x, {1}, 1_usdc, 2_usdc)), errc::invariant_violated) << "a fee above it";
  EXPECT_EQ(one(sold(x, {1}, {-1}, {-1})), errc::invariant_violated);
  auto end = unsold(x);
  end.sold = {1};
  EXPECT_EQ(one(end), errc::invariant_violated);
  end = unsold(x);
  end.proceeds = 1_usdc;
  EXPECT_EQ(one(end), errc::invariant_violated);
  end = unsold(x);
  end.user = bob;
  EXPECT_EQ(one(end), errc::invariant_violated);
  end = unsold(x);
  end.status = sale_status::placing;
  EXPECT_EQ(one(end), errc::invariant_violated);
  EXPECT_EQ(stored(x.row.id).status, sale_status::placing);
  EXPECT_EQ(held(alice, yes), "6000000+4000000 7000000");
  EXPECT_EQ(differences(), "");
}

TEST_F(SaleEntries, SoldInPartsAPositionLosesItsWholeCost) {
  for (std::uint64_t n = 0; n < 3; ++n) {
    const auto x = a_sale(n, alice, yes, {n == 2 ? 3'333'334 : 3'333'333});
    all_taken({x, sold(x, x.row.shares, 1_usdc)});
  }
  EXPECT_EQ(held(alice, yes), "0+0 0");
  EXPECT_EQ(balance_of(alice), 96_usdc);
  buy(7, alice, yes, {5}, 1_usdc);
  EXPECT_EQ(held(alice, yes), "5+0 1000000") << "bought again";
  EXPECT_EQ(differences(), "");
}

/// In a batch the entries count in their order, whatever is written together.
TEST_F(SaleEntries, InABatchSharesAreSoldOnceTheyAreBought) {
  const auto row = a_bet_on(no, 5, bob, 4_usdc);
  const auto x = a_sale(1, bob, no, {8'000'000});
  EXPECT_EQ(verdicts({accept_bet{row}, x, filled_with(row, {8'000'000}, 4_usdc, {}), x,
                      a_sale(2, bob, no, {1}), sold(x, {8'000'000}, 5_usdc)}),
            (std::vector{errc::none, errc::insufficient_shares, errc::none, errc::none,
                         errc::insufficient_shares, errc::none}));
  EXPECT_EQ(held(bob, no), "0+0 0");
  EXPECT_EQ(balance_of(bob), 101_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(SaleEntries, ARestartFindsTheSalesThatArePlacing) {
  const auto first = a_sale(3, alice, yes, {1});
  const auto second = a_sale(1, alice, yes, {2});
  auto over = a_sale(2, alice, yes, {3});
  all_taken({first, second, over, unsold(over)});
  const auto sales = reader.unfinished(10, 10).value().placing_sales;
  ASSERT_EQ(sales.size(), 2U);
  EXPECT_EQ(sales[0].id, second.row.id) << "the oldest first";
  EXPECT_EQ(sales[1].id, first.row.id);
  EXPECT_EQ(reader.unfinished(1, 1).value().placing_sales.size(), 1U);
}

TEST_F(SaleEntries, PositionsHavePagesTheNewestChangeFirst) {
  const auto when = [](std::uint64_t n) { return noon.plus(std::chrono::seconds{n}); };
  for (std::uint64_t n = 0; n < 9; ++n) {
    const auto row = a_bet_on(id_of<uint256>(500 + n), 200 + n, bob, 1_usdc);
    auto end = filled_with(row, {1000}, 1_usdc, {});
    end.at = when(10 + n / 3);  // three of each moment
    all_taken({accept_bet{row}, end});
  }
  const auto pages = [this](position_filter filter) {
    std::vector<uint256> out;
    for (int i = 0; i < 100; ++i) {
      const auto page = reader.list_positions(filter).value();
      EXPECT_LE(page.positions.size(), filter.limit);
      for (const auto& x : page.positions) out.push_back(x.token);
      if (page.next_cursor.empty()) return out;
      EXPECT_TRUE(reader.is_cursor(page.next_cursor)) << page.next_cursor;
      filter.cursor = page.next_cursor;
    }
    ADD_FAILURE() << "pages without end";
    return out;
  };
  const auto everything = pages({bob, "", 2});
  ASSERT_EQ(everything.size(), 9U);
  EXPECT_EQ(everything.front(), id_of<uint256>(508));
  EXPECT_EQ(everything.back(), id_of<uint256>(500));
  auto gone = a_sale(1, bob, id_of<uint256>(500), {1000});
  all_taken({gone});
  EXPECT_EQ(pages({bob, "", 2, true}).size(), 9U) << "what is offered is still held";
  auto end = sold(gone, {1000}, 1_usdc);
  end.at = when(100);
  all_taken({end});
  EXPECT_EQ(pages({bob, "", 2}).front(), id_of<uint256>(500));
  EXPECT_EQ(pages({bob, "", 2, true}).size(), 8U) << "sold out";
  EXPECT_TRUE(pages({user_of(3)}).empty());
  EXPECT_TRUE(reader.list_positions({bob, "nonsense"}).value().positions.empty());
}

}  // namespace
}  // namespace headroom::test
