#include "console/service_client.hpp"

#include <algorithm>
#include <future>

#include "console/columns.hpp"
#include "console/console.hpp"
#include "net/json.hpp"
#include "net/url.hpp"

namespace headroom::console {
namespace {

/// The service gives up a request after 15 s by itself (http.request_timeout_ms).
constexpr std::chrono::milliseconds patience{20'000};

std::string or_dash(const std::string* text) { return text ? printable(*text) : "-"; }

}  // namespace

std::string target_of(std::string_view path,
                      const std::vector<std::pair<std::string, std::string>>& query) {
  std::string out{path};
  for (const auto& [name, value] : query)
    out += (out.size() == path.size() ? "?" : "&") + name + "=" + net::query_value(value);
  return out;
}

std::string unusable(const service_place& where) {
  const auto url = net::url::parse(where.url);
  if (!url || url->target != "/")
    return "the service's address must be like https://pay.example.com or http://127.0.0.1:8080";
  const auto visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (!std::all_of(where.key.begin(), where.key.end(), visible))
    return "the service key has characters that no key has";
  return {};
}

std::string complaint_of(const service_answer& a) {
  if (!a.error.empty()) return a.error;
  if (a.good()) return {};
  const auto* detail = net::text_member(a.body, "detail");
  const auto* code = net::text_member(a.body, "code");
  const auto said = std::to_string(a.status) + (code ? " " + printable(*code) : "");
  auto out = "refused (" + said + "): " + or_dash(detail);
  if (a.status == 401) out += "; name a key by --key-file, HEADROOM_KEY_FILE or HEADROOM_KEY";
  return out;
}

int code_of(const service_answer& a) noexcept {
  if (a.good()) return went_well;
  return a.error.empty() && a.status < 500 ? was_refused : no_answer;
}

service_answer service_client::get(const std::string& target) {
  net::http_request request;
  request.url = target;
  return ask(std::move(request));
}

service_answer service_client::send(const char* method, const std::string& target,
                                    const nlohmann::json& body) {
  net::http_request request;
  request.method = method;
  request.url = target;
  if (!body.is_null()) {
    request.body = net::to_text(body);
    request.headers.emplace_back("Content-Type", "application/json");
  }
  return ask(std::move(request));
}

service_answer service_client::ask(net::http_request request) {
  const bool asks_alone = request.method == "GET";
  request.url.insert(
      0, where_.url.ends_with('/') ? where_.url.substr(0, where_.url.size() - 1) : where_.url);
  if (!where_.key.empty()) request.headers.emplace_back("Authorization", "Bearer " + where_.key);
  std::promise<net::http_result> promise;
  auto coming = promise.get_future();
  http_.request(std::move(request), patience,
                [&promise](net::http_result r) { promise.set_value(std::move(r)); });
  auto result = coming.get();  // the client's bound holds
  service_answer out;
  if (result.outcome == net::http_outcome::answered) {
    out.status = result.status;
    out.text = std::move(result.body);
    auto body = net::read_json(out.text);
    if (body) out.body = std::move(*body);
    if (!body) out.error = std::to_string(out.status) + ": the answer is not this service's";
    return out;
  }
  out.error = "no answer from " + where_.url + ": " + result.error;
  if (!asks_alone && result.outcome == net::http_outcome::maybe_sent)
    out.error += "; it may have been done all the same, and ordering it again does no harm";
  return out;
}

}  // namespace headroom::console
