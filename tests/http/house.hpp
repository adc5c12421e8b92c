#pragma once

#include <gtest/gtest.h>

#include <caf/all.hpp>
#include <functional>
#include <mutex>
#include <set>

#include "actors/records_actor.hpp"
#include "actors/timeline_actor.hpp"
#include "http/key_ring.hpp"
#include "http/repair_wishes.hpp"
#include "http/routes.hpp"
#include "http/server.hpp"
#include "tests/http/client.hpp"

namespace headroom::http::test {

/// Deterministic stand-ins for the Ethereum functions: SHA-256 for keccak, and a signature that
/// spells its signer and a digest of the intent.
class plain_ethereum final : public actors::ethereum_port {
 public:
  actors::address_error parse_address(std::string_view text, address& out) const override;
  std::string print_address(const address& a) const override { return a.hex(); }
  hash256 keccak256(byte_view data) const override;
  bool signed_by_user(const actors::bet_intent& intent, std::string_view signature) const override;
  std::vector<hash256> digests_of(const actors::bet_intent& intent) const override;
  [[nodiscard]] std::string sign(const actors::bet_intent& intent, const address& signer) const;
  bool signed_by_user(const actors::sell_intent& intent, std::string_view signature) const override;
  std::vector<hash256> digests_of(const actors::sell_intent& intent) const override;
  [[nodiscard]] std::string sign(const actors::sell_intent& intent, const address& signer) const;
  bool signed_by_user(const actors::withdraw_intent& intent,
                      std::string_view signature) const override;
  std::vector<hash256> digests_of(const actors::withdraw_intent& intent) const override;
  [[nodiscard]] std::string sign(const actors::withdraw_intent& intent,
                                 const address& signer) const;
  bool signed_by_user(const actors::bet_delegation& intent,
                      std::string_view signature) const override;
  std::vector<hash256> digests_of(const actors::bet_delegation& intent) const override;
  [[nodiscard]] std::string sign(const actors::bet_delegation& intent, const address& signer) const;
  hash256 digest_of_text(std::string_view text) const override;
  bool signed_by_user(const address& who, std::string_view text,
                      std::string_view signature) const override;
  [[nodiscard]] std::string sign(std::string_view text, const address& signer) const;
};

/// x402 texts that show what they were made of.
class plain_x402 final : public actors::x402_port {
 public:
  actors::payment_required require(usdc amount, std::string_view error) const override;
  std::string respond(std::uint8_t version, const money_source& source, const hash256& tx_hash,
                      const address& payer, usdc amount, std::string_view error) const override;
};

/// What the actors behind the server answer. Set before a request is sent.
struct script {
  template <class T>
  using answer = std::function<caf::result<T>()>;

  std::function<caf::result<actors::balance_view>(const address&)> balance;
  answer<buffer_status> buffer;
  std::function<caf::result<bet>(const actors::place_bet&)> place;
  bool hold_bets = false;   // answer only when released
  caf::error late_refusal;  // what they are answered then, instead of a filled bet
  std::function<caf::result<deposit>(const actors::pay_deposit&)> pay;
  bool repeated = false;  // what is paid was known already
  answer<bet> find_bet;
  std::function<caf::result<bet>(const bet_id&)> find_promise;  // not_found when not set
  std::function<caf::result<bet>(const bet_id&)> find_bet_by;   // instead of find_bet, when set
  std::function<caf::result<balance_row>(const address&)> find_balance;
  std::function<caf::result<bet_page>(const bet_filter&)> list_bets;
  std::function<caf::result<sale>(const actors::sell_position&)> sell;
  std::function<caf::result<sale>(const sale_id&)> find_sale;
  std::function<caf::result<position_page>(const position_filter&)> list_positions;
  std::function<caf::result<withdrawal>(const actors::request_withdrawal&)> withdraw;
  std::function<caf::result<withdrawal>(const withdrawal_id&)> find_withdrawal;
  std::function<caf::result<withdrawal_page>(const withdrawal_filter&)> list_withdrawals;
  std::function<caf::result<withdrawal>(const actors::decide_withdrawal&)> decide;
  std::function<caf::result<actors::withdrawals_view>(const actors::pause_withdrawals&)> pause;
  std::function<caf::result<actors::repair_answer>(const repair_wish&)> repair;
  answer<deposit> find_deposit;
  std::function<caf::result<deposit_page>(const deposit_filter&)> list_deposits;
  answer<money_on_its_way> on_its_way;
  answer<conversion> find_conversion;
  answer<conversion_page> list_conversions;
  answer<conversion_metrics> metrics;
  answer<actors::route_listing> routes;
  std::function<trial_balance()> trial;
  std::function<actors::onchain_balances()> chain;
  std::function<solvency()> verdict;
  answer<actors::readiness> ready;
  std::function<caf::result<buffer_status>(const actors::replenish_buffer&)> replenish;
  std::function<caf::result<buffer_status>(const actors::buffer_limits&)> limits;
  std::function<caf::result<bool>(const actors::contract_signature&)> contract_signed;
  std::function<caf::result<actors::market_page>(const actors::list_markets&)> markets;
  std::function<caf::result<actors::market_view>(const actors::get_market&)> find_market;
  std::function<caf::result<actors::token_price>(const actors::get_price&)> price =
      [](const actors::get_price& x) {
        return actors::token_price{x.token, 510'000_micro, 490'000_micro, {}};
      };
  std::function<caf::result<actors::bet_quote>(const actors::quote_bet&)> quote;
  std::function<caf::result<actors::redeemed_quote>(const actors::redeem_quote&)> redeem;
  std::function<caf::result<committed>(const journal_entry&)> append;  // committed when not set
  std::function<caf::result<delegation>(const delegation_id&)> find_delegation =
      [](const delegation_id&) -> caf::result<delegation> { return make_error(errc::not_found); };
  std::function<caf::result<std::vector<delegation>>(const address&)> list_delegations =
      [](const address&) { return std::vector<delegation>{}; };
  std::function<caf::result<user_holdings>(const address&)> find_holdings = [](const address&) {
    return user_holdings{};
  };
  std::function<caf::result<history_page>(const history_filter&)> list_history =
      [](const history_filter&) { return history_page{}; };
  buffer_flows flows;
  std::function<caf::result<timeline_page>(const timeline_request&)> timeline;
  std::function<caf::result<buffer_course>(const course_filter&)> course =
      [](const course_filter&) { return buffer_course{}; };
  std::function<caf::result<deed_page>(const deed_filter&)> deeds = [](const deed_filter&) {
    return deed_page{};
  };
  std::function<caf::result<unsettled_markets>(std::uint32_t)> unsettled = [](std::uint32_t) {
    return unsettled_markets{};
  };
  answer<std::int64_t> newest_event = [] { return std::int64_t{0}; };
  std::function<caf::result<std::vector<heard_event>>(std::int64_t, std::uint32_t)> events_after =
      [](std::int64_t, std::uint32_t) { return std::vector<heard_event>{}; };
  std::function<std::vector<signed_session>(std::int64_t)> changed_sessions = [](std::int64_t) {
    return std::vector<signed_session>{};
  };

