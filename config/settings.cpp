#include "config/settings.hpp"

#include <arpa/inet.h>
#include <sys/stat.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "domain/final_by.hpp"

namespace headroom::config {

bool is_ip_address(const std::string& text) {
  in6_addr ignored;
  return ::inet_pton(AF_INET, text.c_str(), &ignored) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), &ignored) == 1;
}

namespace {

using nlohmann::json;

struct wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::optional<listen_address> parse_listen(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  auto host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  listen_address out{host, 0};
  const auto* const end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data() + colon + 1, end, out.port);
  if (failed != std::errc{} || stop != end || !is_ip_address(host)) return std::nullopt;
  return out;
}

/// One JSON object being read: takes fields by name, then complains about what is left.
class section {
 public:
  section(const json& object, std::string path) : object_{object}, path_{std::move(path)} {
    if (!object.is_object()) throw wrong{path_ + ": must be an object"};
    for (const auto& [key, value] : object.items()) left_.insert(key);
  }

  section& take(const char* name, std::string& out) {
    if (const auto* x = find(name)) {
      if (!x->is_string()) fail(name, "must be a string");
      out = x->get<std::string>();
    }
    return *this;
  }
  section& take(const char* name, bool& out) {
    if (const auto* x = find(name)) {
      if (!x->is_boolean()) fail(name, "must be true or false");
      out = x->get<bool>();
    }
    return *this;
  }
  template <class T>
  requires(std::is_unsigned_v<T> && !std::is_same_v<T, bool>) section& take(const char* name,
                                                                            T& out) {
    if (const auto* x = find(name)) {
      if (!x->is_number_unsigned() || x->get<std::uint64_t>() > std::numeric_limits<T>::max())
        fail(name,
             "must be a whole number from 0 to " + std::to_string(std::numeric_limits<T>::max()));
      out = static_cast<T>(x->get<std::uint64_t>());
    }
    return *this;
  }
  section& take(const char* name, double& out) {
    if (const auto* x = find(name)) {
      if (!x->is_number() || x->get<double>() <= 0) fail(name, "must be a positive number");
      out = x->get<double>();
    }
    return *this;
  }
  section& take_ms(const char* name, milliseconds& out) {
    auto ms = static_cast<std::uint32_t>(out.count());
    take(name, ms);
    out = milliseconds{ms};
    return *this;
  }
  section& take(const char* name, std::chrono::seconds& out) {
    auto s = static_cast<std::uint32_t>(out.count());
    take(name, s);
    out = std::chrono::seconds{s};
    return *this;
  }
  section& take(const char* name, address& out) {
    std::string text;
    take(name, text);
    if (text.empty()) return *this;
    const auto parsed = address::parse(text);
    if (!parsed || !text.starts_with("0x")) fail(name, "must be an address: 0x and 40 hex digits");
    out = *parsed;
    return *this;
  }
  section& take(const char* name, std::optional<listen_address>& out) {
    std::string text;
    take(name, text);
    if (text.empty()) return *this;
    out = parse_listen(text);
    if (!out) fail(name, "must be an IP address and a port, like \"127.0.0.1:9464\"");
    return *this;
  }
  section& take(const char* name, usdc& out) {
    std::string text;
    take(name, text);
    if (text.empty()) return *this;
    const auto parsed = parse_usdc(text);
    if (!parsed) fail(name, "must be an amount like \"12.50\"");
    out = *parsed;
    return *this;
  }
  section& take(const char* name, std::vector<std::string>& out) {
    if (const auto* x = find(name)) {
      if (!x->is_array()) fail(name, "must be a list of strings");
      out.clear();
      for (const auto& item : *x) {
        if (!item.is_string()) fail(name, "must be a list of strings");
        out.push_back(item.get<std::string>());
      }
    }
    return *this;
  }
  /// A list of objects: `read(section&, T&)` for each.
  template <class T, class Read>
  section& take_each(const char* name, std::vector<T>& out, Read read) {
    const auto* x = find(name);
    if (x == nullptr) return *this;
    if (!x->is_array() || x->empty()) fail(name, "must be a list of one object at least");
    for (std::size_t i = 0; i < x->size(); ++i) {
      section s{(*x)[i], path_ + "." + name + "[" + std::to_string(i) + "]"};
      read(s, out.emplace_back());
      s.done();
    }
    return *this;
  }
  template <class Read>
  section& inside(const char* name, Read read) {
    if (const auto* x = find(name)) {
      section s{*x, path_.empty() ? name : path_ + "." + name};
      read(s);
      s.done();
    }
    return *this;
  }
  [[nodiscard]] bool has(const char* name) const { return object_.contains(name); }
  [[noreturn]] void fail(const std::string& name, const std::string& why) const {
    throw wrong{(path_.empty() ? name : path_ + "." + name) + " " + why};
  }
  void done() const {
    if (!left_.empty()) fail(left_.begin()->c_str(), "is not a setting");
  }

