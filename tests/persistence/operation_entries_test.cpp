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
  const finish_operation end{id_of<operation_id>(1), an_operation(1, 0, 1).tx_hash,
                             operation_status::confirmed, 99, noon};
  EXPECT_EQ(verdicts({end, end}), (std::vector{errc::none, errc::none}));
  EXPECT_EQ(statuses(1), (std::vector{operation_status::dropped, operation_status::confirmed}));
  EXPECT_EQ(reader.find_operation(id_of<operation_id>(1))->at(1).block_number, 99U);
  EXPECT_EQ(open(), 0U);
  auto other = end;
  other.status = operation_status::reverted;
  EXPECT_EQ(one(other), errc::invariant_violated);
}

TEST_F(OperationEntries, DroppedNonceMayBeUsedAgain) {
  ASSERT_EQ(one(record_operations{{an_operation(1, 0)}}), errc::none);
  ASSERT_EQ(one(finish_operation{id_of<operation_id>(1), {}, operation_status::dropped, 0, noon}),
            errc::none);
  EXPECT_EQ(one(record_operations{{an_operation(2, 0)}}), errc::none);
  EXPECT_EQ(statuses(1), std::vector{operation_status::dropped});
}

TEST_F(OperationEntries, UnknownOrImpossibleOnesAreRefused) {
  ASSERT_EQ(one(record_operations{{an_operation(1, 0)}}), errc::none);
  EXPECT_EQ(one(finish_operation{id_of<operation_id>(9), {}, operation_status::dropped, 0, noon}),
            errc::invariant_violated);
  EXPECT_EQ(one(finish_operation{id_of<operation_id>(1), id_of<hash256>(3),
                                 operation_status::confirmed, 1, noon}),
            errc::invariant_violated);
  EXPECT_EQ(one(finish_operation{id_of<operation_id>(1), {}, operation_status::stored, 0, noon}),
            errc::invariant_violated);
  EXPECT_EQ(one(record_operations{{an_operation(2, UINT64_MAX)}}), errc::invariant_violated);
  EXPECT_EQ(open(), 1U);
}

}  // namespace
}  // namespace headroom::test
