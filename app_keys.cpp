#include "app_keys.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>
#include <set>

namespace headroom {
namespace {

/// The address of one signer among several that are each for one chain.
std::string url_on(const config::signer_source& signer, std::uint64_t chain_id) {
  constexpr std::string_view mark = "{chain_id}";
  auto url = signer.url;
  if (const auto at = url.find(mark); at != std::string::npos)
    url.replace(at, mark.size(), std::to_string(chain_id));
  return url;
}

/// Reads each source once: a file may be one that can be read only once.
class key_reader {
 public:
  explicit key_reader(const config::settings& s) : s_{s} {}

  /// Null, and why, when there is no key.
  shared_key key(const config::key_source& source, std::string& error) {
    const auto known =
        std::find_if(read_.begin(), read_.end(), [&](const auto& x) { return x.first == source; });
    if (known != read_.end()) return known->second;
    const auto text = config::read_secret(source, error);
    if (!text) return nullptr;
    auto key = chain::private_key::parse(*text);
    if (!key) {
      error = "the private key must be 64 hex digits";
      return nullptr;
    }
    read_.emplace_back(source, std::make_shared<const chain::private_key>(std::move(*key)));
    return read_.back().second;
  }

  /// False, and why, when nobody signs.
  bool account(const config::account_source& source, own_account& out, std::string& error) {
    const auto from = s_.with_default(source);
    if (!from.is_remote()) {
      out.key = key(from.key, error);
      if (out.key) out.account = out.key->address_of();
      return out.key != nullptr;
    }
    out.signer = from.signer;
    out.account = from.signer.account;
    if (!from.signer.token.named()) return true;
    const auto token = config::read_secret(from.signer.token, error);
    if (token) out.token = *token;
    return token.has_value();
  }

  /// Our accounts at the venue, in their order; none when a key cannot be read.
  chain::polymarket::venue_accounts venue(std::string& error) {
    chain::polymarket::venue_accounts out;
    for (const auto& a : s_.venue_accounts()) {
      auto own = key(a.key, error);
      if (!own) {
        error = a.name + ": " + error;
        return {};
      }
      out.push_back({a.name, std::move(own),
                     static_cast<chain::polymarket::signature_kind>(a.signature_type), a.wallet,
                     a.enabled});
    }
    return out;
  }

