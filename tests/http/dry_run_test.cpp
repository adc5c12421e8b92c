#include "actors/work_switches.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

/// POST /operator/actions?dry_run=true: says what would follow, and asks nobody to do it.
class DryRun : public house {
 protected:
  const std::string id = "11111111-1111-1111-1111-111111111111";
  std::size_t done = 0;  // under says.mutex

  void SetUp() override {
    const auto count = [this] {
      const std::lock_guard lock{says.mutex};
      ++done;
    };
    says.append = [count](const journal_entry&) -> caf::result<committed> {
      count();
      return committed{};
    };
    says.pause =
        [count](const actors::pause_withdrawals&) -> caf::result<actors::withdrawals_view> {
      count();
      return actors::withdrawals_view{};
    };
    says.decide = [count](const actors::decide_withdrawal&) -> caf::result<withdrawal> {
      count();
      return example_withdrawal(withdrawal_status::requested);
    };
    says.repair = [count](const repair_wish&) -> caf::result<actors::repair_answer> {
      count();
      return actors::repair_answer{};
    };
  }
  void TearDown() override {
    const std::lock_guard lock{says.mutex};
    EXPECT_EQ(done, 0U) << "a dry run did something";
  }
  reply try_out(const std::string& action, const std::string& more = "") {
    return ask("POST", "/operator/actions?dry_run=true", bearer(operate_key.text),
               R"({"action":")" + action + R"(","reason":"ticket 7")" + more + "}");
  }
  reply try_on(const std::string& action, const std::string& more = "") {
    return try_out(action, R"(,"target":")" + id + '"' + more);
  }
  [[nodiscard]] std::string operator_name() const { return "key:" + operate_key.record.id; }
};

TEST_F(DryRun, OfAPauseSaysWhatIsAndWhatWouldBe) {
  start();
  auto r = try_out("pause_bets");
  ASSERT_EQ(r.status, 200) << r.body;
  auto doc = r.json();
  EXPECT_EQ(doc["dry_run"], true);
  EXPECT_EQ(doc["before"], "taken");
  EXPECT_EQ(doc["after"], "paused by " + operator_name() + ": ticket 7");
  EXPECT_NE(doc["effect"].get<std::string>().find("no new bets"), std::string::npos);
  EXPECT_TRUE(doc["done"].is_null());
  actors::heard_switch(dir->gauges, {pausable::bets, true, "key:9", "an incident", now()});
  doc = try_out("resume_bets").json();
  EXPECT_EQ(doc["before"], "paused by key:9: an incident");
  EXPECT_EQ(doc["after"], "taken");
  EXPECT_EQ(try_out("pause_withdrawals").json()["before"], "not known yet");
  dir->gauges.withdrawals().publish(true);
  EXPECT_EQ(try_out("resume_withdrawals").json()["before"], "paused");
}

TEST_F(DryRun, OfAnOrderReadsTheConversionAndRefusesAsTheBooksWould) {
  auto row = example_conversion();
  row.status = conversion_status::running;
  says.find_conversion = [&]() -> caf::result<conversion> {
    const std::lock_guard lock{says.mutex};
    return row;
  };
  start();
  const auto becomes = [&](conversion_status status, order_word word) {
    const std::lock_guard lock{says.mutex};
    row.status = status;
    row.order.word = word;
    row.order.by = "key:9";
  };
  EXPECT_EQ(try_on("hold_conversion").json()["after"], "running, on hold");
  EXPECT_EQ(try_on("look_again").status, 200);
  expect_problem(try_on("fail_conversion"), 409, "order_refused");
  const auto tx = R"(,"tx_hash":"0x)" + std::string(64, '7') + '"';
  expect_problem(try_on("settle_conversion", tx), 409, "order_refused");
  becomes(conversion_status::running, order_word::hold);
  EXPECT_EQ(try_on("release_conversion").json()["before"], "running, last order hold by key:9");
  EXPECT_EQ(try_on("fail_conversion").json()["after"], "failed");
  EXPECT_EQ(try_on("settle_conversion", tx).json()["after"], "completed");
  becomes(conversion_status::running, order_word::write_off);
  expect_problem(try_on("hold_conversion"), 409, "order_refused");
  becomes(conversion_status::completed, order_word::none);
  expect_problem(try_on("retry_conversion"), 409, "order_refused");
  says.find_conversion = []() -> caf::result<conversion> { return make_error(errc::not_found); };
  expect_problem(try_on("hold_conversion"), 404, "not_found");
}

TEST_F(DryRun, OfAWithdrawalSaysWhatWouldBeSentOrGivenBack) {
  auto row = example_withdrawal(withdrawal_status::requested);
  row.needs_approval = true;
  row.approved_by = "";
  row.tx_hash = {};
  says.find_withdrawal = [&](const withdrawal_id&) -> caf::result<withdrawal> {
    const std::lock_guard lock{says.mutex};
    return row;
  };
  start();
  const auto doc = try_on("approve_withdrawal").json();
  EXPECT_EQ(doc["before"], "requested, waits for approval");
  EXPECT_NE(doc["effect"].get<std::string>().find(row.to.hex()), std::string::npos);
  EXPECT_EQ(try_on("refuse_withdrawal").json()["after"], "failed");
  {
    const std::lock_guard lock{says.mutex};
    row.needs_approval = false;
  }
  expect_problem(try_on("approve_withdrawal"), 409, "order_refused");
  {
    const std::lock_guard lock{says.mutex};
    row.status = withdrawal_status::sent;
  }
  expect_problem(try_on("refuse_withdrawal"), 409, "order_refused");
}

TEST_F(DryRun, OfARepairAsksNoChain) {
  says.find_bet = [] { return example_bet(bet_status::placing); };
  start();
  auto doc = try_on("resolve_bet", R"(,"outcome":"failed")").json();
  EXPECT_EQ(doc["before"], "placing");
  EXPECT_EQ(doc["after"], "failed");
  doc = try_out("resync_wallet", R"(,"target":"polygon")").json();
  EXPECT_TRUE(doc["before"].is_null() && doc["after"].is_null()) << "the chain decides";
  EXPECT_FALSE(doc["effect"].is_null());
  EXPECT_EQ(try_out("cancel_nonce", R"(,"target":"polygon/17")").status, 200);
  EXPECT_EQ(try_out("adopt_transfer", R"(,"target":"0x)" + std::string(64, '7') + R"(")").status,
            200);
  says.find_bet = [] { return example_bet(bet_status::filled); };
  expect_problem(try_on("resolve_bet", R"(,"outcome":"failed")"), 409, "order_refused");
}

TEST_F(DryRun, IsRefusedLikeTheActionItself) {
  start();
  expect_problem(try_out("pause_everything"), 400, "invalid_field", "action");
  expect_problem(try_out("hold_conversion"), 400, "invalid_field", "target");
  const std::string body = R"({"action":"pause_bets","reason":"x"})";
  for (const auto* wrong : {"yes", "", "1"})
    expect_problem(ask("POST", "/operator/actions?dry_run=" + std::string{wrong},
                       bearer(operate_key.text), body),
                   400, "invalid_field", "dry_run");
  expect_problem(ask("POST", "/operator/actions?dry_run=true", bearer(inspect_key.text), body), 403,
                 "forbidden");
}

}  // namespace
}  // namespace headroom::http::test
