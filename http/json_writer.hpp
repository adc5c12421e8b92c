#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/records.hpp"

namespace headroom::http {

/// Appends `text` as a JSON string: quotes, control characters and broken UTF-8 are escaped, so
/// that whatever a venue or a chain said stays valid JSON.
void append_json_string(std::string& out, std::string_view text);

/// Writes one JSON document by hand: a hot answer costs a few appends. The caller keeps the
/// brackets matched; commas are added here.
class json_writer {
 public:
  explicit json_writer(std::size_t expected = 256) { out_.reserve(expected); }

  void open() { begin('{'); }
  void open(std::string_view name) { key(name), begin('{'); }
  void close() { end('}'); }
  void open_list(std::string_view name) { key(name), begin('['); }
  void close_list() { end(']'); }

  void field(std::string_view name, std::string_view text);
  void field(std::string_view name, usdc amount);
  void field(std::string_view name, share_amount shares) { field(name, usdc{shares.micro}); }
  void field(std::string_view name, timestamp t);       // null when unset
  void field(std::string_view name, const hash256& h);  // null when zero
  void boolean(std::string_view name, bool value) { raw(name, value ? "true" : "false"); }
  void null(std::string_view name) { raw(name, "null"); }
  /// Null unless `known`.
  template <class Value>
  void field_if(bool known, std::string_view name, const Value& value) {
    known ? field(name, value) : null(name);
  }
  template <class Integer>
  void number(std::string_view name, Integer value) {
    raw(name, std::to_string(value));
  }
  /// millionths / 10^6 as a JSON number with at most six decimals.
  void ratio(std::string_view name, std::int64_t millionths);
  void text_or_null(std::string_view name, std::string_view text);
  /// One element of a list of strings.
  void item(std::string_view text);
  /// `json` as it is.
  void raw(std::string_view name, std::string_view json);

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void key(std::string_view name);
  void begin(char bracket);
  void end(char bracket);
  void comma();

  std::string out_;
  bool first_ = true;
};

}  // namespace headroom::http
