#include "net/supervisor.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <optional>

namespace headroom::net {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using pulse = heartbeat::pulse;

/// A service manager's end: a datagram socket in a folder of its own.
class manager {
 public:
  manager() {
    auto pattern = (fs::temp_directory_path() / "headroom-notify-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    path_ = (folder_ / "socket").string();
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::copy(path_.begin(), path_.end(), at.sun_path);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    const timeval patience{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~manager() {
    ::close(fd_);
    fs::remove_all(folder_);
  }
  manager(const manager&) = delete;
  manager& operator=(const manager&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// The next datagram; "" when none comes in ten seconds.
  [[nodiscard]] std::string hear() const {
    char bytes[4096];
    const auto size = ::recv(fd_, bytes, sizeof bytes, 0);
    return size > 0 ? std::string{bytes, static_cast<std::size_t>(size)} : "";
  }
  [[nodiscard]] bool has_more() const {
    char byte = 0;
    return ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
  }

 private:
  fs::path folder_;
  std::string path_;
  int fd_ = -1;
};

TEST(Supervisor, HearsDatagrams) {
  const manager m;
  EXPECT_TRUE(tell_supervisor(m.path(), "READY=1\nSTATUS=x"));
  EXPECT_EQ(m.hear(), "READY=1\nSTATUS=x");
}

TEST(Supervisor, ThatIsNotThereIsNoMatter) {
  EXPECT_FALSE(tell_supervisor("", "READY=1"));
  EXPECT_FALSE(tell_supervisor("relative", "READY=1"));
  EXPECT_FALSE(tell_supervisor("/nowhere/socket", "READY=1"));
  EXPECT_FALSE(tell_supervisor("/" + std::string(200, 'x'), "READY=1"));
}

TEST(Supervisor, IsNamedByTheEnvironment) {
  const auto set = [](const char* name, const std::string& value) {
    ::setenv(name, value.c_str(), 1);
  };
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  EXPECT_EQ(supervisor_of_environment().socket, "");
  set("NOTIFY_SOCKET", "/run/x");
  set("WATCHDOG_USEC", "3000000");
  EXPECT_EQ(supervisor_of_environment().socket, "/run/x");
  EXPECT_EQ(supervisor_of_environment().watchdog, 3s);
  set("WATCHDOG_PID", std::to_string(::getpid()));
  EXPECT_EQ(supervisor_of_environment().watchdog, 3s);
  set("WATCHDOG_PID", std::to_string(::getppid()));
  EXPECT_EQ(supervisor_of_environment().watchdog, 0s) << "meant for another process";
  ::unsetenv("WATCHDOG_PID");
  for (const char* odd : {"", "x", "-1", "0", "3s"}) {
    set("WATCHDOG_USEC", odd);
    EXPECT_EQ(supervisor_of_environment().watchdog, 0s) << odd;
  }
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC"}) ::unsetenv(name);
}

TEST(Heartbeat, IsReadyOnceAndThenBeats) {
  const manager m;
  std::atomic<int> looks{0};
  heartbeat beat{{m.path(), 3ms},
                 [&]() -> heartbeat::report {
                   const int n = ++looks;
                   return {n < 3 ? pulse::alive : pulse::ready, "look " + std::to_string(n)};
                 },
                 1ms};
  EXPECT_EQ(m.hear(), "STATUS=look 1\nWATCHDOG=1");
  EXPECT_EQ(m.hear(), "STATUS=look 2\nWATCHDOG=1");
  EXPECT_EQ(m.hear(), "STATUS=look 3\nREADY=1\nWATCHDOG=1");
  EXPECT_EQ(m.hear(), "STATUS=look 4\nWATCHDOG=1");
}

TEST(Heartbeat, SaysNothingWhileNobodyAnswers) {
  const manager m;
  std::atomic<int> looks{0};
  heartbeat beat{{m.path(), 3ms},
                 [&]() -> heartbeat::report {
                   const int n = ++looks;
                   const bool silent = n == 2 || n == 3 || n > 4;
                   return {silent ? pulse::silent : pulse::ready, "look " + std::to_string(n)};
                 },
                 1ms};
  EXPECT_EQ(m.hear(), "STATUS=look 1\nREADY=1\nWATCHDOG=1");
  EXPECT_EQ(m.hear(), "STATUS=look 4\nWATCHDOG=1");
  while (looks < 8) std::this_thread::yield();
  EXPECT_FALSE(m.has_more());
}

TEST(Heartbeat, WithoutAWatchdogSaysOnlyHowItIs) {
  const manager m;
  heartbeat beat{{m.path(), 0us}, [] { return heartbeat::report{pulse::ready, "a\nb"}; }, 1ms};
  EXPECT_EQ(m.hear(), "STATUS=a b\nREADY=1");
}

TEST(Heartbeat, AnEndThatTakesTimeIsAnnounced) {
  const manager m;
  heartbeat beat{{m.path(), 60s}, [] { return heartbeat::report{pulse::ready, "ready"}; }, 1ms};
  EXPECT_EQ(m.hear(), "STATUS=ready\nREADY=1\nWATCHDOG=1");
  beat.stopping(75s);
  EXPECT_EQ(m.hear(), "STOPPING=1\nSTATUS=stopping\nWATCHDOG_USEC=75000000");
  EXPECT_FALSE(m.has_more());
}

TEST(Heartbeat, DoesNotBeginWhereNobodyIsToBeTold) {
  std::atomic<int> looks{0};
  {
    heartbeat beat{{"", 1ms}, [&] {
                     ++looks;
                     return heartbeat::report{};
                   }};
    beat.stopping(1s);
  }
  EXPECT_EQ(looks, 0);
}

}  // namespace
}  // namespace headroom::net
