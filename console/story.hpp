#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

/// A timeline (/inspector/bets/{id}/timeline and its siblings) as people read it: from the service,
/// or from a file that somebody exported. Fields that are not there are "-"; nothing here throws on
/// any JSON, and strangers' words stay words.
namespace headroom::console {

/// Puts the next page behind. False: one of the two is no timeline.
[[nodiscard]] bool add_page(nlohmann::json& story, const nlohmann::json& page);

/// What it is about, its events with the gaps between them, its postings with their sums, its
/// operations, and whether it is complete. Nothing: it is no timeline.
[[nodiscard]] std::optional<std::string> story_text(const nlohmann::json& story);

/// The same as a Mermaid sequence diagram (https://mermaid.js.org/syntax/sequenceDiagram.html):
/// lanes are its participants, gaps its notes. Nothing: it is no timeline.
[[nodiscard]] std::optional<std::string> sequence_text(const nlohmann::json& story);

}  // namespace headroom::console
