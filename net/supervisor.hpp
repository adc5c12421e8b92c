#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

/// Whoever started this process and wants to be told how it is: systemd's protocol, sd_notify(3).
/// Datagrams of NAME=value lines to a socket that the environment names.
namespace headroom::net {

struct supervisor_place {
  std::string socket;                     // a path, or "@name"; "": nobody is to be told
  std::chrono::microseconds watchdog{0};  // without a beat for so long it ends us; 0: it does not
};
/// NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, as far as they are for this process.
[[nodiscard]] supervisor_place supervisor_of_environment();

/// One datagram; never waits. False: it was not said.
bool tell_supervisor(const std::string& socket, std::string_view lines) noexcept;

/// Says READY=1 once the service is ready, then WATCHDOG=1 as long as it answers.
class heartbeat {
 public:
  enum class pulse : std::uint8_t {
    silent,  // nothing is said of it: after `watchdog` the supervisor acts
    alive,   // it answers, and is not ready (any more)
    ready,
  };
  struct report {
    pulse how = pulse::silent;
    std::string words;  // one line for people, STATUS=
  };
  /// Looks, in the heartbeat's thread, within a bound of its own; must not throw.
  using look = std::function<report()>;

  /// Nothing begins where nobody is to be told. `before_ready`: between two looks until then.
  heartbeat(supervisor_place where, look how_it_is,
            std::chrono::milliseconds before_ready = std::chrono::milliseconds{500});
  ~heartbeat();
  heartbeat(const heartbeat&) = delete;
  heartbeat& operator=(const heartbeat&) = delete;

  /// The end begins and takes at most `patience`: STOPPING=1, and no look any more.
  void stopping(std::chrono::microseconds patience);

 private:
  void run();
  [[nodiscard]] bool wait(std::chrono::microseconds how_long);  // false: it is over
  void end();

  const supervisor_place where_;
  const look look_;
  const std::chrono::milliseconds before_ready_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace headroom::net
