#include "persistence/detail/entries.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

using element = wire_array::element;

// Ends and new bets of a batch in one statement, so that user and buffer are touched once. The rows
// that really changed feed everything else (postings, sums per user, buffer): a repeated entry
// moves nothing. The answer has one line per changed user, then one line without a user: how many
// bets were finished and accepted, and the buffer's row if it was touched. Users come before the
// buffer, and are all found before it is touched: who cannot pay hears that first. A bet must not
// be accepted and finished by the same statement: the end would not see its row.
const std::string write_sql = std::string{R"(
WITH fin AS (
  UPDATE bets b SET status = i.status::bet_status, shares = i.shares, spent = i.spent,
    fee = i.fee, refunded = i.refunded, failure = i.failure, updated_at = time_of(i.at)
  FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[],
              $7::bigint[], $8::text[], $9::bigint[], $21::bigint[])
       i(id, who, status, shares, spent, fee, refunded, failure, at, excess),
    LATERAL (SELECT ctid, user_address, status, amount FROM bets WHERE bet_id = i.id OFFSET 0) found
  WHERE b.ctid = found.ctid AND found.user_address = i.who AND found.status = 'placing'
    AND i.excess >= 0 AND found.amount + i.excess = i.spent + i.fee + i.refunded
  RETURNING b.bet_id, b.user_address, b.refunded, b.updated_at),
ins AS (
  INSERT INTO bets (bet_id, user_address, token, amount, max_price, request_hash, order_hash,
                    signed_order, deadline, created_at, updated_at, placed_by)
  SELECT i.id, i.who, i.token, i.amount, i.max_price, i.request, i.hash, i.signed,
         time_of(i.deadline), time_of(i.at), time_of(i.at), i.placed_by
  FROM unnest($10::uuid[], $11::bytea[], $12::bytea[], $13::bigint[], $14::bigint[], $15::bytea[],
              $16::bytea[], $17::bytea[], $18::bigint[], $19::bigint[], $20::text[])
       i(id, who, token, amount, max_price, request, hash, signed, deadline, at, placed_by)
  ON CONFLICT (bet_id) DO NOTHING
  RETURNING bet_id, user_address, amount, created_at),
volume AS (
  INSERT INTO bet_volume AS v (day, amount)
  SELECT (created_at AT TIME ZONE 'UTC')::date, sum(amount)::bigint FROM ins GROUP BY 1
  ON CONFLICT (day) DO UPDATE SET amount = v.amount + excluded.amount),
moves AS (
  SELECT 1 AS kind, 0 AS debit, 3 AS credit, refunded AS amount, refunded AS owed, user_address,
         bet_id, updated_at AS at
  FROM fin WHERE refunded > 0
  UNION ALL SELECT 0, 3, 0, amount, -amount, user_address, bet_id, created_at FROM ins),
post AS (
  INSERT INTO postings (kind, debit, credit, amount, user_address, reference, created_at)
  SELECT kind, debit, credit, amount, user_address, bet_id, at FROM moves),
sums AS (
  SELECT user_address, sum(owed)::bigint AS owed, max(at) AS at FROM moves GROUP BY 1 ORDER BY 1),
bal AS (
  UPDATE balances b
  SET balance = b.balance + s.owed, version = b.version + 1, updated_at = s.at
  FROM sums s,
    LATERAL (SELECT ctid FROM balances WHERE user_address = s.user_address OFFSET 0) found
  WHERE b.ctid = found.ctid
  RETURNING b.user_address, b.balance, b.version),
owed AS (
  UPDATE ledger_totals SET users = users + t.owed
  FROM (SELECT sum(owed)::bigint AS owed FROM sums) t WHERE id = 1 AND t.owed IS NOT NULL),
buf AS (
  UPDATE liquidity_buffer SET usdc_balance = usdc_balance + t.owed,
    total_withdrawn = total_withdrawn - t.owed, updated_at = greatest(updated_at, t.at)
  FROM (SELECT sum(owed)::bigint AS owed, max(at) AS at FROM sums) t
  WHERE buffer_id = 'global' AND t.owed IS NOT NULL
    AND require_equal((SELECT count(*) FROM bal), (SELECT count(*) FROM sums))
  RETURNING )"} + buffer_columns_changed +
                              R"()
SELECT user_address, balance, version, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint,
  NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint FROM bal
