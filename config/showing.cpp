#include "config/showing.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/table.hpp"

namespace headroom::config {
namespace {

using nlohmann::json;

/// A value as the file says it.
struct json_of {
  const row& from;

  json operator()(const std::string* x) const { return *x; }
  json operator()(const std::vector<std::string>* x) const { return *x; }
  json operator()(const bool* x) const { return *x; }
  json operator()(const final_by* x) const { return std::string{to_string(*x)}; }
  json operator()(const older_tag&) const { return ""; }
  json operator()(const std::vector<venue_account>* x) const {
    auto out = json::array();
    for (const auto& a : *x) {
      json one{{"name", a.name}};
      if (!a.key.file.empty()) one["file"] = a.key.file;
      if (!a.key.env.empty()) one["env"] = a.key.env;
      if (a.signature_type != 0) one["signature_type"] = a.signature_type;
      if (!a.wallet.is_zero()) one["wallet"] = a.wallet.hex();
      if (!a.enabled) one["enabled"] = false;
      out.push_back(std::move(one));
    }
    return out;
  }
  json operator()(const std::vector<route_terms>* x) const {
    auto out = json::array();
    for (const auto& t : *x) {
      json one{{"name", t.name}};
      if (t.fee_bps > 0) one["fee_bps"] = t.fee_bps;
      if (t.slippage_bps > 0) one["slippage_bps"] = t.slippage_bps;
      if (t.size.is_positive()) one["size"] = to_string(t.size);
      if (t.in_flight.is_positive()) one["in_flight"] = to_string(t.in_flight);
      out.push_back(std::move(one));
    }
    return out;
  }
  json operator()(const std::vector<source_setting>* x) const;
  json operator()(const double* x) const { return *x; }
  json operator()(const address* x) const { return x->is_zero() ? "" : x->hex(); }
  json operator()(const usdc* x) const { return to_string(*x); }
  json operator()(const share_amount* x) const { return to_string(usdc{x->micro}); }
  json operator()(const door& x) const {
    if (x.host->empty()) return "";
    const bool v6 = x.host->find(':') != std::string::npos;
    return (v6 ? "[" + *x.host + "]" : *x.host) + ":" + std::to_string(*x.port);
  }
  template <class Whole>
  json operator()(const Whole*) const {
    return static_cast<std::uint64_t>(from.value());
  }
};

/// What the file need not say is left out.
json json_of::operator()(const std::vector<source_setting>* x) const {
  auto out = json::array();
  for (auto each : *x) {  // rows may change what they point to
    source_setting usual;
    const auto said = section_of(each, "").rows;
    const auto defaults = section_of(usual, "").rows;
    auto one = json::object();
    for (std::size_t i = 0; i < said.size(); ++i) {
      auto value = std::visit(json_of{said[i]}, said[i].at);
      if (value != std::visit(json_of{defaults[i]}, defaults[i].at)) one[said[i].name] = value;
    }
    out.push_back(std::move(one));
  }
  return out;
}

std::string value_text(const row& r) {
  return std::visit(json_of{r}, r.at).dump(-1, ' ', false, json::error_handler_t::replace);
}

bool is_set(const row& r) {
  const auto value = std::visit(json_of{r}, r.at);
  return !value.empty() && value != "";
}

/// "ms, 100 to 600000"; "" for a word.
std::string measure_of(const row& r) {
  std::string out = to_string(r.in);
  if (!r.is_number()) return out;
  return out + (out.empty() ? "" : ", ") + r.text(r.within.least) + " to " + r.text(r.within.most);
}

std::string said_by(const std::string& path, const std::map<std::string, source>& sources) {
  const auto found = sources.find(path);
  if (found == sources.end()) return "default";
  return found->second == source::file ? "file" : "environment";
}

std::string joined(std::initializer_list<std::string> parts) {
  std::string out;
  for (const auto& x : parts)
    if (!x.empty()) out += (out.empty() ? "" : "; ") + x;
  return out;
}

/// One object of the file. A piece is a field, an inner object, or a line that is comment alone.
class object_text {
 public:
  object_text(const std::vector<section>& all, const std::map<std::string, source>& sources)
      : all_{all}, sources_{sources} {}

  std::string of(const section& here, std::size_t depth) const {
    std::vector<piece> pieces;
    for (const auto& r : here.rows)
      if (r.how != shown::not_at_all) pieces.push_back(field(here, r));
    if (is_key(here)) pieces.push_back({"", key_line(here)});
    for (const auto& inner : all_)
      if (inner.is_inside(here))
        pieces.push_back({"\"" + inner.name() + "\": " + of(inner, depth + 1), ""});
    return text_of(pieces, depth);
  }

