#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "domain/records.hpp"

namespace headroom::chain {

/// Authorizations that were taken and that the chain has not seen yet: their value is still in the
/// payer's balance and no longer the payer's to promise. Each entry runs out by itself, so nothing
/// is lost when its owner forgets it; owners of stored payments renew theirs with every look.
class open_payments {
 public:
  /// Until `until`, or longer when it is held for longer already.
  void hold(const authorization& a, timestamp until);
  void release(const address& payer, const hash256& nonce);
  /// What the payer has promised beside `a`.
  [[nodiscard]] usdc beside(const authorization& a, timestamp now) const;
  /// The nonces of those, at most `limit`.
  [[nodiscard]] std::vector<hash256> nonces_beside(const authorization& a, timestamp now,
                                                   std::size_t limit) const;
  /// Drops what has run out.
  void sweep(timestamp now);
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  struct promise {
    hash256 nonce;
    usdc value;
    timestamp until;
  };
  [[nodiscard]] std::span<const promise> of(const address& payer) const;

  std::unordered_map<address, std::vector<promise>> by_payer_;
  std::size_t size_ = 0;
};

}  // namespace headroom::chain
