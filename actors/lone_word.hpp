#pragma once

#include <string>
#include <string_view>

#include "actors/actors.hpp"

/// A contract wallet's signature is what nodes say of it. Where a chain has only one node, that one
/// could empty any account, so an operator looks at what it lets out.
namespace headroom::actors {

/// A fact in the signature actor's status: "yes" when every chain has two nodes to ask, or more.
inline constexpr const char* two_nodes_fact = "two_nodes";

[[nodiscard]] inline bool two_nodes_asked(const status_report& of_signatures) {
  const auto i = of_signatures.facts.find(two_nodes_fact);
  return i != of_signatures.facts.end() && i->second == "yes";
}

/// Ends the name of whoever asked for a withdrawal by the word of one node.
inline constexpr std::string_view lone_word = " (one node)";

[[nodiscard]] inline std::string by_lone_word(std::string who) { return who.append(lone_word); }
[[nodiscard]] inline bool is_by_lone_word(std::string_view who) noexcept {
  return who.ends_with(lone_word);
}

}  // namespace headroom::actors
