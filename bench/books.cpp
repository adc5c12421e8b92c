#include "bench/books.hpp"

#include <algorithm>
#include <pqxx/pqxx>
#include <stdexcept>

#include "bench/house.hpp"
#include "domain/ledger.hpp"
#include "persistence/migrations.hpp"
#include "persistence/pg_store.hpp"

namespace headroom::bench {
namespace {

constexpr usdc per_user = 1'000'000_usdc;
constexpr usdc in_buffer = 1'000'000'000_usdc;

/// One credited deposit per user: its row, its posting, the balance, and the sum that is in
/// transit.
constexpr const char* seed_sql = R"(
WITH u AS MATERIALIZED (
  SELECT decode(lpad(to_hex(n), 40, '0'), 'hex') AS who, lpad(to_hex(n), 32, '0')::uuid AS id, n
  FROM generate_series(1, $1::bigint) n),
dep AS (
  INSERT INTO deposits (deposit_id, user_address, amount, status, chain_id, token, from_address,
    to_address, value, valid_after, valid_before, nonce, signature, x402_version, tx_hash,
    log_index, created_at, credited_at, updated_at)
  SELECT id, who, $2, 'converting', 9745, '\x01', who, '\x02', $2, 0, 0, int8send(n), '\x03', 2,
         decode(lpad(to_hex(n), 64, '0'), 'hex'), 0, now(), now(), now() FROM u),
post AS (
  INSERT INTO postings (kind, debit, credit, amount, user_address, reference, created_at)
  SELECT $3::smallint, $4::smallint, $5::smallint, $2, who, id, now() FROM u),
totals AS (
  UPDATE ledger_totals SET users = users + $1::bigint * $2::bigint, user_count = user_count + $1),
transit AS (
  UPDATE ledger_accounts SET balance = balance + $1::bigint * $2::bigint
  WHERE account = $4::smallint)
INSERT INTO balances (user_address, balance, updated_at) SELECT who, $2, now() FROM u)";

void open(persistence::pg_store& store) {
  if (const auto why = store.open(); !why.empty()) throw std::runtime_error(why);
}

/// All of it or an exception.
void commit(persistence::pg_store& store, std::span<const journal_entry> batch) {
  std::vector<entry_outcome> outcomes;
  std::optional<buffer_row> row;
  const auto refused = [](const entry_outcome& x) { return x.verdict != errc::none; };
  if (store.commit(batch, outcomes, row) != actors::store_status::ok ||
      std::any_of(outcomes.begin(), outcomes.begin() + static_cast<std::ptrdiff_t>(batch.size()),
                  refused))
    throw std::runtime_error("the books could not be seeded");
}

void fill_buffer(const std::string& database) {
  persistence::pg_store store{{.conninfo = database}};
  const replenish_id id{{{1}}};
  const journal_entry entry = replenish{id, in_buffer, {}, "bench", timestamp::of_seconds(1)};
  open(store);
  commit(store, {&entry, 1});
}

void vacuum(pqxx::connection& link) { pqxx::nontransaction{link}.exec("VACUUM ANALYZE"); }

}  // namespace

address user_number(std::uint64_t n) noexcept {
  address out;
  for (std::size_t i = 0; i < 8; ++i)
    out.bytes[address::size - 1 - i] = static_cast<std::uint8_t>(n >> (8 * i));
  return out;
}

void seed_books(const std::string& database, std::uint32_t users) {
  persistence::migrate(database);
  fill_buffer(database);
  pqxx::connection link{database};
  pqxx::work tx{link};
  const auto& shape = shape_of(posting_kind::deposit);
  tx.exec_params(seed_sql, users, per_user.micro, static_cast<int>(shape.kind),
                 static_cast<int>(shape.debit), static_cast<int>(shape.credit));
  tx.commit();
  vacuum(link);
}

std::uint64_t draw::next() noexcept {
  auto z = at_ += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

bet_id draw::next_bet() noexcept {
  bet_id out;
  for (std::size_t half = 0; half < 2; ++half) {
    const auto bits = next();
    for (std::size_t i = 0; i < 8; ++i)
      out.bytes[8 * half + i] = static_cast<std::uint8_t>(bits >> (8 * i));
  }
  return out;
}

accept_bet bet_of(draw& random, const address& user, const uint256& token) {
  bet row;
  row.id = random.next_bet();
  row.user = user;
  row.token = token;
  row.amount = 1_usdc;
  row.max_price = 500'000_micro;
  const auto hash_bits = random.next_bet();
  std::copy(hash_bits.bytes.begin(), hash_bits.bytes.end(), row.order_hash.bytes.begin());
  row.request_hash = row.order_hash;
  row.signed_order.assign(order_bytes, 0xab);
  row.created_at = row.updated_at = wall_clock_now();
  row.deadline = row.created_at.plus(std::chrono::minutes{10});
  return {std::move(row)};
}

finish_bet fill_of(const bet& row) {
  finish_bet end;
  end.id = row.id;
  end.user = row.user;
  end.status = bet_status::filled;
  end.refunded = {row.amount.micro / 100};
  end.spent = *sub(row.amount, end.refunded);
  end.shares = {2 * end.spent.micro};
  end.at = row.created_at;
  return end;
}

seeded_market seed_positions(const std::string& database, std::uint8_t number, std::uint32_t users,
                             draw& random) {
  constexpr std::uint32_t at_once = 1'000;
  seeded_market out{{}, std::vector<share_amount>(2)};
  auto& m = out.market;
  m.condition.bytes.fill(number);
  m.question = "Is it settled?";
  m.outcomes = {"Yes", "No"};
  for (std::uint8_t outcome = 1; outcome <= 2; ++outcome) {
    auto& token = m.tokens.emplace_back();
    token.bytes.fill(number);
    token.bytes.back() = outcome;
  }
  m.at = wall_clock_now();
  persistence::pg_store store{{.conninfo = database}};
  open(store);
  const journal_entry known = m;
  commit(store, {&known, 1});
  for (std::uint32_t from = 1; from <= users; from += at_once) {
    std::vector<journal_entry> bets;
    std::vector<journal_entry> ends;
    for (auto n = from; n <= std::min(users, from + at_once - 1); ++n) {
      const auto outcome = n % 2 == 1 ? 0U : 1U;
      auto bet = bet_of(random, user_number(n), m.tokens[outcome]);
      auto end = fill_of(bet.row);
      out.shares[outcome].micro += end.shares.micro;
      bets.emplace_back(std::move(bet));
      ends.emplace_back(std::move(end));
    }
    commit(store, bets);
    commit(store, ends);
  }
  pqxx::connection link{database};
  vacuum(link);
  return out;
}

}  // namespace headroom::bench
