#pragma once

#include <cstdint>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include "domain/bytes.hpp"
#include "domain/time.hpp"

namespace headroom::persistence {

/// One-dimensional array parameter in PostgreSQL's binary format: nothing is printed as text here
/// and nothing is parsed there. The buffer is reused from batch to batch.
class wire_array {
 public:
  /// Object ids of the element types, fixed in PostgreSQL's pg_type.dat.
  enum class element : std::uint32_t { bytea = 17, int8 = 20, text = 25, uuid = 2950 };

  explicit wire_array(element type) : type_{type} { clear(); }

  void clear();
  void push(std::int64_t value);  // int8
  void push(byte_view value);     // bytea, uuid
  void push(std::string_view text) {
    push(byte_view{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  /// The parameter; valid for one statement.
  [[nodiscard]] pqxx::binarystring parameter();

 private:
  void put_u32(std::uint32_t value);

  element type_;
  std::uint32_t count_ = 0;
  std::string bytes_;
};

/// A bytea or uuid parameter.
[[nodiscard]] inline pqxx::binarystring binary(byte_view bytes) {
  return {bytes.data(), bytes.size()};
}

/// What PostgreSQL takes as text: valid UTF-8 without NUL, anything else replaced by '?'. Words of
/// the outside (a venue's refusal) must never make a row unstorable.
[[nodiscard]] std::string clean_text(std::string_view text);

// -- reading fields ------------------------------------------------------------------------------

[[nodiscard]] byte_vector read_bytes(const pqxx::field& f);

/// A bytea of exactly N bytes; NULL reads as zero. Throws std::runtime_error on another length.
void read_exact(const pqxx::field& f, std::span<std::uint8_t> out);

[[nodiscard]] inline std::int64_t read_int(const pqxx::field& f) {
  return f.is_null() ? 0 : f.as<std::int64_t>();
}

template <class Id>
[[nodiscard]] Id read_fixed(const pqxx::field& f) {
  Id out;
  read_exact(f, out.bytes);
  return out;
}

template <class Id>
[[nodiscard]] Id read_uuid(const pqxx::field& f) {
  if (f.is_null()) return Id{};
  const auto out = Id::parse(f.c_str());
  if (!out) throw std::runtime_error("malformed uuid in the database");
  return *out;
}

}  // namespace headroom::persistence
