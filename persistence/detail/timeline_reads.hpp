#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <vector>

#include "domain/timeline.hpp"

/// The story of one subject, within the asker's snapshot. Every statement is bounded by the page
/// and finds its rows by an index: a bet's postings by the times that its row has, all else by the
/// subject's id.
namespace headroom::persistence {

/// Nothing when the books have no such subject. `remembered`: what is told beside the books.
[[nodiscard]] std::optional<timeline_page> read_timeline(
    pqxx::transaction_base& tx, const timeline_request& asked,
    const std::vector<timeline_event>& remembered);

}  // namespace headroom::persistence
