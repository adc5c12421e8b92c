#include "resync.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "chain/evm/cancelling.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/treasury/arrival_reader.hpp"
#include "persistence/operator_orders.hpp"
#include "persistence/pg_reader.hpp"
#include "repair.hpp"

namespace headroom {
namespace {

using actors::repair_answer;
using actors::repair_verdict;

constexpr std::uint32_t rows_at_once = 256;
constexpr std::uint64_t fills_at_once = 16;

/// One chain and who signs there.
struct place {
  const config::settings& s;
  const config::chain_settings& c;
  const chain::json_rpc& nodes;
  const actors::resync_wallet& x;
  timestamp now;
};

/// What the books have of one nonce.
struct held_nonce {
  const chain_operation* mined = nullptr;   // and the chain has it no more
  const chain_operation* newest = nullptr;  // of what is not mined

  [[nodiscard]] const chain_operation* to_send() const { return mined ? mined : newest; }
};

/// Dropped ones hold nothing: their work was done, or may be done, by another operation.
std::map<std::uint64_t, held_nonce> by_nonce(const std::vector<chain_operation>& rows) {
  std::map<std::uint64_t, held_nonce> out;
  for (const auto& row : rows) {
    if (row.status == operation_status::dropped) continue;
    auto& x = out[row.nonce];
    if (row.status != operation_status::stored) {
      x.mined = &row;
    } else if (x.newest == nullptr || x.newest->attempt < row.attempt) {
      x.newest = &row;
    }
  }
  return out;
}

std::string word_of(chain::eth::send_verdict v) {
  using verdict = chain::eth::send_verdict;
  if (v == verdict::accepted || v == verdict::already_known) return "sent";
  return v == verdict::nonce_used ? "used meanwhile" : "no node takes it now";
}

/// One nonce is filled once, however often it is asked for: until that is dropped.
operation_id fill_of(const place& at, const address& account, std::uint64_t nonce,
                     std::size_t before) {
  const auto text = "fill " + std::to_string(at.c.chain_id) + " " + account.hex() + " " +
                    std::to_string(nonce) + " " + std::to_string(before);
  return operation_id::from_digest(chain::keccak256(text));
}

/// "" when it was stored and sent, or why not.
std::string fill(const place& at, const own_account& by, std::uint64_t nonce, std::size_t before) {
  const auto fees = chain::ask_fees(at.nodes, at.c.wallet);
  if (!fees) return "the chain's fees cannot be read";
  if (fees->max_fee > at.c.wallet.max_fee_wei)
    return "the chain asks for more than wallet.max_fee_wei";
  chain::unsigned_transaction body;
  body.chain_id = at.c.chain_id;
  body.nonce = nonce;
  std::string why;
  const auto tx = by.sign(chain::cancel_of(body, by.account, *fees), why);
  if (!tx) return "it cannot be signed: " + why;
  chain_operation row;
  row.id = fill_of(at, by.account, nonce, before);
  row.chain_id = at.c.chain_id;
  row.account = by.account;
  row.nonce = nonce;
  row.tx_hash = tx->hash;
  row.raw = tx->raw;
  row.purpose = "fill_nonce";
  row.created_at = at.now;
  const auto verdict =
      persistence::book_fill(at.s.store.conninfo, row, at.x.why.by, at.x.why.reason);
  if (verdict != errc::none) return "the books have it otherwise meanwhile";
  (void)chain::send_stored(at.nodes, tx->raw);  // stored: the wallet sends it again
  return {};
}

repair_answer resync_account(const place& at, const own_account& by,
                             persistence::pg_reader& books) {
  const auto name = at.x.chain + " " + by.account.hex() + ": ";
  const auto word = chain::ask_account(at.nodes, by.account);
  if (!word.latest || !word.pending) return unreadable(name + "the chain cannot be read");
  const auto next = books.next_nonce(at.c.chain_id, by.account);
  const auto rows = books.operations_from(at.c.chain_id, by.account, *word.latest, rows_at_once);
  if (!next || !rows) return unreadable(name + "the books cannot be read");
  std::string said = name + "the chain's next nonce is " + std::to_string(*word.latest) +
                     ", the books' " + std::to_string(*next);
  const auto held = by_nonce(*rows);
  for (const auto& [nonce, x] : held)
    said += "; " + std::to_string(nonce) + " " +
            word_of(chain::send_stored(at.nodes, x.to_send()->raw));
  std::uint64_t filled = 0;
  const bool whole = rows->size() < rows_at_once;  // or what is not among them may be held
  for (auto nonce = *word.latest; whole && nonce < *next && filled < fills_at_once; ++nonce) {
    // Somebody's transaction waits there: it is mined, or it is cancelled by hand.
    if (held.contains(nonce) || nonce < *word.pending) continue;
    const auto before = std::count_if(rows->begin(), rows->end(),
                                      [&](const auto& row) { return row.nonce == nonce; });
    const auto why = fill(at, by, nonce, static_cast<std::size_t>(before));
    if (!why.empty())
      return {repair_verdict::refused, said + "; " + std::to_string(nonce) + " is free: " + why};
    ++filled;
    said += "; " + std::to_string(nonce) + " filled";
  }
  return done(std::move(said));
}

}  // namespace

repair_answer resync(const config::settings& s, const own_keys& keys,
                     const actors::resync_wallet& x, timestamp now) {
  const auto* c = s.chain_called(x.chain);
  if (c == nullptr) return refused(x.chain + " is not configured");
  auto how = s.reader;
  how.conninfo = s.store.conninfo;
  how.connect_timeout = s.store.connect_timeout;
  persistence::pg_reader books{how};
  const auto http = std::make_shared<net::http_client>();
  auto options = c->nodes;
  options.chain_id = c->chain_id;
  options.compare_heads = std::chrono::milliseconds{0};  // a few calls
  const chain::json_rpc nodes{http, c->rpc, options};
  repair_answer out = refused("no account of ours is called so");
  bool any = false;
  for (const auto& own : keys.senders()) {
    if (!x.account.is_zero() && own.account != x.account) continue;
    auto one = resync_account({s, *c, nodes, x, now}, own, books);
    if (std::exchange(any, true)) {
      one.words = out.words + " | " + one.words;
      one.verdict = std::max(one.verdict, out.verdict);
    }
    out = std::move(one);
  }
  http->stop();
  return out;
}

int resync_command(const config::settings& s, const config::resync_request& asked, timestamp now) {
  std::string error;
  const auto keys = read_accounts(s, error);
  if (!keys) return say(refused(error));
  return say(resync(
      s, *keys, {asked.chain, asked.account.value_or(address{}), {asked.by, asked.reason}}, now));
}

}  // namespace headroom
