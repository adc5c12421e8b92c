#include <algorithm>

#include "config/settings.hpp"

/// What users may pay with: the list of the file, or what the chains that are configured offer.
namespace headroom::config {
namespace {

/// Circle's own tokens on Polygon and Base sign alike.
constexpr auto usdc_name = "USD Coin";
constexpr auto usdc_version = "2";

void complete(source_setting& x, const settings& s) {
  const auto* const chain = s.chain_called(x.network);
  if (chain == nullptr) return;  // validate says so
  const bool plasma = x.network == "plasma";
  const auto usual = plasma ? s.plasma.usdt0 : x.network == "base" ? s.base.usdc : s.route.usdc;
  if (x.token.is_zero()) x.token = usual;
  const auto& terms = s.payment.terms;
  if (x.token == usual && x.token_name.empty())
    x.token_name = plasma ? terms.token_name : usdc_name;
  if (x.token == usual && x.token_version.empty())
    x.token_version = plasma ? terms.token_version : usdc_version;
  if (x.networks_v1.empty())
    x.networks_v1 =
        plasma ? terms.networks_v1
               : std::vector<std::string>{x.network, "eip155:" + std::to_string(chain->chain_id)};
  if (x.minimum.is_zero()) x.minimum = s.http.deposit_min;
  if (x.maximum.is_zero()) x.maximum = s.http.deposit_max;
  if (x.price_network.empty()) x.price_network = x.network;
}

}  // namespace

const chain_settings* settings::chain_called(const std::string& name) const {
  if (name == "plasma") return &plasma;
  if (name == "polygon") return &polygon;
  return name == "base" && base.exists() ? &base : nullptr;
}

std::vector<source_setting> settings::paid_sources() const {
  auto out = sources;
  if (out.empty())
    for (const auto* network : {"plasma", "polygon", "base"})
      if (chain_called(network) != nullptr) out.emplace_back().network = network;
  for (auto& x : out) {
    complete(x, *this);
    const auto same = [&](const source_setting& other) { return other.network == x.network; };
    const bool alone = std::count_if(out.begin(), out.end(), same) == 1;
    x.name = alone ? x.network : x.network + "-" + x.token.hex();
  }
  return out;
}

std::vector<std::string> settings::unguarded_sources() const {
  std::vector<std::string> out;
  if (profile == "sandbox") return out;
  for (const auto& x : paid_sources())
    if (x.enabled && x.price_guard && x.price_feed.is_zero()) out.push_back(x.name);
  return out;
}

}  // namespace headroom::config
