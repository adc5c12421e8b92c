#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "domain/webhooks.hpp"
#include "net/guarded_client.hpp"
#include "webhooks/webhook_settings.hpp"

namespace headroom::webhooks {

/// How receivers are reached; handed in, so that tests own the outside.
class way_out {
 public:
  virtual ~way_out() = default;
  /// `done` runs once, on any thread.
  virtual void post(const webhook_id& to, net::http_request request,
                    std::chrono::milliseconds timeout,
                    std::function<void(net::http_result)> done) = 0;
  /// Nothing more is sent to it; what is under way may end as it likes.
  virtual void forget(const webhook_id& to) = 0;
};

/// Whether an address may be connected to: of the Internet, and loopback in the sandbox.
[[nodiscard]] net::address_guard may_connect(bool sandbox);

/// Over HTTP, each receiver by a client, and a thread, of its own: neither its connections nor its
/// name keep anybody else waiting.
class guarded_way_out final : public way_out {
 public:
  explicit guarded_way_out(const webhook_settings& settings) : settings_{settings} {}

  void post(const webhook_id& to, net::http_request request, std::chrono::milliseconds timeout,
            std::function<void(net::http_result)> done) override;
  void forget(const webhook_id& to) override;
  /// Ends what is under way; what comes later ends at once. Blocks for that.
  void stop();

 private:
  using client_ptr = std::shared_ptr<net::guarded_client>;
  [[nodiscard]] client_ptr client_of(const webhook_id& to);

  webhook_settings settings_;
  std::mutex mutex_;
  bool stopped_ = false;
  std::map<webhook_id, client_ptr> clients_;
};

}  // namespace headroom::webhooks
