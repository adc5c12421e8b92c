#include "tests/support/memory_books.hpp"

#include <algorithm>

#include "domain/ledger.hpp"
#include "domain/operation_purpose.hpp"

namespace headroom::test {
namespace {

using actors::store_status;

/// As the real reader: a zero key finds nothing.
const deposit* deposit_under(const memory_books& b, const address& user, const hash256& idempotency,
                             const hash256& identifier) {
  const auto same = [](const hash256& x, const hash256& y) { return !x.is_zero() && x == y; };
  for (const auto& [id, d] : b.deposits)
    if (d.user == user &&
        (same(idempotency, d.idempotency_key) || same(identifier, d.payment_identifier)))
      return &d;
  return nullptr;
}

/// Applies one entry; the overloads return why it is refused. Money moves by the ledger's rule.
struct applier {
  memory_books& b;
  committed& out;

  balance_row& row_of(const address& user) {
    auto& row = b.balances[user];
    row.user = user;
    return row;
  }

  void show(const address& user) {
    const auto& row = row_of(user);
    out.balance = row.balance;
    out.balance_version = row.version;
  }

  static void add_to(usdc& total, usdc change) { total.micro += change.micro; }

  errc post(const journal_entry& entry) {
    const auto moves = moves_of(entry);
    add_to(b.in_transit, change_of(account::in_transit, moves));
    add_to(b.capital, change_of(account::capital, moves));
    add_to(b.loss, change_of(account::conversion_loss, moves));
    add_to(b.venue_loss, change_of(account::venue_loss, moves));
    add_to(b.revenue, change_of(account::revenue, moves));
    if (const auto change = change_of(account::user, moves); !change.is_zero()) {
      auto& row = row_of(moves.user.value());
      add_to(row.balance, change);
      ++row.version;
      show(row.user);
    }
    const auto held = change_of(account::buffer, moves);
    const auto reserve = change_of(account::reserve, moves);
    add_to(b.buffer.balance, held);
    add_to(b.buffer.reserve, reserve);
    add_to(b.buffer.total_deposited, change_of(buffer_total::deposited, moves));
    add_to(b.buffer.total_withdrawn, change_of(buffer_total::withdrawn, moves));
    if (!held.is_zero() || !reserve.is_zero()) ++b.buffer.version;
    return errc::none;
  }

  /// It was in the books before.
  errc replayed() {
    out.replayed = true;
    return errc::none;
  }
  errc replayed(const address& user) {
    show(user);
    return replayed();
  }

  errc operator()(const accept_bet& x) {
    if (const auto i = b.bets.find(x.row.id); i != b.bets.end())
      return i->second.order_hash == x.row.order_hash ? replayed(x.row.user) : errc::duplicate;
    if (row_of(x.row.user).balance < x.row.amount) return errc::insufficient_balance;
    if (b.buffer.balance < x.row.amount) return errc::exceeds_max_bet;
    if (b.is_settled(x.row.token)) return errc::market_closed;
    if (const auto id = delegation_in(x.row.placed_by)) {
      const auto i = b.delegations.find(*id);
      if (i == b.delegations.end()) return errc::exceeds_delegation;
      const auto why = refusal_under(i->second, x.row.user, x.row.amount, x.row.created_at);
      if (why != errc::none) return why;
    }
    charge(x.row, x.row.amount.micro);
    b.bets.emplace(x.row.id, x.row);
    return post(x);
  }

  errc operator()(const finish_bet& x) {
    auto& bet = b.bets.at(x.id);
    if (x.spent.micro + x.fee.micro + x.refunded.micro != bet.amount.micro + x.excess.micro)
      return errc::invariant_violated;
    if (bet.status != bet_status::placing) {
      const bool filled = bet.status == bet_status::filled || bet.status == bet_status::settled;
      const bool same =
          filled == (x.status == bet_status::filled) && bet.spent == x.spent && bet.fee == x.fee;
      return same ? replayed(x.user) : errc::invariant_violated;
    }
    bet.status = x.status;
    bet.shares = x.shares;
    bet.spent = x.spent;
    bet.fee = x.fee;
    bet.refunded = x.refunded;
    bet.failure = x.failure;
    charge(bet, -x.refunded.micro);
    b.hold(bet, x.at);
    return post(x);
  }

