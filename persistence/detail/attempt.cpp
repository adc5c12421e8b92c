#include "persistence/detail/attempt.hpp"

#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {

void attempt::changed_user(const pqxx::row& row) {
  const auto user = read_fixed<address>(row[0]);
  users_[user] = {user, {read_int(row[1])}, read_int(row[2])};
}

errc attempt::replayed(const entry_moves& moves) {
  ++replays_;
  if (moves.user) wanted_.push_back(*moves.user);
  if (moves.user || !moves.postings.empty()) buffer_wanted_ = true;
  return errc::none;
}

void attempt::load_missing() {
  std::erase_if(wanted_, [&](const address& who) { return users_.contains(who); });
  if (!wanted_.empty())
    for (const auto& row : select_balances(tx, wanted_)) users_[row.user] = row;
  if (buffer_wanted_ && !buffer_) buffer_ = select_buffer(tx);
}

void attempt::show_user(const address& who, committed& to) const {
  const auto at = users_.find(who);
  if (at == users_.end()) return;
  to.balance = at->second.balance;
  to.balance_version = at->second.version;
}

std::vector<balance_row> select_balances(pqxx::transaction_base& tx,
                                         std::span<const address> users) {
  std::vector<balance_row> out;
  if (users.empty()) return out;
  out.reserve(users.size());
  wire_array addresses{wire_array::element::bytea};
  for (const auto& user : users) {
    addresses.push(user.view());
    out.push_back({user, {}, 0});
  }
  const auto rows = tx.exec_params(
      "SELECT i.n, b.balance, b.version FROM unnest($1::bytea[]) WITH ORDINALITY i(user_address, n)"
      " JOIN balances b USING (user_address)",
      addresses.parameter());
  for (const auto& row : rows) {
    auto& found = out.at(row[0].as<std::size_t>() - 1);
    found.balance = {read_int(row[1])};
    found.version = read_int(row[2]);
  }
  return out;
}

buffer_row select_buffer(pqxx::transaction_base& tx) {
  return read_buffer(
      tx.exec1("SELECT " + buffer_columns() + "FROM liquidity_buffer WHERE buffer_id = 'global'"));
}

}  // namespace headroom::persistence
