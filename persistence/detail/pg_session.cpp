#include "persistence/detail/pg_session.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace headroom::persistence {
namespace {

std::string quoted(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "'";
}

std::map<std::string, std::string> parse(const std::string& conninfo) {
  struct free_options {
    void operator()(PQconninfoOption* x) const { PQconninfoFree(x); }
  };
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, free_options> options{
      PQconninfoParse(conninfo.c_str(), &error)};
  if (error != nullptr) PQfreemem(error);  // may quote the text with its password: not shown
  if (!options) throw std::invalid_argument("the database connection string cannot be parsed");
  std::map<std::string, std::string> out;
  for (const auto* x = options.get(); x->keyword != nullptr; ++x)
    if (x->val != nullptr) out.emplace(x->keyword, x->val);
  return out;
}

}  // namespace

std::string with_time_limits(const std::string& conninfo, const session_options& options) {
  auto values = parse(conninfo);
  using std::chrono::seconds;
  const auto connect = std::chrono::ceil<seconds>(options.connect_timeout);
  // Longer than any statement may take: only a dead peer is cut off.
  const auto dead = options.statement_timeout + options.lock_timeout + seconds{5};
  values.emplace("connect_timeout", std::to_string(std::max<long>(2, connect.count())));
  values.emplace("keepalives", "1");
  values.emplace("keepalives_idle", "5");
  values.emplace("keepalives_interval", "3");
  values.emplace("keepalives_count", "3");
  values.emplace("tcp_user_timeout", std::to_string(dead.count()));
  values.emplace("application_name", options.application);
  values["client_encoding"] = "UTF8";
  std::string out;
  for (const auto& [key, value] : values) out += key + "=" + quoted(value) + " ";
  return out;
}

session open_session(const std::string& conninfo, const session_options& options) {
  auto out = std::make_unique<pqxx::connection>(with_time_limits(conninfo, options));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  out->inhibit_reactivation(true);  // deprecated because later versions never reconnect
#pragma GCC diagnostic pop
  const auto ms = [](std::chrono::milliseconds x) { return std::to_string(x.count()); };
  {
    pqxx::nontransaction tx{*out};
    tx.exec(
        "SET synchronous_commit = on; SET timezone = 'UTC'; SET jit = off; SET bytea_output = hex;"
        "SET idle_in_transaction_session_timeout = 60000;"
        "SET lock_timeout = " +
        ms(options.lock_timeout) +
        ";"
        "SET default_transaction_read_only = " +
        (options.read_only ? "on" : "off"));
  }
  limit_statements(*out, options.statement_timeout);
  return out;
}

void limit_statements(pqxx::connection& link, std::chrono::milliseconds longest) {
  pqxx::nontransaction tx{link};
  tx.exec("SET statement_timeout = " + std::to_string(longest.count()));
}

}  // namespace headroom::persistence