  errc operator()(const open_deposit& x) {
    for (const auto& [id, d] : b.deposits)
      if (d.payment.from == x.row.payment.from && d.payment.nonce == x.row.payment.nonce)
        return id == x.row.id ? replayed() : errc::duplicate;
    if (deposit_under(b, x.row.user, x.row.idempotency_key, x.row.payment_identifier) != nullptr)
      return errc::duplicate;
    b.deposits.emplace(x.row.id, x.row);
    return errc::none;
  }
  errc operator()(const settle_deposit& x) {
    auto& d = b.deposits.at(x.id);
    const bool was_paid = d.credited_at.is_set();  // its conversion failed, not its payment
    if (d.status == deposit_status::failed && !was_paid) return errc::invariant_violated;
    for (const auto& [id, other] : b.deposits)
      if (id != x.id && other.status != deposit_status::settling && other.tx_hash == x.tx_hash &&
          other.log_index == x.log_index)
        return errc::duplicate;
    const bool again = d.status != deposit_status::settling;
    if (!again) d.status = deposit_status::pending;
    d.tx_hash = x.tx_hash;
    d.log_index = x.log_index;
    return again ? replayed() : errc::none;
  }
  errc operator()(const fail_deposit& x) {
    auto& d = b.deposits.at(x.id);
    if (d.status == deposit_status::failed && !d.credited_at.is_set()) return replayed();
    if (d.status != deposit_status::settling) return errc::invariant_violated;
    d.status = deposit_status::failed;
    d.failure = x.failure;
    return errc::none;
  }
  errc operator()(const credit_deposit& x) {
    auto& d = b.deposits.at(x.id);
    if (d.fee != x.fee) return errc::invariant_violated;
    if (d.status != deposit_status::pending) return replayed(d.user);
    d.status = deposit_status::converting;
    d.credited_at = x.at;
    return post(x);
  }

