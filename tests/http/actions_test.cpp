#include "actors/work_switches.hpp"
#include "tests/http/house.hpp"

namespace headroom::http::test {
namespace {

/// POST /operator/actions, and what paused work answers.
class Actions : public house {
 protected:
  const std::string id = "11111111-1111-1111-1111-111111111111";
  std::vector<journal_entry> asked;  // under says.mutex

  void remember_entries() {
    says.append = [this](const journal_entry& x) -> caf::result<committed> {
      const std::lock_guard lock{says.mutex};
      asked.push_back(x);
      return committed{};
    };
  }
  reply act(const std::string& body) {
    return ask("POST", "/operator/actions", bearer(operate_key.text), body);
  }
  static std::string about(const std::string& name, const std::string& target) {
    return R"({"action":")" + name + R"(","target":")" + target + R"(","reason":"ticket 7"})";
  }
  [[nodiscard]] std::string operator_name() const { return "key:" + operate_key.record.id; }
  const std::string tx = "0x" + std::string(64, '7');
  static std::string with(const std::string& name, const std::string& target,
                          const std::string& more) {
    auto out = about(name, target);
    return out.insert(out.size() - 1, more);
  }
  void pause(pausable work, bool paused = true) {
    actors::heard_switch(dir->gauges, {work, paused, "key:9", "an incident", now()});
  }
};

TEST_F(Actions, AnOrderGoesIntoTheBooksWithWhoAskedAndWhy) {
  remember_entries();
  start();
  const std::pair<const char*, order_word> table[]{{"hold_conversion", order_word::hold},
                                                   {"release_conversion", order_word::release},
                                                   {"retry_conversion", order_word::retry},
                                                   {"look_again", order_word::look},
                                                   {"fail_conversion", order_word::write_off}};
  for (const auto& [name, word] : table) {
    SCOPED_TRACE(name);
    const auto r = act(about(name, id));
    ASSERT_EQ(r.status, 200) << r.body;
    EXPECT_EQ(r.json()["done_by"], operator_name());
    EXPECT_EQ(r.json()["target"], id);
    const std::lock_guard lock{says.mutex};
    const auto& x = std::get<order_conversion>(asked.back());
    EXPECT_EQ(x.id.text(), id);
    EXPECT_EQ(x.order.word, word);
    EXPECT_EQ(x.order.by, operator_name());
    EXPECT_EQ(x.order.reason, "ticket 7");
    EXPECT_EQ(x.order.at, now());
  }
}

TEST_F(Actions, EachKindOfWorkIsPausedAndResumed) {
  remember_entries();
  start();
  for (const auto work : all_pausable)
    for (const bool paused : {true, false}) {
      const auto name = (paused ? "pause_" : "resume_") + std::string{to_string(work)};
      const auto r = act(R"({"action":")" + name + R"(","reason":"ticket 7"})");
      ASSERT_EQ(r.status, 200) << r.body;
      EXPECT_TRUE(r.json()["target"].is_null());
      const std::lock_guard lock{says.mutex};
      const auto& x = std::get<switch_work>(asked.back());
      EXPECT_EQ(x.work, work);
      EXPECT_EQ(x.paused, paused);
      EXPECT_EQ(x.by, operator_name());
    }
}

/// The journal alone would stop what comes, and not what waits: the desk does both.
TEST_F(Actions, WithdrawalsAreStoppedByTheirDesk) {
  std::vector<actors::pause_withdrawals> heard;
  says.pause = [&](const actors::pause_withdrawals& x) {
    const std::lock_guard lock{says.mutex};
    heard.push_back(x);
    return actors::withdrawals_view{true, x.paused};
  };
  remember_entries();
  start();
  for (const bool paused : {true, false}) {
    const std::string name = paused ? "pause_withdrawals" : "resume_withdrawals";
    const auto r = act(R"({"action":")" + name + R"(","reason":"ticket 7"})");
    ASSERT_EQ(r.status, 200) << r.body;
    EXPECT_EQ(r.json()["action"], name);
    const std::lock_guard lock{says.mutex};
    EXPECT_EQ(heard.back().paused, paused);
    EXPECT_EQ(heard.back().by, operator_name());
    EXPECT_EQ(heard.back().reason, "ticket 7");
  }
  const std::lock_guard lock{says.mutex};
  EXPECT_TRUE(asked.empty());
}

/// With the reason, which its user reads.
TEST_F(Actions, AWithdrawalIsRefusedByTheDesk) {
  std::vector<actors::decide_withdrawal> heard;
  errc says_no = errc::none;
  says.decide = [&](const actors::decide_withdrawal& x) -> caf::result<withdrawal> {
    const std::lock_guard lock{says.mutex};
    heard.push_back(x);
    if (says_no != errc::none) return make_error(says_no);
    return example_withdrawal(withdrawal_status::failed);
  };
  start();
  const auto r = act(about("refuse_withdrawal", id));
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(r.json()["action"], "refuse_withdrawal");
  for (const auto no : {errc::duplicate, errc::invariant_violated}) {
    {
      const std::lock_guard lock{says.mutex};
      EXPECT_EQ(heard.back().id.text(), id);
      EXPECT_FALSE(heard.back().approve);
      EXPECT_EQ(heard.back().by, operator_name());
      EXPECT_EQ(heard.back().reason, "ticket 7");
      says_no = no;
    }
    expect_problem(act(about("refuse_withdrawal", id)), 409, "order_refused");
  }
}

TEST_F(Actions, AWithdrawalIsApprovedByTheDesk) {
  std::vector<actors::decide_withdrawal> heard;
  errc says_no = errc::none;
  says.decide = [&](const actors::decide_withdrawal& x) -> caf::result<withdrawal> {
    const std::lock_guard lock{says.mutex};
    heard.push_back(x);
    if (says_no != errc::none) return make_error(says_no);
    return example_withdrawal(withdrawal_status::requested);
  };
  start();
  const auto r = act(about("approve_withdrawal", id));
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(r.json()["target"], id);
  {
    const std::lock_guard lock{says.mutex};
    EXPECT_EQ(heard.back().id.text(), id);
    EXPECT_TRUE(heard.back().approve);
    EXPECT_EQ(heard.back().by, operator_name());
    says_no = errc::duplicate;
  }
  expect_problem(act(about("approve_withdrawal", id)), 409, "order_refused");
  {
    const std::lock_guard lock{says.mutex};
    says_no = errc::not_found;
  }
  expect_problem(act(about("approve_withdrawal", id)), 404, "not_found");
}

/// What the chains have to be asked about goes to whoever asks them, with who wants it and why.
TEST_F(Actions, ARepairIsAskedForInItsOwnWords) {
  std::vector<repair_wish> heard;
  says.repair = [&](const repair_wish& x) {
    const std::lock_guard lock{says.mutex};
    heard.push_back(x);
    return actors::repair_answer{actors::repair_verdict::done, "done so"};
  };
  start();
  const auto newest = [&](const std::string& body) {
    const auto r = act(body);
    EXPECT_EQ(r.status, 200) << r.body;
    if (r.status == 200) {
      EXPECT_EQ(r.json()["done"], "done so");
    }
    const std::lock_guard lock{says.mutex};
    return heard.empty() ? repair_wish{} : heard.back();
  };
  const auto settle = std::get<actors::settle_conversion>(
      newest(with("settle_conversion", id, R"(,"tx_hash":")" + tx + R"(","log_index":"3")")));
  EXPECT_EQ(settle.id.text(), id);
  EXPECT_EQ(settle.arrived_by.tx.hex(), tx);
  EXPECT_TRUE(settle.arrived_by.has_log_index && !settle.arrived_by.beyond_books);
  EXPECT_EQ(settle.arrived_by.log_index, 3U);
  EXPECT_EQ(settle.why.by, operator_name());
  EXPECT_EQ(settle.why.reason, "ticket 7");
  const auto adopt = std::get<actors::adopt_arrival>(
      newest(with("adopt_transfer", tx, R"(,"beyond_books":"true")")));
  EXPECT_EQ(adopt.arrived_by.tx.hex(), tx);
  EXPECT_TRUE(adopt.arrived_by.beyond_books && !adopt.arrived_by.has_log_index);
  const auto cancel = std::get<actors::cancel_nonce>(
      newest(with("cancel_nonce", "polygon/17", R"(,"account":")" + user_text + R"(")")));
  EXPECT_EQ(cancel.chain, "polygon");
  EXPECT_EQ(cancel.nonce, 17U);
  EXPECT_EQ(cancel.account, user);
  const auto resync = std::get<actors::resync_wallet>(newest(about("resync_wallet", "plasma")));
  EXPECT_EQ(resync.chain, "plasma");
  EXPECT_TRUE(resync.account.is_zero());
  const auto filled = std::get<actors::resolve_bet>(newest(
      with("resolve_bet", id, R"(,"outcome":"filled","shares":"2.5","spent":"1","fee":"0")")));
  EXPECT_EQ(filled.id.text(), id);
  EXPECT_TRUE(filled.filled && filled.given);
  EXPECT_EQ(filled.shares, 2'500'000_micro);
  EXPECT_EQ(filled.spent, 1_usdc);
  const auto failed =
      std::get<actors::resolve_bet>(newest(with("resolve_bet", id, R"(,"outcome":"failed")")));
  EXPECT_FALSE(failed.filled || failed.given);
}

TEST_F(Actions, WhatARepairComesToIsToldApart) {
  auto says_no = actors::repair_verdict::contradicted;
  says.repair = [&](const repair_wish&) {
    const std::lock_guard lock{says.mutex};
    return actors::repair_answer{says_no, "not so"};
  };
  start();
  const std::tuple<actors::repair_verdict, int, const char*> table[]{
      {actors::repair_verdict::contradicted, 409, "chain_contradicts"},
      {actors::repair_verdict::refused, 409, "order_refused"},
      {actors::repair_verdict::unreadable, 503, "unavailable"}};
  for (const auto& [verdict, status, code] : table) {
    {
      const std::lock_guard lock{says.mutex};
      says_no = verdict;
    }
    const auto r = act(about("adopt_transfer", tx));
    expect_problem(r, status, code);
    EXPECT_NE(r.body.find("not so"), std::string::npos) << r.body;
  }
}

TEST_F(Actions, WhatIsNoActionIsNamedAndNothingIsAsked) {
  remember_entries();
  start();
  const std::tuple<std::string, const char*> table[]{
      {R"({"reason":"x"})", "action"},
      {R"({"action":"pause_everything","reason":"x"})", "action"},
      {R"({"action":"settle_conversion","target":")" + id + R"(","reason":"x"})", "tx_hash"},
      {R"({"action":"hold_conversion","target":")" + id + R"(","reason":"x","outcome":"filled"})",
       "outcome"},
      {about("adopt_transfer", "0x77"), "target"},
      {about("cancel_nonce", "polygon"), "target"},
      {about("cancel_nonce", "polygon/-1"), "target"},
      {about("cancel_nonce", "mainnet/1"), "target"},
      {about("resync_wallet", "mainnet"), "target"},
      {about("resolve_bet", id), "outcome"},
      {with("resolve_bet", id, R"(,"outcome":"sold")"), "outcome"},
      {with("resolve_bet", id, R"(,"outcome":"filled","shares":"2")"), "spent"},
      {with("resolve_bet", id, R"(,"outcome":"failed","shares":"2","spent":"1","fee":"0")"),
       "shares"},
      {with("settle_conversion", id, R"(,"tx_hash":")" + tx + R"(","log_index":"-1")"),
       "log_index"},
      {with("settle_conversion", id, R"(,"tx_hash":")" + tx + R"(","beyond_books":"yes")"),
       "beyond_books"},
      {R"({"action":"pause_bets"})", "reason"},
      {R"({"action":"pause_bets","reason":""})", "reason"},
      {R"({"action":"pause_bets","target":")" + id + R"(","reason":"x"})", "target"},
      {R"({"action":"hold_conversion","reason":"x"})", "target"},
      {about("hold_conversion", "7"), "target"},
      {R"({"action":"pause_withdrawals","target":")" + id + R"(","reason":"x"})", "target"},
      {R"({"action":"approve_withdrawal","reason":"x"})", "target"},
      {R"({"action":"refuse_withdrawal","reason":"x"})", "target"},
  };
  for (const auto& [body, field] : table) {
    SCOPED_TRACE(body);
    expect_problem(act(body), 400, "invalid_field", field);
  }
  const std::lock_guard lock{says.mutex};
  EXPECT_TRUE(asked.empty());
}

TEST_F(Actions, WhatTheBooksRefuseIsToldApart) {
  start();
  says.append = [](const journal_entry&) {
    return caf::result<committed>{make_error(errc::not_found)};
  };
  expect_problem(act(about("hold_conversion", id)), 404, "not_found");
  says.append = [](const journal_entry&) {
    return caf::result<committed>{make_error(errc::invariant_violated)};
  };
  expect_problem(act(about("hold_conversion", id)), 409, "order_refused");
}

TEST_F(Actions, PausedBetsAreRefusedWithTheReasonUntilTheyAreResumed) {
  start();
  const auto bet =
      R"({"user_address":")" + user_text + R"(","token_id":"1","amount":"1","max_price":"0.5"})";
  pause(pausable::bets);
  const auto refused = post_bet(bet);
  expect_problem(refused, 503, "paused");
  EXPECT_NE(refused.body.find("an incident"), std::string::npos) << refused.body;
  EXPECT_FALSE(refused.header("retry-after").empty());
  {
    const std::lock_guard lock{says.mutex};
    EXPECT_TRUE(says.placed.empty());
  }
  pause(pausable::bets, false);
  EXPECT_EQ(post_bet(bet).status, 201);
}

TEST_F(Actions, PausedDepositsDemandNothingAndTakeNothing) {
  start();
  pause(pausable::deposits);
  expect_problem(ask("POST", "/deposit", {}, R"({"amount":"5"})"), 503, "paused");
  expect_problem(ask("POST", "/deposit", {{"PAYMENT-SIGNATURE", "eA=="}}, R"({"amount":"5"})"), 503,
                 "paused");
  pause(pausable::deposits, false);
  EXPECT_EQ(ask("POST", "/deposit", {}, R"({"amount":"5"})").status, 402);
}

}  // namespace
}  // namespace headroom::http::test
