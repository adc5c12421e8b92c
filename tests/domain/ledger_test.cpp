#include "domain/ledger.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/ledger_story.hpp"

namespace headroom::test {
namespace {

/// Assets and expenses on one side, what is owed and the capital on the other.
std::int64_t imbalance_of(const entry_moves& moves) {
  std::int64_t debits = 0;
  std::int64_t credits = 0;
  for (const auto a : all_accounts) {
    const bool owed = a == account::user || a == account::capital || a == account::revenue;
    (owed ? credits : debits) += change_of(a, moves).micro;
  }
  return debits - credits;
}

/// Whether an entry may move money. No line for "the others": a new kind does not compile until
/// somebody has thought about it.
struct may_move_money {
  bool operator()(const accept_bet&) const { return true; }
  bool operator()(const finish_bet&) const { return true; }
  bool operator()(const open_deposit&) const { return false; }
  bool operator()(const settle_deposit&) const { return false; }
  bool operator()(const fail_deposit&) const { return false; }
  bool operator()(const credit_deposit&) const { return true; }
  bool operator()(const open_conversion&) const { return false; }
  bool operator()(const replace_conversion&) const { return false; }
  bool operator()(const advance_conversion&) const { return false; }
  bool operator()(const complete_conversion&) const { return true; }
  bool operator()(const fail_conversion&) const { return false; }
  bool operator()(const replenish&) const { return true; }
  bool operator()(const refill&) const { return true; }
  bool operator()(const configure_buffer&) const { return false; }
  bool operator()(const record_operations&) const { return false; }
  bool operator()(const finish_operation&) const { return false; }
  bool operator()(const promise_bet&) const { return false; }
  bool operator()(const record_market&) const { return false; }
  bool operator()(const accept_sale&) const { return false; }
  bool operator()(const finish_sale&) const { return true; }
  bool operator()(const open_settlement&) const { return false; }
  bool operator()(const book_redemption&) const { return false; }
  bool operator()(const settle_position&) const { return true; }
  bool operator()(const close_settlement&) const { return true; }
  bool operator()(const record_external&) const { return false; }
  bool operator()(const accept_withdrawal&) const { return true; }
  bool operator()(const approve_withdrawal&) const { return false; }
  bool operator()(const finish_withdrawal&) const { return true; }
  bool operator()(const switch_withdrawals&) const { return false; }
  bool operator()(const note_buffer&) const { return false; }
  bool operator()(const order_conversion&) const { return false; }
  bool operator()(const write_off_conversion&) const { return true; }
  bool operator()(const adopt_transfer&) const { return true; }
  bool operator()(const switch_work&) const { return false; }
  bool operator()(const undo_conversion&) const { return true; }
  bool operator()(const settle_proofs&) const { return false; }
  bool operator()(const sign_in&) const { return false; }
  bool operator()(const sign_out&) const { return false; }
  bool operator()(const open_delegation&) const { return false; }
  bool operator()(const revoke_delegation&) const { return false; }
};

TEST(Ledger, TheStoryTellsOfEveryKindOfEntryAndEveryShapeOfPosting) {
  std::set<std::size_t> kinds;
  std::vector<posting_shape> seen;
  for (const auto& line : ledger_story()) {
    kinds.insert(line.entry.index());
    for (const auto& p : moves_of(line.entry).postings) seen.push_back(p.shape);
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<journal_entry>);
  for (const auto& shape : posting_shapes()) {
    EXPECT_NE(std::find(seen.begin(), seen.end(), shape), seen.end())
        << to_string(shape.kind) << ": " << to_string(shape.credit) << " to "
        << to_string(shape.debit);
  }
}

TEST(Ledger, EveryEntryMakesThePostingsOfTheTable) {
  for (const auto& line : ledger_story()) {
    const auto moves = moves_of(line.entry);
    EXPECT_EQ(text_of(moves), line.postings) << name_of(line.entry);
    EXPECT_TRUE(moves.postings.empty() || std::visit(may_move_money{}, line.entry));
  }
}

TEST(Ledger, EveryEntryBalancesAndNamesItsUserAndItsSubject) {
  for (const auto& line : ledger_story()) {
    const auto moves = moves_of(line.entry);
    SCOPED_TRACE(name_of(line.entry));
    EXPECT_EQ(imbalance_of(moves), 0);
    EXPECT_EQ(change_of(account::buffer, moves).micro,
              change_of(buffer_total::deposited, moves).micro -
                  change_of(buffer_total::withdrawn, moves).micro);
    for (const auto& p : moves.postings) {
      EXPECT_TRUE(p.amount.is_positive());
      EXPECT_NE(p.shape.debit, p.shape.credit);
      const bool of_a_user = p.shape.debit == account::user || p.shape.credit == account::user;
      EXPECT_TRUE(!of_a_user || moves.user.has_value());
      EXPECT_FALSE(moves.reference.is_zero());
      EXPECT_TRUE(moves.at.is_set());
    }
  }
}

/// Whatever an entry carries, also what no row would take: both sides stay equal and nothing wraps.
TEST(Ledger, EntriesWithImpossibleAmountsStillBalance) {
  constexpr usdc amounts[] = {{INT64_MIN}, {-1}, {0}, {1}, {INT64_MAX}};
  for (const auto a : amounts)
    for (const auto b : amounts) {
      accept_bet taken;
      taken.row.amount = a;
      finish_bet end;
      end.refunded = a;
      end.excess = b;
      complete_conversion done;
      done.to_buffer = a;
      done.loss = b;
      finish_sale sold;
      sold.proceeds = a;
      sold.fee = b;
      accept_withdrawal out;
      out.row.amount = a;
      out.row.fee = b;
      finish_withdrawal returned;
      returned.amount = a;
      returned.fee = b;
      for (const journal_entry& e :
           {journal_entry{taken}, journal_entry{end}, journal_entry{done},
            journal_entry{replenish{{}, a, b, "", {}}}, journal_entry{refill{{}, a, {}}},
            journal_entry{credit_deposit{{}, {}, a, {}, b}}, journal_entry{sold},
            journal_entry{settle_position{{}, {}, {}, {}, a, {}}},
            journal_entry{close_settlement{{}, a, {}}}, journal_entry{out},
            journal_entry{undo_conversion{{}, 1, {}, a, b, b, {}}}, journal_entry{returned}})
        for (const auto& p : moves_of(e).postings) {
          EXPECT_TRUE(p.amount.is_positive());
          EXPECT_EQ(imbalance_of({{p}, {}, {}, {}}), 0) << name_of(e);
        }
    }
}

TEST(Ledger, ABetTakesFromUserAndBufferAlikeAndItsRefundGivesBackAlike) {
  accept_bet taken;
  taken.row.amount = 10_usdc;
  finish_bet end;
  end.status = bet_status::filled;
  end.spent = 7_usdc;
  end.fee = 1_usdc;
  end.refunded = 2_usdc;
  const auto gone = moves_of(taken);
  const auto back = moves_of(end);
  for (const auto a : {account::user, account::buffer}) {
    EXPECT_EQ(change_of(a, gone), usdc{-10'000'000});
    EXPECT_EQ(change_of(a, back), 2_usdc);
  }
  EXPECT_EQ(change_of(buffer_total::withdrawn, gone), 10_usdc);
  EXPECT_EQ(change_of(buffer_total::withdrawn, back), usdc{-2'000'000}) << "stake and fee are left";
  EXPECT_EQ(change_of(buffer_total::deposited, back), usdc{});
}

TEST(Ledger, AWithdrawalTakesWhatLeavesFromTheBufferAndItsFeeBecomesTheHouses) {
  accept_withdrawal asked;
  asked.row.amount = 10_usdc;
  asked.row.fee = 1_usdc;
  const auto gone = moves_of(asked);
  EXPECT_EQ(change_of(account::user, gone), usdc{-10'000'000});
  EXPECT_EQ(change_of(account::buffer, gone), usdc{-9'000'000}) << "the fee stays with its money";
  EXPECT_EQ(change_of(account::revenue, gone), 1_usdc);
  EXPECT_EQ(change_of(buffer_total::withdrawn, gone), 9_usdc);

  finish_withdrawal end;
  end.amount = 10_usdc;
  end.fee = 1_usdc;
  end.status = withdrawal_status::failed;
  const auto back = moves_of(end);
  EXPECT_EQ(change_of(account::user, back), 10_usdc);
  EXPECT_EQ(change_of(account::buffer, back), 9_usdc);
  EXPECT_EQ(change_of(account::revenue, back), usdc{-1'000'000});
  EXPECT_EQ(change_of(buffer_total::withdrawn, back), usdc{-9'000'000});
  EXPECT_EQ(change_of(buffer_total::deposited, back), usdc{});
  end.status = withdrawal_status::confirmed;
  EXPECT_TRUE(moves_of(end).postings.empty()) << "what left is gone";
}

TEST(Ledger, WhatTheVenueChargesAboveTheAmountIsNeverTheUsers) {
  finish_bet end;
  end.status = bet_status::filled;
  end.spent = 12_usdc;
  end.excess = 2_usdc;
  const auto moves = moves_of(end);
  EXPECT_EQ(change_of(account::user, moves), usdc{});
  EXPECT_EQ(change_of(account::buffer, moves), usdc{-2'000'000});
  EXPECT_EQ(change_of(account::venue_loss, moves), 2_usdc);
  EXPECT_TRUE(moves.user) << "whose balance the answer shows all the same";
}

TEST(Ledger, WhatComesBackFromTheVenueRaisesUserAndBufferAlike) {
  finish_sale sold;
  sold.user.bytes[0] = 1;
  sold.proceeds = 5_usdc;
  sold.fee = 1_usdc;
  settle_position paid;
  paid.user.bytes[0] = 1;
  paid.payout = 4_usdc;
  for (const journal_entry& e : {journal_entry{sold}, journal_entry{paid}}) {
    const auto moves = moves_of(e);
    EXPECT_EQ(change_of(account::user, moves), 4_usdc) << name_of(e);
    EXPECT_EQ(change_of(account::buffer, moves), 4_usdc);
    EXPECT_EQ(change_of(buffer_total::deposited, moves), 4_usdc);
    EXPECT_EQ(change_of(buffer_total::withdrawn, moves), usdc{});
  }
  paid.payout = {};
  EXPECT_TRUE(moves_of(paid).postings.empty());
  EXPECT_TRUE(moves_of(paid).user) << "whose balance the answer shows all the same";
}

TEST(Ledger, AFeeOfADepositIsTheHousesAndTheRestThePayers) {
  credit_deposit paid;
  paid.user.bytes[0] = 1;
  paid.amount = 10_usdc;
  paid.fee = 30'000_micro;
  const auto moves = moves_of(paid);
  EXPECT_EQ(change_of(account::in_transit, moves), 10_usdc) << "all of it is to be converted";
  EXPECT_EQ(change_of(account::user, moves), 9'970'000_micro);
  EXPECT_EQ(change_of(account::revenue, moves), 30'000_micro);
  EXPECT_EQ(change_of(account::buffer, moves), usdc{});
}

TEST(Ledger, WhatAReorganisationUndoesIsTheMirrorOfWhatHadArrived) {
  for (const auto loss : {2_usdc, usdc{-1'000'000}}) {
    complete_conversion came{{}, {}, 45_usdc, 3_usdc, loss, {}};
    undo_conversion gone{{}, 1, {}, 45_usdc, 3_usdc, loss, {}};
    const auto there = moves_of(came);
    const auto back = moves_of(gone);
    for (const auto a : all_accounts)
      EXPECT_EQ(add(change_of(a, there), change_of(a, back)), usdc{}) << to_string(a);
    EXPECT_EQ(change_of(buffer_total::deposited, back), usdc{-45'000'000})
        << "it never was deposited";
    EXPECT_EQ(change_of(buffer_total::withdrawn, back), usdc{});
  }
}

TEST(Ledger, EachClosingOfASettlementHasAReferenceOfItsOwn) {
  close_settlement first{{}, 1_usdc, timestamp::of_seconds(1'800'000'000)};
  auto second = first;
  second.at = first.at.plus(std::chrono::microseconds{1});
  EXPECT_NE(moves_of(first).reference, moves_of(second).reference);
  EXPECT_EQ(moves_of(first).reference, moves_of(close_settlement{first}).reference);
  second = first;
  second.condition.bytes[0] = 1;
  EXPECT_NE(moves_of(first).reference, moves_of(second).reference);
  EXPECT_EQ(change_of(account::revenue, moves_of(first)), 1_usdc);
  EXPECT_EQ(change_of(account::user, moves_of(first)), usdc{});
}

TEST(Ledger, EveryAccountAndKindHasANameAndEveryKindAShape) {
  std::set<std::string_view> accounts;
  for (const auto a : all_accounts) accounts.insert(to_string(a));
  EXPECT_EQ(accounts.size(), std::size(all_accounts));
  EXPECT_FALSE(accounts.contains("unknown"));
  std::set<std::string_view> kinds;
  for (const auto k : all_posting_kinds) {
    kinds.insert(to_string(k));
    EXPECT_EQ(shape_of(k).kind, k);
  }
  EXPECT_EQ(kinds.size(), std::size(all_posting_kinds));
  EXPECT_FALSE(kinds.contains("unknown"));
}

TEST(JournalEntry, EveryKindHasTheNameOfItsType) {
  std::set<std::string> names;
  for (const auto& line : ledger_story()) names.insert(name_of(line.entry));
  EXPECT_EQ(names.size(), std::variant_size_v<journal_entry>);
  EXPECT_TRUE(names.contains("complete_conversion"));
}

}  // namespace
}  // namespace headroom::test
