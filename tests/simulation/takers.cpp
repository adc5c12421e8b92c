#include "tests/simulation/takers.hpp"

#include "tests/simulation/world.hpp"

namespace headroom::test {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t withdrawal_count = 6;

timestamp within(std::mt19937_64& rng, std::uint64_t at_most_ms) {
  return timestamp{first_instant_us}.plus(milliseconds{rng() % at_most_ms});
}

/// A wallet; one that USDC refuses; or an account of the service's own.
address receiver(std::size_t n, std::mt19937_64& rng) {
  address out = contract_at(static_cast<std::uint8_t>(0x40 + n));
  const auto kind = rng() % 16;
  if (kind < 2) out.bytes[0] = refused_by_usdc;
  return kind == 2 ? service_account() : out;
}

}  // namespace

std::int64_t paid_by(const block_ptr& block, const address& to) {
  return block->ledger->balance(polygon_usdc(), to);
}

void taker::hear(const withdrawal& w, const chain_double& polygon, timestamp ask_again) {
  asked = false;
  answer = w;
  ask_again_at = ask_again;
  answered = !is_open(w);
  if (!answered) return;
  const auto there = paid_by(polygon.final_block(), w.to);
  const auto due = w.status == withdrawal_status::confirmed ? paid_out(w).micro : 0;
  told_too_early = there != due;
}

void add_takers(std::vector<taker>& all, std::mt19937_64& rng) {
  all.resize(withdrawal_count);
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto& r = all[i].request;
    r.id.bytes[0] = static_cast<std::uint8_t>(i + 1);
    r.user = user_at(rng() % user_count);
    r.to = receiver(i, rng);
    r.amount = usdc{static_cast<std::int64_t>(500'000 + rng() % 11'500'000)};
    r.request_hash.bytes[0] = static_cast<std::uint8_t>(i + 1);
    r.by = "user:" + r.user.hex();
    all[i].ask_again_at = within(rng, 25'000);
  }
}

void add_desk(operator_desk& desk, std::mt19937_64& rng) {
  desk.holds_left = static_cast<unsigned>(rng() % 3);
  desk.next_order = within(rng, 20'000);
  if (rng() % 2 == 0) return;
  desk.pause.over = false;
  desk.pause.from = within(rng, 20'000);
  desk.pause.until = desk.pause.from.plus(milliseconds{1'000 + rng() % 30'000});
}

}  // namespace headroom::test
