#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

const auto alice = user_of(1);
const auto bob = user_of(2);
constexpr auto ok = errc::none;

struct Batch : books {
  void SetUp() override {
    fill_buffer(1000_usdc);
    fund(100, alice, 50_usdc);
    fund(101, bob, 2000_usdc);
  }
};

TEST_F(Batch, EmptyOneIsFine) {
  commit({});
  EXPECT_FALSE(buffer.has_value());
}

TEST_F(Batch, BadItemsDoNotSinkTheOthers) {
  std::vector<journal_entry> batch;
  std::vector<errc> expected;
  const auto push = [&](const bet& row, errc verdict) {
    batch.push_back(accept_bet{row});
    expected.push_back(verdict);
  };
  for (std::uint64_t n = 0; n < 500; ++n) {
    if (n == 17) push(a_bet(10'000, user_of(404), 1_usdc), errc::insufficient_balance);
    if (n == 18) push(a_bet(10'001, alice, 51_usdc), errc::insufficient_balance);
    if (n == 250) push(a_bet(10'002, bob, 1001_usdc), errc::exceeds_max_bet);
    if (n == 499) push(a_bet(10'003, bob, {-5}), errc::invariant_violated);
    push(a_bet(n, n % 2 == 0 ? alice : bob, 100_micro), ok);
  }
  EXPECT_EQ(verdicts(batch), expected);
  EXPECT_EQ(balance_of(alice), usdc{50'000'000 - 25'000});
  EXPECT_EQ(the_buffer().balance, usdc{1000'000'000 - 50'000});
  EXPECT_EQ(db.number("SELECT count(*) FROM bets"), 500);
  EXPECT_EQ(differences(), "");
  EXPECT_EQ(verdicts(batch), expected);  // the same once more changes nothing
  EXPECT_EQ(balance_of(alice), usdc{50'000'000 - 25'000});
  EXPECT_EQ(differences(), "");
}

TEST_F(Batch, FirstComeFirstServedWhenTheMoneyIsShort) {
  EXPECT_EQ(verdicts({accept_bet{a_bet(1, alice, 30_usdc)}, accept_bet{a_bet(2, alice, 30_usdc)},
                      accept_bet{a_bet(3, alice, 20_usdc)}}),
            (std::vector{ok, errc::insufficient_balance, ok}));
  EXPECT_EQ(outcomes[2].result.balance, 0_usdc);
}

TEST_F(Batch, MixedKindsCommitTogether) {
  const auto old_bet = a_bet(1, alice, 10_usdc);
  ASSERT_EQ(one(accept_bet{old_bet}), ok);
  const auto row = a_deposit(7, alice, 5_usdc);
  const auto version = buffer->version;
  EXPECT_EQ(verdicts({accept_bet{a_bet(2, alice, 45_usdc)},  // paid by what follows
                      open_deposit{row}, settle_deposit{row.id, id_of<hash256>(7), noon},
                      credit_deposit{row.id, alice, 5_usdc, noon},
                      replenish{id_of<replenish_id>(5), 1_usdc, 2_usdc, "r", noon}, failed(old_bet),
                      configure_buffer{1_usdc, true, 5000_usdc, noon},
                      record_operations{{an_operation(1, 0)}}}),
            std::vector<errc>(8, ok));
  EXPECT_EQ(outcomes[0].result.balance, 10_usdc);
  EXPECT_EQ(outcomes[3].result.balance, 10_usdc);  // rows after the commit, whoever asks
  EXPECT_EQ(buffer->balance, 956_usdc);
  EXPECT_EQ(buffer->reserve, 2_usdc);
  EXPECT_EQ(buffer->max_size, 5000_usdc);
  EXPECT_GT(buffer->version, version);
  EXPECT_EQ(differences(), "");
}

TEST_F(Batch, AcceptAndFinishOfOneBetWorkInOrder) {
  const auto first = a_bet(1, alice, 50_usdc);
  const auto second = a_bet(2, alice, 50_usdc);
  const std::vector<journal_entry> batch{accept_bet{first}, failed(first), accept_bet{second},
                                         filled(second, 20_usdc, 0_usdc)};
  EXPECT_EQ(verdicts(batch), std::vector<errc>(4, ok));
  EXPECT_EQ(balance_of(alice), 30_usdc);
  EXPECT_EQ(verdicts(batch), std::vector<errc>(4, ok));
  EXPECT_EQ(balance_of(alice), 30_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(Batch, RefusedEntryOfAMixedBatchLeavesTheOthers) {
  const auto row = a_bet(1, alice, 10_usdc);
  EXPECT_EQ(
      verdicts({accept_bet{row}, failed(row), failed(a_bet(9, bob, 1_usdc)),
                refill{id_of<replenish_id>(8), 1_usdc, noon}, accept_bet{a_bet(2, bob, 10_usdc)},
                complete_conversion{id_of<conversion_id>(1), {}, 1_usdc, {}, {}, noon}}),
      (std::vector{ok, ok, errc::invariant_violated, errc::invariant_violated, ok,
                   errc::invariant_violated}));
  EXPECT_EQ(differences(), "");
}

TEST_F(Batch, ManyFinishesAreOneStatement) {
  std::vector<journal_entry> accepts, finishes;
  for (std::uint64_t n = 0; n < 300; ++n) {
    const auto row = a_bet(n, n % 3 == 0 ? alice : bob, 1000_micro);
    accepts.push_back(accept_bet{row});
    finishes.push_back(n % 2 == 0 ? failed(row) : filled(row, 400_micro, 100_micro));
  }
  const auto version = [&] {
    return db.number("SELECT sum(version) FROM balances") * 1'000'000 + the_buffer().version;
  };
  /// Whatever wrote the bets was the first command of one transaction, and touched each of the two
  /// users and the buffer once.
  const auto expect_one_statement = [&](std::int64_t before) {
    EXPECT_EQ(db.number("SELECT count(DISTINCT xmin::text) FROM bets"), 1);
    EXPECT_EQ(db.number("SELECT max(cmin::text::bigint) FROM bets"), 0);
    EXPECT_EQ(version() - before, 2 * 1'000'000 + 1);
  };
  auto before = version();
  EXPECT_EQ(verdicts(accepts), std::vector<errc>(300, ok));
  expect_one_statement(before);
  before = version();
  EXPECT_EQ(verdicts(finishes), std::vector<errc>(300, ok));
  expect_one_statement(before);
  EXPECT_EQ(the_buffer().total_withdrawn, usdc{150 * 500});
  EXPECT_EQ(reader.trial()->at_venue, 0_usdc);
  EXPECT_EQ(differences(), "");
}

}  // namespace
}  // namespace headroom::test
