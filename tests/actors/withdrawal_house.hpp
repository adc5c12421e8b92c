#pragma once

#include <deque>

#include "actors/alerts.hpp"
#include "tests/actors/core.hpp"

namespace headroom::test {

/// What the cashier says, one answer per question; `otherwise` once the list is used up. What it
/// calls sent or final is in the outbox of the same books, as the real one's wallet sees to.
struct cashier_script {
  memory_books* books = nullptr;
  std::deque<actors::transfer_progress> words;
  actors::transfer_progress otherwise;
  bool mute = false;
  bool keeps_books = true;
  std::vector<actors::transfer_usdc> asked;

  [[nodiscard]] std::size_t may_send() const;
};
struct cashier_tag {
  static constexpr const char* name = "scripted-cashier";
};
actors::cashier_actor::behavior_type scripted_cashier(
    actors::self_pointer<actors::cashier_actor, scripted_state<cashier_tag>> self,
    cashier_script* s);

/// Alice has a hundred dollars, the buffer a thousand; the fee is half a dollar.
struct WithdrawalHouse : Core {
  address alice = user(1);
  address target = user(99);
  cashier_script cashier;

  WithdrawalHouse();

  static withdrawal_id withdrawal_at(int n);
  actors::request_withdrawal request(usdc amount, int n = 1, int body = 1);
  reply_ptr<withdrawal> withdraw(const actors::request_withdrawal& x);
  reply_ptr<withdrawal> withdraw(usdc amount, int n = 1) { return withdraw(request(amount, n)); }

  actors::transfer_progress says(actors::transfer_state state, int tx = 7,
                                 std::string detail = {}) const;
  /// The books' row, as the reader shows it.
  withdrawal stored(int n = 1);
  usdc user_available();
  usdc buffer_available() { return dir.gauges.buffer_available().value_or(usdc{-1}); }
  bool alert(std::string_view kind, int n = 1) {
    return dir.gauges.alerts().lasts(kind, withdrawal_at(n).text());
  }
};

}  // namespace headroom::test
