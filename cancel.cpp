#include "cancel.hpp"

#include <algorithm>
#include <stdexcept>

#include "chain/evm/cancelling.hpp"
#include "chain/treasury/arrival_reader.hpp"
#include "persistence/operator_orders.hpp"
#include "persistence/pg_reader.hpp"
#include "repair.hpp"

/// Takes a nonce away. What became of the operation is not decided here: the wallet calls it
/// dropped when the cancelling transaction stands in a final block, and done when the other one
/// does.
namespace headroom {
namespace {

using actors::repair_answer;

/// The newest attempt of the operation that holds the nonce.
std::optional<chain_operation> holder_of(const config::settings& s, std::uint64_t chain_id,
                                         const address& account, std::uint64_t nonce) {
  auto how = s.reader;
  how.conninfo = s.store.conninfo;
  how.connect_timeout = s.store.connect_timeout;
  persistence::pg_reader books{how};
  const auto open = books.open_operations(chain_id, account);
  if (!open) throw std::runtime_error("the books cannot be read");
  std::optional<chain_operation> out;
  for (const auto& row : *open)
    if (row.nonce == nonce && (!out || row.attempt > out->attempt)) out = row;
  return out;
}

/// Higher by the wallet's own rules, and within what it may pay; nothing when that is not enough to
/// take the place of the old one.
std::optional<chain::gas_fees> fees_above(const chain::gas_fees& old, const chain::gas_fees& market,
                                          const chain::wallet_settings& s) {
  auto out = chain::bumped(old, market, s.bump_percent);
  out.max_fee = std::min(out.max_fee, s.max_fee_wei);
  out.max_priority_fee = std::min(out.max_priority_fee, out.max_fee);
  return chain::replaces(out, old) ? std::optional{out} : std::nullopt;
}

std::string words_of(chain::eth::send_verdict v) {
  using verdict = chain::eth::send_verdict;
  if (v == verdict::accepted || v == verdict::already_known) return "sent";
  if (v == verdict::nonce_used) return "the nonce is used meanwhile";
  return "stored, and no node took it now: a restart of the service sends it again";
}

repair_answer cancel_at(const config::settings& s, const config::chain_settings& c,
                        const chain::json_rpc& nodes, const own_account& by, chain_operation row,
                        const actors::cancel_nonce& x, timestamp now) {
  const auto& account = by.account;
  const auto newest = chain::decode_transaction(row.raw);
  if (!newest) return refused("the stored transaction cannot be read");
  const auto word = chain::ask_account(nodes, account);
  if (!word.latest) return unreadable("the chain cannot be read");
  if (*word.latest > x.nonce) return contradicted("the nonce is used: there is nothing to cancel");
  const auto market = chain::ask_fees(nodes, c.wallet);
  if (!market) return unreadable("the chain's fees cannot be read");
  const auto fees = fees_above(newest->body.fees, *market, c.wallet);
  if (!fees) return contradicted("it waits at the highest price we pay: raise wallet.max_fee_wei");
  std::string why;
  const auto cancel = by.sign(chain::cancel_of(newest->body, account, *fees), why);
  if (!cancel) return unreadable("it cannot be signed: " + why);
  row.attempt += 1;
  row.tx_hash = cancel->hash;
  row.raw = cancel->raw;
  row.created_at = now;
  const auto verdict = persistence::book_cancel(s.store.conninfo, row, x.why.by, x.why.reason);
  if (verdict != errc::none)
    return refused("the operation has changed meanwhile: look at it and try again");
  const auto sent = chain::send_stored(nodes, cancel->raw);
  return done("operation " + row.id.text() + " (" + row.purpose + "), nonce " +
              std::to_string(row.nonce) + ": " + cancel->hash.hex() + " " + words_of(sent));
}

}  // namespace

repair_answer take_nonce_away(const config::settings& s, const own_keys& keys,
                              const actors::cancel_nonce& x, timestamp now) {
  const auto* c = s.chain_called(x.chain);
  if (c == nullptr) return refused(x.chain + " is not configured");
  const auto senders = keys.senders();
  const own_account* by = nullptr;
  chain_operation row;
  for (const auto& own : senders) {
    if (!x.account.is_zero() && own.account != x.account) continue;
    auto held = holder_of(s, c->chain_id, own.account, x.nonce);
    if (!held) continue;
    if (by != nullptr) return refused("two accounts of ours hold it: name one");
    by = &own;
    row = std::move(*held);
  }
  if (by == nullptr) return refused("no open operation of ours holds this nonce");
  const auto http = std::make_shared<net::http_client>();
  auto options = c->nodes;
  options.chain_id = c->chain_id;
  options.compare_heads = std::chrono::milliseconds{0};  // a few calls
  auto out = cancel_at(s, *c, {http, c->rpc, options}, *by, std::move(row), x, now);
  http->stop();
  return out;
}

int cancel_command(const config::settings& s, const config::cancel_request& asked, timestamp now) {
  std::string error;
  const auto keys = read_accounts(s, error);
  if (!keys) return say(refused(error));
  return say(take_nonce_away(
      s, *keys,
      {asked.chain, asked.nonce, asked.account.value_or(address{}), {asked.by, asked.reason}},
      now));
}

}  // namespace headroom