 private:
  struct piece {
    std::string code;
    std::string comment;
  };

  [[nodiscard]] piece field(const section& here, const row& r) const {
    const auto by = said_by(here.path_of(r), sources_);
    const bool is_list = std::holds_alternative<std::vector<venue_account>*>(r.at) ||
                         std::holds_alternative<std::vector<route_terms>*>(r.at) ||
                         std::holds_alternative<std::vector<source_setting>*>(r.at);
    const bool is_empty_list = is_list && !is_set(r);
    if (r.how == shown::as_set_or_not || is_empty_list)
      return {"", joined({"\"" + std::string{r.name} + "\" is " + (is_set(r) ? "set" : "not set"),
                          by, r.what})};
    return {"\"" + std::string{r.name} + "\": " + value_text(r),
            joined({by, measure_of(r), r.what})};
  }

  /// Says where a secret is, and nothing else.
  [[nodiscard]] static bool is_key(const section& here) {
    return here.rows.size() == 2 && std::string_view{here.rows[0].name} == "file" &&
           std::string_view{here.rows[1].name} == "env";
  }
  /// The key itself is looked for and never shown.
  [[nodiscard]] static std::string key_line(const section& here) {
    key_source named;
    for (const auto& r : here.rows)
      (std::string_view{r.name} == "file" ? named.file : named.env) = *std::get<std::string*>(r.at);
    std::string why_not;
    const auto text = named.named() ? read_secret(named, why_not) : std::nullopt;
    return std::string{"the key is "} + (text && !text->empty() ? "set" : "not set");
  }

  static std::string text_of(const std::vector<piece>& pieces, std::size_t depth) {
    constexpr std::size_t comment_column = 44;
    const std::string indent(2 * (depth + 1), ' ');
    const auto is_code = [](const piece& p) { return !p.code.empty(); };
    auto left = std::count_if(pieces.begin(), pieces.end(), is_code);
    std::string out = "{\n";
    for (const auto& p : pieces) {
      auto line = indent + p.code;
      if (is_code(p) && --left > 0) line += ',';
      if (!p.comment.empty()) {
        if (is_code(p)) line.resize(std::max(line.size() + 2, comment_column), ' ');
        line += "// " + p.comment;
      }
      out += line + "\n";
    }
    return out + std::string(2 * depth, ' ') + "}";
  }

  const std::vector<section>& all_;
  const std::map<std::string, source>& sources_;
};

/// The chains have the same settings, and so have the accounts.
std::string title_of(const section& here) {
  const std::string chain = "plasma";
  const std::string account = "keys.settlement";
  if (here.path.empty()) return "(the file itself)";
  if (here.path.starts_with(account)) {
    const auto rest = here.path.substr(account.size());
    return here.path + ", keys.conversion" + rest + ", keys.withdrawals" + rest;
  }
  if (!here.path.starts_with(chain)) return here.path;
  return here.path + ", polygon" + here.path.substr(chain.size());
}

std::string default_of(const row& r) {
  const bool good = r.is_number() ? r.value() >= r.within.least : is_set(r);
  return good ? "`" + value_text(r) + "`" : "";
}

std::string page_of(const section& here) {
  std::string out = "\n## " + title_of(here) +
                    "\n\n| setting | default | unit, bounds | what it is |\n"
                    "| --- | --- | --- | --- |\n";
  for (const auto& r : here.rows)
    out += "| `" + std::string{r.name} + "` | " + default_of(r) + " | " + measure_of(r) + " | " +
           r.what + " |\n";
  return out;
}

}  // namespace

std::string show(const settings& s, const std::map<std::string, source>& sources) {
  auto copy = s;  // rows may change what they point to
  const auto all = sections_of(copy);
  return "// value, // who said so; unit, least to most; what it is\n" +
         object_text{all, sources}.of(all.front(), 0) + "\n";
}

std::string describe_all() {
  settings fresh;
  std::string out = R"(# Settings

Made by `headroom settings` from `config/table.cpp`; a test compares. One JSON file, in which `//` and `/* */` may comment.
`headroom check-config --show --config FILE` prints what is in effect and who said so.
)";
  for (const auto& here : sections_of(fresh))
    if (!here.path.starts_with("polygon") && !here.path.starts_with("keys.conversion") &&
        !here.path.starts_with("keys.withdrawals") && !here.rows.empty())
      out += page_of(here);  // the others: as plasma, as keys.settlement
  source_setting usual;
  out += page_of(section_of(usual, "sources[]"));
  return out;
}

}  // namespace headroom::config
