#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

struct OperationEntries : books {
  std::vector<operation_status> statuses(std::uint64_t n) {
    const auto rows = reader.find_operation(id_of<operation_id>(n)).value();
    std::vector<operation_status> out;
    for (const auto& x : rows) out.push_back(x.status);
    return out;
  }
  std::uint64_t next_nonce() { return reader.next_nonce(137, user_of(5)).value(); }
  std::size_t open() { return reader.open_operations(137, user_of(5)).value().size(); }
};

TEST_F(OperationEntries, StoredTransactionReadsBackAsItWas) {
  EXPECT_EQ(next_nonce(), 0U);
  const auto row = an_operation(1, 7);
  ASSERT_EQ(one(record_operations{{row}}), errc::none);
  const auto read = reader.find_operation(row.id).value().at(0);
  EXPECT_EQ(read.tx_hash, row.tx_hash);
  EXPECT_EQ(read.raw, row.raw);
  EXPECT_EQ(read.purpose, "swap");
  EXPECT_EQ(read.nonce, 7U);
  EXPECT_EQ(read.created_at, noon);
  EXPECT_EQ(next_nonce(), 8U);
  EXPECT_EQ(open(), 1U);
  EXPECT_EQ(reader.next_nonce(1, user_of(5)), 0U);
}

TEST_F(OperationEntries, RecordingIsAllOrNothing) {
  ASSERT_EQ(one(record_operations{{an_operation(1, 0)}}), errc::none);
  EXPECT_EQ(one(record_operations{{an_operation(1, 0)}}), errc::none);
  // A second operation on a live nonce takes its companion down with it.
  EXPECT_EQ(one(record_operations{{an_operation(2, 1), an_operation(3, 0)}}), errc::duplicate);
  EXPECT_TRUE(statuses(2).empty());
  auto other = an_operation(1, 0);
  other.raw.push_back(1);  // the same attempt with other bytes
  EXPECT_EQ(one(record_operations{{an_operation(2, 1), other}}), errc::duplicate);
  EXPECT_TRUE(statuses(2).empty());
}

TEST_F(OperationEntries, OneAttemptIsMinedTheOthersAreDropped) {
  ASSERT_EQ(one(record_operations{{an_operation(1, 0, 0)}}), errc::none);
  ASSERT_EQ(one(record_operations{{an_operation(1, 0, 1)}}), errc::none);
  const finish_operation end{id_of<operation_id>(1),
                             an_operation(1, 0, 1).tx_hash,
                             operation_status::confirmed,
                             99,
                             noon,
                             {}};
  EXPECT_EQ(verdicts({end, end}), (std::vector{errc::none, errc::none}));
  EXPECT_EQ(statuses(1), (std::vector{operation_status::dropped, operation_status::confirmed}));
  EXPECT_EQ(reader.find_operation(id_of<operation_id>(1))->at(1).block_number, 99U);
  EXPECT_EQ(open(), 0U);
  auto other = end;
  other.status = operation_status::reverted;
  EXPECT_EQ(one(other), errc::invariant_violated);
}

/// By whose they are, not by what they are called: each route has its own words.
TEST_F(OperationEntries, WhatConversionsCostIsSummedByChain) {
  const timestamp now{db.number("SELECT us_of(now())")};
  fund(11, user_of(1), 50_usdc);
  const auto conversion = a_conversion(1, 50_usdc, {id_of<deposit_id>(11)});
  ASSERT_EQ(one(open_conversion{conversion}), errc::none);
  const auto mined = [&](std::uint64_t n, const char* purpose, std::uint64_t chain,
                         operation_status end, uint128 fee) {
    auto row = an_operation(n, n);
    row.purpose = std::string{purpose} + "/" + conversion.id.text();
    row.chain_id = chain;
    row.created_at = now;
    EXPECT_EQ(one(record_operations{{row}}), errc::none);
    const auto hash = end == operation_status::dropped ? hash256{} : row.tx_hash;
    EXPECT_EQ(one(finish_operation{row.id, hash, end, 9, now, uint256::of(fee)}), errc::none);
  };
  EXPECT_TRUE(reader.metrics_of_conversions()->fees.empty());
  mined(1, "bridge", 9745, operation_status::confirmed, uint128{1} << 100);
  mined(2, "bridge", 9745, operation_status::reverted, 1);
  mined(3, "swap", 137, operation_status::confirmed, 20);
  mined(4, "receive", 137, operation_status::confirmed, 3);
  mined(5, "swap", 137, operation_status::dropped, 400);
  auto other = an_operation(6, 6);
  other.purpose = "swap";  // of the inventory
  other.created_at = now;
  ASSERT_EQ(one(record_operations{{other}}), errc::none);
  ASSERT_EQ(one(finish_operation{other.id, other.tx_hash, operation_status::confirmed, 9, now,
                                 uint256::of(500)}),
            errc::none);
  const auto fees = reader.metrics_of_conversions()->fees;
  ASSERT_EQ(fees.size(), 2U);
  EXPECT_EQ(fees[0].chain_id, 137U);
  EXPECT_EQ(fees[0].wei, "23");
  EXPECT_EQ(fees[1].chain_id, 9745U);
  EXPECT_EQ(fees[1].wei, "1267650600228229401496703205377") << "more than 64 bits hold";
}

TEST_F(OperationEntries, DroppedNonceMayBeUsedAgain) {
  ASSERT_EQ(one(record_operations{{an_operation(1, 0)}}), errc::none);
  ASSERT_EQ(
      one(finish_operation{id_of<operation_id>(1), {}, operation_status::dropped, 0, noon, {}}),
      errc::none);
  EXPECT_EQ(one(record_operations{{an_operation(2, 0)}}), errc::none);
  EXPECT_EQ(statuses(1), std::vector{operation_status::dropped});
}

TEST_F(OperationEntries, UnknownOrImpossibleOnesAreRefused) {
  ASSERT_EQ(one(record_operations{{an_operation(1, 0)}}), errc::none);
  EXPECT_EQ(
      one(finish_operation{id_of<operation_id>(9), {}, operation_status::dropped, 0, noon, {}}),
      errc::invariant_violated);
  EXPECT_EQ(
      one(finish_operation{
          id_of<operation_id>(1), id_of<hash256>(3), operation_status::confirmed, 1, noon, {}}),
      errc::invariant_violated);
  EXPECT_EQ(
      one(finish_operation{id_of<operation_id>(1), {}, operation_status::stored, 0, noon, {}}),
      errc::invariant_violated);
  EXPECT_EQ(one(record_operations{{an_operation(2, UINT64_MAX)}}), errc::invariant_violated);
  EXPECT_EQ(open(), 1U);
}

}  // namespace
}  // namespace headroom::test