UNION ALL SELECT NULL, c.finished, c.accepted, f.*
FROM (SELECT (SELECT count(*) FROM fin) AS finished, (SELECT count(*) FROM ins) AS accepted) c
  LEFT JOIN buf f ON true)";

// One new bet, without arrays and sums: a third cheaper for a bet that comes alone. One line, or
// none when the bet exists.
const std::string accept_one_sql = std::string{R"(
WITH ins AS (
  INSERT INTO bets (bet_id, user_address, token, amount, max_price, request_hash, order_hash,
                    signed_order, deadline, created_at, updated_at, placed_by)
  VALUES ($1::uuid, $2::bytea, $3::bytea, $4, $5, $6::bytea, $7::bytea, $8::bytea, time_of($9),
          time_of($10), time_of($10), $11)
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
owed AS (
  UPDATE ledger_totals SET users = users - i.amount FROM ins i WHERE id = 1),
buf AS (
  UPDATE liquidity_buffer SET usdc_balance = usdc_balance - i.amount,
    total_withdrawn = total_withdrawn + i.amount, updated_at = greatest(updated_at, i.created_at)
  FROM ins i WHERE buffer_id = 'global' AND require_equal((SELECT count(*) FROM bal), 1)
  RETURNING )"} + buffer_columns_changed +
                                   ") SELECT bal.*, buf.* FROM bal, buf";

// What a bet was charged above its amount, from the buffer to venue_loss, once. Nothing when it was
// booked before.
const std::string excess_sql = std::string{R"(
WITH post AS (
  INSERT INTO postings (kind, debit, credit, amount, reference, created_at)
  SELECT 7, 8, 0, spent + fee - amount, bet_id, updated_at FROM bets
  WHERE bet_id = $1::uuid AND status = 'filled' AND spent + fee - amount = $2
  ON CONFLICT DO NOTHING
  RETURNING amount, created_at),
lost AS (
  UPDATE ledger_accounts a SET balance = a.balance + p.amount FROM post p WHERE a.account = 8)
UPDATE liquidity_buffer SET usdc_balance = usdc_balance - p.amount,
  total_withdrawn = total_withdrawn + p.amount, updated_at = greatest(updated_at, p.created_at)
FROM post p WHERE buffer_id = 'global' RETURNING )"} +
                               buffer_columns_changed;

/// The columns of a batch as arrays. One set per thread, kept for its memory.
struct accept_arrays {
  wire_array id{element::uuid}, user{element::bytea}, token{element::bytea}, amount{element::int8},
      max_price{element::int8}, request{element::bytea}, hash{element::bytea},
      order{element::bytea}, deadline{element::int8}, at{element::int8}, placed_by{element::text};

  void clear() {
    for (auto* x : {&id, &user, &token, &amount, &max_price, &request, &hash, &order, &deadline,
                    &at, &placed_by})
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
    placed_by.push(clean_text(row.placed_by));
  }
};

struct finish_arrays {
  wire_array id{element::uuid}, user{element::bytea}, status{element::text}, shares{element::int8},
      spent{element::int8}, fee{element::int8}, refunded{element::int8}, failure{element::text},
      at{element::int8}, excess{element::int8};

  void clear() {
    for (auto* x : {&id, &user, &status, &shares, &spent, &fee, &refunded, &failure, &at, &excess})
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
    excess.push(x.excess.micro);
  }
};

/// How many bets of a group the database changed; the others were in the books before.
struct effect {
  std::size_t finished = 0;
  std::size_t accepted = 0;
};

effect accept_one(attempt& a, const bet& row) {
  const auto rows = a.tx.exec_prepared(
      "accept_bet", binary(row.id.view()), binary(row.user.view()), binary(row.token.view()),
      row.amount.micro, row.max_price.micro, binary(row.request_hash.view()),
      binary(row.order_hash.view()), binary(row.signed_order), row.deadline.us, row.created_at.us,
      clean_text(row.placed_by));
  a.statement_done();
  if (rows.empty()) return {};
  a.changed_user(rows.front());
  a.changed_buffer(read_buffer(rows.front(), 3));
  return {0, 1};
}

effect write_many(attempt& a, std::span<const finish_bet* const> ends,
                  std::span<const accept_bet* const> bets) {
  static thread_local finish_arrays f;
  static thread_local accept_arrays n;
  f.clear();
  n.clear();
  for (const auto* x : ends) f.push(*x);
  for (const auto* x : bets) n.push(x->row);
  const auto rows = a.tx.exec_prepared(
      "write_bets", f.id.parameter(), f.user.parameter(), f.status.parameter(),
      f.shares.parameter(), f.spent.parameter(), f.fee.parameter(), f.refunded.parameter(),
      f.failure.parameter(), f.at.parameter(), n.id.parameter(), n.user.parameter(),
      n.token.parameter(), n.amount.parameter(), n.max_price.parameter(), n.request.parameter(),
      n.hash.parameter(), n.order.parameter(), n.deadline.parameter(), n.at.parameter(),
      n.placed_by.parameter(), f.excess.parameter());
  a.statement_done();
  effect out;
  for (const auto& row : rows) {
    if (!row[0].is_null()) {
      a.changed_user(row);
      continue;
    }
    out = {row[1].as<std::size_t>(), row[2].as<std::size_t>()};
    if (!row[3].is_null()) a.changed_buffer(read_buffer(row, 3));
  }
  return out;
}

/// Of ends that are in the books now. A repeat moves nothing: posting_once.
void book_excess(attempt& a, std::span<const finish_bet* const> ends) {
  for (const auto* x : ends) {
    if (!x->excess.is_positive()) continue;
    for (const auto& row : a.tx.exec_prepared("book_excess", binary(x->id.view()), x->excess.micro))
      a.changed_buffer(read_buffer(row));
  }
}

template <class Entry, class Id>
std::unordered_map<bet_id, bet> find_all(attempt& a, std::span<const Entry* const> entries, Id id) {
  std::vector<bet_id> ids;
  for (const auto* x : entries) ids.push_back(id(*x));
  return select_bets(a.tx, ids);
}

/// The bet's story has this end already.
bool finished_so(const bet& stored, const finish_bet& x) {
  const bool same_end = stored.status == x.status ||
                        (stored.status == bet_status::settled && x.status == bet_status::filled);
  return same_end && stored.user == x.user && stored.shares == x.shares &&
         stored.spent == x.spent && stored.fee == x.fee && stored.refunded == x.refunded;
}

/// Some ids exist, from before or twice in this batch. The order's hash tells a repeat from a
/// reuse, whoever inserted the row.
void judge_accepted(attempt& a, std::span<const accept_bet* const> bets,
                    std::vector<errc>& verdicts) {
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

void judge_finished(attempt& a, std::span<const finish_bet* const> ends,
                    std::vector<errc>& verdicts) {
  const auto stored = find_all(a, ends, [](const finish_bet& b) { return b.id; });
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const auto found = stored.find(ends[i]->id);
    const bool same = found != stored.end() && finished_so(found->second, *ends[i]);
    verdicts[i] = same ? errc::none : errc::invariant_violated;
    if (same) a.replayed(&ends[i]->user);
  }
}

}  // namespace

void prepare_bet_entries(pqxx::connection& link) {
  link.prepare("accept_bet", accept_one_sql);
  link.prepare("write_bets", write_sql);
  link.prepare("book_excess", excess_sql);
  link.prepare("find_bets",
               std::string{"SELECT "} + bet_columns + "FROM bets WHERE bet_id = ANY ($1::uuid[])");
  for (const auto* name : {"accept_bet", "write_bets", "book_excess", "find_bets"})
    link.prepare_now(name);
}

std::unordered_map<bet_id, bet> select_bets(pqxx::transaction_base& tx,
                                            std::span<const bet_id> ids) {
  wire_array wanted{element::uuid};
  for (const auto& id : ids) wanted.push(id.view());
  std::unordered_map<bet_id, bet> out;
  for (const auto& row : tx.exec_prepared("find_bets", wanted.parameter())) {
    auto found = read_bet(row);
    out.emplace(found.id, std::move(found));
  }
  return out;
}

bet_verdicts write_bets(attempt& a, std::span<const finish_bet* const> ends,
                        std::span<const accept_bet* const> bets) {
  const bool alone = ends.empty() && bets.size() == 1;
  const auto done = alone ? accept_one(a, bets.front()->row) : write_many(a, ends, bets);
  book_excess(a, ends);
  bet_verdicts out{std::vector(ends.size(), errc::none), std::vector(bets.size(), errc::none)};
  if (done.finished != ends.size()) judge_finished(a, ends, out.ends);
  if (done.accepted != bets.size()) judge_accepted(a, bets, out.bets);
  return out;
}

}  // namespace headroom::persistence
