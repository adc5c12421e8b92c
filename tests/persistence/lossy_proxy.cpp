#include "tests/persistence/lossy_proxy.hpp"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <stdexcept>
#include <vector>

namespace headroom::test {
namespace {

std::string option(const std::string& conninfo, const std::string& key) {
  auto* all = PQconninfoParse(conninfo.c_str(), nullptr);
  std::string out;
  for (auto* x = all; x != nullptr && x->keyword != nullptr; ++x)
    if (key == x->keyword && x->val != nullptr) out = x->val;
  PQconninfoFree(all);
  return out;
}

/// A connected socket, -1 when nobody listens there.
int dial(const std::string& host, const std::string& port) {
  if (host.starts_with('/')) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    const auto path = host + "/.s.PGSQL." + port;
    path.copy(to.sun_path, sizeof to.sun_path - 1);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) return fd;
    close(fd);
    return -1;
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return -1;
  const int fd = socket(found->ai_family, SOCK_STREAM, 0);
  const bool connected = connect(fd, found->ai_addr, found->ai_addrlen) == 0;
  freeaddrinfo(found);
  if (connected) return fd;
  close(fd);
  return -1;
}

bool send_all(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    const auto n = send(fd, data, size, MSG_NOSIGNAL);
    if (n <= 0) return false;
    data += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

lossy_proxy::lossy_proxy(const std::string& conninfo) {
  server_host_ = option(conninfo, "host");
  server_port_ = option(conninfo, "port");
  if (server_host_.empty()) server_host_ = "/var/run/postgresql";
  if (server_port_.empty()) server_port_ = "5432";
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof here;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&here), size) != 0 || listen(listener_, 8) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&here), &size) != 0 ||
      pipe(stop_pipe_) != 0)
    throw std::runtime_error("the proxy cannot listen");
  conninfo_ = conninfo + " host=127.0.0.1 sslmode=disable gssencmode=disable port=" +
              std::to_string(ntohs(here.sin_port));
  thread_ = std::thread{[this] { serve(); }};
}

lossy_proxy::~lossy_proxy() {
  const char stop = 's';
  if (write(stop_pipe_[1], &stop, 1) == 1) thread_.join();
  for (const int fd : {listener_, stop_pipe_[0], stop_pipe_[1]}) close(fd);
}

void lossy_proxy::lose_exchange(int n, lose what) {
  what_ = what;
  left_ = n;
}

void lossy_proxy::serve() {  // one client after the other
  for (;;) {
    pollfd fds[] = {{listener_, POLLIN, 0}, {stop_pipe_[0], POLLIN, 0}};
    if (poll(fds, 2, -1) <= 0 || fds[1].revents != 0) return;
    const int client = accept(listener_, nullptr, nullptr);
    if (client >= 0) relay(client);
  }
}

void lossy_proxy::relay(int client) {
  const int server = dial(server_host_, server_port_);
  std::vector<char> bytes(1 << 16);
  bool lose_answer = false;
  while (server >= 0) {
    pollfd fds[] = {{client, POLLIN, 0}, {server, POLLIN, 0}, {stop_pipe_[0], POLLIN, 0}};
    if (poll(fds, 3, -1) <= 0 || fds[2].revents != 0) break;
    const bool from_client = fds[0].revents != 0;
    const auto n = recv(from_client ? client : server, bytes.data(), bytes.size(), 0);
    if (n <= 0) break;
    if (from_client && left_ > 0 && --left_ == 0) {
      if (what_ == lose::request) break;
      lose_answer = true;
    }
    if (!from_client && lose_answer) break;  // it answers when it is done: committed
    if (!send_all(from_client ? server : client, bytes.data(), static_cast<std::size_t>(n))) break;
  }
  if (server >= 0) close(server);
  close(client);
}

}  // namespace headroom::test
