#include <pqxx/pqxx>

#include "persistence/operator_orders.hpp"
#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

/// What operators order, by the journal and beside it.
struct RepairEntries : books {
  conversion row = a_conversion(1, 50_usdc, {id_of<deposit_id>(11)});

  void SetUp() override {
    fund(11, user_of(1), 50_usdc);
    ASSERT_EQ(one(open_conversion{row}), errc::none);
  }

  order_conversion ordered(order_word word, int after, usdc received = {}) {
    order_conversion x;
    x.id = row.id;
    x.order.word = word;
    x.order.by = "cli:ann";
    x.order.reason = "ticket 7";
    x.order.at = noon.plus(std::chrono::seconds{after});
    if (word == order_word::settle) {
      x.order.received = received;
      x.order.proof = {137, id_of<hash256>(70), 3};
    }
    return x;
  }
  adopt_transfer adoption(std::uint64_t tx, usdc amount) {
    return {{137, id_of<hash256>(tx), 4}, user_of(9), amount, "cli:ann", "sent by hand", noon};
  }
  errc beside(const journal_entry& x) { return persistence::book_repair(db.conninfo(), x); }
  /// As a route's step has it stored, before anybody names it.
  chain_operation sent(std::uint64_t n, const conversion_id& of, std::uint32_t attempt = 0) {
    auto out = an_operation(n, n, attempt);
    out.purpose = "bridge/" + of.text();
    return out;
  }
  errc finish(const chain_operation& x, operation_status end) {
    const auto hash = end == operation_status::dropped ? hash256{} : x.tx_hash;
    return one(finish_operation{x.id, hash, end, 9, noon, uint256::of(21'000)});
  }
  conversion stored() { return reader.find_conversion(row.id).value().value(); }
  write_off_conversion written_off() { return {row.id, 50_usdc, "written off", noon}; }
};

TEST_F(RepairEntries, TheNewestOrderStandsBesideTheConversionAndSaysWhoGaveIt) {
  EXPECT_EQ(stored().order.number, 0);
  ASSERT_EQ(one(ordered(order_word::hold, 1)), errc::none);
  ASSERT_EQ(beside(ordered(order_word::release, 2)), errc::none);
  const auto order = stored().order;
  EXPECT_GT(order.number, 0);
  EXPECT_EQ(order.word, order_word::release);
  EXPECT_EQ(order.by, "cli:ann");
  EXPECT_EQ(order.reason, "ticket 7");
  EXPECT_EQ(order.at, noon.plus(std::chrono::seconds{2}));
  EXPECT_EQ(reader.running_conversions()->at(0).order.number, order.number);
  EXPECT_EQ(reader.list_conversions("", 10)->conversions.at(0).order.number, order.number);
  EXPECT_EQ(actions(), (std::vector<std::string>{"cli:ann hold_conversion " + row.id.text(),
                                                 "cli:ann release_conversion " + row.id.text()}));
}

TEST_F(RepairEntries, AnOrderTwiceIsOneOrder) {
  ASSERT_EQ(one(ordered(order_word::hold, 1)), errc::none);
  const auto number = stored().order.number;
  EXPECT_EQ(one(ordered(order_word::hold, 1)), errc::none);
  EXPECT_TRUE(outcomes.at(0).result.replayed);
  EXPECT_EQ(stored().order.number, number);
  EXPECT_EQ(actions().size(), 1U);
}

TEST_F(RepairEntries, NobodyOrdersWhatIsNotThereOrIsOver) {
  auto other = ordered(order_word::hold, 1);
  other.id = id_of<conversion_id>(99);
  EXPECT_EQ(beside(other), errc::not_found);
  ASSERT_EQ(one(complete_conversion{row.id, {}, 50_usdc, {}, {}, noon}), errc::none);
  EXPECT_EQ(beside(ordered(order_word::hold, 1)), errc::invariant_violated);
  EXPECT_TRUE(actions().empty());
}

TEST_F(RepairEntries, AnEndWantsAHoldFirstAndIsTheLastWord) {
  EXPECT_EQ(beside(ordered(order_word::write_off, 1)), errc::invariant_violated);
  EXPECT_EQ(one(written_off()), errc::invariant_violated) << "nobody ordered it";
  ASSERT_EQ(beside(ordered(order_word::hold, 2)), errc::none);
  ASSERT_EQ(beside(ordered(order_word::write_off, 3)), errc::none);
  EXPECT_EQ(beside(ordered(order_word::release, 4)), errc::invariant_violated);
  ASSERT_EQ(one(written_off()), errc::none);
  EXPECT_EQ(one(written_off()), errc::none);
  EXPECT_TRUE(outcomes.at(0).result.replayed);
  EXPECT_EQ(stored().status, conversion_status::failed);
  EXPECT_EQ(stored().loss, 50_usdc);
  EXPECT_EQ(reader.find_deposit(row.deposits[0]).value().value().status, deposit_status::failed);
  EXPECT_EQ(balance_of(user_of(1)), 50_usdc) << "the user keeps the credit";
  const auto trial = reader.trial().value();
  EXPECT_EQ(trial.in_transit, 0_usdc);
  EXPECT_EQ(trial.conversion_loss, 50_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(RepairEntries, NoEndWhileATransactionOfItMayBeMined) {
  auto op = an_operation(5, 7);
  ASSERT_EQ(one(record_operations{{op}}), errc::none);
  conversion_step bridge;
  bridge.name = "bridge";
  bridge.state = "in_flight";
  bridge.amount_in = 50_usdc;
  bridge.operations = {op.id};
  ASSERT_EQ(one(advance_conversion{row.id, {bridge}, 0, noon}), errc::none);
  ASSERT_EQ(beside(ordered(order_word::hold, 1)), errc::none);
  EXPECT_EQ(beside(ordered(order_word::write_off, 2)), errc::invariant_violated);
  ASSERT_EQ(one(finish_operation{op.id, op.tx_hash, operation_status::reverted, 9, noon,
                                 uint256::of(21'000)}),
            errc::none);
  const auto shown = stored().steps.at(0).transactions.at(0);
  EXPECT_EQ(shown.fee_wei, "21000");
  EXPECT_EQ(beside(ordered(order_word::write_off, 3)), errc::none);
}

/// The service died between the outbox' commit and its own, or is slow: no step names it.
TEST_F(RepairEntries, NoEndWhileATransactionThatNoStepNamesMayBeMined) {
  const auto op = sent(5, row.id);
  ASSERT_EQ(one(record_operations{{op}}), errc::none);
  EXPECT_EQ(reader.find_operation(op.id)->at(0).purpose, "bridge");
  ASSERT_EQ(beside(ordered(order_word::hold, 1)), errc::none);
  EXPECT_EQ(beside(ordered(order_word::write_off, 2)), errc::invariant_violated);
  EXPECT_EQ(beside(ordered(order_word::settle, 3, 49_usdc)), errc::invariant_violated);
  // A later life knows its purpose alone.
  auto dearer = an_operation(5, 5, 1);
  dearer.purpose = "bridge";
  ASSERT_EQ(one(record_operations{{dearer}}), errc::none) << "what is stored may be sent again";
  EXPECT_EQ(db.number("SELECT count(*) FROM chain_operations WHERE conversion_id IS NOT NULL"), 2);
  ASSERT_EQ(finish(op, operation_status::dropped), errc::none);
  EXPECT_EQ(beside(ordered(order_word::settle, 4, 49_usdc)), errc::none);
}

TEST_F(RepairEntries, NoEndWhileAServiceMayDoItYet) {
  external_operation asked;
  asked.id = id_of<operation_id>(5);
  asked.service = "okx";
  asked.purpose = "withdraw USDC/" + row.id.text();
  asked.request = "{}";
  asked.give_up_at = asked.created_at = asked.updated_at = noon;
  ASSERT_EQ(one(record_external{asked}), errc::none);
  EXPECT_EQ(reader.find_external(asked.id)->at(0).purpose, "withdraw USDC");
  ASSERT_EQ(beside(ordered(order_word::hold, 1)), errc::none);
  EXPECT_EQ(beside(ordered(order_word::write_off, 2)), errc::invariant_violated);
  asked.status = external_status::accepted;
  ASSERT_EQ(one(record_external{asked}), errc::none);
  EXPECT_EQ(beside(ordered(order_word::write_off, 3)), errc::invariant_violated);
  asked.status = external_status::failed;
  ASSERT_EQ(one(record_external{asked}), errc::none);
  EXPECT_EQ(beside(ordered(order_word::write_off, 4)), errc::none);
}

/// A route that was asked before the order sends afterwards.
TEST_F(RepairEntries, WhatIsHeldOrEndedByAnOrderSendsNothing) {
  const auto op = sent(5, row.id);
  auto asked = external_operation{};
  asked.id = id_of<operation_id>(6);
  asked.service = "okx";
  asked.purpose = "withdraw USDC/" + row.id.text();
  asked.request = "{}";
  asked.give_up_at = asked.created_at = asked.updated_at = noon;
  ASSERT_EQ(beside(ordered(order_word::hold, 1)), errc::none);
  EXPECT_EQ(one(record_operations{{op}}), errc::invariant_violated);
  EXPECT_EQ(one(record_external{asked}), errc::invariant_violated);
  ASSERT_EQ(beside(ordered(order_word::release, 2)), errc::none);
  EXPECT_EQ(one(record_operations{{op}}), errc::none);
  ASSERT_EQ(finish(op, operation_status::reverted), errc::none);
  ASSERT_EQ(beside(ordered(order_word::hold, 3)), errc::none);
  ASSERT_EQ(beside(ordered(order_word::settle, 4, 49_usdc)), errc::none);
  const auto late = sent(7, row.id);
  EXPECT_EQ(one(record_operations{{late}}), errc::invariant_violated);
  EXPECT_EQ(one(record_external{asked}), errc::invariant_violated);
  EXPECT_EQ(one(complete_conversion{row.id, {}, 50_usdc, {}, {}, noon}), errc::invariant_violated)
      << "it arrives by the order";
  ASSERT_EQ(one(complete_conversion{row.id, {}, 49_usdc, {}, 1_usdc, noon}), errc::none);
  EXPECT_EQ(one(record_operations{{late}}), errc::invariant_violated);
  EXPECT_EQ(one(record_operations{{sent(8, id_of<conversion_id>(77))}}), errc::none)
      << "of no conversion: a move of the inventory";
}

TEST_F(RepairEntries, ATransferSettlesOneConversionOnce) {
  ASSERT_EQ(beside(ordered(order_word::hold, 1)), errc::none);
  ASSERT_EQ(beside(ordered(order_word::settle, 2, 49_usdc)), errc::none);
  EXPECT_EQ(stored().order.received, 49_usdc);
  EXPECT_EQ(stored().order.proof.tx_hash, id_of<hash256>(70));
  EXPECT_EQ(stored().order.proof.log_index, 3U);
  fund(12, user_of(2), 20_usdc);
  const auto second = a_conversion(2, 20_usdc, {id_of<deposit_id>(12)});
  ASSERT_EQ(one(open_conversion{second}), errc::none);
  auto hold = ordered(order_word::hold, 3);
  auto settle = ordered(order_word::settle, 4, 20_usdc);
  hold.id = settle.id = second.id;
  ASSERT_EQ(beside(hold), errc::none);
  EXPECT_EQ(beside(settle), errc::duplicate);
  auto adopted = adoption(70, 49_usdc);
  adopted.place.log_index = 3;
  EXPECT_EQ(beside(adopted), errc::duplicate);
  ASSERT_EQ(one(complete_conversion{row.id, {}, 49_usdc, {}, 1_usdc, noon}), errc::none);
  EXPECT_EQ(differences(), "");
}

/// What crossed in parts is settled by all of them, and each explains nothing else afterwards.
TEST_F(RepairEntries, SeveralTransfersSettleOneConversionTogether) {
  const auto settle = [this](const order_conversion& x,
                             std::vector<persistence::settling_transfer> others) {
    return persistence::book_settlement(db.conninfo(), x, others);
  };
  const transfer_place second{137, id_of<hash256>(71), 1};
  const transfer_place third{137, id_of<hash256>(71), 2};
  const auto order = ordered(order_word::settle, 2, 49_usdc);
  EXPECT_EQ(settle(order, {{second, 20_usdc}}), errc::invariant_violated) << "it is not on hold";
  ASSERT_EQ(beside(ordered(order_word::hold, 1)), errc::none);
  EXPECT_EQ(settle(order, {{second, 20_usdc}, {second, 9_usdc}}), errc::duplicate);
  EXPECT_EQ(settle(order, {{order.order.proof, 20_usdc}}), errc::duplicate);
  EXPECT_EQ(settle(order, {{second, 49_usdc}}), errc::invariant_violated) << "nothing is left";
  EXPECT_EQ(settle(order, {{second, {}}}), errc::invariant_violated);
  EXPECT_EQ(stored().order.word, order_word::hold) << "a refusal claims nothing";
  ASSERT_EQ(settle(order, {{second, 20_usdc}, {third, 9_usdc}}), errc::none);
  EXPECT_EQ(stored().order.received, 49_usdc);
  auto adopted = adoption(71, 9_usdc);
  adopted.place = third;
  EXPECT_EQ(beside(adopted), errc::duplicate);
  pqxx::connection look{db.conninfo()};
  pqxx::read_transaction tx{look};
  EXPECT_EQ(
      tx.exec1("SELECT string_agg(amount::text, ' ' ORDER BY amount) FROM claimed_transfers")[0]
          .as<std::string>(),
      "9000000 20000000 20000000");
  ASSERT_EQ(one(complete_conversion{row.id, {}, 49_usdc, {}, 1_usdc, noon}), errc::none);
  EXPECT_EQ(differences(), "");
}

TEST_F(RepairEntries, AStrayTransferIsAdoptedOnceIntoTheReserve) {
  ASSERT_EQ(beside(adoption(77, 4_usdc)), errc::none);
  EXPECT_EQ(beside(adoption(77, 4_usdc)), errc::none) << "the same once more";
  EXPECT_EQ(beside(adoption(77, 5_usdc)), errc::duplicate);
  EXPECT_EQ(the_buffer().reserve, 4_usdc);
  EXPECT_EQ(the_buffer().balance, 0_usdc);
  EXPECT_EQ(reader.trial()->capital, 4_usdc);
  auto other_log = adoption(77, 1_usdc);
  other_log.place.log_index = 5;
  EXPECT_EQ(beside(other_log), errc::none) << "another transfer of the same transaction";
  EXPECT_EQ(the_buffer().reserve, 5_usdc);
  EXPECT_EQ(actions().size(), 2U);
  EXPECT_EQ(differences(), "");
}

TEST_F(RepairEntries, WhatTheBooksExplainIsNotAdopted) {
  const auto op = an_operation(5, 7);
  ASSERT_EQ(one(record_operations{{op}}), errc::none);
  auto ours = adoption(1, 4_usdc);
  ours.place.tx_hash = op.tx_hash;
  EXPECT_EQ(beside(ours), errc::duplicate) << "a transaction of ours";
  auto paid = adoption(1, 4_usdc);
  paid.place.tx_hash = reader.find_deposit(row.deposits[0]).value().value().tx_hash;
  EXPECT_EQ(beside(paid), errc::duplicate) << "a deposit's";
  const auto tx = id_of<hash256>(88);
  ASSERT_EQ(one(replenish{id_of<replenish_id>(8), 4_usdc, {}, "wire " + tx.hex(), noon}),
            errc::none);
  EXPECT_EQ(beside(adoption(88, 4_usdc)), errc::duplicate) << "booked as paid in";
  EXPECT_EQ(the_buffer().reserve, 0_usdc);
}

TEST_F(RepairEntries, TheNewestWordOfEachKindOfWorkIsFoundAtTheStart) {
  EXPECT_TRUE(persistence::find_switches(db.conninfo()).empty());
  const auto later = noon.plus(std::chrono::seconds{1});
  ASSERT_EQ(one(switch_work{pausable::bets, true, "key:1", "an incident", noon}), errc::none);
  ASSERT_EQ(one(switch_work{pausable::bets, true, "key:1", "an incident", noon}), errc::none);
  ASSERT_EQ(one(switch_work{pausable::deposits, true, "key:1", "likewise", noon}), errc::none);
  ASSERT_EQ(one(switch_work{pausable::bets, false, "key:2", "over", later}), errc::none);
  const auto found = persistence::find_switches(db.conninfo());
  ASSERT_EQ(found.size(), 2U);
  for (const auto& x : found) {
    EXPECT_EQ(x.paused, x.work == pausable::deposits);
    EXPECT_EQ(x.by, x.paused ? "key:1" : "key:2");
  }
  EXPECT_EQ(actions(),
            (std::vector<std::string>{"key:1 pause_bets bets", "key:1 pause_deposits deposits",
                                      "key:2 resume_bets bets"}));
}

TEST_F(RepairEntries, NothingElseIsBookedBesideTheJournal) {
  EXPECT_EQ(beside(replenish{id_of<replenish_id>(3), 1_usdc, {}, "x", noon}),
            errc::invariant_violated);
  EXPECT_EQ(beside(written_off()), errc::invariant_violated);
}

TEST_F(RepairEntries, ANonceIsFilledWhereNothingHoldsIt) {
  const auto fill = [&](const chain_operation& x) {
    return persistence::book_fill(db.conninfo(), x, "cli:ann", "ticket 7");
  };
  auto lost = an_operation(5, 7);
  ASSERT_EQ(one(record_operations{{lost}}), errc::none);
  auto filler = an_operation(6, 7);
  filler.purpose = "fill_nonce";
  EXPECT_EQ(fill(filler), errc::duplicate) << "it may be mined yet";
  ASSERT_EQ(one(finish_operation{lost.id, {}, operation_status::dropped, 0, noon, {}}), errc::none);
  EXPECT_EQ(fill(filler), errc::none);
  EXPECT_EQ(fill(filler), errc::duplicate);
  const auto kept = reader.find_operation(filler.id).value();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].status, operation_status::stored);
  EXPECT_EQ(actions(), (std::vector<std::string>{"cli:ann fill_nonce " + filler.id.text()}));
}

TEST_F(RepairEntries, WhatNothingExplainsIsFoundAmongTransfers) {
  const auto place = [](std::uint64_t tx, std::uint64_t index) {
    return transfer_place{137, id_of<hash256>(tx), index};
  };
  ASSERT_EQ(one(adoption(80, 5_usdc)), errc::none);
  ASSERT_EQ(one(replenish{
                id_of<replenish_id>(9), 5_usdc, {}, "by bank, " + id_of<hash256>(81).hex(), noon}),
            errc::none);
  const std::vector<transfer_place> all{place(80, 4), place(81, 0), place(82, 0), place(80, 5)};
  EXPECT_EQ(persistence::find_unexplained(db.conninfo(), all),
            (std::vector<transfer_place>{place(82, 0), place(80, 5)}));
}

}  // namespace
}  // namespace headroom::test
