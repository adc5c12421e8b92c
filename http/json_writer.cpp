#include "http/json_writer.hpp"

#include "domain/text.hpp"

namespace headroom::http {
namespace {

bool needs_no_escape(std::string_view text) noexcept {
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x20 || u >= 0x7f || c == '"' || c == '\\') return false;
  }
  return true;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  out += '"';
  if (needs_no_escape(text)) {
    out.append(text) += '"';
    return;
  }
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x80) {
      const auto n = utf8_length(text.substr(i));
      out += n == 0 ? std::string_view{"\\ufffd"} : text.substr(i, n);
      i += n == 0 ? 1 : n;
      continue;
    }
    if (c == '"' || c == '\\') {
      (out += '\\') += static_cast<char>(c);
    } else if (c < 0x20 || c == 0x7f) {
      out += "\\u00";
      (out += digits[c >> 4]) += digits[c & 15];
    } else {
      out += static_cast<char>(c);
    }
    ++i;
  }
  out += '"';
}

void json_writer::comma() {
  if (!first_) out_ += ',';
  first_ = false;
}

void json_writer::key(std::string_view name) {
  comma();
  ((out_ += '"') += name) += "\":";
  first_ = true;  // the value follows without a comma
}

void json_writer::begin(char bracket) {
  comma();
  out_ += bracket;
  first_ = true;
}

void json_writer::end(char bracket) {
  out_ += bracket;
  first_ = false;
}

void json_writer::raw(std::string_view name, std::string_view json) {
  key(name);
  out_ += json;
  first_ = false;
}

void json_writer::field(std::string_view name, std::string_view text) {
  key(name);
  append_json_string(out_, text);
  first_ = false;
}

void json_writer::field(std::string_view name, usdc amount) {
  key(name);
  out_ += '"';
  append_amount(out_, amount);
  out_ += '"';
  first_ = false;
}

void json_writer::field(std::string_view name, timestamp t) {
  if (!t.is_set()) return null(name);
  key(name);
  ((out_ += '"') += to_rfc3339(t)) += '"';
  first_ = false;
}

void json_writer::field(std::string_view name, const hash256& h) {
  if (h.is_zero()) return null(name);
  field(name, std::string_view{h.hex()});
}

void json_writer::text_or_null(std::string_view name, std::string_view text) {
  if (text.empty()) return null(name);
  field(name, text);
}

void json_writer::ratio(std::string_view name, std::int64_t millionths) {
  const bool negative = millionths < 0;
  const auto raw_bits = static_cast<std::uint64_t>(millionths);
  const auto size = negative ? ~raw_bits + 1 : raw_bits;
  auto text = (negative ? "-" : "") + std::to_string(size / 1'000'000);
  auto fraction = std::to_string(size % 1'000'000 + 1'000'000).substr(1);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  if (!fraction.empty()) (text += '.') += fraction;
  raw(name, text);
}

void json_writer::item(std::string_view text) {
  comma();
  append_json_string(out_, text);
}

}  // namespace headroom::http
