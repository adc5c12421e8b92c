#include "reconcile.hpp"

#include <algorithm>
#include <cstdio>

#include "app_keys.hpp"
#include "app_treasury.hpp"
#include "chain/treasury/arrival_reader.hpp"
#include "domain/unposted_income.hpp"
#include "persistence/operator_orders.hpp"
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

enum class look : std::uint8_t {
  quiet,   // one node's word
  shown,   // likewise, and each balance is printed
  doubts,  // the least that any node shows: of what is booked by it
};

/// The nodes of one chain while it lives.
class chain_view {
 public:
  explicit chain_view(const config::chain_settings& c, look how = look::quiet)
      : nodes_{http_, c.rpc, with_chain(c.nodes, c.chain_id)},
        node_count_{static_cast<std::uint32_t>(c.rpc.size())},
        how_{how} {}
  ~chain_view() { http_->stop(); }
  chain_view(const chain_view&) = delete;
  chain_view& operator=(const chain_view&) = delete;

  [[nodiscard]] const chain::json_rpc& nodes() const noexcept { return nodes_; }

  /// Adds what `owner` has of `token`; false when it cannot be read.
  bool count(const char* what, const address& token, const address& owner, usdc& sum) const {
    if (token.is_zero()) return true;
    const auto balance = how_ == look::doubts
                             ? chain::ask_least_balance(nodes_, node_count_, token, owner)
                             : chain::ask_balance(nodes_, token, owner);
    if (how_ == look::shown)
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
  std::uint32_t node_count_;
  look how_;
};

std::optional<holdings> read_chains(const config::settings& s, const own_keys& keys, look how) {
  const chain_view plasma{s.plasma, how};
  const chain_view polygon{s.polygon, how};
  const auto own = keys.accounts();
  holdings out;
  bool known = true;
  for (const auto& x : own) {
    known = plasma.count("Plasma USDT0", s.plasma.usdt0, x, out.sources) && known;
    known = polygon.count("Polygon USDT0", s.polygon.usdt0, x, out.sources) && known;
    known = polygon.count("Polygon USDC", s.route.usdc, x, out.backing) && known;
  }
  for (const auto& source : other_sources(s)) {
    const chain_view there{*s.chain_called(source.network), how};
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

void print_moving(const moving_money& m) {
  std::printf("  conversion %s by %s: %s %s%s%s%s%s since %s\n", m.id.text().c_str(),
              m.route.c_str(), to_string(m.amount).c_str(), std::string{to_string(m.where)}.c_str(),
              m.step.empty() ? "" : ", ", m.step.c_str(), m.state.empty() ? "" : " ",
              m.state.c_str(), to_rfc3339(m.since).c_str());
}

void print(const reconciliation& r, usdc leaving, const unposted_income& income) {
  const auto line = [](const char* what, usdc amount) {
    std::printf("  %s: %s\n", what, to_string(amount).c_str());
  };
  std::printf("USDC and collateral\n");
  line("booked as buffer and reserve", r.booked);
  line("on chain", r.backing);
  line("arrived by conversions, not booked yet", r.arrived);
  line("of bets at the venue, there until they are filled", r.at_venue);
  line("of withdrawals, not sent", r.unsent);
  line("of withdrawals that were sent, there until they are mined", leaving);
  line("of open sales, there once they are filled: at most", income.sales);
  line("of resolved markets, not paid to users yet", income.payouts);
  line("paid with this token, not credited yet", income.deposits);
  line("paid with this token, waits for its conversion", r.waits_here);
  line("missing", r.short_of);
  line("on chain and unexplained", r.unexplained);
  std::printf("what users pay with elsewhere\n");
  line("waits for a conversion", r.waiting);
  line("in conversions, not sent", r.not_sent);
  line("in conversions, between the chains", r.between);
  line("on chain", r.sources);
  line("missing", r.sources_short_of);
  line("on chain and unexplained", r.sources_unexplained);
}

/// Of what is there and nothing explains: the transfers that may have brought it.
void print_orphans(const config::settings& s, const own_keys& keys) {
  const auto own = keys.accounts();
  const auto ours = keys.all_accounts();
  const chain_view view{s.polygon};
  const auto recent = chain::ask_recent_arrivals(view.nodes(), s.polygon.finality, s.polygon.logs,
                                                 s.route.usdc, own);
  if (!recent) {
    std::printf("what brought it cannot be searched now\n");
    return;
  }
  std::vector<transfer_place> places;
  for (const auto& x : *recent)
    if (std::find(ours.begin(), ours.end(), x.what.from) == ours.end())
      places.push_back({s.polygon.chain_id, x.tx_hash, x.what.log_index});
  const auto orphans = persistence::find_unexplained(s.store.conninfo, places);
  for (const auto& x : *recent) {
    const transfer_place place{s.polygon.chain_id, x.tx_hash, x.what.log_index};
    if (std::find(orphans.begin(), orphans.end(), place) != orphans.end())
      std::printf("  nothing explains %s USDC from %s by %s (log index %llu), block %llu\n",
                  to_string(x.what.amount).c_str(), x.what.from.hex().c_str(),
                  x.tx_hash.hex().c_str(), static_cast<unsigned long long>(x.what.log_index),
                  static_cast<unsigned long long>(x.block_number));
  }
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

std::optional<comparison> compare_now(const config::settings& s, const own_keys& keys) {
  const auto settings = reader_of(s);
  persistence::pg_reader books{settings};
  // Ahead of the books each time: what is posted in between counts twice rather than not at all.
  const auto unposted = [&] {
    return persistence::find_unposted(s.store.conninfo, settings.backing);
  };
  const auto income_before = unposted();
  const auto before = books.trial();
  const auto chains = before ? read_chains(s, keys, look::doubts) : std::nullopt;
  if (!chains) return std::nullopt;
  const auto income_after = unposted();
  const auto after = books.trial();
  if (!after) return std::nullopt;
  // What was booked meanwhile explains what was there before.
  const auto then = reconcile(*before, *chains, income_before);
  const auto now = reconcile(*after, *chains, income_after);
  if (now.unexplained < then.unexplained)
    return comparison{now, after->moving, after->leaving, income_after};
  return comparison{then, before->moving, before->leaving, income_before};
}

int reconcile_command(const config::settings& s) {
  std::string error;
  const auto keys = read_accounts(s, error);
  if (!keys) return fail(2, error);
  const auto differences = persistence::verify(s.store.conninfo);
  for (const auto& d : differences)
    std::printf("%s: stored %lld, replayed %lld\n", d.what.c_str(),
                static_cast<long long>(d.stored), static_cast<long long>(d.replayed));
  const auto settings = reader_of(s);
  persistence::pg_reader books{settings};
  const auto income = persistence::find_unposted(s.store.conninfo, settings.backing);
  const auto trial = books.trial();
  if (!trial) return fail(3, "the books cannot be read");
  std::printf("books%s\n", differences.empty() ? ", replayed and clean" : "");
  print_books(*trial);
  for (const auto& m : trial->moving) print_moving(m);
  std::printf("chains\n");
  const auto chains = read_chains(s, *keys, look::shown);
  if (!chains) return fail(3, "the chains cannot be read");
  const auto after = books.trial();
  if (!after) return fail(3, "the books cannot be read");
  auto stood = *trial;
  keep_what_stood_still(stood, *after);
  const auto result = reconcile(stood, *chains, income);
  print(result, stood.leaving, income);
  if (result.unexplained.is_positive()) print_orphans(s, *keys);
  if (result.sources_unexplained.is_positive())
    std::printf(
        "what users pay with elsewhere and nothing explains has no account in the books: send it "
        "back by hand, or bring it to our account as USDC on Polygon and adopt that transfer\n");
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
      for (const auto& own : keys->senders())
        code = std::max(code, print_open(*c, name, own.account, books));
  return code;
}

}  // namespace headroom
