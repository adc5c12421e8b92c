#include "console/console.hpp"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <thread>

#include "console/following.hpp"
#include "console/service_client.hpp"
#include "console/sights.hpp"
#include "console/story.hpp"
#include "net/json.hpp"

namespace headroom::console {
namespace {

using nlohmann::json;

int fail(const service_answer& a) {
  std::fprintf(stderr, "headroom: %s\n", complaint_of(a).c_str());
  return code_of(a);
}

int unreadable(const char* what) {
  std::fprintf(stderr, "headroom: %s is not as this program knows it; try --json\n", what);
  return no_answer;
}

/// The service's own words, on a line.
int print_as_said(const service_answer& a) {
  std::printf("%s\n", a.text.c_str());
  return went_well;
}

int list(const console_request& asked, service_client& service) {
  const auto answer = service.get(target_of("/" + asked.command, asked.query));
  if (!answer.good()) return fail(answer);
  if (asked.json) return print_as_said(answer);
  const auto text = list_text(asked.command, answer.body);
  if (!text) return unreadable("the list");
  std::fputs(text->c_str(), stdout);
  return went_well;
}

int status(const console_request& asked, service_client& service) {
  service_state state;
  state.readiness = service.get("/readyz");
  if (state.readiness.status == 0) return fail(state.readiness);
  state.buffer = service.get("/buffer/status");
  state.solvency = service.get("/audit/solvency");
  state.alerts = service.get("/operator/alerts");
  std::fputs((asked.json ? state.json_text() : state.text()).c_str(), stdout);
  return state.code();
}

int order(const console_request& asked, service_client& service) {
  json wanted{{"reason", asked.reason}};
  if (asked.command == "retry conversion") {
    wanted["action"] = "retry_conversion";
    wanted["target"] = asked.id;
  } else {
    wanted["action"] = asked.command + "_" + asked.work;
  }
  const auto answer = service.post("/operator/actions", wanted);
  if (!answer.good()) return fail(answer);
  if (asked.json) return print_as_said(answer);
  std::fputs(action_text(answer.body).c_str(), stdout);
  return went_well;
}

// -- webhooks -------------------------------------------------------------------------------------

int list_webhooks(const console_request& asked, service_client& service) {
  auto listed = asked;
  listed.command = "webhooks";
  return list(listed, service);
}

/// It, and what it was told.
int show_webhook(const console_request& asked, service_client& service) {
  const auto path = "/webhooks/" + asked.id;
  const auto webhook = service.get(path);
  if (!webhook.good()) return fail(webhook);
  const auto told = service.get(target_of(path + "/deliveries", asked.query));
  if (!told.good()) return fail(told);
  if (asked.json) {
    std::printf("{\"webhook\":%s,\"log\":%s}\n", webhook.text.c_str(), told.text.c_str());
    return went_well;
  }
  const auto text = list_text("deliveries", told.body);
  if (!text) return unreadable("the log");
  std::printf("%s\n%s", webhook_text(webhook.body).c_str(), text->c_str());
  return went_well;
}

/// What `webhooks <word> ID` sends.
service_answer change_webhook(const console_request& asked, service_client& service) {
  const auto path = "/webhooks/" + asked.id;
  if (asked.command == "webhooks add")
    return service.post("/webhooks", {{"url", asked.receiver}, {"events", asked.events}});
  if (asked.command == "webhooks test") return service.post(path + "/test", json::object());
  if (asked.command == "webhooks remove") return service.send("DELETE", path, {});
  json wanted = json::object();
  if (asked.command == "webhooks rotate") wanted["rotate_secret"] = true;
  if (asked.command == "webhooks enable") wanted["enabled"] = true;
  if (asked.command == "webhooks disable") wanted["enabled"] = false;
  return service.send("PATCH", path, wanted);
}

/// A test that failed is the receiver's refusal: exit code 1.
int webhooks(const console_request& asked, service_client& service) {
  if (asked.command == "webhooks" || asked.command == "webhooks list")
    return list_webhooks(asked, service);
  if (asked.command == "webhooks show") return show_webhook(asked, service);
  const auto answer = change_webhook(asked, service);
  if (!answer.good()) return fail(answer);
  const bool tests = asked.command == "webhooks test";
  if (asked.json) {
    print_as_said(answer);
  } else {
    std::fputs((tests ? delivery_text(answer.body) : webhook_text(answer.body)).c_str(), stdout);
  }
  const auto* status = net::text_member(answer.body, "status");
  const bool failed = tests && (status == nullptr || *status != "delivered");
  return failed ? was_refused : went_well;
}

constexpr std::size_t longest_story = 256U << 20U;  // bytes of a file
constexpr int most_pages = 1'000;                   // of 1,000 events each

/// As asked for: the service's own JSON, a diagram's text, or tables.
int show_story(const console_request& asked, const json& story) {
  const auto text = asked.json       ? std::optional{net::to_text(story) + "\n"}
                    : asked.sequence ? sequence_text(story)
                                     : story_text(story);
  if (!text) return unreadable("the timeline");
  std::fputs(text->c_str(), stdout);
  return went_well;
}

/// What `--json` exported before; needs no service.
int story_of_file(const console_request& asked) {
  std::ifstream file{asked.file, std::ios::binary | std::ios::ate};
  const auto size = file ? static_cast<std::streamoff>(file.tellg()) : -1;
  std::string text;
  if (size >= 0 && static_cast<std::size_t>(size) <= longest_story) {
    text.resize(static_cast<std::size_t>(size));
    file.seekg(0);
    file.read(text.data(), size);
  }
  const auto story = file ? net::read_json(text) : std::nullopt;
  if (!story || !story_text(*story)) {
    std::fprintf(stderr, "headroom: %s cannot be read as a timeline\n", asked.file.c_str());
    return no_answer;
  }
  return show_story(asked, *story);
}

int timeline(const console_request& asked, service_client& service) {
  const auto path = "/inspector/" + asked.kind + "s/" + asked.id + "/timeline";
  json story;
  std::vector<std::pair<std::string, std::string>> query;
  for (int page = 0; page < most_pages; ++page) {
    const auto answer = service.get(target_of(path, query));
    if (!answer.good()) return fail(answer);
    if (page == 0) {
      story = answer.body;
    } else if (!add_page(story, answer.body)) {
      return unreadable("the timeline");
    }
    const auto* next = net::text_member(answer.body, "next_cursor");
    if (next == nullptr || next->empty()) return show_story(asked, story);
    query = {{"cursor", *next}};
  }
  std::fprintf(stderr, "headroom: the timeline has more than %d pages; the first are shown\n",
               most_pages);
  return show_story(asked, story);
}

/// Looks again and again; on a terminal each look takes the place of the one before.
int top(const console_request& asked, service_client& service) {
  using clock = std::chrono::steady_clock;
  const bool on_terminal = ::isatty(STDOUT_FILENO) == 1;
  const auto looks = asked.count > 0 ? asked.count : on_terminal ? 0U : 1U;
  json before;
  auto then = clock::now();
  for (std::uint32_t look = 1;; ++look) {
    const auto answer = service.get(target_of("/inspector/actors", asked.query));
    const auto now = clock::now();
    if (!answer.good()) return fail(answer);
    const std::chrono::duration<double> passed = now - then;
    const auto text = asked.json ? std::optional{answer.text + "\n"}
                                 : top_text(answer.body, before, passed.count());
    if (!text) return unreadable("the list of actors");
    const bool redraw = on_terminal && !asked.json;
    if (std::printf("%s%s", redraw ? "\033[H\033[2J" : "", text->c_str()) < 0) return went_well;
    std::fflush(stdout);
    if (looks != 0 && look >= looks) return went_well;
    before = answer.body;
    then = now;
    std::this_thread::sleep_for(asked.every);
  }
}

}  // namespace

int run(const console_request& asked, const service_place& where) {
  if (asked.command == "timeline" && !asked.file.empty()) return story_of_file(asked);
  if (const auto why = unusable(where); !why.empty()) {
    std::fprintf(stderr, "headroom: %s\n", why.c_str());
    return 2;
  }
  if (asked.command == "tail") return follow(asked, where);
  service_client service{where};
  if (asked.command == "status") return status(asked, service);
  if (asked.command == "top") return top(asked, service);
  if (asked.command.starts_with("webhooks")) return webhooks(asked, service);
  if (asked.command == "timeline") return timeline(asked, service);
  const bool orders =
      asked.command == "pause" || asked.command == "resume" || asked.command == "retry conversion";
  return orders ? order(asked, service) : list(asked, service);
}

}  // namespace headroom::console
