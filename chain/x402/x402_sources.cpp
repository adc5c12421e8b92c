#include <algorithm>
#include <array>
#include <iterator>

#include "chain/x402/x402.hpp"

/// Several sources at one URL: which of them a payment is meant for, and which a payer is shown.
namespace headroom::chain::x402 {
namespace {

/// The closed list of the official clients of version 1 (x402 0.7): they refuse a whole 402 for one
/// name that is not among these.
constexpr std::array<std::string_view, 15> known_to_v1{"abstract",
                                                       "abstract-testnet",
                                                       "base-sepolia",
                                                       "base",
                                                       "avalanche-fuji",
                                                       "avalanche",
                                                       "iotex",
                                                       "sei",
                                                       "polygon",
                                                       "sei-testnet",
                                                       "polygon-amoy",
                                                       "peaq",
                                                       "story",
                                                       "educhain",
                                                       "skale-base-sepolia"};

bool official_in_v1(const terms& t) {
  return !t.networks_v1.empty() && std::find(known_to_v1.begin(), known_to_v1.end(),
                                             t.networks_v1.front()) != known_to_v1.end();
}

/// Version 1 names no token: of several on one network it is the one whose domain was signed.
bool fits(const payment& p, const terms& t, usdc amount) {
  if (!on_network(p, t)) return false;
  if (p.version == 1) return verify(p, t, amount, std::nullopt).empty();
  const auto asset = address::parse(p.accepted.asset);
  return asset && *asset == t.asset;
}

}  // namespace

std::optional<std::size_t> source_of(const payment& p, const std::vector<terms>& sources,
                                     usdc amount) {
  const auto place = [&](auto matches) -> std::optional<std::size_t> {
    const auto i = std::find_if(sources.begin(), sources.end(), matches);
    if (i == sources.end()) return std::nullopt;
    return static_cast<std::size_t>(i - sources.begin());
  };
  if (const auto exact = place([&](const terms& t) { return fits(p, t, amount); })) return exact;
  return place([&](const terms& t) { return on_network(p, t); });
}

std::vector<terms> offered(const std::vector<terms>& sources, usdc amount) {
  std::vector<terms> out;
  std::copy_if(sources.begin(), sources.end(), std::back_inserter(out),
               [&](const terms& t) { return t.takes(amount); });
  return out;
}

std::vector<terms> shown_in_v1(const std::vector<terms>& sources) {
  std::vector<terms> out;
  std::copy_if(sources.begin(), sources.end(), std::back_inserter(out), official_in_v1);
  return out.empty() ? sources : out;
}

std::string list_of(const std::vector<terms>& sources) {
  std::string out;
  for (const auto& t : sources)
    if (t.enabled) out += (out.empty() ? "" : ", ") + t.token_name + " on " + t.network();
  return out;
}

}  // namespace headroom::chain::x402
