#include "http/web_pages.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "domain/text.hpp"
#include "http/etag.hpp"

namespace headroom::http {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_files = 1'000;
constexpr std::uintmax_t most_bytes = 64 * 1024 * 1024;

/// Only what is ours runs, and only it is asked: no other script, style, font or address, no frame,
/// no form, no text that becomes a script (Trusted Types). Wallets' icons are data: URIs
/// (EIP-6963).
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'";

constexpr std::string_view html = "text/html; charset=utf-8";
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> types{{
    {".html", html},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".txt", "text/plain; charset=utf-8"},
    {".woff2", "font/woff2"},
    {".map", "application/json"},
}};

std::string_view type_of(const fs::path& name) {
  const auto extension = name.extension().string();
  for (const auto& [end, type] : types)
    if (end == extension) return type;
  return "application/octet-stream";
}

std::string read_whole(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  std::string out{std::istreambuf_iterator<char>{in}, {}};
  if (!in) throw std::runtime_error{"http.web_root: cannot read " + path.string()};
  return out;
}

/// As a URL names it, without anything that would have to be decoded.
bool is_plain_name(std::string_view name) noexcept {
  return !name.empty() && name.find("/.") == std::string_view::npos && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '.' || c == '_' || c == '-' || c == '/';
         });
}

std::vector<fs::path> files_in(const fs::path& root) {
  std::vector<fs::path> out;
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator{root}) {
    if (!entry.is_regular_file()) continue;
    bytes += entry.file_size();
    out.push_back(entry.path());
    if (out.size() > most_files || bytes > most_bytes)
      throw std::runtime_error{"http.web_root: too many files, or too large: " + root.string()};
  }
  return out;
}

void answer_options(exchange& x) {
  response answer;
  answer.status = 204;
  answer.with("Allow", "GET, HEAD, OPTIONS");
  x.reply(std::move(answer));
}

void refuse_method(exchange& x) {
  auto p = problem_of(errc::method_not_allowed, "this path takes GET, HEAD, OPTIONS");
  p.headers = "Allow: GET, HEAD, OPTIONS\r\n";
  x.refuse(p);
}

}  // namespace

bool accepts_coding(std::string_view accepted, std::string_view coding) noexcept {
  while (!accepted.empty()) {
    const auto end = std::min(accepted.find(','), accepted.size());
    const auto one = trimmed(accepted.substr(0, end));
    accepted.remove_prefix(std::min(end + 1, accepted.size()));
    const auto name = trimmed(one.substr(0, one.find(';')));
    if (!same_but_for_case(name, coding)) continue;
    const auto weight = one.find("q=");
    if (weight == std::string_view::npos) return true;
    return one.substr(weight + 2).find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

web_pages::web_pages(const std::string& root) try {
  const auto compressed = [](const fs::path& path) {
    auto beside = path;
    const auto end = path.extension();
    return (end == ".br" || end == ".gz") && fs::is_regular_file(beside.replace_extension());
  };
  const auto read_form = [](const fs::path& path, std::string_view mark) {
    form out;
    if (!fs::is_regular_file(path)) return out;
    out.body = read_whole(path);
    out.etag = etag_of(out.body);
    out.etag.insert(out.etag.size() - 1, mark);
    return out;
  };
  for (const auto& path : files_in(root)) {
    const auto name = fs::relative(path, root).generic_string();
    if (compressed(path) || !is_plain_name(name)) continue;
    file f;
    f.type = type_of(path);
    f.plain = read_form(path, "");
    f.br = read_form(path.string() + ".br", "-br");
    f.gz = read_form(path.string() + ".gz", "-gz");
    f.never_changes = name.starts_with("assets/");
    files_.emplace("/" + name, std::move(f));
  }
  if (!files_.contains("/index.html"))
    throw std::runtime_error{"http.web_root: there is no index.html in " + root};
} catch (const fs::filesystem_error& e) {
  throw std::runtime_error{std::string{"http.web_root: "} + e.what()};
}

const web_pages::file* web_pages::find(std::string_view path) const {
  const auto named = [this](std::string_view name) {
    const auto i = files_.find(name);
    return i == files_.end() ? nullptr : &i->second;
  };
  if (path == "/") return named("/index.html");
  if (path != "/operator" && path != "/operator/") return named(path);
  const auto* const own = named("/operator.html");
  return own != nullptr ? own : named("/index.html");
}

void web_pages::answer(exchange& x) const {
  const auto& asked = x.asked();
  const auto* const f = find(asked.path);
  if (f == nullptr) return x.refuse(problem_of(errc::not_found));
  x.enter_route(0, {}, false);
  if (asked.method == verb::options) return answer_options(x);
  if (asked.method != verb::get && asked.method != verb::head) return refuse_method(x);
  const auto wanted = asked["Accept-Encoding"].text;
  const bool br = !f->br.etag.empty() && accepts_coding(wanted, "br");
  const bool gz = !br && !f->gz.etag.empty() && accepts_coding(wanted, "gzip");
  const auto& sent = br ? f->br : gz ? f->gz : f->plain;
  response out;
  out.content_type = f->type;
  out.with("ETag", sent.etag).with("Vary", "Accept-Encoding");
  out.with("X-Content-Type-Options", "nosniff").with("Cross-Origin-Resource-Policy", "same-origin");
  out.with("Cache-Control", f->never_changes ? "public, max-age=31536000, immutable" : "no-cache");
  if (f->type == html)
    out.with("Content-Security-Policy", policy).with("Referrer-Policy", "no-referrer");
  if (names_etag(asked[header::if_none_match].text, sent.etag)) {
    out.status = 304;
  } else {
    if (br || gz) out.with("Content-Encoding", br ? "br" : "gzip");
    out.body = sent.body;
  }
  x.reply(std::move(out));
}

}  // namespace headroom::http
