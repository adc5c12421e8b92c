#include "persistence/resolutions.hpp"

#include <pqxx/pqxx>
#include <thread>

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
    return persistence::resolve_order(
        db.conninfo(), persistence::bet_resolution{end, "ann", evidence, "untouched"});
  }
};

TEST_F(Resolutions, EndTheBetBesideTheWriterAndKeepTheEvidence) {
  EXPECT_EQ(persistence::find_order(db.conninfo(), row.id)->order_hash, row.order_hash);
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
  EXPECT_FALSE(persistence::find_order(db.conninfo(), id_of<bet_id>(77)));
}

// -- sales ---------------------------------------------------------------------------------------

/// Alice holds nine shares and offers six of them.
struct SaleResolutions : books {
  address alice = user_of(1);
  bet bought = a_bet(1, alice, 10_usdc);
  sale row;

  void SetUp() override {
    fill_buffer(1000_usdc);
    fund(101, alice, 50_usdc);
    ASSERT_EQ(verdicts({accept_bet{bought}, filled(bought, 9_usdc, 1_usdc)}),
              std::vector<errc>(2, errc::none));
    row.id = id_of<sale_id>(1);
    row.user = alice;
    row.token = bought.token;
    row.shares = {6'000'000};
    row.min_price = 400'000_micro;
    row.order_hash = id_of<hash256>(7);
    row.signed_order = {1, 2};
    row.created_at = row.updated_at = noon;
    ASSERT_EQ(one(accept_sale{row}), errc::none);
  }
  [[nodiscard]] finish_sale sold(share_amount shares, usdc proceeds, usdc fee) const {
    return {row.id, alice, sale_status::sold, shares, proceeds, fee, "", noon};
  }
  [[nodiscard]] finish_sale unsold() const {
    return {row.id, alice, sale_status::failed, {}, {}, {}, "resolved by ann", noon};
  }
  std::string resolve(const finish_sale& end, const std::string& evidence = "the venue's support") {
    return persistence::resolve_order(
        db.conninfo(), persistence::sale_resolution{end, "ann", evidence, "untouched"});
  }
  position held() { return reader.find_position(alice, row.token).value().value(); }
  sale_status status() {
    return persistence::find_order(db.conninfo(), row.id).value_or(sale{}).status;
  }
};

TEST_F(SaleResolutions, BookWhatWasSoldBesideTheWriterAndKeepTheEvidence) {
  EXPECT_EQ(persistence::find_order(db.conninfo(), row.id)->order_hash, row.order_hash);
  EXPECT_EQ(resolve(sold({4'000'000}, 3_usdc, 100'000_micro)), "");
  EXPECT_EQ(status(), sale_status::sold);
  EXPECT_EQ(balance_of(alice), 42'900'000_micro);
  EXPECT_EQ(the_buffer().balance, 992'900'000_micro);
  EXPECT_EQ(held().shares.micro, 5'000'000) << "what was not sold is free";
  EXPECT_EQ(held().selling.micro, 0);
  EXPECT_EQ(differences(), "");
  EXPECT_EQ(db.number("SELECT count(*) FROM sale_resolutions WHERE decided_by = 'ann'"
                      " AND evidence = 'the venue''s support' AND status = 'sold'"
                      " AND sold = 4000000 AND proceeds = 3000000 AND fee = 100000"),
            1);
}

TEST_F(SaleResolutions, GiveBackTheSharesOfOneThatSoldNothing) {
  EXPECT_EQ(resolve(unsold()), "");
  EXPECT_EQ(status(), sale_status::failed);
  EXPECT_EQ(held().shares.micro, 9'000'000);
  EXPECT_EQ(held().selling.micro, 0);
  EXPECT_EQ(balance_of(alice), 40_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(SaleResolutions, EndASaleOnce) {
  ASSERT_EQ(resolve(unsold()), "");
  EXPECT_NE(resolve(sold({4'000'000}, 3_usdc, {})), "");
  EXPECT_EQ(db.number("SELECT count(*) FROM sale_resolutions"), 1);
  EXPECT_EQ(one(sold({4'000'000}, 3_usdc, {})), errc::invariant_violated) << "nor does the journal";
  EXPECT_EQ(one(unsold()), errc::none);
  EXPECT_TRUE(outcomes.at(0).result.replayed) << "the service may come to the same";
  EXPECT_EQ(held().shares.micro, 9'000'000);
  EXPECT_EQ(differences(), "");
}

TEST_F(SaleResolutions, DemandTheEvidenceAndNumbersThatAreWithinTheOffer) {
  EXPECT_NE(resolve(unsold(), ""), "");
  EXPECT_NE(resolve(sold({6'000'001}, 3_usdc, {})), "") << "more than was offered";
  EXPECT_NE(resolve(sold({4'000'000}, 3_usdc, 3'000'001_micro)), "") << "a fee above the proceeds";
  EXPECT_EQ(status(), sale_status::placing);
  EXPECT_EQ(held().selling.micro, 6'000'000);
  EXPECT_EQ(db.number("SELECT count(*) FROM sale_resolutions"), 0);
  EXPECT_FALSE(persistence::find_order(db.conninfo(), id_of<sale_id>(77)));
}

TEST_F(SaleResolutions, AreNeverEdited) {
  ASSERT_EQ(resolve(unsold()), "");
  EXPECT_THROW(db.run("UPDATE sale_resolutions SET evidence = 'x'"), std::exception);
  EXPECT_THROW(db.run("DELETE FROM sale_resolutions"), std::exception);
}

/// The journal has read nothing yet when the human's end is committed before it.
TEST_F(SaleResolutions, AnEndOfTheJournalThatWaitsForAHumansIsJudgedByIt) {
  std::vector<entry_outcome> said;
  std::optional<buffer_row> ignored;
  const journal_entry late = unsold();
  pqxx::connection link{db.conninfo()};
  pqxx::work human{link};
  human.exec0("UPDATE sales SET status = 'failed'");
  human.exec0("UPDATE positions SET shares = shares + selling, selling = 0");
  std::thread journal{[&] { store.commit(std::span{&late, 1}, said, ignored); }};
  const auto waits = [&] {
    return db.number(
               "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
               " AND datname = current_database()") > 0;
  };
  for (int n = 0; n < 1'000 && !waits(); ++n) std::this_thread::yield();
  human.commit();
  journal.join();
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said[0].verdict, errc::none);
  EXPECT_TRUE(said[0].result.replayed) << "the shares are given back once";
  EXPECT_EQ(held().shares.micro, 9'000'000);
  EXPECT_EQ(differences(), "");
}

}  // namespace
}  // namespace headroom::test
