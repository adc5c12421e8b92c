#include <map>
#include <random>

#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

/// The books as a few lines of single-threaded arithmetic. Money that a batch frees may be spent
/// by the next one only, so that the order inside a batch does not matter for a verdict.
struct model {
  std::map<address, std::int64_t> balances;
  std::int64_t buffer = 0, reserve = 0, capital = 0, in_transit = 0, loss = 0, revenue = 0;
  std::map<bet_id, bet> placing;
  struct holding {
    std::int64_t shares = 0;  // free ones
    std::int64_t selling = 0;
  };
  std::map<std::pair<uint256, address>, holding> held;  // of markets that are not resolved
  std::map<sale_id, accept_sale> selling;
  std::uint64_t market = 1;  // bets are placed on these three; the first is resolved next
  std::map<conversion_id, conversion> running;
  std::vector<deposit> free_deposits;
};

/// Makes random batches, the good with the bad, and knows every verdict beforehand.
class generator {
 public:
  generator(model& books, std::uint64_t seed) : books_{books}, random_{seed} {}

  struct line {
    journal_entry entry;
    errc verdict;
  };

  std::vector<line> batch() {
    lines_.clear();
    freed_.clear();
    const auto size = below(8) == 0 ? 1 + below(150) : 1 + below(12);
    for (std::uint64_t i = 0; i < size; ++i) one();
    for (const auto& [user, amount] : freed_) books_.balances[user] += amount;
    books_.buffer += std::exchange(buffer_freed_, 0);
    books_.reserve += std::exchange(reserve_freed_, 0);
    return lines_;
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  void say(journal_entry entry, errc verdict) { lines_.push_back({std::move(entry), verdict}); }
  address someone() { return user_of(below(40)); }

  void one() {
    switch (below(16)) {
      case 12:
      case 13: return sell();
      case 14: return end_a_sale();
      case 15: return below(4) == 0 ? resolve() : sell_too_much();
      case 0: return deposit_arrives();
      case 1: return below(2) == 0 ? open_a_conversion() : end_a_conversion();
      case 2: return operator_pays();
      case 3: return too_large_a_bet();
      case 4: return repeat();
      case 5:
      case 6:
      case 7: return end_a_bet();
      default: return a_good_bet();
    }
  }

  void deposit_arrives() {
    const auto n = ++next_;
    const auto row = a_deposit(n, someone(), {static_cast<std::int64_t>(1 + below(50'000'000))});
    say(open_deposit{row}, errc::none);
    if (below(10) == 0) return say(fail_deposit{row.id, "reverted", noon}, errc::none);
    say(settle_deposit{row.id, id_of<hash256>(n), noon}, errc::none);
    say(credit_deposit{row.id, row.user, row.amount, noon}, errc::none);
    freed_[row.user] += row.amount.micro;
    books_.in_transit += row.amount.micro;
    books_.free_deposits.push_back(row);
  }

  void open_a_conversion() {
    if (books_.free_deposits.empty()) return;
    auto row = a_conversion(++next_, {}, {});
    for (const auto& x : books_.free_deposits) {
      row.deposits.push_back(x.id);
      row.amount.micro += x.amount.micro;
    }
    books_.free_deposits.clear();
    say(open_conversion{row}, errc::none);
    books_.running.emplace(row.id, row);
  }

  void end_a_conversion() {
    if (books_.running.empty()) return;
    const auto row = books_.running.begin()->second;
    books_.running.erase(row.id);
    if (below(5) == 0) return say(fail_conversion{row.id, {}, "stuck", noon}, errc::none);
    const auto lost = static_cast<std::int64_t>(below(1000)) - 300;  // sometimes a gain
    const auto loss = std::min(lost, row.amount.micro);
    const auto kept =
        static_cast<std::int64_t>(below(static_cast<std::uint64_t>(row.amount.micro - loss) + 1));
    say(complete_conversion{row.id, {}, {row.amount.micro - loss - kept}, {kept}, {loss}, noon},
        errc::none);
    buffer_freed_ += row.amount.micro - loss - kept;
    reserve_freed_ += kept;
    books_.in_transit -= row.amount.micro;
    books_.loss += loss;
  }

  void operator_pays() {
    const auto id = id_of<replenish_id>(++next_);
    if (books_.reserve > 0 && below(2) == 0) {
      const auto amount =
          static_cast<std::int64_t>(1 + below(static_cast<std::uint64_t>(books_.reserve)));
      say(refill{id, {amount}, noon}, errc::none);
      books_.reserve -= amount;
      buffer_freed_ += amount;
      return;
    }
    const auto amount = static_cast<std::int64_t>(1 + below(20'000'000));
    say(replenish{id, {amount}, {amount / 3}, "r", noon}, errc::none);
    buffer_freed_ += amount;
    reserve_freed_ += amount / 3;
    books_.capital += amount + amount / 3;
  }

  void too_large_a_bet() {
    say(accept_bet{a_bet(++next_, someone(), {INT64_MAX / 2})}, errc::insufficient_balance);
  }

  void a_good_bet() {
    const auto user = someone();
    const auto most = std::min(books_.balances[user], books_.buffer);
    if (most == 0) return;
    const auto amount = static_cast<std::int64_t>(1 + below(static_cast<std::uint64_t>(most)));
    auto row = a_bet(++next_, user, {below(4) == 0 ? amount : 1 + amount / 16});
    row.token = token_of(books_.market + below(3), below(2));
    say(accept_bet{row}, errc::none);
    books_.balances[user] -= row.amount.micro;
    books_.buffer -= row.amount.micro;
    books_.placing.emplace(row.id, row);
  }

  void end_a_bet() {
    if (books_.placing.empty()) return;
    auto at = books_.placing.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(below(books_.placing.size())));
    const auto row = at->second;
    books_.placing.erase(at);
    auto end = failed(row);
    if (below(3) != 0) {
      const auto amount = static_cast<std::uint64_t>(row.amount.micro);
      const auto spent = static_cast<std::int64_t>(below(amount + 1));
      const auto fee = static_cast<std::int64_t>(
          below(static_cast<std::uint64_t>(row.amount.micro - spent) + 1));
      end = filled(row, {spent}, {fee});
    }
    say(end, errc::none);
    if (end.shares.micro > 0) books_.held[{row.token, row.user}].shares += end.shares.micro;
    freed_[row.user] += end.refunded.micro;
    buffer_freed_ += end.refunded.micro;
    auto other = end;
    other.shares.micro += 1;
    if (below(4) == 0) late_.push_back({end, errc::none});
    if (below(4) == 0) late_.push_back({other, errc::invariant_violated});
  }

