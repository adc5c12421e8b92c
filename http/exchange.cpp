#include "http/exchange.hpp"

#include <spdlog/spdlog.h>

#include "http/cors.hpp"
#include "http/request_id.hpp"
#include "http/router.hpp"

namespace headroom::http {

void exchange::begin(const request& r, actor_bridge::clock::time_point deadline) {
  request_ = r;
  const auto& theirs = r[header::request_id];
  if (theirs.count == 1 && is_request_id(theirs.text)) {
    request_id_ = theirs.text;
  } else {
    make_request_id(request_id_);
  }
  caller_ = nullptr;
  for_pages_ = true;
  operators_act_ = false;
  replayed_ = false;
  path_ = {};
  route_ = 0;
  ++turn_;
  steps_ = {};
  answered_ = false;
  deadline_ = deadline;
}

void exchange::hurry(std::chrono::milliseconds longest) noexcept {
  deadline_ = std::min(deadline_, actor_bridge::clock::now() + longest);
}

void exchange::linger(std::chrono::milliseconds more) noexcept {
  deadline_ = actor_bridge::clock::now() + more;
}

void exchange::add_usual_headers(response& answer) const {
  answer.headers += allow_page(settings(), request_[header::origin].text, for_pages_);
  answer.with("Request-Id", request_id_);
  if (replayed_) answer.headers += "Idempotent-Replayed: true\r\n";
  if (answer.headers.find("Cache-Control: ") == std::string::npos)
    answer.headers += "Cache-Control: no-store\r\n";
}

void exchange::reply(response answer) {
  if (std::exchange(answered_, true)) return;
  add_usual_headers(answer);
  if (operators_act_)
    spdlog::info("http.operators_act caller={} method={} path={} status={} request_id={}",
                 caller_->name, to_string(request_.method), request_.path, answer.status,
                 request_id_);
  send(std::move(answer));
}

void exchange::reply_json(std::string body, unsigned status) {
  response answer;
  answer.status = status;
  answer.body = std::move(body);
  reply(std::move(answer));
}

void exchange::refuse(const problem& p) {
  if (p.status >= 500 && p.status != 503) log_failure("http.internal", p.code, p.detail);
  if (p.status == 401 || p.status == 403 || p.status == 429) log_refusal(p);
  note_refusal(p);
  reply(to_response(p, request_.path.empty() ? "/" : request_.path));
}

/// For GET /inspector/refused.
void exchange::note_refusal(const problem& p) {
  if (answered_) return;
  const auto& all = shared_.routes.routes();
  const bool known = route_ > 0 && route_ < all.size();
  shared_.refused.note({services().now(), std::string{to_string(request_.method)},
                        known ? std::string{all[route_].pattern} : std::string{}, p.status, p.code,
                        p.field, caller_ == nullptr ? std::string{} : caller_->name});
}

/// Whose balance is awake paid in once, or looked at money that is there.
stream_places::caller exchange::listener() const {
  if (caller_ == nullptr) return {};
  const bool user = caller_->type == principal::kind::user;
  return {caller_->name, user, user && !services().dir.users.find_balance(caller_->user)};
}

/// nginx and its like hold answers back to send them in larger pieces, unless they are told.
std::shared_ptr<event_stream> exchange::open_stream() {
  auto place = shared_.streams.take(listener());
  response head;
  head.content_type = event_stream_type;
  head.with("X-Accel-Buffering", "no");
  add_usual_headers(head);
  auto out = begin_stream(std::move(head), std::move(place));
  answered_ = true;
  return out;
}

void exchange::follow(task<> steps) {
  steps_ = std::move(steps);
  steps_.start();
  forget_done_steps();
}

void exchange::go_on(std::coroutine_handle<> waiter) {
  waiter.resume();
  forget_done_steps();
}

/// What stands behind an answer and another wait is not done.
void exchange::forget_done_steps() {
  if (!answered_ && !steps_.ended()) return;
  auto done = std::exchange(steps_, {});
  if (done.ended()) guarded([&] { done.result(); });
}

/// Who was not let in, and why; once a minute for one reason and caller, for strangers can be many.
void exchange::log_refusal(const problem& p) {
  const auto who = caller_ == nullptr ? std::string{"-"} : caller_->name;
  if (!shared_.log.due("refused " + who + " " + p.detail, actor_bridge::clock::now())) return;
  spdlog::warn(
      "http.refused status={} code={} caller={} method={} path={} detail=\"{}\" request_id={}",
      p.status, p.code, who, to_string(request_.method), request_.path, p.detail, request_id_);
}

void exchange::log_failure(std::string_view event, std::string_view code, std::string_view detail) {
  const auto cause = std::string{event}.append(" ").append(code).append(" ").append(detail);
  if (!shared_.log.due(cause, actor_bridge::clock::now())) return;
  spdlog::error("{} path={} code={} detail=\"{}\" request_id={}", event, request_.path, code,
                detail, request_id_);
}

void exchange::broken(const char* what) {
  log_failure("http.exception", "internal", what);
  refuse(problem_of(errc::internal));  // never the exception's text
}

}  // namespace headroom::http
