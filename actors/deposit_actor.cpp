#include "actors/deposit_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace headroom::actors {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_look{100};
constexpr std::uint32_t follow_looks = 50;
constexpr milliseconds longest_look{10'000};

class payment_saga {
 public:
  explicit payment_saga(deposit_self self) : self_{self}, st_{self->state}, w_{*self->state.w} {}

  // -- before anything is stored: every failure is the caller's answer, nothing happened
  // -----------

  void verify() {
    const auto payment = w_.dir.get<payment_actor>();
    if (!payment) return refuse(make_error(errc::unavailable));
    self_->request(payment, w_.settings.load_timeout, st_.request)
        .then([self = self_](const verified_payment& v) { payment_saga{self}.look_for_known(v); },
              [self = self_](caf::error& e) { payment_saga{self}.refuse(std::move(e)); });
  }

  /// The same authorization again is the same deposit: its state is the answer.
  void look_for_known(const verified_payment& v) {
    const auto query = w_.dir.get<query_actor>();
    if (!query) return refuse(make_error(errc::unavailable));
    st_.row.payment = v.payment;
    self_->request(query, w_.settings.load_timeout, get_atom::value, v.payment)
        .then([self = self_](deposit& known) { payment_saga{self}.answer_known(known); },
              [self = self_](caf::error& e) {
                if (code_of(e) != errc::not_found) return payment_saga{self}.refuse(std::move(e));
                payment_saga{self}.ask_chain_first();
              });
  }

  /// A request beside this one, or before a restart, settles it: wait for its result, boundedly.
  void answer_known(const deposit& known) {
    st_.row = known;
    st_.following = known.status == deposit_status::settling && st_.looks < follow_looks;
    if (!st_.following) return finish();
    ++st_.looks;
    self_->delayed_send(self_, first_look, tick_atom::value);
  }

  void ask_chain_first() {
    const auto payment = w_.dir.get<payment_actor>();
    if (!payment) return refuse(make_error(errc::unavailable));
    self_->request(payment, w_.settings.load_timeout, get_atom::value, st_.row.payment)
        .then(
            [self = self_](const payment_finding& f) {
              payment_saga s{self};
              switch (f.state) {
                case payment_state::void_:
                  return s.refuse(make_error(errc::invalid_payment, f.code));
                case payment_state::unknown: return s.refuse(make_error(errc::unavailable));
                case payment_state::unused:
                case payment_state::paid: return s.open();  // paid: somebody else submitted it
              }
            },
            [self = self_](caf::error& e) { payment_saga{self}.refuse(std::move(e)); });
  }

  void open() {
    const auto journal = w_.dir.get<journal_actor>();
    if (!journal) return refuse(make_error(errc::unavailable));
    auto& row = st_.row;
    row.id = deposit_id::from_digest(w_.random());
    row.user = row.payment.from;
    row.amount = row.payment.value;
    row.x402_version = st_.request.x402_version;
    row.created_at = row.updated_at = w_.now();
    self_->request(journal, w_.settings.append_timeout, open_deposit{row})
        .then(
            [self = self_](const committed&) {
              self->state.stored = true;
              payment_saga{self}.settle();
            },
            [self = self_](caf::error& e) {
              // Stored by a request that ran beside this one: its deposit is the answer.
              if (code_of(e) == errc::duplicate)
                return payment_saga{self}.look_for_known({self->state.row.payment});
              payment_saga{self}.refuse(std::move(e));
            });
  }

  // -- from here on the chain decides
  // ---------------------------------------------------------------

  /// The wallet sends an operation once however often it is asked.
  void settle() {
    const auto payment = w_.dir.get<payment_actor>();
    if (!payment) return look_later();
    self_->request(payment, w_.settings.load_timeout, st_.row.payment)
        .then([self = self_](contract_call& call) { payment_saga{self}.send(std::move(call)); },
              [self = self_](const caf::error&) { payment_saga{self}.look_later(); });
  }

  void send(contract_call call) {
    const auto wallet = w_.dir.wallet(st_.row.payment.chain_id);
    if (!wallet) return look_later();
    operation_id id;
    id.bytes = st_.row.id.bytes;
    self_
        ->request(wallet, w_.settings.append_timeout,
                  send_transaction{id, "deposit", std::move(call)})
        .then([self = self_](const operation_report& r) { payment_saga{self}.sent(r); },
              [self = self_](const caf::error& e) {
                spdlog::warn("deposit.send_failed deposit={} code={}", self->state.row.id.text(),
                             to_string(code_of(e)));
                payment_saga{self}.look_later();
              });
  }

  void sent(const operation_report& r) {
    st_.row.tx_hash = r.tx_hash;
    if (r.state == operation_state::pending) return look_later();
    look();
  }

  void look() {
    const auto payment = w_.dir.get<payment_actor>();
    if (!payment) return look_later();
    self_->request(payment, w_.settings.load_timeout, get_atom::value, st_.row.payment)
        .then([self = self_](const payment_finding& f) { payment_saga{self}.found(f); },
              [self = self_](const caf::error&) { payment_saga{self}.look_later(); });
  }

  void found(const payment_finding& f) {
    switch (f.state) {
      case payment_state::paid: st_.row.tx_hash = f.tx_hash; return book_settled();
      case payment_state::void_: return book_failed(f.code);
      case payment_state::unused: return settle();  // asks the wallet where its transaction stands
      case payment_state::unknown: return look_later();
    }
  }

  void look_later() {
    if (w_.now() >= st_.row.created_at.plus(w_.settings.deposit_answer)) answer();  // 202
    const auto doubled = first_look * (std::int64_t{1} << std::min(st_.looks / 4, 7U));
    ++st_.looks;
    self_->delayed_send(self_, std::min(doubled, longest_look), tick_atom::value);
  }

  void book_settled() {
    const auto journal = w_.dir.get<journal_actor>();
    if (!journal) return look_later();
    self_
        ->request(journal, w_.settings.append_timeout,
                  settle_deposit{st_.row.id, st_.row.tx_hash, w_.now()})
        .then(
            [self = self_](const committed&) {
              auto& row = self->state.row;
              row.status = deposit_status::pending;
              spdlog::info("deposit.settled deposit={} user={} amount={} tx={}", row.id.text(),
                           row.user.hex(), to_string(row.amount), row.tx_hash.hex());
              payment_saga{self}.credit();
            },
            [self = self_](const caf::error&) { payment_saga{self}.look_later(); });
  }

  void book_failed(const std::string& code) {
    const auto journal = w_.dir.get<journal_actor>();
    if (!journal) return look_later();
    self_->request(journal, w_.settings.append_timeout, fail_deposit{st_.row.id, code, w_.now()})
        .then(
            [self = self_, code](const committed&) {
              auto& row = self->state.row;
              row.status = deposit_status::failed;
              row.failure = code;
              spdlog::info("deposit.failed deposit={} code={}", row.id.text(), code);
              payment_saga{self}.finish();
            },
            [self = self_](const caf::error&) { payment_saga{self}.look_later(); });
  }

  /// The conversion actor credits every pending deposit sooner or later; asking makes it now.
  void credit() {
    const auto conversion = w_.dir.get<conversion_actor>();
    if (!conversion) return finish();
    const auto& row = st_.row;
    self_
        ->request(conversion, w_.settings.load_timeout,
                  credit_deposit{row.id, row.user, row.amount, w_.now()})
        .then(
            [self = self_](const committed&) {
              auto& r = self->state.row;
              r.status = deposit_status::converting;
              r.credited_at = r.updated_at = self->state.w->now();
              payment_saga{self}.finish();
            },
            [self = self_](const caf::error&) { payment_saga{self}.finish(); });
  }

  // -- answers
  // -------------------------------------------------------------------------------------

  void refuse(caf::error why) {
    if (!std::exchange(st_.answered, true)) st_.asker.deliver(std::move(why));
    st_.done = true;
    self_->quit();
  }

  void answer() {
    if (!std::exchange(st_.answered, true)) st_.asker.deliver(st_.row);
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
  if (!stored || done) return;
  if (const auto guardian = w->dir.get<guardian_actor>())
    caf::anon_send(guardian, resume_atom::value, row);
}

deposit_actor::behavior_type deposit_behavior(deposit_self self, world_ptr w) {
  self->state.w = std::move(w);
  self->state.self_id = self->id();
  return {
      [self](pay_deposit& x) -> caf::result<deposit> {
        auto& st = self->state;
        if (!st.answered || st.done) return make_error(errc::overloaded);
        st.request = std::move(x);
        st.asker = self->make_response_promise<deposit>();
        st.answered = false;
        payment_saga{self}.verify();
        return st.asker;
      },
      [self](resume_atom, deposit& stored) {
        auto& st = self->state;
        self->describe(id_kind::uuid, stored.id.view());
        spdlog::info("deposit.resumed deposit={}", stored.id.text());
        st.row = std::move(stored);
        st.stored = true;
        payment_saga{self}.look();  // looks before it acts
      },
      [self](tick_atom) {
        const auto& st = self->state;
        if (st.following) return payment_saga{self}.look_for_known({st.row.payment});
        payment_saga{self}.look();
      },
      [self](status_atom) {
        const auto& st = self->state;
        return status_report{deposit_state::name,
                             {{"deposit", st.row.id.text()},
                              {"stored", st.stored ? "yes" : "no"},
                              {"status", std::string{to_string(st.row.status)}},
                              {"looks", std::to_string(st.looks)}}};
      },
  };
}

}  // namespace headroom::actors