  static uint256 token_of(std::uint64_t market, std::uint64_t slot) {
    return id_of<uint256>(1'000'000 + 2 * market + slot);
  }
  /// A digest: closings are named by its first half.
  static hash256 condition_of(std::uint64_t market) {
    auto out = id_of<hash256>(market);
    std::copy(out.bytes.end() - 8, out.bytes.end(), out.bytes.begin() + 1);
    return out;
  }
  static bool is_of(const uint256& token, std::uint64_t market) {
    return token == token_of(market, 0) || token == token_of(market, 1);
  }

  accept_sale a_sale(const uint256& token, const address& user, std::int64_t shares) {
    sale row;
    row.id = id_of<sale_id>(++next_);
    row.user = user;
    row.token = token;
    row.shares = {shares};
    row.order_hash = id_of<hash256>(next_);
    row.created_at = row.updated_at = noon;
    return {row};
  }

  void sell() {
    if (books_.held.empty()) return;
    auto at = books_.held.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(below(books_.held.size())));
    auto& [shares, selling] = at->second;
    if (shares == 0) return;
    const auto some = static_cast<std::int64_t>(1 + below(static_cast<std::uint64_t>(shares)));
    const auto x = a_sale(at->first.first, at->first.second, below(3) == 0 ? shares : some);
    say(x, errc::none);
    shares -= x.row.shares.micro;
    selling += x.row.shares.micro;
    books_.selling.emplace(x.row.id, x);
  }

  void sell_too_much() {
    say(a_sale(token_of(books_.market + below(3), below(2)), someone(), INT64_MAX / 2),
        errc::insufficient_shares);
  }

  void end_a_sale() {
    if (!books_.selling.empty()) end_the_sale(books_.selling.begin()->second);
  }

  void end_the_sale(accept_sale x) {
    books_.selling.erase(x.row.id);
    auto& [shares, selling] = books_.held[{x.row.token, x.row.user}];
    selling -= x.row.shares.micro;
    finish_sale end{x.row.id, x.row.user, sale_status::failed, {}, {}, {}, "no match", noon};
    if (below(3) != 0) {
      end.status = sale_status::sold;
      end.sold = {
          static_cast<std::int64_t>(1 + below(static_cast<std::uint64_t>(x.row.shares.micro)))};
      end.proceeds = {static_cast<std::int64_t>(below(50'000'000))};
      end.fee = {
          static_cast<std::int64_t>(below(static_cast<std::uint64_t>(end.proceeds.micro) + 1))};
    }
    say(end, errc::none);
    shares += x.row.shares.micro - end.sold.micro;
    freed_[x.row.user] += end.proceeds.micro - end.fee.micro;
    buffer_freed_ += end.proceeds.micro - end.fee.micro;
    auto other = end;
    other.sold.micro += 1;
    if (below(4) == 0) say(other, errc::invariant_violated);
  }

  /// What is at the venue comes to its end, then the oldest market to its own: all in one batch, in
  /// an order that counts.
  void resolve() {
    const auto market = std::exchange(books_.market, books_.market + 1);
    const auto placing = books_.placing;
    for (const auto& [id, row] : placing) {
      if (!is_of(row.token, market)) continue;
      books_.placing.erase(id);
      say(failed(row), errc::none);
      freed_[row.user] += row.amount.micro;
      buffer_freed_ += row.amount.micro;
    }
    const auto selling = books_.selling;
    for (const auto& [id, x] : selling)
      if (is_of(x.row.token, market)) end_the_sale(x);
    settle(market);
  }

  void settle(std::uint64_t market) {
    const auto condition = condition_of(market);
    const auto whole = 1 + below(1'000);
    const auto part = below(3) == 0 ? below(whole + 1) : whole;
    const payout_vector v{{part, whole - part}, whole};
    say(
        record_market{
            condition, false, "?", {token_of(market, 0), token_of(market, 1)}, {"Yes", "No"}, noon},
        errc::none);
    say(open_settlement{condition, v.numerators, v.denominator, noon}, errc::none);
    std::vector<settle_position> payouts;
    std::int64_t due = 0;
    for (auto i = books_.held.begin(); i != books_.held.end();) {
      const auto& [token, user] = i->first;
      if (!is_of(token, market)) {
        ++i;
        continue;
      }
      const std::size_t slot = token == token_of(market, 0) ? 0 : 1;
      const auto payout = payout_of({i->second.shares}, slot, v).value();
      // Who has sold out is told too, that there is nothing left.
      payouts.push_back({id_of<payout_id>(++next_), condition, token, user, payout, noon});
      freed_[user] += payout.micro;
      due += payout.micro;
      i = books_.held.erase(i);
    }
    const auto left = static_cast<std::int64_t>(below(5));
    say(book_redemption{condition,
                        id_of<operation_id>(++next_),
                        user_of(5),
                        id_of<hash256>(next_),
                        {due + left},
                        {{}, {}},
                        noon},
        errc::none);
    for (const auto& x : payouts) {
      auto wrong = x;
      wrong.id = id_of<payout_id>(++next_);
      wrong.payout.micro += 1;
      if (below(8) == 0) say(wrong, errc::invariant_violated);
      say(x, errc::none);
    }
    say(close_settlement{condition, {left + 1}, noon}, errc::invariant_violated);
    say(close_settlement{condition, {left}, noon}, errc::none);
    buffer_freed_ += due + left;
    books_.revenue += left;
  }

  /// Something that was said before, or contradicts it.
  void repeat() {
    if (late_.empty()) return;
    const auto again = late_[below(late_.size())];
    // Only when its first time is not in this very batch: the order there is the store's.
    const auto& id = std::get<finish_bet>(again.entry).id;
    for (const auto& x : lines_)
      if (const auto* end = std::get_if<finish_bet>(&x.entry); end != nullptr && end->id == id)
        return;
    lines_.push_back(again);
  }

  model& books_;
  std::mt19937_64 random_;
  std::uint64_t next_ = 1000;
  std::vector<line> lines_;
  std::vector<line> late_;
  std::map<address, std::int64_t> freed_;
  std::int64_t buffer_freed_ = 0;
  std::int64_t reserve_freed_ = 0;
};

