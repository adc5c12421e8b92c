#include <unordered_set>

#include "persistence/detail/bet_statements.hpp"
#include "persistence/detail/book.hpp"
#include "persistence/detail/entries.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

using element = wire_array::element;

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

/// What the database changed of a group; the others were in the books before.
struct effect {
  std::size_t finished = 0;
  std::size_t accepted = 0;
  std::unordered_set<bet_id> changed;  // named only when there are others
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
  return {0, 1, {}};
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
    if (!row[0].is_null() && !row[1].is_null()) {
      a.changed_user(row);
    } else if (!row[0].is_null()) {
      out.changed.insert(read_fixed<bet_id>(row[0]));
    } else {
      out.finished = row[1].as<std::size_t>();
      out.accepted = row[2].as<std::size_t>();
      if (!row[3].is_null()) a.changed_buffer(read_buffer(row, 3));
    }
  }
  return out;
}

/// The hot statement posts refunds. A loss is rare, and may be a repeat's, which moves nothing.
void book_excess(attempt& a, std::span<const finish_bet* const> ends,
                 std::span<const entry_outcome> outcomes) {
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (!ends[i]->excess.is_positive() || outcomes[i].verdict != errc::none) continue;
    auto moves = moves_of(*ends[i]);
    std::erase_if(moves.postings,
                  [](const posting& p) { return p.shape.kind == posting_kind::bet_refund; });
    post_once(a, moves);
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
  const auto parts = add_saturating(add_saturating(x.spent, x.fee), x.refunded);
  return same_end && stored.user == x.user && stored.shares == x.shares &&
         stored.spent == x.spent && stored.fee == x.fee && stored.refunded == x.refunded &&
         parts == add_saturating(stored.amount, x.excess);
}

/// Of an entry that the books have as it is asked for: written now, or there before.
void tell(attempt& a, const journal_entry& entry, bool written_now, entry_outcome& out) {
  out.result.replayed = !written_now;
  out.verdict = written_now ? errc::none : a.replayed(moves_of(entry));
}

/// Some ids exist, from before or twice in this batch. The order's hash tells a repeat from a
/// reuse, whoever inserted the row. Of two that are the same the first was written.
void judge_accepted(attempt& a, std::span<const accept_bet* const> bets, effect& done,
                    std::vector<entry_outcome>& outcomes) {
  const auto stored = find_all(a, bets, [](const accept_bet& b) { return b.row.id; });
  for (std::size_t i = 0; i < bets.size(); ++i) {
    const auto& asked = bets[i]->row;
    const auto& found = stored.at(asked.id);
    const bool same = found.order_hash == asked.order_hash && found.user == asked.user &&
                      found.amount == asked.amount;
    outcomes[i].verdict = errc::duplicate;
    if (same) tell(a, *bets[i], done.changed.erase(asked.id) > 0, outcomes[i]);
  }
}

void judge_finished(attempt& a, std::span<const finish_bet* const> ends, effect& done,
                    std::vector<entry_outcome>& outcomes) {
  const auto stored = find_all(a, ends, [](const finish_bet& b) { return b.id; });
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const auto found = stored.find(ends[i]->id);
    const bool same = found != stored.end() && finished_so(found->second, *ends[i]);
    outcomes[i].verdict = errc::invariant_violated;
    if (same) tell(a, *ends[i], done.changed.erase(ends[i]->id) > 0, outcomes[i]);
  }
}

}  // namespace

void prepare_bet_entries(pqxx::connection& link) {
  link.prepare("accept_bet", accept_bet_sql());
  link.prepare("write_bets", write_bets_sql());
  link.prepare("find_bets",
               std::string{"SELECT "} + bet_columns + "FROM bets WHERE bet_id = ANY ($1::uuid[])");
  for (const auto* name : {"accept_bet", "write_bets", "find_bets"}) link.prepare_now(name);
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

bet_outcomes write_bets(attempt& a, std::span<const finish_bet* const> ends,
                        std::span<const accept_bet* const> bets) {
  const bool alone = ends.empty() && bets.size() == 1;
  auto done = alone ? accept_one(a, bets.front()->row) : write_many(a, ends, bets);
  bet_outcomes out{std::vector<entry_outcome>(ends.size()),
                   std::vector<entry_outcome>(bets.size())};
  if (done.finished != ends.size()) judge_finished(a, ends, done, out.ends);
  if (done.accepted != bets.size()) judge_accepted(a, bets, done, out.bets);
  book_excess(a, ends, out.ends);
  return out;
}

}  // namespace headroom::persistence
