#pragma once

#include "actors/withdrawal_actor.hpp"

namespace headroom::actors {

/// About one withdrawal each, by its id; they end with what they say, or with its actor.
inline constexpr std::string_view withdrawal_unresolved_alert = "withdrawal.unresolved";
inline constexpr std::string_view withdrawal_in_doubt_alert = "withdrawal.in_doubt";
inline constexpr std::string_view withdrawal_refused_alert = "withdrawal.refused_by_books";
inline constexpr std::string_view withdrawal_address_alert = "withdrawal.address_refused";
inline constexpr std::string_view withdrawal_approval_alert = "withdrawal.approval";
inline constexpr std::string_view withdrawal_alerts[] = {
    withdrawal_unresolved_alert, withdrawal_in_doubt_alert, withdrawal_refused_alert,
    withdrawal_address_alert, withdrawal_approval_alert};

/// The verbs of a withdrawal. The table (domain/withdrawal_flow.hpp) says what follows, `on` does
/// it; each verb sends one question and returns.
class withdrawal_saga : public saga<withdrawal_saga, withdrawal_self> {
 public:
  using saga::saga;

  // -- what the mailbox brings -------------------------------------------------------------------

  caf::result<withdrawal> asked(const request_withdrawal& x);
  void resumed(withdrawal& stored);
  /// An operator has decided.
  void nudged();
  void tick();

 private:
  void on(withdrawal_event e, std::chrono::milliseconds wait = neighbour_wait);

  // -- until the books have it -------------------------------------------------------------------

  void take(const request_withdrawal& x);
  void read(bool for_a_request);
  void found(withdrawal stored);
  void not_read(const caf::error& e, bool for_a_request);
  void reserve();
  /// Why it is refused whatever the balances are; nothing: it is not.
  [[nodiscard]] caf::error objection() const;
  void deduct_user();
  void deduct_buffer(usdc user_available);
  void store();
  void stored();
  void not_stored(caf::error why);
  void release_holds();
  void refuse(caf::error why);

  // -- the payment -------------------------------------------------------------------------------

  void take_step();
  void wait_for_approval();
  void ask_cashier(const cashier_actor& cashier, bool may_send);
  void heard(const transfer_progress& x);
  void nothing_sent(const transfer_progress& x);
  void on_its_way(const transfer_progress& x);
  void reverted(const transfer_progress& x);
  void next_attempt();
  void wait_longer();
  void raise_if_unresolved(const std::string& reason);
  void decide(withdrawal_status status, const hash256& tx, std::string failure);

  // -- the end -----------------------------------------------------------------------------------

  void book();
  void not_booked(const caf::error& e);
  void booked();
  void finish();
  void tell_owner_and_leave();
};

}  // namespace headroom::actors
