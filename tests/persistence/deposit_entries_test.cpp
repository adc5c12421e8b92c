#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

const auto alice = user_of(1);
const auto proof = id_of<hash256>(500);

struct DepositEntries : books {
  deposit row = a_deposit(1, alice, 20_usdc);

  deposit stored() { return reader.find_deposit(row.id).value().value(); }
  errc open() { return one(open_deposit{row}); }
  errc settle() { return one(settle_deposit{row.id, proof, noon, 7}); }
  errc credit() { return one(credit_deposit{row.id, alice, 20_usdc, noon}); }
  errc fail() { return one(fail_deposit{row.id, "reverted", noon}); }
};

TEST_F(DepositEntries, OpenedDepositReadsBackAsItWas) {
  ASSERT_EQ(open(), errc::none);
  const auto read = stored();
  EXPECT_EQ(read.user, alice);
  EXPECT_EQ(read.amount, 20_usdc);
  EXPECT_EQ(read.status, deposit_status::settling);
  EXPECT_EQ(read.payment.chain_id, 9745U);
  EXPECT_EQ(read.payment.nonce, row.payment.nonce);
  EXPECT_EQ(read.payment.signature, row.payment.signature);
  EXPECT_EQ(read.payment.valid_before, row.payment.valid_before);
  EXPECT_TRUE(read.tx_hash.is_zero());
  EXPECT_TRUE(read.conversion.is_zero());
  EXPECT_FALSE(read.credited_at.is_set());
  EXPECT_EQ(read.created_at, row.created_at);
  EXPECT_EQ(balance_of(alice), 0_usdc);
}

TEST_F(DepositEntries, AKeyNamesOneDepositOfItsPayer) {
  row.idempotency_key = id_of<hash256>(70);
  row.payment_identifier = id_of<hash256>(71);
  for (int i = 0; i < 2; ++i) ASSERT_EQ(open(), errc::none) << "the same row again";
  EXPECT_EQ(stored().idempotency_key, row.idempotency_key);
  EXPECT_EQ(stored().payment_identifier, row.payment_identifier);

  auto other = a_deposit(2, alice, 20_usdc);  // another signature
  other.idempotency_key = row.idempotency_key;
  EXPECT_EQ(one(open_deposit{other}), errc::duplicate);
  other.idempotency_key = id_of<hash256>(72);
  other.payment_identifier = row.payment_identifier;
  EXPECT_EQ(one(open_deposit{other}), errc::duplicate);
  other.payment_identifier = {};
  EXPECT_EQ(one(open_deposit{other}), errc::none);

  const auto bob = user_of(2);
  auto theirs = a_deposit(3, bob, 20_usdc);
  theirs.idempotency_key = row.idempotency_key;
  EXPECT_EQ(one(open_deposit{theirs}), errc::none) << "keys of two payers are two keys";

  const auto found = [&](const address& user, const hash256& key, const hash256& identifier) {
    const auto d = reader.find_deposit_by_keys(user, key, identifier).value();
    return d ? d->id : deposit_id{};
  };
  EXPECT_EQ(found(alice, row.idempotency_key, {}), row.id);
  EXPECT_EQ(found(alice, {}, row.payment_identifier), row.id);
  EXPECT_EQ(found(alice, other.idempotency_key, row.payment_identifier), other.id)
      << "the header's key counts first";
  EXPECT_EQ(found(bob, row.idempotency_key, {}), theirs.id);
  EXPECT_EQ(found(bob, {}, row.payment_identifier), deposit_id{});
  EXPECT_EQ(found(alice, id_of<hash256>(73), {}), deposit_id{});
}

TEST_F(DepositEntries, DepositsWithoutKeysDoNotCollide) {
  ASSERT_EQ(open(), errc::none);
  EXPECT_EQ(one(open_deposit{a_deposit(2, alice, 20_usdc)}), errc::none);
  EXPECT_FALSE(reader.find_deposit_by_keys(alice, {}, {}).value());
}