 private:
  const json* find(const char* name) {
    left_.erase(name);
    const auto i = object_.find(name);
    return i == object_.end() ? nullptr : &*i;
  }

  const json& object_;
  std::string path_;
  std::set<std::string> left_;
};

void read_limits(section& s, wallet_limits& w) {
  s.take("max_fee_wei", w.max_fee_wei)
      .take("max_tx_fee_wei", w.max_tx_fee_wei)
      .take("bump_percent", w.bump_percent)
      .take("base_fee_percent", w.base_fee_percent)
      .take("gas_pad_percent", w.gas_pad_percent)
      .take("looks_before_search", w.looks_before_search)
      .take_ms("search_again_ms", w.search_again)
      .take_ms("lone_witness_ms", w.lone_witness)
      .take("doubt_after_seconds", w.doubt_after);
}

void read_limits(section& s, node_limits& n) {
  s.take_ms("skip_after_failure_ms", n.skip_after_failure)
      .take_ms("skip_after_silence_ms", n.skip_after_silence)
      .take_ms("longest_rest_ms", n.longest_rest)
      .take_ms("compare_heads_ms", n.compare_heads)
      .take("most_blocks_behind", n.most_blocks_behind)
      .take("most_seconds_behind", n.most_seconds_behind);
}

void read_limits(section& s, log_limits& l) { s.take("chunk", l.chunk).take("chunks", l.chunks); }

/// `finalized_tag` is the older, shorter word for it: true is "either", false "confirmations".
void read_finality(section& s, chain_settings& c) {
  const bool both_given = s.has("finality") && s.has("finalized_tag");
  bool tag = true;
  s.take("finality", c.finality).take("finalized_tag", tag);
  if (both_given) s.fail("finality", "must not stand beside finalized_tag, its older name");
  if (!tag) c.finality = to_string(final_by::confirmations);
}

void read_chain(section& s, chain_settings& c) {
  read_finality(s, c);
  s.inside("wallet", [&](section& x) { read_limits(x, c.wallet); })
      .inside("nodes", [&](section& x) { read_limits(x, c.nodes); })
      .inside("logs", [&](section& x) { read_limits(x, c.logs); });
  s.take("chain_id", c.chain_id)
      .take("rpc", c.rpc)
      .take("confirmations", c.confirmations)
      .take_ms("rpc_timeout_ms", c.rpc_timeout)
      .take_ms("poll_ms", c.poll)
      .take_ms("bump_after_ms", c.bump_after)
      .take("min_tip_wei", c.min_tip_wei)
      .take("usdt0", c.usdt0)
      .take("oft", c.oft)
      .take("eid", c.eid);
}

void read_key(section& s, key_source& k) { s.take("file", k.file).take("env", k.env); }

/// `venue_key` is the older word for a list of one; without either the wallet's key bets.
void read_venue_accounts(section& root, settings& out) {
  key_source only;
  root.inside("venue_key", [&](section& s) { read_key(s, only); });
  auto& accounts = out.venue.accounts;
  if (!accounts.empty()) {
    if (root.has("venue_key")) root.fail("venue.accounts", "must not stand beside venue_key");
    return;
  }
  const bool own = !only.file.empty() || !only.env.empty();
  accounts.push_back({"main", own ? only : out.wallet_key});
}

