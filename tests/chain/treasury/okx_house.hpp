#pragma once

#include "actors/alerts.hpp"
#include "chain/treasury/route_plans.hpp"
#include "tests/chain/treasury/bridge_house.hpp"
#include "tests/chain/treasury/fake_okx.hpp"
#include "tests/support/memory_externals.hpp"

namespace headroom::test {

/// The OKX route between two chains and an exchange in memory, with an outbox that outlives it.
struct OkxHouse : BridgeHouse {
  chain::okx_settings settings;
  chain::okx_pair pair;
  chain::http_actor api;
  fake_okx there;
  memory_externals externals;
  std::map<hash256, json> receipts;  // on Polygon

  OkxHouse() {
    pair.from = {"Plasma", 9745, account(5), {2, final_by::confirmations}, {}, nodes(from)};
    pair.to = {"Polygon", 137, account(5), {2, final_by::confirmations}, {}, nodes(to)};
    pair.usdt0 = account(1);
    pair.usdc = account(2);
    settings.url = "https://okx";
    settings.deposit_address = there.deposit_address = account(7);
    add_wallet(pair.from.account());
    add_wallet(pair.to.account());
    from.node.add_blocks(10);
    to.node.add_blocks(10);
    from.answer(pair.usdt0, chain::balance_of_call(account(5)), word(1'000'000'000));
    to.node.quirk = [this, old = to.node.quirk](
                        std::uint32_t n,
                        const chain::rpc_request& x) -> std::optional<chain::rpc_result> {
      if (x.method != "eth_getTransactionReceipt") return old(n, x);
      const auto i = receipts.find(*hash256::parse(x.params.at(0).get<std::string>()));
      return fake_node::ok(i == receipts.end() ? json{} : i->second);
    };
    add_outbox();
    api = web();
    web_says = [this](const net::http_request& r) { return there.heard(r); };
    plan = [this] {
      chain::route_plan p;
      p.name = chain::okx_name;
      const auto desk = std::make_shared<chain::okx_desk>();
      desk->settings = settings;
      desk->pair = pair;
      desk->door = {api, there.keys};
      using leg = chain::okx_leg::part;
      for (const auto which : {leg::deposit, leg::trade, leg::withdraw})
        p.legs.push_back(std::make_shared<chain::okx_leg>(desk, which));
      return p;
    };
    restart();
  }

  void add_outbox() {
    using rows = std::vector<external_operation>;
    dir.handles.set(own(sys.spawn([this]() -> actors::external_outbox_actor::behavior_type {
      return {[this](const record_external& x) -> caf::result<bool> {
                bool replayed = false;
                auto kept = x;
                kept.row.purpose = parse_purpose(x.row.purpose).word;
                const auto e = externals.record(kept, replayed);
                if (e != errc::none) return make_error(e);
                return true;
              },
              [this](const actors::find_external& x) -> caf::result<rows> {
                return externals.find(x.id);
              },
              [this](const actors::open_externals& x) -> caf::result<rows> {
                return externals.open(x.service, x.account);
              },
              [](actors::status_atom) { return actors::status_report{}; }};
    })));
  }

  enum part : std::uint32_t { deposit_part, trade_part, withdraw_part };
  void at(part which, usdc amount) {
    step.step = which;
    step.attempt = 0;
    step.detail.clear();
    step.amount_in = amount;
  }
  bool alarmed(const std::string& kind, const std::string& subject) {
    return dir.gauges.alerts().lasts(kind, subject);
  }
  bool alarmed(const std::string& kind) { return alarmed(kind, step.conversion.text()); }

  /// The wallet's transfer to the exchange is final.
  void deposit_is_final(std::uint64_t amount = 100'000'000) {
    confirm({{pair.usdt0,
              {chain::transfer_topic(), chain::abi::word_of(account(5)),
               chain::abi::word_of(account(7))},
              word(amount)}},
            from.head());
  }
  void pay_in() {
    ASSERT_EQ(look().state, step_state::in_flight);
    ASSERT_EQ(sent.back().purpose, "okx");
    deposit_is_final();
  }
  /// The exchange's transaction on Polygon, in the newest block.
  hash256 pay_out(std::uint64_t amount, const address& whom = account(5)) {
    const auto tx = chain::keccak256("paid out " + std::to_string(receipts.size()));
    const auto transfer = [&](const address& who, std::uint64_t value) {
      return json{{"address", pair.usdc.hex()},
                  {"topics",
                   {chain::transfer_topic().hex(), chain::abi::word_of(account(9)).hex(),
                    chain::abi::word_of(who).hex()}},
                  {"data", to_0x(word(value))},
                  {"transactionHash", tx.hex()},
                  {"blockNumber", fake_node::number(to.head())},
                  {"blockHash", to.node.blocks.at(to.head()).hex()},
                  {"logIndex", "0x0"}};
    };
    receipts[tx] = {{"transactionHash", tx.hex()},
                    {"status", "0x1"},
                    {"blockHash", to.node.blocks.at(to.head()).hex()},
                    {"blockNumber", fake_node::number(to.head())},
                    {"gasUsed", "0x5208"},
                    {"logs", json::array({transfer(account(8), 5), transfer(whom, amount)})}};
    there.tx = tx.hex();
    there.withdrawal_state = "2";
    return tx;
  }
  void arrive(std::uint64_t amount) {
    pay_out(amount);
    to.node.add_blocks(3);
  }
};

}  // namespace headroom::test
