#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "chain/evm/eth.hpp"
#include "chain/evm/rlp.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "chain/evm/transaction.hpp"

namespace headroom::test {

/// A signer elsewhere that answers as the test wants it to.
struct scripted_signer {
  using json = nlohmann::json;

  std::shared_ptr<const chain::private_key> key;
  std::vector<address> accounts;
  bool silent = false;
  /// What it says no to.
  std::function<bool(const chain::unsigned_transaction&)> refuses;
  /// What it answers in the place of what was asked for.
  std::function<json(chain::unsigned_transaction)> answers;
  std::vector<chain::http_call> calls;
  std::size_t signatures_asked = 0;

  [[nodiscard]] json raw(const chain::unsigned_transaction& x) const {
    return to_0x(chain::sign(x, *key).raw);
  }

  static chain::unsigned_transaction asked_for(const json& x) {
    chain::unsigned_transaction out;
    out.chain_id = chain::eth::read_number(x.at("chainId")).value();
    out.nonce = chain::eth::read_number(x.at("nonce")).value();
    out.fees = {chain::eth::read_number(x.at("maxPriorityFeePerGas")).value(),
                chain::eth::read_number(x.at("maxFeePerGas")).value()};
    out.gas_limit = chain::eth::read_number(x.at("gas")).value();
    out.to = address::parse(x.at("to").get<std::string>()).value();
    out.value = chain::eth::read_word(x.at("value")).value();
    out.data = chain::eth::read_bytes(x.at("data")).value();
    return out;
  }

  net::http_result answer(const chain::http_call& call) {
    calls.push_back(call);
    net::http_result out;
    const auto question = json::parse(call.request.body);
    json said{{"jsonrpc", "2.0"}, {"id", question.at("id")}};
    if (question.at("method") == "eth_accounts") {
      said["result"] = json::array();
      for (const auto& a : accounts) said["result"].push_back(a.hex());
    } else {
      ++signatures_asked;
      const auto wanted = asked_for(question.at("params").at(0));
      if (refuses && refuses(wanted)) {
        said["error"] = {{"code", -32000}, {"message", "Request denied"}};
      } else {
        said["result"] = answers ? answers(wanted) : raw(wanted);
      }
    }
    if (silent) {
      out.outcome = net::http_outcome::maybe_sent;
      out.failure = net::http_failure::silence;
      out.error = "timeout";
      return out;
    }
    out.outcome = net::http_outcome::answered;
    out.failure = net::http_failure::none;
    out.status = 200;
    out.body = said.dump();
    return out;
  }

  chain::http_actor spawn(caf::actor_system& sys) {
    return sys.spawn([this]() -> chain::http_actor::behavior_type {
      return {[this](const chain::http_call& x) { return answer(x); }};
    });
  }
};

/// The same signature with the other s, as anybody can make it from a good one.
inline byte_vector with_high_s(const chain::signed_transaction& tx) {
  const auto order =
      *hash256::parse("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
  hash256 high;
  int borrow = 0;
  for (std::size_t i = hash256::size; i-- > 0;) {
    const int digit = int{order.bytes[i]} - int{tx.sig.s.bytes[i]} - borrow;
    borrow = digit < 0 ? 1 : 0;
    high.bytes[i] = static_cast<std::uint8_t>(digit + 256 * borrow);
  }
  using namespace chain;
  const auto& b = tx.body;
  const std::vector<byte_vector> fields{rlp::integer(b.chain_id),
                                        rlp::integer(b.nonce),
                                        rlp::integer(b.fees.max_priority_fee),
                                        rlp::integer(b.fees.max_fee),
                                        rlp::integer(b.gas_limit),
                                        rlp::bytes(b.to.view()),
                                        rlp::integer(b.value.view()),
                                        rlp::bytes(b.data),
                                        rlp::list({}),
                                        rlp::integer(std::uint64_t{28} - tx.sig.v),
                                        rlp::integer(tx.sig.r.view()),
                                        rlp::integer(high.view())};
  byte_vector out{0x02};
  const auto body = rlp::list(fields);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

}  // namespace headroom::test