  errc operator()(const open_conversion& x) {
    if (b.conversions.contains(x.row.id)) return replayed();
    for (const auto& id : x.row.deposits)
      if (!b.deposits.at(id).conversion.is_zero()) return errc::duplicate;
    for (const auto& id : x.row.deposits) {
      const auto& paid = b.deposits.at(id).payment;
      if (money_source{paid.chain_id, paid.token} != x.row.source) return errc::invariant_violated;
    }
    for (const auto& id : x.row.deposits) b.deposits.at(id).conversion = x.row.id;
    b.conversions.emplace(x.row.id, x.row);
    return errc::none;
  }
  errc operator()(const replace_conversion& x) {
    auto& old = b.conversions.at(x.old);
    if (b.conversions.contains(x.row.id))
      return old.replaced_by == x.row.id ? replayed() : errc::duplicate;
    const bool named = std::any_of(old.steps.begin(), old.steps.end(),
                                   [](const auto& s) { return !s.operations.empty(); });
    if (old.status != conversion_status::running || old.order.word == order_word::hold ||
        is_end(old.order.word) || named)
      return errc::duplicate;
#ifndef HEADROOM_PLANTED_OUTBOX_UNASKED  // for tests/simulation alone, which must notice
    if (b.sent_for.contains(x.old)) return errc::duplicate;
#endif
    if (x.row.amount != old.amount || x.row.source != old.source || x.row.deposits != old.deposits)
      return errc::invariant_violated;
    old.status = conversion_status::replaced;
    old.replaced_by = x.row.id;
    old.deposits.clear();
    for (const auto& id : x.row.deposits) b.deposits.at(id).conversion = x.row.id;
    b.conversions.emplace(x.row.id, x.row);
    return errc::none;
  }
  errc operator()(const advance_conversion& x) {
    auto& c = b.conversions.at(x.id);
    if (c.status != conversion_status::running) return replayed();
    c.steps = x.steps;
    c.attempts = x.attempts;
    return errc::none;
  }
  errc operator()(const complete_conversion& x) {
    auto& c = b.conversions.at(x.id);
    if (c.status == conversion_status::completed) return replayed();
    if (c.status != conversion_status::running) return errc::invariant_violated;
    const usdc received{x.to_buffer.micro + x.to_reserve.micro};
    if (received.micro + x.loss.micro != c.amount.micro) return errc::invariant_violated;
    c.status = conversion_status::completed;
    c.steps = x.steps;
    c.received = received;
    c.loss = x.loss;
    for (const auto& id : c.deposits) b.deposits.at(id).status = deposit_status::completed;
    return post(x);
  }
  errc operator()(const undo_conversion& x) {
    auto& c = b.conversions.at(x.id);
    if (c.undone >= x.times) return replayed();
    if (c.status != conversion_status::completed || c.undone + 1 != x.times ||
        c.received != add_saturating(x.from_buffer, x.from_reserve) || c.loss != x.loss)
      return errc::invariant_violated;
    if (b.buffer.balance < x.from_buffer || b.buffer.reserve < x.from_reserve)
      return errc::exceeds_max_bet;
    c.status = conversion_status::running;
    c.steps = x.steps;
    c.undone = x.times;
    c.received = c.loss = {};
    for (const auto& id : c.deposits) b.deposits.at(id).status = deposit_status::converting;
    return post(x);
  }
  errc operator()(const settle_proofs& x) {
    auto& c = b.conversions.at(x.id);
    if (c.status != conversion_status::completed || !any_by_depth(c.steps)) return replayed();
    c.steps = x.steps;
    return errc::none;
  }
  errc operator()(const fail_conversion& x) {
    auto& c = b.conversions.at(x.id);
    if (c.status == conversion_status::failed) return replayed();
    if (c.status != conversion_status::running) return errc::invariant_violated;
    c.status = conversion_status::failed;
    c.steps = x.steps;
    c.failure = x.failure;
    for (const auto& id : c.deposits) b.deposits.at(id).status = deposit_status::failed;
    return errc::none;
  }

  errc operator()(const order_conversion& x) {
    const auto i = b.conversions.find(x.id);
    if (i == b.conversions.end()) return errc::not_found;
    auto& c = i->second;
    const auto same = [&](const order_conversion& o) {
      return o.id == x.id && o.order.word == x.order.word && o.order.at == x.order.at;
    };
    if (std::any_of(b.orders.begin(), b.orders.end(), same)) return replayed();
    if (c.status != conversion_status::running || is_end(c.order.word))
      return errc::invariant_violated;
    if (is_end(x.order.word) && c.order.word != order_word::hold) return errc::invariant_violated;
    if (x.order.word == order_word::settle &&
        !b.claimed.emplace(adoption_of(x.order.proof), x.order.received).second)
      return errc::duplicate;
    c.order = x.order;
    b.orders.push_back(x);
    c.order.number = static_cast<std::int64_t>(b.orders.size());
    return errc::none;
  }
  errc operator()(const write_off_conversion& x) {
    auto& c = b.conversions.at(x.id);
    if (c.status == conversion_status::failed) return replayed();
    if (c.status != conversion_status::running || c.order.word != order_word::write_off ||
        c.amount != x.lost)
      return errc::invariant_violated;
    c.status = conversion_status::failed;
    c.loss = x.lost;
    c.failure = x.failure;
    for (const auto& id : c.deposits) b.deposits.at(id).status = deposit_status::failed;
    return post(x);
  }
  errc operator()(const adopt_transfer& x) {
    const auto [i, fresh] = b.claimed.emplace(adoption_of(x.place), x.amount);
    if (!fresh) return i->second == x.amount ? replayed() : errc::duplicate;
    return post(x);
  }
  errc operator()(const switch_work& x) {
    const auto i = b.switches.find(x.work);
    if (i != b.switches.end() && i->second.at == x.at && i->second.paused == x.paused)
      return replayed();
    b.switches.insert_or_assign(x.work, x);
    return errc::none;
  }