struct RandomBooks : books, testing::WithParamInterface<int> {};

TEST_P(RandomBooks, AgreeWithTheModel) {
  const auto seed = static_cast<std::uint64_t>(GetParam());
  SCOPED_TRACE("seed " + std::to_string(seed));
  model expected;
  generator random{expected, seed};
  for (int round = 0; round < 150; ++round) {
    const auto lines = random.batch();
    std::vector<journal_entry> batch;
    std::vector<errc> wanted;
    for (const auto& x : lines) {
      batch.push_back(x.entry);
      wanted.push_back(x.verdict);
    }
    if (batch.empty()) continue;
    ASSERT_EQ(verdicts(batch), wanted) << "round " << round;
    if (round % 10 == 0) {
      ASSERT_EQ(verdicts(batch), wanted) << "round " << round << " again";
    }
    ASSERT_EQ(the_buffer().balance.micro, expected.buffer) << "round " << round;
  }
  for (const auto& [user, balance] : expected.balances) EXPECT_EQ(balance_of(user).micro, balance);
  const auto trial = reader.trial().value();
  EXPECT_EQ(trial.reserve.micro, expected.reserve);
  EXPECT_EQ(trial.capital.micro, expected.capital);
  EXPECT_EQ(trial.in_transit.micro, expected.in_transit);
  EXPECT_EQ(trial.conversion_loss.micro, expected.loss);
  EXPECT_EQ(trial.revenue.micro, expected.revenue);
  for (const auto& [key, holding] : expected.held) {
    const auto stored = reader.find_position(key.second, key.first).value();
    ASSERT_TRUE(stored.has_value());
    EXPECT_EQ(stored->shares.micro, holding.shares);
    EXPECT_EQ(stored->selling.micro, holding.selling);
  }
  const auto assets = trial.buffer.micro + trial.reserve.micro + trial.in_transit.micro;
  EXPECT_EQ(assets + trial.conversion_loss.micro,
            trial.users.micro + trial.capital.micro + trial.revenue.micro);
  EXPECT_EQ(differences(), "");
}

INSTANTIATE_TEST_SUITE_P(Seed, RandomBooks, testing::Range(1, 7));

}  // namespace
}  // namespace headroom::test
