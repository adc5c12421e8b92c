#include "actors/sale_actor.hpp"

#include "actors/alerts.hpp"
#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using end = scripted_store::commit_end;
using std::chrono::milliseconds;
using std::chrono::seconds;
using verdict = venue_verdict;

/// Alice holds a hundred shares that cost her fifty dollars.
struct SaleActor : Core {
  address alice = user(1);
  uint256 yes = uint256::of(7);

  SaleActor() {
    settings.journal.retry = milliseconds{20};
    start_journal();
    give(alice, 10_usdc);
    books.positions[{yes, alice}] = {alice, yes, {100'000'000}, {}, 50_usdc};
    start_buffer(1000_usdc);
    start_venue();
  }

  static sale_id sale_at(int n) {
    sale_id out;
    out.bytes[0] = 0x5a;
    out.bytes[15] = static_cast<std::uint8_t>(n);
    return out;
  }
  sell_position request(std::int64_t micro_shares, int n = 1, int body = 1) {
    return {sale_at(n),
            alice,
            yes,
            {micro_shares},
            {400'000},
            order_fill::part,
            now().plus(seconds{30}),
            hash_at(body)};
  }
  reply_ptr<sale> sell(const sell_position& x) { return ask<sale>(dir.users.open_sale(x.id), x); }

  const position& held() { return books.positions.at({yes, alice}); }
  static venue_answer sold(std::int64_t micro_shares, usdc proceeds, usdc fee) {
    return {verdict::filled, {micro_shares}, proceeds, fee, {}};
  }
  usdc user_available() {
    const auto r = ask<balance_view>(dir.users.balance_of(alice), get_atom::value);
    return r->value ? r->value->available : usdc{-1};
  }
};

TEST_F(SaleActor, WhatIsSoldIsPaidToTheUserAndTheBufferInOnePosting) {
  venue.post_otherwise = sold(40'000'000, 18_usdc, 500'000_micro);
  const auto r = sell(request(40'000'000));
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->status, sale_status::sold);
  EXPECT_EQ(r->value->proceeds, 18_usdc);
  EXPECT_EQ(r->value->fee, 500'000_micro);
  EXPECT_EQ(books.balances[alice].balance, 27'500'000_micro);
  EXPECT_EQ(user_available(), 27'500'000_micro) << "whoever owns the balance was told";
  EXPECT_EQ(books.buffer.balance, 1'017'500'000_micro);
  EXPECT_EQ(dir.gauges.buffer_available(), 1'017'500'000_micro);
  EXPECT_EQ(held().shares.micro, 60'000'000);
  EXPECT_EQ(held().selling.micro, 0);
  EXPECT_EQ(held().cost, 30_usdc) << "two fifths of the cost left with two fifths of the shares";
  EXPECT_EQ(dir.users.live_sales(), 0U);
}

TEST_F(SaleActor, APartIsSoldAndTheRestIsFreeAgain) {
  venue.post_otherwise = sold(10'000'000, 5_usdc, {});
  const auto r = sell(request(40'000'000));
  ASSERT_TRUE(r->value);
  EXPECT_EQ(r->value->status, sale_status::sold);
  EXPECT_EQ(r->value->sold.micro, 10'000'000);
  EXPECT_EQ(held().shares.micro, 90'000'000);
  EXPECT_EQ(held().selling.micro, 0);
}

TEST_F(SaleActor, WhatTheVenueDoesNotTakeOfTheSharesNeverLeavesThePosition) {
  venue.mute = true;
  sell(request(40'004'321));
  EXPECT_EQ(held().selling.micro, 40'000'000) << "it sells in steps of 0.01";
  EXPECT_EQ(held().shares.micro, 60'000'000);
  EXPECT_EQ(books.sales.at(sale_at(1)).shares.micro, 40'000'000);
}

TEST_F(SaleActor, TheIntentIsInTheBooksBeforeTheVenueSeesTheOrder) {
  venue.mute = true;
  const auto r = sell(request(40'000'000));
  EXPECT_EQ(r->answers, 0);
  ASSERT_EQ(venue.posted.size(), 1U);
  const auto& row = books.sales.at(sale_at(1));
  EXPECT_EQ(row.status, sale_status::placing);
  EXPECT_EQ(row.order_hash, venue.posted[0]);
  EXPECT_EQ(books.balances[alice].balance, 10_usdc) << "no money moves yet";
}

TEST_F(SaleActor, NobodySellsWhatTheyDoNotHave) {
  const auto too_many = sell(request(100'010'000));
  EXPECT_EQ(too_many->code, errc::insufficient_shares);
  auto stranger = request(10'000, 2);
  stranger.user = user(7);
  EXPECT_EQ(sell(stranger)->code, errc::insufficient_shares);
  EXPECT_TRUE(venue.posted.empty());
  EXPECT_TRUE(books.sales.empty());
  EXPECT_EQ(held().shares.micro, 100'000'000);
}

TEST_F(SaleActor, WhoHasNoSuchSharesDoesNotComeBeforeTheVenue) {
  const auto query = start_query();
  dir.handles.set_public_query(query);
  auto stranger = request(10'000, 1);
  stranger.user = user(7);
  EXPECT_EQ(sell(stranger)->code, errc::insufficient_shares);
  EXPECT_EQ(sell(request(100'010'000, 2))->code, errc::insufficient_shares);
  EXPECT_TRUE(venue.quoted_for.empty()) << "no turn of others is used up";
  venue.post_otherwise = sold(100'000'000, 45_usdc, {});
  ASSERT_TRUE(sell(request(100'004'321, 3))->value) << "it sells in steps of 0.01";
  const auto again = sell(request(100'004'321, 3));
  ASSERT_TRUE(again->value) << "the shares are gone, the answer is not";
  EXPECT_EQ(again->value->status, sale_status::sold);
  EXPECT_EQ(venue.posted.size(), 1U);
}

TEST_F(SaleActor, TwoSalesOfTheSameSharesMeetInTheBooksAndOneIsRefused) {
  venue.mute = true;
  const auto first = sell(request(60'000'000, 1));
  const auto second = sell(request(60'000'000, 2));
  EXPECT_EQ(first->answers, 0) << "at the venue";
  EXPECT_EQ(second->code, errc::insufficient_shares);
  EXPECT_EQ(venue.posted.size(), 1U);
}

TEST_F(SaleActor, ADefiniteNoGivesTheSharesBack) {
  venue.post_otherwise = says(verdict::refused_conclusive, "fok_not_filled");
  const auto r = sell(request(40'000'000));
  ASSERT_TRUE(r->value);
  EXPECT_EQ(r->value->status, sale_status::failed);
  EXPECT_EQ(r->value->failure, "fok_not_filled");
  EXPECT_EQ(held().shares.micro, 100'000'000);
  EXPECT_EQ(held().cost, 50_usdc);
  EXPECT_EQ(books.balances[alice].balance, 10_usdc);
}

TEST_F(SaleActor, AnUnknownOutcomeIsLookedUpAndNeverSoldTwice) {
  venue.post_otherwise = says(verdict::unknown, "timeout");
  venue.look_otherwise = says(verdict::unknown, "timeout");
  const auto r = sell(request(40'000'000));
  ASSERT_TRUE(r->value);
  EXPECT_EQ(r->value->status, sale_status::placing) << "not known yet";
  EXPECT_EQ(held().selling.micro, 40'000'000) << "neither sold nor free";

  venue.look_otherwise = sold(40'000'000, 20_usdc, {});
  advance(seconds{10});
  EXPECT_EQ(books.sales.at(sale_at(1)).status, sale_status::sold);
  EXPECT_EQ(books.balances[alice].balance, 30_usdc);
  EXPECT_EQ(venue.posted.size(), 1U);
  EXPECT_EQ(venue.orders_signed, 1U);
}

TEST_F(SaleActor, ASweepFindsOutWhereItStands) {
  venue.post_otherwise = says(verdict::unknown, "timeout");
  venue.look_otherwise = says(verdict::unknown, "timeout");
  sell(request(40'000'000));
  advance(seconds{11});
  tell(dir.users.find_sale(sale_at(1)), sweep_atom::value);
  dir.gauges.open_orders().next_round();
  EXPECT_EQ(dir.gauges.open_orders().count(open_state::in_doubt, 1), 1U);
  EXPECT_EQ(fact(dir.users.find_sale(sale_at(1)), "state"), "in_doubt");
}

TEST_F(SaleActor, ARepeatGetsTheFirstAnswerAndAnotherBodyAConflict) {
  venue.post_otherwise = sold(40'000'000, 18_usdc, {});
  sell(request(40'000'000));
  const auto again = sell(request(40'000'000));
  ASSERT_TRUE(again->value);
  EXPECT_EQ(again->value->status, sale_status::sold);
  EXPECT_EQ(sell(request(40'000'000, 1, 2))->code, errc::key_reused);
  EXPECT_EQ(venue.posted.size(), 1U);
  EXPECT_EQ(books.balances[alice].balance, 28_usdc);
}

TEST_F(SaleActor, AStoredSaleIsLookedUpBeforeAnythingElseByWhoeverTakesItUp) {
  venue.mute = true;
  sell(request(40'000'000));
  const auto stored = books.sales.at(sale_at(1));
  kill(dir.users.find_sale(sale_at(1)));
  venue.mute = false;
  venue.look_otherwise = sold(40'000'000, 20_usdc, {});
  tell(dir.users.open_sale(sale_at(1)), resume_atom::value, stored);
  advance(seconds{1});
  EXPECT_EQ(books.sales.at(sale_at(1)).status, sale_status::sold);
  EXPECT_EQ(venue.posted.size(), 1U) << "it may have been sold: never sent again unseen";
}

TEST_F(SaleActor, AnEndThatIsLostOnItsWayToTheBooksIsBookedOnce) {
  venue.post_otherwise = sold(40'000'000, 18_usdc, {});
  store.commits = {end::ok, end::lost_after, end::lost_before};
  const auto r = sell(request(40'000'000));
  advance(seconds{1});
  ASSERT_TRUE(r->value);
  EXPECT_EQ(books.balances[alice].balance, 28_usdc);
  EXPECT_EQ(held().shares.micro, 60'000'000);
}

TEST_F(SaleActor, NumbersThatTheBooksCannotTakeAreAskedForAgainUntilAHumanLooks) {
  venue.post_otherwise = sold(41'000'000, 18_usdc, {});  // more than was offered
  venue.look_otherwise = venue.post_otherwise;
  auto asked = request(40'000'000);
  const auto r = sell(asked);
  EXPECT_EQ(books.sales.at(sale_at(1)).status, sale_status::placing);
  advance(settings.bet.unresolved_after + seconds{60});
  EXPECT_EQ(books.sales.at(sale_at(1)).status, sale_status::placing);
  EXPECT_TRUE(dir.gauges.alerts().lasts("sale.unresolved", sale_at(1).text()));
}

TEST_F(SaleActor, AnEndThatAHumanGaveItIsFoundInTheBooksAndToldOnce) {
  venue.chain_time = {};  // the exchange's chain is silent
  venue.post_otherwise = says(verdict::unknown, "timeout");
  venue.look_otherwise = says(verdict::unknown, "timeout");
  sell(request(40'000'000));
  advance(settings.bet.unresolved_after + seconds{60});
  ASSERT_TRUE(dir.gauges.alerts().lasts("sale.unresolved", sale_at(1).text()));
  const auto& row = books.sales.at(sale_at(1));
  committed out;
  ASSERT_EQ(
      books.apply(
          finish_sale{row.id, row.user, sale_status::sold, {30'000'000}, 15_usdc, {}, "", now()},
          out),
      errc::none);
  advance(std::chrono::minutes{5});
  EXPECT_EQ(dir.users.live_sales(), 0U) << "its actor is done";
  EXPECT_FALSE(dir.gauges.alerts().lasts("sale.unresolved", sale_at(1).text()));
  EXPECT_EQ(row.sold.micro, 30'000'000) << "the human's word stands";
  EXPECT_EQ(books.balances[alice].balance, 25_usdc);
  EXPECT_EQ(held().shares.micro, 70'000'000);
}

TEST_F(SaleActor, ALateRequestIsNotSent) {
  auto late = request(40'000'000);
  late.deadline = now();
  EXPECT_EQ(sell(late)->code, errc::deadline_passed);
  EXPECT_TRUE(venue.quoted_for.empty());
}

}  // namespace
}  // namespace headroom::test
