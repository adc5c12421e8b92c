#include "actors/actor_snapshots.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "actors/supervision.hpp"

namespace headroom::test {
namespace {

using namespace actors;

/// Cards without actors, listed for as long as the test lasts.
struct ActorSnapshots : testing::Test {
  static constexpr std::uint64_t first_id = 50'000'000;
  std::vector<std::unique_ptr<actor_card>> cards;

  ~ActorSnapshots() override {
    for (auto& c : cards) registry::instance().remove(*c);
  }
  actor_card& add(const char* name = "card") {
    auto card = std::make_unique<actor_card>();
    card->id = first_id + cards.size();
    card->name = name;
    std::array<std::uint8_t, 20> user{};
    for (std::size_t n = 0; n < 4; ++n)
      user[n] = static_cast<std::uint8_t>(cards.size() >> (8 * (3 - n)));
    card->set_business_id(id_kind::user, user);
    registry::instance().add(*card);
    cards.push_back(std::move(card));
    return *cards.back();
  }
  static actor_query of_cards(actor_sort sort, std::size_t limit) {
    actor_query q;
    q.kind = "card";
    q.sort = sort;
    q.limit = limit;
    return q;
  }
};

TEST_F(ActorSnapshots, PagesShowEveryActorOnceInTheirOrder) {
  for (std::uint64_t n = 0; n < 1'000; ++n) {
    auto& card = add();
    card.processed.store(5);
    card.received.store(5 + n % 7);  // many are equal: their ids decide
  }
  actor_snapshots all;
  all.refresh(std::chrono::seconds{1});
  auto q = of_cards(actor_sort::mailbox, 130);
  std::set<std::uint64_t> seen;
  std::uint64_t least = UINT64_MAX;
  for (;;) {
    const auto page = all.page(q);
    EXPECT_EQ(page.matched, 1'000U);
    for (const auto& row : page.rows) {
      EXPECT_LE(row.figure, least);
      least = row.figure;
      EXPECT_TRUE(seen.insert(row.seen.id).second) << "twice";
    }
    if (!page.more) break;
    ASSERT_EQ(page.rows.size(), 130U);
    q.after = actor_place{page.rows.back().figure, page.rows.back().seen.id};
  }
  EXPECT_EQ(seen.size(), 1'000U);
}

TEST_F(ActorSnapshots, OneOfAMillionIsFoundByItsBusiness) {
  for (int n = 0; n < 1'000'000; ++n) add();
  actor_snapshots all;
  all.refresh(std::chrono::seconds{1});
  auto q = of_cards(actor_sort::age, 10);
  q.find = read_search("0x000f423e");  // 999,998
  ASSERT_TRUE(q.find);
  auto page = all.page(q);
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].seen.id, first_id + 999'998);
  q.find = read_search("0x000f423");
  EXPECT_EQ(all.page(q).matched, 16U) << "half a byte is a prefix too";
  EXPECT_NE(all.find(first_id + 777), nullptr);
  EXPECT_EQ(all.find(first_id + 1'000'000), nullptr);
}

TEST_F(ActorSnapshots, RatesAreOfTheWindow) {
  auto& busy = add();
  auto& idle = add();
  actor_snapshots all;
  all.refresh(std::chrono::seconds{0});
  EXPECT_EQ(all.page(of_cards(actor_sort::rate, 10)).window.count(), 0)
      << "nothing to compare with";
  busy.received.store(40);
  busy.processed.store(40);
  busy.busy_ns.store(9'000'000);
  all = {};
  all.refresh(std::chrono::seconds{0});
  busy.received.store(100);
  busy.processed.store(100);
  const auto late = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (all.page(of_cards(actor_sort::rate, 1)).rows[0].messages == 0 &&
         std::chrono::steady_clock::now() < late)
    all.refresh(std::chrono::seconds{0});  // walks once the last walk is paid for
  const auto page = all.page(of_cards(actor_sort::rate, 10));
  ASSERT_EQ(page.rows.size(), 2U);
  EXPECT_EQ(page.rows[0].seen.id, busy.id);
  EXPECT_EQ(page.rows[0].messages, 60U);
  EXPECT_EQ(page.rows[0].busy_us, 0U) << "what came before is not the window's";
  EXPECT_EQ(page.rows[1].seen.id, idle.id);
  EXPECT_EQ(page.rows[1].messages, 0U);
}

TEST_F(ActorSnapshots, ForgottenWhenNobodyLooks) {
  add();
  actor_snapshots all;
  EXPECT_TRUE(all.empty());
  all.refresh(std::chrono::seconds{1});
  EXPECT_FALSE(all.empty());
  all.forget();
  EXPECT_TRUE(all.empty());
  EXPECT_TRUE(all.page({}).rows.empty());
}

TEST(ActorSearch, ReadsNumbersUuidsAndAddresses) {
  EXPECT_EQ(read_search("17")->actor_id, 17U);
  EXPECT_EQ(read_search("17")->half_bytes, 0U);
  EXPECT_EQ(read_search("12345678")->half_bytes, 8U) << "may be the beginning of a uuid too";
  EXPECT_EQ(read_search("0xabcd")->half_bytes, 4U);
  EXPECT_FALSE(read_search("0xabcd")->actor_id);
  EXPECT_EQ(read_search("11111111-2222-3333-4444-555555555555")->half_bytes, 32U);
  for (const auto* bad : {"", "0x", "0xabc", "xyz!", "abc", "0x-1", "-"})
    EXPECT_FALSE(read_search(bad)) << bad;
  EXPECT_FALSE(read_search(std::string(41, 'a')));
}

TEST(Supervision, RestartsAndTheirReasonsAreCounted) {
  supervision house;
  house.started("journal", 7);
  house.started("buffer", 8);
  house.ended("journal", "runtime_error");
  EXPECT_FALSE(house.children()[0].alive);
  house.started("journal", 9);
  house.ended("stranger", "x");
  const auto all = house.children();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "journal");
  EXPECT_TRUE(all[0].alive);
  EXPECT_EQ(all[0].restarts, 1U);
  EXPECT_EQ(all[0].last_reason, "runtime_error");
  EXPECT_EQ(all[0].last_actor, 7U);
  EXPECT_EQ(all[1].restarts, 0U);
}

}  // namespace
}  // namespace headroom::test
