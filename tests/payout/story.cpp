#include "tests/payout/story.hpp"

#include <stdexcept>

namespace headroom::test {
namespace {

constexpr std::uint64_t steps_a_bet = 1'000;  // far more than a story takes
constexpr std::uint64_t steps_at_least = 500'000;

/// A deposit of a user, proven and credited.
void add_deposit(std::vector<journal_entry>& entries, const address& user, std::int64_t amount,
                 std::uint64_t n) {
  const timestamp at{story_begins_us};
  deposit row;
  row.user = user;
  row.amount = {amount};
  for (std::size_t i = 0; i < 8; ++i) row.id.bytes[8 + i] = static_cast<std::uint8_t>(n >> (8 * i));
  row.id.bytes[0] = 0xde;
  row.payment.chain_id = 9745;
  row.payment.from = user;
  row.payment.value = row.amount;
  std::copy(row.id.bytes.begin(), row.id.bytes.end(), row.payment.nonce.bytes.begin());
  row.created_at = row.updated_at = at;
  hash256 transaction;
  transaction.bytes = row.payment.nonce.bytes;
  entries.insert(entries.end(), {open_deposit{row}, settle_deposit{row.id, transaction, at},
                                 credit_deposit{row.id, user, row.amount, at}});
}

}  // namespace

story::story(const story_scale& scale) : scale_{scale}, world_{scale}, people_{scale, world_} {}

/// Before the story begins.
void story::pay_in() {
  std::vector<journal_entry> entries;
  replenish opening;
  opening.id.bytes[0] = 1;
  opening.to_buffer = {people_.buffer_paid_in};
  opening.reference = "opening";
  opening.at = {story_begins_us};
  entries.emplace_back(opening);
  std::uint64_t n = 0;
  for (const auto& [user, amount] : people_.deposited) add_deposit(entries, user, amount, ++n);
  persistence::pg_store store{{db_.conninfo()}};
  std::vector<entry_outcome> outcomes;
  std::optional<buffer_row> buffer;
  if (store.commit(entries, outcomes, buffer) != actors::store_status::ok)
    throw std::runtime_error("nothing can be paid in");
  for (const auto& x : outcomes)
    if (x.verdict != errc::none)
      throw std::runtime_error("a payment was refused: " + std::string{to_string(x.verdict)});
}

std::string story::tell() {
  pay_in();
  for (std::size_t n = 0; n <= scale_.crashes; ++n) {
    const auto starts_at =
        n == 0 ? timestamp{story_begins_us} : counts_.ended_at.plus(std::chrono::seconds{1});
    story_life service{db_, world_, people_, starts_at.us, counts_};
    if (n < scale_.crashes) {
      service.run_until(scale_.bets * (n + 1) / (scale_.crashes + 1));
      if (!service.died_of().empty()) return "the service gave up: " + service.died_of();
    } else {
      const auto most = std::max(steps_at_least, steps_a_bet * scale_.bets);
      if (auto wrong = service.run_to_rest(most); !wrong.empty()) return wrong;
      if (auto wrong = service.compare_views(); !wrong.empty()) return wrong;
    }
  }
  if (!world_.broken.empty()) return world_.broken;
  books_ = read_final_books(db_, world_, people_);
  return compare(world_, people_, books_);
}

}  // namespace headroom::test
