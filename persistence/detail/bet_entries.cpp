#include <unordered_map>

#include "persistence/detail/entries.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

using element = wire_array::element;

// Both statements: the rows that really changed feed everything else (postings, sums per user,
// buffer), so that a repeated entry moves nothing. The answer has one line per changed user, then
// one line without a user: how many entries took effect, and the buffer's row if it was touched.
// Users come before the buffer, and are all found before it is touched: who cannot pay
// hears that first.

const std::string answer_columns = std::string{
    " SELECT user_address, balance, version, NULL::bigint, NULL::bigint, NULL::bigint,"
    " NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint FROM bal"
    " UNION ALL SELECT NULL, c.n, f.* FROM"};

const std::string accept_sql = std::string{R"(
WITH ins AS (
  INSERT INTO bets (bet_id, user_address, token, amount, max_price, request_hash, order_hash,
                    signed_order, deadline, created_at, updated_at)
  SELECT i.id, i.who, i.token, i.amount, i.max_price, i.request, i.hash, i.signed,
         time_of(i.deadline), time_of(i.at), time_of(i.at)
  FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bytea[],
              $7::bytea[], $8::bytea[], $9::bigint[], $10::bigint[])
       i(id, who, token, amount, max_price, request, hash, signed, deadline, at)
  ON CONFLICT (bet_id) DO NOTHING
  RETURNING bet_id, user_address, amount, created_at),
post AS (
  INSERT INTO postings (kind, debit, credit, amount, user_address, reference, created_at)
  SELECT 0, 3, 0, amount, user_address, bet_id, created_at FROM ins),
volume AS (
  INSERT INTO bet_volume AS v (day, amount)
  SELECT (created_at AT TIME ZONE 'UTC')::date, sum(amount)::bigint FROM ins GROUP BY 1
  ON CONFLICT (day) DO UPDATE SET amount = v.amount + excluded.amount),
sums AS (
  SELECT user_address, sum(amount)::bigint AS amount, max(created_at) AS at FROM ins
  GROUP BY 1 ORDER BY 1),
bal AS (
  UPDATE balances b
  SET balance = b.balance - s.amount, version = b.version + 1, updated_at = s.at
  FROM sums s WHERE b.user_address = s.user_address
  RETURNING b.user_address, b.balance, b.version),
buf AS (
  UPDATE liquidity_buffer SET usdc_balance = usdc_balance - t.amount,
    total_withdrawn = total_withdrawn + t.amount, updated_at = greatest(updated_at, t.at)
  FROM (SELECT sum(amount)::bigint AS amount, max(at) AS at FROM sums) t
  WHERE buffer_id = 'global' AND t.amount IS NOT NULL
    AND require_equal((SELECT count(*) FROM bal), (SELECT count(*) FROM sums))
  RETURNING )"} + buffer_columns_changed +
                               ")" + answer_columns +
                               " (SELECT count(*) AS n FROM ins) c LEFT JOIN buf f ON true";

