#include "settle.hpp"

#include <cstdio>

#include "actors/settlement_actor.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/evm/secp256k1.hpp"
#include "chain/polymarket/resolution_reader.hpp"
#include "persistence/pg_reader.hpp"
#include "persistence/seen_redemptions.hpp"

/// A dry run of what the settlement actor does, for a terminal; and the one thing it cannot always
/// find by itself: a redemption that somebody else made.
namespace headroom {
namespace {

using chain::polymarket::condition_word;
using chain::polymarket::receipt_word;
namespace unproven = chain::polymarket::unproven;
namespace unbooked = persistence::unbooked;

int fail(int code, const std::string& why) {
  std::fprintf(stderr, "headroom: %s\n", why.c_str());
  return code;
}

std::string shares_text(share_amount shares) { return to_string(usdc{shares.micro}); }

/// Who holds shares: the key's own address, or the contract that is named.
std::optional<std::vector<address>> holders_of(const config::settings& s, std::string& error) {
  std::vector<address> out;
  for (const auto& a : s.venue_accounts()) {
    if (a.signature_type != 0) {
      out.push_back(a.wallet);
      continue;
    }
    const auto text = config::read_secret(a.key, error);
    const auto key = text ? chain::private_key::parse(*text) : std::nullopt;
    if (!key) return std::nullopt;
    out.push_back(key->address_of());
  }
  return out;
}

/// As the service has them: whatever is paid out in is the collateral.
chain::polymarket::contract_settings contracts_of(const config::settings& s) {
  auto out = s.account.contracts;
  if (!s.collateral.is_zero()) out.collateral = s.collateral;
  return out;
}

/// `question` gets the nodes of the venue's chain, for as long as it lasts.
template <class Question>
auto ask(const config::settings& s, Question question) {
  const auto http = std::make_shared<net::http_client>();
  chain::json_rpc_options options;
  options.timeout = s.polygon.nodes.timeout;
  const chain::json_rpc nodes{http, s.polygon.rpc, options};
  auto out = question(nodes);
  http->stop();
  return out;
}

void print_books(const settlement_view& v) {
  std::printf("market %s%s: %s\n", v.market.condition.hex().c_str(),
              v.market.neg_risk ? " (neg-risk)" : "", v.market.question.c_str());
  std::printf(
      "books: received %s, paid %s, remainder %s; owed %s to %lld positions; %lld orders "
      "at the venue\n",
      to_string(v.row.received).c_str(), to_string(v.row.paid).c_str(),
      to_string(v.row.remainder).c_str(), to_string(v.owed).c_str(),
      static_cast<long long>(v.unpaid), static_cast<long long>(v.at_venue));
}

/// What the accounts' shares are worth by the chain's payouts.
usdc print_chain(const settlement_view& v, const condition_word& word,
                 const std::vector<address>& accounts) {
  usdc worth;
  for (std::size_t slot = 0; slot < word.payouts.numerators.size(); ++slot)
    std::printf("chain: %s pays %llu / %llu\n", v.market.outcomes[slot].c_str(),
                static_cast<unsigned long long>(word.payouts.numerators[slot]),
                static_cast<unsigned long long>(word.payouts.denominator));
  for (std::size_t i = 0; i < accounts.size(); ++i)
    for (std::size_t slot = 0; slot < v.market.tokens.size(); ++slot) {
      std::printf("chain: %s holds %s of %s\n", accounts[i].hex().c_str(),
                  shares_text(word.held[i][slot]).c_str(), v.market.outcomes[slot].c_str());
      worth =
          add_saturating(worth, payout_of(word.held[i][slot], slot, word.payouts).value_or(usdc{}));
    }
  return worth;
}

/// What the service does next, in the order of its own questions.
int print_next(const settlement_view& v, const condition_word& word, usdc worth) {
  const auto next = [](int code, const char* what) {
    std::printf("next: %s\n", what);
    return code;
  };
  if (word.payouts.numerators.empty()) return next(0, "waits: the condition is not resolved");
  const auto left = sub_saturating(sub_saturating(v.row.received, v.row.paid), v.row.remainder);
  if (!v.row.payouts.numerators.empty() && v.row.payouts != word.payouts)
    return next(1, "a human: the books have other payouts than the chain");
  const bool opened = !v.row.payouts.numerators.empty();
  if (!opened) return next(0, "opens the settlement, redeems, then pays");
  if (v.owed > add_saturating(left, worth))
    return next(1,
                "a human: what was received and what is held do not cover what is owed; where "
                "somebody else redeemed, --tx HASH shows what that brought");
  if (v.owed > left || (v.row.redemptions.empty() && worth.is_positive()))
    return next(0, "redeems what the accounts hold, then pays");
  if (v.unpaid > 0) return next(0, "pays the open positions, those last that are offered");
  if (v.row.status == settlement_status::closed) return next(0, "nothing: it is paid out");
  return next(0, v.at_venue > 0 ? "waits for the orders at the venue" : "closes it");
}

// -- what somebody else redeemed -----------------------------------------------------------------

int refuse(std::string_view why, const std::string& words) {
  const bool unreadable = why == unproven::unreadable || why == unproven::witnesses;
  return fail(unreadable ? 3 : 1, std::string{why} + ": " + words);
}

book_redemption entry_of(const settlement_view& v, const address& account, const hash256& tx,
                         const chain::polymarket::seen_redemption& seen, timestamp now) {
  const actors::digest_function digest{[](byte_view data) { return chain::keccak256(data); }};
  const auto& condition = v.market.condition;
  return {condition,
          actors::redemption_seen_in(digest, condition, account, tx),
          account,
          tx,
          seen.received,
          seen.burned,
          now};
}

/// For each account whose shares the transaction burned. `why` and `words`: there is none, or one
/// of them is not proven.
std::vector<book_redemption> entries_of(const config::settings& s, const settlement_view& v,
                                        const std::vector<address>& accounts,
                                        const receipt_word& word, timestamp now,
                                        std::string_view& why, std::string& words) {
  std::vector<book_redemption> out;
  std::string_view absent = unproven::other_condition;
  for (const auto& account : accounts) {
    const auto seen = chain::polymarket::judge_seen(
        word.receipt, contracts_of(s), account, v.market.condition, v.market.tokens, v.row.payouts);
    if (seen.refused == unproven::not_ours) absent = seen.refused;
    if (seen.refused == unproven::not_ours || seen.refused == unproven::other_condition) continue;
    if (!seen.refused.empty()) {
      why = seen.refused;
      words = seen.detail;
      return {};
    }
    out.push_back(entry_of(v, account, word.receipt.tx_hash, seen, now));
  }
  if (!out.empty()) return out;
  why = absent;
  words = absent == unproven::not_ours ? "the transaction burned no shares of our accounts"
                                       : "the transaction redeems nothing of the condition";
  return out;
}

void print_entry(const settlement_view& v, const book_redemption& x, bool applied) {
  std::printf("%s: %s received %s by %s\n", applied ? "booked" : "would book",
              x.account.hex().c_str(), to_string(x.received).c_str(), x.tx_hash.hex().c_str());
  for (std::size_t slot = 0; slot < x.burned.size(); ++slot)
    std::printf("burned: %s of slot %zu (%s)\n", shares_text(x.burned[slot]).c_str(), slot,
                v.market.outcomes[slot].c_str());
}

/// What is left for whom, once `more` is booked.
void print_after(const settlement_view& v, usdc more) {
  const auto left = add_saturating(
      sub_saturating(sub_saturating(v.row.received, v.row.paid), v.row.remainder), more);
  std::printf("then: %s left for %s owed to %lld unpaid positions\n", to_string(left).c_str(),
              to_string(v.owed).c_str(), static_cast<long long>(v.unpaid));
  if (v.owed > left) {
    std::printf("next: a human: %s is still missing\n",
                to_string(sub_saturating(v.owed, left)).c_str());
  } else {
    std::printf("next: the running service pays, within settlement.look_interval_ms\n");
  }
}

int book_transaction(const config::settings& s, const config::markets_request& asked,
                     const settlement_view& v, const std::vector<address>& accounts,
                     const std::string& by, timestamp now) {
  const auto tx = *asked.transaction;
  if (v.row.payouts.numerators.empty())
    return refuse("settlement_not_open",
                  "the service opens it at its next look, once it is resolved in a final block");
  const auto word = ask(s, [&](const chain::json_rpc& nodes) {
    return chain::polymarket::ask_transaction(nodes, s.polygon.finality, tx);
  });
  if (!word.refused.empty()) return refuse(word.refused, tx.hex());
  std::string_view why;
  std::string words;
  const auto entries = entries_of(s, v, accounts, word, now, why, words);
  if (!why.empty()) return refuse(why, words);
  usdc more;
  std::size_t taken = 0;
  for (const auto& entry : entries) {
    why = persistence::book_seen(s.store.conninfo, entry, by, asked.apply);
    if (why == unbooked::already) continue;
    if (!why.empty()) return refuse(why, tx.hex() + " for " + entry.account.hex());
    print_entry(v, entry, asked.apply);
    more = add_saturating(more, entry.received);
    ++taken;
  }
  if (taken == 0) return refuse(unbooked::already, tx.hex() + " is in the books");
  print_after(v, more);
  if (!asked.apply) std::printf("nothing was written: --apply books it\n");
  return 0;
}

}  // namespace

int markets_command(const config::settings& s, const config::markets_request& asked,
                    const std::string& by, timestamp now) {
  auto how = s.reader;
  how.conninfo = s.store.conninfo;
  how.connect_timeout = s.store.connect_timeout;
  persistence::pg_reader books{how};
  const auto found = books.find_settlement(asked.condition);
  if (!found) return fail(3, "the books cannot be read");
  if (!*found) return fail(2, "no such market in the books");
  const auto& view = **found;
  print_books(view);
  std::string error;
  const auto accounts = holders_of(s, error);
  if (!accounts) return fail(2, error.empty() ? "a private key cannot be read" : error);
  if (asked.transaction) return book_transaction(s, asked, view, *accounts, by, now);
  const auto word = ask(s, [&](const chain::json_rpc& nodes) {
    return chain::polymarket::ask_condition(nodes, s.polygon.finality, s.account.contracts,
                                            view.market.condition, *accounts, view.market.tokens);
  });
  if (!word.known) return fail(3, "the chain cannot be read");
  const auto worth = print_chain(view, word, *accounts);
  return print_next(view, word, worth);
}

}  // namespace headroom
