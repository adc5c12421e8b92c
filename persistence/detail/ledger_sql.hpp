#pragma once

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

}  // namespace headroom::persistence