settings read(const json& document) {
  settings out;
  section root{document, ""};
  root.take("profile", out.profile).take("log_level", out.log_level);
  root.inside("http", [&](section& s) {
    auto& h = out.http;
    s.take("listen", h.listen)
        .take("port", h.port)
        .take("public_url", h.public_url)
        .take("threads", h.threads)
        .take("max_connections", h.max_connections)
        .take("max_in_flight", h.max_in_flight)
        .take("max_body", h.max_body)
        .take_ms("request_timeout_ms", h.request_timeout)
        .take_ms("idle_timeout_ms", h.idle_timeout)
        .take_ms("header_timeout_ms", h.header_timeout)
        .take_ms("drain_timeout_ms", h.drain_timeout)
        .take("kept_refusals", h.kept_refusals)
        .take_ms("refusals_kept_ms", h.refusals_kept)
        .take("public_metrics", h.public_metrics)
        .take("admin_listen", h.admin_listen)
        .take("cors_origins", h.cors_origins)
        .take("key_rate", h.key_rate)
        .take("key_burst", h.key_burst)
        .take("refused_rate", h.refused_rate)
        .take("signer_rate", h.signer_rate)
        .take("signer_burst", h.signer_burst);
  });
  root.inside("database", [&](section& s) {
    auto& d = out.database;
    s.take("url", d.url)
        .take_ms("connect_timeout_ms", d.connect_timeout)
        .take_ms("statement_timeout_ms", d.statement_timeout)
        .take_ms("read_timeout_ms", d.read_timeout)
        .take_ms("writer_wait_ms", d.writer_wait);
  });
  root.inside("plasma", [&](section& s) { read_chain(s, out.plasma); });
  root.inside("polygon", [&](section& s) { read_chain(s, out.polygon); });
  root.inside("deposits", [&](section& s) {
    auto& d = out.deposits;
    s.take("token_name", d.token_name)
        .take("token_version", d.token_version)
        .take("networks_v1", d.networks_v1)
        .take("max_timeout_seconds", d.max_timeout_seconds)
        .take("longest_window_seconds", d.longest_window)
        .take("minimum", d.minimum)
        .take("maximum", d.maximum)
        .take_ms("answer_ms", d.answer)
        .take("signature_gas", d.signature_gas)
        .take("checks_at_once", d.checks_at_once)
        .take("checks_per_second", d.checks_per_second);
  });
  root.inside("conversion", [&](section& s) {
    auto& c = out.conversion;
    s.take("route", c.route)
        .take("usdc", c.usdc_token)
        .take("quoter", c.quoter)
        .take("router", c.router)
        .take("pool_fee", c.pool_fee)
        .take("slippage_bps", c.slippage_bps)
        .take("least_bps", c.least_bps)
        .take("max_bridge_fee", c.max_bridge_fee)
        .take_ms("poll_ms", c.poll)
        .take_ms("call_interval_ms", c.call_interval)
        .take_ms("step_timeout_ms", c.step_timeout)
        .take("stuck_after_seconds", c.stuck_after)
        .take("attempts", c.attempts)
        .take("at_once", c.at_once)
        .take("most_deposits", c.most_deposits)
        .take_ms("retry_ms", c.retry)
        .take_ms("longest_retry_ms", c.longest_retry)
        .take_ms("rescue_after_ms", c.rescue_after)
        .take("minimum", c.minimum);
  });
  root.inside("venue", [&](section& s) {
    auto& v = out.venue;
    s.take_each("accounts", v.accounts,
                [](section& x, venue_account& a) {
                  x.take("name", a.name);
                  read_key(x, a.key);
                })
        .take("url", v.url)
        .take("chain_id", v.chain_id)
        .take("exchange", v.exchange)
        .take("neg_risk_exchange", v.neg_risk_exchange)
        .take("collateral", v.collateral)
        .take("orders_per_second", v.orders_per_second)
        .take("order_burst", v.order_burst)
        .take_ms("order_timeout_ms", v.order_timeout)
        .take_ms("confirm_wait_ms", v.confirm_wait)
        .take_ms("first_look_ms", v.first_look)
        .take_ms("longest_look_ms", v.longest_look)
        .take("signer_share", v.signer_share)
        .take("key_share", v.key_share)
        .take_ms("stop_pause_ms", v.stop_pause)
        .take_ms("market_pause_ms", v.market_pause)
        .take_ms("credentials_patience_ms", v.credentials_patience)
        .take_ms("grace_ms", v.grace)
        .take_ms("unresolved_after_ms", v.unresolved_after)
        .take("trade_passes_per_second", v.trade_passes_per_second)
        .take("reads_per_second", v.reads_per_second)
        .take("read_burst", v.read_burst)
        .take("cancels_per_second", v.cancels_per_second)
        .take("cancel_burst", v.cancel_burst)
        .take_ms("settling_time_ms", v.settling_time)
        .take_ms("young_for_ms", v.young_for)
        .take_ms("late_match_ms", v.late_match)
        .take("money_dust", v.money_dust)
        .take("share_dust", v.share_dust);
  });
  root.inside("wallet_key", [&](section& s) { read_key(s, out.wallet_key); });
  read_venue_accounts(root, out);
  root.inside("engine", [&](section& s) {
    auto& e = out.engine;
    s.take("workers", e.workers)
        .take("max_live_bets", e.max_live_bets)
        .take("max_balances", e.max_balances)
        .take("max_live_deposits", e.max_live_deposits)
        .take_ms("balance_idle_ms", e.balance_idle)
        .take_ms("drain_ms", e.drain)
        .take_ms("stop_step_ms", e.stop_step)
        .take("journal_queue", e.journal_queue)
        .take("journal_batch", e.journal_batch)
        .take_ms("journal_retry_ms", e.journal_retry)
        .take_ms("load_timeout_ms", e.load_timeout)
        .take_ms("append_timeout_ms", e.append_timeout)
        .take_ms("overdue_ms", e.overdue)
        .take_ms("buffer_tick_ms", e.buffer_tick)
        .take("deposits_recovered", e.deposits_recovered)
        .take("restarts_per_minute", e.restarts_per_minute);
  });
  root.done();
  return out;
}

}  // namespace