// The same for a batch of one, without arrays and sums: a third cheaper for a bet that comes alone.
// One line, or none when the bet exists.
const std::string accept_one_sql = std::string{R"(
WITH ins AS (
  INSERT INTO bets (bet_id, user_address, token, amount, max_price, request_hash, order_hash,
                    signed_order, deadline, created_at, updated_at)
  VALUES ($1::uuid, $2::bytea, $3::bytea, $4, $5, $6::bytea, $7::bytea, $8::bytea, time_of($9),
          time_of($10), time_of($10))
  ON CONFLICT (bet_id) DO NOTHING
  RETURNING bet_id, user_address, amount, created_at),
post AS (
  INSERT INTO postings (kind, debit, credit, amount, user_address, reference, created_at)
  SELECT 0, 3, 0, amount, user_address, bet_id, created_at FROM ins),
volume AS (
  INSERT INTO bet_volume AS v (day, amount)
  SELECT (created_at AT TIME ZONE 'UTC')::date, amount FROM ins
  ON CONFLICT (day) DO UPDATE SET amount = v.amount + excluded.amount),
bal AS (
  UPDATE balances b
  SET balance = b.balance - i.amount, version = b.version + 1, updated_at = i.created_at
  FROM ins i WHERE b.user_address = i.user_address
  RETURNING b.user_address, b.balance, b.version),
buf AS (
  UPDATE liquidity_buffer SET usdc_balance = usdc_balance - i.amount,
    total_withdrawn = total_withdrawn + i.amount, updated_at = greatest(updated_at, i.created_at)
  FROM ins i WHERE buffer_id = 'global' AND require_equal((SELECT count(*) FROM bal), 1)
  RETURNING )"} + buffer_columns_changed +
                                   ") SELECT bal.*, buf.* FROM bal, buf";

// status::text keeps the planner from walking the index of all placing bets instead of the key.
const std::string finish_sql = std::string{R"(
WITH upd AS (
  UPDATE bets b SET status = i.status::bet_status, shares = i.shares, spent = i.spent,
    fee = i.fee, refunded = i.refunded, failure = i.failure, updated_at = time_of(i.at)
  FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[],
              $7::bigint[], $8::text[], $9::bigint[])
       i(id, who, status, shares, spent, fee, refunded, failure, at)
  WHERE b.bet_id = i.id AND b.user_address = i.who AND b.status::text = 'placing'
    AND b.amount = i.spent + i.fee + i.refunded
  RETURNING b.bet_id, b.user_address, b.refunded AS amount, b.updated_at),
post AS (
  INSERT INTO postings (kind, debit, credit, amount, user_address, reference, created_at)
  SELECT 1, 0, 3, amount, user_address, bet_id, updated_at FROM upd WHERE amount > 0),
sums AS (
  SELECT user_address, sum(amount)::bigint AS amount, max(updated_at) AS at FROM upd
  WHERE amount > 0 GROUP BY 1 ORDER BY 1),
bal AS (
  UPDATE balances b
  SET balance = b.balance + s.amount, version = b.version + 1, updated_at = s.at
  FROM sums s WHERE b.user_address = s.user_address
  RETURNING b.user_address, b.balance, b.version),
buf AS (
  UPDATE liquidity_buffer SET usdc_balance = usdc_balance + t.amount,
    total_withdrawn = total_withdrawn - t.amount, updated_at = greatest(updated_at, t.at)
  FROM (SELECT sum(amount)::bigint AS amount, max(at) AS at FROM sums) t
  WHERE buffer_id = 'global' AND t.amount IS NOT NULL
    AND require_equal((SELECT count(*) FROM bal), (SELECT count(*) FROM sums))
  RETURNING )"} + buffer_columns_changed +
                               ")" + answer_columns +
                               " (SELECT count(*) AS n FROM upd) c LEFT JOIN buf f ON true";

/// The columns of a batch as arrays. One set per thread, kept for its memory.
struct accept_arrays {
  wire_array id{element::uuid}, user{element::bytea}, token{element::bytea}, amount{element::int8},
      max_price{element::int8}, request{element::bytea}, hash{element::bytea},
      order{element::bytea}, deadline{element::int8}, at{element::int8};

  void clear() {
    for (auto* x :
         {&id, &user, &token, &amount, &max_price, &request, &hash, &order, &deadline, &at})
      x->clear();
  }
  void push(const bet& row) {
    id.push(row.id.view());
    user.push(row.user.view());
    token.push(row.token.view());
    amount.push(row.amount.micro);
    max_price.push(row.max_price.micro);
    request.push(row.request_hash.view());
    hash.push(row.order_hash.view());
    order.push(byte_view{row.signed_order});
    deadline.push(row.deadline.us);
    at.push(row.created_at.us);
  }
};

struct finish_arrays {
  wire_array id{element::uuid}, user{element::bytea}, status{element::text}, shares{element::int8},
      spent{element::int8}, fee{element::int8}, refunded{element::int8}, failure{element::text},
      at{element::int8};

  void clear() {
    for (auto* x : {&id, &user, &status, &shares, &spent, &fee, &refunded, &failure, &at})
      x->clear();
  }
  void push(const finish_bet& x) {
    id.push(x.id.view());
    user.push(x.user.view());
    status.push(to_string(x.status));
    shares.push(x.shares.micro);
    spent.push(x.spent.micro);
    fee.push(x.fee.micro);
    refunded.push(x.refunded.micro);
    failure.push(clean_text(x.failure));
    at.push(x.at.us);
  }
};

/// Notes the changed rows; answers how many entries took effect.
std::size_t read_answer(attempt& a, const pqxx::result& rows) {
  a.statement_done();
  std::size_t effective = 0;
  for (const auto& row : rows) {
    if (!row[0].is_null()) {
      a.changed_user(row);
    } else {
      effective = row[1].as<std::size_t>();
      if (!row[2].is_null()) a.changed_buffer(read_buffer(row, 2));
    }
  }
  return effective;
}

// Both answer how many of the bets were inserted.
std::size_t accept_one(attempt& a, const bet& row) {
  const auto rows = a.tx.exec_prepared(
      "accept_bet", binary(row.id.view()), binary(row.user.view()), binary(row.token.view()),
      row.amount.micro, row.max_price.micro, binary(row.request_hash.view()),
      binary(row.order_hash.view()), binary(row.signed_order), row.deadline.us, row.created_at.us);
  a.statement_done();
  if (rows.empty()) return 0;
  a.changed_user(rows.front());
  a.changed_buffer(read_buffer(rows.front(), 3));
  return 1;
}

std::size_t accept_many(attempt& a, std::span<const accept_bet* const> bets) {
  static thread_local accept_arrays x;
  x.clear();
  for (const auto* entry : bets) x.push(entry->row);
  return read_answer(
      a, a.tx.exec_prepared("accept_bets", x.id.parameter(), x.user.parameter(),
                            x.token.parameter(), x.amount.parameter(), x.max_price.parameter(),
                            x.request.parameter(), x.hash.parameter(), x.order.parameter(),
                            x.deadline.parameter(), x.at.parameter()));
}

template <class Entry, class Id>
std::unordered_map<bet_id, bet> find_all(attempt& a, std::span<const Entry* const> entries, Id id) {
  wire_array ids{element::uuid};
  for (const auto* x : entries) ids.push(id(*x).view());
  std::unordered_map<bet_id, bet> out;
  for (const auto& row : a.tx.exec_prepared("find_bets", ids.parameter())) {
    auto found = read_bet(row);
    out.emplace(found.id, std::move(found));
  }
  return out;
}

/// The bet's story has this end already.
bool finished_so(const bet& stored, const finish_bet& x) {
  const bool same_end = stored.status == x.status ||
                        (stored.status == bet_status::settled && x.status == bet_status::filled);
  return same_end && stored.user == x.user && stored.shares == x.shares &&
         stored.spent == x.spent && stored.fee == x.fee && stored.refunded == x.refunded;
}

}  // namespace

