#include "chain/polymarket/relayed_wallet_actor.hpp"

namespace headroom::chain::polymarket {
namespace {

using actors::operation_report;

template <class... Ts>
caf::result<operation_report> ask_relayer(relayed_wallet_self self, Ts... question) {
  auto promise = self->make_response_promise<operation_report>();
  const auto& st = self->state;
  self->request(st.relayer, st.w->settings.patience.append, std::move(question)...)
      .then([promise](const batch_report& b) mutable { promise.deliver(report_of(b)); },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

}  // namespace

operation_report report_of(const batch_report& b) {
  operation_report out;
  out.tx_hash = b.tx_hash;
  out.detail = b.detail;
  switch (b.state) {
    case batch_state::unsent: out.state = operation_state::unsent; break;
    case batch_state::pending: out.state = operation_state::pending; break;
    case batch_state::confirmed: out.state = operation_state::confirmed; break;
    case batch_state::failed:
    case batch_state::in_doubt: out.state = operation_state::dropped; break;
  }
  return out;
}

actors::wallet_actor::behavior_type relayed_wallet_behavior(relayed_wallet_self self,
                                                            actors::world_ptr w,
                                                            relayer_actor relayer) {
  self->state.w = std::move(w);
  self->state.relayer = std::move(relayer);
  return {
      [self](actors::send_transaction& x) {
        return ask_relayer(self, submit_batch{x.id, std::move(x.purpose), {std::move(x.call)}});
      },
      [self](actors::get_atom, const operation_id& id) {
        return ask_relayer(self, actors::get_atom::value, id);
      },
      [](actors::poll_atom) {},
      [](actors::status_atom) {
        return actors::status_report{relayed_wallet_state::name, {}};
      },
  };
}

}  // namespace headroom::chain::polymarket
