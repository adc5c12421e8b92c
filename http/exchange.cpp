#include "http/exchange.hpp"

#include <spdlog/spdlog.h>

namespace headroom::http {

void exchange::begin(const request& r, actor_bridge::clock::time_point deadline) noexcept {
  request_ = r;
  always_.headers.clear();
  id_ = {};
  route_ = 0;
  ++turn_;
  answered_ = false;
  deadline_ = deadline;
}

void exchange::hurry(std::chrono::milliseconds longest) noexcept {
  deadline_ = std::min(deadline_, actor_bridge::clock::now() + longest);
}

void exchange::reply(response answer) {
  if (std::exchange(answered_, true)) return;
  answer.headers += always_.headers;
  send(std::move(answer));
}

void exchange::reply_json(std::string body, unsigned status) {
  response answer;
  answer.status = status;
  answer.body = std::move(body);
  reply(std::move(answer));
}

void exchange::refuse(const problem& p) {
  if (p.status >= 500 && p.status != 503)
    spdlog::error("http.internal path={} code={} detail=\"{}\"", request_.path, p.code, p.detail);
  reply(to_response(p, request_.path));
}

void exchange::broken(const char* what) {
  spdlog::error("http.exception path={} what=\"{}\"", request_.path, what);
  refuse(problem_of(errc::internal));  // never the exception's text
}

}  // namespace headroom::http
