#pragma once

#include <random>
#include <vector>

#include "actors/messages/withdrawal_messages.hpp"
#include "tests/simulation/chain_double.hpp"

/// Those who take money out, and what operators say about it and about conversions.
namespace headroom::test {

/// One withdrawal, asked for until its end is known. Nobody else is paid at its address.
struct taker {
  actors::request_withdrawal request;
  bool asked = false;
  bool answered = false;
  bool refused = false;
  withdrawal answer;            // the last one that was no refusal
  bool told_too_early = false;  // of an end that the chain did not have for good
  timestamp ask_again_at;

  void hear(const withdrawal& w, const chain_double& polygon, timestamp ask_again);
};

/// Withdrawals stand still for a while, in every second schedule.
struct withdrawal_pause {
  timestamp from;
  timestamp until;
  timestamp stopped_at;  // the operator heard that they stand still
  timestamp resumed_at;  // the operator asked that they go on
  bool asked = false;
  bool over = true;
};

/// What operators decide about withdrawals and order of conversions, one thing at a time.
struct operator_desk {
  withdrawal_pause pause;
  timestamp next_look;    // at what waits for an approval
  bool deciding = false;  // the desk was asked
  timestamp next_order;
  bool ordering = false;    // the journal was asked
  unsigned holds_left = 0;  // of conversions; what is held is released in any case
};

void add_takers(std::vector<taker>& all, std::mt19937_64& rng);
void add_desk(operator_desk& desk, std::mt19937_64& rng);

/// What an account has of USDC on Polygon as of that block.
[[nodiscard]] std::int64_t paid_by(const block_ptr& block, const address& to);

}  // namespace headroom::test