void prepare_bet_entries(pqxx::connection& link) {
  link.prepare("accept_bet", accept_one_sql);
  link.prepare("accept_bets", accept_sql);
  link.prepare("finish_bets", finish_sql);
  link.prepare("find_bets",
               std::string{"SELECT "} + bet_columns + "FROM bets WHERE bet_id = ANY ($1::uuid[])");
  for (const auto* name : {"accept_bet", "accept_bets", "finish_bets", "find_bets"})
    link.prepare_now(name);
}

void accept_all(attempt& a, std::span<const accept_bet* const> bets, std::vector<errc>& verdicts) {
  const auto inserted = bets.size() == 1 ? accept_one(a, bets.front()->row) : accept_many(a, bets);
  verdicts.assign(bets.size(), errc::none);
  if (inserted == bets.size()) return;
  // Some ids exist, from before or twice in this batch. The order's hash tells a repeat from a
  // reuse, whoever inserted the row.
  const auto stored = find_all(a, bets, [](const accept_bet& b) { return b.row.id; });
  for (std::size_t i = 0; i < bets.size(); ++i) {
    const auto& asked = bets[i]->row;
    const auto& found = stored.at(asked.id);
    const bool same = found.order_hash == asked.order_hash && found.user == asked.user &&
                      found.amount == asked.amount;
    verdicts[i] = same ? errc::none : errc::duplicate;
    if (same) a.replayed(&asked.user);
  }
}

void finish_all(attempt& a, std::span<const finish_bet* const> bets, std::vector<errc>& verdicts) {
  static thread_local finish_arrays x;
  x.clear();
  for (const auto* entry : bets) x.push(*entry);
  const auto updated = read_answer(
      a,
      a.tx.exec_prepared("finish_bets", x.id.parameter(), x.user.parameter(), x.status.parameter(),
                         x.shares.parameter(), x.spent.parameter(), x.fee.parameter(),
                         x.refunded.parameter(), x.failure.parameter(), x.at.parameter()));
  verdicts.assign(bets.size(), errc::none);
  if (updated == bets.size()) return;
  const auto stored = find_all(a, bets, [](const finish_bet& b) { return b.id; });
  for (std::size_t i = 0; i < bets.size(); ++i) {
    const auto found = stored.find(bets[i]->id);
    const bool same = found != stored.end() && finished_so(found->second, *bets[i]);
    verdicts[i] = same ? errc::none : errc::invariant_violated;
    if (same) a.replayed(&bets[i]->user);
  }
}

}  // namespace headroom::persistence
