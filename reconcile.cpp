#include "reconcile.hpp"

#include <algorithm>
#include <cstdio>

#include "app_keys.hpp"
#include "app_treasury.hpp"
#include "chain/treasury/arrival_reader.hpp"
#include "domain/reconciliation.hpp"
#include "persistence/pg_reader.hpp"
#include "persistence/verify.hpp"

/// Books against chains, for a terminal. Reads alone.
namespace headroom {
namespace {

int fail(int code, const std::string& why) {
  std::fprintf(stderr, "headroom: %s\n", why.c_str());
  return code;
}

persistence::reader_settings reader_of(const config::settings& s) {
  auto out = s.reader;
  out.conninfo = s.store.conninfo;
  out.connect_timeout = s.store.connect_timeout;
  out.backing = {s.polygon.chain_id, s.route.usdc};
  return out;
}

/// Whoever holds collateral at the venue, beside our own accounts.
std::vector<address> holders_of(const own_keys& keys) {
  auto out = keys.accounts();
  for (const auto& a : keys.venue)
    if (std::find(out.begin(), out.end(), a.maker()) == out.end()) out.push_back(a.maker());
  return out;
}

/// The nodes of one chain while it lives.
class chain_view {
 public:
  explicit chain_view(const config::chain_settings& c)
      : nodes_{http_, c.rpc, with_chain(c.nodes, c.chain_id)} {}
  ~chain_view() { http_->stop(); }
  chain_view(const chain_view&) = delete;
  chain_view& operator=(const chain_view&) = delete;

  [[nodiscard]] const chain::json_rpc& nodes() const noexcept { return nodes_; }

  /// Adds what `owner` has of `token`, and says so; false when it cannot be read.
  bool count(const char* what, const address& token, const address& owner, usdc& sum) const {
    if (token.is_zero()) return true;
    const auto balance = chain::ask_balance(nodes_, token, owner);
    std::printf("  %s of %s: %s\n", what, owner.hex().c_str(),
                balance ? to_string(*balance).c_str() : "cannot be read");
    if (balance) sum = add_saturating(sum, *balance);
    return balance.has_value();
  }

 private:
  static chain::json_rpc_options with_chain(chain::json_rpc_options o, std::uint64_t id) {
    o.chain_id = id;
    o.compare_heads = std::chrono::milliseconds{0};  // one look
    return o;
  }

