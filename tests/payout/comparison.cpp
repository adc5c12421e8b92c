#include <algorithm>
#include <set>

#include "tests/payout/chain_script.hpp"
#include "tests/payout/recomputation.hpp"

/// The books beside what they must be: each check answers with the first difference, or "".
namespace headroom::test {
namespace {

std::string differ(const std::string& what, std::int64_t books, std::int64_t must) {
  if (books == must) return {};
  return what + " is " + std::to_string(books) + " in the books and must be " +
         std::to_string(must);
}

/// Of several, the first.
template <class... Checks>
std::string first_of(const Checks&... checks) {
  std::string out;
  static_cast<void>(((out = checks, !out.empty()) || ...));
  return out;
}

// -- bets and sales, by what the venue did with their orders --------------------------------------

/// The orders that the books own, each once.
class owned_orders {
 public:
  explicit owned_orders(const story_world& out) : out_{out} {}

  /// What the venue has under this hash, if it is this user's and on this side.
  const venue_order* own(const hash256& hash, const address& user, order_side side) {
    const auto i = out_.orders.find(hash);
    if (i == out_.orders.end() || i->second.user != user || i->second.side != side) return nullptr;
    return owned_.insert(hash).second ? &i->second : nullptr;
  }
  std::string find_lost() const {
    for (const auto& [hash, x] : out_.orders)
      if (x.shares > 0 && !owned_.contains(hash))
        return "order " + hash.hex() + " was filled, and no bet or sale owns it";
    return {};
  }

