#include "webhooks/way_out.hpp"

#include "net/address_kind.hpp"

namespace headroom::webhooks {

net::address_guard may_connect(bool sandbox) {
  return [sandbox](std::span<const std::uint8_t> bytes) {
    const auto kind = net::kind_of_address(bytes);
    return kind == net::address_kind::open || (sandbox && kind == net::address_kind::loopback);
  };
}

guarded_way_out::client_ptr guarded_way_out::client_of(const webhook_id& to) {
  const std::lock_guard lock{mutex_};
  if (stopped_) return nullptr;
  auto& out = clients_[to];
  if (out) return out;
  net::http_client_options options;
  options.max_body = settings_.max_answer;
  options.max_in_flight = settings_.at_once + 1;  // and a test
  options.max_idle_per_host = settings_.at_once;
  out = std::make_shared<net::guarded_client>(options, may_connect(settings_.sandbox));
  return out;
}

void guarded_way_out::post(const webhook_id& to, net::http_request request,
                           std::chrono::milliseconds timeout,
                           std::function<void(net::http_result)> done) {
  if (const auto client = client_of(to))
    return client->request(std::move(request), timeout, std::move(done));
  net::http_result stopped;
  stopped.error = "stopped";
  done(std::move(stopped));
}

void guarded_way_out::forget(const webhook_id& to) {
  client_ptr ended;
  {
    const std::lock_guard lock{mutex_};
    const auto found = clients_.find(to);
    if (found == clients_.end()) return;
    ended = std::move(found->second);
    clients_.erase(found);
  }
  ended->stop();
}

void guarded_way_out::stop() {
  std::map<webhook_id, client_ptr> all;
  {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    all.swap(clients_);
  }
  for (const auto& [id, client] : all) client->stop();
}

}  // namespace headroom::webhooks
