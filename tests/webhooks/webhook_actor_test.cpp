#include "webhooks/webhook_actor.hpp"

#include <nlohmann/json.hpp>

#include "actors/alerts.hpp"
#include "net/base64.hpp"
#include "tests/webhooks/webhook_house.hpp"
#include "webhooks/signature.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using namespace std::chrono_literals;
using status = delivery_status;

struct WebhookActor : WebhookHouse {
  void SetUp() override { start(); }
  bool alarms(std::string_view kind, int n = 1) {
    return dir.gauges.alerts().lasts(kind, id(n).text());
  }
};

byte_vector secret_of(const std::string& text) {
  const auto out = net::from_base64(std::string_view{text}.substr(6)).value();
  return {out.begin(), out.end()};
}

TEST_F(WebhookActor, AnEventIsToldOnceSignedAndItsRowSaysSo) {
  const auto w = add();
  happens();
  advance(settings.poll);
  ASSERT_EQ(out.open.size(), 1U);
  const auto request = out.open.front().request;
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://127.0.0.1:9/1");
  EXPECT_EQ(out.open.front().timeout, settings.timeout);
  const auto body = nlohmann::json::parse(request.body);
  EXPECT_EQ(body["type"], "bet.filled");
  EXPECT_EQ(body["timestamp"], to_rfc3339(store.events[0].at));
  EXPECT_EQ(body["data"]["number"], 1);
  EXPECT_EQ(body["data"]["amount"], "25.37");
  EXPECT_EQ(body["data"]["bet_id"], "11111111-1111-1111-1111-111111111111");
  EXPECT_EQ(header_of(request, "webhook-id"), message_id_of(row(1)));
  EXPECT_EQ(header_of(request, "webhook-timestamp"), std::to_string(now().seconds()));
  EXPECT_EQ(header_of(request, "webhook-signature"),
            webhooks::sign(secret_of(w.shown_secret), message_id_of(row(1)), now().seconds(),
                           request.body));
  answer(204);
  advance(settings.poll);
  EXPECT_EQ(row(1).status, status::delivered);
  EXPECT_EQ(row(1).tries, 1U);
  advance(96h);
  EXPECT_TRUE(out.open.empty());
  EXPECT_EQ(counters.delivered, 1U);
}

TEST_F(WebhookActor, TellsWhatItWasAskedForAndNothingOfBefore) {
  happens();
  add(1, mask_of(event_type::deposit_credited));
  happens(event_type::bet_filled);
  happens(event_type::deposit_credited);
  advance(settings.poll);
  ASSERT_EQ(out.open.size(), 1U);
  EXPECT_EQ(nlohmann::json::parse(out.open.front().request.body)["type"], "deposit.credited");
}

TEST_F(WebhookActor, TriesTenTimesByTheScheduleAndGivesUp) {
  add();
  happens();
  const auto began = now();
  std::uint32_t tries = 0;
  for (int hours = 0; hours < 100; ++hours)
    for (int part = 0; part < 4; ++part) {
      advance(15min);
      while (!out.open.empty()) {
        ++tries;
        answer(500);
      }
    }
  EXPECT_EQ(tries, 10U);
  EXPECT_EQ(row(1).status, status::failed);
  EXPECT_EQ(row(1).last_status, 500U);
  EXPECT_EQ(row(1).last_error, "answered 500");
  EXPECT_GE(row(1).last_try_at, began.plus(75h));
  EXPECT_LE(row(1).last_try_at, began.plus(86h));
  EXPECT_EQ(counters.retried, 9U);
  EXPECT_EQ(counters.failed, 1U);
  EXPECT_EQ(std::set<std::string>(out.ids.begin(), out.ids.end()).size(), 1U) << "one id";
}

TEST_F(WebhookActor, SilenceAndRedirectsAreFailures) {
  add();
  happens();
  happens();
  advance(settings.poll);
  fall_silent();
  answer(302);
  advance(settings.poll);
  EXPECT_EQ(row(1).last_error, "timeout");
  EXPECT_EQ(row(1).last_status, 0U);
  EXPECT_EQ(row(2).last_error, "redirects are not followed");
  EXPECT_EQ(row(1).status, status::pending);
  advance(6s);
  EXPECT_EQ(out.open.size(), 2U);
}

