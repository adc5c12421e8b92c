#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

namespace headroom::test {

/// Stands between a client and the test's PostgreSQL and loses one message at a chosen moment: then
/// it closes both ends, as a dying network does. Listens on a free loopback port.
class lossy_proxy {
 public:
  enum class lose { request, answer };

  explicit lossy_proxy(const std::string& conninfo);
  ~lossy_proxy();

  /// The same database through the proxy.
  [[nodiscard]] const std::string& conninfo() const noexcept { return conninfo_; }

  /// From now on, the `n`-th message of the client (1 is the next) is lost: it never arrives, or it
  /// is carried out and its answer is lost.
  void lose_exchange(int n, lose what);
  /// Whether the loss has happened.
  [[nodiscard]] bool has_lost() const noexcept { return left_ == 0; }

 private:
  void serve();
  void relay(int client);

  int listener_ = -1;
  int stop_pipe_[2] = {-1, -1};
  std::string server_host_;
  std::string server_port_;
  std::string conninfo_;
  std::atomic<int> left_{-1};  // messages until the loss; negative: no loss is planned
  std::atomic<lose> what_{lose::answer};
  std::thread thread_;
};

}  // namespace headroom::test
