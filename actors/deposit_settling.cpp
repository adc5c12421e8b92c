#include "actors/deposit_saga.hpp"

/// A payment from its intent on: sent until the chain decides, then booked and credited.
namespace headroom::actors {
namespace {

constexpr std::uint8_t most_attempts = 3;  // each that reverts has cost us gas
constexpr std::string_view refused_alert = "deposit.refused_by_books";
constexpr auto nonce_taken = "invalid_exact_evm_nonce_already_used";

}  // namespace

// -- the intent -----------------------------------------------------------------------------------

/// The same entry however often: committing it again changes nothing. Once it was sent it may be in
/// the books, and then somebody must own the deposit.
void deposit_saga::store() {
  const auto journal = neighbour<journal_actor>();
  if (!journal) {
    if (st_.appends == 0) return refuse(make_error(errc::unavailable));
    return on(deposit_event::later);
  }
  ++st_.appends;
  ask(journal, w_.settings.patience.append, append{open_deposit{st_.row}})
      .then<committed>(
          [](deposit_saga s, const committed&) {
            s.on(s.st_.look_first ? deposit_event::stored_before : deposit_event::stored);
          },
          [](deposit_saga s, caf::error& e) { s.not_stored(e); });
}

void deposit_saga::not_stored(caf::error& e) {
  const auto code = code_of(e);
  if (st_.appends == 1 && (code == errc::overloaded || never_received(e)))
    return refuse(std::move(e));  // the journal did not take it
  if (!is_final(e)) {
    if (may_say("deposit.open_in_doubt"))
      spdlog::warn("deposit.open_in_doubt deposit={} code={}", st_.row.id.text(), to_string(code));
    return on(deposit_event::later);
  }
  if (code != errc::duplicate) return contradicted("open", e);
  // Stored by a request that ran beside this one: its deposit is the answer.
  st_.appends = 0;
  st_.names_asked = false;
  on(st_.askers.empty() ? deposit_event::unwanted : deposit_event::taken);
}

// -- from here on the chain decides ---------------------------------------------------------------

/// The wallet sends an operation once however often it is asked. A try that ended without success
/// is followed by another one, not for ever: then the chain alone decides, at the latest when the
/// authorization expires. One that is not valid yet (a payer's clock may be ahead) is not sent.
void deposit_saga::settle() {
  const auto payment = neighbour<payment_actor>();
  const bool too_early = w_.now().seconds() <= st_.row.payment.valid_after;
  if (!payment || too_early || st_.attempt >= most_attempts) return on(deposit_event::later);
  ask(payment, w_.settings.patience.load, st_.row.payment)
      .then<contract_call>([](deposit_saga s, contract_call& call) { s.send(std::move(call)); },
                           [](deposit_saga s, const caf::error&) { s.on(deposit_event::later); });
}

void deposit_saga::send(contract_call call) {
  const auto wallet = w_.dir.handles.relayer(st_.row.payment.chain_id);
  if (!wallet) return on(deposit_event::later);
  ask(wallet, w_.settings.patience.append,
      send_transaction{settlement_of(st_.row.id, st_.attempt), "deposit", std::move(call)})
      .then<operation_report>([](deposit_saga s, const operation_report& r) { s.sent(r); },
                              [](deposit_saga s, const caf::error& e) {
                                if (!std::exchange(s.st_.warned, true))
                                  spdlog::warn(
                                      "deposit.send_failed deposit={} code={} reason=\"{}\"",
                                      s.st_.row.id.text(), to_string(code_of(e)), detail_of(e));
                                s.on(deposit_event::later);
                              });
}

void deposit_saga::sent(const operation_report& r) {
  st_.row.tx_hash = r.tx_hash;
  if (r.state == operation_state::reverted || r.state == operation_state::dropped) {
    spdlog::warn("deposit.attempt_lost deposit={} attempt={} tx={}", st_.row.id.text(), st_.attempt,
                 r.tx_hash.hex());
    ++st_.attempt;
  }
  on(deposit_event::later);
}

void deposit_saga::look() {
  const auto payment = neighbour<payment_actor>();
  if (!payment) return on(deposit_event::later);
  ask(payment, w_.settings.patience.load, get_atom::value, st_.row.payment)
      .then<payment_finding>([](deposit_saga s, const payment_finding& f) { s.found(f); },
                             [](deposit_saga s, const caf::error&) { s.ask_wallet(0); });
}

void deposit_saga::found(const payment_finding& f) {
  switch (f.state) {
    case payment_state::paid:
      st_.row.tx_hash = f.tx_hash;
      st_.row.log_index = f.log_index;
      return on(deposit_event::paid);
    case payment_state::void_: st_.void_code = f.code; return on(deposit_event::voided);
    case payment_state::unused: return on(deposit_event::unused);
    case payment_state::unknown: return ask_wallet(0);
  }
}

/// After a long outage the payment is too old for a search of the logs, or the search takes too
/// long. The wallet has our own transactions on record.
void deposit_saga::ask_wallet(std::uint8_t attempt) {
  const auto wallet = w_.dir.handles.relayer(st_.row.payment.chain_id);
  if (!wallet || attempt >= most_attempts) return on(deposit_event::later);
  ask(wallet, w_.settings.patience.load, get_atom::value, settlement_of(st_.row.id, attempt))
      .then<operation_report>(
          [attempt](deposit_saga s, const operation_report& r) {
            switch (r.state) {
              case operation_state::confirmed: return s.look_at(r.tx_hash);
              case operation_state::reverted:
              case operation_state::dropped: return s.ask_wallet(attempt + 1);
              case operation_state::unsent:
              case operation_state::pending:
              case operation_state::in_doubt: return s.on(deposit_event::later);
            }
          },
          [](deposit_saga s, const caf::error&) { s.on(deposit_event::later); });
}

void deposit_saga::look_at(const hash256& tx) {
  const auto payment = neighbour<payment_actor>();
  if (!payment) return on(deposit_event::later);
  ask(payment, w_.settings.patience.load, get_atom::value, st_.row.payment, tx)
      .then<payment_finding>(
          [](deposit_saga s, const payment_finding& f) {
            f.state == payment_state::paid ? s.found(f) : s.on(deposit_event::later);
          },
          [](deposit_saga s, const caf::error&) { s.on(deposit_event::later); });
}

void deposit_saga::book_paid() {
  const auto journal = neighbour<journal_actor>();
  if (!journal) return on(deposit_event::later);
  const auto& row = st_.row;
  ask(journal, w_.settings.patience.append,
      append{settle_deposit{row.id, row.tx_hash, w_.now(), row.log_index}})
      .then<committed>(
          [](deposit_saga s, const committed&) {
            s.books_agree();
            auto& r = s.st_.row;
            r.status = deposit_status::pending;
            spdlog::info("deposit.settled deposit={} user={} amount={} tx={}", r.id.text(),
                         r.user.hex(), to_string(r.amount), r.tx_hash.hex());
            s.on(deposit_event::settled);
          },
          [](deposit_saga s, caf::error& e) {
            if (code_of(e) != errc::duplicate) return s.not_booked("settle", e);
            const auto& r = s.st_.row;
            spdlog::error("deposit.proof_taken deposit={} tx={} log_index={}", r.id.text(),
                          r.tx_hash.hex(), r.log_index);
            s.st_.void_code = nonce_taken;
            s.on(deposit_event::voided);
          });
}

void deposit_saga::book_failed() {
  const auto journal = neighbour<journal_actor>();
  if (!journal) return on(deposit_event::later);
  ask(journal, w_.settings.patience.append,
      append{fail_deposit{st_.row.id, st_.void_code, w_.now()}})
      .then<committed>(
          [](deposit_saga s, const committed&) {
            s.books_agree();
            auto& row = s.st_.row;
            row.status = deposit_status::failed;
            row.failure = s.st_.void_code;
            spdlog::info("deposit.failed deposit={} code={}", row.id.text(), row.failure);
            s.on(deposit_event::failed);
          },
          [](deposit_saga s, caf::error& e) { s.not_booked("fail", e); });
}

void deposit_saga::not_booked(const char* entry, caf::error& e) {
  if (is_final(e)) return contradicted(entry, e);
  if (may_say("deposit.not_booked"))
    spdlog::warn("deposit.not_booked entry={} deposit={} code={}", entry, st_.row.id.text(),
                 to_string(code_of(e)));
  on(deposit_event::later);
}

/// The books refuse what this actor knows. The row stays as it is, for a human.
void deposit_saga::contradicted(const char* entry, caf::error& e) {
  spdlog::error("deposit.refused_by_books entry={} deposit={} code={}", entry, st_.row.id.text(),
                to_string(code_of(e)));
  w_.dir.gauges.alerts().raise(refused_alert, st_.row.id.text(),
                               "the books refuse what the chain says of a deposit", w_.now());
  fail_askers(e);
  st_.verdict = std::move(e);
  on(deposit_event::contradicted);
}

/// Whatever an earlier actor of this deposit was refused, they have it now.
void deposit_saga::books_agree() {
  w_.dir.gauges.alerts().clear(refused_alert, st_.row.id.text(), w_.now());
}

/// The conversion actor credits every pending deposit sooner or later; asking makes it now. Not
/// while its source is held: then the payer hears of a deposit that is pending.
void deposit_saga::credit() {
  const auto conversion = neighbour<conversion_actor>();
  const auto& row = st_.row;
  const money_source source{row.payment.chain_id, row.payment.token};
  if (!conversion || !w_.dir.gauges.credit_holds().why(source).empty())
    return on(deposit_event::credited);
  ask(conversion, w_.settings.patience.load,
      credit_deposit{row.id, row.user, row.amount, w_.now(), row.fee})
      .then<committed>(
          [](deposit_saga s, const committed&) {
            auto& r = s.st_.row;
            r.status = deposit_status::converting;
            r.credited_at = r.updated_at = s.w_.now();
            s.on(deposit_event::credited);
          },
          // What the books refuse here is the conversion actor's alert, until they take it.
          [](deposit_saga s, const caf::error&) { s.on(deposit_event::credited); });
}

}  // namespace headroom::actors