TEST_F(WebhookActor, GoneDisablesItAndStopsWhatWaits) {
  settings.at_once = 1;
  crash();
  add();
  happens();
  happens();
  advance(settings.poll);
  answer(410);
  advance(settings.poll);
  EXPECT_EQ(row(1).status, status::failed);
  EXPECT_EQ(row(2).status, status::stopped);
  EXPECT_TRUE(out.open.empty());
  EXPECT_EQ(store.rows.at(id(1)).disabled_reason, "gone");
  EXPECT_TRUE(alarms(webhooks::webhook_alert::disabled));
  EXPECT_EQ(store.done.back(), "service webhook_disabled");
  happens();
  advance(1h);
  EXPECT_TRUE(out.open.empty());
  crash();
  advance(settings.poll);
  EXPECT_TRUE(alarms(webhooks::webhook_alert::disabled));
  change_webhook on;
  on.id = id(1);
  on.enable = true;
  on.by = "key:2";
  EXPECT_TRUE(ask<webhook>(on)->is_active());
  advance(settings.poll);
  EXPECT_FALSE(alarms(webhooks::webhook_alert::disabled));
  EXPECT_EQ(store.done.back(), "key:2 webhook_enabled");
}

TEST_F(WebhookActor, ASlowReceiverHoldsUpNobodyAndHasABound) {
  add(1);
  add(2);
  for (int n = 0; n < 20; ++n) happens();
  advance(settings.poll);
  std::map<webhook_id, std::size_t> open;
  for (const auto& x : out.open) ++open[x.to];
  EXPECT_EQ(open[id(1)], settings.at_once);
  EXPECT_EQ(open[id(2)], settings.at_once);
  for (int n = 0; n < 20; ++n) {  // the second answers, the first never
    const auto next =
        std::find_if(out.open.begin(), out.open.end(), [](const auto& x) { return x.to == id(2); });
    ASSERT_NE(next, out.open.end()) << n;
    std::rotate(out.open.begin(), next, next + 1);
    answer(200);
  }
  EXPECT_EQ(counters.delivered, 20U);
  EXPECT_EQ(out.open.size(), settings.at_once);
}

TEST_F(WebhookActor, WhatACrashCutsOffIsToldAgain) {
  add();
  happens();
  happens();
  advance(settings.poll);
  answer(200);  // the books do not have it yet
  crash();
  EXPECT_EQ(out.open.size(), 2U);
  answer(200);
  answer(200);
  advance(settings.poll);
  crash();
  advance(1h);
  EXPECT_TRUE(out.open.empty());
  EXPECT_EQ(row(1).status, status::delivered);
  EXPECT_EQ(row(2).status, status::delivered);
}

TEST_F(WebhookActor, AnOrderedEndWritesWhatItKnows) {
  add();
  happens();
  advance(settings.poll);
  answer(200);
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  scheduler.run();
  EXPECT_EQ(row(1).status, status::delivered);
}

TEST_F(WebhookActor, WhileTheBooksAreAwayNothingIsLostOrSentTwice) {
  add();
  happens();
  advance(settings.poll);
  store.away = true;
  answer(200);
  happens();
  advance(1h);
  EXPECT_TRUE(out.open.empty());
  EXPECT_EQ(ask<std::vector<webhook>>(list_atom::value)->size(), 1U) << "from memory";
  change_webhook rotate;
  rotate.id = id(1);
  rotate.rotate_secret = true;
  EXPECT_EQ(code_of(ask<webhook>(rotate).error()), errc::unavailable);
  store.away = false;
  advance(settings.poll);
  EXPECT_EQ(row(1).status, status::delivered);
  ASSERT_EQ(out.open.size(), 1U);
  EXPECT_EQ(out.ids.size(), 2U);
}

TEST_F(WebhookActor, ARotatedSecretSignsBesideTheOldOneForADay) {
  const auto before = secret_of(add().shown_secret);
  change_webhook rotate;
  rotate.id = id(1);
  rotate.rotate_secret = true;
  rotate.by = "key:1";
  const auto said = ask<webhook>(rotate);
  ASSERT_TRUE(said);
  const auto& changed = *said;
  const auto after = secret_of(changed.shown_secret);
  EXPECT_NE(before, after);
  EXPECT_TRUE(changed.secret.empty());
  EXPECT_EQ(changed.old_secret_until, changed.updated_at.plus(24h));
  happens();
  advance(settings.poll);
  const auto signed_by = [&](const byte_vector& secret) {
    const auto& r = out.open.front().request;
    return webhooks::sign(secret, header_of(r, "webhook-id"), now().seconds(), r.body);
  };
  EXPECT_EQ(header_of(out.open.front().request, "webhook-signature"),
            signed_by(after) + " " + signed_by(before));
  answer(200);
  advance(24h);
  happens();
  advance(settings.poll);
  EXPECT_EQ(header_of(out.open.front().request, "webhook-signature"), signed_by(after));
}

