#include "settle.hpp"

#include <cstdio>

#include "chain/evm/secp256k1.hpp"
#include "chain/polymarket/resolution_reader.hpp"
#include "persistence/pg_reader.hpp"

/// A dry run of what the settlement actor does, for a terminal.
namespace headroom {
namespace {

using chain::polymarket::condition_word;

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

condition_word ask(const config::settings& s, const record_market& market,
                   const std::vector<address>& accounts) {
  const auto http = std::make_shared<net::http_client>();
  chain::json_rpc_options options;
  options.timeout = s.polygon.nodes.timeout;
  const chain::json_rpc nodes{http, s.polygon.rpc, options};
  auto out = chain::polymarket::ask_condition(nodes, s.polygon.finality, s.account.contracts,
                                              market.condition, accounts, market.tokens);
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
    return next(1, "a human: what was received and what is held do not cover what is owed");
  if (v.owed > left || (v.row.redemptions.empty() && worth.is_positive()))
    return next(0, "redeems what the accounts hold, then pays");
  if (v.unpaid > 0) return next(0, "pays the open positions, those last that are offered");
  if (v.row.status == settlement_status::closed) return next(0, "nothing: it is paid out");
  return next(0, v.at_venue > 0 ? "waits for the orders at the venue" : "closes it");
}

}  // namespace

int markets_command(const config::settings& s, const config::markets_request& asked) {
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
  const auto word = ask(s, view.market, *accounts);
  if (!word.known) return fail(3, "the chain cannot be read");
  const auto worth = print_chain(view, word, *accounts);
  return print_next(view, word, worth);
}

}  // namespace headroom