  errc operator()(const replenish& x) {
    const usdc amount{x.to_buffer.micro + x.to_reserve.micro};
    if (const auto i = b.replenishes.find(x.id); i != b.replenishes.end())
      return i->second == amount ? replayed() : errc::key_reused;
    b.replenishes.emplace(x.id, amount);
    return post(x);
  }
  errc operator()(const refill& x) {
    if (b.replenishes.contains(x.id)) return replayed();
    if (b.buffer.reserve < x.amount) return errc::invariant_violated;
    b.replenishes.emplace(x.id, x.amount);
    return post(x);
  }
  errc operator()(const configure_buffer& x) {
    b.buffer.min_size = x.min_size;
    b.buffer.has_max = x.has_max;
    b.buffer.max_size = x.max_size;
    ++b.buffer.version;
    return errc::none;
  }
  errc operator()(const record_operations& x) {
    if (!b.withdrawals.may_store(x, b.operations)) return errc::invariant_violated;
    for (const auto& row : x.rows)
      if (!may_send_for(row.purpose, !b.operations.find(row.id).empty()))
        return errc::invariant_violated;
    const auto verdict = b.operations.record(x, out.replayed);
    if (verdict == errc::none)
      for (const auto& row : x.rows) note_sender(row.purpose);
    return verdict;
  }
  errc operator()(const finish_operation& x) { return b.operations.finish(x, out.replayed); }
  errc operator()(const record_external& x) {
    if (!may_send_for(x.row.purpose, !b.externals.find(x.row.id).empty()))
      return errc::invariant_violated;
    const auto verdict = b.externals.record(x, out.replayed);
    if (verdict == errc::none) note_sender(x.row.purpose);
    return verdict;
  }
  /// The outbox believes no conversion that was replaced (migration 0019).
  bool may_send_for(const std::string& purpose, bool known) {
    const auto of = parse_purpose(purpose).of;
    const auto c = of ? b.conversions.find(*of) : b.conversions.end();
    return known || c == b.conversions.end() || c->second.status != conversion_status::replaced;
  }
  void note_sender(const std::string& purpose) {
    if (const auto of = parse_purpose(purpose).of) b.sent_for.insert(*of);
  }
  errc operator()(const note_buffer& x) {
    out.replayed =
        !b.history.emplace(x.at, add_saturating(b.buffer.balance, b.buffer.reserve)).second;
    return errc::none;
  }
  errc operator()(const promise_bet& x) {
    b.promises.insert_or_assign(x.row.id, x.row);
    return errc::none;
  }
  errc operator()(const record_market& x) { return b.record(x, out.replayed); }

