#include "chain/polymarket/seen_redemption.hpp"

#include <algorithm>

namespace headroom::chain::polymarket {
namespace {

bool is_same(const log_entry& a, const log_entry& b) {
  return a.emitter == b.emitter && a.topics == b.topics && a.data == b.data;
}

bool is_same(const eth::receipt& a, const eth::receipt& b) {
  return a.tx_hash == b.tx_hash && a.succeeded == b.succeeded && a.block_hash == b.block_hash &&
         a.block_number == b.block_number &&
         std::equal(a.logs.begin(), a.logs.end(), b.logs.begin(), b.logs.end(),
                    [](const auto& x, const auto& y) { return is_same(x, y); });
}

seen_redemption refuse(std::string_view why, std::string detail) {
  return {why, std::move(detail), {}, {}};
}

/// What Conditional Tokens paid for exactly these shares, and a micro for each slot.
usdc most_for(std::span<const share_amount> burned, const payout_vector& payouts) {
  auto out = usdc{static_cast<std::int64_t>(burned.size())};
  for (std::size_t slot = 0; slot < burned.size(); ++slot)
    out = add_saturating(out, payout_of(burned[slot], slot, payouts).value_or(usdc{}));
  return out;
}

}  // namespace

receipt_word judge_receipts(std::span<const rpc_result> words, const hash256& transaction) {
  receipt_word out;
  std::size_t witnesses = 0;
  bool silent = false;
  for (const auto& word : words) {
    const auto receipt = eth::answer(word, eth::read_receipt);
    silent = silent || !receipt;
    if (!receipt || !*receipt) continue;
    if ((*receipt)->tx_hash != transaction) {
      out.refused = unproven::disagreed;
      return out;
    }
    if (witnesses == 0) {
      out.receipt = **receipt;
      out.node = word.node;
    } else if (!is_same(out.receipt, **receipt)) {
      out.refused = unproven::disagreed;
      return out;
    }
    ++witnesses;
  }
  if (witnesses == 0) {
    out.refused = silent ? unproven::unreadable : unproven::unknown;
  } else if (witnesses < std::min<std::size_t>(words.size(), 2)) {
    out.refused = unproven::witnesses;
  } else if (!out.receipt.succeeded) {
    out.refused = unproven::failed;
  }
  return out;
}

/// Who redeems several conditions at once gets one sum or several: each condition's part is what
/// the Conditional Tokens reported for it, as long as all parts together came to the account.
seen_redemption judge_seen(const eth::receipt& receipt, const contract_settings& contracts,
                           const address& account, const hash256& condition,
                           std::span<const uint256> tokens, const payout_vector& payouts) {
  const auto tx = receipt.tx_hash.hex();
  auto proof = read_redemption(receipt.logs, contracts, account, condition, tokens);
  if (!proof || payouts.numerators.size() != tokens.size())
    return refuse(unproven::unreadable, "the events of " + tx + " cannot be read");
  const bool burned = std::any_of(proof->burned.begin(), proof->burned.end(),
                                  [](share_amount x) { return x.micro > 0; });
  if (!burned && proof->reported.is_positive())
    return refuse(unproven::not_ours, tx + " burned no shares of " + account.hex());
  if (!burned) return refuse(unproven::other_condition, tx + " redeems nothing of the condition");
  if (proof->went_elsewhere)
    return refuse(unproven::elsewhere, tx + " sends shares of it to others, too");
  if (!proof->received.is_positive() || !proof->reported.is_positive())
    return refuse(unproven::paid_nothing, tx + " brought " + account.hex() + " " +
                                              to_string(proof->received) + " of " +
                                              to_string(proof->reported) + " for its shares");
  const bool alone = proof->reported_by_all == proof->reported;
  if (!alone && proof->received < proof->reported_by_all)
    return refuse(unproven::not_apart, tx + " paid " + to_string(proof->reported_by_all) +
                                           " for several, and " + to_string(proof->received) +
                                           " came to " + account.hex());
  const auto received = std::min(proof->received, proof->reported);
  const auto most = most_for(proof->burned, payouts);
  if (received > most)
    return refuse(unproven::too_much,
                  tx + " brought " + to_string(received) + " for shares worth " + to_string(most));
  return {{}, {}, received, std::move(proof->burned)};
}

}  // namespace headroom::chain::polymarket
