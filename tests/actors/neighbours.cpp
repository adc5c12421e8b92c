#include "tests/actors/neighbours.hpp"

namespace headroom::test {
namespace {

using namespace actors;

template <class T>
T next_of(std::deque<T>& list, const T& otherwise) {
  if (list.empty()) return otherwise;
  auto out = std::move(list.front());
  list.pop_front();
  return out;
}

}  // namespace

venue_answer filled(usdc spent, usdc fee) {
  return {venue_verdict::filled, {spent.micro * 2}, spent, fee, {}};
}

venue_answer says(venue_verdict verdict, std::string reason) {
  return {verdict, {}, {}, {}, std::move(reason)};
}

venue_actor::behavior_type scripted_venue(self_pointer<venue_actor, scripted_state<venue_tag>> self,
                                          venue_script* s) {
  return {
      [s](const quote_order& x) -> caf::result<order_quote> {
        s->quoted_for.push_back(x.by);
        if (s->quote_error != errc::none) return make_error(s->quote_error, "", s->quote_wait);
        order_quote q{x.token, false,      order_side::buy, x.fill, x.amount, {x.amount.micro * 2},
                      {},      x.max_price};
        return q;
      },
      [s](const quote_sale& x) -> caf::result<order_quote> {
        s->quoted_for.push_back(x.by);
        if (s->quote_error != errc::none) return make_error(s->quote_error, "", s->quote_wait);
        const share_amount cut{x.shares.micro - x.shares.micro % 10'000};
        return order_quote{x.token, false, order_side::sell, x.fill, 1_micro, cut, {}, x.min_price};
      },
      [s](const order_quote&) -> caf::result<signed_order> {
        if (s->sign_error != errc::none) return make_error(s->sign_error);
        signed_order out;
        out.hash.bytes[0] = static_cast<std::uint8_t>(++s->orders_signed);
        out.bytes = {1, 2, 3};
        return out;
      },
      [self, s](const submit_order& x) -> caf::result<venue_answer> {
        s->posted.push_back(x.order.hash);
        s->deadlines.push_back(x.deadline);
        if (!s->mute) return next_of(s->posts, s->post_otherwise);
        s->unanswered.push_back(self->make_response_promise<venue_answer>());
        return s->unanswered.back();
      },
      [s](const look_up_order& x) {
        s->looked_up.push_back(x.order.hash);
        s->followed.push_back(x.follow);
        auto a = next_of(s->looks, s->look_otherwise);
        const bool untouched =
            a.verdict != venue_verdict::filled && a.verdict != venue_verdict::matched;
        if (untouched && s->chain_time) a.untouched_until = s->chain_time();
        return a;
      },
      [s](const cancel_order&) {
        ++s->cancelled;
        return next_of(s->cancels, true);
      },
      [s](wake_atom) {  // answers what it owes
        for (auto& p : s->unanswered) p.deliver(next_of(s->posts, s->post_otherwise));
        s->unanswered.clear();
      },
      [](status_atom) {
        return status_report{venue_tag::name, {}};
      },
  };
}

payment_actor::behavior_type scripted_payment(
    self_pointer<payment_actor, scripted_state<payment_tag>> self, payment_script* s) {
  return {
      [s](const pay_deposit&) -> caf::result<signed_payment> {
        if (s->at_read) s->at_read();
        if (s->read_error != errc::none) return make_error(s->read_error, s->read_detail);
        return signed_payment{s->payment,           2, s->proven, false, s->idempotency_key,
                              s->payment_identifier};
      },
      [s](prove_atom, const signed_payment& x) -> caf::result<signed_payment> {
        ++s->asked_to_prove;
        if (s->prove_error != errc::none) return make_error(s->prove_error, s->prove_detail);
        auto out = x;
        out.proven = true;
        return out;
      },
      [self, s](const signed_payment& x) -> caf::result<verified_payment> {
        ++s->verified;
        if (s->at_verify) s->at_verify();
        if (s->mute) return self->make_response_promise<verified_payment>();
        if (s->verify_error != errc::none) return make_error(s->verify_error, s->verify_detail);
        return verified_payment{x.payment, s->paid};
      },
      [self, s](get_atom, const authorization&) -> caf::result<payment_finding> {
        ++s->looked;
        if (s->mute) return self->make_response_promise<payment_finding>();
        return next_of(s->findings, s->otherwise);
      },
      [s](get_atom, const authorization&, const hash256& tx) {
        s->looked_at.push_back(tx);
        return next_of(s->findings_at, s->otherwise_at);
      },
      [](const authorization& a) {
        return contract_call{a.token, {1}, {}, 0};
      },
      [](status_atom) {
        return status_report{payment_tag::name, {}};
      },
  };
}

wallet_actor::behavior_type scripted_wallet(
    self_pointer<wallet_actor, scripted_state<wallet_tag>> self, wallet_script* s) {
  return {
      [self, s](const send_transaction& x) -> caf::result<operation_report> {
        ++s->asked;
        if (s->down) return make_error(errc::unavailable);
        if (s->mute) return self->make_response_promise<operation_report>();
        s->sent.push_back(x.id);
        return next_of(s->reports, s->report);
      },
      [s](get_atom, const operation_id&) { return s->report; },
      [](poll_atom) {},
      [](status_atom) {
        return status_report{wallet_tag::name, {}};
      },
  };
}

route_actor::behavior_type scripted_route(self_pointer<route_actor, scripted_state<route_tag>> self,
                                          route_script* s) {
  return {
      [s](get_atom) {
        return route_info{s->name, s->steps, s->expected_seconds, s->from, s->disabled};
      },
      [self, s](usdc amount) -> caf::result<route_quote> {
        if (s->hushed) {
          s->unquoted.push_back(self->make_response_promise<route_quote>());
          return s->unquoted.back();
        }
        s->quoted.push_back(amount);
        return s->quote ? s->quote(amount) : route_quote{amount, 1};
      },
      [self, s](const run_step& x) -> caf::result<step_progress> {
        if (s->silent) return make_error(errc::unavailable);
        s->asked.push_back(x);
        if (!s->mute) return next_of(s->words, s->otherwise);
        s->unanswered.push_back(self->make_response_promise<step_progress>());
        return s->unanswered.back();
      },
      [self, s](in_flight_atom) -> caf::result<route_flight> {
        if (!s->hushed) return s->flight;
        s->unseen.push_back(self->make_response_promise<route_flight>());
        return s->unseen.back();
      },
      [s](const rescue_step& x) -> caf::result<step_progress> {
        s->asked.push_back(x.step);
        return next_of(s->words, s->otherwise);
      },
      [](status_atom) {
        return status_report{route_tag::name, {}};
      },
  };
}

}  // namespace headroom::test
