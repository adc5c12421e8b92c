#include <pqxx/pqxx>

#include <chrono>

#include "persistence/pg_timelines.hpp"
#include "persistence/service_starts.hpp"
#include "tests/persistence/market_books.hpp"

namespace headroom::test {
namespace {

using std::chrono::milliseconds;

struct Timelines : market_books {
  persistence::pg_timelines stories{{db.conninfo()}};

  template <class Id>
  static timeline_request asked_for(timeline_kind kind, const Id& id) {
    timeline_request out;
    out.kind = kind;
    out.id = id.bytes;
    return out;
  }
  template <class Id>
  timeline_page story(timeline_kind kind, const Id& id) {
    const auto found = stories.read(asked_for(kind, id), {});
    EXPECT_TRUE(found && *found);
    return found && *found ? **found : timeline_page{};
  }
  static std::string names(const timeline_page& page) {
    std::string out;
    for (const auto& e : page.events) out += e.what + " ";
    return out;
  }
  static std::string gaps(const timeline_page& page) {
    std::string out;
    for (const auto& g : page.gaps) out += g.named + "; ";
    return out;
  }
  static std::string sums(const timeline_page& page) {
    std::string out;
    for (const auto& s : page.sums)
      out += std::string{to_string(s.of)} + " " + to_string(s.change) + "; ";
    return out;
  }
  std::string plan_of(const std::string& sql) {
    pqxx::connection link{db.conninfo()};
    pqxx::work tx{link};
    std::string out;
    for (const auto& row : tx.exec("EXPLAIN " + sql)) out += std::string{row[0].c_str()} + "\n";
    return out;
  }
};

// -- the bet -------------------------------------------------------------------------------------

TEST_F(Timelines, ABetThatWasInDoubtOverARestartIsToldWhole) {
  all_taken({the_market()});
  auto b = a_bet_on(yes, 40, alice, 10_usdc);
  b.deadline = b.created_at.plus(std::chrono::minutes{5});
  ASSERT_EQ(one(accept_bet{b}), errc::none);
  auto open = story(timeline_kind::bet, b.id);
  EXPECT_EQ(names(open), "bet.placed posting.bet ");
  EXPECT_FALSE(open.complete);
  EXPECT_EQ(open.subject.status, "placing");
  EXPECT_EQ(open.subject.outcome, "Yes");

  persistence::note_start(db.conninfo(), b.created_at.plus(milliseconds{2'400}), "0.1.0");
  auto end = failed(b);
  end.at = b.created_at.plus(milliseconds{2'461});
  ASSERT_EQ(one(end), errc::none);
  const auto page = story(timeline_kind::bet, b.id);
  EXPECT_EQ(names(page),
            "bet.placed posting.bet house.started venue.not_filled bet.failed posting.bet_refund ");
  EXPECT_EQ(gaps(page), "service was away 2.4 s; in doubt, looked up 61 ms; ");
  EXPECT_EQ(sums(page), "buffer 0.00; user 0.00; ");
  EXPECT_EQ(page.postings.size(), 2U);
  EXPECT_TRUE(page.complete);
  EXPECT_EQ(page.events[3].detail, "no match");
  EXPECT_TRUE(page.next_cursor.empty());
}

TEST_F(Timelines, ASettledBetStillHasItsOutcome) {
  all_taken({the_market()});
  const auto b = a_bet_on(yes, 40, alice, 10_usdc);
  auto end = filled_with(b, {20'000'000}, 9_usdc, 500'000_micro);
  end.at = b.created_at.plus(milliseconds{61});
  all_taken({accept_bet{b}, end});
  const auto before = the_bet(b.id);
  auto pay = payout(alice, yes, 20_usdc);
  pay.at = before.updated_at.plus(std::chrono::hours{24});
  all_taken({resolved(1, 0), redeemed(1, 20_usdc), pay});
  ASSERT_EQ(the_bet(before.id).status, bet_status::settled);
  const auto page = story(timeline_kind::bet, before.id);
  EXPECT_EQ(names(page).find("bet.placed posting.bet "), 0U) << names(page);
  EXPECT_NE(names(page).find("venue.filled bet.filled "), std::string::npos) << names(page);
  EXPECT_TRUE(names(page).ends_with("bet.settled ")) << names(page);
  EXPECT_EQ(page.events.back().amount, 20_usdc);
  EXPECT_EQ(gaps(page), "waiting for venue 61 ms; waiting for the market's result 24 h 0 min; ");
  EXPECT_TRUE(page.complete) << sums(page);
  // Settled before its end was kept: its refund says when.
  db.run("UPDATE bets SET ended_at = NULL");
  EXPECT_EQ(names(story(timeline_kind::bet, before.id)), names(page));
}

TEST_F(Timelines, APostingThatIsMissingIsSeen) {
  auto b = a_bet_on(yes, 40, alice, 10_usdc);
  ASSERT_EQ(one(accept_bet{b}), errc::none);
  ASSERT_EQ(one(failed(b)), errc::none);
  db.run(
      "ALTER TABLE postings DISABLE TRIGGER postings_append_only;"
      " DELETE FROM postings WHERE kind = 1");
  EXPECT_FALSE(story(timeline_kind::bet, b.id).complete);
}

TEST_F(Timelines, APromiseThatCameToNothingIsAStoryToo) {
  promise_bet p;
  p.row = a_bet_on(yes, 41, alice, 10_usdc);
  p.row.status = bet_status::failed;
  p.row.failure = "insufficient_balance";
  p.kept_until = noon.plus(std::chrono::hours{24 * 365 * 50});
  ASSERT_EQ(one(p), errc::none);
  const auto page = story(timeline_kind::bet, p.row.id);
  EXPECT_EQ(names(page), "bet.promised bet.refused ");
  EXPECT_TRUE(page.complete);
  EXPECT_TRUE(page.postings.empty());
}

TEST_F(Timelines, WhoIsNotThereHasNoStory) {
  for (const auto kind : {timeline_kind::bet, timeline_kind::sale, timeline_kind::deposit,
                          timeline_kind::conversion, timeline_kind::withdrawal}) {
    const auto found = stories.read(asked_for(kind, id_of<bet_id>(999)), {});
    ASSERT_TRUE(found);
    EXPECT_FALSE(*found);
  }
}

// -- the others ----------------------------------------------------------------------------------

TEST_F(Timelines, ADepositIsToldWithItsTransactionsAndItsConversion) {
  const auto d = a_deposit(0x500, bob, 50_usdc);
  auto op = an_operation(600, 7);
  op.id = settlement_of(d.id, 0);
  op.created_at = d.created_at.plus(milliseconds{5});
  op.purpose = "deposit";
  all_taken({open_deposit{d}, record_operations{{op}},
             finish_operation{op.id, op.tx_hash, operation_status::confirmed, 17,
                              noon.plus(milliseconds{900}), uint256::of(21'000)},
             settle_deposit{d.id, op.tx_hash, noon.plus(milliseconds{900})},
             credit_deposit{d.id, bob, 50_usdc, noon.plus(milliseconds{910})}});
  auto page = story(timeline_kind::deposit, d.id);
  EXPECT_EQ(names(page),
            "deposit.opened tx.stored deposit.settled tx.confirmed deposit.credited "
            "posting.deposit ");
  EXPECT_FALSE(page.complete) << "its money is not converted yet";
  ASSERT_EQ(page.operations.size(), 1U);
  EXPECT_EQ(page.operations[0].fee_wei, "21000");
  EXPECT_EQ(page.operations[0].block_number, 17U);
  auto c = a_conversion(0x600, 50_usdc, {d.id});
  c.created_at = noon.plus(milliseconds{2'000});
  conversion_step step;
  step.name = "bridge";
  step.state = "done";
  step.amount_in = 50_usdc;
  step.amount_out = 49_usdc;
  step.started_at = noon.plus(milliseconds{2'010});
  step.finished_at = noon.plus(milliseconds{62'010});
  all_taken(
      {open_conversion{c},
       complete_conversion{c.id, {step}, 49_usdc, {}, 1_usdc, noon.plus(milliseconds{62'020})}});
  page = story(timeline_kind::deposit, d.id);
  EXPECT_TRUE(page.complete) << names(page);
  EXPECT_NE(gaps(page).find("waiting to be converted 1.0 s; "), std::string::npos) << gaps(page);
  EXPECT_NE(gaps(page).find("waiting for the route 1 min 0 s; "), std::string::npos) << gaps(page);
  const auto whole = story(timeline_kind::conversion, c.id);
  EXPECT_EQ(names(whole),
            "conversion.opened step.started step.finished conversion.completed "
            "posting.conversion posting.conversion_loss ");
  EXPECT_TRUE(whole.complete);
  EXPECT_EQ(sums(whole), "buffer 49.00; in_transit -50.00; conversion_loss 1.00; ");
}

TEST_F(Timelines, AnOrderOfAnOperatorStandsInTheStory) {
  fund(0x700, bob, 50_usdc);
  const auto c = a_conversion(0x800, 50_usdc, {id_of<deposit_id>(0x700)});
  order_conversion hold;
  hold.id = c.id;
  hold.order.word = order_word::hold;
  hold.order.by = "key:ann";
  hold.order.reason = "the bridge is odd";
  hold.order.at = noon.plus(milliseconds{5'000});
  all_taken({open_conversion{c}, hold});
  const auto page = story(timeline_kind::conversion, c.id);
  EXPECT_EQ(names(page), "conversion.opened ordered.hold_conversion ");
  EXPECT_EQ(page.events[1].actor, "key:ann");
  EXPECT_EQ(page.events[1].detail, "the bridge is odd");
  EXPECT_FALSE(page.complete);
}

TEST_F(Timelines, NothingSignedIsInAStory) {
  auto b = a_bet_on(yes, 40, alice, 10_usdc);
  b.signed_order = {'s', 'i', 'g', 'n', 'e', 'd', '!'};
  ASSERT_EQ(one(accept_bet{b}), errc::none);
  for (const auto& e : story(timeline_kind::bet, b.id).events) {
    EXPECT_EQ(e.detail.find("signed!"), std::string::npos);
    EXPECT_EQ(e.detail.find(to_hex(b.signed_order)), std::string::npos);
    EXPECT_EQ(e.detail.find(to_hex(b.request_hash.bytes)), std::string::npos);
  }
  const auto d = a_deposit(0x500, bob, 50_usdc);
  ASSERT_EQ(one(open_deposit{d}), errc::none);
  for (const auto& e : story(timeline_kind::deposit, d.id).events)
    EXPECT_EQ(e.detail.find(to_hex(d.payment.signature)), std::string::npos);
}

TEST_F(Timelines, WhatIsRememberedStandsInItsPlace) {
  auto b = a_bet_on(yes, 40, alice, 10_usdc);
  ASSERT_EQ(one(accept_bet{b}), errc::none);
  timeline_event e;
  e.place = {b.created_at.plus(milliseconds{3}), timeline_rank::flight, "1"};
  e.lane = timeline_lane::venue;
  e.what = "venue.asked";
  e.kept = false;
  const auto found = stories.read(asked_for(timeline_kind::bet, b.id), {e});
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(names(**found), "bet.placed posting.bet venue.asked ");
  EXPECT_EQ(gaps(**found), "waiting for venue 3 ms; ");
}

// -- how much ------------------------------------------------------------------------------------

TEST_F(Timelines, AHundredThousandEventsOpenWithinASecond) {
  fund(0x700, bob, 50_usdc);
  const auto c = a_conversion(0x800, 50_usdc, {id_of<deposit_id>(0x700)});
  all_taken({open_conversion{c}});
  db.run(
      "INSERT INTO chain_operations (operation_id, attempt, chain_id, account, nonce, tx_hash, raw,"
      " purpose, status, block_number, fee_wei, created_at, updated_at, conversion_id)"
      " SELECT md5(n::text)::uuid, 0, 137, '\\x01'::bytea, n, sha256(n::text::bytea), "
      "'\\x02'::bytea,"
      " 'swap', 'confirmed', n, 21000, now() + n * interval '3 ms',"
      " now() + n * interval '3 ms' + interval '61 ms', '" +
      c.id.text() + "' FROM generate_series(1, 50000) n; ANALYZE chain_operations");
  auto asked = asked_for(timeline_kind::conversion, c.id);
  std::size_t events = 0;
  std::size_t pages = 0;
  milliseconds first{};
  milliseconds slowest{};
  timeline_place last;
  do {
    const auto began = std::chrono::steady_clock::now();
    const auto found = stories.read(asked, {});
    const auto took =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
    ASSERT_TRUE(found && *found);
    const auto& page = **found;
    ASSERT_LE(page.events.size(), most_timeline_events);
    ASSERT_LE(page.operations.size(), most_timeline_events);
    for (const auto& e : page.events) {
      ASSERT_LT(last, e.place);
      last = e.place;
    }
    if (pages++ == 0) first = took;
    slowest = std::max(slowest, took);
    events += page.events.size();
    asked.cursor = page.next_cursor;
  } while (!asked.cursor.empty() && pages < 200);
  std::printf("[ measured ] a timeline of %zu events: first page %lld ms, slowest of %zu %lld ms\n",
              events, static_cast<long long>(first.count()), pages,
              static_cast<long long>(slowest.count()));
  EXPECT_EQ(events, 100'001U);
  EXPECT_LE(first, std::chrono::seconds{1});
}

TEST_F(Timelines, ABetsPostingsAreFoundByTheirTime) {
  db.run(
      "INSERT INTO postings (kind, debit, credit, amount, user_address, reference, created_at)"
      " SELECT 0, 3, 0, 1, '\\x0000000000000000000000000000000000000001'::bytea, "
      "md5(n::text)::uuid,"
      " timestamptz '2025-01-01' + n * interval '1 second' FROM generate_series(1, 200000) n;"
      " SELECT brin_summarize_new_values('postings_by_time'); ANALYZE postings");
  const auto plan = plan_of(
      "SELECT id FROM postings WHERE reference = md5('7')::uuid AND kind = 0"
      " AND created_at = timestamptz '2025-01-01' + 7 * interval '1 second'");
  EXPECT_NE(plan.find("postings_by_time"), std::string::npos) << plan;
  db.run(
      "INSERT INTO events (type, subject, amount, created_at) SELECT 3, "
      "uuid_send(md5(n::text)::uuid),"
      " 0, now() FROM generate_series(1, 50000) n; ANALYZE events");
  const auto found = plan_of(
      "SELECT 1 FROM events WHERE subject = uuid_send(md5('7')::uuid)"
      " AND type NOT IN (0, 1, 2, 10, 11, 15)");
  EXPECT_NE(found.find("events_of_subjects"), std::string::npos) << found;
}

TEST_F(Timelines, AStartIsNotedOnce) {
  persistence::note_start(db.conninfo(), noon, "0.1.0");
  persistence::note_start(db.conninfo(), noon, "0.1.0");
  EXPECT_EQ(db.number("SELECT count(*) FROM service_starts WHERE version = '0.1.0'"), 1);
  persistence::note_start(db.conninfo(), noon.plus(std::chrono::hours{24 * 91}), "0.1.0");
  EXPECT_EQ(db.number("SELECT count(*) FROM service_starts"), 1) << "what is old goes";
  persistence::note_start("host=/nowhere dbname=none", noon, "0.1.0");  // logged, and no more
}

}  // namespace
}  // namespace headroom::test