 private:
  const config::settings& s_;
  std::vector<std::pair<config::key_source, shared_key>> read_;
};

chain::remote_signer signer_of(const own_account& x, std::uint64_t chain_id,
                               chain::http_actor http) {
  return {std::move(http), url_on(x.signer, chain_id), x.token, x.signer.timeout};
}

/// Asked by whoever may wait for the answer: before anything is started, or at a terminal.
net::http_result ask_now(chain::http_call call) {
  net::http_client http;
  std::promise<net::http_result> said;
  auto answer = said.get_future();
  http.request(std::move(call.request), call.timeout,
               [&](net::http_result r) { said.set_value(std::move(r)); });
  return answer.get();
}

/// The first that a signer does not know; "" when there is none.
std::string unknown_to_signer(const config::settings& s, const own_keys& keys) {
  std::set<std::pair<std::string, address>> asked;
  struct asked_account {
    const char* name;
    const own_account* account;
    const config::chain_settings* only = nullptr;  // it signs for this chain alone
  };
  const asked_account all[] = {{"keys.settlement", &keys.settlement},
                               {"keys.conversion", &keys.conversion},
                               {"keys.withdrawals", &keys.withdrawals},
                               {"keys.plasma", &keys.plasma, &s.plasma},
                               {"keys.base", &keys.base, &s.base}};
  if (std::all_of(std::begin(all), std::end(all), [](const auto& x) { return x.account->key; }))
    return {};
  for (const auto& [name, x, only] : all)
    for (const auto* c : {&s.plasma, &s.polygon, &s.base}) {
      if (x->key || !c->exists() || (only != nullptr && only != c) ||
          !asked.emplace(url_on(x->signer, c->chain_id), x->account).second)
        continue;
      const auto has = chain::has_account(
          ask_now(chain::accounts_call(signer_of(*x, c->chain_id, {}))), x->account);
      if (has == false)
        return std::string{name} + ": the signer for chain " + std::to_string(c->chain_id) +
               " does not have account " + x->account.hex();
      if (!has)
        spdlog::warn("service.signer_silent account={} chain={}", x->account.hex(), c->chain_id);
    }
  return {};
}

/// False, and a line in the log, when a key that is named cannot be read.
bool read_api_key(const config::key_source& source, const char* event, std::string& out) {
  if (!source.named()) return true;
  std::string error;
  const auto text = config::read_secret(source, error);
  if (!text) {
    spdlog::error("{} reason=\"{}\"", event, error);
    return false;
  }
  out = *text;
  return true;
}

}  // namespace

chain::transaction_signer own_account::signer_on(std::uint64_t chain_id,
                                                 const chain::http_actor& http) const {
  if (key) return key;
  return {account, signer_of(*this, chain_id, http)};
}

std::optional<chain::signed_transaction> own_account::sign(const chain::unsigned_transaction& tx,
                                                           std::string& error) const {
  if (key) return chain::sign(tx, *key);
  auto said = chain::read_signing(
      tx, account, ask_now(chain::signing_call(signer_of(*this, tx.chain_id, {}), tx, account)));
  error = said.why;
  return said.is_good() ? std::optional{std::move(said.tx)} : std::nullopt;
}

const own_account& own_keys::payee(const std::string& network) const {
  if (network == "plasma") return plasma;
  return network == "base" ? base : conversion;
}

std::vector<address> own_keys::accounts() const {
  std::vector<address> out;
  for (const auto* x : {&conversion, &settlement, &withdrawals, &plasma, &base})
    if (std::find(out.begin(), out.end(), x->account) == out.end()) out.push_back(x->account);
  return out;
}

std::vector<own_account> own_keys::senders() const {
  std::vector<own_account> out;
  const auto add = [&out](const own_account& x) {
    const auto same = [&](const own_account& y) { return y.account == x.account; };
    if (std::none_of(out.begin(), out.end(), same)) out.push_back(x);
  };
  for (const auto* x : {&conversion, &settlement, &withdrawals, &plasma, &base}) add(*x);
  for (const auto& a : venue)
    if (a.kind == chain::polymarket::signature_kind::key) add({a.key->address_of(), a.key, {}, {}});
  return out;
}

std::vector<address> own_keys::all_accounts() const {
  auto out = accounts();
  for (const auto& a : venue) {
    out.push_back(a.key->address_of());
    if (!a.wallet.is_zero()) out.push_back(a.wallet);
  }
  return out;
}

std::optional<own_keys> read_accounts(const config::settings& s, std::string& error) {
  own_keys out;
  key_reader read{s};
  const std::pair<const config::account_source*, own_account*> own[] = {
      {&s.keys.conversion, &out.conversion},
      {&s.keys.settlement, &out.settlement},
      {&s.keys.withdrawals, &out.withdrawals},
      {s.keys.plasma.named() ? &s.keys.plasma : &s.keys.conversion, &out.plasma},
      {s.keys.base.named() ? &s.keys.base : &s.keys.conversion, &out.base}};
  for (const auto& [source, account] : own)
    if (!read.account(*source, *account, error)) return std::nullopt;
  out.venue = read.venue(error);
  return out.venue.empty() ? std::nullopt : std::optional{std::move(out)};
}

std::optional<own_keys> read_keys(const config::settings& s) {
  std::string error;
  auto accounts = read_accounts(s, error);
  if (!accounts) {
    spdlog::error("service.no_key reason=\"{}\"", error);
    return std::nullopt;
  }
  auto& out = *accounts;
  if (!read_api_key(s.relayer_key, "service.no_relayer_key", out.relayer) ||
      !read_api_key(s.across_key, "service.no_across_key", out.across) ||
      !read_api_key(s.oneinch_key, "service.no_oneinch_key", out.oneinch))
    return std::nullopt;
  const auto rest = read_rest_keys(s, error);
  if (!rest) {
    spdlog::error("service.no_route_key reason=\"{}\"", error);
    return std::nullopt;
  }
  out.rest = *rest;
  if (const auto why = unknown_to_signer(s, out); !why.empty()) {
    spdlog::error("service.signer_lacks_account reason=\"{}\"", why);
    return std::nullopt;
  }
  return accounts;
}

}  // namespace headroom