  errc operator()(const sign_in& x) {
    const auto& s = x.row;
    if (s.user.is_zero() == s.key_id.empty() || s.expires_at <= s.created_at)
      return errc::invariant_violated;
    for (const auto& [token, known] : b.sessions)
      if (known.nonce_hash == s.nonce_hash)
        return token == s.token_hash ? replayed() : errc::duplicate;
    auto& row = b.sessions[s.token_hash] = s;
    row.change = ++b.session_changes;
    return errc::none;
  }
  errc operator()(const open_delegation& x) {
    const auto [i, fresh] = b.delegations.emplace(x.row.id, x.row);
    if (fresh) return errc::none;
    const bool same = i->second.user == x.row.user && i->second.total == x.row.total &&
                      i->second.public_key == x.row.public_key;
    return same ? replayed() : errc::duplicate;
  }
  errc operator()(const revoke_delegation& x) {
    const auto i = b.delegations.find(x.id);
    if (i == b.delegations.end()) return errc::not_found;
    if (i->second.revoked_at.is_set()) return replayed();
    i->second.revoked_at = x.at;
    i->second.revoked_by = x.by;
    return errc::none;
  }
  /// What a bet placed under one takes of it, or below zero gives back.
  void charge(const bet& of, std::int64_t micro) {
    if (const auto id = delegation_in(of.placed_by))
      if (const auto i = b.delegations.find(*id); i != b.delegations.end())
        i->second.used.micro += micro;
  }
  errc operator()(const sign_out& x) {
    const auto i = b.sessions.find(x.token_hash);
    if (i == b.sessions.end() || i->second.closed_at.is_set()) return replayed();
    i->second.closed_at = x.at;
    i->second.change = ++b.session_changes;
    return errc::none;
  }

  /// Of an entry that memory_positions has judged: the money it moves, or the rows as they are now.
  errc post_if_new(const journal_entry& entry, errc verdict) {
    if (verdict != errc::none) return verdict;
    if (!out.replayed) return post(entry);
    if (const auto user = moves_of(entry).user) show(*user);
    return errc::none;
  }
  errc operator()(const accept_sale& x) { return b.offer(x, out.replayed); }
  errc operator()(const finish_sale& x) { return post_if_new(x, b.end(x, out.replayed)); }
  errc operator()(const open_settlement& x) { return b.open(x, out.replayed); }
  errc operator()(const book_redemption& x) { return b.redeem(x, out.replayed); }
  errc operator()(const settle_position& x) { return post_if_new(x, b.settle(x, out.replayed)); }
  errc operator()(const close_settlement& x) { return post_if_new(x, b.close(x, out.replayed)); }

  errc operator()(const accept_withdrawal& x) {
    const auto verdict = b.withdrawals.accept(x, out.replayed);
    if (verdict != errc::none || out.replayed) return post_if_new(x, verdict);
    if (row_of(x.row.user).balance < x.row.amount) return errc::insufficient_balance;
    if (b.buffer.balance < paid_out(x.row)) return errc::exceeds_max_bet;
    auto stored = x.row;
    stored.status = withdrawal_status::requested;
    b.withdrawals.rows.emplace(x.row.id, stored);
    return post(x);
  }
  errc operator()(const approve_withdrawal& x) { return b.withdrawals.approve(x, out.replayed); }
  errc operator()(const finish_withdrawal& x) {
    return post_if_new(x, b.withdrawals.finish(x, b.operations, out.replayed));
  }
  errc operator()(const switch_withdrawals& x) {
    b.withdrawals.paused = x.paused;
    return errc::none;
  }
};

}  // namespace

errc memory_books::apply(const journal_entry& e, committed& out) {
  return std::visit(applier{*this, out}, e);
}

void memory_books::tell(const journal_entry& e, const entry_outcome& outcome) {
  const auto told = told_of(e, outcome);
  if (!told) return;
  heard_event out{static_cast<std::int64_t>(events.size()) + 1,
                  told->type,
                  told->subject,
                  told->user.value_or(address{}),
                  told->amount,
                  told->at,
                  {}};
  if (const auto* x = std::get_if<settle_deposit>(&e)) out.user = deposits.at(x->id).user;
  if (const auto* x = std::get_if<fail_deposit>(&e)) out.user = deposits.at(x->id).user;
  if (const auto* x = std::get_if<approve_withdrawal>(&e))
    out.user = withdrawals.rows.at(x->id).user;
  events.push_back(out);
}

usdc memory_books::owed_to_users() const {
  usdc sum;
  for (const auto& [user, row] : balances) sum.micro += row.balance.micro;
  return sum;
}

store_status memory_store::commit(std::span<const journal_entry> batch,
                                  std::vector<entry_outcome>& outcomes,
                                  std::optional<buffer_row>& buffer) {
  const auto& f = books_.faults;
  if (chance(f.unavailable)) return store_status::unavailable;
  if (chance(f.lost_before_commit)) return store_status::in_doubt;
  outcomes.assign(batch.size(), {});
  const auto version = books_.buffer.version;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    outcomes[i].verdict = books_.apply(batch[i], outcomes[i].result);
    books_.tell(batch[i], outcomes[i]);
  }
  if (books_.buffer.version != version) buffer = books_.buffer;
  if (chance(f.lost_after_commit)) return store_status::in_doubt;
  return store_status::ok;
}

