#include "chain/evm/eip55.hpp"
#include "chain/x402/x402.hpp"
#include "net/base64.hpp"
#include "net/json.hpp"

namespace headroom::chain::x402 {
namespace {

using json = nlohmann::ordered_json;  // key order as the official servers write it

constexpr auto mime_type = "application/json";

/// primaryType: some clients sign only when they are told what (facts/x402.md, changes of
/// 2026-11-29). What the payer gets for it stands in the token's unit, as the amount does.
json token_extra(const terms& t, usdc amount) {
  return {{"name", t.token_name},
          {"version", t.token_version},
          {"primaryType", "TransferWithAuthorization"},
          {"rate", rate_text(t.pricing)},  // of what is credited, before the fee
          {"fee", std::to_string(fee_of(t.pricing, amount).micro)},
          {"credited", std::to_string(credited_of(t.pricing, amount).micro)}};
}

/// Codes by which a payer learns that another source would be taken.
bool is_about_the_source(std::string_view code) {
  return code == "invalid_network" || code == "invalid_exact_evm_network_mismatch" ||
         code == "invalid_payment_requirements" || code == source_not_offered;
}

/// The extension by which a payer names a payment, declared as the official server does.
json extensions() {
  const json id{
      {"type", "string"}, {"minLength", 16}, {"maxLength", 128}, {"pattern", "^[a-zA-Z0-9_-]+$"}};
  const json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                    {"type", "object"},
                    {"properties", {{"required", {{"type", "boolean"}}}, {"id", id}}},
                    {"required", json::array({"required"})}};
  return {{"payment-identifier", {{"info", {{"required", false}}}, {"schema", schema}}}};
}

void add_error(json& document, std::string_view error, std::string_view fallback,
               const std::vector<terms>& sources) {
  document["error"] = error.empty() ? fallback : error;
  std::string sentence{describe(error)};
  if (is_about_the_source(error)) sentence += " Taken: " + list_of(sources) + ".";
  if (!sentence.empty()) document["error_description"] = sentence;
}

}  // namespace

std::string required_header(const std::vector<terms>& sources, usdc amount,
                            std::string_view error) {
  const auto& first = sources.front();
  json document{{"x402Version", 2}};
  add_error(document, error, "Payment required", sources);
  document["resource"] = {
      {"url", first.resource}, {"description", first.description}, {"mimeType", mime_type}};
  document["accepts"] = json::array();
  for (const auto& t : sources)
    document["accepts"].push_back({{"scheme", "exact"},
                                   {"network", t.network()},
                                   {"amount", std::to_string(amount.micro)},
                                   {"asset", checksummed(t.asset)},
                                   {"payTo", checksummed(t.pay_to)},
                                   {"maxTimeoutSeconds", t.max_timeout_seconds},
                                   {"extra", token_extra(t, amount)}});
  document["extensions"] = extensions();
  return net::to_base64(net::to_text(document));
}

std::string required_body(const std::vector<terms>& sources, usdc amount, std::string_view error) {
  json document{{"x402Version", 1}};
  add_error(document, error, "X-PAYMENT header is required", sources);
  document["accepts"] = json::array();
  for (const auto& t : shown_in_v1(sources))
    document["accepts"].push_back(
        {{"scheme", "exact"},
         {"network", t.networks_v1.empty() ? t.network() : t.networks_v1.front()},
         {"maxAmountRequired", std::to_string(amount.micro)},
         {"resource", t.resource},
         {"description", t.description},
         {"mimeType", mime_type},
         {"payTo", checksummed(t.pay_to)},
         {"maxTimeoutSeconds", t.max_timeout_seconds},
         {"asset", checksummed(t.asset)},
         {"extra", token_extra(t, amount)}});
  return net::to_text(document);
}

std::string response_header(std::uint8_t version, const terms& t, const settlement& s) {
  const bool success = s.error.empty();
  json document{{"success", success}};
  if (!success) {
    document["errorReason"] = s.error;
    if (const auto sentence = describe(s.error); version == 2 && !sentence.empty())
      document["errorMessage"] = sentence;
  }
  document["transaction"] = s.tx_hash.is_zero() ? "" : s.tx_hash.hex();
  document["network"] =
      version == 1 && !t.networks_v1.empty() ? t.networks_v1.front() : t.network();
  document["payer"] = checksummed(s.payer);
  if (version == 2 && success) document["amount"] = std::to_string(s.amount.micro);
  return net::to_base64(net::to_text(document));
}

}  // namespace headroom::chain::x402