TEST_F(DepositEntries, CreditFollowsSettlement) {
  ASSERT_EQ(open(), errc::none);
  EXPECT_EQ(credit(), errc::invariant_violated);  // nothing proven yet
  ASSERT_EQ(settle(), errc::none);
  EXPECT_EQ(stored().status, deposit_status::pending);
  EXPECT_EQ(stored().tx_hash, proof);
  EXPECT_EQ(stored().log_index, 7U);
  ASSERT_EQ(credit(), errc::none);
  EXPECT_EQ(outcomes[0].result.balance, 20_usdc);
  EXPECT_EQ(outcomes[0].result.balance_version, 1);
  EXPECT_EQ(stored().status, deposit_status::converting);
  EXPECT_EQ(stored().credited_at, noon);
  EXPECT_EQ(reader.trial()->in_transit, 20_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(DepositEntries, EveryStepRepeatsSafely) {
  for (int i = 0; i < 2; ++i) EXPECT_EQ(open(), errc::none);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(settle(), errc::none);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(credit(), errc::none);
  EXPECT_EQ(outcomes[0].result.balance, 20_usdc);
  EXPECT_EQ(open(), errc::none);
  EXPECT_EQ(settle(), errc::none);
  EXPECT_EQ(stored().status, deposit_status::converting);
  EXPECT_EQ(balance_of(alice), 20_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(DepositEntries, AuthorizationIsSpentOnce) {
  ASSERT_EQ(open(), errc::none);
  auto other = row;
  other.id = id_of<deposit_id>(2);
  EXPECT_EQ(one(open_deposit{other}), errc::duplicate);
  other.payment.nonce = id_of<hash256>(2);
  EXPECT_EQ(one(open_deposit{other}), errc::none);
  other.amount = 21_usdc;  // same id, other content
  EXPECT_EQ(one(open_deposit{other}), errc::duplicate);
}

TEST_F(DepositEntries, FailedDepositIsNeverCredited) {
  ASSERT_EQ(open(), errc::none);
  ASSERT_EQ(fail(), errc::none);
  EXPECT_EQ(fail(), errc::none);
  EXPECT_EQ(settle(), errc::invariant_violated);
  EXPECT_EQ(credit(), errc::invariant_violated);
  EXPECT_EQ(stored().failure, "reverted");
  EXPECT_EQ(differences(), "");
}

TEST_F(DepositEntries, CreditedDepositCannotFail) {
  ASSERT_EQ(open(), errc::none);
  ASSERT_EQ(settle(), errc::none);
  EXPECT_EQ(fail(), errc::invariant_violated);
  ASSERT_EQ(credit(), errc::none);
  EXPECT_EQ(fail(), errc::invariant_violated);
  EXPECT_EQ(one(settle_deposit{row.id, id_of<hash256>(501), noon, 7}), errc::invariant_violated);
  EXPECT_EQ(one(settle_deposit{row.id, proof, noon, 8}), errc::invariant_violated);
}

TEST_F(DepositEntries, OneTransferProvesOneDeposit) {
  auto other = a_deposit(2, alice, 20_usdc);
  auto third = a_deposit(3, alice, 20_usdc);
  ASSERT_EQ(verdicts({open_deposit{row}, open_deposit{other}, open_deposit{third}}),
            std::vector<errc>(3, errc::none));
  ASSERT_EQ(settle(), errc::none);
  EXPECT_EQ(one(settle_deposit{other.id, proof, noon, 7}), errc::duplicate);
  EXPECT_EQ(reader.find_deposit(other.id).value()->status, deposit_status::settling);
  EXPECT_EQ(one(credit_deposit{other.id, alice, 20_usdc, noon}), errc::invariant_violated);
  // In one batch, too: the first has it, and the rest of the batch stands.
  EXPECT_EQ(
      verdicts({settle_deposit{other.id, proof, noon, 9}, settle_deposit{third.id, proof, noon, 9},
                credit_deposit{row.id, alice, 20_usdc, noon}}),
      (std::vector{errc::none, errc::duplicate, errc::none}));
  EXPECT_EQ(one(fail_deposit{third.id, "its proof was another's", noon}), errc::none);
  EXPECT_EQ(balance_of(alice), 20_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(DepositEntries, AHashWithoutAProofIsNotStored) {
  row.tx_hash = proof;  // as its actor knows it from the wallet
  ASSERT_EQ(open(), errc::none);
  EXPECT_TRUE(stored().tx_hash.is_zero());
  EXPECT_EQ(settle(), errc::none);
}

/// The newest transaction sent for it, of whichever try, until the proof names the right one.
TEST_F(DepositEntries, SettlingDepositShowsTheTransactionOfTheOutbox) {
  ASSERT_EQ(open(), errc::none);
  const auto send = [&](std::uint8_t attempt, std::uint32_t bump, int second) {
    auto op = an_operation(10U + attempt, 10U + attempt, bump);
    op.id = settlement_of(row.id, attempt);
    op.created_at = noon.plus(std::chrono::seconds{second});
    EXPECT_EQ(one(record_operations{{op}}), errc::none);
    return op.tx_hash;
  };
  auto foreign = an_operation(3000, 30, 0);
  foreign.created_at = noon.plus(std::chrono::hours{1});
  ASSERT_EQ(one(record_operations{{foreign}}), errc::none);
  EXPECT_TRUE(stored().tx_hash.is_zero());
  auto newest = send(0, 0, 1);
  EXPECT_EQ(stored().tx_hash, newest);
  newest = send(0, 1, 2);
  EXPECT_EQ(stored().tx_hash, newest);
  newest = send(1, 0, 3);
  EXPECT_EQ(stored().tx_hash, newest);
  EXPECT_EQ(reader.list_deposits({alice})->deposits.front().tx_hash, newest);
  EXPECT_EQ(reader.unfinished(10, 10)->settling_deposits.front().tx_hash, newest);
  ASSERT_EQ(settle(), errc::none);
  EXPECT_EQ(stored().tx_hash, proof);
}

TEST_F(DepositEntries, CreditMustBeTheDepositsOwn) {
  ASSERT_EQ(open(), errc::none);
  ASSERT_EQ(settle(), errc::none);
  EXPECT_EQ(one(credit_deposit{row.id, user_of(2), 20_usdc, noon}), errc::invariant_violated);
  EXPECT_EQ(one(credit_deposit{row.id, alice, 21_usdc, noon}), errc::invariant_violated);
  EXPECT_EQ(one(credit_deposit{id_of<deposit_id>(9), alice, 20_usdc, noon}),
            errc::invariant_violated);
  EXPECT_EQ(balance_of(alice), 0_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(DepositEntries, AFeeIsTheHousesAndStaysTheOneThatWasTakenWithThePayment) {
  row.fee = 50'000_micro;
  ASSERT_EQ(open(), errc::none);
  EXPECT_EQ(stored().fee, 50'000_micro);
  EXPECT_EQ(reader.on_its_way(alice)->total, 19'950'000_micro);
  ASSERT_EQ(settle(), errc::none);
  EXPECT_EQ(credit(), errc::invariant_violated) << "without the fee it is another credit";
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(one(credit_deposit{row.id, alice, 20_usdc, noon, 50'000_micro}), errc::none);
  EXPECT_EQ(balance_of(alice), 19'950'000_micro);
  EXPECT_EQ(reader.trial()->revenue, 50'000_micro);
  EXPECT_EQ(reader.trial()->in_transit, 20_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(DepositEntries, AFeeLeavesSomethingToCredit) {
  for (const usdc fee : {usdc{-1}, 20_usdc, 21_usdc}) {
    row.fee = fee;
    EXPECT_EQ(open(), errc::invariant_violated) << fee.micro;
  }
}

TEST_F(DepositEntries, CreditsThatOverflowAreRefusedAlone) {
  fund(10, alice, usdc{INT64_MAX});
  ASSERT_EQ(open(), errc::none);
  ASSERT_EQ(settle(), errc::none);
  EXPECT_EQ(verdicts({credit_deposit{row.id, alice, 20_usdc, noon},
                      open_deposit{a_deposit(2, user_of(2), 1_usdc)}}),
            (std::vector{errc::invariant_violated, errc::none}));
  EXPECT_EQ(stored().status, deposit_status::pending);
  EXPECT_EQ(balance_of(alice), usdc{INT64_MAX});
}

}  // namespace
}  // namespace headroom::test
