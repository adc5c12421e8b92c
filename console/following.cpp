#include "console/following.hpp"

#include <cstdio>
#include <random>
#include <thread>

#include "console/console.hpp"
#include "console/service_client.hpp"
#include "console/sights.hpp"
#include "domain/backoff.hpp"
#include "net/event_source.hpp"
#include "net/json.hpp"

namespace headroom::console {
namespace {

using net::event_source_end;

net::http_request stream_of(const console_request& asked, const service_place& where) {
  net::http_request out;
  const bool slash = where.url.ends_with('/');
  out.url =
      where.url.substr(0, where.url.size() - (slash ? 1 : 0)) + target_of("/events", asked.query);
  if (!where.key.empty()) out.headers.emplace_back("Authorization", "Bearer " + where.key);
  return out;
}

/// Prints what it hears; enough once `count` came or nobody reads.
class printer {
 public:
  explicit printer(const console_request& asked) : json_{asked.json}, left_{asked.count} {}

  bool hear(const net::server_event& e) {
    const auto text = json_ ? event_json(e.name, e.data) : event_line(e.name, e.data);
    if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) return false;
    return left_ == 0 || --left_ > 0;
  }

 private:
  bool json_;
  std::uint32_t left_;  // 0: without end
};

service_answer refusal_of(event_source_end&& end) {
  service_answer out;
  out.status = end.status;
  auto body = net::read_json(end.body);
  if (!body || end.status == 200) {
    out.error = std::to_string(end.status) + ": the answer is not this service's";
  } else {
    out.body = std::move(*body);
  }
  return out;
}

/// What another try cannot change.
bool is_final(const event_source_end& end) {
  return end.how == event_source_end::why::refused && end.status != 429 && end.status / 100 != 5;
}

std::string reason_of(const event_source_end& end) {
  if (end.how == event_source_end::why::finished) return "the service ended the stream";
  if (end.how == event_source_end::why::refused) return "answered " + std::to_string(end.status);
  return "the stream is lost: " + end.error;
}

int give_up(event_source_end&& end) {
  if (end.how == event_source_end::why::refused) {
    const auto answer = refusal_of(std::move(end));
    std::fprintf(stderr, "headroom: %s\n", complaint_of(answer).c_str());
    return code_of(answer);
  }
  std::fprintf(stderr, "headroom: %s\n", reason_of(end).c_str());
  return no_answer;
}

}  // namespace

int follow(const console_request& asked, const service_place& where, const return_rules& rules) {
  const auto request = stream_of(asked, where);
  const net::event_source_options options;
  net::event_text text{options.max_event};
  printer out{asked};
  std::minstd_rand noise{std::random_device{}()};  // keeps many terminals apart, no more
  bool ever = false;
  for (std::uint32_t tries = 0;; ++tries) {
    auto end = net::read_events(request, options, text,
                                [&out](const net::server_event& e) { return out.hear(e); });
    if (end.how == event_source_end::why::enough) return went_well;
    ever = ever || end.opened;
    if (end.opened) tries = 0;
    if (!ever || is_final(end) || tries >= rules.tries) return give_up(std::move(end));
    const auto wait = std::max(text.retry().value_or(std::chrono::milliseconds{0}),
                               jittered(backoff(rules.first, tries, rules.longest), noise()));
    const auto soon = std::min(wait, rules.longest);
    std::fprintf(stderr, "headroom: %s; again in %lld ms\n", reason_of(end).c_str(),
                 static_cast<long long>(soon.count()));
    std::this_thread::sleep_for(soon);
  }
}

}  // namespace headroom::console
