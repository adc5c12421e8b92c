#include "config/console_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>

#include "config/settings.hpp"
#include "domain/webhooks.hpp"

namespace headroom::config {
namespace {

using console::console_request;

/// An option of a list, and what its route calls it.
struct filter {
  const char* option;
  const char* parameter;
  const char* type;
  const char* what;
};
constexpr filter of_user{"--user", "user_address", "ADDRESS", "of this user alone"};
constexpr filter with_status{"--status", "status", "STATUS", "of this status alone"};
constexpr filter of_token{"--token", "token_id", "ID", "of this token alone; with --user"};
constexpr filter since{"--since", "since", "TIME", "made at this time (RFC 3339) or later"};
constexpr filter until{"--until", "until", "TIME", "made before this time"};
constexpr filter cursor{"--cursor", "cursor", "CURSOR", "the page after this one"};
constexpr filter limit{"--limit", "limit", "N", "at most so many"};
constexpr filter topics{"--topics", "topics", "LIST",
                        "of me, buffer, alerts, market:TOKEN; several with commas"};

CLI::Option* add_filter(CLI::App& to, console_request& out, const filter& f) {
  const auto take = [&out, name = f.parameter](const std::string& x) {
    out.query.emplace_back(name, x);
  };
  return to.add_option_function<std::string>(f.option, take, f.what)->type_name(f.type);
}

CLI::Option* add_json(CLI::App& to, console_request& out) {
  return to.add_flag("--json", out.json, "the service's own JSON");
}

/// Makes `to` a list with the filters its route has. What stands beside it, on the database itself,
/// takes none of them.
void make_list(CLI::App& to, console_request& out, const char* text,
               std::initializer_list<filter> filters) {
  to.description(text)->require_subcommand(0, 1);
  std::vector<CLI::Option*> added;
  added.push_back(add_json(to, out));
  for (const auto& f : filters) added.push_back(add_filter(to, out, f));
  for (auto* beside : to.get_subcommands({}))
    for (auto* option : added) beside->excludes(option);
}

void add_lists(CLI::App& app, console_request& out) {
  make_list(*app.get_subcommand("bets"), out, "Bets of a running service, or one that stays open",
            {of_user, with_status, of_token, since, until, cursor, limit});
  auto* deposits = app.add_subcommand("deposits");
  make_list(*deposits, out, "A user's deposits, of a running service",
            {of_user, with_status, since, until, cursor, limit});
  deposits->get_option("--user")->required();
  make_list(*app.get_subcommand("conversions"), out,
            "Conversions of a running service, or one that needs a human", {cursor, limit});
  make_list(*app.get_subcommand("withdrawals"), out,
            "Money out of a running service, or a decision about it",
            {of_user, with_status, since, until, cursor, limit});
}

void add_reason(CLI::App& to, console_request& out) {
  const CLI::Validator says{
      [](std::string& x) { return x.empty() ? "must say something" : std::string{}; }, ""};
  to.add_option("--reason", out.reason, "on what grounds; it is kept, with the key's id")
      ->required()
      ->check(says);
  add_json(to, out);
}

void add_orders(CLI::App& app, console_request& out) {
  const std::pair<const char*, const char*> switches[] = {
      {"pause", "Have a running service take no more of this work until `resume`"},
      {"resume", "Let it go on"}};
  for (const auto& [name, text] : switches) {
    auto* x = app.add_subcommand(name, text);
    x->add_option("WORK", out.work, "bets, deposits, conversions or withdrawals")
        ->required()
        ->check(CLI::IsMember({"bets", "deposits", "conversions", "withdrawals"}));
    add_reason(*x, out);
  }
  auto* retry = app.add_subcommand("retry", "Have a running service try again");
  retry->require_subcommand(1);
  auto* conversion =
      retry->add_subcommand("conversion", "What may be done once for a step that is stuck");
  const CLI::Validator an_id{[](std::string& x) {
                               return conversion_id::parse(x) ? std::string{}
                                                              : "must be a conversion's id";
                             },
                             ""};
  conversion->add_option("ID", out.id, "")->required()->check(an_id);
  add_reason(*conversion, out);
}

void add_watching(CLI::App& app, console_request& out) {
  auto* tail = app.add_subcommand("tail", "Events of a running service, as they come");
  add_json(*tail, out);
  add_filter(*tail, out, topics);
  add_filter(*tail, out, of_user);
  tail->add_option("--count", out.count, "end after so many")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  auto* top = app.add_subcommand("top", "Actors of a running service, and what waits for them");
  add_json(*top, out);
  add_filter(*top, out, limit);
  top->add_option("--count", out.count, "look so often; once where nobody watches a terminal")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  const auto take = [&out](const std::uint32_t& x) { out.every = std::chrono::seconds{x}; };
  top->add_option_function<std::uint32_t>("--every", take, "seconds between two looks (2)")
      ->type_name("N")
      ->check(CLI::Range(1, 3'600));
}

void add_webhooks(CLI::App& app, console_request& out) {
  auto* all = app.add_subcommand("webhooks", "Who a running service tells of events");
  all->require_subcommand(0, 1);
  auto* own = add_json(*all, out);
  const auto word = [&](const char* name, const char* text) {
    auto* x = all->add_subcommand(name, text);
    x->excludes(own);
    add_json(*x, out);
    return x;
  };
  const CLI::Validator an_id{[](std::string& x) {
                               return webhook_id::parse(x) ? std::string{}
                                                           : "must be a webhook's id";
                             },
                             ""};
  word("list", "The same");
  auto* add = word("add", "Tell a receiver; its secret is shown once");
  add->add_option("URL", out.receiver, "")->required();
  add->add_option("--events", out.events, "types like bet.filled, with commas; without it all")
      ->delimiter(',')
      ->type_name("LIST");
  const std::pair<const char*, const char*> words[] = {
      {"show", "One of them, and what it was told"},
      {"rotate", "Give it a new secret; the old one signs too for a day"},
      {"test", "Send it webhook.test, once, and say how that went"},
      {"enable", "Tell it what comes from now on"},
      {"disable", "Tell it nothing"},
      {"remove", "Forget it"}};
  for (const auto& [name, text] : words)
    word(name, text)->add_option("ID", out.id, "")->required()->check(an_id);
  auto* show = all->get_subcommand("show");
  for (const auto& f : {with_status, cursor, limit}) add_filter(*show, out, f);
}

/// Of the service, or of a file that `--json` wrote.
void add_timeline(CLI::App& app, console_request& out) {
  auto* x = app.add_subcommand("timeline",
                               "The story of one bet, sale, deposit, conversion or "
                               "withdrawal, of a running service or of a file");
  auto* kind = x->add_option("KIND", out.kind, "bet, sale, deposit, conversion or withdrawal")
                   ->check(CLI::IsMember({"bet", "sale", "deposit", "conversion", "withdrawal"}));
  const CLI::Validator an_id{
      [](std::string& text) { return bet_id::parse(text) ? std::string{} : "must be an id"; }, ""};
  auto* id = x->add_option("ID", out.id, "")->check(an_id);
  add_json(*x, out);
  x->add_flag("--sequence", out.sequence, "as the text of a Mermaid sequence diagram")
      ->excludes(x->get_option("--json"));
  auto* file = x->add_option("--file", out.file, "what --json wrote before; asks no service")
                   ->type_name("FILE")
                   ->excludes(kind)
                   ->excludes(id);
  x->callback([=] {
    if (file->count() == 0 && (kind->count() == 0 || id->count() == 0))
      throw CLI::RequiredError("KIND and ID, or --file");
  });
}

const char* variable(const char* name) {
  const char* out = std::getenv(name);
  return out != nullptr ? out : "";
}

/// Where it listens, as somebody on this machine reaches it.
std::string door_of(const http::http_settings& s) {
  const bool everywhere = s.address == "0.0.0.0" || s.address == "::";
  const auto host = everywhere ? std::string{s.address == "::" ? "::1" : "127.0.0.1"} : s.address;
  const bool v6 = host.find(':') != host.npos;
  return "http://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(s.port);
}

}  // namespace

void add_console(CLI::App& app, command_line& out) {
  app.add_option("--url", out.url, "the running service; else where the file has it listen")
      ->type_name("URL")
      ->envname("HEADROOM_URL");
  app.add_option("--key-file", out.key_file, "a service key, mode 600; else HEADROOM_KEY")
      ->type_name("FILE")
      ->envname("HEADROOM_KEY_FILE");
  add_json(*app.add_subcommand("status", "Is a running service ready, solvent, and what is wrong"),
           out.console);
  add_lists(app, out.console);
  add_orders(app, out.console);
  add_watching(app, out.console);
  add_webhooks(app, out.console);
  add_timeline(app, out.console);
}

bool is_for_console(const std::string& command) {
  constexpr std::array all{"status",      "bets",  "deposits", "conversions",
                           "withdrawals", "pause", "resume",   "retry conversion",
                           "tail",        "top",   "timeline"};
  if (command == "webhooks" || command.starts_with("webhooks ")) return true;
  return std::find(all.begin(), all.end(), command) != all.end();
}

console::service_place service_place_of(const command_line& line, std::string& error) {
  console::service_place out{line.url, {}};
  if (out.url.empty() && !line.config.empty()) {
    const auto loaded = load(line.config);
    error = loaded.error;
    out.url = door_of(loaded.value.http);
  }
  if (out.url.empty()) out.url = door_of({});
  if (!error.empty()) return out;
  if (line.key_file.empty()) {
    out.key = variable("HEADROOM_KEY");
  } else if (const auto key = read_secret({line.key_file, {}}, error)) {
    out.key = *key;
  }
  return out;
}

}  // namespace headroom::config
