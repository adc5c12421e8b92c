#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "chain/evm/transaction.hpp"
#include "chain/x402/eip3009.hpp"
#include "domain/time.hpp"

namespace headroom::test {

/// What all calls up to a block have left behind.
struct chain_ledger {
  std::map<std::pair<address, address>, std::int64_t> tokens;  // by token and owner, micro
  std::map<std::pair<address, hash256>, bool> authorizations;  // by payer and nonce; true: paid
  std::map<address, std::uint64_t> counts;                     // transactions by account
  std::map<hash256, unsigned> bridged;                         // by what the call names

  [[nodiscard]] std::int64_t balance(const address& token, const address& owner) const;
};

/// A transaction, ours or a stranger's. Strangers have no nonces: they are somebody new each time.
struct chain_call {
  hash256 hash;
  address from;
  address to;
  byte_vector data;
  std::optional<std::uint64_t> nonce;
  std::uint64_t max_fee = UINT64_MAX;
  std::int64_t grant = 0;  // instead of data: so much of token `to` for `from`
};

struct mined_call {
  chain_call what;
  bool succeeded = false;
  std::vector<chain::log_entry> logs;
};

struct chain_block {
  std::shared_ptr<const chain_block> parent;
  std::uint64_t number = 0;
  hash256 hash;
  std::int64_t time = 0;  // unix seconds
  std::uint64_t base_fee = 0;
  std::vector<mined_call> calls;
  std::shared_ptr<const chain_ledger> ledger;
};
using block_ptr = std::shared_ptr<const chain_block>;

/// `number` of the branch that ends with `head`; null beyond it.
[[nodiscard]] block_ptr block_of(block_ptr head, std::uint64_t number);
/// Where the branch has this transaction; null when it has not.
struct place_of_call {
  block_ptr block;
  const mined_call* call = nullptr;
};
[[nodiscard]] place_of_call find_call(const block_ptr& head, const hash256& hash);

/// A chain in memory with dollar tokens (one of them takes EIP-3009 authorizations) and a bridge
/// that takes what it is given, as often as it is asked. Blocks come with the time that `advance`
/// is told, sometimes on another branch: never below what is final.
class chain_double {
 public:
  struct rules {
    std::uint64_t chain_id = 9745;
    address token;    // takes authorizations
    address bridge;   // see bridge_call
    address account;  // whose nonces are counted
    std::uint64_t confirmations = 3;
    std::int64_t block_ms = 1'000;
    std::uint8_t refuses = 0;  // accounts that begin with it get no tokens; 0: nobody is refused
  };
  /// Probabilities in 1/1000, per block or per transaction.
  struct faults {
    unsigned reorganises = 40;
    unsigned not_mined = 200;    // a transaction waits for another block
    unsigned forgotten = 150;    // by every pool, when its block is undone
    unsigned expensive = 15;     // blocks whose price rises
    unsigned call_reverts = 50;  // a bridge whose price moved
    unsigned usurped = 0;        // a nonce goes to something that the key signed elsewhere
  };

  chain_double(const rules& r, timestamp genesis, std::uint64_t seed);

  /// Into the pool. Known calls are kept once.
  void submit(chain_call x);
  /// From outside this chain: a mint, a delivery of the bridge; negative: spent elsewhere.
  void grant(const address& token, const address& owner, std::int64_t micro);
  /// Mines what is due by `now`.
  void advance(timestamp now);

  /// What the call would do on top of `at`; nothing when it reverts.
  [[nodiscard]] std::optional<std::vector<chain::log_entry>> execute(chain_ledger& at,
                                                                     const chain_call& x,
                                                                     std::int64_t time) const;

  [[nodiscard]] const block_ptr& tip() const noexcept { return tip_; }
  /// Can no longer be undone.
  [[nodiscard]] block_ptr final_block() const;
  [[nodiscard]] bool in_pool(const hash256& hash) const;
  /// The best price under this nonce, 0 when there is none.
  [[nodiscard]] std::uint64_t offered(std::uint64_t nonce) const;
  [[nodiscard]] const rules& law() const noexcept { return law_; }
  [[nodiscard]] std::uint64_t reorganisations() const noexcept { return branch_; }

  faults wrong;

 private:
  [[nodiscard]] bool chance(unsigned per_mille) { return rng_() % 1000 < per_mille; }
  void mine(std::int64_t time, unsigned not_mined);
  /// Moves nothing, and uses the nonce up.
  [[nodiscard]] chain_call usurper_of(std::uint64_t nonce);
  void reorganise();

  rules law_;
  std::mt19937_64 rng_;
  block_ptr tip_;
  std::uint64_t branch_ = 0;
  std::uint64_t final_number_ = 0;
  std::uint64_t expensive_until_ = 0;
  std::int64_t next_block_us_ = 0;
  std::map<std::uint64_t, std::vector<chain_call>> pool_;  // by nonce: kept, blocks may be undone
  std::vector<chain_call> strangers_;
};

/// Calls beside those of chain/x402/eip3009.hpp.
[[nodiscard]] byte_vector transfer_call(const address& to, std::int64_t micro);
[[nodiscard]] byte_vector cancel_call(const address& payer, const hash256& nonce);
/// Takes `micro` of the token from the sender; `what` names the purpose.
[[nodiscard]] byte_vector bridge_call(const hash256& what, std::int64_t micro);

}  // namespace headroom::test
