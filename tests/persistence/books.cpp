#include "tests/persistence/books.hpp"

#include <pqxx/pqxx>

namespace headroom::test {

bet a_bet(std::uint64_t n, const address& user, usdc amount) {
  bet out;
  out.id = id_of<bet_id>(n);
  out.user = user;
  out.token = id_of<uint256>(n + 1);
  out.amount = amount;
  out.max_price = 500'000_micro;
  out.request_hash = id_of<hash256>(n + 2);
  out.order_hash = id_of<hash256>(n + 3);
  out.signed_order = {0x00, 0xff, 0x5c, 0x22, 0x7b};
  out.deadline = noon.plus(std::chrono::minutes{5});
  out.created_at = out.updated_at = noon.plus(std::chrono::microseconds{n});
  return out;
}

deposit a_deposit(std::uint64_t n, const address& user, usdc amount) {
  deposit out;
  out.id = id_of<deposit_id>(n);
  out.user = user;
  out.amount = amount;
  out.payment.chain_id = 9745;
  out.payment.token = user_of(77);
  out.payment.from = user;
  out.payment.to = user_of(78);
  out.payment.value = amount;
  out.payment.valid_before = 1'900'000'000;
  out.payment.nonce = id_of<hash256>(n);
  out.payment.signature = byte_vector(65, 0x1b);
  out.created_at = out.updated_at = noon.plus(std::chrono::microseconds{n});
  return out;
}

conversion a_conversion(std::uint64_t n, usdc amount, std::vector<deposit_id> deposits) {
  conversion out;
  out.id = id_of<conversion_id>(n);
  out.route = "oft_uniswap";
  out.amount = amount;
  out.deposits = std::move(deposits);
  out.source = {9745, user_of(77)};
  out.created_at = out.updated_at = noon.plus(std::chrono::microseconds{n});
  return out;
}

chain_operation an_operation(std::uint64_t n, std::uint64_t nonce, std::uint32_t attempt) {
  chain_operation out;
  out.id = id_of<operation_id>(n);
  out.attempt = attempt;
  out.chain_id = 137;
  out.account = user_of(5);
  out.nonce = nonce;
  out.tx_hash = id_of<hash256>(n * 1000 + attempt);
  out.raw = {0x02, 0xf8, 0x00};
  out.purpose = "swap";
  out.created_at = noon;
  return out;
}

finish_bet filled(const bet& b, usdc spent, usdc fee) {
  finish_bet out{b.id, b.user, bet_status::filled, {spent.micro}, spent, fee, {}, "", noon};
  out.refunded = {b.amount.micro - spent.micro - fee.micro};
  return out;
}

finish_bet failed(const bet& b) {
  return {b.id, b.user, bet_status::failed, {}, {}, {}, b.amount, "no match", noon};
}

void books::commit(const std::vector<journal_entry>& batch) {
  ASSERT_EQ(store.commit(batch, outcomes, buffer), store_status::ok);
  ASSERT_EQ(outcomes.size(), batch.size());
}

errc books::one(journal_entry entry) {
  commit({std::move(entry)});
  return outcomes.empty() ? errc::in_doubt : outcomes.front().verdict;
}

std::vector<errc> books::verdicts(const std::vector<journal_entry>& batch) {
  commit(batch);
  std::vector<errc> out;
  for (const auto& x : outcomes) out.push_back(x.verdict);
  return out;
}

void books::fund(std::uint64_t n, const address& user, usdc amount) {
  const auto row = a_deposit(n, user, amount);
  const auto all = verdicts({open_deposit{row}, settle_deposit{row.id, id_of<hash256>(n), noon},
                             credit_deposit{row.id, user, amount, noon}});
  ASSERT_EQ(all, std::vector<errc>(3, errc::none));
}

void books::fill_buffer(usdc amount) {
  ASSERT_EQ(one(replenish{id_of<replenish_id>(1), amount, {}, "opening", noon}), errc::none);
}

usdc books::balance_of(const address& user) {
  std::vector<balance_row> rows;
  EXPECT_EQ(store.load_balances({&user, 1}, rows), store_status::ok);
  return rows.empty() ? usdc{-1} : rows.front().balance;
}

buffer_row books::the_buffer() {
  buffer_row out;
  EXPECT_EQ(store.load_buffer(out), store_status::ok);
  return out;
}

bet books::the_bet(const bet_id& id) {
  std::vector<std::optional<bet>> out;
  EXPECT_EQ(store.find_bets({&id, 1}, out), store_status::ok);
  EXPECT_TRUE(out.at(0).has_value());
  return out.at(0).value_or(bet{});
}

std::vector<std::string> books::actions() {
  pqxx::connection link{db.conninfo()};
  pqxx::read_transaction tx{link};
  std::vector<std::string> out;
  for (const auto& row :
       tx.exec("SELECT done_by, action, target FROM operator_actions ORDER BY action_id"))
    out.push_back(std::string{row[0].c_str()} + " " + row[1].c_str() + " " + row[2].c_str());
  return out;
}

std::string books::differences() {
  std::string out;
  for (const auto& x : persistence::verify(db.conninfo()))
    out += x.what + ": " + std::to_string(x.stored) + "/" + std::to_string(x.replayed) + "\n";
  return out;
}

}  // namespace headroom::test
