#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

constexpr const char* service = "polymarket.relayer";

external_operation a_batch(std::uint64_t n) {
  external_operation out;
  out.id = id_of<operation_id>(n);
  out.service = service;
  out.account = user_of(5);
  out.sequence = 3;
  out.request_hash = id_of<hash256>(n);
  out.request = std::string{"{\"nonce\":\"3\",\"metadata\":\"\xff\0\"}", 29};  // bytes, not text
  out.give_up_at = noon.plus(std::chrono::minutes{4});
  out.purpose = "venue.approve";
  out.created_at = out.updated_at = noon.plus(std::chrono::microseconds{n});
  return out;
}

struct ExternalEntries : books {
  external_operation row = a_batch(1);

  /// One entry; "r" behind the verdict's name when it was in the books before.
  std::string say(const external_operation& x) {
    const auto verdict = one(record_external{x});
    return std::string{to_string(verdict)} + (outcomes.at(0).result.replayed ? " r" : "");
  }
  external_operation stored(const operation_id& id) {
    const auto rows = reader.find_external(id).value();
    EXPECT_EQ(rows.size(), 1U);
    return rows.empty() ? external_operation{} : rows.front();
  }
  std::vector<external_operation> open() {
    return reader.open_externals(service, user_of(5)).value();
  }
};

TEST_F(ExternalEntries, AStoredRequestReadsBackToTheByte) {
  EXPECT_TRUE(reader.find_external(row.id).value().empty());
  ASSERT_EQ(say(row), "none");
  const auto read = stored(row.id);
  EXPECT_EQ(news_of(read, row), external_news::nothing);
  EXPECT_EQ(read.request, row.request);
  EXPECT_EQ(read.request_hash, row.request_hash);
  EXPECT_EQ(read.sequence, 3U);
  EXPECT_EQ(read.give_up_at, row.give_up_at);
  EXPECT_EQ(read.purpose, "venue.approve");
  EXPECT_EQ(read.created_at, row.created_at);
  EXPECT_TRUE(read.tx_hash.is_zero());
  ASSERT_EQ(open().size(), 1U);
  EXPECT_EQ(open()[0].id, row.id);
  EXPECT_TRUE(reader.open_externals("another", user_of(5)).value().empty());
  EXPECT_TRUE(reader.open_externals(service, user_of(6)).value().empty());
}

TEST_F(ExternalEntries, ItsStatusGrowsAndTheSameRowAgainIsARepeat) {
  ASSERT_EQ(say(row), "none");
  EXPECT_EQ(say(row), "none r");
  auto next = row;
  next.status = external_status::accepted;
  next.remote_id = "tx-1";
  next.updated_at = noon.plus(std::chrono::seconds{2});
  EXPECT_EQ(say(next), "none");
  EXPECT_EQ(say(next), "none r");
  EXPECT_EQ(say(row), "none r") << "the books are further";
  EXPECT_EQ(stored(row.id).remote_id, "tx-1");
  EXPECT_EQ(open().size(), 1U);
  next.status = external_status::confirmed;
  next.tx_hash = id_of<hash256>(77);
  next.detail = "words \xff of the outside";
  EXPECT_EQ(say(next), "none");
  EXPECT_EQ(say(next), "none r");
  EXPECT_EQ(stored(row.id).status, external_status::confirmed);
  EXPECT_EQ(stored(row.id).tx_hash, id_of<hash256>(77));
  EXPECT_EQ(stored(row.id).updated_at, next.updated_at);
  EXPECT_TRUE(open().empty());
  next.status = external_status::failed;
  EXPECT_EQ(say(next), "invariant_violated") << "an end stays";
}

TEST_F(ExternalEntries, WordsThatAreNoTextAreKeptReadableAndARepeatAllTheSame) {
  ASSERT_EQ(say(row), "none");
  row.status = external_status::accepted;
  row.detail = std::string{"a\0b\xff", 4};
  EXPECT_EQ(say(row), "none");
  EXPECT_EQ(say(row), "none r");
}

TEST_F(ExternalEntries, AnIdStandsForOneRequestAndAnAccountHasOneOpenAtATime) {
  ASSERT_EQ(say(row), "none");
  auto other = row;
  other.request_hash = id_of<hash256>(9);
  EXPECT_EQ(say(other), "duplicate");
  EXPECT_EQ(say(a_batch(2)), "duplicate") << "their sequence is one";
  auto elsewhere = a_batch(3);
  elsewhere.account = user_of(6);
  auto of_another = a_batch(4);
  of_another.service = "another";
  EXPECT_EQ(verdicts({record_external{a_batch(2)}, record_external{elsewhere},
                      record_external{of_another}}),
            (std::vector{errc::duplicate, errc::none, errc::none}))
      << "it does not sink the others";
  row.status = external_status::failed;
  ASSERT_EQ(say(row), "none");
  EXPECT_EQ(say(a_batch(2)), "none");
  EXPECT_EQ(say(row), "none r");
}

TEST_F(ExternalEntries, WhatWasNeverStoredHasNoEnd) {
  row.status = external_status::accepted;
  EXPECT_EQ(say(row), "invariant_violated");
  row = a_batch(1);
  row.sequence = UINT64_MAX;
  EXPECT_EQ(say(row), "invariant_violated");
  row = a_batch(1);
  row.service.clear();
  EXPECT_EQ(say(row), "invariant_violated");
  EXPECT_EQ(db.number("SELECT count(*) FROM external_operations"), 0);
}

TEST_F(ExternalEntries, NobodyChangesWhatWasSigned) {
  ASSERT_EQ(say(row), "none");
  for (const auto* sql : {"UPDATE external_operations SET request = 'x'",
                          "UPDATE external_operations SET sequence = 4",
                          "DELETE FROM external_operations", "TRUNCATE external_operations"})
    EXPECT_THROW(db.run(sql), std::exception) << sql;
  EXPECT_NO_THROW(db.run("UPDATE external_operations SET detail = 'by hand'"));
}

}  // namespace
}  // namespace headroom::test
