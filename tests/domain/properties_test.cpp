#include <gtest/gtest.h>

#include <map>
#include <random>

#include "domain/buffer.hpp"

namespace headroom {
namespace {

hold_id hold_at(std::uint64_t n) {
  hold_id id;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[i] = static_cast<std::uint8_t>(n >> (8 * i));
  return id;
}

/// The books as one number and a version; words about them travel late, twice and out of order.
struct books {
  std::int64_t amount = 0;
  std::int64_t version = 0;
};

/// A random history of one balance: deductions, commits whose news may be reordered, releases.
/// At every moment what could be spent never exceeds what the books have; at the end, when every
/// word has arrived, the view is the books.
TEST(Properties, NoHistoryLetsABalanceSpendWhatItDoesNotHave) {
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    std::mt19937_64 rng{seed};
    books truth{static_cast<std::int64_t>(rng() % 1'000), 1};
    tentative_book book;
    book.set_committed({truth.amount}, truth.version);
    std::map<std::uint64_t, std::int64_t> open;  // deducted, not committed
    struct news {
      books word;
      std::uint64_t bet;  // 0: a credit
    };
    std::vector<news> travelling;
    std::uint64_t next = 1;
    for (int step = 0; step < 300; ++step) {
      switch (rng() % 6) {
        case 0:
        case 1: {
          const auto amount = static_cast<std::int64_t>(1 + rng() % 300);
          if (book.deduct(hold_at(next), {amount})) open.emplace(next, amount);
          ++next;
          break;
        }
        case 2:  // a bet is committed
          if (!open.empty()) {
            const auto [bet, amount] = *open.begin();
            open.erase(open.begin());
            truth.amount -= amount;
            ++truth.version;
            ASSERT_GE(truth.amount, 0) << "seed " << seed;  // the CHECK of the database
            travelling.push_back({truth, bet});
          }
          break;
        case 3:  // a bet is refused
          if (!open.empty()) {
            book.forget(hold_at(open.begin()->first));
            open.erase(open.begin());
          }
          break;
        case 4:  // a credit
          truth.amount += static_cast<std::int64_t>(rng() % 200);
          ++truth.version;
          travelling.push_back({truth, 0});
          break;
        default:  // some word arrives, not the oldest; sometimes twice
          if (!travelling.empty()) {
            const auto i = rng() % travelling.size();
            const auto n = travelling[i];
            book.set_committed({n.word.amount}, n.word.version);
            if (n.bet != 0) book.forget(hold_at(n.bet));
            if (rng() % 4 != 0)
              travelling.erase(travelling.begin() + static_cast<std::ptrdiff_t>(i));
          }
      }
      std::int64_t promised = 0;
      for (const auto& [bet, amount] : open) promised += amount;
      ASSERT_GE(book.available().micro, 0) << "seed " << seed;
      ASSERT_LE(book.available().micro, std::max<std::int64_t>(0, truth.amount - promised))
          << "seed " << seed << " step " << step;
    }
    for (const auto& n : travelling) {
      book.set_committed({n.word.amount}, n.word.version);
      if (n.bet != 0) book.forget(hold_at(n.bet));
    }
    for (const auto& [bet, amount] : open) book.forget(hold_at(bet));
    ASSERT_EQ(book.available().micro, truth.amount) << "seed " << seed;
    ASSERT_EQ(book.tentative(), usdc{});
  }
}

/// Whatever comes in, all of it goes somewhere, and nothing goes above the cap.
TEST(Properties, ASplitConservesMoneyAndKeepsTheCap) {
  std::mt19937_64 rng{11};
  for (int i = 0; i < 20'000; ++i) {
    buffer_row row;
    row.version = 1;
    row.balance = {static_cast<std::int64_t>(rng() % 1'000'000)};
    row.has_max = rng() % 2 == 0;
    row.max_size = {static_cast<std::int64_t>(rng() % 1'000'000)};
    row.min_size = {static_cast<std::int64_t>(rng() % 1'000'000)};
    row.reserve = {static_cast<std::int64_t>(rng() % 1'000'000)};
    buffer_book book;
    book.set_committed(row);
    const usdc amount{static_cast<std::int64_t>(rng() % 2'000'000)};
    const auto split = book.split(amount);
    ASSERT_EQ(add(split.to_buffer, split.to_reserve), amount);
    ASSERT_GE(split.to_buffer.micro, 0);
    ASSERT_GE(split.to_reserve.micro, 0);
    if (row.has_max && split.to_buffer.is_positive()) {
      ASSERT_LE(row.balance.micro + split.to_buffer.micro, row.max_size.micro);
    }
    const auto due = book.refill_due();
    ASSERT_GE(due.micro, 0);
    ASSERT_LE(due, row.reserve);
    if (row.has_max && due.is_positive()) {
      ASSERT_LE(row.balance.micro + due.micro, row.max_size.micro);
    }
  }
}

}  // namespace
}  // namespace headroom
