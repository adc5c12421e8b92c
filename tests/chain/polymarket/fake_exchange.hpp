#pragma once

#include <set>

#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/polymarket/order.hpp"
#include "tests/chain/evm/fake_node.hpp"

namespace headroom::test {

namespace pm = chain::polymarket;

/// What both exchanges, and a deposit wallet, say to eth_call about an order: whatever the order's
/// bytes and its signature are worth, unless a test says otherwise.
struct fake_exchange {
  std::uint64_t chain_id = 137;
  address owner;              // of the key that may sign
  std::set<uint256> refused;  // tokens whose orders revert with `error`
  std::string error = "UserIsPaused()";
  bool paused = false;
  bool wallet_knows_owner = true;
  bool up = true;
  std::vector<std::pair<address, pm::order>> validated;  // by which exchange, what

  /// Nothing: not about an order.
  std::optional<chain::rpc_result> answer(const chain::rpc_request& x) {
    if (x.method != "eth_call") return std::nullopt;
    const auto to = *address::parse(x.params.at(0).at("to").get<std::string>());
    const auto data = *from_hex(x.params.at(0).at("data").get<std::string>());
    const auto is = [&](std::string_view function) {
      const auto hash = chain::keccak256(function);
      return std::equal(data.begin(), data.begin() + 4, hash.bytes.begin());
    };
    const auto about = [&](const char* function) {
      return is(std::string{function} +
                "((uint256,address,address,uint256,uint256,uint256,uint8,uint8,uint256,bytes32,"
                "bytes32,bytes))");
    };
    const bool pauses = is("paused()"), hashes = about("hashOrder"), says = about("validateOrder");
    const bool knows = is("isValidSignature(bytes32,bytes)");
    if (!pauses && !hashes && !says && !knows) return std::nullopt;
    if (!up) return fake_node::silent(chain::rpc_status::unreachable);
    if (pauses) return fake_node::ok(uint256::of(paused ? 1 : 0).hex());
    if (knows)
      return fake_node::ok((wallet_knows_owner ? "0x1626ba7e" : "0xffffffff") +
                           std::string(56, '0'));
    const auto in = *chain::abi::reader{byte_view{data}.subspan(4)}.tuple(0);
    const auto order = read_order(in);
    const pm::exchange here{chain_id, to};
    if (hashes) return fake_node::ok(pm::hash_of(order, here).hex());
    validated.emplace_back(to, order);
    const auto signature = *in.bytes(11);
    const bool wraps = order.signature_type == pm::signature_kind::deposit_wallet;
    if (signature.size() != (wraps ? 317U : 65U)) return revert("InvalidSignature()");
    const auto by = chain::recover(pm::signing_digest(order, here), signature.first(65));
    if (by.signer != owner || (wraps && !wallet_knows_owner)) return revert("InvalidSignature()");
    if (refused.contains(order.token)) return revert(error);
    return fake_node::ok("0x");
  }

  static chain::rpc_result revert(std::string_view why) {
    auto out = fake_node::error(3, "execution reverted");
    const auto hash = chain::keccak256(why);
    out.error.data.assign(hash.bytes.begin(), hash.bytes.begin() + 4);
    return out;
  }

 private:
  static pm::order read_order(const chain::abi::reader& in) {
    pm::order out;
    out.salt = in.number(0).value();
    out.maker = in.account(1).value();
    out.signer = in.account(2).value();
    out.token = in.word(3).value();
    out.maker_amount = static_cast<std::int64_t>(in.number(4).value());
    out.taker_amount = static_cast<std::int64_t>(in.number(5).value());
    out.side = static_cast<pm::side>(in.number(6).value());
    out.signature_type = static_cast<pm::signature_kind>(in.number(7).value());
    out.timestamp_ms = in.number(8).value();
    return out;
  }
};

}  // namespace headroom::test
