#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/journal.hpp"
#include "domain/reports.hpp"
#include "domain/unposted_income.hpp"

/// An operator's acts at a terminal, beside a running service or without one: rows are locked and
/// changed by deltas as the journal does it, and the service finds them in the books.
namespace headroom::persistence {

/// Commits an order_conversion, adopt_transfer or switch_work; anything else is
/// invariant_violated. Throws std::runtime_error without a database.
[[nodiscard]] errc book_repair(const std::string& conninfo, const journal_entry& entry);

/// What arrived by one transfer.
struct settling_transfer {
  transfer_place place;
  usdc amount;
};
/// An order to settle whose money came by several transfers: that of its proof, and these. Its
/// `received` is the sum of all. One commit; refused as book_repair, and as duplicate when one of
/// them explains something else or is named twice.
[[nodiscard]] errc book_settlement(const std::string& conninfo, const order_conversion& order,
                                   std::span<const settling_transfer> others);

/// Stores the attempt that takes an operation's nonce away, and notes who did it. Refused as
/// duplicate when its place is taken, as invariant_violated when the operation is over or unknown.
/// Throws likewise.
[[nodiscard]] errc book_cancel(const std::string& conninfo, const chain_operation& row,
                               const std::string& by, const std::string& reason);

/// Stores a transaction under a nonce that no operation holds, and notes who did it; refused as
/// book_cancel.
[[nodiscard]] errc book_fill(const std::string& conninfo, const chain_operation& row,
                             const std::string& by, const std::string& reason);

/// With its newest order and every transaction of its steps. Throws likewise.
[[nodiscard]] std::optional<conversion> find_conversion(const std::string& conninfo,
                                                        const conversion_id& id);
/// Those of these transfers that the books do not explain and nobody has claimed. Throws likewise.
[[nodiscard]] std::vector<transfer_place> find_unexplained(const std::string& conninfo,
                                                           std::span<const transfer_place> of);
/// Income that the chain may show before the books have it. `backing`: the buffer's own token.
/// Throws likewise.
[[nodiscard]] unposted_income find_unposted(const std::string& conninfo,
                                            const money_source& backing);
/// What is switched, as of now. Throws likewise.
[[nodiscard]] std::vector<switch_work> find_switches(const std::string& conninfo);

}  // namespace headroom::persistence
