#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

using BufferEntries = books;

replenish a_replenish(usdc to_buffer, usdc to_reserve) {
  return {id_of<replenish_id>(1), to_buffer, to_reserve, "wire 4711", noon};
}

TEST_F(BufferEntries, EmptyBufferIsTheSeedsRow) {
  const auto row = the_buffer();
  EXPECT_EQ(row.balance, 0_usdc);
  EXPECT_EQ(row.min_size, 10'000_usdc);
  EXPECT_FALSE(row.has_max);
  EXPECT_FALSE(row.last_replenished_at.is_set());
  EXPECT_GT(row.version, 0);
}

TEST_F(BufferEntries, ReplenishIsSplitAsAsked) {
  const auto before = the_buffer();
  ASSERT_EQ(one(a_replenish(70_usdc, 30_usdc)), errc::none);
  EXPECT_EQ(buffer->balance, 70_usdc);
  EXPECT_EQ(buffer->reserve, 30_usdc);
  EXPECT_EQ(buffer->last_replenished_at, noon);
  EXPECT_GT(buffer->version, before.version);
  EXPECT_EQ(the_buffer().version, buffer->version);
  EXPECT_EQ(reader.trial()->capital, 100_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(BufferEntries, RepeatedReplenishCountsOnceWhateverItsSplit) {
  ASSERT_EQ(one(a_replenish(70_usdc, 30_usdc)), errc::none);
  EXPECT_EQ(one(a_replenish(70_usdc, 30_usdc)), errc::none);
  EXPECT_EQ(one(a_replenish(100_usdc, {})), errc::none);  // the split follows the first
  ASSERT_TRUE(buffer.has_value());
  EXPECT_EQ(buffer->balance, 70_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(BufferEntries, SayWhoDidThemAndWhetherTheyWereInTheBooksBefore) {
  auto x = a_replenish(70_usdc, 30_usdc);
  x.by = "key:0011223344556677";
  commit({x});
  EXPECT_FALSE(outcomes[0].result.replayed);
  commit({x, refill{id_of<replenish_id>(2), 5_usdc, noon}});
  EXPECT_TRUE(outcomes[0].result.replayed);
  EXPECT_FALSE(outcomes[1].result.replayed);
  commit({configure_buffer{60_usdc, true, 80_usdc, noon, "key:8899"}});
  EXPECT_EQ(actions(), (std::vector<std::string>{"key:0011223344556677 replenish buffer",
                                                 "key:8899 configure_buffer buffer"}));
}

TEST_F(BufferEntries, ReusedReplenishIdIsToldApart) {
  ASSERT_EQ(one(a_replenish(70_usdc, {})), errc::none);
  EXPECT_EQ(one(a_replenish(71_usdc, {})), errc::key_reused);
  auto other = a_replenish(70_usdc, {});
  other.reference = "wire 4712";
  EXPECT_EQ(one(other), errc::key_reused);
  EXPECT_EQ(one(refill{other.id, 70_usdc, noon}), errc::key_reused);
}

TEST_F(BufferEntries, RefillComesOutOfTheReserve) {
  ASSERT_EQ(one(a_replenish(70_usdc, 30_usdc)), errc::none);
  const refill x{id_of<replenish_id>(2), 20_usdc, noon};
  EXPECT_EQ(verdicts({x, x}), (std::vector{errc::none, errc::none}));
  EXPECT_EQ(buffer->balance, 90_usdc);
  EXPECT_EQ(buffer->reserve, 10_usdc);
  EXPECT_EQ(one(refill{id_of<replenish_id>(3), 11_usdc, noon}), errc::invariant_violated);
  EXPECT_EQ(the_buffer().balance, 90_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(BufferEntries, ImpossibleAmountsAreRefused) {
  EXPECT_EQ(one(a_replenish({}, {})), errc::invariant_violated);
  EXPECT_EQ(one(a_replenish({-1}, {2})), errc::invariant_violated);
  EXPECT_EQ(one(a_replenish({INT64_MAX}, {1})), errc::invariant_violated);
  ASSERT_EQ(one(a_replenish({INT64_MAX}, {})), errc::none);
  EXPECT_EQ(one(replenish{id_of<replenish_id>(2), {1}, {}, "", noon}), errc::invariant_violated);
  EXPECT_EQ(differences(), "");
}

TEST_F(BufferEntries, LimitsAreConfigured) {
  ASSERT_EQ(one(configure_buffer{5_usdc, true, 50_usdc, noon}), errc::none);
  EXPECT_EQ(buffer->min_size, 5_usdc);
  EXPECT_TRUE(buffer->has_max);
  EXPECT_EQ(buffer->max_size, 50_usdc);
  ASSERT_EQ(one(configure_buffer{5_usdc, false, {}, noon}), errc::none);
  EXPECT_FALSE(buffer->has_max);
  EXPECT_EQ(one(configure_buffer{{-1}, false, {}, noon}), errc::invariant_violated);
  EXPECT_EQ(one(configure_buffer{5_usdc, true, 4_usdc, noon}), errc::invariant_violated);
}

TEST_F(BufferEntries, PostingsAreAppendOnly) {
  fill_buffer(1_usdc);
  for (const auto* sql :
       {"UPDATE postings SET amount = 2", "DELETE FROM postings", "TRUNCATE postings"})
    EXPECT_THROW(db.run(sql), std::exception) << sql;
  EXPECT_EQ(differences(), "");
}

}  // namespace
}  // namespace headroom::test
