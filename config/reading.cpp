#include "config/reading.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "config/table.hpp"

namespace headroom::config {
namespace {

using nlohmann::json;

/// Whole numbers of the file are 32 bits wide, unless the row's bounds reach beyond.
constexpr std::uint64_t usual_most = std::numeric_limits<std::uint32_t>::max();

/// One field of the file on its way to its place.
class filling {
 public:
  filling(const json& said, const row& to, const std::string& path)
      : said_{said}, to_{to}, path_{path} {}

  void operator()(std::string* out) const { *out = text(); }
  void operator()(std::vector<std::string>* out) const {
    if (!said_.is_array()) must_be("a list of strings");
    out->clear();
    for (const auto& item : said_) {
      if (!item.is_string()) must_be("a list of strings");
      out->push_back(item.get<std::string>());
    }
  }
  void operator()(final_by* out) const {
    const auto word = parse_final_by(text());
    if (!word) must_be("confirmations, tag, either or both");
    *out = *word;
  }
  void operator()(const older_tag& out) const {
    bool tag = true;
    (*this)(&tag);
    *out.word = tag ? final_by::either : final_by::confirmations;
  }
  void operator()(std::vector<venue_account>* out) const {
    if (!said_.is_array() || said_.empty()) must_be("a list of one object at least");
    out->clear();
    for (std::size_t i = 0; i < said_.size(); ++i)
      out->push_back(account(said_[i], path_ + "[" + std::to_string(i) + "]"));
  }
  void operator()(std::vector<route_terms>* out) const {
    if (!said_.is_array() || said_.empty()) must_be("a list of one object at least");
    out->clear();
    for (std::size_t i = 0; i < said_.size(); ++i)
      out->push_back(terms(said_[i], path_ + "[" + std::to_string(i) + "]"));
  }
  void operator()(std::vector<source_setting>* out) const;
  void operator()(bool* out) const {
    if (!said_.is_boolean()) must_be("true or false");
    *out = said_.get<bool>();
  }
  void operator()(double* out) const {
    if (!said_.is_number() || said_.get<double>() <= 0) must_be("a positive number");
    *out = said_.get<double>();
  }
  void operator()(std::uint16_t* out) const { *out = whole<std::uint16_t>(); }
  void operator()(std::uint32_t* out) const { *out = whole<std::uint32_t>(); }
  void operator()(std::uint64_t* out) const { *out = whole<std::uint64_t>(); }
  void operator()(seconds* out) const { *out = seconds{whole<std::uint32_t>()}; }
  void operator()(milliseconds* out) const {
    const std::int64_t count = whole<std::uint32_t>();
    *out = to_.in == unit::sec ? seconds{count} : milliseconds{count};
  }
  void operator()(usdc* out) const { amount(out->micro); }
  void operator()(share_amount* out) const { amount(out->micro); }
  /// "" and the zero address leave the default.
  void operator()(address* out) const {
    if (text().empty()) return;
    const auto parsed = address::parse(text());
    if (!parsed || !text().starts_with("0x")) must_be("an address: 0x and 40 hex digits");
    if (!parsed->is_zero()) *out = *parsed;
  }
  void operator()(const door& out) const {
    if (text().empty()) return;
    if (!open(out)) must_be("an IP address and a port, like \"127.0.0.1:9464\"");
  }

