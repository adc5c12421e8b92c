#include "persistence/detail/attempt.hpp"

#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {

void attempt::changed_user(const pqxx::row& row) {
  users_[read_fixed<address>(row[0])] = {{read_int(row[1])}, read_int(row[2])};
}

void attempt::replayed(const address* user) {
  ++replays_;
  buffer_wanted_ = true;
  if (user != nullptr) wanted_.push_back(*user);
}

void attempt::load_missing() {
  std::erase_if(wanted_, [&](const address& who) { return users_.contains(who); });
  if (!wanted_.empty())
    for (const auto& row : select_balances(tx, wanted_))
      users_[row.user] = {row.balance, row.version};
  if (buffer_wanted_ && !buffer_) buffer_ = select_buffer(tx);
}

committed attempt::user(const address& who) const {
  const auto at = users_.find(who);
  return at == users_.end() ? committed{} : at->second;
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
  return read_buffer(tx.exec1(std::string{"SELECT "} + buffer_columns +
                              "FROM liquidity_buffer WHERE buffer_id = 'global'"));
}

}  // namespace headroom::persistence
