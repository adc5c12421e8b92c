#include "http/router.hpp"

#include "http/routes.hpp"

namespace headroom::http {
namespace {

constexpr std::string_view id_mark = "{id}";

void no_route(exchange& x) { x.refuse(problem_of(errc::not_found, "there is no such path")); }

/// What stands for {id}, "" for a pattern without one; nothing when `path` is another path.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
  if (!pattern.ends_with(id_mark)) {
    if (pattern == path) return std::string_view{};
    return std::nullopt;
  }
  const auto fixed = pattern.substr(0, pattern.size() - id_mark.size());
  if (!path.starts_with(fixed)) return std::nullopt;
  const auto id = path.substr(fixed.size());
  if (id.empty() || id.find('/') != std::string_view::npos) return std::nullopt;
  return id;
}

std::string allow_of(std::string_view path) {
  std::string out;
  for (const auto& r : routes())
    if (r.method != verb::options && match(r.pattern, path)) {
      out.append(out.empty() ? "" : ", ").append(to_string(r.method));
      if (r.method == verb::get) out += ", HEAD";
    }
  if (!out.empty()) out += ", OPTIONS";
  return out;
}

void answer_options(exchange& x, const std::string& allow) {
  response answer;
  answer.status = 204;
  answer.with("Allow", allow);
  x.reply(std::move(answer));
}

void refuse_method(exchange& x) {
  const auto allow = allow_of(x.asked().path);
  if (allow.empty()) return no_route(x);
  if (x.asked().method == verb::options) return answer_options(x, allow);
  auto p = problem_of(errc::method_not_allowed, "this path takes " + allow);
  p.headers = "Allow: " + allow + "\r\n";
  x.refuse(p);
}

}  // namespace

const std::vector<route>& routes() {
  static const std::vector<route> table{
      {verb::other, "none", no_route},  // 0: what matches nothing
      {verb::get, "/buffer/max-bet", get_max_bet},
      {verb::post, "/bets", post_bet},
      {verb::get, "/healthz", get_healthz, true},
      {verb::get, "/balance", get_balance},
      {verb::get, "/bets", get_bets},
      {verb::get, "/bets/{id}", get_bet},
      {verb::post, "/deposit", post_deposit},
      {verb::options, "/deposit", options_deposit},
      {verb::get, "/deposits", get_deposits},
      {verb::get, "/deposits/{id}", get_deposit},
      {verb::get, "/buffer/status", get_buffer_status},
      {verb::post, "/buffer/replenish", post_replenish},
      {verb::patch, "/buffer", patch_buffer},
      {verb::get, "/conversions", get_conversions},
      {verb::get, "/conversions/metrics", get_conversion_metrics},  // before {id}
      {verb::get, "/conversions/{id}", get_conversion},
      {verb::get, "/audit/solvency", get_solvency},
      {verb::get, "/operator/alerts", get_alerts},
      {verb::get, "/inspector/actors", get_actors},
      {verb::get, "/readyz", get_readyz, true},
      {verb::get, "/metrics", get_metrics, true},
      {verb::get, "/app/config", get_app_config},
      {verb::get, "/openapi.json", get_openapi, true},
  };
  return table;
}

std::vector<request_metrics::route_label> route_labels() {
  std::vector<request_metrics::route_label> out;
  for (const auto& r : routes()) out.push_back({to_string(r.method), r.pattern});
  return out;
}

void dispatch(exchange& x, bool full) {
  const auto& asked = x.asked();
  const auto method = asked.method == verb::head ? verb::get : asked.method;
  const auto& table = routes();
  for (std::size_t i = 1; i < table.size(); ++i) {
    const auto& r = table[i];
    if (r.method != method) continue;
    const auto id = match(r.pattern, asked.path);
    if (!id) continue;
    x.enter_route(i, *id);
    if (full && !r.probe) {
      x.shared().metrics.refused_requests.fetch_add(1, std::memory_order_relaxed);
      return x.refuse(problem_of(errc::overloaded, "too many requests are being answered"));
    }
    return x.guarded([&] { r.run(x); });
  }
  refuse_method(x);
}

}  // namespace headroom::http
