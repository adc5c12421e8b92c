#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "domain/ledger.hpp"

/// SQL takes every number of an account or a kind of posting from domain/ledger.hpp, and so does it
/// take what a posting adds to an account. Statements are built once, before they are prepared.
namespace headroom::persistence {

/// `text` with the ledger's numbers for its names:
///
///     {account:reserve}        1
///     {kind:bet_refund}        1
///     {posting:bet_refund}     1, 0, 3: kind, debit and credit of the kind's one shape
///     {added:conversion_loss}  what a row of `postings` adds to that account
///
/// Throws std::logic_error on a name that the ledger does not know.
[[nodiscard]] std::string numbered(std::string_view text);

/// The number of an account or a kind of posting.
template <class Enum>
[[nodiscard]] std::string number_sql(Enum x) {
  return std::to_string(static_cast<int>(x));
}
/// "0, 3, 0": kind, debit and credit.
[[nodiscard]] std::string shape_sql(const posting_shape& p);

/// `value`, as SQL, times -1, 0 or 1.
[[nodiscard]] std::string signed_sql(int sign, const std::string& value);

/// What users are owed more by a posting of `amount`, as SQL.
[[nodiscard]] std::string owed_by_sql(posting_kind k, const std::string& amount);
/// "usdc_balance = usdc_balance + ..., ": the buffer's columns after postings of these kinds alone,
/// by which users are owed `owed` more. Throws std::logic_error should the ledger not let the
/// buffer follow what users are owed, by each kind alike and nothing else moving.
[[nodiscard]] std::string buffer_follows_sql(std::initializer_list<posting_kind> kinds,
                                             const std::string& owed);

}  // namespace headroom::persistence
