#include "tests/simulation/life.hpp"
#include "tests/simulation/model.hpp"

namespace headroom::test {
namespace {

constexpr std::size_t step_limit = 200'000;

void count(schedule_result& result, outside& out, const people& all) {
  for (const auto& [id, b] : out.books.bets)
    ++(b.status == bet_status::filled ? result.filled : result.failed);
  for (const auto& c : all.customers) result.refused += c.refused;
  for (const auto& p : all.payers)
    ++(p.fate(out.plasma) == payment_fate::paid ? result.paid : result.unpaid);
  for (const auto& [id, w] : out.books.withdrawals.rows)
    ++(w.status == withdrawal_status::confirmed ? result.withdrawn : result.given_back);
  for (const auto& [id, rows] : out.books.operations.all())
    result.usurped += rows.back().purpose == withdrawal_purpose &&
                      rows.back().status == operation_status::dropped;
  for (const auto& [name, way] : out.routes) {
    result.moved += way.sends();
    result.returned += way.returns();
  }
  for (const auto& [id, c] : out.books.conversions)
    result.replaced += c.status == conversion_status::replaced;
  result.transactions = out.plasma_nodes.accepted().size();
  result.reorganisations = out.plasma.reorganisations();
}

/// FNV-1a over what the books say in the end, row by row.
class digest {
 public:
  void add(byte_view bytes) {
    for (const auto b : bytes) sum_ = (sum_ ^ b) * 0x100000001b3ULL;
  }
  void add(std::int64_t x) {
    for (int n = 0; n < 64; n += 8) sum_ = (sum_ ^ ((x >> n) & 0xff)) * 0x100000001b3ULL;
  }
  [[nodiscard]] std::uint64_t sum() const noexcept { return sum_; }

 private:
  std::uint64_t sum_ = 0xcbf29ce484222325ULL;
};

std::uint64_t digest_of(const memory_books& books) {
  digest out;
  const auto add_status = [&](const auto& id, const auto& row) {
    out.add(id.view());
    out.add(static_cast<std::int64_t>(row.status));
  };
  for (const auto& [who, row] : books.balances) {
    out.add(who.view());
    out.add(row.balance.micro);
    out.add(static_cast<std::int64_t>(row.version));
  }
  for (const auto& [id, row] : books.bets) {
    add_status(id, row);
    out.add(row.amount.micro);
  }
  for (const auto& [id, row] : books.deposits) add_status(id, row);
  for (const auto& [id, row] : books.conversions) add_status(id, row);
  for (const auto& [id, row] : books.withdrawals.rows) add_status(id, row);
  out.add(static_cast<std::int64_t>(books.events.size()));
  return out.sum();
}

}  // namespace

schedule_result run_schedule(std::uint64_t seed) {
  std::mt19937_64 rng{seed * 0x9e3779b97f4a7c15ULL + 1};
  outside out{rng()};
  out.books.faults = {30, 20, 20};
  auto all = invite(out, rng);
  schedule_result result;
  std::int64_t epoch_us = first_instant_us;
  const auto crashes = rng() % 4;
  for (std::uint64_t n = 0; n <= crashes; ++n) {
    life service{out, all, rng, epoch_us, result};
    const bool last = n == crashes;
    if (last) out.books.faults = {};
    const auto lives = rng() % 3 == 0 ? 20'000U : 2'000U;  // most crashes come early
    const bool rested = service.run(last ? step_limit : 20 + rng() % lives, !last);
    if (!out.violation.empty()) {
      result.violation = out.violation;
    } else if (!service.died_of().empty()) {
      result.violation = "the service gave up: " + service.died_of();
    } else if (last && !rested) {
      result.violation =
          "not at rest after " + std::to_string(step_limit) + " steps: " + service.unrest();
    } else if (last) {
      result.violation = compare_with_model(out, all);
      if (result.violation.empty()) result.violation = service.compare_views();
    }
    if (!result.violation.empty()) break;
    epoch_us = service.now().us + 1'000'000;
    all.forget_questions();
    if (!last) ++result.crashes;
  }
  count(result, out, all);
  result.books = digest_of(out.books);
  return result;
}

}  // namespace headroom::test