store_status memory_store::load_balances(std::span<const address> users,
                                         std::vector<balance_row>& rows) {
  if (chance(books_.faults.unavailable)) return store_status::unavailable;
  rows.clear();
  for (const auto& user : users) {
    const auto i = books_.balances.find(user);
    rows.push_back(i == books_.balances.end() ? balance_row{user, {}, 0} : i->second);
  }
  return store_status::ok;
}

store_status memory_store::load_buffer(buffer_row& row) {
  if (chance(books_.faults.unavailable)) return store_status::unavailable;
  row = books_.buffer;
  return store_status::ok;
}

store_status memory_store::find_bets(std::span<const bet_id> ids,
                                     std::vector<std::optional<bet>>& rows) {
  if (chance(books_.faults.unavailable)) return store_status::unavailable;
  rows.clear();
  for (const auto& id : ids) {
    const auto i = books_.bets.find(id);
    rows.push_back(i == books_.bets.end() ? std::nullopt : std::optional{i->second});
  }
  return store_status::ok;
}

store_status memory_store::find_sale(const sale_id& id, std::optional<sale>& row) {
  if (chance(books_.faults.unavailable)) return store_status::unavailable;
  const auto i = books_.sales.find(id);
  row = i == books_.sales.end() ? std::nullopt : std::optional{i->second};
  return store_status::ok;
}

store_status memory_store::find_withdrawal(const withdrawal_id& id,
                                           std::optional<withdrawal>& row) {
  if (chance(books_.faults.unavailable)) return store_status::unavailable;
  row = books_.withdrawals.find(id, books_.operations);
  return store_status::ok;
}

namespace {

template <class Map, class Key>
std::optional<std::optional<typename Map::mapped_type>> find_in(const Map& map, const Key& key) {
  const auto i = map.find(key);
  if (i == map.end()) return std::optional<typename Map::mapped_type>{};
  return std::optional{i->second};
}

template <class Map, class Filter>
std::vector<typename Map::mapped_type> all_of(const Map& map, std::uint32_t limit, Filter f) {
  std::vector<typename Map::mapped_type> out;
  for (const auto& [key, row] : map)
    if (out.size() < limit && f(row)) out.push_back(row);
  return out;
}

}  // namespace

