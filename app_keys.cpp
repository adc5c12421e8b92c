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

/// Asked once, before anything is started.
std::optional<bool> ask_signer(net::http_client& http, const own_account& x,
                               std::uint64_t chain_id) {
  auto call = chain::accounts_call({{}, url_on(x.signer, chain_id), x.token, x.signer.timeout});
  std::promise<std::optional<bool>> said;
  auto answer = said.get_future();
  http.request(std::move(call.request), call.timeout, [&](const net::http_result& r) {
    said.set_value(chain::has_account(r, x.account));
  });
  return answer.get();
}

/// The first that a signer does not know; "" when there is none.
std::string unknown_to_signer(const config::settings& s, const own_keys& keys) {
  std::set<std::pair<std::string, address>> asked;
  const std::pair<const char*, const own_account*> all[] = {
      {"keys.settlement", &keys.settlement},
      {"keys.conversion", &keys.conversion},
      {"keys.withdrawals", &keys.withdrawals}};
  if (std::all_of(std::begin(all), std::end(all), [](const auto& x) { return x.second->key; }))
    return {};
  net::http_client http;
  for (const auto& [name, x] : all)
    for (const auto* c : {&s.plasma, &s.polygon, &s.base}) {
      if (x->key || !c->exists() ||
          !asked.emplace(url_on(x->signer, c->chain_id), x->account).second)
        continue;
      const auto has = ask_signer(http, *x, c->chain_id);
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
  return {account, chain::remote_signer{http, url_on(signer, chain_id), token, signer.timeout}};
}

std::vector<address> own_keys::accounts() const {
  std::vector<address> out;
  for (const auto* x : {&conversion, &settlement, &withdrawals})
    if (std::find(out.begin(), out.end(), x->account) == out.end()) out.push_back(x->account);
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

std::optional<own_keys> read_keys(const config::settings& s) {
  std::string error;
  own_keys out;
  key_reader read{s};
  const std::pair<const config::account_source*, own_account*> own[] = {
      {&s.keys.conversion, &out.conversion},
      {&s.keys.settlement, &out.settlement},
      {&s.keys.withdrawals, &out.withdrawals}};
  for (const auto& [source, account] : own)
    if (!read.account(*source, *account, error)) {
      spdlog::error("service.no_wallet_key reason=\"{}\"", error);
      return std::nullopt;
    }
  out.venue = read.venue(error);
  if (out.venue.empty()) {
    spdlog::error("service.no_venue_key reason=\"{}\"", error);
    return std::nullopt;
  }
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
  return out;
}

}  // namespace headroom
