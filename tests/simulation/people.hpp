#pragma once

#include <variant>

#include "tests/simulation/takers.hpp"
#include "tests/simulation/world.hpp"

/// Those who use the service, with what they were told. They ask again until they know.
namespace headroom::test {

struct customer_bet {
  actors::place_bet request;
  bool asked = false;     // a request is open
  bool answered = false;  // a final answer was given
  bool refused = false;   // the answer was an error: nothing may have happened, or may happen
  bet answer;
  timestamp ask_again_at;
};

/// What the operator does with the buffer, asked until it is answered.
struct operator_wish {
  std::variant<actors::replenish_buffer, actors::buffer_limits> request;
  bool asked = false;
  bool answered = false;
  timestamp ask_again_at;
};

/// What became of an authorization, by the chain alone. open: it may still be used, or its use
/// undone.
enum class payment_fate { open, paid, never };

/// One x402 payment of a user.
struct payer {
  /// What happens to it beside the service.
  enum class deed { none, submitted_by_a_stranger, cancelled, money_spent };

  std::size_t user = 0;
  usdc amount;
  std::uint8_t version = 2;
  std::chrono::seconds window{120};
  deed beside = deed::none;
  timestamp beside_at;
  bool beside_done = false;

  chain::eip3009::transfer message;  // signed when it is first asked for
  std::string header;
  bool asked = false;
  bool answered = false;        // they ask no more
  deposit answer;               // the last one that was no refusal
  bool told_too_early = false;  // of an end that the chain could still undo
  timestamp ask_again_at;

  [[nodiscard]] bool is_signed() const { return !header.empty(); }
  void sign(timestamp now);
  /// Does what is due.
  void act(chain_double& chain, timestamp now);
  [[nodiscard]] payment_fate fate(const chain_double& chain) const;
  void hear(const deposit& d, const chain_double& chain, timestamp ask_again);
  /// Who was refused and is paid for all the same asks until the service knows it too.
  void hear_refusal(const chain_double& chain, timestamp ask_again);
};

struct people {
  std::vector<customer_bet> customers;
  std::vector<operator_wish> wishes;
  std::vector<payer> payers;
  std::vector<taker> takers;
  operator_desk desk;
  std::vector<deposit> proven;        // paid without x402 to look at, from created_at on
  std::map<address, usdc> deposited;  // by them
  usdc opening;
  usdc paid_in;

  /// The proven deposits that are due come into the books, and their money to its chain.
  void bring_deposits(outside& out, timestamp now);
  /// A crash answers nobody.
  void forget_questions();
};

/// A fresh crowd; what they own and what is in the books already goes to `out`.
people invite(outside& out, std::mt19937_64& rng);

}  // namespace headroom::test
