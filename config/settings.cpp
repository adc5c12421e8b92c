#include "config/settings.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/reading.hpp"
#include "config/table.hpp"

namespace headroom::config {
namespace {

using nlohmann::json;

constexpr const char* database_variable = "HEADROOM_DATABASE_URL";

void read_file(const std::string& text, loaded& out) {
  if (text.find('\0') != std::string::npos) throw wrong{"not JSON: it has a NUL byte"};  // an end
  const auto document = json::parse(text, nullptr, /*allow_exceptions=*/true,
                                    /*ignore_comments=*/true);
  const auto sections = sections_of(out.value);
  for (auto& path : fill(sections, document)) out.sources.emplace(path, source::file);
}

void read_environment(loaded& out) {
  const auto* url = std::getenv(database_variable);
  if (url == nullptr || *url == '\0') return;
  out.value.store.conninfo = url;
  out.sources["database.url"] = source::environment;
}

/// What a service manager hands over (systemd's LoadCredential=) is root's, and readable to this
/// service by an entry of its own, which the mode shows as its group's.
bool is_handed_over(const std::string& file) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr || *folder == '\0') return false;
  std::error_code unknown;
  return std::filesystem::equivalent(std::filesystem::path{file}.parent_path(), folder, unknown);
}

/// Who else may read `file`, or change it.
mode_t forbidden_to_others(const std::string& file) {
  constexpr mode_t nobody = S_IRWXG | S_IRWXO;
  return is_handed_over(file) ? nobody & ~mode_t{S_IRGRP} : nobody;
}

}  // namespace

loaded parse(const std::string& json_text) {
  loaded out;
  try {
    read_file(json_text, out);
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
  read_environment(out);
  if (out.value.store.conninfo.empty()) {
    out.error = std::string{"database.url (or "} + database_variable + ") must be set";
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
  if ((info.st_mode & forbidden_to_others(source.file)) != 0) {
    error = source.file + ": others may read it; set its mode to 600";
    return std::nullopt;
  }
  std::ifstream file{source.file};
  std::string text;
  file >> text;
  return text;
}

account_source settings::with_default(const account_source& of) const {
  return of.named() ? of : account_source{wallet_key, {}};
}

bool settings::needs_wallet_key() const {
  const bool venue_has_its_own = !accounts.empty() || venue_key.named();
  return !(keys.settlement.named() && keys.conversion.named() && keys.withdrawals.named() &&
           venue_has_its_own);
}

std::uint32_t settings::least_of(const std::string& route_name, std::uint32_t own) const {
  constexpr std::uint32_t all = 10'000;
  for (const auto& terms : core.conversion.routes)
    if (terms.name == route_name && terms.slippage_bps > 0)
      return std::max(own, all - std::min(all, terms.slippage_bps));
  return own;
}

std::vector<venue_account> settings::venue_accounts() const {
  if (!accounts.empty()) return accounts;
  return {{"main", venue_key.named() ? venue_key : wallet_key, 0, {}, true}};
}

}  // namespace headroom::config
