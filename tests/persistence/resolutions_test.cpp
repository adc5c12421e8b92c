#include "persistence/resolutions.hpp"

#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

struct Resolutions : books {
  address alice = user_of(1);
  bet row = a_bet(1, alice, 10_usdc);

  void SetUp() override {
    fill_buffer(1000_usdc);
    fund(101, alice, 50_usdc);
    ASSERT_EQ(one(accept_bet{row}), errc::none);
  }
  std::string resolve(const finish_bet& end, const std::string& evidence = "the venue's support") {
    return persistence::resolve_bet(db.conninfo(), {end, "ann", evidence, "untouched"});
  }
};

TEST_F(Resolutions, EndTheBetBesideTheWriterAndKeepTheEvidence) {
  EXPECT_EQ(persistence::find_bet(db.conninfo(), row.id)->order_hash, row.order_hash);
  EXPECT_EQ(resolve(failed(row)), "");
  EXPECT_EQ(the_bet(row.id).status, bet_status::failed);
  EXPECT_EQ(balance_of(alice), 50_usdc);
  EXPECT_EQ(differences(), "");
  EXPECT_EQ(db.number("SELECT count(*) FROM bet_resolutions WHERE decided_by = 'ann'"
                      " AND evidence = 'the venue''s support' AND status = 'failed'"),
            1);
}

TEST_F(Resolutions, EndABetOnce) {
  ASSERT_EQ(resolve(failed(row)), "");
  EXPECT_NE(resolve(filled(row, 9_usdc, 1_usdc)), "");
  EXPECT_EQ(db.number("SELECT count(*) FROM bet_resolutions"), 1);
  EXPECT_EQ(one(filled(row, 9_usdc, 1_usdc)), errc::invariant_violated) << "nor does the journal";
  EXPECT_EQ(differences(), "");
}

TEST_F(Resolutions, DemandTheEvidenceAndNumbersThatAddUp) {
  EXPECT_NE(resolve(failed(row), ""), "");
  EXPECT_NE(resolve(filled(row, 9_usdc, 2_usdc)), "");
  EXPECT_EQ(the_bet(row.id).status, bet_status::placing);
  EXPECT_EQ(db.number("SELECT count(*) FROM bet_resolutions"), 0);
  EXPECT_FALSE(persistence::find_bet(db.conninfo(), id_of<bet_id>(77)));
}

}  // namespace
}  // namespace headroom::test
