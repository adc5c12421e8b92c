#include "http/router.hpp"

#include "http/cors.hpp"
#include "http/media_type.hpp"
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

bool takes_body(verb method) noexcept { return method == verb::post || method == verb::patch; }

/// What the routes of one path have in common.
struct path_traits {
  std::string allow;  // "" when there is no such path
  bool pages = false;
};

path_traits look_at(std::string_view path) {
  path_traits out;
  for (const auto& r : routes()) {
    if (r.method == verb::other || !match(r.pattern, path)) continue;
    out.allow.append(out.allow.empty() ? "" : ", ").append(to_string(r.method));
    if (r.method == verb::get) out.allow += ", HEAD";
    out.pages = out.pages || r.is(route::pages);
  }
  if (!out.allow.empty()) out.allow += ", OPTIONS";
  return out;
}

/// Of every path, and of "*", the server as a whole.
void answer_options(exchange& x, const path_traits& path) {
  x.enter_route(0, {}, path.pages);
  response answer;
  answer.status = 204;
  answer.with("Allow", path.allow);
  answer.headers += preflight(x.settings(), x.asked()[header::origin].text, path.allow);
  x.reply(std::move(answer));
}

void refuse_method(exchange& x) {
  const bool options = x.asked().method == verb::options;
  if (options && x.asked().path == "*")
    return answer_options(x, {"GET, HEAD, POST, PATCH, OPTIONS", false});
  const auto path = look_at(x.asked().path);
  if (path.allow.empty()) return no_route(x);
  if (options) return answer_options(x, path);
  x.enter_route(0, {}, path.pages);
  auto p = problem_of(errc::method_not_allowed, "this path takes " + path.allow);
  p.headers = "Allow: " + path.allow + "\r\n";
  x.refuse(p);
}

void turn_away(exchange& x, admission let_in) {
  auto& metrics = x.shared().metrics;
  switch (let_in) {
    case admission::everything: break;
    case admission::too_much_in_flight:
      metrics.refused_requests.fetch_add(1, std::memory_order_relaxed);
      return x.refuse(problem_of(errc::overloaded, "too many requests are being answered"));
    case admission::no_place:
      metrics.refused_connections.fetch_add(1, std::memory_order_relaxed);
      return x.refuse(problem_of(errc::overloaded, "too many connections"));
    case admission::operators: break;
  }
  no_route(x);
}

}  // namespace

const std::vector<route>& routes() {
  static const std::vector<route> table{
      {verb::other, "none", no_route},  // 0: what matches nothing
      {verb::get, "/buffer/max-bet", get_max_bet},
      {verb::post, "/bets", post_bet, route::pages},
      {verb::get, "/healthz", get_healthz, route::probe | route::pages},
      {verb::get, "/balance", get_balance},
      {verb::get, "/bets", get_bets},
      {verb::get, "/bets/{id}", get_bet},
      {verb::post, "/deposit", post_deposit, route::pages},
      {verb::get, "/deposits", get_deposits},
      {verb::get, "/deposits/{id}", get_deposit, route::pages},
      {verb::get, "/buffer/status", get_buffer_status, route::pages},
      {verb::post, "/buffer/replenish", post_replenish},
      {verb::patch, "/buffer", patch_buffer},
      {verb::get, "/conversions", get_conversions},
      {verb::get, "/conversions/metrics", get_conversion_metrics},  // before {id}
      {verb::get, "/conversions/{id}", get_conversion},
      {verb::get, "/audit/solvency", get_solvency},
      {verb::get, "/operator/alerts", get_alerts},
      {verb::get, "/inspector/actors", get_actors},
      {verb::get, "/readyz", get_readyz, route::probe | route::pages},
      {verb::get, "/metrics", get_metrics, route::probe},
      {verb::get, "/app/config", get_app_config, route::pages},
      {verb::get, "/openapi.json", get_openapi, route::probe | route::pages},
  };
  return table;
}

std::vector<request_metrics::route_label> route_labels() {
  std::vector<request_metrics::route_label> out;
  for (const auto& r : routes()) out.push_back({to_string(r.method), r.pattern});
  return out;
}

void dispatch(exchange& x, admission let_in) {
  const auto& asked = x.asked();
  const auto method = asked.method == verb::head ? verb::get : asked.method;
  const auto& table = routes();
  for (std::size_t i = 1; i < table.size(); ++i) {
    const auto& r = table[i];
    if (r.method != method) continue;
    const auto id = match(r.pattern, asked.path);
    if (!id) continue;
    x.enter_route(i, *id, r.is(route::pages));
    if (let_in != admission::everything && !r.is(route::probe)) return turn_away(x, let_in);
    return x.guarded([&] {
      if (takes_body(r.method)) require_json_body(asked);
      r.run(x);
    });
  }
  refuse_method(x);
}

}  // namespace headroom::http
