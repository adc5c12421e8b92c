#include <pwd.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "app.hpp"
#include "http/key_ring.hpp"
#include "persistence/keys.hpp"
#include "persistence/migrations.hpp"
#include "persistence/verify.hpp"
#include "resolve.hpp"

using namespace headroom;

namespace {

constexpr const char* usage = R"(usage: headroom <command> --config FILE

  serve                             run the service until SIGINT or SIGTERM
  migrate                           bring the database's schema up to this binary
  verify                            replay every posting; exit 1 with the differences if there are any
  keys add NAME SCOPE[,SCOPE...]    make a service key (scopes: read trade inspect admin), shown once
  keys list                         all keys, the revoked ones too
  keys revoke ID                    a key stops working within two seconds
  bets show ID                      a bet in the books, and what the exchange knows of its order
  bets resolve ID failed|filled --by NAME --evidence TEXT
                                    ends a bet that stays open, as far as the exchange agrees; the evidence is
                                    stored (filled: --shares N --spent N --fee N when it shows no event)
  check-config                      read the file and say what is wrong with it

HEADROOM_DATABASE_URL overrides database.url of the file; migrate, verify and keys need nothing else.
)";

struct command_line {
  std::string config;
  std::vector<std::string> words;
  std::string error;
};

command_line parse(int argc, char** argv) {
  command_line out;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word != "--config") {
      out.words.push_back(word);
    } else if (++i < argc) {
      out.config = argv[i];
    } else {
      out.error = "--config needs a file";
    }
  }
  if (out.words.empty()) out.error = "no command";
  return out;
}

int fail(int code, const std::string& why) {
  std::fprintf(stderr, "headroom: %s\n", why.c_str());
  return code;
}

timestamp now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(
              std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

/// Who runs this command, for the list of what operators did.
std::string operator_name() {
  const auto* user = ::getpwuid(::getuid());
  return "cli:" + (user != nullptr ? std::string{user->pw_name} : std::to_string(::getuid()));
}

std::string scopes_text(std::uint8_t scopes) {
  std::string out;
  for (const auto s :
       {scope::read, scope::trade, scope::withdraw, scope::inspect, scope::operate, scope::admin})
    if ((scopes & static_cast<std::uint8_t>(s)) != 0)
      out += (out.empty() ? "" : ",") + std::string{http::to_string(s)};
  return out;
}

int migrate(const std::string& database) {
  const auto report = persistence::migrate(database);
  std::printf("schema version %d (%d applied)\n", report.version, report.applied);
  return 0;
}

int verify(const std::string& database) {
  const auto differences = persistence::verify(database);
  for (const auto& d : differences)
    std::printf("%s: stored %lld, replayed %lld, difference %lld\n", d.what.c_str(),
                static_cast<long long>(d.stored), static_cast<long long>(d.replayed),
                static_cast<long long>(d.stored - d.replayed));
  if (!differences.empty()) return 1;
  std::printf("the books are clean\n");
  return 0;
}

int add_key(const std::string& database, const std::string& name, const std::string& list) {
  if (!persistence::is_key_name(name))
    return fail(2, "a key's name is 1 to 64 printable characters, without blanks around them");
  std::uint8_t scopes = 0;
  for (std::size_t at = 0; at <= list.size();) {
    const auto end = std::min(list.find(',', at), list.size());
    const auto one = http::parse_scope(list.substr(at, end - at));
    if (!one) return fail(2, "\"" + list.substr(at, end - at) + "\" is not a scope");
    scopes = static_cast<std::uint8_t>(scopes | static_cast<std::uint8_t>(*one));
    at = end + 1;
  }
  const auto key = http::make_key(name, scopes, now());
  if (!persistence::add_key(database, key.record, operator_name()))
    return fail(2, "the key could not be stored");
  std::printf("%s\n", key.text.c_str());
  return 0;
}

int list_keys(const std::string& database) {
  for (const auto& key : persistence::list_keys(database))
    std::printf("%s  %-26s  %-24s  %s\n", key.id.c_str(), scopes_text(key.scopes).c_str(),
                to_rfc3339(key.created_at).c_str(),
                (key.name +
                 (key.revoked_at.is_set() ? "  (revoked " + to_rfc3339(key.revoked_at) + ")" : ""))
                    .c_str());
  return 0;
}

int keys(const std::string& database, const std::vector<std::string>& words) {
  const auto is = [&](const char* action, std::size_t count) {
    return words.size() == count && words[1] == action;
  };
  if (is("add", 4)) return add_key(database, words[2], words[3]);
  if (is("list", 2)) return list_keys(database);
  if (is("revoke", 3)) {
    if (!persistence::revoke_key(database, words[2], now(), operator_name()))
      return fail(2, "no such key");
    return 0;
  }
  return fail(2, "keys add NAME SCOPES | keys list | keys revoke ID");
}

/// The commands that need the database alone take it from the environment or from the file.
std::string database_of(const command_line& line, std::string& error) {
  if (const char* url = std::getenv("HEADROOM_DATABASE_URL"); url != nullptr && *url != '\0')
    return url;
  if (line.config.empty()) {
    error = "set HEADROOM_DATABASE_URL or give --config FILE";
    return {};
  }
  const auto loaded = config::load(line.config);
  error = loaded.error;
  return loaded.value.database.url;
}

void log_to_stderr(const std::string& level) {
  auto logger = spdlog::stderr_color_mt("headroom");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

int run(const command_line& line) {
  const auto& command = line.words[0];
  if (command == "serve" || command == "check-config") {
    if (line.words.size() != 1) return fail(2, command + " takes no further words");
    const auto loaded = config::load(line.config);
    if (!loaded.error.empty()) return fail(2, loaded.error);
    if (command == "check-config") return 0;
    log_to_stderr(loaded.value.log_level);
    return serve(loaded.value);
  }
  if (command == "bets") {
    auto loaded = config::load(line.config);
    if (!loaded.error.empty()) return fail(2, loaded.error);
    std::string error;
    loaded.value.database.url = database_of(line, error);
    const std::vector<std::string> rest(line.words.begin() + 1, line.words.end());
    return bets_command(loaded.value, rest, now());
  }
  std::string error;
  const auto database = database_of(line, error);
  if (!error.empty()) return fail(2, error);
  if (command == "migrate" && line.words.size() == 1) return migrate(database);
  if (command == "verify" && line.words.size() == 1) return verify(database);
  if (command == "keys" && line.words.size() > 1) return keys(database, line.words);
  return fail(2, "\"" + command + "\" is not a command\n" + usage);
}

}  // namespace

int main(int argc, char** argv) {
  const auto line = parse(argc, argv);
  if (line.words.size() == 1 && (line.words[0] == "help" || line.words[0] == "--help")) {
    std::fputs(usage, stdout);
    return 0;
  }
  if (!line.error.empty()) return fail(2, line.error + "\n" + usage);
  try {
    return run(line);
  } catch (const std::exception& e) {
    return fail(3, e.what());
  }
}
