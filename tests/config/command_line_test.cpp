#include "config/command_line.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace headroom::config {
namespace {

constexpr const char* a_bet = "0190163d-8694-739b-aea5-966c26f8ad91";
constexpr const char* a_sale = a_bet;  // ids look alike

command_line read(std::vector<const char*> words) {
  words.insert(words.begin(), "headroom");
  return read_command_line(static_cast<int>(words.size()), words.data());
}

/// "" when the words are understood, else the first line of what is said of them.
std::string wrong(std::vector<const char*> words) {
  const auto out = read(std::move(words));
  EXPECT_EQ(out.wrong_usage, out.command.empty());
  return out.wrong_usage ? out.answer.substr(0, out.answer.find('\n')) : "";
}

TEST(CommandLine, NamesEveryCommand) {
  EXPECT_EQ(read({"serve", "--config", "a.json"}).command, "serve");
  EXPECT_EQ(read({"migrate"}).command, "migrate");
  EXPECT_EQ(read({"verify"}).command, "verify");
  EXPECT_EQ(read({"keys", "list"}).command, "keys list");
  EXPECT_EQ(read({"keys", "revoke", "k1"}).key_id, "k1");
  EXPECT_EQ(read({"cluster", "status"}).command, "cluster status");
  EXPECT_EQ(read({"cluster", "evict", "node-1"}).node, "node-1");
  EXPECT_EQ(read({"settings"}).command, "settings");
  const auto check = read({"check-config", "--config", "a.json"});
  EXPECT_EQ(check.command, "check-config");
  EXPECT_FALSE(check.show);
  EXPECT_TRUE(read({"check-config", "--show", "--config", "a.json"}).show);
}

TEST(CommandLine, TheFileMayStandAnywhere) {
  for (const auto& words :
       std::vector<std::vector<const char*>>{{"--config", "a.json", "bets", "show", a_bet},
                                             {"bets", "--config", "a.json", "show", a_bet},
                                             {"bets", "show", "--config=a.json", a_bet},
                                             {"bets", "show", a_bet, "--config", "a.json"}}) {
    const auto out = read(words);
    EXPECT_EQ(out.command, "bets show");
    EXPECT_EQ(out.config, "a.json");
    EXPECT_EQ(out.bets.id.text(), a_bet);
    EXPECT_EQ(out.bets.wanted, bets_request::act::show);
  }
}

TEST(CommandLine, AKeysNameMayBeAnyWords) {
  for (const char* name : {"my front end", "verify", "list", "", "two\nlines"}) {
    const auto out = read({"keys", "add", name, "trade,read"});
    EXPECT_EQ(out.command, "keys add") << name << out.answer;
    EXPECT_EQ(out.key_name, name);
    EXPECT_EQ(out.key_scopes, "trade,read");
  }
}

TEST(CommandLine, AnEndOfABetSaysWhoAndWhy) {
  const auto failed = read({"bets", "resolve", a_bet, "failed", "--by", "ada", "--evidence",
                            "ticket 7: -never- filled", "--config", "a.json"});
  EXPECT_EQ(failed.command, "bets resolve");
  EXPECT_EQ(failed.bets.wanted, bets_request::act::fail);
  EXPECT_EQ(failed.bets.by, "ada");
  EXPECT_EQ(failed.bets.evidence, "ticket 7: -never- filled");
  EXPECT_FALSE(failed.bets.given);
  const auto filled = read({"bets", "resolve", a_bet, "filled", "--shares", "20", "--spent", "9.5",
                            "--fee", "0", "--by", "ada", "--evidence", "x", "--config", "a.json"});
  ASSERT_TRUE(filled.bets.given) << filled.answer;
  EXPECT_EQ(filled.bets.wanted, bets_request::act::fill);
  EXPECT_EQ(filled.bets.given->shares, 20_usdc);
  EXPECT_EQ(filled.bets.given->spent, 9'500'000_micro);
  EXPECT_EQ(filled.bets.given->fee, 0_usdc);
}

TEST(CommandLine, AMarketIsNamedByItsCondition) {
  const std::string condition = "0x" + std::string(64, 'a');
  const auto out =
      read({"markets", "settle", condition.c_str(), "--dry-run", "--config", "a.json"});
  EXPECT_EQ(out.command, "markets settle") << out.answer;
  EXPECT_EQ(out.markets.condition.hex(), condition);
  EXPECT_TRUE(read({"markets", "settle", condition.c_str()}).wrong_usage) << "without --config";
  EXPECT_TRUE(read({"markets", "settle", "0x12", "--config", "a.json"}).wrong_usage);
}

TEST(CommandLine, ARedemptionOfOthersIsNamedByItsTransactionAndBookedOnlyWhenAsked) {
  const std::string condition = "0x" + std::string(64, 'a');
  const std::string tx = "0x" + std::string(64, 'b');
  const auto asked = [&](std::vector<const char*> more) {
    more.insert(more.begin(), {"--config", "a.json", "markets", "settle", condition.c_str()});
    return more;
  };
  const auto shown = read(asked({"--tx", tx.c_str()}));
  ASSERT_TRUE(shown.markets.transaction) << shown.answer;
  EXPECT_EQ(shown.markets.transaction->hex(), tx);
  EXPECT_FALSE(shown.markets.apply);
  EXPECT_TRUE(read(asked({"--tx", tx.c_str(), "--apply"})).markets.apply);
  EXPECT_FALSE(read(asked({})).markets.transaction);
  EXPECT_NE(wrong(asked({"--apply"})), "") << "of what?";
  EXPECT_NE(wrong(asked({"--tx", tx.c_str(), "--apply", "--dry-run"})), "");
  EXPECT_NE(wrong(asked({"--tx", "0x12"})).find("must be a transaction"), std::string::npos);
}

TEST(CommandLine, AnEndOfASaleIsAskedForInItsOwnWords) {
  const auto shown = read({"sales", "show", a_sale, "--config", "a.json"});
  EXPECT_EQ(shown.command, "sales show");
  EXPECT_EQ(shown.sales.id.text(), a_sale);
  EXPECT_EQ(shown.sales.wanted, sales_request::act::show);
  const auto failed = read({"sales", "resolve", a_sale, "failed", "--by", "ada", "--evidence",
                            "ticket 8", "--config", "a.json"});
  EXPECT_EQ(failed.command, "sales resolve");
  EXPECT_EQ(failed.sales.wanted, sales_request::act::fail);
  EXPECT_EQ(failed.sales.by, "ada");
  EXPECT_EQ(failed.sales.evidence, "ticket 8");
  const auto sold =
      read({"sales", "resolve", a_sale, "sold", "--shares", "20.5", "--proceeds", "9.5", "--fee",
            "0.1", "--by", "ada", "--evidence", "x", "--config", "a.json"});
  ASSERT_TRUE(sold.sales.given) << sold.answer;
  EXPECT_EQ(sold.sales.wanted, sales_request::act::fill);
  EXPECT_EQ(sold.sales.given->shares, 20'500'000_micro);
  EXPECT_EQ(sold.sales.given->spent, 9'500'000_micro);
  EXPECT_EQ(sold.sales.given->fee, 100'000_micro);

  const auto ended = [](std::vector<const char*> more) {
    more.insert(more.begin(), {"--config", "a.json", "sales", "resolve"});
    more.insert(more.end(), {"--by", "ada", "--evidence", "x"});
    return wrong(std::move(more));
  };
  EXPECT_EQ(ended({a_sale, "sold"}), "");
  EXPECT_NE(ended({"s1", "sold"}).find("must be a sale's id"), std::string::npos);
  EXPECT_NE(ended({a_sale, "filled"}).find("filled"), std::string::npos);
  EXPECT_NE(ended({a_sale, "sold", "--shares", "20", "--spent", "9.5", "--fee", "0"}), "");
  EXPECT_NE(ended({a_sale, "sold", "--shares", "20", "--fee", "0"}), "");
  EXPECT_EQ(ended({a_sale, "failed", "--shares", "20", "--proceeds", "9.5", "--fee", "0"}),
            "--shares, --proceeds and --fee are for what was sold");
  EXPECT_EQ(wrong({"sales", "show", a_sale}), "sales show needs --config FILE");
}

TEST(CommandLine, AWithdrawalIsDecidedWithWhoAndWhy) {
  using act = withdrawals_request::act;
  const auto shown = read({"withdrawals", "show", a_sale, "--config", "a.json"});
  EXPECT_EQ(shown.command, "withdrawals show") << shown.answer;
  EXPECT_EQ(shown.withdrawals.id.text(), a_sale);
  EXPECT_EQ(shown.withdrawals.wanted, act::show);
  const auto approved =
      read({"withdrawals", "approve", a_sale, "--by", "ada", "--config", "a.json"});
  EXPECT_EQ(approved.withdrawals.wanted, act::approve) << approved.answer;
  EXPECT_EQ(approved.withdrawals.by, "ada");
  const auto refused = read({"withdrawals", "refuse", a_sale, "--by", "ada", "--reason",
                             "not known", "--config", "a.json"});
  EXPECT_EQ(refused.withdrawals.wanted, act::refuse) << refused.answer;
  EXPECT_EQ(refused.withdrawals.reason, "not known");
  const auto paused =
      read({"withdrawals", "pause", "--by", "ada", "--reason", "x", "--config", "a.json"});
  EXPECT_EQ(paused.withdrawals.wanted, act::pause) << paused.answer;
  const auto resumed =
      read({"withdrawals", "resume", "--by", "ada", "--reason", "x", "--config", "a.json"});
  EXPECT_EQ(resumed.withdrawals.wanted, act::resume) << resumed.answer;
  EXPECT_NE(wrong({"withdrawals", "approve", a_sale, "--config", "a.json"}), "") << "by nobody";
  EXPECT_NE(wrong({"withdrawals", "refuse", a_sale, "--by", "ada", "--config", "a.json"}), "");
  EXPECT_NE(wrong({"withdrawals", "show", "w1", "--config", "a.json"}), "");
  EXPECT_EQ(wrong({"withdrawals", "show", a_sale}), "withdrawals show needs --config FILE");
}

TEST(CommandLine, WrongUsageIsSaidInASentence) {
  EXPECT_EQ(wrong({}), "no command");
  EXPECT_NE(wrong({"frob"}).find("frob"), std::string::npos);
  EXPECT_NE(wrong({"serve", "now", "--config", "a.json"}).find("now"), std::string::npos);
  EXPECT_NE(wrong({"verify", "migrate"}).find("migrate"), std::string::npos);
  EXPECT_EQ(wrong({"serve"}), "serve needs --config FILE");
  EXPECT_EQ(wrong({"bets", "show", a_bet}), "bets show needs --config FILE");
  EXPECT_NE(wrong({"serve", "--config"}).find("--config"), std::string::npos);
  EXPECT_NE(wrong({"serve", "--conf", "a.json"}), "");
  for (const auto& words : std::vector<std::vector<const char*>>{{"keys"},
                                                                 {"keys", "forget"},
                                                                 {"keys", "add", "nobody"},
                                                                 {"keys", "add", "a", "b", "c"},
                                                                 {"keys", "list", "all"},
                                                                 {"keys", "revoke"}})
    EXPECT_NE(wrong(words), "") << words.size();
}

TEST(CommandLine, AnEndWithoutGroundsOrWithHalfItsNumbersIsRefused) {
  const auto ended = [](std::vector<const char*> more) {
    more.insert(more.begin(), {"--config", "a.json", "bets", "resolve"});
    return wrong(std::move(more));
  };
  const std::vector<const char*> grounds{"--by", "ada", "--evidence", "x"};
  const auto with_grounds = [&](std::vector<const char*> words) {
    words.insert(words.end(), grounds.begin(), grounds.end());
    return ended(std::move(words));
  };
  EXPECT_EQ(with_grounds({a_bet, "failed"}), "");
  EXPECT_NE(with_grounds({"b1", "failed"}).find("must be a bet's id"), std::string::npos);
  EXPECT_NE(with_grounds({a_bet, "lost"}).find("lost"), std::string::npos);
  EXPECT_NE(with_grounds({a_bet}), "");
  EXPECT_NE(ended({a_bet, "failed", "--by", "ada"}).find("--evidence"), std::string::npos);
  EXPECT_NE(ended({a_bet, "failed", "--by", "", "--evidence", "x"}).find("--by"),
            std::string::npos);
  EXPECT_NE(with_grounds({a_bet, "filled", "--shares", "20"}), "");
  EXPECT_NE(with_grounds({a_bet, "filled", "--shares", "20", "--spent", "9.5", "--fee", "none"})
                .find("amount"),
            std::string::npos);
  EXPECT_EQ(with_grounds({a_bet, "failed", "--shares", "20", "--spent", "9.5", "--fee", "0"}),
            "--shares, --spent and --fee are for what was filled");
}

TEST(CommandLine, HelpIsAnAnswerAndNoError) {
  for (const auto& words : std::vector<std::vector<const char*>>{{"help"}, {"--help"}}) {
    const auto out = read(words);
    EXPECT_FALSE(out.wrong_usage);
    EXPECT_EQ(out.command, "");
    for (const char* name : {"serve", "migrate", "verify", "keys", "bets", "sales", "check-config"})
      EXPECT_NE(out.answer.find(name), std::string::npos) << name;
  }
  EXPECT_NE(read({"bets", "resolve", "--help"}).answer.find("--evidence"), std::string::npos);
}

constexpr const char* a_transaction =
    "0x7777777777777777777777777777777777777777777777777777777777777777";

TEST(CommandLine, AnOrderForAConversionSaysWhoAndWhy) {
  const std::pair<const char*, order_word> words[]{{"look", order_word::look},
                                                   {"retry", order_word::retry},
                                                   {"hold", order_word::hold},
                                                   {"release", order_word::release},
                                                   {"fail", order_word::write_off}};
  for (const auto& [word, wanted] : words) {
    SCOPED_TRACE(word);
    const auto out = read(
        {"conversions", word, a_bet, "--by", "ann", "--reason", "ticket 7", "--config", "a.json"});
    EXPECT_EQ(out.command, std::string{"conversions "} + word) << out.answer;
    EXPECT_EQ(out.conversions.wanted, wanted);
    EXPECT_EQ(out.conversions.id.text(), a_bet);
    EXPECT_EQ(out.conversions.by, "ann");
    EXPECT_EQ(out.conversions.reason, "ticket 7");
    EXPECT_NE(wrong({"conversions", word, a_bet, "--by", "ann", "--config", "a.json"}), "");
    EXPECT_NE(wrong({"conversions", word, a_bet, "--reason", "x", "--config", "a.json"}), "");
    EXPECT_NE(wrong({"conversions", word, a_bet, "--by", "ann", "--reason", "x"}), "") << "no file";
  }
  const auto shown = read({"conversions", "show", a_bet, "--config", "a.json"});
  EXPECT_EQ(shown.conversions.wanted, order_word::none);
}

TEST(CommandLine, ATransferIsNamedByItsTransactionAndItsPlace) {
  const auto settled = read({"conversions", "settle", a_bet, "--tx", a_transaction, "--log-index",
                             "0", "--by", "ann", "--reason", "x", "--config", "a.json"});
  EXPECT_EQ(settled.conversions.wanted, order_word::settle) << settled.answer;
  EXPECT_EQ(settled.conversions.tx.hex(), a_transaction);
  EXPECT_EQ(settled.conversions.log_index, 0U);
  EXPECT_NE(
      wrong({"conversions", "settle", a_bet, "--by", "ann", "--reason", "x", "--config", "a.json"}),
      "")
      << "by which transaction?";
  const auto adopted =
      read({"adopt-transfer", a_transaction, "--by", "ann", "--reason", "x", "--config", "a.json"});
  EXPECT_EQ(adopted.command, "adopt-transfer") << adopted.answer;
  EXPECT_EQ(adopted.adoption.tx.hex(), a_transaction);
  EXPECT_FALSE(adopted.adoption.log_index);
  EXPECT_FALSE(adopted.adoption.beyond_books);
  EXPECT_TRUE(read({"adopt-transfer", a_transaction, "--beyond-books", "--by", "ann", "--reason",
                    "x", "--config", "a.json"})
                  .adoption.beyond_books);
  EXPECT_NE(wrong({"adopt-transfer", "0x77", "--by", "ann", "--reason", "x", "--config", "a"}), "");
}

TEST(CommandLine, WhatCameInSeveralIsNamedByAllOfThem) {
  const std::string other = "0x" + std::string(64, '5');
  const auto asked = [](std::vector<std::string> words) {
    words.insert(words.begin(), {"conversions", "settle", a_bet, "--by", "ann", "--reason", "x",
                                 "--config", "a.json"});
    return words;
  };
  const auto text = [](const std::vector<std::string>& words) {
    std::vector<const char*> out;
    for (const auto& w : words) out.push_back(w.c_str());
    return out;
  };
  const auto read_all = [&](std::vector<std::string> words) {
    const auto all = asked(std::move(words));
    auto argv = text(all);
    argv.insert(argv.begin(), "headroom");
    return read_command_line(static_cast<int>(argv.size()), argv.data());
  };
  const auto two = read_all({"--tx", std::string{a_transaction} + ":7", "--tx", other});
  EXPECT_FALSE(two.wrong_usage) << two.answer;
  EXPECT_EQ(two.conversions.tx.hex(), a_transaction);
  EXPECT_EQ(two.conversions.log_index, 7U);
  ASSERT_EQ(two.conversions.others.size(), 1U);
  EXPECT_EQ(two.conversions.others[0].tx.hex(), other);
  EXPECT_FALSE(two.conversions.others[0].log_index);
  std::vector<std::string> nine;
  for (int i = 0; i < 9; ++i) nine.insert(nine.end(), {"--tx", other});
  for (const auto& bad : std::vector<std::vector<std::string>>{
           nine,
           {"--tx", other + ":"},
           {"--tx", other + ":-1"},
           {"--tx", other + ":5000000000"},
           {"--tx", other, other},
           {"--tx", other, "--tx", a_transaction, "--log-index", "1"},
           {"--tx", other + ":1", "--log-index", "1"}})
    EXPECT_TRUE(read_all(bad).wrong_usage) << bad.back();
}

TEST(CommandLine, WalletsAndReconcilingWantAFile) {
  EXPECT_EQ(read({"wallet", "status", "--config", "a.json"}).command, "wallet status");
  EXPECT_EQ(read({"reconcile", "--config", "a.json"}).command, "reconcile");
  EXPECT_NE(wrong({"wallet", "status"}), "");
  const auto cancel = read({"wallet", "cancel", "7", "--chain", "polygon", "--by", "ann",
                            "--reason", "x", "--config", "a.json"});
  EXPECT_EQ(cancel.command, "wallet cancel") << cancel.answer;
  EXPECT_EQ(cancel.cancel.nonce, 7U);
  EXPECT_EQ(cancel.cancel.chain, "polygon");
  EXPECT_FALSE(cancel.cancel.account);
  const std::string whose = "0x" + std::string(40, '7');
  const auto again = read({"wallet", "resync", "--chain", "polygon", "--account", whose.c_str(),
                           "--by", "ann", "--reason", "x", "--config", "a.json"});
  EXPECT_EQ(again.command, "wallet resync") << again.answer;
  EXPECT_EQ(again.resync.chain, "polygon");
  EXPECT_EQ(again.resync.account, address::parse(whose));
  EXPECT_NE(wrong({"wallet", "resync", "--chain", "polygon", "--by", "ann", "--config", "a"}), "");
  EXPECT_NE(wrong({"wallet", "resync", "--by", "ann", "--reason", "x", "--config", "a"}), "");
  const auto named = read({"wallet", "cancel", "7", "--chain", "base", "--account", whose.c_str(),
                           "--by", "ann", "--reason", "x", "--config", "a.json"});
  EXPECT_EQ(named.cancel.account, address::parse(whose)) << named.answer;
  EXPECT_NE(wrong({"wallet", "cancel", "7", "--chain", "base", "--account", "0x77", "--by", "ann",
                   "--reason", "x", "--config", "a.json"}),
            "");
  EXPECT_NE(wrong({"wallet", "cancel", "7", "--chain", "mainnet", "--by", "ann", "--reason", "x",
                   "--config", "a.json"}),
            "");
  EXPECT_NE(wrong({"reconcile"}), "");
}

}  // namespace
}  // namespace headroom::config
