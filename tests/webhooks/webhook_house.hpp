#pragma once

#include <gtest/gtest.h>

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/seeded_scheduler.hpp"
#include "webhooks/webhook_actor.hpp"

namespace headroom::test {

/// Webhooks and deliveries in memory, as persistence/pg_webhooks keeps them.
class memory_webhooks final : public actors::webhook_store {
 public:
  bool away = false;  // every call fails
  std::vector<heard_event> events;
  std::map<webhook_id, webhook> rows;
  std::map<std::int64_t, webhook_delivery> log;
  std::vector<std::string> done;  // "<who> <action>"

  std::optional<std::vector<webhook>> list() override;
  std::optional<webhook> add(const webhook& row, const std::string& by) override;
  bool change(const webhook& row, const actors::webhook_change& how) override;
  std::optional<actors::told_events> tell(timestamp now, std::uint32_t most) override;
  std::optional<std::vector<due_delivery>> due(
      timestamp now, std::span<const actors::delivery_wish> wishes) override;
  std::optional<webhook_delivery> add_test(const webhook_id& id, const std::string& by,
                                           timestamp now) override;
  bool record(std::span<const delivery_result> results) override;
  std::optional<delivery_page> deliveries(const delivery_filter& filter) override;
  bool forget(timestamp kept, timestamp expired) override;

 private:
  void stop_pending(const webhook_id& id);
  std::size_t cursor_ = 0;
};

/// Receivers that answer when the test says so.
class scripted_way_out final : public webhooks::way_out {
 public:
  struct sent {
    webhook_id to;
    net::http_request request;
    std::chrono::milliseconds timeout;
    std::function<void(net::http_result)> done;
  };
  std::deque<sent> open;
  std::vector<std::string> ids;  // webhook-id of everything that was sent
  std::vector<webhook_id> forgotten;

  void post(const webhook_id& to, net::http_request request, std::chrono::milliseconds timeout,
            std::function<void(net::http_result)> done) override;
  void forget(const webhook_id& to) override { forgotten.push_back(to); }
};

std::string header_of(const net::http_request& r, const std::string& name);

/// The actor under virtual time.
struct WebhookHouse : testing::Test {
  WebhookHouse();
  ~WebhookHouse() override;

  virtual_config config;
  caf::actor_system system{config};
  caf::scheduler::test_coordinator& scheduler;
  actors::directory dir{64};
  memory_webhooks store;
  scripted_way_out out;
  actors::webhook_counters counters;
  webhooks::webhook_settings settings;
  actors::webhook_actor actor;

  void start();
  /// Ends it without a word, as a crash does, and starts another.
  void crash();
  timestamp now();
  void advance(std::chrono::milliseconds by);
  /// One that hears everything; its answer, which has the secret.
  webhook add(int n = 1, event_mask types = every_event);
  static webhook_id id(int n);
  /// Something happens.
  void happens(event_type type = event_type::bet_filled);
  /// Answers the oldest request that is open.
  void answer(unsigned status, std::string retry_after = {});
  void fall_silent(std::string error = "timeout");
  [[nodiscard]] const webhook_delivery& row(std::int64_t number) { return store.log.at(number); }

  template <class T, class... Ts>
  caf::expected<T> ask(Ts... xs) {
    caf::scoped_actor self{system};
    auto reply = self->request(actor, caf::infinite, std::move(xs)...);
    scheduler.run();
    caf::expected<T> said{caf::sec::none};
    reply.receive([&](T& x) { said = std::move(x); }, [&](caf::error& e) { said = std::move(e); });
    return said;
  }
  /// Likewise, where the answer waits for something: nothing is there until it came.
  template <class T, class... Ts>
  std::shared_ptr<std::optional<caf::expected<T>>> ask_later(Ts... xs) {
    auto box = std::make_shared<std::optional<caf::expected<T>>>();
    system.spawn([=, to = actor](caf::event_based_actor* me) {
      me->request(to, caf::infinite, xs...)
          .then([box](T& x) { box->emplace(std::move(x)); },
                [box](caf::error& e) { box->emplace(std::move(e)); });
    });
    scheduler.run();
    return box;
  }

 private:
  actors::world_ptr w_;
  std::uint64_t randoms_ = 0;
};

}  // namespace headroom::test
