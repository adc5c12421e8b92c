#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <vector>

#include "domain/journal.hpp"
#include "domain/unposted_income.hpp"

/// Reads of what operators ordered.
namespace headroom::persistence {

/// Locked, so that neither its end, an order, nor what it would send comes between.
[[nodiscard]] std::optional<conversion> lock_conversion(pqxx::transaction_base& tx,
                                                        const conversion_id& id);
/// Number 0 when there is none.
[[nodiscard]] conversion_order newest_order(pqxx::transaction_base& tx, const conversion_id& id);
/// Puts the newest order of each conversion beside it.
void add_orders(pqxx::transaction_base& tx, std::span<conversion> rows);
/// Something of it may happen yet: a transaction that is neither mined nor known to be dropped, or
/// a request that a service has no end of. By the outbox's own word, for its steps name an
/// operation only once they have heard of it; and by theirs, for older rows do not say whose they
/// are.
[[nodiscard]] bool may_be_mined(pqxx::transaction_base& tx, const conversion& row);
/// The books have something else that this transaction did. `of`: a conversion whose own
/// transactions explain nothing else; zero: none.
[[nodiscard]] bool is_explained(pqxx::transaction_base& tx, const hash256& hash,
                                const conversion_id& of);
/// A human has named this transfer for something.
[[nodiscard]] bool is_claimed(pqxx::transaction_base& tx, const transfer_place& x);
/// Sales, payouts and deposits that may be on the chain and are not posted.
[[nodiscard]] unposted_income select_unposted(pqxx::transaction_base& tx,
                                              const money_source& backing);
/// The newest word of each kind of work that was ever switched.
[[nodiscard]] std::vector<switch_work> select_switches(pqxx::transaction_base& tx);

}  // namespace headroom::persistence
