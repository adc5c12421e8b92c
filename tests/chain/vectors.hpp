#pragma once

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "chain/evm/erc20.hpp"
#include "chain/evm/secp256k1.hpp"
#include "domain/bytes.hpp"
#include "tests/support/source_tree.hpp"

/// Reading tests/vectors/. A vector that cannot be read is a broken test: these throw.
namespace headroom::chain::test {

using json = nlohmann::json;

/// Read once and kept, so that a test may loop over a part of it.
inline const json& load(const std::string& name) {
  static std::map<std::string, json> all;
  const auto known = all.find(name);
  if (known != all.end()) return known->second;
  std::ifstream file{headroom::test::source_tree() / "tests/vectors" / name};
  if (!file) throw std::runtime_error{"no vectors: " + name};
  return all[name] = json::parse(file);
}

inline byte_vector bytes_of(const json& text) { return from_hex(text.get<std::string>()).value(); }
inline hash256 hash_of(const json& text) { return hash256::parse(text.get<std::string>()).value(); }
inline address account_of(const json& text) {
  return address::parse(text.get<std::string>()).value();
}
inline uint256 id_of(const json& text) {
  return uint256::parse_decimal(text.get<std::string>()).value();
}
inline std::int64_t number_of(const json& text) { return std::stoll(text.get<std::string>()); }
inline private_key key_of(const json& text) {
  return private_key::parse(text.get<std::string>()).value();
}
inline log_entry log_of(const json& log) {
  log_entry out;
  out.emitter = account_of(log.at("address"));
  for (const auto& topic : log.at("topics")) out.topics.push_back(hash_of(topic));
  out.data = bytes_of(log.at("data"));
  return out;
}

}  // namespace headroom::chain::test