std::optional<std::optional<bet>> memory_reader::find_bet(const bet_id& id) {
  return find_in(books_.bets, id);
}
std::optional<std::optional<delegation>> memory_reader::find_delegation(const delegation_id& id) {
  return find_in(books_.delegations, id);
}
std::optional<std::optional<bet>> memory_reader::find_promise(const bet_id& id) {
  return find_in(books_.promises, id);
}
std::optional<balance_row> memory_reader::find_balance(const address& user) {
  const auto i = books_.balances.find(user);
  return i == books_.balances.end() ? balance_row{user, {}, 0} : i->second;
}
std::optional<bet_page> memory_reader::list_bets(const bet_filter& f) {
  return bet_page{all_of(books_.bets, f.limit,
                         [&](const bet& b) {
                           return (!f.has_user || b.user == f.user) &&
                                  (!f.has_status || b.status == f.status);
                         }),
                  {}};
}
std::optional<std::optional<deposit>> memory_reader::find_deposit(const deposit_id& id) {
  return find_in(books_.deposits, id);
}
std::optional<std::optional<deposit>> memory_reader::find_deposit_by_payment(
    const authorization& p) {
  for (const auto& [id, d] : books_.deposits)
    if (d.payment.from == p.from && d.payment.nonce == p.nonce) return std::optional{d};
  return std::optional<deposit>{};
}
std::optional<std::optional<deposit>> memory_reader::find_deposit_by_keys(
    const address& user, const hash256& idempotency_key, const hash256& payment_identifier) {
  const auto* found = deposit_under(books_, user, idempotency_key, payment_identifier);
  return found != nullptr ? std::optional{*found} : std::optional<deposit>{};
}
std::optional<deposit_page> memory_reader::list_deposits(const deposit_filter& f) {
  return deposit_page{
      all_of(books_.deposits, f.limit, [&](const deposit& d) { return d.user == f.user; }), {}};
}
std::optional<money_on_its_way> memory_reader::on_its_way(const address& user) {
  money_on_its_way out;
  for (const auto& [id, d] : books_.deposits) {
    if (d.user != user) continue;
    if (d.status != deposit_status::settling && d.status != deposit_status::pending) continue;
    out.total.micro += d.credited().micro;
    out.deposits.push_back(d);
  }
  return out;
}
std::optional<std::vector<deposit>> memory_reader::deposits_to_credit(std::uint32_t limit) {
  return all_of(books_.deposits, limit,
                [](const deposit& d) { return d.status == deposit_status::pending; });
}
std::optional<std::vector<deposit>> memory_reader::deposits_to_convert(std::uint32_t limit) {
  return all_of(books_.deposits, limit, [](const deposit& d) {
    return d.status == deposit_status::converting && d.conversion.is_zero();
  });
}
std::optional<std::optional<conversion>> memory_reader::find_conversion(const conversion_id& id) {
  return find_in(books_.conversions, id);
}
std::optional<conversion_page> memory_reader::list_conversions(const std::string&,
                                                               std::uint32_t limit) {
  return conversion_page{all_of(books_.conversions, limit, [](const conversion&) { return true; }),
                         {}};
}
std::optional<std::vector<conversion>> memory_reader::running_conversions() {
  return all_of(books_.conversions, 1000,
                [](const conversion& c) { return c.status == conversion_status::running; });
}
std::optional<pricing_report> memory_reader::report_of_pricing(std::uint32_t) {
  return pricing_report{};
}
std::optional<std::vector<conversion>> memory_reader::conversions_by_depth() {
  return all_of(books_.conversions, 1000, [](const conversion& c) {
    return c.status == conversion_status::completed && any_by_depth(c.steps);
  });
}
std::optional<conversion_metrics> memory_reader::metrics_of_conversions() {
  return conversion_metrics{};
}
std::optional<trial_balance> memory_reader::trial() {
  trial_balance t;
  t.buffer = books_.buffer.balance;
  t.reserve = books_.buffer.reserve;
  t.in_transit = books_.in_transit;
  t.users = books_.owed_to_users();
  t.user_count = std::count_if(books_.balances.begin(), books_.balances.end(),
                               [](const auto& x) { return x.second.version > 0; });
  for (const auto& [id, b] : books_.bets)
    if (b.status == bet_status::placing) t.at_venue = add_saturating(t.at_venue, b.amount);
  t.capital = books_.capital;
  t.conversion_loss = books_.loss;
  t.venue_loss = books_.venue_loss;
  t.revenue = books_.revenue;
  t.wagered = books_.buffer.total_withdrawn;
  t.outgoing = books_.withdrawals.outgoing(books_.operations, false);
  t.leaving = books_.withdrawals.outgoing(books_.operations, true);
  return t;
}
std::optional<usdc> memory_reader::average_daily_volume() { return books_.daily_volume; }
std::optional<buffer_flows> memory_reader::flows_of_buffer() { return books_.flows; }
std::optional<unfinished_work> memory_reader::unfinished(std::uint32_t bets,
                                                         std::uint32_t deposits) {
  return unfinished_work{
      all_of(books_.bets, bets, [](const bet& b) { return b.status == bet_status::placing; }),
      all_of(books_.deposits, deposits,
             [](const deposit& d) { return d.status == deposit_status::settling; }),
      books_.placing_sales(bets), books_.withdrawals.open(books_.operations)};
}
std::optional<std::optional<sale>> memory_reader::find_sale(const sale_id& id) {
  return find_in(books_.sales, id);
}
std::optional<std::optional<withdrawal>> memory_reader::find_withdrawal(const withdrawal_id& id) {
  return books_.withdrawals.find(id, books_.operations);
}
std::optional<withdrawal_page> memory_reader::list_withdrawals(const withdrawal_filter& f) {
  return books_.withdrawals.list(f, books_.operations);
}
std::optional<position_page> memory_reader::list_positions(const position_filter& f) {
  return books_.list(f);
}
std::optional<std::optional<position>> memory_reader::find_position(const address& user,
                                                                    const uint256& token) {
  const auto i = books_.positions.find({token, user});
  if (i == books_.positions.end()) return std::optional<position>{};
  return std::optional{books_.shown(i->second)};
}
std::optional<settlement_work> memory_reader::work_of_settlements(const hash256& after,
                                                                  std::uint32_t limit) {
  return books_.work(after, limit);
}
std::optional<std::optional<settlement_view>> memory_reader::find_settlement(
    const hash256& condition) {
  return books_.view(condition);
}
std::optional<std::vector<position>> memory_reader::positions_to_pay(const hash256& condition,
                                                                     std::uint32_t limit) {
  return books_.to_pay(condition, limit);
}
std::optional<std::vector<token_shares>> memory_reader::shares_held(const uint256& after,
                                                                    std::uint32_t limit) {
  return books_.held(after, limit);
}
std::optional<std::vector<chain_operation>> memory_reader::open_operations(std::uint64_t chain_id,
                                                                           const address& a) {
  return books_.operations.open(chain_id, a);
}
std::optional<std::vector<chain_operation>> memory_reader::find_operation(const operation_id& id) {
  return books_.operations.find(id);
}
std::optional<std::vector<chain_operation>> memory_reader::operations_from(std::uint64_t chain_id,
                                                                           const address& a,
                                                                           std::uint64_t from,
                                                                           std::uint32_t limit) {
  return books_.operations.from(chain_id, a, from, limit);
}
std::optional<std::vector<chain_operation>> memory_reader::operations_of(
    std::span<const hash256> transactions) {
  return books_.operations.of(transactions);
}
std::optional<std::uint64_t> memory_reader::next_nonce(std::uint64_t chain_id, const address& a) {
  return books_.operations.next_nonce(chain_id, a);
}
std::optional<std::vector<external_operation>> memory_reader::find_external(
    const operation_id& id) {
  return books_.externals.find(id);
}
std::optional<std::vector<external_operation>> memory_reader::open_externals(
    const std::string& service, const address& account) {
  return books_.externals.open(service, account);
}
std::optional<std::vector<heard_event>> memory_reader::events_after(std::int64_t after,
                                                                    std::uint32_t limit) {
  std::vector<heard_event> out;
  for (const auto& e : books_.events) {
    if (e.number <= after || out.size() >= limit) continue;
    out.push_back(e);
    const auto owner = books_.balances.find(e.user);
    if (owner != books_.balances.end()) out.back().balance = owner->second.balance;
  }
  return out;
}
std::optional<std::vector<signed_session>> memory_reader::changed_sessions(std::int64_t after,
                                                                           std::uint32_t limit) {
  return all_of(books_.sessions, limit, [&](const signed_session& s) { return s.change > after; });
}
std::optional<std::vector<service_key>> memory_reader::active_keys() {
  return std::vector<service_key>{};
}

}  // namespace headroom::test
