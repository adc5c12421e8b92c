#include "tests/actors/withdrawal_house.hpp"

#include <algorithm>

#include "actors/withdrawal_actor.hpp"

namespace headroom::test {

using namespace actors;

std::size_t cashier_script::may_send() const {
  return static_cast<std::size_t>(
      std::count_if(asked.begin(), asked.end(), [](const auto& x) { return x.may_send; }));
}

namespace {

/// As the wallet would: a row when it is sent, its end when it has one.
void keep_in_outbox(memory_books& books, const operation_id& id, const transfer_progress& x) {
  if (x.state == transfer_state::unsent) return;
  committed ignored;
  if (books.operations.find(id).empty()) {
    chain_operation row;
    row.id = id;
    row.chain_id = 137;
    row.nonce = books.operations.all().size();
    row.tx_hash = x.tx_hash;
    row.purpose = withdrawal_purpose;
    EXPECT_EQ(books.apply(record_operations{{row}}, ignored), errc::none) << "refused a transfer";
  }
  finish_operation end;
  end.id = id;
  end.tx_hash = x.tx_hash;
  switch (x.state) {
    case transfer_state::done: end.status = operation_status::confirmed; break;
    case transfer_state::reverted: end.status = operation_status::reverted; break;
    case transfer_state::dropped:
      end.status = operation_status::dropped;
      end.tx_hash = {};
      break;
    case transfer_state::unsent:
    case transfer_state::under_way:
    case transfer_state::unknown: return;
  }
  EXPECT_EQ(books.apply(end, ignored), errc::none);
}

}  // namespace

cashier_actor::behavior_type scripted_cashier(
    self_pointer<cashier_actor, scripted_state<cashier_tag>> self, cashier_script* s) {
  return {
      [self, s](const transfer_usdc& x) -> caf::result<transfer_progress> {
        s->asked.push_back(x);
        if (s->mute) return self->make_response_promise<transfer_progress>();
        auto word = s->otherwise;
        if (!s->words.empty()) {
          word = s->words.front();
          s->words.pop_front();
        }
        if (s->keeps_books) keep_in_outbox(*s->books, x.id, word);
        return word;
      },
      [](poll_atom) {},
      [](status_atom) {
        return status_report{cashier_tag::name, {}};
      },
  };
}

WithdrawalHouse::WithdrawalHouse() {
  settings.journal.retry = std::chrono::milliseconds{20};
  settings.withdrawal.fee = 500'000_micro;
  settings.withdrawal.poll = std::chrono::milliseconds{100};
  settings.withdrawal.longest_poll = std::chrono::milliseconds{1'000};
  cashier.books = &books;
  dir.gauges.withdrawals().publish(false);
  start_journal();
  give(alice, 100_usdc);
  start_buffer(1000_usdc);
  dir.handles.set(keep(system.spawn(scripted_cashier, &cashier)));
  run();
}

withdrawal_id WithdrawalHouse::withdrawal_at(int n) {
  withdrawal_id out;
  out.bytes[0] = 0x77;
  out.bytes[13] = static_cast<std::uint8_t>(n);
  return out;
}

request_withdrawal WithdrawalHouse::request(usdc amount, int n, int body) {
  return {withdrawal_at(n), alice, target, amount, now().plus(std::chrono::seconds{30}),
          hash_at(body)};
}

reply_ptr<withdrawal> WithdrawalHouse::withdraw(const request_withdrawal& x) {
  return ask<withdrawal>(dir.users.open_withdrawal(x.id), x);
}

transfer_progress WithdrawalHouse::says(transfer_state state, int tx, std::string detail) const {
  transfer_progress out;
  out.state = state;
  if (state != transfer_state::unsent) out.tx_hash = hash_at(tx);
  out.detail = std::move(detail);
  return out;
}

withdrawal WithdrawalHouse::stored(int n) {
  const auto found = books.withdrawals.find(withdrawal_at(n), books.operations);
  EXPECT_TRUE(found);
  return found.value_or(withdrawal{});
}

usdc WithdrawalHouse::user_available() {
  const auto r = ask<balance_view>(dir.users.balance_of(alice), get_atom::value);
  return r->value ? r->value->available : usdc{-1};
}

}  // namespace headroom::test
