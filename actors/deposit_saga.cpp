#include "actors/deposit_saga.hpp"

namespace headroom::actors {
namespace {

constexpr std::chrono::milliseconds first_look{100};
constexpr std::chrono::milliseconds longest_look{10'000};
constexpr std::uint32_t looks_at_one_pace = 4;
constexpr auto nonce_taken = "invalid_exact_evm_nonce_already_used";

}  // namespace

// -- what the mailbox brings ----------------------------------------------------------------------

caf::result<paid_deposit> deposit_saga::asked(pay_deposit& x) {
  if (next_move(st_.at, deposit_event::asked).act == deposit_act::turn_away)
    return make_error(errc::overloaded);
  auto promise = self_->make_response_promise<paid_deposit>();
  st_.askers.push_back(promise);
  st_.request = std::move(x);
  self_->delayed_send(self_, w_.settings.deposit.answer, impatient_atom::value);
  on(deposit_event::asked);
  return promise;
}

void deposit_saga::resumed(deposit& stored) {
  self_->describe(id_kind::uuid, stored.id.view());
  spdlog::info("deposit.resumed deposit={}", stored.id.text());
  st_.row = std::move(stored);
  st_.look_first = true;
  st_.appends = 1;  // its owner may have died before it knew
  on(deposit_event::resumed);
}

void deposit_saga::tick() {
  if (woken()) on(deposit_event::woken);
}

void deposit_saga::patience_is_over() {
  if (!st_.askers.empty()) on(deposit_event::impatient);
}

void deposit_saga::on(deposit_event e) {
  const auto before = st_.at;
  const auto move = next_move(before, e);
  st_.at = move.next;
  switch (move.act) {
    case deposit_act::impossible:
      return stop_on_impossible(st_.row.id.text(), to_string(before), to_string(e));
    case deposit_act::nothing:
    case deposit_act::turn_away:          // by `asked`
    case deposit_act::hand_over: return;  // by ~deposit_state
    case deposit_act::tell: return tell();
    case deposit_act::tell_doubt: return fail_askers(make_error(errc::in_doubt));
    case deposit_act::refuse: return end_with(st_.verdict);
    case deposit_act::refuse_too_late: return end_with(make_error(errc::timed_out));
    case deposit_act::finish: return finish();
    case deposit_act::read: return read();
    case deposit_act::look_for_known: return look_for_known();
    case deposit_act::prove: return prove();
    case deposit_act::look_for_name: return look_for_name();
    case deposit_act::verify: return verify();
    case deposit_act::open: return open();
    case deposit_act::store: return store();
    case deposit_act::sleep: return sleep();
    case deposit_act::follow: return follow();
    case deposit_act::look: return look();
    case deposit_act::settle: return settle();
    case deposit_act::book_paid: return book_paid();
    case deposit_act::book_failed: return book_failed();
    case deposit_act::credit: return credit();
    case deposit_act::stop: self_->quit(st_.verdict); return;
  }
}

// -- before anything is stored --------------------------------------------------------------------

void deposit_saga::read() {
  const auto payment = neighbour<payment_actor>();
  if (!payment) return refuse(make_error(errc::unavailable));
  ask(payment, w_.settings.patience.load, std::move(st_.request))
      .then<signed_payment>(
          [](deposit_saga s, signed_payment& x) {
            s.st_.payment = std::move(x);
            s.on(deposit_event::parsed);
          },
          [](deposit_saga s, caf::error& e) { s.refuse(std::move(e)); });
}

/// Before the verdict and after it: a request beside this one may have stored the same payment
/// meanwhile, and then a refusal would be untrue.
void deposit_saga::look_for_known() {
  const auto query = neighbour<query_actor>();
  if (!query) return refuse(make_error(errc::unavailable));
  ask(query, w_.settings.patience.load, get_atom::value, st_.payment.payment)
      .then<deposit>([](deposit_saga s, const deposit& x) { s.compare(x); },
                     [](deposit_saga s, caf::error& e) {
                       if (code_of(e) != errc::not_found) return s.refuse(std::move(e));
                       s.ask_what_is_open();
                     });
}

/// The books do not know the payment.
void deposit_saga::ask_what_is_open() {
  const auto& x = st_.payment;
  const bool has_name = !x.idempotency_key.is_zero() || !x.payment_identifier.is_zero();
  const bool refused = st_.verdict != caf::none;
  on(next_question({refused, x.proven, has_name && !st_.names_asked, st_.judged}));
}

/// The same authorization again is the same deposit, whatever the time is now and whatever the
/// chain says: its state is the answer. Only to one who shows that it is theirs.
void deposit_saga::compare(const deposit& stored) {
  const auto& ours = st_.payment;
  const bool theirs = ours.proven || ours.payment.signature == stored.payment.signature;
  if (theirs && same_message(ours.payment, stored.payment)) return known(stored);
  if (st_.verdict) return on(deposit_event::refused);
  if (!ours.proven) return on(deposit_event::unproven);
  refuse(make_error(errc::invalid_payment, nonce_taken));
}

void deposit_saga::prove() {
  const auto payment = neighbour<payment_actor>();
  if (!payment) return refuse(make_error(errc::unavailable));
  ask(payment, w_.settings.patience.load, prove_atom::value, st_.payment)
      .then<signed_payment>(
          [](deposit_saga s, signed_payment& x) {
            s.st_.payment = std::move(x);
            s.on(deposit_event::proven);
          },
          [](deposit_saga s, caf::error& e) { s.objected(std::move(e)); });
}

/// The payer has signed this themselves, so what they named before is theirs to hear of. A second
/// signature under the name is a repetition; another amount is a mistake of theirs.
void deposit_saga::look_for_name() {
  const auto query = neighbour<query_actor>();
  if (!query) return refuse(make_error(errc::unavailable));
  const auto& x = st_.payment;
  ask(query, w_.settings.patience.load,
      deposit_keys{x.payment.from, x.idempotency_key, x.payment_identifier})
      .then<deposit>(
          [](deposit_saga s, const deposit& stored) {
            if (stored.amount == s.st_.payment.payment.value) return s.known(stored);
            s.refuse(make_error(errc::key_reused, "it names a deposit of another amount"));
          },
          [](deposit_saga s, caf::error& e) {
            if (code_of(e) != errc::not_found) return s.refuse(std::move(e));
            s.st_.names_asked = true;
            s.ask_what_is_open();
          });
}

void deposit_saga::verify() {
  const auto payment = neighbour<payment_actor>();
  if (!payment) return refuse(make_error(errc::unavailable));
  ask(payment, w_.settings.patience.load, st_.payment)
      .then<verified_payment>(
          [](deposit_saga s, const verified_payment& x) {
            s.st_.judged = true;
            s.st_.look_first = x.paid;  // somebody else submitted it
            s.on(deposit_event::judged);
          },
          [](deposit_saga s, caf::error& e) { s.objected(std::move(e)); });
}

/// A verdict is looked up once more before it is told, and so is a chain that cannot tell: a
/// request beside this one may have begun to settle the payment meanwhile.
void deposit_saga::objected(caf::error why) {
  const auto code = code_of(why);
  if (code != errc::invalid_payment && code != errc::unavailable) return refuse(std::move(why));
  st_.verdict = std::move(why);
  on(deposit_event::objected);
}

void deposit_saga::open() {
  auto& row = st_.row;
  row.id = deposit_id::from_digest(w_.random());
  row.payment = st_.payment.payment;
  row.user = row.payment.from;
  row.amount = row.payment.value;
  const money_source source{row.payment.chain_id, row.payment.token};
  row.fee = fee_of(w_.settings.deposit.pricing_of(source), row.amount);
  row.x402_version = st_.payment.x402_version;
  row.idempotency_key = st_.payment.idempotency_key;
  row.payment_identifier = st_.payment.payment_identifier;
  row.created_at = row.updated_at = w_.now();
  store();
}

// -- what another actor settles -------------------------------------------------------------------

/// A request beside this one, or before a restart, settles it: wait for its result, boundedly.
void deposit_saga::known(const deposit& stored) {
  st_.row = stored;
  st_.repeated = true;
  const bool unsettled = stored.status == deposit_status::settling && !st_.askers.empty();
  on(unsettled ? deposit_event::unsettled : deposit_event::known);
}

/// How far the one that settles it has come. A read that fails is repeated while the payer waits.
void deposit_saga::follow() {
  const auto query = neighbour<query_actor>();
  if (!query) return on(deposit_event::later);
  ask(query, w_.settings.patience.load, get_atom::value, st_.row.id)
      .then<deposit>([](deposit_saga s, const deposit& x) { s.known(x); },
                     [](deposit_saga s, const caf::error&) { s.on(deposit_event::later); });
}

// -- waiting and answering ------------------------------------------------------------------------

void deposit_saga::sleep() {
  raise_if_unresolved();
  wake_after(backoff(first_look, st_.looks++ / looks_at_one_pace, longest_look));
}

/// Its window is long over and the chain still does not say what became of it.
void deposit_saga::raise_if_unresolved() {
  constexpr std::int64_t long_after = 600;  // seconds
  if (st_.row.payment.valid_before == 0 || !may_be_stored(st_.at)) return;
  if (w_.now().seconds() < st_.row.payment.valid_before + long_after) return;
  raise(deposit_unresolved_alert, st_.row.id.text(), "a payment has no end long after its window");
}

void deposit_saga::refuse(caf::error why) {
  st_.verdict = std::move(why);
  on(deposit_event::refused);
}

void deposit_saga::tell() { answer_askers(paid_deposit{st_.row, st_.repeated}); }

void deposit_saga::end_with(const caf::error& why) {
  fail_askers(why);
  self_->quit();
}

void deposit_saga::finish() {
  tell();
  self_->quit();
}

}  // namespace headroom::actors
