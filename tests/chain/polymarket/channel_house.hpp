#pragma once

#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>

#include "actors/world.hpp"
#include "tests/chain/polymarket/fake_sockets.hpp"
#include "tests/support/seeded_scheduler.hpp"

namespace headroom::test {

/// Actors in virtual time, with sockets in memory.
struct ChannelHouse : testing::Test {
  virtual_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  actors::directory dir{100};
  fake_sockets sockets;
  std::uint64_t randoms = 0;
  actors::world_ptr w = std::make_shared<actors::world>(
      actors::world{dir,
                    [this] {
                      return timestamp::of_seconds(1'800'000'000)
                          .plus(std::chrono::duration_cast<std::chrono::milliseconds>(
                              sched.clock().now().time_since_epoch()));
                    },
                    [this] {
                      hash256 out;
                      out.bytes[6] = static_cast<std::uint8_t>(++randoms * 37);
                      out.bytes[7] = static_cast<std::uint8_t>(randoms * 101);
                      return out;
                    },
                    {}});
  std::vector<caf::strong_actor_ptr> alive;

  ~ChannelHouse() override { end_all(); }

  /// Before what they refer to goes.
  void end_all() {
    for (auto& a : alive)
      caf::anon_send_exit(caf::actor_cast<caf::actor>(a), caf::exit_reason::kill);
    alive.clear();
    sched.run();
    sched.clock().cancel_all();
  }
  template <class H>
  H own(H h) {
    alive.push_back(caf::actor_cast<caf::strong_actor_ptr>(h));
    return h;
  }
  void advance(std::chrono::milliseconds by,
               std::chrono::milliseconds step = std::chrono::milliseconds{100}) {
    for (; by.count() > 0; by -= step) {
      sched.advance_time(std::min(step, by));
      sched.run();
    }
  }

  // what the other side does
  void open(std::size_t i) {
    sockets.all.at(i)->events.opened();
    sched.run();
  }
  void say(std::size_t i, const std::string& text) {
    sockets.all.at(i)->events.text(text);
    sched.run();
  }
  void close(std::size_t i) {
    sockets.all.at(i)->events.closed("closed by the peer with code 1001");
    sched.run();
  }
  [[nodiscard]] actors::channel_gauge& gauge() { return dir.gauges.channel(); }
};

}  // namespace headroom::test
