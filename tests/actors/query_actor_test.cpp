#include "actors/query_actor.hpp"

#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;

struct QueryActor : Core {};

TEST_F(QueryActor, WhoWaitsBehindAThousandIsTurnedAwayUnread) {
  const auto query = start_query();
  std::vector<reply_ptr<bet>> answers;
  for (int n = 0; n < 1'100; ++n)
    answers.push_back(ask_later<bet>(query, get_atom::value, bet_at(n)));
  run();
  const auto with = [&](errc code) {
    return std::count_if(answers.begin(), answers.end(),
                         [&](const auto& a) { return a->code == code; });
  };
  EXPECT_EQ(with(errc::overloaded), 100);
  EXPECT_EQ(with(errc::not_found), 1'000);
  EXPECT_EQ(fact(query, "reads"), "1000");
  EXPECT_EQ(ask<bet>(query, get_atom::value, bet_at(1))->code, errc::not_found) << "it caught up";
}

}  // namespace
}  // namespace headroom::test
