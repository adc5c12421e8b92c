#include "tests/house/rules.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>

namespace headroom::test {
namespace {

namespace fs = std::filesystem;
using lines = std::vector<std::string>;

constexpr std::size_t longest_readme = 25;

using rooms = std::set<std::string>;

rooms operator+(rooms a, const rooms& b) {
  a.insert(b.begin(), b.end());
  return a;
}

const rooms on_evm{"domain", "net", "actors", "chain/evm"};
const rooms edges{
    "http",     "persistence", "chain/evm", "chain/x402", "chain/treasury", "chain/polymarket",
    "webhooks", "cluster",     "console",   "config"};
const rooms everything = rooms{"", "domain", "net", "actors"} + edges;

/// Which rooms a room may include; `main.cpp` and `app.cpp` are the room "".
const std::map<std::string, std::set<std::string>> arrows{
    {"domain", {"domain"}},
    {"net", {"net"}},
    {"actors", {"domain", "actors"}},
    {"http", {"domain", "net", "actors", "http"}},
    {"persistence", {"domain", "actors", "persistence"}},
    {"chain/evm", on_evm},
    {"chain/x402", on_evm + rooms{"chain/x402"}},
    {"chain/treasury", on_evm + rooms{"chain/treasury"}},
    {"chain/polymarket", on_evm + rooms{"chain/polymarket"}},
    {"webhooks", {"domain", "net", "actors", "webhooks"}},
    {"cluster", {"domain", "net", "actors", "cluster"}},
    {"console", {"domain", "net", "console"}},
    {"config", {"domain", "config"}},  // and the others' settings, see is_settings
    {"", everything},
    {"bench", everything + rooms{"bench", "tests"}},
    {"tests", everything + rooms{"tests"}},
};

/// Where a library may be included, as patterns of file paths.
struct library_rule {
  const char* header;
  const char* allowed;
};
constexpr library_rule libraries[] = {
    {"boost/(beast|asio)/.*",
     "(http|tests|bench)/.*|net/((http|ws)_client\\.cpp|event_source\\.cpp|detail/"
     "dialer\\.[ch]pp)|cluster/knock\\.cpp"},
    {"pqxx/.*|libpq.*",
     "persistence/[^/]*\\.cpp|persistence/detail/.*|tests/(support|persistence)/.*|bench/.*"},
    {"caf/.*", "(actors|http|persistence|chain|webhooks|tests|bench)/.*|app\\.cpp"},
    {"prometheus/.*", "http/.*"},
    {"secp256k1.*|cryptopp/.*", "(chain|tests|bench)/.*"},
    {"gtest/.*|gmock/.*", "tests/.*"},
    {"CLI/.*", "config/(command|console)_line\\.cpp"},
    {"boost/url.*", "net/url\\.cpp"},
};

struct source {
  std::string path;  // relative to the root, with '/'
  std::string room;  // "" at the root
  lines text;
};

struct include {
  std::size_t line = 0;
  bool quoted = false;
  std::string target;
};

lines read_lines(const fs::path& file) {
  std::ifstream in{file};
  lines out;
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

bool is_cpp(const fs::path& p) { return p.extension() == ".cpp" || p.extension() == ".hpp"; }

/// The room of a path from the root: its first two folders when they are one, else its first.
std::string room_of(const std::string& path) {
  const auto first = path.find('/');
  if (first == path.npos) return "";
  const auto second = path.find('/', first + 1);
  const auto inner = path.substr(0, second);
  return second != path.npos && arrows.contains(inner) ? inner : path.substr(0, first);
}

std::vector<source> sources_of(const fs::path& root) {
  std::vector<source> out;
  const auto take = [&](const fs::path& file) {
    const auto path = fs::relative(file, root).string();
    if (is_cpp(file)) out.push_back({path, room_of(path), read_lines(file)});
  };
  std::set<std::string> folders;
  for (const auto& [room, may] : arrows) folders.insert(room.substr(0, room.find('/')));
  for (const auto& entry : fs::directory_iterator{root}) {
    if (entry.is_regular_file()) take(entry.path());
    if (!entry.is_directory() || !folders.contains(entry.path().filename().string())) continue;
    for (const auto& inner : fs::recursive_directory_iterator{entry.path()})
      if (inner.is_regular_file()) take(inner.path());
  }
  std::sort(out.begin(), out.end(),
            [](const source& a, const source& b) { return a.path < b.path; });
  return out;
}

std::vector<include> includes_of(const source& s) {
  static const std::regex directive{R"(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)"};
  std::vector<include> out;
  std::smatch m;
  for (std::size_t i = 0; i < s.text.size(); ++i)
    if (std::regex_match(s.text[i], m, directive)) out.push_back({i + 1, m[1] == "\"", m[2]});
  return out;
}

/// What an operator sets of a room, as plain values: it includes the standard library, domain/ and
/// its like alone, so that config/ may fill it and sees nothing else of the room.
bool is_settings(const std::string& path) { return path.ends_with("_settings.hpp"); }

/// Why `s` may not include this file of ours; "" when it may.
std::string check_own(const fs::path& root, const source& s, const include& i) {
  const bool beside =
      s.room == "tests" && fs::exists(root / fs::path{s.path}.parent_path() / i.target);
  if (beside) return {};
  if (!fs::exists(root / i.target)) return "is not a path from the root of the tree";
  const auto target = room_of(i.target);
  if (is_settings(s.path) && target != "domain" && !is_settings(i.target))
    return "is more than settings";
  if (s.room == "config" && is_settings(i.target)) return {};
  if (!arrows.at(s.room).contains(target))
    return "is against the arrows: " + (s.room.empty() ? "main" : s.room) + "/ may not include " +
           (target.empty() ? "main" : target) + "/";
  if (i.target.find("/detail/") != std::string::npos && s.room != target && s.room != "tests")
    return "is a detail of " + target + "/";
  return {};
}

std::string check_library(const source& s, const include& i) {
  static const std::regex standard{"[a-z_0-9]+"};
  if ((s.room == "domain" || is_settings(s.path)) && !std::regex_match(i.target, standard))
    return "domain/ and settings include the standard library alone";
  for (const auto& rule : libraries)
    if (std::regex_match(i.target, std::regex{rule.header}) &&
        !std::regex_match(s.path, std::regex{rule.allowed}))
      return "this library does not belong here";
  return {};
}

/// GCC 12 copies an aggregate that is made inside an awaited expression byte for byte: what it
/// holds of strings is freed twice. So it gets a name first.
void check_awaits(const source& s, lines& out) {
  static const std::regex awaited{R"(\bco_await\b)"};
  bool inside = false;
  for (std::size_t i = 0; i < s.text.size(); ++i) {
    auto line = s.text[i].substr(0, s.text[i].find("//"));
    if (std::smatch m; !inside && std::regex_search(line, m, awaited)) {
      inside = true;
      line = m.suffix();
    }
    if (!inside) continue;
    const auto end = line.find(';');
    if (line.substr(0, end).find('{') != line.npos) {
      out.push_back(s.path + ":" + std::to_string(i + 1) + ": a value made inside co_await");
      inside = false;
    }
    if (end != line.npos) inside = false;
  }
}

void check_source(const fs::path& root, const source& s, lines& out) {
  if (!arrows.contains(s.room)) {
    out.push_back(s.path + ": of no room: nothing stands in " + s.room + "/ itself");
    return;
  }
  for (const auto& i : includes_of(s)) {
    const auto why = i.quoted ? check_own(root, s, i) : check_library(s, i);
    if (!why.empty())
      out.push_back(s.path + ":" + std::to_string(i.line) + ": " + i.target + ": " + why);
  }
  if (s.room != "tests") check_awaits(s, out);
  const bool header = s.path.ends_with(".hpp");
  if (header && std::find(s.text.begin(), s.text.end(), "#pragma once") == s.text.end())
    out.push_back(s.path + ":1: a header without #pragma once");
}

/// A name says where to look: no two files of the house share one, but for header and source.
void check_stems(const std::vector<source>& all, lines& out) {
  std::map<std::string, std::string> seen;  // stem -> path without its extension
  for (const auto& s : all) {
    if (s.room == "tests" || s.room == "bench" || !arrows.contains(s.room)) continue;
    const auto path = fs::path{s.path}.replace_extension().string();
    const auto stem = fs::path{s.path}.stem().string();
    const auto [known, is_new] = seen.emplace(stem, path);
    if (!is_new && known->second != path)
      out.push_back(s.path + ": shares its name with " + known->second);
  }
}

/// Each folder with sources explains itself; a folder `detail` is explained by the one above it.
void check_readmes(const fs::path& root, const std::vector<source>& all, lines& out) {
  std::set<std::string> folders;
  for (const auto& s : all)
    if (const auto folder = fs::path{s.path}.parent_path();
        !folder.empty() && folder.filename() != "detail" && arrows.contains(s.room))
      folders.insert(folder.string());
  for (const auto& folder : folders) {
    const auto readme = root / folder / "README.md";
    if (!fs::exists(readme)) {
      out.push_back(folder + ": no README.md");
    } else if (const auto n = read_lines(readme).size(); n > longest_readme) {
      out.push_back(folder + "/README.md: " + std::to_string(n) + " lines, at most " +
                    std::to_string(longest_readme));
    }
  }
}

}  // namespace

std::vector<std::string> broken_rules(const fs::path& root) {
  lines out;
  const auto all = sources_of(root);
  for (const auto& s : all) check_source(root, s, out);
  check_stems(all, out);
  check_readmes(root, all, out);
  return out;
}

census census_of(const fs::path& root) {
  census out;
  for (const auto& s : sources_of(root)) {
    ++out.files;
    out.includes += includes_of(s).size();
  }
  return out;
}

}  // namespace headroom::test
