#include <map>
#include <random>

#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

/// The books as a few lines of single-threaded arithmetic. Money that a batch frees may be spent
/// by the next one only, so that the order inside a batch does not matter for a verdict.
struct model {
  std::map<address, std::int64_t> balances;
  std::int64_t buffer = 0, reserve = 0, capital = 0, in_transit = 0, loss = 0;
  std::map<bet_id, bet> placing;
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
    switch (below(12)) {
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
    const auto row = a_bet(++next_, user, {below(4) == 0 ? amount : 1 + amount / 16});
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
    freed_[row.user] += end.refunded.micro;
    buffer_freed_ += end.refunded.micro;
    auto other = end;
    other.shares.micro += 1;
    if (below(4) == 0) late_.push_back({end, errc::none});
    if (below(4) == 0) late_.push_back({other, errc::invariant_violated});
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
  const auto assets = trial.buffer.micro + trial.reserve.micro + trial.in_transit.micro;
  EXPECT_EQ(assets + trial.conversion_loss.micro, trial.users.micro + trial.capital.micro);
  EXPECT_EQ(differences(), "");
}

INSTANTIATE_TEST_SUITE_P(Seed, RandomBooks, testing::Range(1, 7));

}  // namespace
}  // namespace headroom::test
