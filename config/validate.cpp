#include <algorithm>
#include <iterator>
#include <set>

#include "config/reading.hpp"
#include "config/table.hpp"
#include "domain/withdrawals.hpp"

/// Settings as a whole: each number within its bounds (table.cpp), then what must fit together.
namespace headroom::config {
namespace {

constexpr std::size_t most_nodes = 16;  // of one chain
constexpr std::size_t most_accounts = 16;
constexpr std::size_t most_sources = 16;
constexpr std::size_t longest_name = 32;

/// The names spdlog knows; it takes any other word for "off".
constexpr const char* log_levels[] = {"trace", "debug",    "info", "warning",
                                      "error", "critical", "off"};

bool is_url(const std::string& text, const std::string& scheme = "http") {
  return text.starts_with(scheme + "://") || text.starts_with(scheme + "s://");
}

/// A URL that a path can be added to.
bool is_site(const std::string& text, const std::string& scheme = "http") {
  return is_url(text, scheme) && text.find("//") + 2 < text.size() && text.back() != '/';
}

/// As a browser's Origin header says it (RFC 6454): no path, lower case.
bool is_origin(const std::string& text) {
  if (!is_site(text)) return false;
  const auto host = text.substr(text.find("//") + 2);
  return std::all_of(host.begin(), host.end(), [](char c) {
    return c > ' ' && c <= '~' && c != '/' && c != '?' && c != '#' && c != '@' && c != '*' &&
           c != ',' && !(c >= 'A' && c <= 'Z');
  });
}

std::string check_bounds(const settings& s) {
  auto copy = s;  // rows may change what they point to
  auto all = sections_of(copy);
  for (std::size_t i = 0; i < copy.sources.size(); ++i)
    all.push_back(section_of(copy.sources[i], "sources[" + std::to_string(i) + "]"));
  for (const auto& part : all)
    for (const auto& r : part.rows)
      if (r.is_number() && (r.value() < r.within.least || r.value() > r.within.most))
        return part.path_of(r) + " must be from " + r.text(r.within.least) + " to " +
               r.text(r.within.most);
  return {};
}

std::string check_words(const settings& s) {
  if (s.profile != "sandbox" && s.profile != "production")
    return "profile must be \"sandbox\" or \"production\"";
  if (std::find(std::begin(log_levels), std::end(log_levels), s.log_level) == std::end(log_levels))
    return "log_level must be trace, debug, info, warning, error, critical or off";
  if (!is_ip_address(s.http.address)) return "http.listen must be an IP address";
  for (const auto& origin : s.http.cors_origins)
    if (origin != "*" && !is_origin(origin))
      return "http.cors_origins must be \"*\" or origins like \"https://app.example.com\"";
  if (!is_site(s.http.public_url))
    return "http.public_url must be set, like \"https://pay.example.com\": payers see it";
  if (s.payment.terms.token_name.empty()) return "deposits.token_name must be set";
  if (s.payment.terms.token_version.empty()) return "deposits.token_version must be set";
  const auto& names = s.payment.terms.networks_v1;
  if (names.empty() || std::any_of(names.begin(), names.end(), [](auto& x) { return x.empty(); }))
    return "deposits.networks_v1 must list at least one name, none of them empty";
  if (!is_site(s.venue.url)) return "venue.url must be an http(s) URL without a slash at its end";
  if (!is_site(s.account.relayer.url))
    return "venue.relayer_url must be an http(s) URL without a slash at its end";
  if (!s.venue.ws_url.empty() && !is_site(s.venue.ws_url, "ws"))
    return "venue.ws_url must be a ws(s) URL without a slash at its end, or \"\"";
  if (!is_site(s.markets.gamma_url))
    return "venue.gamma_url must be an http(s) URL without a slash at its end";
  return {};
}

/// A key here and a signer elsewhere would be two words about one account.
std::string check_account(const account_source& x, const std::string& name) {
  const auto& signer = x.signer;
  if (!x.is_remote())
    return signer.account.is_zero() && !signer.token.named()
               ? ""
               : name + ".signer.url must be set, with its account";
  if (x.key.named()) return name + ".signer must not stand beside a file or env";
  if (!is_url(signer.url) || signer.url.find('@') != std::string::npos)  // not shown
    return name + ".signer.url must be an http(s) URL without a user";
  if (signer.account.is_zero()) return name + ".signer.account must be set: what it signs for";
  return {};
}

std::string check_keys(const settings& s) {
  if (s.needs_wallet_key() && !s.wallet_key.named())
    return "wallet_key must name a file or an environment variable";
  for (const auto& [name, x] :
       {std::pair{"keys.settlement", &s.keys.settlement},
        std::pair{"keys.conversion", &s.keys.conversion},
        std::pair{"keys.withdrawals", &s.keys.withdrawals},
        std::pair{"keys.plasma", &s.keys.plasma}, std::pair{"keys.base", &s.keys.base}})
    if (auto why = check_account(*x, name); !why.empty()) return why;
  return {};
}

std::string check_chain(const chain_settings& c, const std::string& name) {
  if (c.rpc.empty()) return name + ".rpc must list at least one URL";
  if (c.rpc.size() > most_nodes)
    return name + ".rpc must list at most " + std::to_string(most_nodes) + " URLs";
  for (std::size_t i = 0; i < c.rpc.size(); ++i)  // not shown: it may hold a provider's key
    if (!is_url(c.rpc[i])) return name + ".rpc[" + std::to_string(i) + "] must be an http(s) URL";
  if (c.usdt0.is_zero() && c.usdc.is_zero()) return name + ".usdt0 must be set";
  if (c.wallet.min_tip_wei > c.wallet.max_fee_wei)
    return name + ".min_tip_wei must not be above " + name + ".wallet.max_fee_wei";
  return {};
}

/// One wallet key signs for both chains: with one id for two chains, what is signed for the one is
/// good on the other.
std::string check_chains(const settings& s) {
  if (auto why = check_chain(s.plasma, "plasma"); !why.empty()) return why;
  if (auto why = check_chain(s.polygon, "polygon"); !why.empty()) return why;
  if (s.plasma.chain_id == s.polygon.chain_id)
    return "polygon.chain_id must not be plasma.chain_id";
  if (!s.base.exists()) return {};
  if (s.base.chain_id == 0) return "base.chain_id must be set, with base.rpc";
  if (s.base.usdc.is_zero()) return "base.usdc must be set, with base.rpc";
  if (s.base.chain_id == s.plasma.chain_id || s.base.chain_id == s.polygon.chain_id)
    return "base.chain_id must not be another chain's";
  return check_chain(s.base, "base");
}

/// A payment is matched by chain and token, so each pair stands once.
std::string check_sources(const settings& s) {
  const auto all = s.paid_sources();
  if (all.size() > most_sources) return "sources must list at most " + std::to_string(most_sources);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& x = all[i];
    // Without a list they are the usual ones, whose tokens and names are other settings.
    const auto at = "sources[" + std::to_string(i) + "]";
    if (s.chain_called(x.network) == nullptr)
      return at + ".network must be plasma, polygon, or base where it is configured";
    if (s.chain_called(x.price_network) == nullptr)
      return at + ".price_network must be plasma, polygon, or base where it is configured";
    if (x.token_name.empty() || x.token_version.empty())
      return at + ".token_name and .token_version must be set for this token";
    if (std::any_of(x.networks_v1.begin(), x.networks_v1.end(), [](auto& n) { return n.empty(); }))
      return at + ".networks_v1 must not list an empty name";
    if (x.maximum < x.minimum) return at + ".maximum must not be below the minimum";
    const auto same = [&](const source_setting& other) {
      return other.network == x.network && other.token == x.token;
    };
    if (std::count_if(all.begin(), all.end(), same) > 1) return at + ".token is listed already";
  }
  if (std::none_of(all.begin(), all.end(), [](const auto& x) { return x.enabled; }))
    return "sources must have one that is enabled";
  const auto& p = s.core.deposit.pricing;
  if (p.fee_max.is_positive() && p.fee_max < p.fee_min)
    return "deposits.fee_max must not be below fee_min";
  for (const auto& x : all) {
    const auto cut = fee_of({0, {}, {}, x.rate_bps}, x.minimum);
    if (add_saturating(p.fee_min, cut) >= x.minimum)
      return "deposits.fee_min leaves nothing of a source's minimum";
  }
  return {};
}

/// A token that is none would never match: nothing would be bridged, and nobody would know why.
std::string check_bridges(const settings& s) {
  if (!is_site(s.across.api_url))
    return "across.api_url must be an http(s) URL without a slash at its end";
  if (!is_site(s.cctp.iris_url))
    return "cctp.iris_url must be an http(s) URL without a slash at its end";
  if (s.cctp.plasma_usdc == s.plasma.usdt0) return "cctp.plasma_usdc must not be plasma.usdt0";
  if (!is_site(s.oneinch.api_url))
    return "oneinch.api_url must be an http(s) URL without a slash at its end";
  if (s.route.wrap && (s.route.usdc != s.account.contracts.usdc_e || s.collateral.is_zero()))
    return "conversion.wrap needs conversion.usdc to be venue.contracts.usdc_e, and "
           "venue.collateral";
  if (s.supply.target < s.supply.low) return "venue.supply_target must not be below supply_low";
  const auto id = from_hex(s.across.integrator_id);
  if (!id || (!id->empty() && (id->size() != 2 || !s.across.integrator_id.starts_with("0x"))))
    return "across.integrator_id must be two bytes like \"0x00d1\", or \"\"";
  for (const auto& token : s.across.output_tokens)
    if (!address::parse(token) || !token.starts_with("0x"))
      return "across.output_tokens must list addresses: 0x and 40 hex digits";
  const auto& g = s.across.guards;
  if (g.fill_least > s.across.fill_window || s.across.fill_window > g.fill_most)
    return "across.fill_window_seconds must be from fill_least_seconds to fill_most_seconds";
  return {};
}

/// Names go to logs and to whoever reads them.
std::string check_venue_accounts(const settings& s) {
  const auto& all = s.accounts;
  if (!all.empty() && s.venue_key.named()) return "venue.accounts must not stand beside venue_key";
  if (all.size() > most_accounts)
    return "venue.accounts must list at most " + std::to_string(most_accounts);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto at = "venue.accounts[" + std::to_string(i) + "]";
    const auto& name = all[i].name;
    const bool plain = !name.empty() && name.size() <= longest_name &&
                       std::all_of(name.begin(), name.end(), [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                       });
    if (!plain) return at + ".name must be 1 to 32 of a-z, 0-9 and -";
    const auto same = [&](const venue_account& x) { return x.name == name; };
    if (std::count_if(all.begin(), all.end(), same) > 1) return at + ".name is taken already";
    if (!all[i].key.named()) return at + " must name a file or an environment variable";
    const auto type = all[i].signature_type;
    if (type == 1) return at + ".signature_type must be 0, 2 or 3";
    if (type == 0 && !all[i].wallet.is_zero())
      return at + ".wallet must not stand beside signature_type 0: the key's own account pays";
    if (type != 0 && all[i].wallet.is_zero())
      return at + ".wallet must be set: who holds the money of signature_type " +
             std::to_string(type);
    if (type == 3 && !s.relayer_key.named())
      return at + ": with signature_type 3 relayer_key must name a file or an environment variable";
  }
  if (std::count_if(all.begin(), all.end(), [](const auto& a) { return a.signature_type == 3; }) >
      1)
    return "venue.accounts must list one of signature_type 3 at most: relayer_key is that key's";
  for (const auto& [name, token] :
       {std::pair{"self_test_token", &s.account.self_test_token},
        std::pair{"self_test_neg_risk_token", &s.account.self_test_neg_risk_token}})
    if (!token->empty() && !uint256::parse_decimal(*token))
      return std::string{"venue."} + name + " must be an outcome token's id in digits, or \"\"";
  if (!all.empty() && std::none_of(all.begin(), all.end(), [](const auto& a) { return a.enabled; }))
    return "venue.accounts must have one that is enabled";
  return {};
}

