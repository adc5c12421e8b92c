#include "net/supervisor.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace headroom::net {
namespace {

using std::chrono::microseconds;

/// Beats for each time that the supervisor would wait: one that is lost does no harm.
constexpr int beats_of_a_watch = 3;
constexpr microseconds without_a_watchdog{10'000'000};  // between two words on how it is

std::optional<std::int64_t> number_in(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr) return std::nullopt;
  std::int64_t out = 0;
  const char* end = text + std::strlen(text);
  const auto [at, bad] = std::from_chars(text, end, out);
  if (bad != std::errc{} || at != end || out <= 0) return std::nullopt;
  return out;
}

/// One line, whatever the words are.
std::string status_line(const std::string& words) {
  auto out = "STATUS=" + words;
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

}  // namespace

supervisor_place supervisor_of_environment() {
  supervisor_place out;
  if (const char* socket = std::getenv("NOTIFY_SOCKET")) out.socket = socket;
  const auto whose = number_in("WATCHDOG_PID");
  if (!whose || *whose == ::getpid())
    out.watchdog = microseconds{number_in("WATCHDOG_USEC").value_or(0)};
  return out;
}

bool tell_supervisor(const std::string& socket, std::string_view lines) noexcept {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  const bool known = socket.starts_with('/') || socket.starts_with('@');
  if (!known || socket.size() >= sizeof to.sun_path) return false;
  std::memcpy(to.sun_path, socket.data(), socket.size());
  if (to.sun_path[0] == '@') to.sun_path[0] = '\0';  // of no file system
  const int out = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (out < 0) return false;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket.size());
  const auto said = ::sendto(out, lines.data(), lines.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                             reinterpret_cast<const sockaddr*>(&to), size);
  ::close(out);
  return said == static_cast<ssize_t>(lines.size());
}

heartbeat::heartbeat(supervisor_place where, look how_it_is, std::chrono::milliseconds before_ready)
    : where_(std::move(where)), look_(std::move(how_it_is)), before_ready_(before_ready) {
  if (!where_.socket.empty()) thread_ = std::thread{[this] { run(); }};
}

heartbeat::~heartbeat() { end(); }

void heartbeat::run() {
  const bool watched = where_.watchdog.count() > 0;
  const auto pace = watched ? where_.watchdog / beats_of_a_watch : without_a_watchdog;
  bool was_ready = false;
  do {
    const auto now = look_();
    if (now.how == pulse::silent) continue;
    std::string lines = status_line(now.words);
    const bool begins = now.how == pulse::ready && !was_ready;
    was_ready = was_ready || begins;
    if (begins) lines += "\nREADY=1";
    if (watched) lines += "\nWATCHDOG=1";
    tell_supervisor(where_.socket, lines);
  } while (wait(was_ready ? pace : std::min<microseconds>(pace, before_ready_)));
}

void heartbeat::stopping(microseconds patience) {
  if (!thread_.joinable()) return;
  end();
  std::string lines = "STOPPING=1\nSTATUS=stopping";
  if (where_.watchdog.count() > 0)  // nobody answers while it ends: that is bounded otherwise
    lines += "\nWATCHDOG_USEC=" + std::to_string(patience.count());
  tell_supervisor(where_.socket, lines);
}

bool heartbeat::wait(microseconds how_long) {
  std::unique_lock lock{mutex_};
  return !changed_.wait_for(lock, how_long, [this] { return over_; });
}

void heartbeat::end() {
  {
    const std::lock_guard lock{mutex_};
    over_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace headroom::net
