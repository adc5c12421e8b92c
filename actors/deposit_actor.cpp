#include "actors/deposit_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/alerts.hpp"
#include "actors/log_limit.hpp"

namespace headroom::actors {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_look{100};
constexpr milliseconds longest_look{10'000};
constexpr std::uint8_t most_attempts = 3;  // each that reverts has cost us gas
constexpr std::string_view unresolved_alert = "deposit.unresolved";
constexpr std::string_view refused_alert = "deposit.refused_by_books";
constexpr auto nonce_taken = "invalid_exact_evm_nonce_already_used";

/// The books have looked at the entry and said no: it is not and will not be booked.
bool is_verdict(errc e) {
  const auto c = consequence_of(e);
  return c == consequence::rejected || c == consequence::duplicate || c == consequence::broken;
}

class payment_saga {
 public:
  explicit payment_saga(deposit_self self) : self_{self}, st_{self->state}, w_{*self->state.w} {}

  // -- before anything is stored: every failure is the caller's answer, nothing happened ----------

  void read(pay_deposit x) {
    const auto payment = w_.dir.get<payment_actor>();
    if (!payment) return refuse(make_error(errc::unavailable));
    self_->request(payment, w_.settings.patience.load, std::move(x))
        .then(
            [self = self_](signed_payment& found) {
              self->state.asked = std::move(found);
              payment_saga{self}.look_for_known();
            },
            [self = self_](caf::error& e) { payment_saga{self}.refuse(std::move(e)); });
  }

  /// Before the verdict and after it: a request beside this one may have stored the same payment
  /// meanwhile, and then a refusal would be untrue.
  void look_for_known() {
    const auto query = w_.dir.get<query_actor>();
    if (!query) return refuse(make_error(errc::unavailable));
    self_->request(query, w_.settings.patience.load, get_atom::value, st_.asked.payment)
        .then([self = self_](deposit& known) { payment_saga{self}.compare(known); },
              [self = self_](caf::error& e) {
                payment_saga s{self};
                code_of(e) == errc::not_found ? s.go_on() : s.refuse(std::move(e));
              });
  }

  /// The books do not know the payment: what is to be asked next.
  void go_on() {
    if (st_.verdict) return refuse(st_.verdict);
    if (!st_.asked.proven) return prove();
    if (has_key() && !st_.keys_asked) return look_for_key();
    if (!st_.judged) return verify();
    open();
  }

  /// The same authorization again is the same deposit, whatever the time is now and whatever the
  /// chain says: its state is the answer. Only to one who shows that it is theirs.
  void compare(const deposit& known) {
    const auto& ours = st_.asked;
    const bool theirs = ours.proven || ours.payment.signature == known.payment.signature;
    if (theirs && same_message(ours.payment, known.payment)) return answer_known(known);
    if (st_.verdict) return refuse(st_.verdict);
    if (!ours.proven) return prove();
    refuse(make_error(errc::invalid_payment, nonce_taken));
  }

  void prove() {
    const auto payment = w_.dir.get<payment_actor>();
    if (!payment) return refuse(make_error(errc::unavailable));
    self_->request(payment, w_.settings.patience.load, prove_atom::value, st_.asked)
        .then(
            [self = self_](signed_payment& proven) {
              self->state.asked = std::move(proven);
              payment_saga{self}.look_for_known();
            },
            [self = self_](caf::error& e) { payment_saga{self}.refused(std::move(e)); });
  }

  [[nodiscard]] bool has_key() const {
    return !st_.asked.idempotency_key.is_zero() || !st_.asked.payment_identifier.is_zero();
  }

  /// The payer has signed this themselves, so what they named before is theirs to hear of. A second
  /// signature under the name is a repetition; another amount is a mistake of theirs.
  void look_for_key() {
    const auto query = w_.dir.get<query_actor>();
    if (!query) return refuse(make_error(errc::unavailable));
    const auto& ours = st_.asked;
    self_
        ->request(query, w_.settings.patience.load,
                  deposit_keys{ours.payment.from, ours.idempotency_key, ours.payment_identifier})
        .then(
            [self = self_](const deposit& known) {
              payment_saga s{self};
              if (known.amount == self->state.asked.payment.value) return s.answer_known(known);
              s.refuse(make_error(errc::key_reused, "it names a deposit of another amount"));
            },
            [self = self_](caf::error& e) {
              payment_saga s{self};
              if (code_of(e) != errc::not_found) return s.refuse(std::move(e));
              self->state.keys_asked = true;
              s.go_on();
            });
  }

  void verify() {
    const auto payment = w_.dir.get<payment_actor>();
    if (!payment) return refuse(make_error(errc::unavailable));
    self_->request(payment, w_.settings.patience.load, st_.asked)
        .then(
            [self = self_](const verified_payment& v) {
              auto& st = self->state;
              st.judged = true;
              st.look_first = v.paid;  // somebody else submitted it
              payment_saga{self}.look_for_known();
            },
            [self = self_](caf::error& e) { payment_saga{self}.refused(std::move(e)); });
  }

  /// A verdict is looked up once more before it is told, and so is a chain that cannot tell: a
  /// request beside this one may have begun to settle the payment meanwhile.
  void refused(caf::error why) {
    const auto code = code_of(why);
    if (code != errc::invalid_payment && code != errc::unavailable) return refuse(std::move(why));
    st_.verdict = std::move(why);
    look_for_known();
  }

  /// A request beside this one, or before a restart, settles it: wait for its result, boundedly.
  void answer_known(const deposit& known) {
    st_.row = known;
    st_.repeated = true;
    st_.following = known.status == deposit_status::settling && !st_.answered;
    st_.following ? look_later() : finish();
  }

  /// How far the one that settles it has come. A read that fails is repeated while the payer waits.
  void follow() {
    const auto query = w_.dir.get<query_actor>();
    if (!query) return look_later();
    self_->request(query, w_.settings.patience.load, get_atom::value, st_.row.id)
        .then([self = self_](const deposit& known) { payment_saga{self}.answer_known(known); },
              [self = self_](const caf::error&) { payment_saga{self}.look_later(); });
  }

  void open() {
    auto& row = st_.row;
    row.id = deposit_id::from_digest(w_.random());
    row.payment = st_.asked.payment;
    row.user = row.payment.from;
    row.amount = row.payment.value;
    row.x402_version = st_.asked.x402_version;
    row.idempotency_key = st_.asked.idempotency_key;
    row.payment_identifier = st_.asked.payment_identifier;
    row.created_at = row.updated_at = w_.now();
    store();
  }

  /// The same entry however often: committing it again changes nothing. Once it was sent it may be
  /// in the books, and then somebody must own the deposit.
  void store() {
    const auto journal = w_.dir.get<journal_actor>();
    const bool first = st_.stored == row_state::absent;
    if (!journal) return first ? refuse(make_error(errc::unavailable)) : look_later();
    st_.stored = row_state::in_doubt;
    self_->request(journal, w_.settings.patience.append, open_deposit{st_.row})
        .then(
            [self = self_](const committed&) {
              auto& st = self->state;
              st.stored = row_state::stored;
              st.look_first ? payment_saga{self}.look() : payment_saga{self}.settle();
            },
            [self = self_, first](caf::error& e) { payment_saga{self}.not_stored(first, e); });
  }

  void not_stored(bool first, caf::error& e) {
    const auto code = code_of(e);
    if (first && (code == errc::overloaded || never_received(e))) {  // the journal did not take it
      st_.stored = row_state::absent;
      return refuse(std::move(e));
    }
    if (!is_verdict(code)) {
      if (may_say("deposit.open_in_doubt"))
        spdlog::warn("deposit.open_in_doubt deposit={} code={}", st_.row.id.text(),
                     to_string(code));
      return look_later();
    }
    st_.stored = row_state::absent;
    if (code != errc::duplicate) return refused_by_books("open", e);
    // Stored by a request that ran beside this one: its deposit is the answer.
    st_.keys_asked = false;
    st_.answered ? finish() : look_for_known();
  }

  // -- from here on the chain decides -------------------------------------------------------------

  /// The wallet sends an operation once however often it is asked. A try that ended without success
  /// is followed by another one, not for ever: then the chain alone decides, at the latest when the
  /// authorization expires. One that is not valid yet (a payer's clock may be ahead) is not sent.
  void settle() {
    const auto payment = w_.dir.get<payment_actor>();
    const bool too_early = w_.now().seconds() <= st_.row.payment.valid_after;
    if (!payment || too_early || st_.attempt >= most_attempts) return look_later();
    self_->request(payment, w_.settings.patience.load, st_.row.payment)
        .then([self = self_](contract_call& call) { payment_saga{self}.send(std::move(call)); },
              [self = self_](const caf::error&) { payment_saga{self}.look_later(); });
  }

  void send(contract_call call) {
    const auto wallet = w_.dir.relayer(st_.row.payment.chain_id);
    if (!wallet) return look_later();
    self_
        ->request(
            wallet, w_.settings.patience.append,
            send_transaction{settlement_of(st_.row.id, st_.attempt), "deposit", std::move(call)})
        .then([self = self_](const operation_report& r) { payment_saga{self}.sent(r); },
              [self = self_](const caf::error& e) {
                if (!std::exchange(self->state.warned, true))
                  spdlog::warn("deposit.send_failed deposit={} code={} reason=\"{}\"",
                               self->state.row.id.text(), to_string(code_of(e)), detail_of(e));
                payment_saga{self}.look_later();
              });
  }

  void sent(const operation_report& r) {
    st_.row.tx_hash = r.tx_hash;
    if (r.state == operation_state::reverted || r.state == operation_state::dropped) {
      spdlog::warn("deposit.attempt_lost deposit={} attempt={} tx={}", st_.row.id.text(),
                   st_.attempt, r.tx_hash.hex());
      ++st_.attempt;
    }
    look_later();
  }

  void look() {
    const auto payment = w_.dir.get<payment_actor>();
    if (!payment) return look_later();
    self_->request(payment, w_.settings.patience.load, get_atom::value, st_.row.payment)
        .then([self = self_](const payment_finding& f) { payment_saga{self}.found(f); },
              [self = self_](const caf::error&) { payment_saga{self}.ask_wallet(0); });
  }

  void found(const payment_finding& f) {
    switch (f.state) {
      case payment_state::paid:
        st_.row.tx_hash = f.tx_hash;
        st_.row.log_index = f.log_index;
        return book_settled();
      case payment_state::void_: return book_failed(f.code);
      case payment_state::unused: return settle();  // asks the wallet where its transaction stands
      case payment_state::unknown: return ask_wallet(0);
    }
  }

  /// After a long outage the payment is too old for a search of the logs, or the search takes too
  /// long. The wallet has our own transactions on record.
  void ask_wallet(std::uint8_t attempt) {
    const auto wallet = w_.dir.relayer(st_.row.payment.chain_id);
    if (!wallet || attempt >= most_attempts) return look_later();
    self_
        ->request(wallet, w_.settings.patience.load, get_atom::value,
                  settlement_of(st_.row.id, attempt))
        .then(
            [self = self_, attempt](const operation_report& r) {
              payment_saga s{self};
              switch (r.state) {
                case operation_state::confirmed: return s.look_at(r.tx_hash);
                case operation_state::reverted:
                case operation_state::dropped: return s.ask_wallet(attempt + 1);
                case operation_state::unsent:
                case operation_state::pending:
                case operation_state::in_doubt: return s.look_later();
              }
            },
            [self = self_](const caf::error&) { payment_saga{self}.look_later(); });
  }

  void look_at(const hash256& tx) {
    const auto payment = w_.dir.get<payment_actor>();
    if (!payment) return look_later();
    self_->request(payment, w_.settings.patience.load, get_atom::value, st_.row.payment, tx)
        .then(
            [self = self_](const payment_finding& f) {
              payment_saga s{self};
              f.state == payment_state::paid ? s.found(f) : s.look_later();
            },
            [self = self_](const caf::error&) { payment_saga{self}.look_later(); });
  }

  /// One cause, however many deposits it holds up: the books are away.
  [[nodiscard]] bool may_say(std::string_view line) const {
    return w_.dir.lines().due(line, self_->clock().now());
  }

  /// Its window is long over and the chain still does not say what became of it.
  void raise_if_unresolved() {
    constexpr std::int64_t long_after = 600;  // seconds
    if (st_.row.payment.valid_before == 0 || st_.stored == row_state::absent) return;
    if (w_.now().seconds() < st_.row.payment.valid_before + long_after) return;
    st_.raised = true;
    w_.dir.alerts().raise(unresolved_alert, st_.row.id.text(),
                          "a payment has no end long after its window", w_.now());
  }

  void look_later() {
    raise_if_unresolved();
    const auto doubled = first_look * (std::int64_t{1} << std::min(st_.looks / 4, 7U));
    ++st_.looks;
    self_->delayed_send(self_, std::min(doubled, longest_look), tick_atom::value);
  }

  void book_settled() {
    const auto journal = w_.dir.get<journal_actor>();
    if (!journal) return look_later();
    self_
        ->request(journal, w_.settings.patience.append,
                  settle_deposit{st_.row.id, st_.row.tx_hash, w_.now(), st_.row.log_index})
        .then(
            [self = self_](const committed&) {
              auto& row = self->state.row;
              row.status = deposit_status::pending;
              spdlog::info("deposit.settled deposit={} user={} amount={} tx={}", row.id.text(),
                           row.user.hex(), to_string(row.amount), row.tx_hash.hex());
              payment_saga{self}.credit();
            },
            [self = self_](caf::error& e) {
              payment_saga s{self};
              if (code_of(e) != errc::duplicate) return s.not_booked("settle", e);
              const auto& row = self->state.row;
              spdlog::error("deposit.proof_taken deposit={} tx={} log_index={}", row.id.text(),
                            row.tx_hash.hex(), row.log_index);
              s.book_failed(nonce_taken);
            });
  }

  void book_failed(const std::string& code) {
    const auto journal = w_.dir.get<journal_actor>();
    if (!journal) return look_later();
    self_->request(journal, w_.settings.patience.append, fail_deposit{st_.row.id, code, w_.now()})
        .then(
            [self = self_, code](const committed&) {
              auto& row = self->state.row;
              row.status = deposit_status::failed;
              row.failure = code;
              spdlog::info("deposit.failed deposit={} code={}", row.id.text(), code);
              payment_saga{self}.finish();
            },
            [self = self_](caf::error& e) { payment_saga{self}.not_booked("fail", e); });
  }

  void not_booked(const char* entry, caf::error& e) {
    if (is_verdict(code_of(e))) return refused_by_books(entry, e);
    if (may_say("deposit.not_booked"))
      spdlog::warn("deposit.not_booked entry={} deposit={} code={}", entry, st_.row.id.text(),
                   to_string(code_of(e)));
    look_later();
  }

  /// They contradict what this actor knows. The row stays as it is, for a human.
  void refused_by_books(const char* entry, caf::error& e) {
    spdlog::error("deposit.refused_by_books entry={} deposit={} code={}", entry, st_.row.id.text(),
                  to_string(code_of(e)));
    w_.dir.alerts().raise(refused_alert, st_.row.id.text(),
                          "the books refuse what the chain says of a deposit", w_.now());
    if (!std::exchange(st_.answered, true)) st_.asker.deliver(e);
    st_.done = true;
    self_->quit(std::move(e));
  }

  /// The conversion actor credits every pending deposit sooner or later; asking makes it now.
  void credit() {
    const auto conversion = w_.dir.get<conversion_actor>();
    if (!conversion) return finish();
    const auto& row = st_.row;
    self_
        ->request(conversion, w_.settings.patience.load,
                  credit_deposit{row.id, row.user, row.amount, w_.now()})
        .then(
            [self = self_](const committed&) {
              auto& r = self->state.row;
              r.status = deposit_status::converting;
              r.credited_at = r.updated_at = self->state.w->now();
              payment_saga{self}.finish();
            },
            [self = self_](caf::error& e) {  // the conversion actor has logged it
              payment_saga s{self};
              s.answer();
              is_verdict(code_of(e)) ? s.refused_by_books("credit", e) : s.finish();
            });
  }

  // -- answers ------------------------------------------------------------------------------------

  /// The payer has waited long enough: what is known now, while the work goes on. Nothing was sent
  /// to the books yet: then nothing will be.
  void answer_now() {
    if (st_.answered) return;
    if (st_.following) return finish();
    switch (st_.stored) {
      case row_state::absent: return refuse(make_error(errc::timed_out));
      case row_state::in_doubt:
        st_.answered = true;
        st_.asker.deliver(make_error(errc::in_doubt));
        return;
      case row_state::stored: return answer();
    }
  }

  void refuse(caf::error why) {
    if (!std::exchange(st_.answered, true)) st_.asker.deliver(std::move(why));
    st_.done = true;
    self_->quit();
  }

  void answer() {
    if (!std::exchange(st_.answered, true)) st_.asker.deliver(paid_deposit{st_.row, st_.repeated});
  }

  void finish() {
    answer();
    st_.done = true;
    self_->quit();
  }

 private:
  deposit_self self_;
  deposit_state& st_;
  const world& w_;
};

}  // namespace

deposit_state::~deposit_state() {
  if (!w) return;
  w->dir.forget_deposit(self_id);
  if (raised) w->dir.alerts().clear(unresolved_alert, row.id.text(), w->now());
  if (stored == row_state::absent || done) return;
  if (const auto guardian = w->dir.get<guardian_actor>())
    caf::anon_send(guardian, resume_atom::value, row);
}

deposit_actor::behavior_type deposit_behavior(deposit_self self, world_ptr w) {
  self->state.w = std::move(w);
  self->state.self_id = self->id();
  return {
      [self](pay_deposit& x) -> caf::result<paid_deposit> {
        auto& st = self->state;
        if (!st.answered || st.done) return make_error(errc::overloaded);
        st.asker = self->make_response_promise<paid_deposit>();
        st.answered = false;
        self->delayed_send(self, st.w->settings.deposit.answer, poll_atom::value);
        payment_saga{self}.read(std::move(x));
        return st.asker;
      },
      [self](resume_atom, deposit& stored) {
        auto& st = self->state;
        self->describe(id_kind::uuid, stored.id.view());
        spdlog::info("deposit.resumed deposit={}", stored.id.text());
        st.row = std::move(stored);
        st.look_first = true;
        st.stored = row_state::in_doubt;  // its owner may have died before it knew
        payment_saga{self}.store();
      },
      [self](tick_atom) {
        const auto& st = self->state;
        if (st.following) return payment_saga{self}.follow();
        if (st.stored == row_state::in_doubt) return payment_saga{self}.store();
        payment_saga{self}.look();
      },
      [self](poll_atom) { payment_saga{self}.answer_now(); },
      [self](status_atom) {
        const auto& st = self->state;
        return status_report{deposit_state::name,
                             {{"deposit", st.row.id.text()},
                              {"stored", st.stored == row_state::stored ? "yes" : "no"},
                              {"status", std::string{to_string(st.row.status)}},
                              {"attempt", std::to_string(st.attempt)},
                              {"looks", std::to_string(st.looks)}}};
      },
  };
}

}  // namespace headroom::actors