  std::mutex mutex;  // guards the rest
  std::vector<service_key> keys;
  std::vector<actors::place_bet> placed;
  std::vector<actors::sell_position> sold;
  std::vector<actors::request_withdrawal> withdrawn;
  std::vector<actors::pay_deposit> paid;
};

/// The house's routes and some more, for what no route of the house shows yet.
[[nodiscard]] router house_and(const std::vector<route>& more);

/// What a document says can be asked ("get /bets"), and what can be asked of a table.
[[nodiscard]] std::set<std::string> operations_in(const nlohmann::json& document);
[[nodiscard]] std::set<std::string> operations_of(const router& table);

/// A whole server on a free port over scripted actors.
class house : public testing::Test {
 protected:
  house();
  ~house() override;

  /// Starts the server and waits for its keys. Tests change `settings` and `says` before.
  void start();
  /// One request on a fresh connection; fails the test when there is no answer.
  reply ask(std::string_view method, std::string_view target, const header_list& headers = {},
            std::string_view body = {});
  reply get(std::string_view target, const std::string& key = {});
  /// POST /bets with the trade key; `idempotency_key` "" = none.
  reply post_bet(const std::string& body, const std::string& idempotency_key = "k-1");
  /// Spawns stand-ins anew under a directory that lost them.
  void spawn_singletons();
  void release_bets();
  template <class Handle>
  Handle keep(Handle handle) {
    const std::lock_guard lock{spawned_mutex_};
    spawned_.push_back(caf::actor_cast<caf::strong_actor_ptr>(handle));
    return handle;
  }
  /// What /metrics says of one name, labels and all; "" when it is not there.
  std::string metric(const std::string& name);
  /// Polls `done` for at most 5 seconds.
  static bool eventually(const std::function<bool()>& done);

  static header_list bearer(const std::string& key) { return {{"Authorization", "Bearer " + key}}; }
  static timestamp now() { return timestamp::of_seconds(1'800'000'000); }

  static inline const std::string user_text = "0x" + std::string(40, 'a');
  static inline const address user = *address::parse(user_text);

  server_settings settings;
  const router* routing = &house_routes();
  script says;
  plain_ethereum ethereum;
  plain_x402 x402;
  new_key read_key, trade_key, inspect_key, admin_key, operate_key, full_key, withdraw_key;

  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system;
  std::unique_ptr<actors::directory> dir;
  actors::records_door records;
  std::unique_ptr<server> web;

 private:
  std::mutex spawned_mutex_;
  std::vector<caf::strong_actor_ptr> spawned_;
};

/// A problem document of the right shape with this status and code.
void expect_problem(const reply& r, int status, const std::string& code,
                    const std::string& field = {});

/// Examples of records.
[[nodiscard]] bet example_bet(bet_status status);
sale example_sale(sale_status status);
withdrawal example_withdrawal(withdrawal_status status);
position example_position(settlement_result result);
[[nodiscard]] deposit example_deposit(deposit_status status);
[[nodiscard]] conversion example_conversion();
[[nodiscard]] buffer_status example_buffer();
[[nodiscard]] actors::route_listing example_routes();
[[nodiscard]] actors::market_view example_market();
[[nodiscard]] actors::bet_quote example_quote();
[[nodiscard]] timeline_page example_timeline(const timeline_request& asked);

}  // namespace headroom::http::test