loaded parse(const std::string& json_text) {
  loaded out;
  if (json_text.find('\0') != std::string::npos) {  // json would take it for the end
    out.error = "not JSON: it has a NUL byte";
    return out;
  }
  try {
    out.value = read(json::parse(json_text));
  } catch (const json::parse_error& e) {  // its words quote the text, with the passwords in it
    out.error = "not JSON: it breaks at byte " + std::to_string(e.byte);
    return out;
  } catch (const json::exception&) {
    out.error = "not JSON";
    return out;
  } catch (const wrong& e) {
    out.error = e.what();
    return out;
  }
  if (const auto* url = std::getenv("HEADROOM_DATABASE_URL"); url != nullptr && *url != '\0')
    out.value.database.url = url;
  if (out.value.database.url.empty()) {
    out.error = "database.url (or HEADROOM_DATABASE_URL) must be set";
    return out;
  }
  out.error = out.value.validate();
  return out;
}

loaded load(const std::string& path) {
  std::ifstream file{path};
  if (!file) return {{}, path + ": cannot be read"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  auto out = parse(text);
  if (!out.error.empty()) out.error = path + ": " + out.error;
  return out;
}

std::optional<std::string> read_secret(const key_source& source, std::string& error) {
  if (!source.env.empty())
    if (const auto* text = std::getenv(source.env.c_str()); text != nullptr && *text != '\0')
      return text;
  if (source.file.empty()) {
    error = source.env + " is not set";
    return std::nullopt;
  }
  struct stat info {};
  if (::stat(source.file.c_str(), &info) != 0) {
    error = source.file + ": cannot be read";
    return std::nullopt;
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    error = source.file + ": others may read it; set its mode to 600";
    return std::nullopt;
  }
  std::ifstream file{source.file};
  std::string text;
  file >> text;
  return text;
}

}  // namespace headroom::config
