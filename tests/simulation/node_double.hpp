#pragma once

#include <array>

#include "chain/evm/eip712.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "tests/simulation/chain_double.hpp"

namespace headroom::test {

/// The nodes of one chain as a provider's URL shows them: some lag, some stand still on a branch
/// that is no more, some forget receipts, and the next question may reach another one.
class node_double {
 public:
  /// Probabilities in 1/1000, per question.
  struct faults {
    unsigned another_node = 30;
    unsigned behind = 80;       // by a block or two
    unsigned stands_still = 5;  // for up to 20 s
    unsigned forgets = 60;      // one transaction's receipt and logs, for up to a minute
    unsigned silent = 20;
    unsigned lost = 15;  // it may have heard
    unsigned limited = 10;
    unsigned late = 30;      // answers after a while
    unsigned swallows = 30;  // a transaction is accepted and kept by nobody
  };

  node_double(chain_double& chain, const chain::eip712::domain& domain, std::uint64_t seed)
      : chain_{chain}, domain_{domain}, rng_{seed} {}

  /// Of the node that is wanted, or of the one that is asked at present.
  chain::rpc_result answer(const chain::rpc_request& x, timestamp now);
  /// How late the answer to the next question is.
  std::chrono::milliseconds delay();

  /// What was ever accepted, by nonce.
  [[nodiscard]] const std::map<std::uint64_t, std::map<hash256, chain_call>>& accepted() const {
    return accepted_;
  }

  faults wrong;

 private:
  struct node {
    block_ptr head;
    timestamp still_until;
    std::map<hash256, timestamp> forgotten;  // until when; a time long ago: never again
  };
  [[nodiscard]] bool chance(unsigned per_mille) { return rng_() % 1000 < per_mille; }
  node& ask_somebody(timestamp now, std::optional<std::uint32_t> wanted);
  bool remembers(node& n, const hash256& tx, timestamp now);
  chain::rpc_result answer_of_current(const chain::rpc_request& x, timestamp now);
  chain::rpc_result read(node& n, const chain::rpc_request& x, timestamp now);
  chain::rpc_result call(const node& n, const nlohmann::json& params, bool estimate);
  chain::rpc_result logs(node& n, const nlohmann::json& filter, timestamp now);
  chain::rpc_result receipt(node& n, const hash256& tx, timestamp now);
  chain::rpc_result send(const node& n, const nlohmann::json& raw);

  chain_double& chain_;
  chain::eip712::domain domain_;
  std::mt19937_64 rng_;
  std::array<node, 3> nodes_;
  std::size_t current_ = 0;  // who answers those that do not mind
  std::size_t asked_ = 0;
  std::map<std::uint64_t, std::map<hash256, chain_call>> accepted_;
};

}  // namespace headroom::test
