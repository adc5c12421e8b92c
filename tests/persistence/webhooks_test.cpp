#include "persistence/pg_webhooks.hpp"

#include <set>

#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

using namespace std::chrono_literals;
using status = delivery_status;

/// A buffer and a user, so that things happen; nothing of that is heard by webhooks added later.
struct Webhooks : books {
  persistence::pg_webhooks hooks{{db.conninfo()}};
  const address alice = user_of(1);
  std::uint64_t bets = 0;

  void SetUp() override {
    fill_buffer(1000_usdc);
    fund(100, alice, 500_usdc);
  }
  webhook add(std::uint64_t n, event_mask types = every_event) {
    webhook w;
    w.id = id_of<webhook_id>(n);
    w.url = "https://example.com/hook?token=a";
    w.types = types;
    w.secret = byte_vector(32, static_cast<std::uint8_t>(n));
    w.created_at = w.updated_at = noon;
    const auto stored = hooks.add(w, "key:7");
    EXPECT_TRUE(stored && !stored->replayed);
    return stored.value_or(webhook{});
  }
  /// bet.placed
  void place() { ASSERT_EQ(one(accept_bet{a_bet(++bets, alice, 1_usdc)}), errc::none); }
  actors::told_events tell(std::uint32_t most = 1'000) { return hooks.tell(noon, most).value(); }
  std::vector<due_delivery> due(const webhook& w, timestamp at = noon, std::uint32_t most = 100) {
    const actors::delivery_wish wish{w.id, most};
    return hooks.due(at, std::span{&wish, 1}).value();
  }
  std::vector<webhook_delivery> log(const webhook& w) {
    return hooks.deliveries({w.id}).value().rows;
  }
  bool ends(const webhook_delivery& d, status s, timestamp next = noon) {
    delivery_result r;
    r.number = d.number;
    r.webhook = d.webhook;
    r.status = s;
    r.tries = d.tries + 1;
    r.at = noon.plus(1s);
    r.next_try_at = next;
    r.last_status = s == status::delivered ? 200 : 500;
    r.last_error = s == status::delivered ? "" : "answered 500";
    r.last_ms = 12;
    r.test = d.is_test();
    return hooks.record(std::span{&r, 1});
  }
  webhook stored(std::size_t n = 0) { return hooks.list().value().at(n); }
};

TEST_F(Webhooks, AWebhookIsReadAsItWasStoredAndStoredOnce) {
  const auto w = add(1, mask_of(event_type::bet_filled));
  const auto found = stored();
  EXPECT_EQ(found.id, w.id);
  EXPECT_EQ(found.url, "https://example.com/hook?token=a");
  EXPECT_EQ(found.types, mask_of(event_type::bet_filled));
  EXPECT_EQ(found.secret, byte_vector(32, 1));
  EXPECT_TRUE(found.is_active());
  auto other = w;
  other.url = "https://example.org/";
  const auto again = hooks.add(other, "key:8");
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->url, w.url);
  EXPECT_EQ(actions().back(), "key:7 webhook_added " + w.id.text());
  EXPECT_EQ(db.value("SELECT detail->>'url' FROM operator_actions WHERE action = 'webhook_added'"),
            "https://example.com/hook");
}

TEST_F(Webhooks, HearsWhatCommitsAfterItWasAddedOnceAndInOrder) {
  place();
  const auto w = add(1);
  const auto narrow = add(2, mask_of(event_type::deposit_credited));
  place();
  place();
  EXPECT_EQ(tell().told, 2U);
  EXPECT_EQ(tell().told, 0U);
  const auto found = due(w);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_LT(found[0].row.event, found[1].row.event);
  EXPECT_EQ(found[0].event.number, found[0].row.event);
  EXPECT_EQ(found[0].event.type, event_type::bet_placed);
  EXPECT_EQ(found[0].event.user, alice);
  EXPECT_EQ(found[0].event.amount, 1_usdc);
  EXPECT_EQ(found[0].event.subject, a_bet(2, alice, 1_usdc).id.text());
  EXPECT_TRUE(due(narrow).empty());
}

/// Both in one commit: a crash in between loses nothing and tells nothing twice.
TEST_F(Webhooks, TheCursorGoesOnInPortions) {
  const auto w = add(1);
  for (int n = 0; n < 5; ++n) place();
  EXPECT_EQ(tell(2).read, 2U);
  EXPECT_EQ(tell(2).told, 2U);
  EXPECT_EQ(tell(2).told, 1U);
  EXPECT_EQ(due(w).size(), 5U);
  EXPECT_EQ(due(w, noon, 3).size(), 3U);
  db.run("UPDATE webhook_cursor SET heard = 0");
  EXPECT_EQ(tell().told, 0U) << "no delivery is made twice";
}

TEST_F(Webhooks, ATryEndsInItsRow) {
  const auto w = add(1);
  place();
  place();
  tell();
  const auto both = due(w);
  ASSERT_TRUE(ends(both[0].row, status::delivered));
  ASSERT_TRUE(ends(both[1].row, status::pending, noon.plus(5s)));
  EXPECT_TRUE(due(w, noon.plus(4s)).empty());
  const auto later = due(w, noon.plus(5s));
  ASSERT_EQ(later.size(), 1U);
  EXPECT_EQ(later[0].row.tries, 1U);
  const auto rows = log(w);
  EXPECT_EQ(rows[0].last_error, "answered 500");
  EXPECT_EQ(rows[0].last_status, 500U);
  EXPECT_EQ(rows[0].last_ms, 12U);
  EXPECT_EQ(rows[1].status, status::delivered);
  EXPECT_EQ(rows[1].last_try_at, noon.plus(1s));
  ASSERT_TRUE(ends(rows[1], status::pending)) << "what ended does not begin again";
  EXPECT_EQ(log(w)[1].status, status::delivered);
}

