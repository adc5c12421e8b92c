#include <pwd.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "app.hpp"
#include "cancel.hpp"
#include "config/command_line.hpp"
#include "config/console_line.hpp"
#include "config/showing.hpp"
#include "console/console.hpp"
#include "http/key_ring.hpp"
#include "persistence/cluster_nodes.hpp"
#include "persistence/keys.hpp"
#include "persistence/migrations.hpp"
#include "persistence/verify.hpp"
#include "reconcile.hpp"
#include "repair.hpp"
#include "resolve.hpp"
#include "resync.hpp"
#include "settle.hpp"
#include "withdrawing.hpp"

using namespace headroom;

namespace {

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

int revoke_key(const std::string& database, const std::string& id) {
  if (!persistence::revoke_key(database, id, now(), operator_name())) return fail(2, "no such key");
  return 0;
}

int cluster_status(const std::string& database) {
  for (const auto& n : persistence::list_nodes(database))
    std::printf("%-6lld  %-16s  %-22s  %-4s  %-8s  %-24s  %s\n",
                static_cast<long long>(n.incarnation), n.name.c_str(), n.address.c_str(),
                n.state.c_str(), n.keeps ? "serves" : "", to_rfc3339(n.since).c_str(),
                n.words.c_str());
  return 0;
}

int evict_node(const std::string& database, const std::string& name) {
  if (!persistence::evict_node(database, name, operator_name()))
    return fail(2, "no node of that name lives");
  return 0;
}

/// The commands that need the database alone take it from the environment or from the file.
std::string database_of(const config::command_line& line, std::string& error) {
  if (const char* url = std::getenv("HEADROOM_DATABASE_URL"); url != nullptr && *url != '\0')
    return url;
  if (line.config.empty()) {
    error = "set HEADROOM_DATABASE_URL or give --config FILE";
    return {};
  }
  const auto loaded = config::load(line.config);
  error = loaded.error;
  return loaded.value.store.conninfo;
}

void log_to_stderr(const std::string& level) {
  auto logger = spdlog::stderr_color_mt("headroom");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

int with_database(const config::command_line& line) {
  std::string error;
  const auto database = database_of(line, error);
  if (!error.empty()) return fail(2, error);
  if (line.command == "migrate") return migrate(database);
  if (line.command == "verify") return verify(database);
  if (line.command == "keys add") return add_key(database, line.key_name, line.key_scopes);
  if (line.command == "keys list") return list_keys(database);
  if (line.command == "cluster status") return cluster_status(database);
  if (line.command == "cluster evict") return evict_node(database, line.node);
  return revoke_key(database, line.key_id);
}

int with_settings(const config::command_line& line) {
  const auto loaded = config::load(line.config);
  if (!loaded.error.empty()) return fail(2, loaded.error);
  if (line.command == "check-config") {
    if (line.show) std::fputs(config::show(loaded.value, loaded.sources).c_str(), stdout);
    return 0;
  }
  if (line.command.starts_with("bets ")) return bets_command(loaded.value, line.bets, now());
  if (line.command.starts_with("sales ")) return sales_command(loaded.value, line.sales, now());
  if (line.command.starts_with("markets "))
    return markets_command(loaded.value, line.markets, operator_name(), now());
  if (line.command.starts_with("withdrawals "))
    return withdrawals_command(loaded.value, line.withdrawals, now());
  if (line.command.starts_with("conversions "))
    return conversions_command(loaded.value, line.conversions, now());
  if (line.command == "adopt-transfer") return adopt_command(loaded.value, line.adoption, now());
  if (line.command == "wallet status") return wallet_command(loaded.value);
  if (line.command == "wallet cancel") return cancel_command(loaded.value, line.cancel, now());
  if (line.command == "wallet resync") return resync_command(loaded.value, line.resync, now());
  if (line.command == "reconcile") return reconcile_command(loaded.value);
  log_to_stderr(loaded.value.log_level);
  return serve(loaded.value);
}

int with_service(const config::command_line& line) {
  std::string error;
  const auto where = config::service_place_of(line, error);
  return error.empty() ? console::run(line.console, where) : fail(2, error);
}

int run(const config::command_line& line) {
  if (line.wrong_usage) return fail(2, line.answer);
  if (line.command.empty() || line.command == "settings") {
    const auto text = line.command.empty() ? line.answer : config::describe_all();
    std::fputs(text.c_str(), stdout);
    return 0;
  }
  if (!line.console.command.empty()) return with_service(line);
  const bool database_alone = line.command == "migrate" || line.command == "verify" ||
                              line.command.starts_with("keys ") ||
                              line.command.starts_with("cluster ");
  return database_alone ? with_database(line) : with_settings(line);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(config::read_command_line(argc, argv));
  } catch (const std::exception& e) {
    return fail(3, e.what());
  }
}
