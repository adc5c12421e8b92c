#include "withdrawing.hpp"

#include <cstdio>

#include "persistence/withdrawal_decisions.hpp"

namespace headroom {
namespace {

using act = config::withdrawals_request::act;

int fail(const std::string& why) {
  std::fprintf(stderr, "headroom: %s\n", why.c_str());
  return 2;
}

void print(const withdrawal& w) {
  std::printf("withdrawal %s: %s, amount %s, fee %s, pays %s to %s, user %s, asked %s by %s\n",
              w.id.text().c_str(), std::string{to_string(w.status)}.c_str(),
              to_string(w.amount).c_str(), to_string(w.fee).c_str(), to_string(paid_out(w)).c_str(),
              w.to.hex().c_str(), w.user.hex().c_str(), to_rfc3339(w.created_at).c_str(),
              w.placed_by.c_str());
  if (waits_for_approval(w)) std::printf("waits for an operator's approval\n");
  if (!w.approved_by.empty()) std::printf("approved by %s\n", w.approved_by.c_str());
  if (!w.tx_hash.is_zero()) std::printf("transaction %s\n", w.tx_hash.hex().c_str());
  if (!w.failure.empty()) std::printf("failure: %s\n", w.failure.c_str());
}

journal_entry entry_of(const config::withdrawals_request& asked, const withdrawal& row,
                       timestamp now) {
  if (asked.wanted == act::approve) return approve_withdrawal{asked.id, asked.by, now};
  return finish_withdrawal{row.id, row.user,     row.amount, row.fee, withdrawal_status::failed,
                           {},     asked.reason, now,        asked.by};
}

}  // namespace

int withdrawals_command(const config::settings& s, const config::withdrawals_request& asked,
                        timestamp now) {
  const auto& database = s.store.conninfo;
  if (asked.wanted == act::pause || asked.wanted == act::resume) {
    const bool paused = asked.wanted == act::pause;
    const auto why =
        persistence::decide(database, switch_withdrawals{paused, asked.reason, asked.by, now});
    if (!why.empty()) return fail(why);
    std::printf("withdrawals are %s\n", paused ? "paused" : "going on");
    return 0;
  }
  const auto row = persistence::find_withdrawal(database, asked.id);
  if (!row) return fail("no such withdrawal");
  if (asked.wanted != act::show)
    if (const auto why = persistence::decide(database, entry_of(asked, *row, now)); !why.empty())
      return fail(why);
  print(asked.wanted == act::show ? *row
                                  : persistence::find_withdrawal(database, asked.id).value());
  return 0;
}

}  // namespace headroom
