#include "app_supervised.hpp"

#include <spdlog/spdlog.h>

#include <future>

#include "actors/guardian_actor.hpp"
#include "net/json.hpp"

namespace headroom {
namespace {

using net::heartbeat;

/// /readyz answers within two seconds, or says that nobody told it (http/routes_house).
constexpr std::chrono::milliseconds patience{5'000};

std::string readiness_at(const http::http_settings& s, std::uint16_t port) {
  const bool everywhere = s.address == "0.0.0.0" || s.address == "::";
  const bool v6 = s.address.find(':') != s.address.npos;
  const std::string host = everywhere ? (v6 ? "[::1]" : "127.0.0.1")
                           : v6       ? "[" + s.address + "]"
                                      : s.address;
  return "http://" + host + ":" + std::to_string(port) + "/readyz";
}

std::string not_ok(const nlohmann::json& parts) {
  std::string out;
  for (const auto& [name, word] : parts.items())
    if (word.is_string() && word != "ok")
      out += (out.empty() ? "" : "; ") + name + ": " + word.get<std::string>();
  return out;
}

/// The guardian's part is there only when it did not answer.
heartbeat::report report_of(const net::http_result& r) {
  const auto body = net::read_json(r.body);
  const auto ready = body ? net::flag_member(*body, "ready") : std::nullopt;
  const auto* parts = body ? net::object_member(*body, "parts") : nullptr;
  if (r.outcome != net::http_outcome::answered || !ready || parts == nullptr ||
      net::member(*parts, "guardian") != nullptr) {
    spdlog::error("service.no_beat status={} reason=\"{}\"", r.status,
                  parts != nullptr ? not_ok(*parts) : r.error);
    return {};
  }
  const auto words = not_ok(*parts);
  if (net::member(*parts, "node") != nullptr)
    return {heartbeat::pulse::ready, "stands by; " + words};
  if (*ready) return {heartbeat::pulse::ready, words.empty() ? "ready" : "ready; " + words};
  return {heartbeat::pulse::alive, "not ready; " + words};
}

heartbeat::report look(net::http_client& http, const std::string& url) {
  net::http_request request;
  request.url = url;
  std::promise<net::http_result> promise;
  auto coming = promise.get_future();
  http.request(std::move(request), patience,
               [&promise](net::http_result r) { promise.set_value(std::move(r)); });
  return report_of(coming.get());
}

}  // namespace

supervised::supervised(const config::settings& s, std::uint16_t port)
    : patience_(s.http.drain_timeout + actors::longest_stop(s.core) +
                2 * s.core.guardian.stop_step),
      beat_(net::supervisor_of_environment(),
            [this, url = readiness_at(s.http, port)] { return look(http_, url); }) {}

}  // namespace headroom
