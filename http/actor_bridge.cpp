#include "http/actor_bridge.hpp"

#include <caf/make_actor.hpp>
#include <caf/make_message.hpp>
#include <caf/sec.hpp>
#include <thread>
#include <vector>

#include "actors/open_requests.hpp"

namespace headroom::http {

std::optional<caf::message_id> actor_bridge::remember(clock::time_point deadline,
                                                      std::unique_ptr<question> q) {
  const auto id = caf::make_message_id(next_.fetch_add(1, std::memory_order_relaxed));
  const auto key = id.response_id().integer_value();
  auto& s = shard_of(key);
  const std::lock_guard lock{s.mutex};
  if (s.closed) return std::nullopt;
  s.calls.emplace(key, call{std::move(q), deadline});
  return id;
}

void actor_bridge::enqueue(caf::mailbox_element_ptr message, caf::execution_unit*) {
  if (!message->mid.is_response()) return;
  const auto key = message->mid.integer_value();
  actors::open_requests::instance().answered(id(), message->mid.request_id().integer_value());
  auto& s = shard_of(key);
  std::unique_ptr<question> q;
  {
    const std::lock_guard lock{s.mutex};
    const auto i = s.calls.find(key);
    if (i == s.calls.end()) return;  // answered after its deadline
    q = std::move(i->second.asked);
    s.calls.erase(i);
    s.hearing.fetch_add(1, std::memory_order_relaxed);
  }
  auto* const asked = q.get();
  asked->heard(std::move(q), message->content());
  s.hearing.fetch_sub(1, std::memory_order_release);
}

void actor_bridge::expire(clock::time_point now) {
  for (auto& s : shards_) {
    std::vector<std::unique_ptr<question>> late;
    {
      const std::lock_guard lock{s.mutex};
      for (auto i = s.calls.begin(); i != s.calls.end();) {
        if (i->second.deadline > now) {
          ++i;
          continue;
        }
        late.push_back(std::move(i->second.asked));
        actors::open_requests::instance().answered(
            this->id(), caf::make_message_id(i->first).request_id().integer_value());
        i = s.calls.erase(i);
      }
      s.hearing.fetch_add(late.size(), std::memory_order_relaxed);
    }
    if (late.empty()) continue;
    const auto timeout = caf::make_message(caf::make_error(caf::sec::request_timeout));
    for (auto& q : late) {
      auto* const asked = q.get();
      asked->heard(std::move(q), timeout.content());
      s.hearing.fetch_sub(1, std::memory_order_release);
    }
  }
}

void actor_bridge::close() {
  for (auto& s : shards_) {
    std::unordered_map<std::uint64_t, call> dropped;
    const std::lock_guard lock{s.mutex};
    s.closed = true;
    dropped.swap(s.calls);
  }
  for (auto& s : shards_)  // `heard` only posts: this ends within microseconds
    while (s.hearing.load(std::memory_order_acquire) != 0) std::this_thread::yield();
}

std::size_t actor_bridge::pending() const {
  std::size_t n = 0;
  for (const auto& s : shards_) {
    const std::lock_guard lock{s.mutex};
    n += s.calls.size();
  }
  return n;
}

bridge_handle::bridge_handle(caf::actor_system& system) {
  caf::actor_config cfg{system.dummy_execution_unit()};
  keep_ = caf::make_actor<actor_bridge, caf::strong_actor_ptr>(system.next_actor_id(),
                                                               system.node(), &system, cfg);
}

}  // namespace headroom::http
