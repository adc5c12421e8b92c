#include "persistence/payers.hpp"

#include <algorithm>

#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

struct Payers : books {
  persistence::payers payers{{db.conninfo()}};
  std::vector<std::uint64_t> chains(const address& user) {
    auto out = payers.chains_of(user).value();
    std::sort(out.begin(), out.end());
    return out;
  }
};

TEST_F(Payers, AUsersChainsAreThoseOfCreditedDeposits) {
  const auto bob = user_of(4);
  std::uint64_t n = 2'000;
  for (const std::uint64_t chain : {8453, 9745, 9745, 137}) {
    auto row = a_deposit(++n, bob, 2_usdc);
    row.payment.chain_id = chain;
    commit({open_deposit{row}, settle_deposit{row.id, id_of<hash256>(n), noon, 7}});
    if (chain != 8453) commit({credit_deposit{row.id, bob, 2_usdc, noon}});
  }
  EXPECT_EQ(chains(bob), (std::vector<std::uint64_t>{137, 9745})) << "one of them is only proven";
  EXPECT_TRUE(chains(user_of(5)).empty());
}

TEST(PayersWithoutADatabase, SayNothing) {
  persistence::payers none{{"host=127.0.0.1 port=1 connect_timeout=1"}};
  EXPECT_FALSE(none.chains_of(user_of(1)));
}

}  // namespace
}  // namespace headroom::test
