#include "tests/simulation/model.hpp"

namespace headroom::test {
namespace {

/// What is owed to whom and what the buffer holds, beside what bets took.
struct expected_books {
  std::map<address, usdc> owed;
  usdc buffer;
};

/// Paid is credited once, unpaid never: the chain alone says which.
std::string compare_payments(outside& out, const people& all, expected_books& model) {
  for (const auto& p : all.payers) {
    const auto name = "payment " + p.message.nonce.hex();
    const bool paid = p.fate(out.plasma) == payment_fate::paid;
    std::size_t rows = 0;
    bool credited = false;
    for (const auto& [id, d] : out.books.deposits) {
      if (d.payment.nonce != p.message.nonce) continue;
      ++rows;
      credited = d.status == deposit_status::completed;
      if (d.user != p.message.from || d.amount != p.amount) return name + " is booked as another";
    }
    if (rows > 1) return name + " is in the books twice";
    if (p.told_too_early) return name + " was answered for good before the chain was final";
    if (paid && !credited) return name + " is paid and not credited";
    if (!paid && credited) return name + " is credited and not paid";
    if (paid) model.owed[p.message.from] = add_saturating(model.owed[p.message.from], p.amount);
  }
  return {};
}

std::string compare_bets(outside& out, expected_books& model) {
  std::map<hash256, int> orders_of_bets;
  for (const auto& [id, b] : out.books.bets) {
    ++orders_of_bets[b.order_hash];
    const auto i = out.orders.find(b.order_hash);
    const bool filled = i != out.orders.end() && i->second.filled;
    if (filled != (b.status == bet_status::filled))
      return "bet " + id.text() + " is " + std::string{to_string(b.status)} + " but the venue " +
             (filled ? "filled it" : "did not fill it");
    if (!filled) continue;
    const auto paid = i->second.spent.micro + i->second.fee.micro;
    model.owed[b.user].micro -= paid;
    model.buffer.micro -= paid;
  }
  for (const auto& [hash, order] : out.orders)
    if (order.filled && orders_of_bets[hash] != 1)
      return "the venue filled an order that no bet in the books owns";
  return {};
}

std::string compare_totals(outside& out, const expected_books& model) {
  for (const auto& [user, amount] : model.owed) {
    const auto& row = out.books.balances[user];
    if (row.balance != amount)
      return "balance of " + user.hex() + " is " + to_string(row.balance) + ", the model says " +
             to_string(amount);
  }
  const usdc held{out.books.buffer.balance.micro + out.books.buffer.reserve.micro};
  if (held != model.buffer)
    return "buffer and reserve are " + to_string(held) + ", the model says " +
           to_string(model.buffer);
  if (out.books.in_transit.micro != 0) return "money is left in transit";
  return {};
}

/// Each user of the API was told the truth.
std::string compare_answers(outside& out, const people& all) {
  for (const auto& c : all.customers) {
    const auto i = out.books.bets.find(c.request.id);
    if (c.refused && i != out.books.bets.end()) return "a refused bet is in the books";
    if (c.refused) continue;
    if (i == out.books.bets.end()) return "an acknowledged bet is not in the books";
    if (i->second.status != c.answer.status || i->second.spent != c.answer.spent ||
        i->second.refunded != c.answer.refunded || i->second.order_hash != c.answer.order_hash)
      return "an acknowledged bet is not what was acknowledged";
  }
  return {};
}

/// One call per nonce however often its price rose, one nonce per operation, and nothing is moved
/// twice.
std::string compare_transactions(outside& out) {
  for (const auto* nodes : {&out.plasma_nodes, &out.polygon_nodes})
    for (const auto& [nonce, attempts] : nodes->accepted())
      for (const auto& [hash, x] : attempts)
        if (x.to != attempts.begin()->second.to || x.data != attempts.begin()->second.data)
          return "nonce " + std::to_string(nonce) + " was used for two calls";
  for (const auto& [id, attempts] : out.books.operations.all())
    for (const auto& row : attempts)
      if (row.nonce != attempts.front().nonce)
        return "operation " + id.text() + " was signed under two nonces";
  for (const auto& [what, times] : out.plasma.tip()->ledger->bridged)
    if (times != 1) return "the bridge got one conversion " + std::to_string(times) + " times";
  const auto left = out.plasma.tip()->ledger->balance(plasma_usdt0(), service_account());
  if (left != 0)
    return "the account on the deposit chain holds " + std::to_string(left) + " that no book has";
  return {};
}

}  // namespace

std::string compare_with_model(outside& out, const people& all) {
  expected_books model{all.deposited, {all.opening.micro + out.arrived.micro + all.paid_in.micro}};
  if (auto wrong = compare_payments(out, all, model); !wrong.empty()) return wrong;
  if (auto wrong = compare_bets(out, model); !wrong.empty()) return wrong;
  std::map<address, usdc> taken;
  usdc left;
  if (auto wrong = compare_withdrawals(out, all, taken, left); !wrong.empty()) return wrong;
  for (const auto& [user, amount] : taken) model.owed[user].micro -= amount.micro;
  model.buffer.micro -= left.micro;
  if (auto wrong = compare_conversions(out); !wrong.empty()) return wrong;
  if (auto wrong = compare_totals(out, model); !wrong.empty()) return wrong;
  if (auto wrong = compare_answers(out, all); !wrong.empty()) return wrong;
  return compare_transactions(out);
}

}  // namespace headroom::test
