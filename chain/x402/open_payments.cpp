#include "chain/x402/open_payments.hpp"

#include <algorithm>

namespace headroom::chain {

void open_payments::hold(const authorization& a, timestamp until) {
  auto& promises = by_payer_[a.from];
  const auto i = std::find_if(promises.begin(), promises.end(),
                              [&](const promise& p) { return p.nonce == a.nonce; });
  if (i != promises.end()) {
    i->until = std::max(i->until, until);
    return;
  }
  promises.push_back({a.nonce, a.value, until});
  ++size_;
}

void open_payments::release(const address& payer, const hash256& nonce) {
  const auto i = by_payer_.find(payer);
  if (i == by_payer_.end()) return;
  size_ -= std::erase_if(i->second, [&](const promise& p) { return p.nonce == nonce; });
  if (i->second.empty()) by_payer_.erase(i);
}

std::span<const open_payments::promise> open_payments::of(const address& payer) const {
  const auto i = by_payer_.find(payer);
  return i == by_payer_.end() ? std::span<const promise>{} : i->second;
}

usdc open_payments::beside(const authorization& a, timestamp now) const {
  usdc sum;
  for (const auto& p : of(a.from))
    if (p.nonce != a.nonce && p.until > now) sum = add_saturating(sum, p.value);
  return sum;
}

std::vector<hash256> open_payments::nonces_beside(const authorization& a, timestamp now,
                                                  std::size_t limit) const {
  std::vector<hash256> out;
  for (const auto& p : of(a.from))
    if (p.nonce != a.nonce && p.until > now && out.size() < limit) out.push_back(p.nonce);
  return out;
}

void open_payments::sweep(timestamp now) {
  for (auto i = by_payer_.begin(); i != by_payer_.end();) {
    size_ -= std::erase_if(i->second, [&](const promise& p) { return p.until <= now; });
    i = i->second.empty() ? by_payer_.erase(i) : std::next(i);
  }
}

}  // namespace headroom::chain
