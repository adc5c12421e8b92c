#pragma once

#include <array>
#include <atomic>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/monitorable_actor.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace headroom::http {

/// One question that waits for an actor's answer.
class question {
 public:
  question() = default;
  question(const question&) = delete;
  question& operator=(const question&) = delete;
  virtual ~question() = default;

  /// Called once, on the answering actor's thread or the sweeper's: keep what was said (the answer,
  /// or one caf::error) and go home. Must neither block nor throw.
  virtual void heard(std::unique_ptr<question> self, const caf::type_erased_tuple& said) = 0;
  /// At home: act on it.
  virtual void run() = 0;
};

/// Lets any thread ask a typed actor without being one: a single handle that is never scheduled,
/// and a sharded map of pending questions. One hop each way. Deadlines are swept by `expire`, for
/// CAF 0.17 keeps a clock entry per timed request until it is due.
class actor_bridge final : public caf::monitorable_actor {
 public:
  using clock = std::chrono::steady_clock;

  explicit actor_bridge(caf::actor_config& cfg) : caf::monitorable_actor{cfg} {}

  template <class Handle, class... Ts>
  void ask(const Handle& to, clock::time_point deadline, std::unique_ptr<question> q, Ts&&... xs) {
    using token = caf::detail::type_list<
        typename caf::detail::implicit_conversions<std::decay_t<Ts>>::type...>;
    static_assert(caf::response_type_unbox<caf::signatures_of_t<Handle>, token>::valid,
                  "the actor does not accept this message");
    const auto id = remember(deadline, std::move(q));
    if (!id) return;  // closed: nobody is left to hear an answer
    caf::actor_cast<caf::abstract_actor*>(to)->enqueue(
        caf::make_mailbox_element(caf::strong_actor_ptr{ctrl()}, *id, {}, std::forward<Ts>(xs)...),
        nullptr);
  }

  /// Answers what is overdue with sec::request_timeout; late answers are dropped after that.
  void expire(clock::time_point now);
  /// Drops every pending question and waits until none is being heard. No question is touched
  /// afterwards.
  void close();
  [[nodiscard]] std::size_t pending() const;

  using caf::monitorable_actor::enqueue;
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* unit) override;
  const char* name() const override { return "http_bridge"; }

 private:
  struct call {
    std::unique_ptr<question> asked;
    clock::time_point deadline;
  };
  struct alignas(64) shard {
    mutable std::mutex mutex;
    std::unordered_map<std::uint64_t, call> calls;
    bool closed = false;
    std::atomic<std::size_t> hearing{0};  // raised under the mutex, lowered after `heard`
  };

  [[nodiscard]] std::optional<caf::message_id> remember(clock::time_point deadline,
                                                        std::unique_ptr<question> q);
  [[nodiscard]] shard& shard_of(std::uint64_t key) { return shards_[key % shards_.size()]; }

  std::atomic<std::uint64_t> next_{1};
  std::array<shard, 16> shards_;
};

/// Keeps the bridge alive as long as it or an actor that still owes it an answer lives.
class bridge_handle {
 public:
  bridge_handle() = default;
  explicit bridge_handle(caf::actor_system& system);
  actor_bridge* operator->() const { return static_cast<actor_bridge*>(keep_->get()); }

 private:
  caf::strong_actor_ptr keep_;
};

}  // namespace headroom::http
