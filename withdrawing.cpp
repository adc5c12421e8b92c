#include "withdrawing.hpp"

#include <cstdio>

#include "chain/treasury/arrival_reader.hpp"
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

/// Money is given back, so depth is not enough for what was sent: the chain is asked, as the
/// service asks it before it gives anything back. What lives, or was mined, the books know.
std::string why_it_may_be_paid(const config::settings& s, const withdrawal_id& id) {
  const auto transfers = persistence::find_transfers(s.store.conninfo, id);
  if (transfers.empty()) return {};
  const auto http = std::make_shared<net::http_client>();
  auto options = s.polygon.nodes;
  options.chain_id = s.polygon.chain_id;
  options.compare_heads = std::chrono::milliseconds{0};  // every node is asked by itself
  const chain::json_rpc nodes{http, s.polygon.rpc, options};
  std::string why;
  for (const auto& rows : transfers)
    if (why.empty())
      why = chain::why_not_settled(nodes, static_cast<std::uint32_t>(s.polygon.rpc.size()),
                                   s.polygon.finality, rows);
  http->stop();
  return why.empty() ? why : "a transaction was sent for it: " + why;
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
  if (asked.wanted == act::refuse && is_open(*row))
    if (const auto why = why_it_may_be_paid(s, asked.id); !why.empty()) return fail(why);
  if (asked.wanted != act::show)
    if (const auto why = persistence::decide(database, entry_of(asked, *row, now)); !why.empty())
      return fail(why);
  print(asked.wanted == act::show ? *row
                                  : persistence::find_withdrawal(database, asked.id).value());
  return 0;
}

}  // namespace headroom
