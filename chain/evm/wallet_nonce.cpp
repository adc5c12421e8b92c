#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/log_limit.hpp"
#include "chain/evm/wallet_outbox.hpp"

/// How many nonces the chain has used, upwards: by hand, or by an earlier life of the account. What
/// is stored under a nonce that is far too high can never be mined, nor anything after it, and the
/// books keep it for ever. So one node's number is not enough where there are two.
namespace headroom::chain {
namespace {

/// What the only word there is may add at once; above, it must be repeated for so long.
constexpr std::uint64_t longest_jump = 64;
constexpr std::uint32_t words_for_jump = 3;
constexpr std::chrono::minutes jump_patience{5};

}  // namespace

/// `then(false)`: the nonce is not known, ask again later.
void wallet_outbox::weigh_count(std::uint64_t count, std::function<void(bool)> then) {
  if (count <= st_.next_nonce) {
    forget_jump();
    return then(true);
  }
  ask_every_node(self_, st_.rpc, eth::transaction_count(st_.account, "latest"),
                 [self = self_, then = std::move(then)](std::vector<rpc_result>& words) {
                   then(wallet_outbox{self}.believe_counts(words));
                 });
}

/// The second highest: two nodes have seen as many. By one alone no more than a short step, unless
/// nothing is known yet that it could be compared with.
bool wallet_outbox::believe_counts(const std::vector<rpc_result>& words) {
  std::vector<std::uint64_t> counts;
  for (const auto& x : words)
    if (const auto count = eth::answer(x, eth::read_number)) counts.push_back(*count);
  if (counts.empty()) return false;
  std::sort(counts.rbegin(), counts.rend());
  const auto count = counts[std::min<std::size_t>(1, counts.size() - 1)];
  const bool compares = st_.ready || st_.next_nonce != 0;
  const bool far = compares && count > st_.next_nonce + longest_jump;
  if (counts.size() == 1 && far && !repeats_jump(count)) return false;
  forget_jump();
  skip_used_nonces(count);
  return true;
}

bool wallet_outbox::repeats_jump(std::uint64_t count) {
  if (st_.jump_words++ == 0) st_.jump_since = now();
  if (st_.jump_words >= words_for_jump && now() - st_.jump_since >= jump_patience) return true;
  raise(wallet_alert::nonce, "a node alone says that " + std::to_string(count) +
                                 " nonces are used, and " + std::to_string(st_.next_nonce) +
                                 " is the next one we know of: nothing new is sent");
  return false;
}

void wallet_outbox::forget_jump() {
  if (std::exchange(st_.jump_words, 0) > 0) clear(wallet_alert::nonce);
}

/// Somebody used the key by hand. What is signed under a used nonce can only be dropped.
void wallet_outbox::skip_used_nonces(std::uint64_t count) {
  if (count <= st_.next_nonce) return;
  if (st_.ready && st_.w->dir.gauges.lines().due("wallet.used_outside", now()))
    spdlog::warn("wallet.used_outside chain={} account={} first_nonce={} next_nonce={}",
                 st_.settings.chain_id, st_.account.hex(), st_.next_nonce, count);
  st_.next_nonce = count;
}

}  // namespace headroom::chain
