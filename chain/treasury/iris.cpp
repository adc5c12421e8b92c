#include "chain/treasury/iris.hpp"

#include <cmath>

#include "net/json.hpp"

namespace headroom::chain::iris {
namespace {

constexpr double highest_bps = 10'000;

std::optional<byte_vector> bytes_member(const nlohmann::json& object, const char* key) {
  const auto* text = net::text_member(object, key);
  return text == nullptr ? std::nullopt : from_hex(*text);
}

detail::listed read_one(const nlohmann::json& x) {
  detail::listed out;
  out.message = bytes_member(x, "message").value_or(byte_vector{});
  const auto* status = net::text_member(x, "status");
  if (status != nullptr && *status == "complete")
    out.attestation = bytes_member(x, "attestation").value_or(byte_vector{});
  if (const auto* nonce = net::text_member(x, "eventNonce")) out.nonce = hash256::parse(*nonce);
  return out;
}

}  // namespace

net::http_request messages_request(const std::string& url, std::uint32_t domain,
                                   const hash256& burn) {
  net::http_request out;
  out.url = url + "/v2/messages/" + std::to_string(domain) + "?transactionHash=" + burn.hex();
  return out;
}

net::http_request fees_request(const std::string& url, std::uint32_t from, std::uint32_t to) {
  net::http_request out;
  out.url = url + "/v2/burn/USDC/fees/" + std::to_string(from) + "/" + std::to_string(to);
  return out;
}

net::http_request reattest_request(const std::string& url, const hash256& nonce) {
  net::http_request out;
  out.method = "POST";
  out.url = url + "/v2/reattest/" + nonce.hex();
  return out;
}

std::optional<std::vector<detail::listed>> detail::read_list(const net::http_result& r,
                                                             std::string& problem) {
  if (r.outcome != net::http_outcome::answered) {
    problem = "Iris does not answer";
    return std::nullopt;
  }
  if (r.status == 404) return std::vector<listed>{};
  if (r.status != 200) {
    problem = "Iris says " + std::to_string(r.status);
    return std::nullopt;
  }
  const auto body = net::read_json(r.body);
  const auto* all = body ? net::array_member(*body, "messages") : nullptr;
  if (all == nullptr) {
    problem = "Iris' answer cannot be read";
    return std::nullopt;
  }
  std::vector<listed> out;
  for (const auto& x : *all) out.push_back(read_one(x));
  return out;
}

std::optional<std::uint32_t> read_fee_bps(const net::http_result& r, std::uint32_t finality) {
  if (r.outcome != net::http_outcome::answered || r.status != 200) return std::nullopt;
  const auto body = net::read_json(r.body);
  if (!body || !body->is_array()) return std::nullopt;
  for (const auto& x : *body) {
    if (net::count_member(x, "finalityThreshold") != finality) continue;
    const auto* fee = net::member(x, "minimumFee");
    if (fee == nullptr || !fee->is_number()) return std::nullopt;
    const auto bps = std::ceil(fee->get<double>());  // of a rate, not of money
    if (!(bps >= 0 && bps <= highest_bps)) return std::nullopt;
    return static_cast<std::uint32_t>(bps);
  }
  return std::nullopt;
}

}  // namespace headroom::chain::iris
