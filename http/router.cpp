#include "http/router.hpp"

#include <algorithm>
#include <stdexcept>

#include "http/cors.hpp"
#include "http/media_type.hpp"
#include "http/web_pages.hpp"
#include "net/lease.hpp"

namespace headroom::http {
namespace {

void no_route(exchange& x) { x.refuse(problem_of(errc::not_found, "there is no such path")); }

std::size_t marks_in(std::string_view pattern) noexcept {
  return static_cast<std::size_t>(std::count(pattern.begin(), pattern.end(), '{'));
}

/// Whole segments stand for something, and no more of them than an exchange keeps.
bool is_well_formed(std::string_view pattern) noexcept {
  if (!pattern.starts_with('/') || marks_in(pattern) > path_values::most) return false;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);  // '/'
    const auto segment = pattern.substr(0, pattern.find('/'));
    const bool marked = segment.find_first_of("{}") != std::string_view::npos;
    if (marked && !(segment.starts_with('{') && segment.find('}') == segment.size() - 1))
      return false;
    pattern.remove_prefix(segment.size());
  }
  return true;
}

/// Segment by segment; the texts for {..} go to `values`.
bool matches(std::string_view pattern, std::string_view asked, path_values& values) noexcept {
  for (std::size_t n = 0;; ++n) {
    const auto mark = pattern.find('{');
    if (mark == std::string_view::npos) return pattern == asked;
    if (asked.substr(0, mark) != pattern.substr(0, mark)) return false;
    asked.remove_prefix(mark);
    pattern.remove_prefix(pattern.find('}') + 1);
    values.text[n] = asked.substr(0, asked.find('/'));
    if (values.text[n].empty()) return false;
    asked.remove_prefix(values.text[n].size());
  }
}

bool takes_body(verb method) noexcept {
  return method == verb::post || method == verb::put || method == verb::patch;
}

void add_method(std::string& list, verb method) {
  list.append(list.empty() ? "" : ", ").append(to_string(method));
  if (method == verb::get) list += ", HEAD";
}

void answer_options(exchange& x, const std::string& allow, const std::string& allow_pages) {
  x.enter_route(0, {}, !allow_pages.empty());
  response answer;
  answer.status = 204;
  answer.with("Allow", allow);
  answer.headers += preflight(x.settings(), x.asked()[header::origin].text, allow, allow_pages);
  x.reply(std::move(answer));
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

/// A file of the pages: every path of the API comes before them.
void look_for_page(exchange& x, admission let_in) {
  const auto& pages = x.shared().pages;
  if (!pages || !pages->has(x.asked().path)) return no_route(x);
  if (let_in != admission::everything) return turn_away(x, let_in);
  x.guarded([&] { pages->answer(x); });
}

/// Another node keeps the house, or nobody does yet: what this one remembers may be old
/// (docs/decisions/0048).
void stand_by(exchange& x) {
  const auto why = net::lease::of_process().why();
  x.refuse(problem_of(errc::unavailable,
                      "this node does not serve now" + (why.empty() ? "" : ": " + why)));
}

void enter(exchange& x, const route& r, admission let_in) {
  if (let_in != admission::everything && !r.is(route::probe)) return turn_away(x, let_in);
  if (!r.is(route::probe) && !net::lease::of_process().serves()) return stand_by(x);
  x.guarded([&] {
    if (takes_body(r.method)) require_json_body(x.asked());
    r.run(x);
  });
}

}  // namespace

router::router(std::vector<route> table) : routes_{std::move(table)} {
  routes_.insert(routes_.begin(), route{verb::other, "none", no_route});
  for (std::size_t i = 1; i < routes_.size(); ++i) {
    const auto& r = routes_[i];
    auto& p = path_of(r.pattern);
    for (const auto other : p.routes)
      if (routes_[other].method == r.method)
        throw std::logic_error{"two routes " + std::string{r.pattern}};
    p.routes.push_back(i);
    add_method(p.allow, r.method);
    if (r.is(route::pages)) add_method(p.allow_pages, r.method);
  }
  std::stable_sort(paths_.begin(), paths_.end(),
                   [](const path& a, const path& b) { return a.marks < b.marks; });
  for (auto& p : paths_) {
    path_values ignored;
    if (find(p.pattern, ignored) != &p)
      throw std::logic_error{"another route hides " + std::string{p.pattern}};
    p.allow += ", OPTIONS";
    if (!p.allow_pages.empty()) p.allow_pages += ", OPTIONS";
  }
  for (const auto method : {verb::get, verb::post, verb::put, verb::patch, verb::delete_})
    if (std::any_of(routes_.begin(), routes_.end(),
                    [&](const route& r) { return r.method == method; }))
      add_method(methods_, method);
  methods_ += ", OPTIONS";
}

router::path& router::path_of(std::string_view pattern) {
  const auto known = std::find_if(paths_.begin(), paths_.end(),
                                  [&](const path& p) { return p.pattern == pattern; });
  if (known != paths_.end()) return *known;
  if (!is_well_formed(pattern)) throw std::logic_error{"no pattern: " + std::string{pattern}};
  return paths_.emplace_back(path{pattern, marks_in(pattern), {}, {}, {}});
}

const router::path* router::find(std::string_view asked, path_values& values) const noexcept {
  for (const auto& p : paths_)
    if (p.marks == 0 ? p.pattern == asked : matches(p.pattern, asked, values)) return &p;
  return nullptr;
}

std::vector<request_metrics::route_label> router::labels() const {
  std::vector<request_metrics::route_label> out;
  for (const auto& r : routes_) out.push_back({to_string(r.method), r.pattern});
  return out;
}

void router::dispatch(exchange& x, admission let_in) const {
  const auto& asked = x.asked();
  const bool options = asked.method == verb::options;
  if (options && asked.path == "*") return answer_options(x, methods_, {});
  path_values values;
  const auto* const at = find(asked.path, values);
  if (at == nullptr) return look_for_page(x, let_in);
  if (options) return answer_options(x, at->allow, at->allow_pages);
  const auto method = asked.method == verb::head ? verb::get : asked.method;
  for (const auto i : at->routes) {
    const auto& r = routes_[i];
    if (r.method != method) continue;
    x.enter_route(i, values, r.is(route::pages));
    return enter(x, r, let_in);
  }
  x.enter_route(0, {}, !at->allow_pages.empty());
  auto p = problem_of(errc::method_not_allowed, "this path takes " + at->allow);
  p.headers = "Allow: " + at->allow + "\r\n";
  x.refuse(p);
}

}  // namespace headroom::http
