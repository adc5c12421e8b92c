#include "chain/evm/transaction_signer.hpp"

#include <algorithm>

#include "chain/evm/eth.hpp"
#include "chain/evm/rpc_answer.hpp"
#include "net/json.hpp"

namespace headroom::chain {
namespace {

using nlohmann::json;
using fault = signing::fault;

constexpr const char* sign_method = "eth_signTransaction";
constexpr const char* accounts_method = "eth_accounts";
constexpr std::uint64_t request_id = 1;  // one request a connection's turn
constexpr std::size_t longest_words = 200;

http_call call_of(const remote_signer& signer, const char* method, json params) {
  http_call out;
  out.timeout = signer.timeout;
  out.request.method = "POST";
  out.request.url = signer.url;
  out.request.headers = {{"content-type", "application/json"}};
  if (!signer.token.empty())
    out.request.headers.emplace_back("authorization", "Bearer " + signer.token);
  out.request.body = net::to_text(json{
      {"jsonrpc", "2.0"}, {"id", request_id}, {"method", method}, {"params", std::move(params)}});
  return out;
}

/// Of an answer without a result that can be read.
std::string silence_of(const net::http_result& answer) {
  if (answer.outcome == net::http_outcome::answered)
    return "the signer answers HTTP " + std::to_string(answer.status);
  return "the signer does not answer: " + answer.error;
}

}  // namespace

std::string difference_of(const unsigned_transaction& wanted, const address& account,
                          const signed_transaction& tx) {
  const auto& got = tx.body;
  if (got.chain_id != wanted.chain_id) return "for chain " + std::to_string(got.chain_id);
  if (got.nonce != wanted.nonce) return "with nonce " + std::to_string(got.nonce);
  if (got.to != wanted.to) return "to " + got.to.hex();
  if (got.value != wanted.value) return "with another value";
  if (got.data != wanted.data) return "with other data";
  if (got.gas_limit != wanted.gas_limit) return "with gas " + std::to_string(got.gas_limit);
  if (!(got.fees == wanted.fees)) return "with other fees";
  const auto by = recover(got.sighash(), tx.sig);
  if (by.error == signature_error::high_s) return "with a high s";
  if (by.error != signature_error::none) return "with a signature of nobody";
  if (by.signer != account) return "as " + by.signer.hex();
  return {};
}

nlohmann::json signing_parameters(const unsigned_transaction& x, const address& account) {
  return json::array({json{{"from", account.hex()},
                           {"to", x.to.hex()},
                           {"gas", eth::quantity(x.gas_limit)},
                           {"maxFeePerGas", eth::quantity(x.fees.max_fee)},
                           {"maxPriorityFeePerGas", eth::quantity(x.fees.max_priority_fee)},
                           {"value", eth::quantity(x.value)},
                           {"data", to_0x(x.data)},
                           {"nonce", eth::quantity(x.nonce)},
                           {"chainId", eth::quantity(x.chain_id)}}});
}

signing read_signing(const unsigned_transaction& wanted, const address& account,
                     const net::http_result& answer) {
  const auto reading = read_rpc_answer(answer, sign_method, request_id);
  if (!reading.result) return {fault::silent, {}, silence_of(answer)};
  if (reading.result->status != rpc_status::ok)
    return {fault::refused,
            {},
            "the signer refuses: " + reading.result->error.message.substr(0, longest_words)};
  const auto& said = reading.result->value;
  const auto* raw = net::member(said, "raw");
  const auto bytes = eth::read_bytes(raw != nullptr ? *raw : said);
  auto tx = bytes ? decode_transaction(*bytes) : std::nullopt;
  if (!tx) return {fault::wrong, {}, "the signer's answer is no transaction of type 2"};
  const auto difference = difference_of(wanted, account, *tx);
  if (!difference.empty()) return {fault::wrong, {}, "the signer signed " + difference};
  return {fault::none, std::move(*tx), {}};
}

std::optional<bool> has_account(const net::http_result& answer, const address& account) {
  const auto reading = read_rpc_answer(answer, accounts_method, request_id);
  if (!reading.result || reading.result->status != rpc_status::ok ||
      !reading.result->value.is_array())
    return std::nullopt;
  const auto& all = reading.result->value;
  return std::any_of(all.begin(), all.end(), [&](const json& x) {
    const auto* text = x.get_ptr<const std::string*>();
    const auto parsed = text != nullptr ? address::parse(*text) : std::nullopt;
    return parsed == account;
  });
}

http_call accounts_call(const remote_signer& signer) {
  return call_of(signer, accounts_method, json::array());
}

http_call signing_call(const remote_signer& signer, const unsigned_transaction& x,
                       const address& account) {
  return call_of(signer, sign_method, signing_parameters(x, account));
}

}  // namespace headroom::chain