TEST_F(WebhookActor, RetryAfterPausesTheReceiverWithinItsBound) {
  add();
  happens();
  advance(settings.poll);
  answer(429, "30");
  happens();
  advance(29s);
  EXPECT_TRUE(out.open.empty()) << "it asked for half a minute";
  advance(2s);
  EXPECT_EQ(out.open.size(), 2U);
  answer(503, "86400");  // the second, which was due before
  answer(200);
  happens();
  advance(61s);
  EXPECT_EQ(out.open.size(), 1U) << "others wait a minute at most";
  EXPECT_EQ(row(2).next_try_at, row(2).last_try_at.plus(6h));
}

TEST_F(WebhookActor, ATestIsSentAtOnceAndOnceAndSaysHowItWent) {
  add();
  const auto asked = ask_later<webhook_delivery>(test_webhook{id(1), "key:1"});
  ASSERT_EQ(out.open.size(), 1U);
  EXPECT_EQ(nlohmann::json::parse(out.open.front().request.body)["type"], "webhook.test");
  EXPECT_EQ(code_of(ask<webhook_delivery>(test_webhook{id(1), "key:1"}).error()), errc::overloaded);
  EXPECT_FALSE(*asked);
  answer(500);
  ASSERT_TRUE(*asked);
  EXPECT_EQ((**asked)->status, status::failed);
  EXPECT_EQ((**asked)->last_status, 500U);
  advance(1h);
  EXPECT_TRUE(out.open.empty());
  EXPECT_FALSE(store.rows.at(id(1)).failing_since.is_set());
}

TEST_F(WebhookActor, FailingLongIsAnAlertUntilASuccess) {
  add();
  happens();
  advance(settings.poll);
  answer(500);
  advance(59min);
  EXPECT_FALSE(alarms(webhooks::webhook_alert::failing));
  advance(2min);
  EXPECT_TRUE(alarms(webhooks::webhook_alert::failing));
  answer(200);
  advance(settings.poll);
  EXPECT_FALSE(alarms(webhooks::webhook_alert::failing));
}

TEST_F(WebhookActor, SecretsAreShownOnce) {
  EXPECT_TRUE(add().shown_secret.starts_with("whsec_"));
  EXPECT_TRUE(add().replayed) << "the same wish";
  EXPECT_EQ(add().shown_secret, "");
  const auto all = ask<std::vector<webhook>>(list_atom::value);
  EXPECT_TRUE(all->front().secret.empty());
  EXPECT_EQ(all->front().shown_secret, "");
  EXPECT_TRUE(ask<webhook>(get_atom::value, id(1))->secret.empty());
  auto other = ask<webhook>(add_webhook{id(1), "http://127.0.0.1:9/other", every_event, "key:1"});
  EXPECT_EQ(code_of(other.error()), errc::key_reused);
}

TEST_F(WebhookActor, ARemovedOneIsToldNothingAndNotFound) {
  add();
  happens();
  advance(settings.poll);
  ASSERT_TRUE(ask<webhook>(remove_webhook{id(1), "key:1"}));
  EXPECT_EQ(row(1).status, status::stopped);
  EXPECT_EQ(out.forgotten, std::vector<webhook_id>{id(1)});
  answer(200);  // too late, and no harm
  EXPECT_EQ(code_of(ask<webhook>(get_atom::value, id(1)).error()), errc::not_found);
  EXPECT_EQ(code_of(ask<webhook>(remove_webhook{id(1), "key:1"}).error()), errc::not_found);
  advance(1h);
  EXPECT_TRUE(out.open.empty());
}

TEST_F(WebhookActor, UrlsAreJudgedAndTheirNumberBounded) {
  const auto bad = ask<webhook>(add_webhook{id(1), "https://10.0.0.1/", every_event, "key:1"});
  EXPECT_EQ(code_of(bad.error()), errc::invalid_field);
  EXPECT_EQ(detail_of(bad.error()), "must not lead to a private address");
  for (int n = 1; n <= static_cast<int>(webhooks::most_webhooks); ++n) add(n);
  const auto more = ask<webhook>(add_webhook{id(99), "http://127.0.0.1/", every_event, "key:1"});
  EXPECT_EQ(code_of(more.error()), errc::bad_request);
}

}  // namespace
}  // namespace headroom::test
