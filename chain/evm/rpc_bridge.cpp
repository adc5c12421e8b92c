#include "chain/evm/rpc_bridge.hpp"

#include "actors/alerts.hpp"

namespace headroom::chain {
namespace {

void call(const json_rpc& client, rpc_request x, std::function<void(rpc_result)> done) {
  client.call(std::move(x), std::move(done));
}

void call(net::http_client& client, http_call x, std::function<void(net::http_result)> done) {
  client.request(std::move(x.request), x.timeout, std::move(done));
}

/// An actor without a mailbox: a question goes straight to the client, the answer straight to the
/// asker's mailbox. Nothing is kept here; the client bounds what is in flight.
template <class Handle, class Client, class Question, class Answer>
class port : public caf::monitorable_actor {
 public:
  using signatures = typename Handle::signatures;

  port(caf::actor_config& cfg, std::shared_ptr<Client> client, actors::latency_histogram* times)
      : caf::monitorable_actor(cfg), client_{std::move(client)}, times_{times} {}

  using caf::monitorable_actor::enqueue;
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) override {
    if (!what->mid.is_request() || !what->sender) return;
    if (!what->content().template match_elements<Question>())
      return bounce(what, caf::make_error(caf::sec::unexpected_message));
    call(*client_, what->content().template get_as<Question>(0),
         [asker = what->sender, id = what->mid.response_id(), times = times_,
          asked_at = clock::now()](Answer answer) {
           if (times != nullptr)
             times->record(
                 std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - asked_at));
           asker->enqueue(nullptr, id, caf::make_message(std::move(answer)), nullptr);
         });
  }

  [[nodiscard]] const char* name() const override { return "port"; }

 private:
  using clock = std::chrono::steady_clock;

  std::shared_ptr<Client> client_;
  actors::latency_histogram* times_;
};

template <class Handle, class Question, class Answer, class Client>
Handle make_port(caf::actor_system& sys, std::shared_ptr<Client> client,
                 actors::latency_histogram* times) {
  caf::actor_config cfg{sys.dummy_execution_unit()};
  return caf::make_actor<port<Handle, Client, Question, Answer>, Handle>(
      sys.next_actor_id(), sys.node(), &sys, cfg, std::move(client), times);
}

}  // namespace

json_rpc_options with_alerts(json_rpc_options options, actors::alert_board& alerts,
                             actors::wall_clock now) {
  options.on_health = [&alerts, id = std::to_string(options.chain_id), now = std::move(now)](
                          std::uint32_t node, bool failed) {
    constexpr std::string_view failed_alert = "node.failed";
    const auto subject = id + "/" + std::to_string(node);
    if (!failed) return alerts.clear(failed_alert, subject, now());
    alerts.raise(failed_alert, subject, "has not answered well for a minute", now());
  };
  return options;
}

rpc_actor make_rpc_actor(caf::actor_system& sys, std::shared_ptr<const json_rpc> client,
                         actors::latency_histogram* times) {
  return make_port<rpc_actor, rpc_request, rpc_result>(sys, std::move(client), times);
}

http_actor make_http_actor(caf::actor_system& sys, std::shared_ptr<net::http_client> client,
                           actors::latency_histogram* times) {
  return make_port<http_actor, http_call, net::http_result>(sys, std::move(client), times);
}

}  // namespace headroom::chain