  std::shared_ptr<net::http_client> http_ = std::make_shared<net::http_client>();
  chain::json_rpc nodes_;
};

std::optional<holdings> read_chains(const config::settings& s, const own_keys& keys) {
  const chain_view plasma{s.plasma};
  const chain_view polygon{s.polygon};
  const auto own = keys.accounts();
  holdings out;
  bool known = true;
  for (const auto& x : own) {
    known = plasma.count("Plasma USDT0", s.plasma.usdt0, x, out.sources) && known;
    known = polygon.count("Polygon USDT0", s.polygon.usdt0, x, out.sources) && known;
    known = polygon.count("Polygon USDC", s.route.usdc, x, out.backing) && known;
  }
  for (const auto& source : other_sources(s)) {
    const chain_view there{*s.chain_called(source.network)};
    for (const auto& x : own)
      known = there.count(source.name.c_str(), source.token, x, out.sources) && known;
  }
  if (!s.collateral.is_zero())
    for (const auto& owner : holders_of(keys)) {
      known = polygon.count("collateral", s.collateral, owner, out.backing) && known;
      const auto& source = s.account.contracts.usdc_e;
      const bool counted =
          source == s.route.usdc && std::find(own.begin(), own.end(), owner) != own.end();
      if (!counted) known = polygon.count("USDC.e", source, owner, out.backing) && known;
    }
  return known ? std::optional{out} : std::nullopt;
}

void print_books(const trial_balance& t) {
  const std::pair<const char*, usdc> lines[] = {
      {"buffer", t.buffer},         {"reserve", t.reserve},
      {"in transit", t.in_transit}, {"users", t.users},
      {"at the venue", t.at_venue}, {"capital", t.capital},
      {"revenue", t.revenue},       {"conversion loss", t.conversion_loss},
      {"venue loss", t.venue_loss}};
  for (const auto& [what, amount] : lines)
    std::printf("  %s: %s\n", what, to_string(amount).c_str());
}

void print_conversion(const conversion& c) {
  for (const auto& s : c.steps)
    if (s.state != "done") {
      std::printf("  conversion %s: %s %s, %s since %s%s%s\n", c.id.text().c_str(),
                  to_string(s.amount_in).c_str(), s.name.c_str(), s.state.c_str(),
                  to_rfc3339(s.started_at).c_str(), s.detail.empty() ? "" : ", ", s.detail.c_str());
      return;
    }
  std::printf("  conversion %s: %s, %s\n", c.id.text().c_str(), to_string(c.amount).c_str(),
              c.steps.empty() ? "not begun" : "arrived and not booked");
}

void print(const reconciliation& r) {
  const auto line = [](const char* what, usdc amount) {
    std::printf("  %s: %s\n", what, to_string(amount).c_str());
  };
  std::printf("USDC and collateral\n");
  line("booked as buffer and reserve", r.booked);
  line("on chain", r.backing);
  line("arrived by conversions, not booked yet", r.arrived);
  line("of bets at the venue, there until they are filled", r.at_venue);
  line("of withdrawals, not sent", r.unsent);
  line("paid with this token, waits for its conversion", r.waits_here);
  line("missing", r.short_of);
  line("on chain and unexplained", r.unexplained);
  std::printf("what users pay with elsewhere\n");
  line("waits for a conversion", r.waiting);
  line("in conversions, not sent", r.not_sent);
  line("in conversions, between the chains", r.between);
  line("on chain", r.sources);
  line("missing", r.sources_short_of);
}

int print_open(const config::chain_settings& c, const char* name, const address& account,
               persistence::pg_reader& books) {
  const chain_view view{c};
  const auto word = chain::ask_account(view.nodes(), account);
  const auto number = [](const std::optional<std::uint64_t>& n) {
    return n ? std::to_string(*n) : std::string{"cannot be read"};
  };
  const auto next = books.next_nonce(c.chain_id, account);
  const auto open = books.open_operations(c.chain_id, account);
  if (!next || !open) return fail(3, "the books cannot be read");
  std::printf("%s %s: chain nonce %s, with its pool %s; books next %llu; coins %s wei\n", name,
              account.hex().c_str(), number(word.latest).c_str(), number(word.pending).c_str(),
              static_cast<unsigned long long>(*next),
              word.coins ? word.coins->decimal().c_str() : "cannot be read");
  for (const auto& t : *open)
    std::printf("  open: nonce %llu attempt %u %s operation %s tx %s since %s%s\n",
                static_cast<unsigned long long>(t.nonce), t.attempt, t.purpose.c_str(),
                t.id.text().c_str(), t.tx_hash.hex().c_str(), to_rfc3339(t.created_at).c_str(),
                word.latest && t.nonce < *word.latest ? " (its nonce is used)" : "");
  return word.latest ? 0 : 3;
}

}  // namespace

int reconcile_command(const config::settings& s) {
  std::string error;
  const auto keys = read_accounts(s, error);
  if (!keys) return fail(2, error);
  const auto differences = persistence::verify(s.store.conninfo);
  for (const auto& d : differences)
    std::printf("%s: stored %lld, replayed %lld\n", d.what.c_str(),
                static_cast<long long>(d.stored), static_cast<long long>(d.replayed));
  persistence::pg_reader books{reader_of(s)};
  const auto trial = books.trial();
  const auto running = books.running_conversions();
  if (!trial || !running) return fail(3, "the books cannot be read");
  std::printf("books%s\n", differences.empty() ? ", replayed and clean" : "");
  print_books(*trial);
  for (const auto& c : *running) print_conversion(c);
  std::printf("chains\n");
  const auto chains = read_chains(s, *keys);
  if (!chains) return fail(3, "the chains cannot be read");
  const auto result = reconcile(*trial, *chains, *running, reader_of(s).backing);
  print(result);
  const bool clean = differences.empty() && result.clean();
  std::printf("%s\n", clean ? "nothing is missing" : "something is missing");
  return clean ? 0 : 1;
}

int wallet_command(const config::settings& s) {
  std::string error;
  const auto keys = read_accounts(s, error);
  if (!keys) return fail(2, error);
  persistence::pg_reader books{reader_of(s)};
  int code = 0;
  for (const char* name : {"plasma", "polygon", "base"})
    if (const auto* c = s.chain_called(name))
      for (const auto& account : keys->accounts())
        code = std::max(code, print_open(*c, name, account, books));
  return code;
}

}  // namespace headroom
