#include "net/lease.hpp"
#include "tests/http/house.hpp"

/// A node that does not act for the house now (docs/decisions/0048) tells nothing of what it
/// remembers, and answers whoever asks whether it lives.
namespace headroom::http::test {
namespace {

class StandingBy : public house {
 protected:
  void SetUp() override {
    start();
    lease.limit();
    lease.explain("node-1 serves");
  }
  void TearDown() override {
    lease.lift();
    lease.explain("");
  }
  net::lease& lease = net::lease::of_process();
};

TEST_F(StandingBy, RefusesWhoAsksForMoneyAndNamesWhoServes) {
  for (const auto* path : {"/balance?user_address=0x", "/buffer/status", "/bets"}) {
    const auto r = get(path, read_key.text);
    ASSERT_EQ(r.status, 503) << path;
    EXPECT_EQ(r.json()["code"], "unavailable");
    EXPECT_EQ(r.json()["detail"], "this node does not serve now: node-1 serves");
    EXPECT_EQ(r.header("retry-after"), "1");
  }
}

TEST_F(StandingBy, SaysThatItLivesAndIsNotReady) {
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/metrics", inspect_key.text).status, 200);
  const auto ready = get("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(ready.json()["parts"]["node"], "node-1 serves");
}

TEST_F(StandingBy, ServesAsSoonAsTheHouseIsItsOwnAndNoLonger) {
  lease.extend(net::lease::now() + std::chrono::hours{1});
  EXPECT_EQ(get("/readyz").status, 503) << "nobody is there yet";
  lease.furnished();
  EXPECT_EQ(get("/balance?user_address=" + user_text, read_key.text).status, 200);
  EXPECT_EQ(get("/readyz").status, 200);
  lease.limit();
  EXPECT_EQ(get("/balance?user_address=" + user_text, read_key.text).status, 503);
}

}  // namespace
}  // namespace headroom::http::test
