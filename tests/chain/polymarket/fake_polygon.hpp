#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "chain/evm/abi.hpp"
#include "chain/polymarket/approvals.hpp"
#include "chain/polymarket/collateral_calls.hpp"
#include "tests/chain/evm/fake_node.hpp"

namespace headroom::test {

namespace pm = chain::polymarket;

/// The venue's contracts for one holder, as one or two nodes show them, and a wallet that sends to
/// them: what a test lets happen, happens.
struct fake_polygon {
  pm::venue_contracts contracts = pm::contracts_of({}, {});
  std::set<std::pair<address, address>> given;  // token, spender
  std::set<address> without_code;
  std::uint64_t block = 100;
  usdc collateral;
  usdc loose;  // USDC.e
  usdc onramp_may_take;
  usdc offramp_may_take;
  bool up = true;
  std::uint32_t nodes = 1;
  /// A node's own word in the place of the truth.
  std::function<std::optional<chain::rpc_result>(std::uint32_t node, const chain::rpc_request&)>
      quirk;

  chain::rpc_result answer(const chain::rpc_request& x) {
    const auto node = x.node.value_or(0);
    std::optional<chain::rpc_result> said;
    if (quirk) said = quirk(node, x);
    auto out = said ? std::move(*said) : truth(x);
    out.node = node;
    out.nodes = nodes;
    return out;
  }

  /// A transaction of the holder's that was mined.
  std::vector<actors::event_log> happen(const actors::contract_call& c) {
    ++block;
    const chain::abi::reader in{byte_view{c.data}.subspan(4)};
    const auto selector = to_0x(byte_view{c.data}.first(4));
    if (selector == "0x62355638")
      return ramped(in, contracts.onramp, loose, collateral, onramp_may_take, contracts.collateral);
    if (selector == "0x8cc7104f")
      return ramped(in, contracts.offramp, collateral, loose, offramp_may_take, contracts.usdc_e);
    const auto spender = in.account(0).value();
    const usdc amount{static_cast<std::int64_t>(in.number(1).value_or(INT64_MAX))};
    if (c.to == contracts.usdc_e && spender == contracts.onramp)
      onramp_may_take = amount;
    else if (c.to == contracts.collateral && spender == contracts.offramp)
      offramp_may_take = amount;
    else
      given.emplace(c.to, spender);
    return {};
  }

 private:
  std::vector<actors::event_log> ramped(const chain::abi::reader& in, const address& ramp,
                                        usdc& from, usdc& to, usdc& allowance,
                                        const address& brought) {
    const usdc amount{static_cast<std::int64_t>(in.number(2).value())};
    EXPECT_LE(amount, from);
    EXPECT_LE(amount, allowance);
    from.micro -= amount.micro;
    allowance.micro -= amount.micro;
    to.micro += amount.micro;
    const auto word = uint256::of(static_cast<uint128>(amount.micro));
    return {{brought,
             {chain::transfer_topic(), chain::abi::word_of(ramp),
              chain::abi::word_of(in.account(1).value())},
             {word.bytes.begin(), word.bytes.end()}}};
  }

  static chain::rpc_result word(std::uint64_t value) {
    return fake_node::ok(uint256::of(value).hex());
  }
  static chain::rpc_result amount(usdc x) { return word(static_cast<std::uint64_t>(x.micro)); }

  chain::rpc_result truth(const chain::rpc_request& x) const {
    if (!up) return fake_node::silent(chain::rpc_status::unreachable);
    if (x.method == "eth_blockNumber") return fake_node::ok(fake_node::number(block));
    if (x.method == "eth_getCode") {
      const auto at = *address::parse(x.params.at(0).get<std::string>());
      return fake_node::ok(without_code.contains(at) ? "0x" : "0x60");
    }
    if (x.method != "eth_call") return fake_node::error(-32601, "no such method");
    const auto to = *address::parse(x.params.at(0).at("to").get<std::string>());
    if (without_code.contains(to)) return fake_node::ok("0x");
    const auto data = *from_hex(x.params.at(0).at("data").get<std::string>());
    const chain::abi::reader in{byte_view{data}.subspan(4)};
    const auto selector = to_0x(byte_view{data}.first(4));
    if (selector == "0x70a08231")  // balanceOf
      return amount(to == contracts.collateral ? collateral : loose);
    const auto spender = in.account(1).value();
    if (selector == "0xe985e9c5")  // isApprovedForAll
      return word(given.contains({to, spender}) ? 1 : 0);
    if (to == contracts.usdc_e && spender == contracts.onramp) return amount(onramp_may_take);
    if (to == contracts.collateral && spender == contracts.offramp) return amount(offramp_may_take);
    if (given.contains({to, spender})) return fake_node::ok("0x" + std::string(64, 'f'));
    return word(0);
  }
};

inline chain::rpc_actor spawn_polygon(caf::actor_system& sys, fake_polygon* p) {
  return sys.spawn([p]() -> chain::rpc_actor::behavior_type {
    return {[p](const chain::rpc_request& x) { return p->answer(x); }};
  });
}

/// A wallet whose outbox outlives it; transactions are mined when the test says so.
struct fake_wallet {
  struct operation {
    actors::send_transaction what;
    actors::operation_report report;
  };
  std::vector<operation> all;  // in the order of their sending
  std::optional<caf::error> refusal;

  actors::operation_report* find(const operation_id& id) {
    for (auto& x : all)
      if (x.what.id == id) return &x.report;
    return nullptr;
  }
  [[nodiscard]] std::size_t count(const std::string& purpose) const {
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](const auto& x) { return x.what.purpose == purpose; }));
  }
  [[nodiscard]] std::size_t pending() const {
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& x) {
      return x.report.state == operation_state::pending;
    }));
  }
  void mine(fake_polygon& chain) {
    for (auto& x : all) {
      if (x.report.state != operation_state::pending) continue;
      x.report.logs = chain.happen(x.what.call);
      x.report.state = operation_state::confirmed;
      x.report.block_number = chain.block;
    }
  }
};

inline actors::wallet_actor spawn_wallet(caf::actor_system& sys, fake_wallet* box) {
  return sys.spawn([box]() -> actors::wallet_actor::behavior_type {
    return {
        [box](actors::send_transaction& x) -> caf::result<actors::operation_report> {
          if (box->refusal) return *box->refusal;
          if (const auto* known = box->find(x.id)) return *known;
          actors::operation_report r;
          r.state = operation_state::pending;
          box->all.push_back({std::move(x), r});
          return r;
        },
        [box](actors::get_atom, const operation_id& id) -> caf::result<actors::operation_report> {
          const auto* known = box->find(id);
          return known != nullptr ? *known : actors::operation_report{};
        },
        [](actors::poll_atom) {},
        [](actors::status_atom) {
          return actors::status_report{"wallet", {}};
        },
    };
  });
}

}  // namespace headroom::test