TEST_F(Webhooks, ItsHealthIsThatOfItsLastTry) {
  const auto w = add(1);
  place();
  place();
  tell();
  const auto both = due(w);
  ends(both[0].row, status::pending, noon.plus(5s));
  EXPECT_EQ(stored().failing_since, noon.plus(1s));
  ends(both[1].row, status::delivered);
  EXPECT_FALSE(stored().failing_since.is_set());
}

TEST_F(Webhooks, ADisabledOneHearsNothingAndWhatWasPendingIsStopped) {
  auto w = add(1);
  place();
  tell();
  const auto open = due(w).at(0).row;
  w.disabled_at = noon;
  w.disabled_reason = "gone";
  actors::webhook_change off;
  off.by = "service";
  off.action = "webhook_disabled";
  off.stop = true;
  ASSERT_TRUE(hooks.change(w, off));
  EXPECT_EQ(log(w)[0].status, status::stopped);
  place();
  EXPECT_EQ(tell().told, 0U);
  ASSERT_TRUE(ends(open, status::pending));
  EXPECT_EQ(log(w)[0].status, status::stopped);
  ASSERT_TRUE(ends(open, status::delivered)) << "it was under way, and arrived";
  EXPECT_EQ(log(w)[0].status, status::delivered);
  w.disabled_at = {};
  w.disabled_reason.clear();
  actors::webhook_change on;
  on.by = "key:7";
  on.action = "webhook_enabled";
  on.from_now = true;
  ASSERT_TRUE(hooks.change(w, on));
  EXPECT_EQ(tell().told, 0U);
  place();
  EXPECT_EQ(tell().told, 1U);
  EXPECT_EQ(actions().back(), "key:7 webhook_enabled " + w.id.text());
}

TEST_F(Webhooks, ARotationKeepsBothSecretsAndARemovalNone) {
  auto w = add(1);
  w.old_secret = std::exchange(w.secret, byte_vector(32, 9));
  w.old_secret_until = noon.plus(24h);
  actors::webhook_change rotated;
  rotated.by = "key:7";
  ASSERT_TRUE(hooks.change(w, rotated));
  EXPECT_EQ(stored().secret, byte_vector(32, 9));
  EXPECT_EQ(stored().old_secret, byte_vector(32, 1));
  EXPECT_EQ(stored().old_secret_until, noon.plus(24h));
  actors::webhook_change gone;
  gone.by = "key:7";
  gone.action = "webhook_removed";
  gone.remove = true;
  ASSERT_TRUE(hooks.change(w, gone));
  EXPECT_TRUE(hooks.list()->empty());
  EXPECT_EQ(db.value("SELECT octet_length(secret) + octet_length(old_secret) FROM webhooks"), "0");
  place();
  EXPECT_EQ(tell().told, 0U);
}

TEST_F(Webhooks, ATestIsADeliveryOfNoEvent) {
  const auto w = add(1);
  const auto row = hooks.add_test(w.id, "key:7", noon);
  ASSERT_TRUE(row);
  EXPECT_TRUE(row->is_test());
  const auto found = due(w);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].row.is_test());
  ends(found[0].row, status::failed);
  EXPECT_FALSE(stored().failing_since.is_set());
  EXPECT_EQ(actions().back(), "key:7 webhook_tested " + w.id.text());
}

TEST_F(Webhooks, TheLogIsReadPageByPageTheNewestFirst) {
  const auto w = add(1);
  for (int n = 0; n < 5; ++n) place();
  tell();
  std::set<std::int64_t> seen;
  delivery_filter next{w.id, {}, 0, 2};
  int pages = 0;
  do {
    const auto page = hooks.deliveries(next).value();
    for (const auto& d : page.rows) EXPECT_TRUE(seen.insert(d.number).second);
    next.before = page.next;
    ++pages;
  } while (next.before != 0);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen.size(), 5U);
  EXPECT_TRUE(hooks.deliveries({w.id, status::failed})->rows.empty());
}

TEST_F(Webhooks, WhatIsTooOldIsForgottenAndWhatWaitsTooLongGivenUp) {
  const auto w = add(1);
  place();
  place();
  tell();
  ends(due(w)[0].row, status::delivered);
  ASSERT_TRUE(hooks.forget(noon, noon));
  EXPECT_EQ(log(w).size(), 2U) << "made at noon, not before";
  ASSERT_TRUE(hooks.forget(noon.plus(1s), noon));
  ASSERT_EQ(log(w).size(), 1U);
  EXPECT_EQ(log(w)[0].status, status::pending);
  ASSERT_TRUE(hooks.forget(noon, noon.plus(1s)));
  EXPECT_EQ(log(w)[0].status, status::failed);
}

/// Who comes after a time of none steps over all that happened meanwhile at once.
TEST_F(Webhooks, NobodyReadsWhatNobodyHeard) {
  for (int n = 0; n < 5; ++n) place();
  add(1);
  place();
  EXPECT_EQ(tell().read, 1U);
}

TEST_F(Webhooks, WhileTheDatabaseIsAwayNothingIsSaidToBeDone) {
  const auto w = add(1);
  persistence::reader_settings nowhere;
  nowhere.conninfo = "host=127.0.0.1 port=1 connect_timeout=1";
  persistence::pg_webhooks none{nowhere};
  EXPECT_FALSE(none.list());
  EXPECT_FALSE(none.tell(noon, 1));
  EXPECT_FALSE(none.change(w, {}));
  EXPECT_FALSE(none.record({}));
}

}  // namespace
}  // namespace headroom::test
