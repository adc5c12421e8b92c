#include "tests/webhooks/webhook_house.hpp"

#include <algorithm>

namespace headroom::test {

std::optional<std::vector<webhook>> memory_webhooks::list() {
  if (away) return std::nullopt;
  std::vector<webhook> out;
  for (const auto& [id, row] : rows) out.push_back(row);
  return out;
}

std::optional<webhook> memory_webhooks::add(const webhook& row, const std::string& by) {
  if (away) return std::nullopt;
  if (rows.empty()) cursor_ = events.size();
  const auto [at, added] = rows.emplace(row.id, row);
  if (added) done.push_back(by + " webhook_added");
  auto out = at->second;
  out.replayed = !added;
  return out;
}

void memory_webhooks::stop_pending(const webhook_id& id) {
  for (auto& [number, d] : log)
    if (d.webhook == id && d.status == delivery_status::pending)
      d.status = delivery_status::stopped;
}

bool memory_webhooks::change(const webhook& row, const actors::webhook_change& how) {
  if (away) return false;
  rows[row.id] = row;
  if (how.stop || how.remove) stop_pending(row.id);
  if (how.remove) rows.erase(row.id);
  done.push_back(how.by + " " + how.action);
  return true;
}

std::optional<actors::told_events> memory_webhooks::tell(timestamp now, std::uint32_t most) {
  if (away) return std::nullopt;
  actors::told_events out;
  for (; cursor_ < events.size() && out.read < most; ++cursor_, ++out.read)
    for (const auto& [id, row] : rows) {
      const auto& e = events[cursor_];
      if (!row.is_active() || (row.types & mask_of(e.type)) == 0) continue;
      webhook_delivery d;
      d.number = static_cast<std::int64_t>(log.size()) + 1;
      d.webhook = id;
      d.event = e.number;
      d.type = e.type;
      d.created_at = d.next_try_at = now;
      log.emplace(d.number, d);
      ++out.told;
    }
  return out;
}

std::optional<std::vector<due_delivery>> memory_webhooks::due(
    timestamp now, std::span<const actors::delivery_wish> wishes) {
  if (away) return std::nullopt;
  std::vector<due_delivery> out;
  for (const auto& wish : wishes) {
    std::vector<webhook_delivery> ready;
    for (const auto& [number, d] : log)
      if (d.webhook == wish.webhook && d.status == delivery_status::pending && d.next_try_at <= now)
        ready.push_back(d);
    std::stable_sort(ready.begin(), ready.end(),
                     [](const auto& a, const auto& b) { return a.next_try_at < b.next_try_at; });
    for (std::size_t i = 0; i < std::min<std::size_t>(ready.size(), wish.limit); ++i) {
      const auto event = std::find_if(events.begin(), events.end(),
                                      [&](const auto& e) { return e.number == ready[i].event; });
      out.push_back({ready[i], event == events.end() ? heard_event{} : *event});
    }
  }
  return out;
}

std::optional<webhook_delivery> memory_webhooks::add_test(const webhook_id& id,
                                                          const std::string& by, timestamp now) {
  if (away) return std::nullopt;
  webhook_delivery d;
  d.number = static_cast<std::int64_t>(log.size()) + 1;
  d.webhook = id;
  d.created_at = d.next_try_at = now;
  log.emplace(d.number, d);
  done.push_back(by + " webhook_tested");
  return d;
}

bool memory_webhooks::record(std::span<const delivery_result> results) {
  if (away) return false;
  for (const auto& r : results) {
    auto& d = log.at(r.number);
    const bool late =
        d.status == delivery_status::stopped && r.status == delivery_status::delivered;
    if (d.status != delivery_status::pending && !late) continue;
    d.status = r.status;
    d.tries = r.tries;
    d.last_try_at = r.at;
    d.next_try_at = r.next_try_at;
    d.last_status = r.last_status;
    d.last_error = r.last_error;
    d.last_ms = r.last_ms;
  }
  return true;
}

std::optional<delivery_page> memory_webhooks::deliveries(const delivery_filter& filter) {
  if (away) return std::nullopt;
  delivery_page out;
  for (auto d = log.rbegin(); d != log.rend(); ++d)
    if (d->second.webhook == filter.webhook) out.rows.push_back(d->second);
  return out;
}

bool memory_webhooks::forget(timestamp, timestamp) { return !away; }

void scripted_way_out::post(const webhook_id& to, net::http_request request,
                            std::chrono::milliseconds timeout,
                            std::function<void(net::http_result)> done) {
  ids.push_back(header_of(request, "webhook-id"));
  open.push_back({to, std::move(request), timeout, std::move(done)});
}

std::string header_of(const net::http_request& r, const std::string& name) {
  for (const auto& [key, value] : r.headers)
    if (key == name) return value;
  return "";
}

WebhookHouse::WebhookHouse()
    : scheduler{dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())} {
  settings.sandbox = true;
  w_ = std::make_shared<const actors::world>(
      actors::world{dir,
                    [this] { return now(); },
                    [this] {
                      hash256 drawn;
                      drawn.bytes[0] = static_cast<std::uint8_t>(++randoms_);
                      return drawn;
                    },
                    {}});
}