 private:
  const story_world& out_;
  std::set<hash256> owned_;
};

std::string check_bet(const bet& b, const venue_order* x) {
  const auto name = "bet " + b.id.text();
  if (x == nullptr) return name + " has an order that is not its own";
  const bool filled = b.status == bet_status::filled || b.status == bet_status::settled;
  if (filled != (x->shares > 0) || b.status == bet_status::placing)
    return name + " is " + std::string{to_string(b.status)} + ", the venue filled " +
           std::to_string(x->shares);
  const auto back =
      x->shares > 0 ? std::max<std::int64_t>(0, x->asked - x->paid - x->fee) : b.amount.micro;
  return first_of(differ(name + " amount", b.amount.micro, x->asked),
                  differ(name + " shares", b.shares.micro, x->shares),
                  differ(name + " spent", b.spent.micro, x->paid),
                  differ(name + " fee", b.fee.micro, x->fee),
                  differ(name + " refund", b.refunded.micro, back));
}

std::string check_sale(const sale& s, const venue_order* x) {
  const auto name = "sale " + s.id.text();
  if (x == nullptr) return name + " has an order that is not its own";
  if (s.status == sale_status::placing || (s.status == sale_status::sold) != (x->shares > 0))
    return name + " is " + std::string{to_string(s.status)} + ", the venue sold " +
           std::to_string(x->shares);
  return first_of(differ(name + " offer", s.shares.micro, x->asked),
                  differ(name + " sold", s.sold.micro, x->shares),
                  differ(name + " proceeds", s.proceeds.micro, x->paid),
                  differ(name + " fee", s.fee.micro, x->fee));
}

std::string check_orders(const story_world& out, const final_books& books) {
  owned_orders orders{out};
  for (const auto& b : books.bets)
    if (auto wrong = check_bet(b, orders.own(b.order_hash, b.user, order_side::buy));
        !wrong.empty())
      return wrong;
  for (const auto& s : books.sales)
    if (auto wrong = check_sale(s, orders.own(s.order_hash, s.user, order_side::sell));
        !wrong.empty())
      return wrong;
  return orders.find_lost();
}

/// Whoever was told something was told the truth, and what was refused is not there.
template <class Wish, class Row>
std::string check_answers(const std::string& what, const std::deque<Wish>& wishes,
                          const std::vector<Row>& rows) {
  std::map<decltype(Row::id), const Row*> by_id;
  for (const auto& row : rows)
    if (!by_id.emplace(row.id, &row).second) return what + " " + row.id.text() + " is there twice";
  for (const auto& x : wishes) {
    const auto name = what + " " + x.request.id.text();
    const auto i = by_id.find(x.request.id);
    if (!x.answered) return name + " was never answered";
    if (x.refused != (i == by_id.end()))
      return name + (x.refused ? " was refused and is there" : " was taken and is not there");
    if (x.refused) continue;
    const auto& row = *i->second;
    using status = decltype(row.status);
    const bool told_failed = x.answer.status == status::failed;
    if (told_failed != (row.status == status::failed) || row.order_hash != x.answer.order_hash ||
        row.user != x.request.user || row.token != x.request.token || row.fee != x.answer.fee)
      return name + " is not what its user was told";
    by_id.erase(i);
  }
  if (!by_id.empty()) return what + " " + by_id.begin()->first.text() + " was never asked for";
  return {};
}

// -- positions, and what their bets were paid -----------------------------------------------------

std::string check_position(const position& p, const expected_position& must) {
  const auto name = "position of " + p.user.hex() + " in " + p.token.decimal();
  if (p.result != must.result)
    return name + " is " + std::string{to_string(p.result)} + " and must be " +
           std::string{to_string(must.result)};
  const bool gone = must.shares == 0;
  if (p.cost.micro < 0 || p.cost.micro > must.bought_for || (gone && p.cost.micro != 0) ||
      (!must.sold_some && p.cost.micro != must.bought_for))
    return name + " has a cost of " + to_string(p.cost);
  return first_of(differ(name, p.shares.micro, must.shares),
                  differ(name + " on offer", p.selling.micro, 0),
                  differ(name + " payout", p.payout.micro, must.payout));
}

/// The bets of one position, the oldest first: each gets what its shares add to the running floor.
std::string check_parts(std::vector<const bet*> bets, const expected_position& must) {
  std::sort(bets.begin(), bets.end(), [](const bet* a, const bet* b) {
    return std::pair{a->created_at, a->id} < std::pair{b->created_at, b->id};
  });
  std::int64_t whole = 0;
  for (const auto* b : bets) whole += b->shares.micro;
  std::int64_t up_to = 0;
  std::int64_t told = 0;
  for (const auto* b : bets) {
    const auto name = "bet " + b->id.text();
    up_to += b->shares.micro;
    const auto by_now =
        static_cast<std::int64_t>(static_cast<uint128>(must.payout) * static_cast<uint128>(up_to) /
                                  static_cast<uint128>(whole));
    if (b->status != bet_status::settled || b->result != must.result)
      return name + " is " + std::string{to_string(b->status)} + ", " +
             std::string{to_string(b->result)} + " and must be settled, " +
             std::string{to_string(must.result)};
    if (auto wrong = differ(name + " payout", b->payout.micro, by_now - told); !wrong.empty())
      return wrong;
    told = by_now;
  }
  return {};
}

std::string check_positions(const expected_books& must, const final_books& books) {
  auto left = must.positions;
  std::map<std::pair<uint256, address>, std::vector<const bet*>> bets;
  for (const auto& b : books.bets)
    if (b.shares.micro > 0) bets[{b.token, b.user}].push_back(&b);
  for (const auto& p : books.positions) {
    const auto i = left.find({p.token, p.user});
    if (i == left.end()) return "a position of " + p.user.hex() + " is of no order, or twice there";
    if (auto wrong =
            first_of(check_position(p, i->second), check_parts(bets[{p.token, p.user}], i->second));
        !wrong.empty())
      return wrong;
    left.erase(i);
  }
  if (!left.empty()) return "a position of " + left.begin()->first.second.hex() + " is missing";
  return {};
}

// -- settlements and totals -----------------------------------------------------------------------

std::string check_settlements(const story_world& out, const expected_books& must,
                              const final_books& books) {
  auto left = must.settlements;
  for (const auto& s : books.settlements) {
    const auto name = "settlement of " + s.condition.hex();
    const auto& m = out.markets[out.conditions.at(s.condition)];
    if (s.status != settlement_status::closed) return name + " is not closed";
    if (s.payouts.numerators != m.numerators || s.payouts.denominator != m.denominator)
      return name + " has another payout vector than the chain";
    const auto expected = left[s.condition];
    if (auto wrong = first_of(
            differ(name + ": received", s.received.micro, expected.received),
            differ(name + ": paid", s.paid.micro, expected.paid),
            differ(name + ": remainder", s.remainder.micro, expected.received - expected.paid));
        !wrong.empty())
      return wrong;
    left.erase(s.condition);
  }
  if (!left.empty()) return "condition " + left.begin()->first.hex() + " was never settled";
  for (std::size_t i = 0; i < out.markets.size(); ++i)
    for (const auto worth : worth_of(out, i))
      if (worth != 0) return out.markets[i].row.question + " was not redeemed in full";
  return {};
}

std::string check_totals(const expected_books& must, const final_books& books) {
  if (books.balances.size() != must.balances.size()) return "there is a balance too many";
  for (const auto& [user, amount] : must.balances)
    if (auto wrong = differ("balance of " + user.hex(), books.balances.at(user), amount);
        !wrong.empty())
      return wrong;
  const auto& t = books.totals;
  return first_of(
      differ("what users are owed", t.users.micro, must.users),
      differ("the buffer", books.buffer.balance.micro + books.buffer.reserve.micro, must.buffer),
      differ("the buffer's total", t.buffer.micro, books.buffer.balance.micro),
      differ("deposited in the buffer", books.buffer.total_deposited.micro, must.deposited),
      differ("withdrawn from the buffer", books.buffer.total_withdrawn.micro, must.withdrawn),
      differ("in transit", t.in_transit.micro, must.in_transit),
      differ("at the venue", t.at_venue.micro, 0), differ("capital", t.capital.micro, must.capital),
      differ("revenue", t.revenue.micro, must.revenue),
      differ("venue loss", t.venue_loss.micro, must.venue_loss));
}

std::string check_verify(const final_books& books) {
  if (books.differences.empty()) return {};
  const auto& x = books.differences.front();
  return "verify: " + x.what + ": " + std::to_string(x.stored) + " stored, " +
         std::to_string(x.replayed) + " replayed";
}

}  // namespace

std::string compare(const story_world& out, const story_people& people, const final_books& books) {
  const auto must = recompute(out, people);
  return first_of(
      check_orders(out, books), check_answers("bet", people.bets.all, books.bets),
      check_answers("sale", people.sales.all, books.sales),
      differ("rows of sales", books.sale_rows, static_cast<std::int64_t>(books.sales.size())),
      check_positions(must, books), check_settlements(out, must, books), check_totals(must, books),
      check_verify(books));
}

}  // namespace headroom::test