 private:
  [[noreturn]] void must_be(const std::string& what) const {
    throw wrong{path_ + " must be " + what};
  }
  [[nodiscard]] const std::string& text() const {
    if (!said_.is_string()) must_be("a string");
    return said_.get_ref<const std::string&>();
  }
  template <class T>
  [[nodiscard]] T whole() const {
    const auto widest = std::uint64_t{std::numeric_limits<T>::max()};
    const auto most = to_.within.most > usual_most ? widest : std::min(widest, usual_most);
    if (!said_.is_number_unsigned() || said_.get<std::uint64_t>() > most)
      must_be("a whole number from 0 to " + std::to_string(most));
    return static_cast<T>(said_.get<std::uint64_t>());
  }
  void amount(std::int64_t& millionths) const {
    if (text().empty()) return;
    const auto parsed = parse_usdc(text());
    if (!parsed) must_be("an amount like \"12.50\"");
    millionths = parsed->micro;
  }
  [[nodiscard]] static route_terms terms(const json& said, const std::string& path) {
    if (!said.is_object()) throw wrong{path + ": must be an object"};
    route_terms out;
    for (const auto& [key, value] : said.items()) {
      const auto at = path + "." + key;
      auto* const bps = key == "fee_bps"        ? &out.fee_bps
                        : key == "slippage_bps" ? &out.slippage_bps
                                                : nullptr;
      auto* const sum = key == "size" ? &out.size : key == "in_flight" ? &out.in_flight : nullptr;
      if (bps != nullptr) {
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() > 10'000)
          throw wrong{at + " must be a whole number from 0 to 10000"};
        *bps = value.get<std::uint32_t>();
      } else if (sum != nullptr || key == "name") {
        if (!value.is_string()) throw wrong{at + " must be a string"};
        const auto& text = value.get_ref<const std::string&>();
        const auto amount = sum != nullptr ? parse_usdc(text) : std::nullopt;
        if (sum == nullptr) {
          out.name = text;
        } else if (!amount) {
          throw wrong{at + " must be an amount like \"12.50\""};
        } else {
          *sum = *amount;
        }
      } else {
        throw wrong{at + " is not a setting"};
      }
    }
    return out;
  }
  [[nodiscard]] static venue_account account(const json& said, const std::string& path) {
    if (!said.is_object()) throw wrong{path + ": must be an object"};
    venue_account out;
    for (const auto& [key, value] : said.items()) {
      const auto must_be = [&at = path, &name = key](const char* what) {
        throw wrong{at + "." + name + " must be " + what};
      };
      if (key == "signature_type") {
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() > 3) must_be("0, 2 or 3");
        out.signature_type = value.get<std::uint8_t>();
        continue;
      }
      if (key == "enabled") {
        if (!value.is_boolean()) must_be("true or false");
        out.enabled = value.get<bool>();
        continue;
      }
      std::string wallet;
      auto* const to = key == "name"     ? &out.name
                       : key == "file"   ? &out.key.file
                       : key == "env"    ? &out.key.env
                       : key == "wallet" ? &wallet
                                         : nullptr;
      if (to == nullptr) throw wrong{path + "." + key + " is not a setting"};
      if (!value.is_string()) must_be("a string");
      *to = value.get<std::string>();
      if (wallet.empty()) continue;
      const auto parsed = address::parse(wallet);
      if (!parsed || !wallet.starts_with("0x")) must_be("an address: 0x and 40 hex digits");
      out.wallet = *parsed;
    }
    return out;
  }
  [[nodiscard]] bool open(const door& out) const {
    const auto colon = text().rfind(':');
    if (colon == std::string::npos || colon == 0) return false;
    auto host = text().substr(0, colon);
    if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    const auto* const end = text().data() + text().size();
    const auto [stop, failed] = std::from_chars(text().data() + colon + 1, end, *out.port);
    if (failed != std::errc{} || stop != end || !is_ip_address(host)) return false;
    *out.host = host;
    return true;
  }

  const json& said_;
  const row& to_;
  const std::string& path_;
};

std::string joined(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

void fill_section(std::span<const section> all, const section& here, const json& said,
                  std::set<std::string>& paths) {
  if (!said.is_object()) throw wrong{here.path + ": must be an object"};
  std::set<std::string> unknown;
  for (const auto& [key, value] : said.items()) unknown.insert(key);
  for (const auto& r : here.rows) {
    if (unknown.erase(r.name) == 0) continue;
    const auto path = here.path_of(r);
    std::visit(filling{said[r.name], r, path}, r.at);
    paths.insert(path);
  }
  if (said.contains("finality") && said.contains("finalized_tag"))
    throw wrong{joined(here.path, "finality") +
                " must not stand beside finalized_tag, its older name"};
  for (const auto& inner : all)
    if (inner.is_inside(here) && unknown.erase(inner.name()) > 0)
      fill_section(all, inner, said[inner.name()], paths);
  if (!unknown.empty()) throw wrong{joined(here.path, *unknown.begin()) + " is not a setting"};
}

void filling::operator()(std::vector<source_setting>* out) const {
  if (!said_.is_array() || said_.empty()) must_be("a list of one object at least");
  out->assign(said_.size(), {});
  for (std::size_t i = 0; i < said_.size(); ++i) {
    std::set<std::string> ignored;
    const auto one = section_of((*out)[i], path_ + "[" + std::to_string(i) + "]");
    fill_section({}, one, said_[i], ignored);
  }
}

}  // namespace

bool is_ip_address(const std::string& text) {
  in6_addr ignored;
  return ::inet_pton(AF_INET, text.c_str(), &ignored) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), &ignored) == 1;
}

std::set<std::string> fill(std::span<const section> sections, const json& document) {
  std::set<std::string> paths;
  fill_section(sections, sections.front(), document, paths);
  return paths;
}

}  // namespace headroom::config