bool is_route_name(const std::string& text) {
  return !text.empty() && text.size() <= longest_name &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

/// Whether there is a route of that name is known when it has been started.
std::string check_routes(const settings& s) {
  const auto& c = s.core.conversion;
  if (!is_route_name(c.route)) return "conversion.route must be a name like \"oft_uniswap\"";
  std::set<std::string> names;
  for (std::size_t i = 0; i < c.routes.size(); ++i) {
    const auto at = "conversion.routes[" + std::to_string(i) + "].name";
    if (!is_route_name(c.routes[i].name)) return at + " must be a name like \"oft_uniswap\"";
    if (!names.insert(c.routes[i].name).second) return at + " must not stand there twice";
  }
  const auto& m = s.core.buffer.marks;
  if (m.target.is_positive() && m.target < m.low)
    return "buffer.target must not be below buffer.low";
  if (m.high.is_positive() && m.high < std::max(m.low, m.target))
    return "buffer.high must not be below buffer.target and buffer.low";
  return {};
}

std::string check_conversion(const settings& s) {
  const auto& c = s.route;
  if (c.usdc.is_zero()) return "conversion.usdc must be set";
  if (c.router.is_zero() && c.quoter.is_zero()) return {};  // nothing is converted
  if (c.router.is_zero()) return "conversion.router must be set";
  if (c.quoter.is_zero()) return "conversion.quoter must be set";
  if (s.plasma.oft.is_zero() || s.plasma.eid == 0) return "plasma.oft and .eid must be set";
  if (s.polygon.oft.is_zero() || s.polygon.eid == 0) return "polygon.oft and .eid must be set";
  return {};
}

/// What could move nothing, or to the wrong place, is refused before it starts.
std::string check_rest_routes(const settings& s) {
  if (!is_site(s.okx.url)) return "okx.url must be an http(s) URL without a slash at its end";
  if (!is_site(s.relay.api_url))
    return "relay.api_url must be an http(s) URL without a slash at its end";
  if (!s.okx.receiver.empty() && s.okx.receiver != "private" && s.okx.receiver != "exchange")
    return "okx.receiver must be \"private\", \"exchange\" or \"\"";
  if (!s.okx.enabled) return {};
  if (s.okx.deposit_address.is_zero()) return "okx.deposit_address must be set";
  if (s.okx.deposit_chain.empty()) return "okx.deposit_chain must be set";
  if (s.okx.withdrawal_chain.empty()) return "okx.withdrawal_chain must be set";
  if (s.route.usdc == s.account.contracts.usdc_e)
    return "okx.enabled must not stand beside a conversion.usdc of USDC.e: OKX pays out native "
           "USDC";
  for (const auto& [name, key] :
       {std::pair{"okx_key", &s.okx_key}, std::pair{"okx_secret_key", &s.okx_secret},
        std::pair{"okx_passphrase_key", &s.okx_passphrase}})
    if (!key->named()) return std::string{name} + " must name a file or an environment variable";
  return {};
}

/// The least one must pay something to its receiver.
std::string check_withdrawals(const settings& s) {
  const auto& w = s.core.withdrawal;
  if (w.maximum < w.minimum) return "withdrawals.maximum must not be below the minimum";
  if (withdrawal_fee_of(w.minimum, w.fee, w.fee_bps) >= w.minimum)
    return "withdrawals.minimum must be above the fee";
  const auto& f = s.withdrawal_float;
  if (f.target.is_positive() && f.target < f.low)
    return "withdrawals.float_target must not be below float_low";
  for (std::size_t i = 0; i < w.refused.size(); ++i)
    if (!w.refused[i].starts_with("0x") || !address::parse(w.refused[i]))
      return "withdrawals.refused[" + std::to_string(i) +
             "] must be an address: 0x and 40 hex digits";
  return {};
}

/// Of two waits the longer must outlast the shorter, or the one who waits gives up before the other
/// could have answered.
std::string check_waits(const settings& s) {
  struct pair {
    const char* field;
    milliseconds value;
    const char* other;
    milliseconds least;
  };
  const auto& core = s.core;
  const auto& terms = s.payment.terms;
  const pair pairs[] = {
      {"venue.longest_look_ms", core.bet.placing.longest_wait, "venue.first_look_ms",
       core.bet.placing.first_wait},
      {"conversion.longest_retry_ms", core.conversion.longest_retry, "conversion.retry_ms",
       core.conversion.retry},
      {"withdrawals.longest_poll_ms", core.withdrawal.longest_poll, "withdrawals.poll_ms",
       core.withdrawal.poll},
      {"deposits.longest_window_seconds", seconds{terms.longest_window_seconds},
       "deposits.max_timeout_seconds", seconds{terms.max_timeout_seconds}},
      {"http.request_timeout_ms", s.http.request_timeout, "deposits.answer_ms",
       core.deposit.answer},
      {"engine.overdue_ms", core.bet.overdue,
       "venue.order_timeout_ms and .confirm_wait_ms together",
       s.venue.order_timeout + s.venue.confirm_wait},
      {"engine.append_timeout_ms", core.patience.append, "database.statement_timeout_ms",
       s.store.statement_timeout},
      {"engine.stop_step_ms", core.guardian.stop_step, "database.statement_timeout_ms",
       s.store.statement_timeout},
  };
  for (const auto& p : pairs)
    if (p.value < p.least)
      return std::string{p.field} + " must not be below " + p.other + ", " +
             std::to_string(p.least.count());
  return {};
}

bool is_node_name(const std::string& name) {
  return !name.empty() && name.size() <= longest_name &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

/// A node must hold still before anybody may declare it dead.
std::string check_cluster(const settings& s) {
  const auto& c = s.cluster;
  if (!c.enabled) return {};
  if (!is_node_name(c.name))
    return "cluster.name must be 1 to 32 of a-z, 0-9 and -, another one for each node";
  if (c.address.empty() && (s.http.address == "0.0.0.0" || s.http.address == "::"))
    return "cluster.address must be set when http.listen is every address: peers knock there";
  if (!c.address.empty() && c.address.find(':') == std::string::npos)
    return "cluster.address must be \"host:port\"";
  if (c.lease + c.beat >= c.dead_after)
    return "cluster.lease_ms must be below dead_after_ms less beat_ms";
  return {};
}

/// The venue takes 500 reads of trades and orders in 10 s from one address.
std::string check_venue_reads(const settings& s) {
  constexpr double most_in_ten_seconds = 500;
  if (s.venue.read_burst + 10 * s.venue.reads_per_second > most_in_ten_seconds)
    return "venue.reads_per_second: with read_burst they must stay below 500 in 10 s";
  return {};
}

}  // namespace

std::string settings::validate() const {
  for (const auto check :
       {check_words, check_keys, check_bounds, check_chains, check_venue_accounts, check_routes,
        check_conversion, check_bridges, check_rest_routes, check_withdrawals, check_waits,
        check_cluster, check_venue_reads})
    if (auto why = check(*this); !why.empty()) return why;
  if (http.deposit_max < http.deposit_min) return "deposits.maximum must not be below the minimum";
  return check_sources(*this);
}

}  // namespace headroom::config