WebhookHouse::~WebhookHouse() {
  out.open.clear();
  caf::anon_send_exit(actor, caf::exit_reason::kill);
  actor = actors::webhook_actor{};
  scheduler.run();
}

void WebhookHouse::start() {
  actor = system.spawn(webhooks::webhook_behavior, w_,
                       webhooks::webhook_places{&store, &out, &counters}, settings);
  scheduler.run();
}

void WebhookHouse::crash() {
  caf::anon_send_exit(actor, caf::exit_reason::kill);
  scheduler.run();
  out.open.clear();
  start();
}

timestamp WebhookHouse::now() {
  const auto passed = scheduler.clock().now().time_since_epoch();
  return timestamp::of_seconds(1'790'000'000)
      .plus(std::chrono::duration_cast<std::chrono::microseconds>(passed));
}

void WebhookHouse::advance(std::chrono::milliseconds by) {
  scheduler.run();
  scheduler.advance_time(by);
  scheduler.run();
}

webhook_id WebhookHouse::id(int n) {
  webhook_id out;
  out.bytes[0] = static_cast<std::uint8_t>(n);
  return out;
}

webhook WebhookHouse::add(int n, event_mask types) {
  auto said = ask<webhook>(
      actors::add_webhook{id(n), "http://127.0.0.1:9/" + std::to_string(n), types, "key:1"});
  EXPECT_TRUE(said) << actors::detail_of(said.error());
  return said ? *said : webhook{};
}

void WebhookHouse::happens(event_type type) {
  heard_event e;
  e.number = static_cast<std::int64_t>(store.events.size()) + 1;
  e.type = type;
  e.subject = "11111111-1111-1111-1111-111111111111";
  e.user.bytes[0] = 0xab;
  e.amount = 25'370'000_micro;
  e.at = now();
  store.events.push_back(e);
}

void WebhookHouse::answer(unsigned status, std::string retry_after) {
  ASSERT_FALSE(out.open.empty());
  auto next = std::move(out.open.front());
  out.open.pop_front();
  net::http_result r;
  r.outcome = net::http_outcome::answered;
  r.status = status;
  if (!retry_after.empty()) r.headers = {{"Retry-After", std::move(retry_after)}};
  next.done(std::move(r));
  scheduler.run();
}

void WebhookHouse::fall_silent(std::string error) {
  ASSERT_FALSE(out.open.empty());
  auto next = std::move(out.open.front());
  out.open.pop_front();
  net::http_result r;
  r.error = std::move(error);
  next.done(std::move(r));
  scheduler.run();
}

}  // namespace headroom::test
