#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

/// What a reorganisation takes back of a completed conversion.
struct UndoEntries : books {
  conversion row = a_conversion(1, 50_usdc, {id_of<deposit_id>(11), id_of<deposit_id>(12)});

  void SetUp() override {
    fund(11, user_of(1), 20_usdc);
    fund(12, user_of(2), 30_usdc);
    ASSERT_EQ(one(open_conversion{row}), errc::none);
    ASSERT_EQ(one(arrived(noon)), errc::none);
  }
  conversion stored() { return reader.find_conversion(row.id).value().value(); }
  deposit_status member() { return reader.find_deposit(row.deposits[0]).value().value().status; }
  static conversion_step a_step(const std::string& state, bool by_depth) {
    conversion_step s{"swap", state,        50_usdc, 49_usdc, id_of<hash256>(7),
                      2,      "note=final", noon,    noon};
    s.by_depth = by_depth;
    return s;
  }
  complete_conversion arrived(timestamp at) {
    return {row.id, {a_step("done", true)}, 45_usdc, 4_usdc, 1_usdc, at};
  }
  undo_conversion gone(std::uint32_t times) {
    auto s = a_step("in_flight", false);
    s.by_tag = true;
    s.failures = {noon, later};
    return {row.id, times, {s}, 45_usdc, 4_usdc, 1_usdc, later};
  }
  const timestamp later = noon.plus(std::chrono::seconds{9});
};

TEST_F(UndoEntries, WhatIsByDepthIsFoundUntilItsProofIsFinalized) {
  ASSERT_EQ(reader.conversions_by_depth()->size(), 1U);
  EXPECT_TRUE(reader.conversions_by_depth()->at(0).steps[0].by_depth);
  ASSERT_EQ(one(settle_proofs{row.id, {a_step("done", false)}, later}), errc::none);
  EXPECT_FALSE(outcomes[0].result.replayed);
  EXPECT_TRUE(reader.conversions_by_depth()->empty());
  EXPECT_FALSE(stored().steps[0].by_depth);
  ASSERT_EQ(one(settle_proofs{row.id, {a_step("done", false)}, later}), errc::none);
  EXPECT_TRUE(outcomes[0].result.replayed);
  EXPECT_EQ(one(settle_proofs{id_of<conversion_id>(9), {}, later}), errc::invariant_violated);
  EXPECT_EQ(differences(), "");
}

TEST_F(UndoEntries, ItRunsAgainAndItsPostingsAreMirrored) {
  const auto before = reader.trial().value();
  ASSERT_EQ(one(gone(1)), errc::none);
  ASSERT_TRUE(buffer);
  EXPECT_EQ(buffer->balance, usdc{});
  EXPECT_EQ(buffer->reserve, usdc{});
  EXPECT_EQ(buffer->total_deposited, usdc{}) << "it never was";
  const auto now = stored();
  EXPECT_EQ(now.status, conversion_status::running);
  EXPECT_EQ(now.received, usdc{});
  EXPECT_EQ(now.loss, usdc{});
  EXPECT_FALSE(now.completed_at.is_set());
  EXPECT_EQ(now.undone, 1U);
  ASSERT_EQ(now.steps.size(), 1U);
  EXPECT_EQ(now.steps[0].state, "in_flight");
  EXPECT_TRUE(now.steps[0].by_tag);
  EXPECT_EQ(now.steps[0].failures, (std::vector{noon, later}));
  EXPECT_EQ(member(), deposit_status::converting);
  EXPECT_EQ(reader.running_conversions()->size(), 1U);
  EXPECT_TRUE(reader.conversions_by_depth()->empty());
  const auto after = reader.trial().value();
  EXPECT_EQ(after.in_transit, 50_usdc);
  EXPECT_EQ(after.conversion_loss, usdc{});
  EXPECT_EQ(after.users, before.users) << "users keep every cent";
  EXPECT_EQ(db.value("SELECT string_agg(kind || ' ' || debit || ' ' || credit || ' ' || amount,"
                     " '; ' ORDER BY id) FROM postings WHERE kind IN (17, 18)"),
            "17 2 0 45000000; 17 2 1 4000000; 18 2 5 1000000");
  EXPECT_EQ(differences(), "");
}

TEST_F(UndoEntries, ARepeatIsOneAndAnotherTimeIsAnother) {
  ASSERT_EQ(one(gone(1)), errc::none);
  ASSERT_EQ(one(gone(1)), errc::none);
  EXPECT_TRUE(outcomes[0].result.replayed);
  EXPECT_EQ(one(gone(2)), errc::invariant_violated) << "it has not completed again";
  ASSERT_EQ(one(arrived(later.plus(std::chrono::seconds{1}))), errc::none);
  ASSERT_EQ(one(gone(1)), errc::none);
  EXPECT_TRUE(outcomes[0].result.replayed) << "of the first time";
  EXPECT_EQ(stored().status, conversion_status::completed);
  auto second = gone(2);
  second.at = later.plus(std::chrono::seconds{2});
  ASSERT_EQ(one(second), errc::none);
  EXPECT_EQ(stored().undone, 2U);
  EXPECT_EQ(differences(), "");
}

TEST_F(UndoEntries, OnlyWhatHadArrivedCanBeTakenBack) {
  auto x = gone(1);
  x.from_buffer = 46_usdc;
  EXPECT_EQ(one(x), errc::invariant_violated);
  x = gone(1);
  x.loss = 2_usdc;
  EXPECT_EQ(one(x), errc::invariant_violated);
  x = gone(1);
  x.from_reserve = usdc{-1};
  EXPECT_EQ(one(x), errc::invariant_violated);
  x = gone(1);
  x.id = id_of<conversion_id>(9);
  EXPECT_EQ(one(x), errc::invariant_violated);
  EXPECT_EQ(stored().status, conversion_status::completed);
  EXPECT_EQ(differences(), "");
}

TEST_F(UndoEntries, WhatBetsHaveTakenIsNotThereToBeTakenBack) {
  ASSERT_EQ(one(accept_bet{a_bet(1, user_of(1), 20_usdc)}), errc::none);
  EXPECT_EQ(one(gone(1)), errc::exceeds_max_bet) << "never below zero";
  EXPECT_EQ(stored().status, conversion_status::completed);
  fill_buffer(20_usdc);
  EXPECT_EQ(one(gone(1)), errc::none);
  EXPECT_EQ(the_buffer().balance, usdc{});
  EXPECT_EQ(differences(), "");
}

TEST_F(UndoEntries, VerifyFindsAMirrorThatIsMissing) {
  ASSERT_EQ(one(gone(1)), errc::none);
  db.run("UPDATE conversions SET received = 49000000, loss = 1000000");
  EXPECT_NE(differences().find("received"), std::string::npos);
}

}  // namespace
}  // namespace headroom::test
