#include "chain/evm/rpc_answer.hpp"

#include "chain/evm/evm_failure.hpp"
#include "chain/evm/rpc_refusals.hpp"
#include "net/json.hpp"
#include "net/retry_after.hpp"

namespace headroom::chain {
namespace {

using std::chrono::milliseconds;

constexpr int max_response_depth = 32;

constexpr std::int64_t method_not_found = -32601;
constexpr std::int64_t internal_error = -32603;
constexpr unsigned payload_too_large = 413;

rpc_error read_error(const nlohmann::json& e) {
  rpc_error out;
  if (const auto* code = net::member(e, "code"); code && code->is_number_integer())
    out.code = code->get<std::int64_t>();
  if (const auto* message = net::text_member(e, "message")) out.message = *message;
  const auto* data = net::member(e, "data");
  if (data && data->is_object()) data = net::member(*data, "data");  // some nodes wrap it
  if (data && data->is_string())
    if (auto bytes = from_hex(data->get_ref<const std::string&>())) out.data = std::move(*bytes);
  return out;
}

/// The answer in `body`, or nothing when it is not one to request `id`.
std::optional<rpc_result> read_answer(std::string_view body, std::uint64_t id) {
  auto document = net::read_json(body, max_response_depth);
  if (!document) return std::nullopt;
  rpc_result out;
  const auto* e = net::object_member(*document, "error");
  // A proxy that limits us answers before it has read the request's id.
  const bool ours = net::count_member(*document, "id") == id;
  if (!ours && !(e && is_limit(read_error(*e)))) return std::nullopt;
  if (e) {
    out.status = rpc_status::error;
    out.error = read_error(*e);
    return out;
  }
  const auto at = document->find("result");
  if (at == document->end()) return std::nullopt;
  out.status = rpc_status::ok;
  out.value = std::move(*at);
  return out;
}

std::optional<milliseconds> wait_of(const net::http_result& answer,
                                    const std::optional<rpc_result>& result) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  if (const auto wait = net::read_retry_after(answer.header("Retry-After"), now)) return *wait;
  if (!result) return std::nullopt;
  return wait_in_words(result->error.message);
}

}  // namespace

rpc_reading read_rpc_answer(const net::http_result& answer, std::string_view method,
                            std::uint64_t id) {
  using about = rpc_reading::about;
  rpc_reading out;
  out.silent = answer.failure == net::http_failure::silence;
  out.maybe_sent = answer.outcome == net::http_outcome::maybe_sent;
  if (answer.failure == net::http_failure::ours) {
    out.what = about::us;
    return out;
  }
  if (answer.outcome != net::http_outcome::answered) return out;
  out.result = read_answer(answer.body, id);
  const bool logs = method == "eth_getLogs";
  if (!out.result && logs && answer.status == payload_too_large) {
    out.result.emplace();
    out.result->status = rpc_status::error;
    out.result->error = {payload_too_large, "HTTP 413", {}};
  }
  const bool refused = out.result && out.result->status == rpc_status::error;
  const bool at_capacity =
      answer.status == 429 || (answer.status == 503 && !answer.header("Retry-After").empty()) ||
      (refused && is_limit(out.result->error) && !(logs && is_range_refusal(out.result->error)));
  if (at_capacity) {
    out.what = about::limit;
    out.wait = wait_of(answer, out.result);
    out.maybe_sent = answer.status >= 500;
    return out;
  }
  // Anybody may have us call their contract: one that breaks says nothing of the node, whatever
  // code and status it is told with.
  if (refused && answer.status != 401 && answer.status != 403 && failed_in_evm(out.result->error)) {
    out.what = about::question;
    return out;
  }
  if (answer.status == 401 || answer.status == 403 || answer.status >= 500) {
    out.maybe_sent = answer.status >= 500;
    out.what = about::node;
    // A proxy's page, or something broke: who knows what stands behind it.
    if (!out.result) out.maybe_sent = true;
    if (!refused) out.result.reset();
    return out;
  }
  if (!out.result) {
    out.maybe_sent = true;
    return out;
  }
  const auto code = out.result->error.code;
  const bool elsewhere = refused && (code == method_not_found || code == internal_error);
  out.what = elsewhere ? about::method : about::question;
  return out;
}

}  // namespace headroom::chain
